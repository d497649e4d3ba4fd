"""What the guard refuses: SERVICE however it is spelled, nesting, length; and what it must let pass."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyoxigraph
import pytest

from server.guard import check
from server.problem import Problem
from server.settings import Limits

LIMITS = Limits()
ANSWER = b'{"head":{"vars":[]},"results":{"bindings":[{}]}}'


@dataclass
class Listener:
    """An address on loopback that counts who comes."""

    url: str
    calls: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    class Counting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            listener.calls.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(ANSWER)))
            self.end_headers()
            self.wfile.write(ANSWER)

        do_GET = do_POST  # noqa: N815 — the name that http.server calls

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        listener = Listener(f"http://127.0.0.1:{server.server_address[1]}/")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield listener
        server.shutdown()


def prologue(url: str) -> str:
    # `q:` makes an IRI by itself and none with a name behind it: the port would be no number.
    return f"PREFIX : <{url}> PREFIX a: <{url}> PREFIX SERVICE: <{url}> PREFIX q: <http://h:80> "


# Each of these makes the engine call URL.
CALLS = {
    "plain": "SERVICE <URL> {}",
    "small letters": "service <URL> {}",
    "silent": "SERVICE SILENT <URL> {}",
    "without a space": "SERVICE<URL>{}",
    "split by comments": "SERVICE # } \n <URL> # { \n {}",
    "behind a comment that ends with a carriage return": "# x\rSERVICE <URL> {}",
    "in OPTIONAL": "OPTIONAL { SERVICE <URL> {} }",
    "in MINUS": "?s ?p ?o MINUS { SERVICE <URL> {} }",
    "in FILTER EXISTS": "FILTER EXISTS { SERVICE <URL> {} }",
    "in a sub-select": "{ SELECT * { SERVICE <URL> {} } }",
    "in UNION": "{} UNION { SERVICE <URL> {} }",
    "in GRAPH": "GRAPH <a:g> { SERVICE <URL> {} }",
    "of a prefixed name": "SERVICE a:x {}",
    "grown together with the empty prefix": "SERVICE:x{}",
    "grown together with a prefix": "SERVICEa:x{}",
    "grown together with SILENT": "SERVICESILENT<URL>{}",
    "behind a string": "?s ?p 'x'SERVICE<URL>{}",
    "behind a long string that ends in quotes": "?s ?p ''''SERVICE'''SERVICE<URL>{}",
    "behind a number": "?s ?p 1SERVICE<URL>{}",
    "behind a number and a dot": "?s ?p 1.SERVICE<URL>{}",
    "behind a boolean": "?s ?p trueSERVICE<URL>{}",
    "behind an IRI": "?s ?p <a:b>SERVICE<URL>{}",
    "in what would be an IRI": "FILTER(1<2)SERVICE#>\n<URL>{}",
    "in a string behind what would be an IRI": "FILTER(1<2)#>'''\nSERVICE<URL>{}#'''\n",
    "in EXISTS behind what would be an IRI": "FILTER(1<2&&EXISTS#>'''\n{SERVICE<URL>{}}#'''\n)",
    "in a string behind what would be a triple term": "FILTER(1<<a:'''>)SERVICE<URL>{}#'''\n",
    "in a long string with a wrong escape": "VALUES ?v {''' '} SERVICE <URL> {} #\\q'''\n",
    "in a long string with half a surrogate": "VALUES ?v {''' '} SERVICE <URL> {} #\\uD800'''\n",
    "as a local name that makes no IRI": "?s ?p q:SERVICE<URL>{}",
    "as a local name before SILENT": "?s ?p q:SERVICE SILENT <URL>{}",
    "as a local name with an endpoint in it": "?s ?p q:SERVICEa:x{}",
    "as the rest of a name with two dots": "?s <a:p> a:o.b.SERVICE<URL>{}",
}


@pytest.fixture(scope="module")
def store() -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    term = pyoxigraph.NamedNode("a:s")
    store.add(pyoxigraph.Quad(term, pyoxigraph.NamedNode("a:p"), pyoxigraph.Literal("1")))
    store.add(pyoxigraph.Quad(term, pyoxigraph.NamedNode("a:p"), term, pyoxigraph.NamedNode("a:g")))
    return store


@pytest.mark.parametrize("pattern", CALLS.values(), ids=CALLS.keys())
def test_service_is_refused_in_a_form_that_the_engine_would_follow(
    pattern: str, listener: Listener, store: pyoxigraph.Store
) -> None:
    query = prologue(listener.url) + "SELECT * { " + pattern.replace("URL", listener.url) + " }"

    before = len(listener.calls)
    list(store.query(query))  # type: ignore[arg-type]
    assert len(listener.calls) > before, "the form is no call, so the test shows nothing"

    with pytest.raises(Problem) as caught:
        check(query, LIMITS)
    assert caught.value.status == 403
    assert "SERVICE" in caught.value.detail


@pytest.mark.parametrize(
    "query",
    [
        r"SELECT * { \u0053ERVICE <http://127.0.0.1/> {} }",
        r"SELECT * { S\U00000045RVICE <http://127.0.0.1/> {} }",
        "SELECT * { VALUES ?where { <http://127.0.0.1/> } SERVICE ?where {} }",
        "SELECT * { ?s ?p ?oSERVICE . SERVICE ?s {} }",
    ],
)
def test_service_is_refused_where_another_parser_would_follow_it(query: str) -> None:
    with pytest.raises(Problem) as caught:
        check(query, LIMITS)
    assert caught.value.status == 403


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o } # SERVICE <http://127.0.0.1/> {}",
        "# SERVICE\nSELECT ?service { ?service ?SERVICE $service }",
        'SELECT * { ?s ?p "SERVICE <http://127.0.0.1/> {}" }',
        "SELECT * { ?s ?p 'it is \\' SERVICE <x> {}' }",
        'SELECT * { ?s ?p """a "quoted"\nSERVICE <http://127.0.0.1/> {}""" }',
        "SELECT * { ?s ?p '''it's\nSERVICE''' }",
        "SELECT * { ?s <http://example.org/service/SERVICE#service> <http://example.org/SERVICE> }",
        "PREFIX ex: <http://e.org/> SELECT * { ?s ex:SERVICE ex:Service . ?s ex:has-service ex:a.service }",
        "PREFIX service: <http://e.org/> SELECT * { ?s service:name ?o . GRAPH service:g { ?s service:p ?o } }",
        "PREFIX service: <http://e.org/> ASK FROM service:g { ?s ?p ?o }",
        "SELECT * { _:service ?p 'text'@service }",
        "SELECT * { FILTER(?a<3 && ?b>2) ?service ?p ?o }",
        r'SELECT * { ?s ?p "\u0053ERVICE" }',
    ],
)
def test_the_word_service_passes_where_it_is_no_keyword(query: str) -> None:
    check(query, LIMITS)
    pyoxigraph.Store().query(query)  # and it is SPARQL


def test_what_passes_the_guard_never_makes_the_engine_call_anybody(
    listener: Listener, store: pyoxigraph.Store
) -> None:
    dice = random.Random(20240122)
    pieces = [
        *("SERVICE", "SERVICE ", "SERVICE:x", "q:SERVICE", " SILENT ", ":x", "a:x", "q:", "?x", "?s ?p ", "?s ?p 1"),
        *("{}", "{", "}", "(", ")", "<", "<<", ">", ">>", "#", "#>", "'#", "#'''", "'''#", "\n", "\r", " ", "|} ", "[", "]"),
        *("FILTER(1<2)", "FILTER(1<", "EXISTS{", "BIND(1<", "VALUES ?v {", "GRAPH", "1.", "true", "'''", '"""', "'", '"'),
        *("''", "'a'", "\\q", "\\uD800", "\\u0027", "\\", "@en", "_:b", "a:b.", "..", ".", ",", ";", "^", "!", "&&", "*"),
    ]  # fmt: skip
    passed = called = 0
    for _ in range(6000):
        pattern = list(dice.choice(list(CALLS.values())).replace("URL", listener.url))
        for _ in range(dice.randint(0, 4)):
            at = dice.randint(0, len(pattern))
            pattern[at : at + dice.choice((0, 0, 1, 2))] = [dice.choice(pieces)]
        query = prologue(listener.url) + "SELECT * { " + "".join(pattern) + dice.choice((" }", "\n}"))
        before = len(listener.calls)
        with contextlib.suppress(SyntaxError, OSError, RuntimeError, ValueError):
            list(store.query(query))  # type: ignore[arg-type]
        if len(listener.calls) > before:
            called += 1
            with pytest.raises(Problem):
                check(query, LIMITS)
        else:
            passed += 1
    assert called > 50
    assert passed > 50


@pytest.mark.parametrize(
    ("query", "deep"),
    [
        ("SELECT * " + "{" * 64 + "}" * 64, False),
        ("SELECT * " + "{" * 65 + "}" * 65, True),
        ("SELECT * " + "{" * 5000 + "}" * 5000, True),
        ("SELECT (" + "(" * 5000 + "1" + ")" * 5000 + " AS ?x) {}", True),
        ("SELECT (" + "STR(" * 1000 + "1" + ")" * 1000 + " AS ?x) {}", True),
        ("SELECT * { ?s ?p " + "(" * 250 + "1" + ")" * 250 + " }", True),
        ("SELECT * { ?s ?p " + "[?p " * 100 + "1" + "]" * 100 + " }", True),
        ("SELECT * { " + "<<" * 100 + " ?s ?p ?o " + ">>" * 100 + " ?p ?o }", True),
        # Hidden from a reader who takes the brackets behind `<` for an IRI.
        ("SELECT * { FILTER(" + "1<(#>\n" * 100 + "1" + ")" * 100 + ") }", True),
        ("SELECT * { FILTER(" + "(<a:)> = " * 100 + "1" + ")" * 100 + ") }", True),
        # Not deep: side by side, in strings, in IRIs, in comments.
        ("SELECT * { " + "{} " * 500 + "}", False),
        ("SELECT * { ?s ?p '" + "(" * 500 + "' }", False),
        ("SELECT * { ?s ?p ?o } #" + "(" * 500, False),
        ("SELECT * { VALUES ?x { " + "<http://e.org/a_(b)> " * 500 + "} }", False),
        ("SELECT * { VALUES (?x ?y) { " + "(1 2) " * 500 + "} }", False),
    ],
)
def test_nesting_is_counted_where_a_parser_would_nest(query: str, deep: bool) -> None:
    if not deep:
        check(query, LIMITS)
        return
    with pytest.raises(Problem) as caught:
        check(query, LIMITS)
    assert caught.value.status == 413
    assert caught.value.fields["limit"] == LIMITS.nesting


def test_length_is_counted_in_bytes() -> None:
    check("#" * LIMITS.query_bytes, LIMITS)
    with pytest.raises(Problem) as caught:
        check("昆" * (LIMITS.query_bytes // 3 + 1), LIMITS)
    assert caught.value.status == 413
    assert caught.value.fields["value"] > LIMITS.query_bytes  # type: ignore[operator]


@pytest.mark.parametrize(
    "unit", ["'''", '"', "<a:", "?x<1#>", "<'''>", "\\u0027", "'\\", "service:", "1<(", "_:a.", "a.", "a:b."]
)
def test_a_text_made_to_slow_the_guard_is_read_in_time(unit: str) -> None:
    text = unit * ((LIMITS.query_bytes - 100) // len(unit.encode()))
    started = time.monotonic()
    for query in ("service " + text, f"SELECT * {{ ?x <{text} SERVICE ?x {{", f"# service\n{text}"):
        with contextlib.suppress(Problem):
            check(query, LIMITS)
    assert time.monotonic() - started < 3
