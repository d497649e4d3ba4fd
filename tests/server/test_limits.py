"""What a query may cost: past a limit its client gets the status that says so, and the next query its answer."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from tests.server.conftest import Publish
from tests.server.live import Server, running

pytestmark = pytest.mark.alone

MEBIBYTE = 1024 * 1024
DEADLINE = 1.0
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?a) < STR(?i)) }"
DOUBLING = (
    'SELECT (STRLEN(?x40) AS ?n) { BIND("aaaaaaaaaa" AS ?x0) '
    + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
    + " }"
)


@pytest.fixture(scope="module")
def thousands(tmp_path_factory: pytest.TempPathFactory, publish: Publish) -> Path:
    """A snapshot whose cross products have no end."""
    folder = tmp_path_factory.mktemp("thousands")
    quads = [
        Quad(
            NamedNode(f"https://ledger.example/id/x/{i}"),
            NamedNode("https://ledger.example/p"),
            Literal(f"value {i}"),
            NamedNode("https://ledger.example/graph/x"),
        )
        for i in range(3000)
    ]
    publish(folder, quads)
    return folder


@pytest.fixture(scope="module")
def server(thousands: Path) -> Iterator[Server]:
    with running(
        thousands, deadline=DEADLINE, max_deadline=3, client_budget=0, result_rows=100_000
    ) as server:
        yield server


def is_well(server: Server) -> bool:
    return bool(server.ask(f"ASK {{ ?s ?p ?o }} # {time.monotonic_ns()}").status_code == 200)


def test_a_query_past_its_deadline_is_ended_within_a_fifth_of_a_second(server: Server) -> None:
    began = time.monotonic()
    reply = server.ask(HEAVY)
    late = time.monotonic() - began - DEADLINE
    assert (reply.status_code, reply.mimetype) == (504, "application/problem+json")
    assert reply.json["limit"] == DEADLINE
    assert 0 <= late < 0.2
    assert is_well(server)


def test_a_request_may_ask_for_another_deadline_up_to_the_greatest(server: Server) -> None:
    for timeout, seconds in (("0.3", 0.3), ("500ms", 0.5), ("60", 3.0)):
        began = time.monotonic()
        reply = server.get(f"/sparql?timeout={timeout}&query=" + quote(HEAVY + f" # {timeout}"))
        assert reply.status_code == 504
        assert seconds <= time.monotonic() - began < seconds + 0.2
    assert server.get("/sparql?timeout=soon&query=ASK%7B%7D").status_code == 400


def test_a_query_that_needs_too_much_memory_is_ended(server: Server) -> None:
    reply = server.get("/sparql?timeout=3&query=" + quote(DOUBLING))
    assert (reply.status_code, reply.json["limit"]) == (507, 512 * MEBIBYTE)
    assert "MiB" in reply.json["detail"]
    assert is_well(server)


def test_an_answer_of_too_many_rows_is_an_error_never_a_part(server: Server) -> None:
    reply = server.ask("SELECT * { ?a ?b ?c . ?d ?e ?f }")
    assert (reply.status_code, reply.json["limit"]) == (507, 100_000)


def test_an_answer_of_too_many_bytes_is_an_error(thousands: Path) -> None:
    with running(thousands, result_bytes=20_000) as server:
        reply = server.ask("SELECT * { ?s ?p ?o }")
        assert (reply.status_code, reply.json["limit"]) == (507, 20_000)
        assert server.ask("SELECT * { ?s ?p ?o } LIMIT 10").status_code == 200


def test_a_large_answer_is_whole_and_says_how_long_it_is(server: Server) -> None:
    reply = server.ask("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 50000", accept="text/csv")
    assert reply.status_code == 200
    assert reply.content_length == len(reply.data) > MEBIBYTE
    assert reply.data.count(b"\r\n") == 50_001


def test_a_client_that_has_used_its_share_is_told_when_to_come_back(thousands: Path) -> None:
    with running(thousands, deadline=0.5, client_budget=0.8) as server:
        statuses = [server.ask(HEAVY + f" # {turn}").status_code for turn in range(3)]
        assert statuses == [504, 504, 429]
        refused = server.ask("ASK { ?s ?p ?o }")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert server.get("/health").status_code == 200


def test_many_small_queries_are_no_burden_on_a_share(thousands: Path) -> None:
    with running(thousands, client_budget=5) as server:
        statuses = {server.ask(f"ASK {{ ?s ?p ?o }} # {turn}").status_code for turn in range(200)}
    assert statuses == {200}


def test_a_full_queue_is_said_and_small_queries_still_pass(thousands: Path) -> None:
    with running(thousands, deadline=3, client_budget=0, queue=4, queue_seconds=1) as server:
        with ThreadPoolExecutor(40) as clients:
            flood = [clients.submit(server.ask, HEAVY + f" # {turn}") for turn in range(40)]
            time.sleep(1)
            began = time.monotonic()
            assert server.get("/health").status_code == 200
            assert time.monotonic() - began < 0.5
            replies = [asked.result() for asked in flood]
        statuses = {reply.status_code for reply in replies}
        assert statuses == {503, 504}
        assert all(int(r.headers["Retry-After"]) >= 1 for r in replies if r.status_code == 503)
        assert is_well(server)


def test_a_small_query_does_not_wait_for_long_ones(thousands: Path) -> None:
    with (
        running(thousands, deadline=3, client_budget=0, workers=2) as server,
        ThreadPoolExecutor(6) as clients,
    ):
        flood = [clients.submit(server.ask, HEAVY + f" # {turn}") for turn in range(6)]
        time.sleep(0.8)  # for these to have proved long
        began = time.monotonic()
        assert is_well(server)
        assert time.monotonic() - began < 0.5
        assert {asked.result().status_code for asked in flood} <= {503, 504}


def test_the_worker_of_a_client_that_went_away_is_freed(thousands: Path) -> None:
    with running(
        thousands, deadline=20, max_deadline=20, client_budget=0, workers=1, quick_workers=1
    ) as server:
        for turn in range(6):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            connection.request("GET", "/sparql?query=" + quote(HEAVY + f" # {turn}"))
            time.sleep(0.3)
            connection.close()
        until = time.monotonic() + 2
        while server.get("/health").json["queries"] != {"running": 0, "waiting": 0}:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert is_well(server)


def test_a_slow_reader_holds_no_worker_and_is_cut_in_the_end(thousands: Path) -> None:
    query = quote("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000")
    with running(thousands, transfer_seconds=3, workers=1, quick_workers=0, client_budget=0) as server:
        readers = []
        for _ in range(3):
            reader = socket.create_connection(("127.0.0.1", server.port), timeout=60)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            reader.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert reader.recv(1)
            readers.append(reader)
        assert is_well(server)
        time.sleep(8)  # the grace for the file to be opened, and the time to read it
        for reader in readers:
            received = bytearray(b"H")
            with contextlib.suppress(ConnectionResetError):
                while part := reader.recv(1 << 20):
                    received += part
            head, _, body = bytes(received).partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            assert len(body) < length
            reader.close()


def test_identical_queries_at_the_same_time_are_evaluated_once(thousands: Path, tmp_path: Path) -> None:
    log = tmp_path / "queries.log"
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(STR(?c) < STR(?f)) }"
    with (
        running(thousands, log=log, client_budget=0, deadline=20, max_deadline=20) as server,
        ThreadPoolExecutor(8) as clients,
    ):
        replies = list(clients.map(lambda _: server.ask(query), range(8)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.data for reply in replies}) == 1
    outcomes = [json.loads(line)["outcome"] for line in log.read_text().splitlines()]
    assert outcomes.count("ok") == 1


def test_workers_have_no_network(server: Server) -> None:
    assert server.get("/limits").json["network_isolation"] == "seccomp"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
        ("SELECT * {" + " ".join(f"?s{i} ?p ?o ." for i in range(300)) + "}", 413),
        ("SELECT * " + "{" * 100 + "}" * 100, 413),
        ("#" * 40_000, 413),
        ("SELECT * {", 400),
        ("INSERT DATA { <a:a> <a:a> <a:a> }", 400),
    ],
    ids=["service", "patterns", "nesting", "length", "syntax", "update"],
)
def test_what_is_refused_is_refused_before_any_work(server: Server, query: str, status: int) -> None:
    reply = server.ask(query)
    assert (reply.status_code, reply.mimetype) == (status, "application/problem+json")
    assert reply.json["status"] == status
    assert reply.json["detail"]


def test_problems_are_pages_for_browsers(server: Server) -> None:
    reply = server.get("/sparql?query=" + quote(HEAVY), headers={"Accept": "text/html"})
    assert (reply.status_code, reply.mimetype) == (504, "text/html")
    assert "504" in reply.text


def test_the_stores_of_all_settings_answer_alike(thousands: Path) -> None:
    queries = [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) FROM <https://ledger.example/graph/x> { ?s ?p ?o }",
        "SELECT ?o { <https://ledger.example/id/x/7> ?p ?o }",
    ]
    answers = []
    for held in ("all", "default", "none"):
        with running(thousands, in_memory=held) as server:
            assert server.get("/limits").json["in_memory"] == held
            answers.append([server.ask(query).json for query in queries])
    assert answers[0] == answers[1] == answers[2]


def test_a_connection_that_sends_nothing_is_nobodys_trouble(server: Server) -> None:
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    assert is_well(server)
    for connection in idle:
        connection.close()
    assert threading.active_count() < 50
