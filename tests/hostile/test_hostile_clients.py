"""Clients that flood, dawdle, break off or break HTTP get what they may; everybody else is served meanwhile."""

from __future__ import annotations

import contextlib
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.hostile.watch import HAS_PROC, Footprint, Pulse, elders, footprint, wait_until
from tests.server.live import Reply, Server, running

pytestmark = pytest.mark.alone

DEADLINE, QUEUE_SECONDS, TRANSFER_SECONDS = 1.0, 1.0, 2.0
SETTINGS: dict[str, object] = {
    "deadline": DEADLINE,
    "max_deadline": DEADLINE,
    "memory_bytes": 256 * 1024**2,
    "queue": 32,
    "queue_seconds": QUEUE_SECONDS,
    "transfer_seconds": TRANSFER_SECONDS,
    "client_budget": 0,
    "workers": 2,
}
P95 = 0.2
PATIENCE = 30.0  # what a client may take for a request's head, and for its body
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LARGE = "SELECT * { ?s ?p ?o . ?x <https://hostile.example/label> ?l } LIMIT 100000"  # some 60 MB as JSON
SMALL = b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

#: The beginning of a request, and of its body a whole query.
CHUNKED = (
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n"
)

#: Requests that stop in the middle, and how many of each.
UNFINISHED = {
    "head": (40, b"GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: "),
    "no byte at all": (40, b""),
    "body": (
        10,
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: 900\r\n\r\nASK",
    ),
    "chunk": (
        10,
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nASK {\r\n",
    ),
}


@dataclass
class Attacked:
    """The server under attack, who watches it, and requests that were begun and never finished."""

    server: Server
    pulse: Pulse
    before: Footprint | None
    elders: list[int]
    unfinished: dict[str, list[socket.socket]]
    since: float


@pytest.fixture(scope="module")
def attacked(hostile_data: Path) -> Iterator[Attacked]:
    with running(hostile_data, **SETTINGS) as server, contextlib.ExitStack() as opened:
        for number in range(40):  # until every worker has answered something
            assert server.ask(f"SELECT * {{ ?s ?p ?o }} LIMIT 10 # {number}").status_code == 200
        before = footprint(server.process.pid) if HAS_PROC else None
        lasting = elders(server.process.pid) if HAS_PROC else []
        unfinished = {
            name: [opened.enter_context(connect(server, beginning)) for _ in range(times)]
            for name, (times, beginning) in UNFINISHED.items()
        }
        pulse = Pulse(server)
        with pulse.beating():
            yield Attacked(server, pulse, before, lasting, unfinished, time.monotonic())


@pytest.fixture
def server(attacked: Attacked) -> Iterator[Server]:
    """The server, which has to be what it was after each test."""
    yield attacked.server
    assert attacked.server.process.poll() is None
    assert attacked.server.ask(f"ASK {{}} # {time.time_ns()}").json["boolean"] is True


def connect(server: Server, beginning: bytes = b"", receive_buffer: int | None = None) -> socket.socket:
    own = socket.socket()
    if receive_buffer:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    own.settimeout(10)
    own.connect(("127.0.0.1", server.port))
    own.sendall(beginning)
    return own


def exchange(server: Server, request: bytes, seconds: float = 10) -> bytes:
    """All that the server says to these bytes until it closes the connection, or says nothing for a second."""
    said = b""
    with connect(server) as own:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            own.sendall(request)
        end = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while time.monotonic() < end:
                own.settimeout(1.0 if said else seconds)
                part = own.recv(1 << 16)
                if not part:
                    break
                said += part
    return said


def status_of(said: bytes) -> int:
    """Status of a response, 0 for a connection that was closed without one."""
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.") else 0


def post(query: str, headers: str = "") -> bytes:
    body = query.encode()
    head = f"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def queries(server: Server) -> tuple[int, int]:
    """How many are evaluated, and how many wait."""
    state = server.get("/health").json["queries"]
    return state["running"], state["waiting"]


def is_quiet(server: Server) -> Callable[[], bool]:
    # One that runs may be the pulse's.
    return lambda: queries(server)[1] == 0 and queries(server)[0] <= 1


# Too many, too much


def test_of_200_heavy_queries_at_once_some_are_ended_and_the_others_told_to_come_again(
    server: Server, attacked: Attacked
) -> None:
    def ask(number: int) -> tuple[Reply, float]:
        began = time.perf_counter()
        reply = server.ask(f"{HEAVY} # {number}", timeout=30)
        return reply, time.perf_counter() - began

    with attacked.pulse.flood(), ThreadPoolExecutor(200) as crowd:
        replies = list(crowd.map(ask, range(200)))
        assert wait_until(is_quiet(server), 5)
    statuses = Counter(reply.status_code for reply, _ in replies)
    assert set(statuses) == {503, 504}, statuses
    for reply, seconds in replies:
        assert reply.mimetype == "application/problem+json"
        assert reply.json["limit"]
        assert seconds < 10, f"{reply.status_code} after {seconds:.1f} s"
        if reply.status_code == 503:
            assert int(reply.headers["Retry-After"]) > 0


def test_who_asks_what_another_is_asking_is_answered_by_the_deadline_too(server: Server) -> None:
    def ask(_: int) -> tuple[int, float]:
        began = time.perf_counter()
        status = server.ask(f"{HEAVY} # the same").status_code
        return status, time.perf_counter() - began

    with ThreadPoolExecutor(2) as both:
        for status, seconds in both.map(ask, range(2)):
            assert status == 504
            assert seconds < DEADLINE + 0.2, f"{seconds:.2f} s"


def test_a_client_that_used_up_its_budget_is_told_when_to_come_again(hostile_data: Path) -> None:
    with running(hostile_data, **SETTINGS | {"client_budget": 0.5}) as server:
        # Who says without being a proxy that the request is somebody else's pays all the same.
        replies = [
            server.ask(
                f"{HEAVY} # {number}",
                headers={"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"},
            )
            for number in range(2)
        ]
        assert [reply.status_code for reply in replies] == [504, 429]
        assert 0 < int(replies[1].headers["Retry-After"]) <= 120  # it owes as much again as it had
        assert replies[1].mimetype == "application/problem+json"
        assert replies[1].json["limit"]
        assert server.get("/health").status_code == 200


def test_behind_a_proxy_each_client_has_a_budget_of_its_own(hostile_data: Path) -> None:
    with running(hostile_data, **SETTINGS | {"client_budget": 0.5, "trusted_proxies": "127.0.0.1"}) as server:
        spender, other = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
        assert server.ask(HEAVY, headers=spender).status_code == 504
        assert server.ask("ASK {} # mine", headers=spender).status_code == 429
        assert server.ask("ASK {} # another's", headers=other).status_code == 200


# Going away


def test_a_query_whose_client_has_gone_is_ended_within_a_second(server: Server) -> None:
    with connect(server, post(f"{HEAVY} # gone")):
        assert wait_until(lambda: queries(server)[0] >= 1, 2)
        time.sleep(0.2)  # it has proved to be a long one by then
    began = time.perf_counter()
    assert wait_until(is_quiet(server), 1.0)
    assert time.perf_counter() - began < DEADLINE


def test_a_crowd_that_asks_and_goes_leaves_nothing_to_do(server: Server, attacked: Attacked) -> None:
    with attacked.pulse.flood():
        for number in range(60):
            connect(server, post(f"{HEAVY} # went {number}")).close()
        assert wait_until(is_quiet(server), DEADLINE + QUEUE_SECONDS + 1)


def test_connections_cut_off_hard_do_no_harm(server: Server) -> None:
    for number in range(30):
        own = connect(server, post(f"{HEAVY} # cut {number}")[: 40 + 5 * number])
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, not an end
        own.close()
    assert wait_until(is_quiet(server), 3)


# Slow readers


def test_readers_of_a_byte_a_second_hold_no_worker(server: Server) -> None:
    request = post(f"{LARGE} # slow", "Accept: application/sparql-results+json\r\n")
    with contextlib.ExitStack() as opened:
        readers = [opened.enter_context(connect(server, request, receive_buffer=4096)) for _ in range(8)]
        assert {status_of(own.recv(15)) for own in readers} == {200}
        assert wait_until(is_quiet(server), 3)
        began = time.perf_counter()
        assert server.ask("SELECT * { ?s ?p ?o } LIMIT 5 # beside slow readers").status_code == 200
        assert time.perf_counter() - began < 0.5
        for _ in range(2):
            time.sleep(1)
            assert all(own.recv(1) for own in readers)


@pytest.mark.skipif(not HAS_PROC, reason="needs /proc")
def test_a_reader_that_never_reads_is_let_go(server: Server) -> None:
    request = post(f"{LARGE} # never", "Accept: application/sparql-results+json\r\n")
    with contextlib.ExitStack() as opened:
        readers = [opened.enter_context(connect(server, request, receive_buffer=4096)) for _ in range(8)]
        assert {status_of(own.recv(15)) for own in readers} == {200}
        # Files are looked at every second, five seconds after they were made at the earliest.
        gone = wait_until(lambda: not still_held(server, readers), 5 + TRANSFER_SECONDS + 3)
        assert gone, f"{still_held(server, readers)} of {len(readers)} connections are still held"


def still_held(server: Server, clients: list[socket.socket]) -> int:
    """How many of these connections the server's side has not closed; a closed one has no inode."""
    theirs = {own.getsockname()[1] for own in clients}
    held = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        local, remote = (int(columns[n].rpartition(":")[2], 16) for n in (1, 2))
        held += local == server.port and remote in theirs and columns[9] != "0"
    return held


# Broken and boundless HTTP


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", {0, 400}),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n", {0, 400}),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\nASK {} ", {0, 400}),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 1" + b"0" * 40 + b"\r\n\r\n", {0, 400, 413}),
        (post("ASK {}", "Transfer-Encoding: chunked\r\n"), {0, 400}),
        (CHUNKED + b"-5\r\n", {0, 400}),
        (CHUNKED + b"f" * 40 + b"\r\n", {0, 400}),
        (CHUNKED + b"1;" + b"x" * 500_000 + b"\r\n", {0, 400, 413}),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nASK {}", {0, 400, 501}),
        (b"GET /" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", {0, 400, 414, 431}),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n", {0, 400, 431}),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", {0, 400, 431}),
        (b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", {0, 400}),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", {0, 400}),
        (b"GET / HTTP/9.9\r\n\r\n", {0, 400, 505}),
        (b"GET /health\r\n\r\n", {0, 400}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xab" * 500, {0, 400}),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 100, {0, 400, 505}),
        (b"\0" * 10_000, {0, 400}),
        (b"\r\n" * 100_000, {0, 400, 431}),
        (b"TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {405}),
        (b"CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {0, 400, 404, 405}),
        (b"GET http://169.254.169.254/latest HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {400, 404, 421}),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {200, 204, 400, 404}),
    ],
    ids=[
        "length below zero", "length that is no number", "two lengths", "length of 41 digits", "length and chunks",
        "chunk below zero", "chunk of 40 digits", "chunk extension of 500 KB", "unknown transfer coding", "path of 1 MB",
        "header of 1 MB", "20,000 headers", "header without a colon", "NUL in a header", "HTTP 9.9", "HTTP 0.9",
        "TLS", "HTTP 2", "10,000 NULs", "100,000 empty lines", "TRACE", "CONNECT", "address of another host", "OPTIONS *",
    ],
)  # fmt: skip
def test_broken_http_is_refused_or_cut_off(server: Server, request_: bytes, statuses: set[int]) -> None:
    said = exchange(server, request_, seconds=3)
    assert status_of(said) in statuses, said[:300]


def test_100_mb_are_refused_before_they_are_read(server: Server) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: 104857600\r\n\r\n"
    began = time.perf_counter()
    assert status_of(exchange(server, head)) == 413
    assert time.perf_counter() - began < 2.5


def test_who_asks_first_whether_100_mb_are_welcome_is_told_no(server: Server) -> None:
    said = exchange(
        server,
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 104857600\r\nExpect: 100-continue\r\n\r\n",
    )
    assert status_of(said) == 413, said[:200]


def test_chunks_without_end_are_refused_at_the_limit(server: Server) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"4000\r\n" + b"#" * 0x4000 + b"\r\n"
    sent = 0
    with connect(server, head) as own:
        own.settimeout(0.02)
        said = b""
        while not said and sent < 2000:
            with contextlib.suppress(TimeoutError, BrokenPipeError, ConnectionResetError):
                own.sendall(chunk)
                sent += 1
                said = own.recv(1 << 16)
    assert status_of(said) == 413, said[:200]
    assert sent * 0x4000 < 2 * 1024**2, f"{sent} chunks were taken"


def test_a_hundred_requests_in_one_piece_are_answered_in_order(server: Server) -> None:
    ask = "".join(
        f"GET /sparql?query={quote(f'SELECT ({number} AS ?x) {{}}')} HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n\r\n"
        for number in range(100)
    )
    said = exchange(server, ask.encode() + SMALL)
    answers = [int(part.split(b"\r\n")[1]) for part in said.split(b"\r\n\r\nx")[1:]]
    assert answers == list(range(100))
    assert said.count(b"HTTP/1.1 200") == 101


def test_heavy_queries_in_one_piece_take_their_turns(server: Server) -> None:
    with connect(server, b"".join(post(f"{HEAVY} # piece {number}") for number in range(20))):
        time.sleep(0.5)
        assert sum(queries(server)) <= 2  # one of them, and the pulse's
    assert wait_until(is_quiet(server), 2)


def test_no_header_is_made_of_what_a_client_sends(server: Server) -> None:
    for path in (
        "/sparql?query=ASK%7B%7D&format=json%0d%0aX-Made: up",
        "/id/area/1%0d%0aX-Made:%20up",
        "/%0d%0aX-Made:%20up",
    ):
        target = path.replace(" ", "%20").encode()
        said = exchange(server, b"GET " + target + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b"\r\nx-made" not in said.lower()


@pytest.mark.parametrize("what", ["Accept", "braces", "parameters", "percent signs", "not modified"])
def test_what_is_long_to_read_keeps_nobody_waiting(server: Server, what: str) -> None:
    def ask(number: int) -> int:
        if what == "Accept":
            accept = ",".join(f"a/b{number}x{i};q=0.{i % 10}" for i in range(6500))
            return server.ask("ASK {}", accept=accept).status_code
        if what == "braces":
            return server.ask("SELECT * {" + "{}" * 15_000 + "} #" + str(number)).status_code
        if what == "parameters":
            form = f"query=ASK%7B%7D%23{number}" + "&default-graph-uri=%65%3A%7A" * 900
        elif what == "percent signs":
            form = f"query=ASK%7B%7D%23{number}" + "%zz%20" * 5000
        else:
            tags = ",".join(f'"{number}-{i}"' for i in range(10_000))
            return server.ask("ASK {} # tagged", headers={"If-None-Match": tags}).status_code
        return server.post("/sparql", data=form, content_type="application/x-www-form-urlencoded").status_code

    with Pulse(server).beating() as pulse, ThreadPoolExecutor(4) as crowd:
        assert set(crowd.map(ask, range(24))) <= {200, 400, 406, 413, 431, 504}
    assert not pulse.failures
    if len(pulse.beats) >= 5:  # otherwise all of it was over at once
        assert pulse.p95 < P95, f"p95 {pulse.p95 * 1000:.0f} ms"


def test_300_silent_connections_keep_nobody_out(server: Server) -> None:
    with contextlib.ExitStack() as opened:
        for _ in range(300):
            opened.enter_context(connect(server))
        began = time.perf_counter()
        assert server.get("/health").status_code == 200
        assert server.ask("ASK {} # beside silent connections").status_code == 200
        assert time.perf_counter() - began < 0.5


# What remains of it all


def test_requests_that_never_end_are_ended(attacked: Attacked) -> None:
    for name, opened in attacked.unfinished.items():
        for own in opened:
            own.settimeout(max(0.1, attacked.since + PATIENCE + 5 - time.monotonic()))
            try:
                said = own.recv(1 << 16)
            except ConnectionResetError:
                said = b""
            except TimeoutError:
                pytest.fail(f"still open after {PATIENCE + 5:g} s: {name}")
            assert status_of(said) in (0, 400, 408), said[:200]


def test_all_the_while_others_were_answered_at_once(
    attacked: Attacked, record_property: Callable[[str, object], None]
) -> None:
    assert len(attacked.pulse.beats) >= 20, "too few to tell: run the whole file"
    record_property("p95_ms", round(attacked.pulse.p95 * 1000, 1))
    assert not attacked.pulse.failures
    assert attacked.pulse.p95 < P95, f"p95 {attacked.pulse.p95 * 1000:.0f} ms"


@pytest.mark.skipif(not HAS_PROC, reason="needs /proc")
def test_afterwards_processes_memory_and_descriptors_are_what_they_were(attacked: Attacked) -> None:
    process, before = attacked.server.process, attacked.before
    assert process.poll() is None
    assert before is not None
    assert len(attacked.elders) >= 3
    for opened in attacked.unfinished.values():
        for own in opened:
            own.close()
    back = wait_until(lambda: footprint(process.pid).is_within(before), 15)
    assert back, f"before: {before}; after: {footprint(process.pid)}"
    assert elders(process.pid) == attacked.elders
