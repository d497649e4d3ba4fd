"""A query written anew for a store that holds a snapshot's default graph as a named one, so that it reads the snapshot and nothing else.

Every query gets a dataset clause of its own, before WHERE: FROM the snapshot's default graph, FROM NAMED what it reads by GRAPH. A
dataset that the request or the query names keeps only graphs of the snapshot. By the clause, not by parameters of the protocol:
Virtuoso lets FROM in a text win over these, against the standard, and echoes each in a header of its response.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from server.problem import Problem
from server.sparql_tokens import Token, Tokenizer

_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_AFTER_DATASET = frozenset({"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_FUNCTIONS_OF_STORES = ("bif:", "sql:", "xpath:", "java:", "nodeid:")
_MOST_LISTED = 100  # named graphs for a store that is slow with lists


@dataclass(frozen=True, slots=True)
class Held:
    """What of a snapshot lies in the store, and what is peculiar to the store."""

    base: str
    merge: str  # the graph that holds the snapshot's default graph
    graphs: Collection[str]
    private: str  # what the names of graphs that are nobody's business begin with
    graphs_of_its_own: tuple[str, ...] = ()
    lists_graphs: bool = True

    @property
    def nowhere(self) -> str:
        """A graph that is always empty."""
        return f"{self.private}/nothing"


@dataclass(frozen=True, slots=True)
class Written:
    """What to send. `default_graph` is a parameter of the request; `reads` the named graphs that it looks into, None for all."""

    text: str
    form: str
    default_graph: str | None = None
    reads: tuple[str, ...] | None = ()


@dataclass(slots=True)
class _Found:
    """Places in a query: characters from its beginning."""

    form: str = ""
    clause: int = -1  # where a dataset clause belongs
    cuts: list[tuple[int, int]] = field(default_factory=list)
    defaults: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    constants: list[tuple[int, int, str]] = field(
        default_factory=list
    )  # behind GRAPH, and where it is written
    spaces: list[int] = field(
        default_factory=list
    )  # where one keeps other parsers from taking `<` for the begin of an IRI
    variables: list[tuple[int, str]] = field(default_factory=list)  # of GRAPH, and where that stands


def write(
    text: str, held: Held, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
) -> Written:
    """The query for the store; raises Problem 400 and 403 for what can't be written so, 413 for too many graphs."""
    found = _Reader(text, held.base).read()
    defaults, named = list(default_graphs), list(named_graphs)
    own = not (default_graphs or named_graphs or found.defaults or found.named)
    if not (default_graphs or named_graphs):
        defaults, named = found.defaults, found.named
    base = f"BASE <{held.base}> "
    if own and found.variables and not held.lists_graphs:
        if not found.constants:
            return Written(base + _with_filters(text, found, held), found.form, held.merge, None)
        if len(held.graphs) > _MOST_LISTED:
            raise Problem(
                413,
                "the store behind this endpoint can't answer a query that has both GRAPH with a variable and GRAPH with a name; "
                "use one of the two, or FILTER the variable",
            )
    clause = [f"FROM <{graph}>" for graph in ([held.merge] if own else _only(defaults, held))]
    reads: tuple[str, ...] | None = ()
    if found.variables or found.constants:
        allowed = held.graphs if own else [graph for graph in named if graph in held.graphs]
        listed = list(allowed)
        if not found.variables:
            listed = list(dict.fromkeys(name for *_, name in found.constants if name in set(allowed)))
        found.constants = [own for own in found.constants if own[2] not in set(allowed)]
        clause += [f"FROM NAMED <{graph}>" for graph in sorted(listed)]
        reads = None if own and found.variables else tuple(listed)
        if not listed or found.constants:
            clause.append(f"FROM NAMED <{held.nowhere}>")
    if not own:
        reads = tuple(dict.fromkeys([*(reads or ()), *defaults]))
    return Written(base + _edit(text, found, f" {' '.join(clause)} ", held), found.form, None, reads)


def _only(graphs: Sequence[str], held: Held) -> list[str]:
    return [graph for graph in dict.fromkeys(graphs) if graph in held.graphs] or [held.nowhere]


def _with_filters(text: str, found: _Found, held: Held) -> str:
    """The query with what GRAPH may not bind excluded."""
    strange = ", ".join(f"<{graph}>" for graph in held.graphs_of_its_own)
    edits = [(at, at, " ") for at in found.spaces]
    for at, variable in found.variables:
        no_other = f" && {variable} NOT IN ({strange})" if strange else ""
        edits.append((at, at, f' FILTER(!STRSTARTS(STR({variable}), "{held.private}"){no_other}) '))
    return _apply(text, edits)


def _edit(text: str, found: _Found, clause: str, held: Held) -> str:
    """The query with another dataset clause than its own, and with what GRAPH may not name replaced by a graph that is empty.

    Virtuoso counts one solution for a name that isn't in the dataset.
    """
    edits = [(start, end, "") for start, end in found.cuts]
    edits.append((found.clause, found.clause, clause))
    edits += [(start, end, f" <{held.nowhere}> ") for start, end, _ in found.constants]
    edits += [(at, at, " ") for at in found.spaces]
    return _apply(text, edits)


def _apply(text: str, edits: list[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for start, end, instead in sorted(edits):
        pieces += [text[at:start], instead]
        at = end
    return "".join((*pieces, text[at:]))


class _Reader:
    """Finds the places by the longest tokens; what is no SPARQL has been refused before."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.base = base
        self.prefixes: dict[str, str] = {}
        self.found = _Found()
        self.tokens = [(at, token) for at, token in self._cut_tokens() if token.kind != "space"]

    def read(self) -> _Found:
        position = self._prologue()
        self._check_functions()
        self._head(position)
        return self.found

    def _cut_tokens(self) -> list[tuple[int, Token]]:
        tokenizer, at = Tokenizer(self.text), 0
        found: list[tuple[int, Token]] = []
        brackets: list[str] = []
        while at < len(self.text):
            token = tokenizer.tokens_at(at)[0]
            if token.kind == "iri" and brackets[-1:] == ["("] and found[-1][1].kind in ("variable", "number"):
                # Right behind an operand of an expression, as in `?a<2&&?b>1`: a comparison.
                token = Token("sign", "<")
                self.found.spaces.append(at + 1)
            if token.kind == "sign" and token.text in ("(", "[", "{"):
                brackets.append(token.text)
            elif token.kind == "sign" and token.text in (")", "]", "}") and brackets:
                brackets.pop()
            found.append((at, token))
            at += len(token.text)
        return found

    def _prologue(self) -> int:
        """Take its declarations down; returns the position of the form's keyword."""
        position = 0
        while position < len(self.tokens):
            word = self.tokens[position][1].text.upper()
            if word in _FORMS:
                self.found.form = word
                return position
            if word == "BASE":
                self.base = self._iri(self.tokens[position + 1][1]) or self.base
                position += 2
            elif word == "PREFIX":
                name, iri = self.tokens[position + 1][1], self.tokens[position + 2][1]
                self.prefixes[name.text.removesuffix(":")] = self._iri(iri) or ""
                position += 3
            else:
                position += 1
        raise _unclear()

    def _head(self, position: int) -> None:
        """From the form's keyword on: dataset clauses, the place for ours, and what GRAPH names."""
        found, tokens, depth = self.found, self.tokens, 0
        template = found.form == "CONSTRUCT" and tokens[position + 1][1].text == "{"
        number = position + 1
        while number < len(tokens):
            at, token = tokens[number]
            word = token.text.upper() if token.kind == "word" else ""
            if token.text in ("{", "(", "[") and token.kind == "sign":
                if token.text == "{" and depth == 0 and not template and found.clause < 0:
                    found.clause = at
                depth += 1
            elif token.text in ("}", ")", "]") and token.kind == "sign":
                depth -= 1
                template = template and depth > 0
            elif depth == 0 and word == "FROM" and found.clause < 0:
                number = self._dataset(number)
                continue
            elif depth == 0 and word in _AFTER_DATASET and found.clause < 0:
                found.clause = at
            elif word == "GRAPH" and depth > 0:
                self._graph(number)
            number += 1
        if depth != 0:
            raise _unclear()
        if found.clause < 0:
            found.clause = len(self.text)

    def _dataset(self, number: int) -> int:
        at, _ = self.tokens[number]
        number += 1
        named = self.tokens[number][1].text.upper() == "NAMED" and self.tokens[number][1].kind == "word"
        number += named
        start, token = self.tokens[number]
        iri = self._iri(token)
        if iri is None:
            raise _unclear()
        (self.found.named if named else self.found.defaults).append(iri)
        self.found.cuts.append((at, start + len(token.text)))
        return number + 1

    def _graph(self, number: int) -> None:
        if number + 1 >= len(self.tokens):
            return
        (at, _), (start, token) = self.tokens[number : number + 2]
        if token.kind == "variable":
            self.found.variables.append((at, token.text))
        elif (iri := self._iri(token)) is not None:
            self.found.constants.append((start, start + len(token.text), iri))

    def _iri(self, token: Token) -> str | None:
        """The IRI that a token stands for."""
        if token.kind == "iri":
            return urljoin(self.base, _unescape(token.text[1:-1]))
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix in self.prefixes:
                return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", _unescape(local))
        return None

    def _check_functions(self) -> None:
        """Raise Problem 403 for functions that only some store knows: they reach its files, tables and network."""
        iris = [_unescape(token.text[1:-1]) for _, token in self.tokens if token.kind == "iri"]
        for iri in (*iris, *self.prefixes.values()):
            if iri.lower().startswith(_FUNCTIONS_OF_STORES):
                raise Problem(
                    403,
                    f"<{iri}> belongs to one kind of store alone and is refused; use the functions of SPARQL 1.1",
                )


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text) if "\\" in text else text


def _unclear() -> Problem:
    return Problem(
        400, "the query's parts can't be told apart; put spaces around < and >, and write IRIs out in full"
    )
