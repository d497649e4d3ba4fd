"""SERVICE through our own hands: who is asked, what may come back, and that the rows are those of the engine's SERVICE."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, RdfFormat, Store, Triple

from server.federation import Network, resolve_services
from server.federation.addresses import Address, is_public, look_up
from server.federation.endpoints import permitted, read_endpoint
from server.federation.failure import CallFailed
from server.federation.inline import EMPTY_SOLUTION, to_values
from server.problem import Problem
from server.settings import Limits, Settings

MOST_CALLS, MOST_ROWS, MOST_BYTES = Limits().service_calls, Limits().service_rows, Limits().service_bytes

LOCAL = """
PREFIX ex: <http://example.org/>
ex:a ex:knows ex:b ; ex:age 30 .
ex:b ex:knows ex:c ; ex:age 40 .
ex:c ex:age 50 .
ex:d ex:age 60 .
GRAPH ex:g { ex:a ex:says "hello" }
"""
REMOTE = """
PREFIX ex: <http://example.org/>
ex:a ex:name "Ann" , "安"@zh , "Anna"@de-CH ; ex:born "1990-01-02"^^<http://www.w3.org/2001/XMLSchema#date> .
ex:b ex:name "quote \\" back\\\\slash \\\\u0022 \\n\\r\\t \\u0001 { } # ' 😀" ; ex:weight 1.50 , 2e3 , "x"^^ex:own .
ex:c ex:name '''two
lines''' ; ex:flag true .
ex:e ex:name "Eve" .
"""


@dataclass(frozen=True)
class Call:
    iri: str
    silent: bool
    start: int
    end: int
    group: str


@dataclass(frozen=True)
class Checked:
    text: str
    services: tuple[Call, ...]
    prologue: str


def check(text: str) -> Checked:
    """What server.guard does, for texts whose braces and keywords stand nowhere but in the grammar's places."""
    prologue = re.match(r"\s*((BASE|PREFIX)[^>]*>\s*)*", text)
    assert prologue is not None
    calls = []
    for match in re.finditer(r"SERVICE\s+(SILENT\s+)?<([^>]*)>\s*(?=\{)", text):
        depth, end = 1, match.end() + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        calls.append(Call(match[2], bool(match[1]), match.start(), end, text[match.end() : end]))
    return Checked(text, tuple(calls), prologue.group())


@dataclass
class Endpoint:
    """A server on 127.0.0.1; `answer` gets the handler and the query, and writes what it likes."""

    server: ThreadingHTTPServer
    answer: Callable[[BaseHTTPRequestHandler, str], None]
    connections: int = 0
    requests: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def iri(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"


def send(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    status: int = 200,
    media_type: str = "application/sparql-results+json",
    **headers: str,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", media_type)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def from_store(store: Store) -> Callable[[BaseHTTPRequestHandler, str], None]:
    def answer(handler: BaseHTTPRequestHandler, query: str) -> None:
        body = store.query(query).serialize(format=QueryResultsFormat.JSON)
        assert isinstance(body, bytes)
        send(handler, body)

    return answer


def rows_of(*rows: dict[str, Any], names: tuple[str, ...] = ("x",)) -> bytes:
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


def text_of(value: str) -> dict[str, str]:
    return {"type": "literal", "value": value}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"])).decode()
            made.requests.append((self.command, self.path, dict(self.headers), query))
            try:
                made.answer(self, query)
            except (OSError, ValueError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> tuple[socket.socket, Any]:
            made.connections += 1
            return super().get_request()

        def handle_error(self, *_: object) -> None:
            pass

    store = Store()
    store.load(REMOTE, format=RdfFormat.TRIG)
    made = Endpoint(Server(("127.0.0.1", 0), Handler), from_store(store))
    threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def executor() -> Iterator[ThreadPoolExecutor]:
    made = ThreadPoolExecutor(8)
    yield made
    made.shutdown(wait=False, cancel_futures=True)


@pytest.fixture(scope="module")
def local() -> Store:
    store = Store()
    store.load(LOCAL, format=RdfFormat.TRIG)
    return store


LOOPBACK = Network(look_up=look_up, is_allowed=lambda _: True)


def resolve(
    query: str,
    executor: ThreadPoolExecutor,
    *services: str,
    deadline: float = 5.0,
    network: Network = LOOPBACK,
    base: str | None = None,
) -> str:
    settings = Settings(services=services)
    work = resolve_services(
        check(query), settings, deadline=deadline, executor=executor, base=base, network=network
    )
    return asyncio.run(work)


def refusal(query: str, executor: ThreadPoolExecutor, *services: str, **options: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        resolve(query, executor, *services, **options)
    return caught.value


def answers(store: Store, query: str) -> tuple[list[str], Counter[str]]:
    result = store.query(query)
    if not hasattr(result, "variables"):
        return [], Counter([str(bool(result))])
    names = [variable.value for variable in result.variables]
    return names, Counter(str([str(row[name]) for name in sorted(names)]) for row in result)


PREFIX = "PREFIX ex: <http://example.org/>\n"
SAME_AS_THE_ENGINE = {
    "plain": "SELECT * { ?s ex:age ?age SERVICE <E> { ?s ex:name ?name } }",
    "first": "SELECT * { SERVICE <E> { ?s ex:name ?name } ?s ex:age ?age . }",
    "followed by a dot": "SELECT * { SERVICE <E> { ?s ex:name ?name } . ?s ex:age ?age . }",
    "nothing else": "SELECT * { SERVICE <E> { ?s ?p ?o } }",
    "typed values": "SELECT * { SERVICE <E> { ?s ex:weight|ex:born|ex:flag ?o } }",
    "optional": "SELECT * { ?s ex:age ?age OPTIONAL { SERVICE <E> { ?s ex:name ?name } } }",
    "optional and a filter on the rest": (
        "SELECT * { ?s ex:age ?age OPTIONAL { SERVICE <E> { ?s ex:name ?name } FILTER(?age > 35) } }"
    ),
    "union": "SELECT * { { ?s ex:age ?age } UNION { SERVICE <E> { ?s ex:name ?name } } }",
    "sub-select": "SELECT * { ?s ex:age ?age { SELECT ?s (COUNT(*) AS ?n) { SERVICE <E> { ?s ?p ?o } } GROUP BY ?s } }",
    "sub-select inside": "SELECT * { ?s ex:age ?age SERVICE <E> { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s } }",
    "minus": "SELECT * { ?s ex:age ?age MINUS { SERVICE <E> { ?s ex:name ?name } } }",
    "exists": "SELECT * { ?s ex:age ?age FILTER EXISTS { SERVICE <E> { ?s ex:name ?name } } }",
    "not exists": "SELECT * { ?s ex:age ?age FILTER NOT EXISTS { SERVICE <E> { ?s ex:flag ?f } } }",
    "beside graph": "SELECT * { GRAPH ?g { ?s ex:says ?w } SERVICE <E> { ?s ex:name ?name } }",
    "unbound in rows": (
        "SELECT * { ?s ex:age ?age SERVICE <E> { ?s ex:name ?name OPTIONAL { ?s ex:born ?b } } }"
    ),
    "joined on what is unbound": (
        "SELECT * { { ?s ex:age ?age } SERVICE <E> { { ?s ex:flag ?f } UNION { ?other ex:born ?b } } }"
    ),
    "no variables, found": "SELECT * { ?s ex:age ?age SERVICE <E> { ex:e ex:name 'Eve' } }",
    "no variables, not found": "SELECT * { ?s ex:age ?age SERVICE <E> { ex:e ex:name 'Adam' } }",
    "no rows": "SELECT * { ?s ex:age ?age OPTIONAL { SERVICE <E> { ?s ex:nothing ?x } } }",
    "twice": "SELECT * { SERVICE <E> { ?s ex:name ?name } ?s ex:age ?age SERVICE <E> { ?s ex:flag ?f } }",
    "blank nodes in the pattern": "SELECT * { ?s ex:age ?age SERVICE <E> { ?s ex:name ?n . [] ex:flag ?f } }",
    "bind": "SELECT * { ?s ex:age ?a SERVICE <E> { ?s ex:name ?n } BIND(CONCAT(?n, STR(?a)) AS ?both) }",
    "silent and fine": "SELECT * { ?s ex:age ?age SERVICE SILENT <E> { ?s ex:name ?name } }",
    "silent and dead": "SELECT ?s ?n { ?s ex:age ?age SERVICE SILENT <DEAD> { ?s ex:name ?n } }",
    "silent and dead in optional": (
        "SELECT ?s ?n { ?s ex:age ?age OPTIONAL { SERVICE SILENT <DEAD> { ?s ex:name ?n } } }"
    ),
    "silent and dead in minus": "SELECT ?s { ?s ex:age ?age MINUS { SERVICE SILENT <DEAD> { ?s ex:name ?n } } }",
    "ask": "ASK { SERVICE <E> { ?s ex:flag true } }",
    "order and slice": "SELECT ?name { SERVICE <E> { ?s ex:name ?name } } ORDER BY ?name LIMIT 3",
    "at both ends": "SELECT * {SERVICE <E>{?s ex:name ?name}FILTER(true)SERVICE <E>{?s ex:born ?b}}",
    "emoji before": "SELECT * { VALUES ?e { '😀' } SERVICE <E> { ?s ex:name '安'@zh } ?s ex:age ?age }",
}


@pytest.mark.parametrize("query", SAME_AS_THE_ENGINE.values(), ids=SAME_AS_THE_ENGINE.keys())
def test_rows_are_those_of_the_engines_own_service(
    query: str, endpoint: Endpoint, executor: ThreadPoolExecutor, local: Store, dead: str
) -> None:
    query = PREFIX + query.replace("<E>", f"<{endpoint.iri}>").replace("<DEAD>", f"<{dead}>")
    resolved = resolve(query, executor, endpoint.iri, dead)
    assert not re.search("SERVICE", resolved)
    names, rows = answers(local, resolved)
    expected_names, expected = answers(local, query)
    assert sorted(names) == sorted(expected_names)
    assert rows == expected


def test_graph_around_a_call_is_none_of_the_endpoints_business(
    endpoint: Endpoint, executor: ThreadPoolExecutor, local: Store
) -> None:
    """The engine would ask for `GRAPH ex:g { … }` there; the standard (section 4) evaluates the group as it is."""
    call = f"SERVICE <{endpoint.iri}> {{ ?s ex:name ?name }}"
    for graph in ("?g", "ex:g"):
        inside = f"{PREFIX} SELECT ?s ?w ?name {{ GRAPH {graph} {{ ?s ex:says ?w {call} }} }}"
        beside = f"{PREFIX} SELECT ?s ?w ?name {{ GRAPH {graph} {{ ?s ex:says ?w }} {call} }}"
        _, rows = answers(local, resolve(inside, executor, endpoint.iri))
        assert rows == answers(local, beside)[1]
        assert rows.total() == 3


@pytest.fixture
def dead() -> Iterator[str]:
    """An endpoint where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/sparql"


def test_what_the_endpoint_is_asked(
    endpoint: Endpoint, executor: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    iri = f"http://127.0.0.1:{endpoint.port}/döner/%20?a=b&c"
    resolve(
        f"PREFIX ex: <http://e/> SELECT * {{ SERVICE <{iri}> {{ ?s ex:p ?o }} }}",
        executor,
        iri,
        base="http://b/",
    )
    ((method, path, headers, query),) = endpoint.requests
    assert (method, path) == ("POST", "/d%C3%B6ner/%20?a=b&c")
    assert query.split("\n") == [
        "BASE <http://b/>",
        "PREFIX ex: <http://e/> ",
        f"SELECT * WHERE {{ ?s ex:p ?o }} LIMIT {MOST_ROWS + 1}",
    ]
    assert {name.lower(): value for name, value in headers.items()} == {
        "host": f"127.0.0.1:{endpoint.port}",
        "user-agent": "Chuncheng-Ledger",
        "content-type": "application/sparql-query",
        "accept": "application/sparql-results+json",
        "accept-encoding": "gzip",
        "connection": "close",
        "content-length": str(len(query.encode())),
    }


def test_a_comment_behind_the_declarations_hides_nothing(
    endpoint: Endpoint, executor: ThreadPoolExecutor, local: Store
) -> None:
    text = f"{PREFIX}# SELECT\nSELECT * {{ SERVICE <{endpoint.iri}> {{ ?s ex:flag ?f }} }}"
    checked = check(text)
    checked = Checked(text, checked.services, PREFIX + "# SELECT")
    settings = Settings(services=(endpoint.iri,))
    resolved = asyncio.run(
        resolve_services(checked, settings, deadline=5, executor=executor, network=LOOPBACK)
    )
    assert answers(local, resolved)[1] == answers(local, text)[1]


def test_a_query_without_service_stays_as_it_is(executor: ThreadPoolExecutor) -> None:
    assert resolve("SELECT * { ?s ?p ?o }", executor) == "SELECT * { ?s ?p ?o }"


def test_lines_of_errors_stay_right(endpoint: Endpoint, executor: ThreadPoolExecutor, local: Store) -> None:
    query = f"{PREFIX}SELECT * {{\nSERVICE <{endpoint.iri}>\n{{\n?s ex:name ?n\n}}\nwrong }}"
    resolved = resolve(query, executor, endpoint.iri)
    with pytest.raises(SyntaxError) as before:
        local.query(query)
    with pytest.raises(SyntaxError) as after:
        local.query(resolved)
    assert str(before.value).split(":")[0] == str(after.value).split(":")[0] == "error at 7"


@pytest.mark.parametrize("behind", ["UNION { ?s ?p ?o }", ". . "])
def test_what_was_wrong_stays_wrong(
    behind: str, endpoint: Endpoint, executor: ThreadPoolExecutor, local: Store, dead: str
) -> None:
    for iri in (endpoint.iri, dead):
        query = f"{PREFIX}SELECT * {{ SERVICE SILENT <{iri}> {{ ?s ex:name ?n }} {behind} }}"
        with pytest.raises(SyntaxError):
            local.query(resolve(query, executor, iri))


def test_a_call_inside_a_call_is_made_by_the_endpoint(
    endpoint: Endpoint, executor: ThreadPoolExecutor
) -> None:
    sent = []

    def answer(handler: BaseHTTPRequestHandler, query: str) -> None:
        sent.append(query)
        send(handler, rows_of({"x": text_of("1")}))

    endpoint.answer = answer
    inner = f"{endpoint.iri}2"
    query = f"SELECT * {{ SERVICE <{endpoint.iri}> {{ SERVICE <{inner}> {{ ?x ?y ?z }} }} }}"
    outer = check(query).services[0]
    inside = check(
        f"{' ' * (query.index('{ SERVICE <' + inner) + 2)}SERVICE <{inner}> {{ ?x ?y ?z }}"
    ).services[0]
    settings = Settings(services=(endpoint.iri, inner))
    checked = Checked(query, (outer, inside), "")
    text = asyncio.run(resolve_services(checked, settings, deadline=5, executor=executor, network=LOOPBACK))
    assert text.split() == ["SELECT", "*", "{", "VALUES", "(?x)", "{", '("1")', "}", "}"]
    assert len(sent) == 1 and inner in sent[0]
    only_outer = Settings(services=(endpoint.iri,))
    with pytest.raises(Problem, match="refused"):
        asyncio.run(resolve_services(checked, only_outer, deadline=5, executor=executor, network=LOOPBACK))


# Which endpoints


@pytest.mark.parametrize(
    ("iri", "setting"),
    [
        ("HTTP://Example.ORG/sparql", "http://example.org/sparql"),
        ("http://example.org:80/sparql", "http://example.org/sparql"),
        ("https://example.org/sparql", "https://EXAMPLE.org:443/sparql"),
        ("http://example.org", "http://example.org:/"),
        ("http://example.org/é?q=1", "http://example.org/%C3%A9?q=1"),
    ],
)
def test_same_endpoint(iri: str, setting: str) -> None:
    assert permitted(iri, ["http://other.example/", setting]) == read_endpoint(setting)


@pytest.mark.parametrize(
    "iri",
    [
        "http://example.org/sparql/",
        "http://example.org/sparql2",
        "http://example.org/SPARQL",
        "http://example.org/sparql?query=x",
        "http://example.org/sparql?",
        "http://example.org/sparql#",
        "http://example.org/sparql#x",
        "http://example.org/x/../sparql",
        "http://example.org:8080/sparql",
        "https://example.org/sparql",
        "http://example.org./sparql",
        "http://example.org.evil.example/sparql",
        "http://user@example.org/sparql",
        "http://example.org@evil.example/sparql",
        "http://evil.example\\@example.org/sparql",
        "http://example.org:80:80/sparql",
        "http://example.org:99999/sparql",
        "http://exam%70le.org/sparql",
        "http://example。org/sparql",
        "http://[::1]/sparql",
        " http://example.org/sparql",
        "http://example.org/sparql\n",
        "http://example.org/spa\trql",
        "http:/example.org/sparql",
        "http:example.org/sparql",
        "//example.org/sparql",
        "sparql",
        "file:///etc/passwd",
        "ftp://example.org/sparql",
        "http://",
        "",
        "http://example.org/\ud800",
        "http://example.org/" + "x" * 5000,
    ],
)
def test_other_endpoint(iri: str) -> None:
    with pytest.raises(Problem, match="CHUNCHENG_SERVICES") as caught:
        permitted(iri, ["http://example.org/sparql", "wrong"])
    assert caught.value.status == 403
    assert len(caught.value.to_json()) < 2000


def test_nothing_is_sent_if_any_endpoint_is_refused(endpoint: Endpoint, executor: ThreadPoolExecutor) -> None:
    query = f"SELECT * {{ SERVICE <{endpoint.iri}> {{ ?s ?p ?o }} SERVICE SILENT <{endpoint.iri}/x> {{ ?s ?p ?o }} }}"
    problem = refusal(query, executor, endpoint.iri)
    assert problem.status == 403
    assert f"<{endpoint.iri}/x>" in problem.detail and "CHUNCHENG_SERVICES" in problem.detail
    assert endpoint.connections == 0
    assert "it names none" in refusal(query, executor).detail


def test_too_many_calls(endpoint: Endpoint, executor: ThreadPoolExecutor) -> None:
    call = f"SERVICE <{endpoint.iri}> {{}} "
    problem = refusal(f"SELECT * {{ {call * (MOST_CALLS + 1)} }}", executor, endpoint.iri)
    assert (problem.status, problem.fields) == (413, {"limit": MOST_CALLS, "value": MOST_CALLS + 1})
    assert endpoint.connections == 0


# Which addresses

NOT_PUBLIC = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.1 192.0.0.9 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1
64:ff9b::10.0.0.1 64:ff9b:1::8.8.8.8 100::1 2001::1 2001:0:808:808::1 2001:2::1 2001:db8::1
2002:7f00:1::1 2002:808:808::1 2002:a00:1::1 2002:a9fe:a9fe::1 3fff::1 4000::1 5f00::1 fc00::1 fd12::1 fe80::1
fe80::1%eth0 fec0::1 ff02::1 ff0e::1 2606:4700::1111%eth0
"""
PUBLIC = """
1.1.1.1 8.8.8.8 172.32.0.1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2606:4700::1111 2a00::1
"""
HOSTS = """
127.0.0.1 [::1] 0.0.0.0 [::] 10.0.0.1 192.168.0.1 169.254.169.254 [fe80::1] [fc00::1]
[::ffff:127.0.0.1] [::ffff:7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::] 100.64.0.1 2130706433 0x7f.1
0x7f000001 017700000001 127.1 0 localhost LOCALHOST
"""


@pytest.mark.parametrize(
    "address",
    NOT_PUBLIC.split(),
)
def test_address_that_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    PUBLIC.split(),
)
def test_public_address(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    HOSTS.split(),
)
@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_no_connection_to_what_is_not_public(
    host: str, silent: str, endpoint: Endpoint, executor: ThreadPoolExecutor
) -> None:
    iri = f"http://{host}:{endpoint.port}/sparql"
    query = f"SELECT * {{ SERVICE {silent}<{iri}> {{ ?s ?p ?o }} }}"
    problem = refusal(query, executor, iri, network=Network())
    assert problem.status == 403
    assert "not public" in problem.detail
    assert endpoint.connections == 0


def test_a_name_with_one_address_that_is_not_public(endpoint: Endpoint, executor: ThreadPoolExecutor) -> None:
    asked = []

    def found(host: str, port: int) -> list[Address]:
        asked.append((host, port))
        return [ipaddress.ip_address("8.8.8.8"), ipaddress.ip_address("127.0.0.1")]

    iri = f"http://mixed.example:{endpoint.port}/sparql"
    query = f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}"
    problem = refusal(query, executor, iri, network=Network(look_up=found))
    assert problem.status == 403
    assert "127.0.0.1" not in problem.detail
    assert asked == [("mixed.example", endpoint.port)]
    assert endpoint.connections == 0


def test_other_endpoints_get_nothing_before_all_addresses_are_checked(
    endpoint: Endpoint, executor: ThreadPoolExecutor
) -> None:
    def found(host: str, _: int) -> list[Address]:
        time.sleep(0 if host == "good.example" else 0.2)
        return [ipaddress.ip_address("127.0.0.1" if host == "good.example" else "10.0.0.1")]

    network = Network(look_up=found, is_allowed=lambda address: address.is_loopback)
    good, bad = f"http://good.example:{endpoint.port}/", "http://bad.example/"
    query = f"SELECT * {{ SERVICE <{good}> {{ ?s ?p ?o }} SERVICE SILENT <{bad}> {{ ?s ?p ?o }} }}"
    assert refusal(query, executor, good, bad, network=network).status == 403
    assert endpoint.connections == 0


def test_the_name_is_looked_up_once_and_the_checked_address_is_reached(
    endpoint: Endpoint, executor: ThreadPoolExecutor
) -> None:
    """A name server that changes its mind (DNS rebinding) is not asked again."""
    asked = []

    def found(host: str, _: int) -> list[Address]:
        asked.append(host)
        return [ipaddress.ip_address("127.0.0.1" if len(asked) == 1 else "127.0.0.2")]

    iri = f"http://rebinding.invalid:{endpoint.port}/sparql"
    query = f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} SERVICE <{iri}> {{ ?s ?p ?o }} }}"
    resolve(query, executor, iri, network=Network(look_up=found, is_allowed=lambda _: True))
    assert asked == ["rebinding.invalid"]
    assert [headers["Host"] for _, _, headers, _ in endpoint.requests] == [
        f"rebinding.invalid:{endpoint.port}"
    ] * 2


def test_the_next_address_is_tried(endpoint: Endpoint, executor: ThreadPoolExecutor) -> None:
    both = [ipaddress.ip_address("127.0.0.3"), ipaddress.ip_address("127.0.0.1")]
    iri = f"http://two.example:{endpoint.port}/sparql"
    network = Network(look_up=lambda *_: both, is_allowed=lambda _: True)
    resolved = resolve(f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", executor, iri, network=network)
    assert "VALUES" in resolved


def test_a_name_without_address(executor: ThreadPoolExecutor) -> None:
    def nothing(*_: object) -> list[Address]:
        raise socket.gaierror(-2, "Name or service not known")

    iri = "http://nowhere.example/sparql"
    network = Network(look_up=nothing)
    problem = refusal(f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", executor, iri, network=network)
    assert (problem.status, problem.fields["service"]) == (502, iri)
    silent = resolve(f"SELECT * {{ SERVICE SILENT <{iri}> {{ ?s ?p ?o }} }}", executor, iri, network=network)
    assert EMPTY_SOLUTION in silent
    problem = refusal(
        f"SELECT * {{ SERVICE <http://{'a' * 64}.example/> {{}} }}", executor, f"http://{'a' * 64}.example/"
    )
    assert problem.status == 502


# What endpoints do wrong

SECRET = "root:x:0:0"


def _status(code: int, **headers: str) -> Callable[[BaseHTTPRequestHandler, str], None]:
    return lambda handler, _: send(handler, SECRET.encode(), code, "text/plain", **headers)


def _body(body: bytes, **options: str) -> Callable[[BaseHTTPRequestHandler, str], None]:
    return lambda handler, _: send(handler, body, **options)


def _torn(handler: BaseHTTPRequestHandler, _: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/sparql-results+json")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(rows_of({"x": text_of(SECRET)}))


def _no_http(handler: BaseHTTPRequestHandler, _: str) -> None:
    handler.wfile.write(SECRET.encode() + b"\r\n\r\n")


def _endless(handler: BaseHTTPRequestHandler, _: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/sparql-results+json")
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65536)


TERM = {"type": "uri", "value": "a:"}


def _nested_triple(depth: int) -> bytes:
    opening = b'{"type":"triple","value":{"subject":%b,"predicate":%b,"object":' % (
        (json.dumps(TERM).encode(),) * 2
    )
    term = opening * depth + json.dumps(TERM).encode() + b"}}" * depth
    return b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":' + term + b"}]}}"


BROKEN: dict[str, tuple[Callable[[BaseHTTPRequestHandler, str], None], str]] = {
    "301": (_status(301, Location="http://127.0.0.1:1/"), "redirect"),
    "302 to itself": (_status(302, Location="/sparql"), "redirect"),
    "303": (_status(303, Location="/sparql"), "redirect"),
    "307": (_status(307, Location="/sparql"), "redirect"),
    "308": (_status(308, Location="/sparql"), "redirect"),
    "204": (_status(204), "status 204"),
    "401": (_status(401, WWW_Authenticate="Basic"), "status 401"),
    "404": (_status(404), "status 404"),
    "500": (_status(500), "status 500"),
    "HTML": (_body(b"<p>" + SECRET.encode(), media_type="text/html"), "Content-Type"),
    "no JSON": (_body(SECRET.encode()), "not SPARQL JSON"),
    "JSON of something else": (_body(json.dumps({SECRET: 1}).encode()), "not SPARQL JSON"),
    "empty": (_body(b""), "not SPARQL JSON"),
    "half": (_body(rows_of({"x": text_of(SECRET)})[:-9]), "not SPARQL JSON"),
    "truth": (_body(b'{"head":{},"boolean":true}'), "truth value"),
    "relative IRI": (_body(rows_of({"x": {"type": "uri", "value": f"/{SECRET}"}})), "not SPARQL JSON"),
    "IRI that ends early": (
        _body(rows_of({"x": {"type": "uri", "value": "http://a> } SERVICE <http://b"}})),
        "not SPARQL JSON",
    ),
    "name that ends early": (_body(rows_of(names=("x) {} } SERVICE <http://b> { (",))), "not SPARQL JSON"),
    "name twice": (_body(rows_of(names=("x", "x"))), "not SPARQL JSON"),
    "language that isn't": (
        _body(rows_of({"x": {"type": "literal", "value": "x", "xml:lang": "en> }"}})),
        "not SPARQL JSON",
    ),
    "blank node": (_body(rows_of({"x": {"type": "bnode", "value": SECRET}})), "blank nodes"),
    "triple term": (_body(_nested_triple(1)), "triple terms"),
    "deep triple term": (_body(_nested_triple(40_000)), "nested too deep"),
    "deep array": (_body(b"[" * 1_000_000), "nested too deep"),
    "too many rows": (
        _body(rows_of(*[{"x": text_of("1")}] * (MOST_ROWS + 1))),
        f"more than {MOST_ROWS} rows",
    ),
    "too long": (_body(rows_of({"x": text_of("a" * MOST_BYTES)})), f"longer than {MOST_BYTES} bytes"),
    "endless": (_endless, f"longer than {MOST_BYTES} bytes"),
    "packed bomb": (
        _body(gzip.compress(b" " * 20 * MOST_BYTES), Content_Encoding="gzip"),
        f"longer than {MOST_BYTES} bytes",
    ),
    "packed and torn": (_body(gzip.compress(rows_of())[:-10], Content_Encoding="gzip"), "too early"),
    "not packed at all": (_body(rows_of(), Content_Encoding="gzip"), "unpacked"),
    "packed otherwise": (_body(rows_of(), Content_Encoding="br"), "compressed"),
    "torn": (_torn, "broke"),
    "no HTTP": (_no_http, "broke"),
}


@pytest.mark.parametrize(("answer", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_failure(
    answer: Callable[[BaseHTTPRequestHandler, str], None],
    reason: str,
    endpoint: Endpoint,
    executor: ThreadPoolExecutor,
) -> None:
    endpoint.answer = answer
    problem = refusal(f"SELECT * {{ SERVICE <{endpoint.iri}> {{ ?x ?p ?o }} }}", executor, endpoint.iri)
    assert problem.status == 502
    assert problem.detail.startswith(f"SERVICE <{endpoint.iri}> gave no answer: ")
    assert reason in problem.detail
    assert SECRET not in problem.detail
    assert len(endpoint.requests) == 1
    silent = resolve(f"SELECT * {{ SERVICE SILENT <{endpoint.iri}> {{ ?x ?p ?o }} }}", executor, endpoint.iri)
    assert silent.split() == f"SELECT * {{ {EMPTY_SOLUTION} }}".split()


def test_nobody_listens(dead: str, executor: ThreadPoolExecutor) -> None:
    problem = refusal(f"SELECT * {{ SERVICE <{dead}> {{ ?x ?p ?o }} }}", executor, dead)
    assert problem.status == 502
    assert problem.detail.endswith("it can't be reached: Connection refused")


def test_what_may_be_different(endpoint: Endpoint, executor: ThreadPoolExecutor) -> None:
    query = f"SELECT * {{ SERVICE <{endpoint.iri}> {{ ?x ?p ?o }} }}"
    endpoint.answer = _body(gzip.compress(rows_of({"x": text_of("1")})), Content_Encoding="gzip")
    assert '("1")' in resolve(query, executor, endpoint.iri)
    endpoint.answer = _body(rows_of({"x": text_of("1")}), media_type="Application/JSON; charset=utf-8")
    assert '("1")' in resolve(query, executor, endpoint.iri)
    endpoint.answer = _body(rows_of(*[{"x": text_of("1")}] * MOST_ROWS))
    assert resolve(query, executor, endpoint.iri).count('("1")') == MOST_ROWS


def test_chunks(endpoint: Endpoint, executor: ThreadPoolExecutor) -> None:
    def answer(handler: BaseHTTPRequestHandler, _: str) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Content-Type", "application/sparql-results+json")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        body = rows_of({"x": text_of("1")})
        for start in range(0, len(body), 10):
            part = body[start : start + 10]
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        handler.wfile.write(b"0\r\n\r\n")

    endpoint.answer = answer
    assert '("1")' in resolve(
        f"SELECT * {{ SERVICE <{endpoint.iri}> {{ ?x ?p ?o }} }}", executor, endpoint.iri
    )


# Time


def _sleeping(*_: object) -> None:
    time.sleep(3)


def _dripping_body(handler: BaseHTTPRequestHandler, _: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/sparql-results+json")
    handler.end_headers()
    _drip(handler)


def _dripping_head(handler: BaseHTTPRequestHandler, _: str) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    _drip(handler)


def _drip(handler: BaseHTTPRequestHandler) -> None:
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [_sleeping, _dripping_body, _dripping_head])
@pytest.mark.parametrize("silent", [False, True])
def test_deadline_holds_and_the_thread_is_free_again(
    answer: Callable[[BaseHTTPRequestHandler, str], None], silent: bool, endpoint: Endpoint
) -> None:
    endpoint.answer = answer
    query = f"SELECT * {{ SERVICE {'SILENT ' * silent}<{endpoint.iri}> {{ ?x ?p ?o }} }}"
    executor = ThreadPoolExecutor(1)
    began = time.monotonic()
    if silent:
        assert EMPTY_SOLUTION in resolve(query, executor, endpoint.iri, deadline=0.4)
    else:
        problem = refusal(query, executor, endpoint.iri, deadline=0.4)
        assert (problem.status, problem.fields["service"]) == (504, endpoint.iri)
    assert 0.3 < time.monotonic() - began < 0.9
    executor.shutdown(wait=True)
    assert time.monotonic() - began < 1.4


def test_deadline_is_for_all_calls_together(endpoint: Endpoint, executor: ThreadPoolExecutor) -> None:
    def answer(handler: BaseHTTPRequestHandler, _: str) -> None:
        time.sleep(0.3)
        send(handler, rows_of({"x": text_of("1")}))

    endpoint.answer = answer
    calls = f"SERVICE <{endpoint.iri}> {{ ?x ?p ?o }} " * 4
    began = time.monotonic()
    assert resolve(f"SELECT * {{ {calls} }}", executor, endpoint.iri, deadline=1).count("VALUES") == 4
    assert time.monotonic() - began < 0.9
    with ThreadPoolExecutor(1) as narrow:  # one after the other, which is too slow
        assert refusal(f"SELECT * {{ {calls} }}", narrow, endpoint.iri, deadline=0.5).status == 504


def test_a_slow_name_server(executor: ThreadPoolExecutor) -> None:
    def slow(*_: object) -> list[Address]:
        time.sleep(1)
        return [ipaddress.ip_address("8.8.8.8")]

    iri = "http://slow.example/"
    began = time.monotonic()
    problem = refusal(
        f"SELECT * {{ SERVICE <{iri}> {{}} }}", executor, iri, deadline=0.2, network=Network(look_up=slow)
    )
    assert problem.status == 504
    assert time.monotonic() - began < 0.7


def test_no_time_left(endpoint: Endpoint, executor: ThreadPoolExecutor) -> None:
    query = f"SELECT * {{ SERVICE <{endpoint.iri}> {{ ?x ?p ?o }} }}"
    assert refusal(query, executor, endpoint.iri, deadline=0).status == 504
    assert refusal(query, executor, endpoint.iri, deadline=-1).status == 504


def test_one_failure_ends_the_others(endpoint: Endpoint, executor: ThreadPoolExecutor, dead: str) -> None:
    endpoint.answer = _sleeping
    query = f"SELECT * {{ SERVICE <{endpoint.iri}> {{ ?x ?p ?o }} SERVICE <{dead}> {{ ?x ?p ?o }} }}"
    began = time.monotonic()
    assert refusal(query, executor, endpoint.iri, dead).status == 502
    assert time.monotonic() - began < 1


def test_a_client_that_goes_away_frees_the_thread(endpoint: Endpoint) -> None:
    endpoint.answer = _dripping_body
    executor = ThreadPoolExecutor(1)
    query = f"SELECT * {{ SERVICE <{endpoint.iri}> {{ ?x ?p ?o }} }}"

    async def leave() -> None:
        settings = Settings(services=(endpoint.iri,))
        work = asyncio.ensure_future(
            resolve_services(check(query), settings, deadline=30, executor=executor, network=LOOPBACK)
        )
        await asyncio.sleep(0.3)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    began = time.monotonic()
    asyncio.run(leave())
    executor.shutdown(wait=True)
    assert len(endpoint.requests) == 1
    assert time.monotonic() - began < 1


# Terms

CHARACTERS = st.text(st.characters(exclude_categories=["Cs"]))


@given(CHARACTERS, st.sampled_from([None, "en", "zh-Hans-CN", "de-CH-1996"]))
def test_any_literal_survives(value: str, language: str | None) -> None:
    literal = Literal(value, language=language)
    answer = rows_of({"x": text_of(value) | ({"xml:lang": language} if language else {})})
    (row,) = Store().query(f"SELECT * {{ {to_values(answer, MOST_ROWS)} }}")
    assert row["x"] == literal


@given(CHARACTERS)
def test_an_iri_survives_or_is_refused(tail: str) -> None:
    iri = f"http://example.org/{tail}"
    for answer in (
        rows_of({"x": {"type": "uri", "value": iri}}),
        rows_of({"x": {"type": "literal", "value": "1", "datatype": iri}}),
    ):
        try:
            block = to_values(answer, MOST_ROWS)
        except CallFailed:
            continue
        (row,) = Store().query(f"SELECT * {{ {block} }}")
        assert row["x"] in (NamedNode(iri), Literal("1", datatype=NamedNode(iri)))


@given(st.lists(CHARACTERS, unique=True, max_size=4))
def test_a_head_survives_or_is_refused(names: list[str]) -> None:
    try:
        block = to_values(rows_of({}, names=tuple(names)), MOST_ROWS)
    except CallFailed:
        return
    result = Store().query(f"SELECT * {{ {block} }}")
    assert {variable.value for variable in result.variables} == set(names)
    assert len(list(result)) == 1


def test_terms_as_text() -> None:
    number = "http://www.w3.org/2001/XMLSchema#integer"
    answer = rows_of(
        {"x": {"type": "uri", "value": "http://a/"}, "y": text_of('a"b\\c\nd')},
        {"y": {"type": "literal", "value": "01", "datatype": number}},
        {"x": {"type": "literal", "value": "a", "xml:lang": "en"}},
        names=("y", "x", "z"),
    )
    assert to_values(answer, MOST_ROWS) == (
        'VALUES (?y ?x ?z) { ("a\\"b\\\\c\\nd" <http://a/> UNDEF)'
        f' ("01"^^<{number}> UNDEF UNDEF) (UNDEF "a"@en UNDEF) }}'
    )


def test_answers_without_rows_or_variables(local: Store) -> None:
    assert answers(local, f"SELECT * {{ {to_values(rows_of(), MOST_ROWS)} }}") == (["x"], Counter())
    assert answers(local, f"SELECT * {{ {to_values(rows_of({}, {}, names=()), MOST_ROWS)} }}") == (
        [],
        Counter({"[]": 2}),
    )
    assert answers(local, f"SELECT * {{ {to_values(rows_of(names=()), MOST_ROWS)} }}") == ([], Counter())


def test_terms_of_the_engine_that_are_not_written() -> None:
    """The kinds that the engine knows are those that are told apart."""
    for term in (BlankNode("b"), Triple(NamedNode("http://a"), NamedNode("http://a"), NamedNode("http://a"))):
        assert not isinstance(term, NamedNode | Literal)


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=good.example", "-addext", "subjectAltName=DNS:good.example"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(["openssl", "req", *kind, *subject, *files], check=True, capture_output=True)
    return folder / "certificate.pem", folder / "key.pem"


def _over_tls(endpoint: Endpoint, certificate: tuple[Path, Path]) -> list[str | None]:
    """Names that clients asked for (SNI)."""
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda _, name, __: names.append(name)
    endpoint.server.socket = context.wrap_socket(endpoint.server.socket, server_side=True)
    return names


def _trusting(certificate: tuple[Path, Path]) -> Network:
    loopback = [ipaddress.ip_address("127.0.0.1")]
    context = ssl.create_default_context(cafile=certificate[0])
    return Network(lambda *_: loopback, is_allowed=lambda _: True, trust=lambda: context)


def test_tls_asks_for_the_name_and_not_for_the_address(
    endpoint: Endpoint, executor: ThreadPoolExecutor, certificate: tuple[Path, Path]
) -> None:
    names = _over_tls(endpoint, certificate)
    iri = f"https://good.example:{endpoint.port}/sparql"
    query = f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}"
    assert "VALUES" in resolve(query, executor, iri, network=_trusting(certificate))
    assert names == ["good.example"]


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_tls_with_a_certificate_of_another(
    host: str, endpoint: Endpoint, executor: ThreadPoolExecutor, certificate: tuple[Path, Path]
) -> None:
    _over_tls(endpoint, certificate)
    iri = f"https://{host}:{endpoint.port}/sparql"
    query = f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}"
    problem = refusal(query, executor, iri, network=_trusting(certificate))
    assert problem.status == 502
    assert "certificate is not valid" in problem.detail
    assert endpoint.requests == []


def test_tls_with_a_certificate_that_nobody_vouches_for(
    endpoint: Endpoint, executor: ThreadPoolExecutor, certificate: tuple[Path, Path]
) -> None:
    _over_tls(endpoint, certificate)
    iri = f"https://good.example:{endpoint.port}/sparql"
    loopback = Network(lambda *_: [ipaddress.ip_address("127.0.0.1")], is_allowed=lambda _: True)
    problem = refusal(f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", executor, iri, network=loopback)
    assert "certificate is not valid" in problem.detail
    assert endpoint.requests == []


def test_tls_with_a_server_that_speaks_none(endpoint: Endpoint, executor: ThreadPoolExecutor) -> None:
    iri = f"https://127.0.0.1:{endpoint.port}/sparql"
    problem = refusal(f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", executor, iri, deadline=2)
    assert problem.status == 502
    assert "TLS" in problem.detail
