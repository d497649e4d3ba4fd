"""Answers kept for the next who asks."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from server.answer_cache import AnswerCache, Kept, matches, normalise


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        (" \n", ""),
        ("ASK {}", "ASK {}"),
        ("\n ASK\t\t{ ?s  ?p\r\n?o }\n", "ASK { ?s ?p ?o }"),
        ("ASK{}", "ASK{}"),
        ("ASK {} # a  b ", "ASK {} # a  b "),
        ("ASK {} # a  b \n\n", "ASK {} # a  b "),
        ("#1\r\n\n  #2\rASK  {}", "#1\n#2\nASK {}"),
        ("ASK { ?s ?p 'a  b'  , \"c\t'  d\" }", "ASK { ?s ?p 'a  b' , \"c\t'  d\" }"),
        ("ASK { ?s ?p '''a\n ''  b'''  }", "ASK { ?s ?p '''a\n ''  b''' }"),
        ('ASK { ?s ?p "a\\"  b"   }', 'ASK { ?s ?p "a\\"  b" }'),
        ('ASK { ?s ?p ""  , "" }', 'ASK { ?s ?p "" , "" }'),
        ("ASK { ?s <http://x/#a'b>   ?o }", "ASK { ?s <http://x/#a'b> ?o }"),
        ("ASK { FILTER(1  <  2 && 3<4   || 5  >  6) }", "ASK { FILTER(1 < 2 && 3<4 || 5 > 6) }"),
        ("ASK { << ?s  ?p ?o >>  ?q ?r }", "ASK { << ?s ?p ?o >> ?q ?r }"),
        ('"  a  "', '"  a  "'),
    ],
)
def test_white_space_between_tokens_doesnt_make_another_query(text: str, normal: str) -> None:
    assert normalise(text) == normal
    assert normalise(normal) == normal


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s ?p 'a  b }",
        'ASK { ?s ?p "a\n  b" }',
        "ASK { ?s ?p '''a  b'' }",
        "ASK { ?s ?p 'a\\q  b'  }",
        "ASK { ?s ex:a\\-b  ?o }",
        'ASK { ?s ?p "\\u0022"  }',
        "ASK { FILTER(?a <2)#>  )\n) }",
        "ASK { FILTER(?a <'x'&&?b>  ?c) }",
        "ASK { ?s ?p <#here>  }",
        "ASK {\u00a0  ?s ?p ?o }",
        "ASK {\x1c  ?s ?p ?o }",
        "ASK {\0  ?s ?p ?o }",
        "ASK  {}" + " " * 10_000,
    ],
)
def test_a_text_that_could_be_read_in_two_ways_stays_as_it_is(text: str) -> None:
    assert normalise(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ASK { ?s ?p 'a b' }", "ASK { ?s ?p 'a  b' }"),
        ("ASK { ?s ?p '''a b''' }", "ASK { ?s ?p '''a\nb''' }"),
        ("ASK { ?s ?p <http://x/a> }", "ASK { ?s ?p <http://x/a#> }"),
        ("ASK {} # 1", "ASK {} #  1"),
        ("ASK {} # 1", "ASK {} # 2"),
        ("ASK { # ?s ?p ?o .\n }", "ASK { #\n ?s ?p ?o .\n }"),
        ("ASK { ?s ?p 1 . }", "ASK { ?s ?p 1. }"),
        ("ASK { ?s ?p ?o }", "ASK{ ?s ?p ?o }"),
    ],
)
def test_what_is_inside_of_strings_and_comments_makes_another_query(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


_STORE = pyoxigraph.Store()
for _value in ("x y", "x  y", "#", "a'b", "<", 3, 7):
    _STORE.add(
        pyoxigraph.Quad(
            pyoxigraph.NamedNode("http://e/s#1"),
            pyoxigraph.NamedNode("http://e/p"),
            pyoxigraph.Literal(_value),
        )
    )


def _answer(text: str) -> object:
    try:
        return _STORE.query(text).serialize(format=pyoxigraph.QueryResultsFormat.JSON)  # type: ignore[union-attr]
    except (SyntaxError, ValueError):
        return "no query"


_space = st.sampled_from(
    [" ", "  ", "\n", "\t", "\r\n  ", ' # it\'s "one"\n', "#<http://x\r", " #\\\n\n # '''\n ", "\r"]
)
_no_space = st.one_of(st.just(""), _space)
_operand = st.sampled_from(
    [
        "?o", "1", "2", '"x  y"', "'x y'", "'''x\n '' y'''", '"""#"""', '"a\'b"', "'\\''", '"\\\\"', '"<"', "''", '""""""',
        "<http://e/s#1>", "<http://e/it's>", "<a:b#c>", "<a:b'c>", "<#>", "true", "'a'@en", "e:s", "?s", '"\\u0022  "',
        "3.5", "(1)", "STR(?s)",
    ]
)  # fmt: skip
_operator = st.sampled_from(
    ["<", ">", "<=", ">=", "=", "!=", "&&", "||", "+", "-", "*", "/", "<2)#>", "<'", ">'"]
)


@st.composite
def _queries(draw: st.DrawFn) -> str:
    tokens = ["PREFIX", "e:", "<http://e/>", "SELECT", "*", "WHERE", "{", "?s", "e:p", "?o"]
    for _ in range(draw(st.integers(0, 3))):
        tokens += [".", "FILTER", "(", draw(_operand)]
        for _ in range(draw(st.integers(0, 3))):
            tokens += [draw(_operator), draw(_operand)]
        tokens.append(")")
    tokens += ["}", "ORDER", "BY", "?o"]
    text = draw(_no_space)
    for token in tokens:
        tight = not token[0].isalnum() and not text[-1:].isalnum()
        text += (draw(_no_space) if tight else draw(_space)) + token
    return text + draw(_no_space)


@settings(max_examples=600, deadline=None)
@given(_queries())
def test_a_normalised_query_has_the_same_answer(text: str) -> None:
    normal = normalise(text)
    assert _answer(normal) == _answer(text)
    assert normalise(normal) == normal


@pytest.mark.parametrize(
    "compared", ["1<2)#>", "1<e:b)#>", "1<e:b)#'>", "1<'x')#>", "1<(2))#>", "1<2)#http://x>"]
)
def test_a_comparison_and_a_comment_arent_taken_for_an_iri(compared: str) -> None:
    text = f"PREFIX e: <http://e/> SELECT (({compared}'''\n AS ?x) (''' a  b ''' AS ?y) {{}}"
    assert _answer(text) != "no query"
    assert _answer(normalise(text)) == _answer(text)


_fragments = st.sampled_from(
    ["'", '"', "'''", '"""', "#", "<", ">", "\n", " ", "  ", "\\", "\\n", "http://x", "1", "?o", "(", ")", "&&", "{", "}", "AS", "?v", ","]
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(_fragments, max_size=14), st.booleans())
@example(["1", "<", "1", ")", "#", ">", "'''", "\n", "AS", "?v", ")", "}", "#", "'''"], True)
def test_also_what_is_hardly_a_query_means_the_same_when_normalised(parts: list[str], inside: bool) -> None:
    text = f"SELECT (({''.join(parts)}) AS ?x) {{ }}" if inside else "SELECT * { } " + "".join(parts)
    assert _answer(normalise(text)) == _answer(text)
    assert normalise(normalise(text)) == normalise(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=" \t\nab'\"<>#", max_size=12), st.text(alphabet=" \t\nab'\"<>#", max_size=12))
def test_other_strings_are_other_queries(one: str, other: str) -> None:
    assume(one != other)

    def query(value: str) -> str:
        return "SELECT  *  { ?s ?p " + str(pyoxigraph.Literal(value)) + "  }"

    assert normalise(query(one)) != normalise(query(other))


def _kept(size: int = 100, **changes: object) -> Kept:
    values: dict = {"status": 200, "headers": {}, "body": b"x" * size, "etag": '"a"', "rows": 1}
    return Kept(**values | changes)


def test_an_answer_is_found_by_its_whole_key() -> None:
    cache = AnswerCache(1_000_000)
    answer = _kept()
    cache.put(("snapshot", "ASK {}"), answer)
    assert cache.get(("snapshot", "ASK {}")) is answer
    assert cache.get(("other", "ASK {}")) is None
    assert (cache.hits, cache.misses, len(cache)) == (1, 1, 1)
    cache.clear()
    assert (len(cache), cache.size) == (0, 0)
    assert cache.get(("snapshot", "ASK {}")) is None


def test_the_answer_that_nobody_asked_for_longest_goes_first() -> None:
    cache = AnswerCache(100_000)
    for number in range(9):
        cache.put((str(number),), _kept(9_000))
    cache.get(("0",))
    cache.put(("9",), _kept(9_000))
    assert cache.get(("0",)) is not None
    assert cache.get(("1",)) is None
    assert cache.size <= 100_000


def test_an_answer_of_more_than_an_eighth_isnt_kept() -> None:
    cache = AnswerCache(80_000)
    cache.put(("a",), _kept(100))
    cache.put(("a",), _kept(10_000))
    assert cache.get(("a",)) is None
    assert cache.size == 0


def test_no_bytes_keep_nothing() -> None:
    cache = AnswerCache(0)
    cache.put(("a",), _kept(0))
    assert len(cache) == 0


def test_compressed_bodies_are_counted_and_kept_only_beside_the_plain_one() -> None:
    cache = AnswerCache(80_000)
    cache.put(("a",), _kept(5_000))
    before = cache.size
    cache.add_encoding(("a",), "gzip", b"x" * 1_000)
    cache.add_encoding(("a",), "gzip", b"y" * 1_000)
    cache.add_encoding(("a",), "br", b"x" * 9_000)  # more than an eighth together
    cache.add_encoding(("gone",), "br", b"x")
    found = cache.get(("a",))
    assert found is not None and found.encoded == {"gzip": b"x" * 1_000}
    assert cache.size == before + 1_000
    cache.put(("a",), _kept(5_000))
    assert cache.size == before


@given(
    st.lists(
        st.tuples(st.sampled_from("pge"), st.integers(0, 12), st.integers(0, 3_000)),
        max_size=80,
    )
)
def test_the_bytes_are_those_of_what_is_kept(steps: list[tuple[str, int, int]]) -> None:
    cache = AnswerCache(24_000)
    for action, key, size in steps:
        if action == "p":
            cache.put((str(key),), _kept(size))
        elif action == "g":
            cache.get((str(key),))
        else:
            cache.add_encoding((str(key),), "br", b"x" * size)
        assert 0 <= cache.size <= 24_000
    fresh = AnswerCache(24_000)
    for key in range(13):
        found = cache.get((str(key),))
        if found is not None:
            fresh.put((str(key),), found)
    assert fresh.size == cache.size


@pytest.mark.parametrize(
    ("header", "etag", "same"),
    [
        ('"a"', '"a"', True),
        ('"b"', '"a"', False),
        ('W/"a"', '"a"', True),
        ('"a"', 'W/"a"', True),
        ('W/"a"', 'W/"a"', True),
        ('"b", "a"', '"a"', True),
        ('"b" ,W/"a",,', '"a"', True),
        (',"a"', '"a"', True),
        ("*", '"a"', True),
        (" * ", '"a"', True),
        ('"*"', '"a"', False),
        ('"b", *', '"a"', False),
        ("", '"a"', False),
        ("a", '"a"', False),
        ('"a', '"a"', False),
        ('w/"a"', '"a"', False),
        ('"b,c", "a"', '"b"', False),
        ('"b,c"', '"b,c"', True),
        ('"x,"a","y"', '"a"', False),
        ('"x" "a"', '"a"', False),
        ('"aa"', '"a"', False),
        ('"a-br"', '"a"', False),
        ('"城"', '"城"', True),
        ('"b", ' * 5_000 + '"a"', '"a"', True),
    ],
)
def test_if_none_match_is_compared_weakly(header: str, etag: str, same: bool) -> None:
    assert matches(header, etag) is same
