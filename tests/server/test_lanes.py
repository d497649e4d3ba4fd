"""Connections that are lent to processes which answer by themselves: nobody can tell, but by the time it takes."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import os
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
import pytest

from server.engine.lending import Desk, Told, pack_told, unpack_told
from tests.server.conftest import Publish
from tests.server.live import Server, running

PREFIXES = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
MANY = 40  # requests: more than are answered before a connection is lent
JSON = "application/sparql-results+json"
ROWS = " ".join(map(str, range(300)))
SLOW = (
    f"SELECT (COUNT(*) AS ?n) {{ VALUES ?a {{ {ROWS} }} VALUES ?b {{ {ROWS} }} VALUES ?c {{ 1 2 3 4 5 6 }} }}"
)
ENDLESS = "SELECT (COUNT(*) AS ?n) {{ {} }}".format(
    " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(100)))} }}" for name in "abcde")
)
numbers = itertools.count()


class Client:
    """One connection that is kept, on which requests look alike but for the query."""

    def __init__(self, server: Server, *headers: str, receives: int = 0) -> None:
        self.server = server
        self.socket = socket.socket()
        if receives:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", server.port))
        self.rest = "".join(f"{line}\r\n" for line in ("Host: here", *headers))
        self.pending = b""

    def request(self, query: str, path: str = "/sparql?query={}") -> bytes:
        target = path.replace("{}", quote(query))
        return f"GET {target} HTTP/1.1\r\n{self.rest}\r\n".encode()

    def ask(self, query: str, path: str = "/sparql?query={}") -> tuple[bytes, bytes]:
        """The head without its date, and the body."""
        self.socket.sendall(self.request(query, path))
        return self.answer()

    def answer(self) -> tuple[bytes, bytes]:
        while b"\r\n\r\n" not in self.pending:
            self.receive()
        head, _, self.pending = self.pending.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        size = next(int(line.split()[1]) for line in lines if line.startswith(b"content-length:"))
        while len(self.pending) < size:
            self.receive()
        body, self.pending = self.pending[:size], self.pending[size:]
        return b"\n".join(line for line in lines if not line.startswith(b"date:")), body

    def receive(self) -> None:
        received = self.socket.recv(1 << 20)
        assert received, f"the connection was closed after {self.pending!r}"
        self.pending += received

    def be_lent(self) -> None:
        """Ask until a process has the connection."""
        for _ in range(100):
            self.ask("", "/nothing/here")  # for which it has to come back
            before = self.server.connections_lent()
            self.number(MANY)
            if self.server.connections_lent() > before:
                return
        raise AssertionError("the connection isn't lent")

    def number(self, times: int = 1) -> None:
        """Ask what nobody has asked before."""
        for _ in range(times):
            number = next(numbers)
            head, body = self.ask(f"SELECT ({number} AS ?n) {{ }}")
            assert head.startswith(b"http/1.1 200 ")
            assert str(number).encode() in body

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, publish: Publish, ledger: list[pyoxigraph.Quad]) -> Path:
    folder = tmp_path_factory.mktemp("lanes")
    publish(folder, ledger)
    return folder


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with running(data, lanes=2, client_budget=0) as found:
        yield found


@pytest.fixture(scope="module")
def without(data: Path) -> Iterator[Server]:
    with running(data, lanes=0, client_budget=0) as found:
        yield found


def queries(form: str) -> Iterable[str]:
    return (form.replace("NUMBER", str(number)) for number in range(MANY))


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (f"Accept: {JSON}",),
        ("Accept: text/csv", "User-Agent: somebody"),
        ("Accept: application/sparql-results+xml, */*;q=0.1", "Accept-Encoding: gzip"),
        ("Accept: text/turtle", "Accept-Encoding: br;q=0.5, zstd"),
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "SELECT * { ?s ?p ?o } # NUMBER",
        PREFIXES + "SELECT ?name { GRAPH ?g { ?thing rdfs:label ?name } } ORDER BY ?name LIMIT 1NUMBER",
        "ASK { ?s ?p NUMBER }",
        PREFIXES + "CONSTRUCT { ?s rdfs:label ?o } WHERE { ?s rdfs:label ?o } LIMIT NUMBER",
        "DESCRIBE <https://ledger.example/id/area/NUMBER>",
    ],
)
def test_answers_are_the_same_to_the_byte(
    server: Server, without: Server, form: str, headers: tuple[str, ...]
) -> None:
    with Client(server, *headers) as here, Client(without, *headers) as there:
        here.be_lent() if "turtle" not in "".join(headers) else None
        for query in queries(form):
            assert here.ask(query) == there.ask(query)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("SELECT * { ?s ?p", "/sparql?query={}"),
        ("ASK { } # twice", "/sparql?query={}&query={}"),
        ("ASK { } # as xml", "/sparql?query={}&format=xml"),
        ("ASK { } # of two graphs", "/sparql?query={}&default-graph-uri=https%3A%2F%2Fa.example%2F"),
        ("ASK { } # elsewhere", "/sparql.xml?query={}"),
        ("SELECT (RAND() AS ?n) (NOW() AS ?t) { FILTER(false) }", "/sparql?query={}"),
        ("SELECT * { SERVICE <http://a.example/> { ?s ?p ?o } }", "/sparql?query={}"),
        ("DELETE WHERE { ?s ?p ?o }", "/sparql?query={}"),
        ("SELECT (REGEX('a', '(') AS ?n) { }", "/sparql?query={}"),
        ("ASK { }" + " " * 5000, "/sparql?query={}"),
        ("", "/sparql?query={}"),
        ("", "/sparql?query=%FF"),
        ("", "/sparql"),
        ("", "/nothing/here"),
    ],
)
def test_whatever_else_is_asked_is_answered_as_ever(
    server: Server, without: Server, query: str, path: str
) -> None:
    with Client(server) as here, Client(without) as there:
        here.be_lent()
        assert here.ask(query, path) == there.ask(query, path)
        here.number()


def test_what_takes_its_time_is_ended_and_asked_anew(server: Server) -> None:
    with Client(server, f"Accept: {JSON}") as client, Client(server, f"Accept: {JSON}") as other:
        client.be_lent()
        other.be_lent()
        for _ in range(3):
            _, body = client.ask(f"{SLOW} # {next(numbers)}")
            assert json.loads(body)["results"]["bindings"][0]["n"]["value"] == "540000"
            other.number()
            client.be_lent()


def test_a_deadline_holds(data: Path) -> None:
    with running(data, lanes=1, deadline=0.5, client_budget=0) as server, Client(server) as client:
        client.be_lent()
        began = time.monotonic()
        head, body = client.ask(ENDLESS)
        assert head.startswith(b"http/1.1 504 ")
        assert b"was not answered within 0.5 s" in body
        assert time.monotonic() - began < 2
        client.number()


def test_a_request_that_comes_again_is_answered_from_the_cache(server: Server) -> None:
    with Client(server) as client:
        client.be_lent()
        first = client.ask("ASK { <a:again> ?p ?o }")
        for _ in range(4):
            assert client.ask("ASK { <a:again> ?p ?o }") == first
        tag = next(line for line in first[0].split(b"\n") if line.startswith(b"etag:")).split()[1].decode()
    with Client(server, f"If-None-Match: {tag}") as client:
        client.socket.sendall(client.request("ASK { <a:again> ?p ?o }"))
        assert client.socket.recv(4096).startswith(b"HTTP/1.1 304 ")


def test_requests_that_come_together_or_in_pieces_are_answered_in_order(server: Server) -> None:
    with Client(server) as client:
        client.be_lent()
        asked = [f"SELECT ({next(numbers)} AS ?n) {{ }}" for _ in range(3)]
        client.socket.sendall(b"".join(map(client.request, asked)))
        for query in asked:
            assert query.split("(")[1].split()[0].encode() in client.answer()[1]
        client.be_lent()
        whole = client.request("ASK { <a:piece> ?p ?o }")
        client.socket.sendall(whole[:40])
        time.sleep(0.1)
        client.socket.sendall(whole[40:])
        assert b"false" in client.answer()[1]


def test_a_client_that_reads_late_gets_everything(server: Server, without: Server) -> None:
    wide = "SELECT * { ?s ?p ?o . ?s ?q ?r } LIMIT 150 # NUMBER"
    with Client(server, receives=4096) as client, Client(without) as other:
        client.be_lent()
        for query in queries(wide):
            client.socket.sendall(client.request(query))
            time.sleep(0.01)
        assert [client.answer() for _ in range(MANY)] == [other.ask(query) for query in queries(wide)]


def test_a_client_that_goes_is_forgotten(server: Server) -> None:
    with Client(server) as client:
        client.be_lent()
    assert_nothing_is_lent(server)


def assert_nothing_is_lent(server: Server) -> None:
    """In a moment."""
    deadline = time.monotonic() + 5
    while server.connections_lent() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not server.connections_lent()


def test_a_connection_that_nobody_uses_comes_back(server: Server) -> None:
    with Client(server) as client:
        client.be_lent()
        assert_nothing_is_lent(server)
        client.number()


def test_one_that_nobody_uses_comes_back_beside_another_in_use(data: Path) -> None:
    with running(data, lanes=1, client_budget=0) as server, Client(server) as client, Client(server) as other:
        other.be_lent()
        client.be_lent()
        deadline = time.monotonic() + 20
        while server.connections_lent() > 1:  # the other's, for the client's is among them
            assert time.monotonic() < deadline, "the other doesn't come back"
            client.number(10 * MANY)
            client.be_lent()


def test_headers_of_any_bytes_are_no_reason_to_end_a_lane(data: Path) -> None:
    header = "X-Note: " + "昆明" * 2000  # 12 KB beyond ASCII
    with running(data, lanes=1, client_budget=0) as server, Client(server, header) as client:
        client.be_lent()
        client.number(MANY)
        assert 'workers_killed_total{reason="failed"} 0.0' in server.get("/metrics").text


def test_a_process_that_is_ended_from_outside_takes_no_answer_with_it(data: Path) -> None:
    with running(data, lanes=1, client_budget=0) as server, Client(server) as client, Client(server) as other:
        client.be_lent()
        other.be_lent()
        for lane in lanes_of(server):
            os.kill(lane, signal.SIGKILL)
        client.number(MANY)
        other.number(MANY)
        client.be_lent()


def lanes_of(server: Server) -> list[int]:
    """The processes that hold a desk."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            maps, command = (folder / "maps").read_text(), (folder / "cmdline").read_bytes()
            if "memfd:desk" in maps and b"server.engine.zygote" in command:
                found.append(int(folder.name))
    assert found
    return [pid for pid in found if is_below(pid, server.process.pid)]


def is_below(pid: int, ancestor: int) -> bool:
    while pid > 1:
        if pid == ancestor:
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
    return False


def test_the_next_snapshot_answers_as_soon_as_it_is_served(
    tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> None:
    thing, told = pyoxigraph.NamedNode("a:new"), pyoxigraph.NamedNode("a:told")
    publish(tmp_path, ledger)
    with running(tmp_path, lanes=1, client_budget=0) as server, Client(server) as client:
        client.be_lent()
        graph = pyoxigraph.NamedNode("https://ledger.example/graph/new")
        publish(tmp_path, [*ledger, pyoxigraph.Quad(thing, told, pyoxigraph.Literal("now"), graph)])
        deadline = time.monotonic() + 20
        while b"true" not in client.ask(f"ASK {{ <a:new> ?p ?o }} # {next(numbers)}")[1]:
            assert time.monotonic() < deadline, "the old snapshot goes on to answer"
        for _ in range(MANY):
            assert b"true" in client.ask(f"ASK {{ <a:new> ?p ?o }} # {next(numbers)}")[1]
        client.be_lent()
        assert b"true" in client.ask(f"ASK {{ <a:new> ?p ?o }} # {next(numbers)}")[1]


def test_a_server_that_stops_lets_go_of_what_is_lent(data: Path) -> None:
    with running(data, lanes=1) as server, Client(server) as client:
        client.be_lent()
        server.process.terminate()
        assert client.socket.recv(1) == b""
        assert server.process.wait(5) == 0


def test_what_is_answered_is_metered_counted_and_logged(data: Path, tmp_path: Path) -> None:
    log = tmp_path / "queries.log"
    with (
        running(data, log, lanes=1, client_budget=1, log_queries=True) as server,
        Client(server, f"Accept: {JSON}") as client,
    ):
        client.be_lent()
        client.ask("SELECT (4711 AS ?n) { }")
        deadline = time.monotonic() + 30
        few = " ".join(map(str, range(60)))
        while time.monotonic() < deadline:
            head, body = client.ask(
                f"SELECT (COUNT(*) AS ?n) {{ VALUES ?a {{ {few} }} VALUES ?b {{ {few} }} }} # {next(numbers)}"
            )
            if not head.startswith(b"http/1.1 200 "):
                break
        assert head.startswith(b"http/1.1 429 "), body
        counted = server.get("/metrics").text.partition('queries_total{outcome="ok"} ')[2].split()[0]
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert sum(line["outcome"] == "ok" for line in lines) == float(counted)
    (line,) = [line for line in lines if line["query"] == "SELECT (4711 AS ?n) { }"]
    assert (line["rows"], line["status"], line["format"]) == (1, 200, JSON)
    assert line["bytes"] > 0


def test_compressed_answers_can_be_read(server: Server) -> None:
    with Client(server, "Accept: text/csv", "Accept-Encoding: gzip") as client:
        client.be_lent()
        head, body = client.ask("SELECT * { ?s ?p ?o } # compressed")
        assert b"content-encoding: gzip" in head
        assert gzip.decompress(body).startswith(b"o,p,s\r\n")


def test_what_was_answered_is_told_as_it_was() -> None:
    told = [(7, Told("ASK { } # 昆明 \ud800", 0.25, 0.5, None, 9, JSON)), (8, Told("", 0.0, 1.0, 3, 0, ""))]
    assert unpack_told(b"".join(pack_told(*entry) for entry in told)) == told


def test_a_desk_tells_what_is_being_done() -> None:
    descriptor = Desk.make()
    own, seen = Desk(descriptor), Desk(descriptor)
    os.close(descriptor)
    assert seen.look()[0] == "nothing"
    own.begin(3, b"GET / HTTP/1.1\r\n\r\n", 5.0)
    assert (seen.look(), seen.request()) == (("evaluating", 3, 5.0), b"GET / HTTP/1.1\r\n\r\n")
    own.send()
    assert seen.look() == ("sending", 3, 5.0)
    own.rest()
    assert seen.look() == ("nothing", 3, 5.0)
