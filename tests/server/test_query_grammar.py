"""The tokenizer and the shape of queries against a reference grammar: queries made by its rules, with known counts.

SPARQL 1.1, section 19.8. Each production gives its text, as terminals with nothing between them, and how many triple patterns it holds; white space,
comments and letter case are put in afterwards. The engine's parser is asked whether what was made is legal.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph
from hypothesis import given, settings
from hypothesis import strategies as st

from server.guard import _most_patterns, check
from server.problem import Problem
from server.query_shape import read_shape
from server.settings import Limits
from server.sparql_tokens import Tokenizer

LIMITS = Limits(triple_patterns=10_000)
STORE = pyoxigraph.Store()


@dataclass(frozen=True)
class Made:
    """Terminals of a part of a query, the triple patterns in it, and the deepest nesting of brackets."""

    terminals: tuple[str, ...]
    patterns: int = 0
    depth: int = 0


def join(*parts: Made | str) -> Made:
    made = [part if isinstance(part, Made) else Made((part,)) for part in parts]
    terminals = tuple(t for part in made for t in part.terminals)
    return Made(terminals, sum(p.patterns for p in made), max((p.depth for p in made), default=0))


def within(opening: str, inside: Made, closing: str) -> Made:
    return Made((opening, *inside.terminals, closing), inside.patterns, inside.depth + 1)


CHARACTERS = st.text(st.characters(codec="utf-8", exclude_characters="\\\"'\r\n\0"), max_size=6)
INSIDE = st.one_of(
    CHARACTERS, st.sampled_from(["\\n", "\\t", "\\\\", "\\u6606", "\\U0001F600", "SERVICE <a:b> {", "# x"])
)
STRINGS = st.builds(
    lambda quote, parts: quote + "".join(parts) + quote,
    st.sampled_from(["'", '"', "'''", '"""']),
    st.lists(INSIDE, max_size=3),
)
LITERALS = st.builds(
    lambda text, tail: Made((text, *tail)),
    STRINGS,
    st.sampled_from([(), ("@en",), ("@zh-Hans",), ("^^", "<http://x/t>"), ("^^", "x:t")]),
)
NUMBERS = st.sampled_from(["1", "2.5", "-3", "+4.0e10", ".5", "6E-2"]).map(lambda n: Made((n,)))
VARIABLES = st.sampled_from(["?s", "$o", "?service", "?昆明", "?x1"]).map(lambda v: Made((v,)))
IRIS = st.sampled_from(
    [
        "<http://x/a>",
        "<http://x/#SERVICE>",
        "<http://x/\\u6606>",
        "x:a",
        "x:b%20c",
        "x:d\\-e",
        "x:f.g",
        "x:",
        ":h",
        "<urn:x:GRAPH>",
    ]
).map(lambda i: Made((i,)))
BLANKS = st.sampled_from(["[", "_"]).map(
    lambda kind: Made(("[", "]"), 0, 1) if kind == "[" else Made(("_:b1",))
)
TERMS = st.one_of(VARIABLES, IRIS, LITERALS, NUMBERS, BLANKS)
SUBJECTS = st.one_of(VARIABLES, IRIS)


@st.composite
def paths(draw: st.DrawFn) -> Made:
    steps = draw(st.lists(IRIS, min_size=1, max_size=4))
    signs = draw(st.lists(st.sampled_from("/|"), min_size=len(steps) - 1, max_size=len(steps) - 1))
    parts: list[Made | str] = [steps[0]]
    for sign, step in zip(signs, steps[1:], strict=True):
        parts += [sign, step]
    path = join(*parts)
    counted = Made(path.terminals, len(steps) - 1, 0)
    if draw(st.booleans()):
        counted = join(within("(", counted, ")"), draw(st.sampled_from(["*", "+"])))
    return counted


@st.composite
def objects(draw: st.DrawFn) -> Made:
    """Something at an object's place: the triple that ends there counts."""
    if draw(st.integers(0, 3)):
        term = draw(TERMS)
        return Made(term.terminals, 1, term.depth)
    members = draw(st.lists(st.one_of(VARIABLES, IRIS, NUMBERS), min_size=1, max_size=3))
    collection = within("(", join(*members), ")")
    return Made(collection.terminals, 1 + 2 * len(members), 1)


@st.composite
def triples(draw: st.DrawFn) -> Made:
    parts: list[Made | str] = [draw(SUBJECTS)]
    for turn in range(draw(st.integers(1, 3))):
        if turn:
            parts.append(";")
        parts.append(draw(st.one_of(VARIABLES, paths(), st.just(Made(("a",))))))
        parts.append(draw(objects()))
        if draw(st.booleans()):
            parts += [",", draw(objects())]
    return join(*parts, ".")


EXPRESSIONS = st.recursive(
    st.one_of(VARIABLES, NUMBERS, STRINGS.map(lambda s: Made((s,)))),
    lambda inner: st.one_of(
        st.builds(lambda a, sign, b: within("(", join(a, sign, b), ")"), inner, st.sampled_from(["+", "=", "&&", "||", "!="]), inner),
        st.builds(lambda a, b, c: join("IF", within("(", join(a, ",", b, ",", c), ")")), inner, inner, inner),
        st.builds(
            lambda a, more: join(a, "IN", within("(", join(*[p for m in more for p in (m, ",")][:-1]), ")")),
            VARIABLES,
            st.lists(NUMBERS, min_size=1, max_size=4),
        ),
    ),
    max_leaves=5,
)  # fmt: skip


@st.composite
def groups(draw: st.DrawFn, levels: int = 2) -> Made:
    kinds = ["triples", "filter", "values"] + (
        ["group", "optional", "union", "minus", "exists", "select", "graph"] if levels else []
    )
    parts: list[Made | str] = []
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(kinds))
        if kind == "triples":
            parts.append(draw(triples()))
        elif kind == "filter":
            parts += ["FILTER", within("(", draw(EXPRESSIONS), ")")]
        elif kind == "values":
            rows = draw(st.lists(st.one_of(IRIS, NUMBERS, LITERALS), max_size=4))
            parts += ["VALUES", "?v", within("{", join(*rows), "}")]
        elif kind == "exists":
            parts += ["FILTER", "NOT", "EXISTS", draw(groups(levels - 1))]
        elif kind == "union":
            parts += [draw(groups(levels - 1)), "UNION", draw(groups(levels - 1))]
        elif kind == "graph":
            parts += ["GRAPH", "?g", draw(groups(levels - 1))]
        elif kind == "select":
            inside = join(
                "SELECT",
                "DISTINCT",
                "?s",
                "WHERE",
                draw(groups(levels - 1)),
                "ORDER",
                "BY",
                "?s",
                "LIMIT",
                "5",
            )
            parts.append(within("{", inside, "}"))
        else:
            parts += [*{"optional": ["OPTIONAL"], "minus": ["MINUS"]}.get(kind, []), draw(groups(levels - 1))]
    return within("{", join(*parts), "}")


BETWEEN = st.sampled_from([" ", "\n", "\t ", " # SERVICE <http://x/> { ?s ?p ?o . \n", "\r\n#'\n"])
PROLOGUE = ("PREFIX", "x:", "<http://x/>", "PREFIX", ":", "<http://y/>")


@st.composite
def queries(draw: st.DrawFn) -> tuple[str, Made]:
    made = join(Made(PROLOGUE), "SELECT", "*", "WHERE", draw(groups()))
    text = ""
    for terminal in made.terminals:
        word = (
            terminal.lower() if terminal.isalpha() and terminal != "a" and draw(st.booleans()) else terminal
        )
        text += word + draw(BETWEEN)
    return text, made


@settings(max_examples=250, derandomize=True, deadline=None)
@given(queries())
def test_tokens_cover_the_text_and_are_the_terminals_that_it_was_made_of(query: tuple[str, Made]) -> None:
    text, made = query
    tokenizer, tokens, at = Tokenizer(text), [], 0
    while at < len(text):
        token = tokenizer.tokens_at(at)[0]
        assert token.text
        assert text.startswith(token.text, at)
        if token.kind != "space":
            tokens.append(token.text)
        at += len(token.text)
    assert "".join(tokens).lower() == "".join(made.terminals).lower()


@settings(max_examples=250, derandomize=True, deadline=None)
@given(queries())
def test_what_the_engine_takes_is_counted_as_the_grammar_says_and_passes(query: tuple[str, Made]) -> None:
    text, made = query
    try:
        STORE.query(text)
    except SyntaxError:
        return  # variables out of scope and the like, which these rules don't know
    assert read_shape(text).patterns == made.patterns
    assert _most_patterns(text.encode()) + 1 >= made.patterns
    try:
        checked = check(text, LIMITS)
    except Problem as problem:
        assert problem.status == 413
        assert made.depth > LIMITS.nesting
    else:
        assert checked.names_graphs or "GRAPH" not in made.terminals


def test_most_of_what_the_rules_make_is_legal() -> None:
    legal: list[bool] = []

    @settings(max_examples=150, derandomize=True, deadline=None)
    @given(queries())
    def ask(query: tuple[str, Made]) -> None:
        try:
            STORE.query(query[0])
        except SyntaxError:
            legal.append(False)
        else:
            legal.append(True)

    ask()
    assert sum(legal) > len(legal) / 2
