"""The HTTP server under an application that says what it was asked, over loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from server.busy_polling import BusyPolling
from server.http_server import BrokenBodyError, Exchange, HttpServer
from server.protocol import Response
from tests.server.live import running
from tests.server.test_run import descendants

HEADERS = {"X-Common": "1"}


class Echo:
    """Tells requests back: those at /now at once, those at /slow after a while, those at /file from a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.gone = 0

    def begin(self, exchange: Exchange) -> Coroutine[Any, Any, None] | None:
        exchange.by_thread = exchange.path == "/thread"
        if exchange.path == "/now":
            exchange.send(Response(200, {}, b"now"))
            return None
        return self.answer(exchange)

    async def answer(self, exchange: Exchange) -> None:
        if exchange.path == "/slow":
            await asyncio.sleep(0.2)
        if exchange.path == "/forever":
            await exchange.client_disconnect()
            self.gone += 1
        if exchange.path == "/unread":
            exchange.send(Response(413, {}, b"too much"))
            return
        if exchange.path == "/file":
            exchange.send(Response(200, {}, file=self.file, size=self.file.stat().st_size))
            return
        if exchange.path == "/part":
            exchange.send(Response(206, {}, file=self.file, size=10, part=(5, 15)))
            return
        try:
            body = b"".join([part async for part in exchange])
        except BrokenBodyError:
            exchange.send(Response(400, {}, b"broken"))
            return
        told = {
            "method": exchange.method,
            "path": exchange.path,
            "query": exchange.query_string,
            "authority": exchange.authority,
            "headers": list(exchange.headers.items()),
            "body": body.decode(),
        }
        exchange.send(Response(200, {"Content-Type": "application/json"}, json.dumps(told).encode()))


@asynccontextmanager
async def served(file: Path = Path("/dev/null")) -> AsyncIterator[tuple[int, Echo]]:
    echo = Echo(file)
    server = HttpServer(echo, HEADERS, transfer_seconds=30)
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    await server.listen(bound)
    try:
        yield bound.getsockname()[1], echo
    finally:
        await server.close(1)


async def talk(port: int, *sent: bytes, pause: float = 0.0) -> bytes:
    """All that the server answers to what is sent, until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in sent:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


def exchanged(*sent: bytes, pause: float = 0.0, file: Path = Path("/dev/null")) -> list[tuple[int, str]]:
    """Status and body of the responses to what is sent on one connection."""

    async def run() -> bytes:
        async with served(file) as (port, _):
            return await talk(port, *sent, pause=pause)

    return responses(asyncio.run(run()))


def responses(received: bytes) -> list[tuple[int, str]]:
    found = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        status = int(head.split(b" ")[1])
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if status != 100:
            assert b"x-common: 1" in head
            assert b"date: " in head
        found.append((status, rest[:length].decode()))
        received = rest[length:]
    return found


CLOSE = b"Connection: close\r\n\r\n"


def test_a_request_is_told_as_it_was_sent() -> None:
    [(status, body)] = exchanged(
        b"PUT /%E6%98%86/a%20b?x=%41&y#z HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 3\r\n"
        + CLOSE
        + b"abc"
    )
    told = json.loads(body)
    assert (status, told["method"], told["path"], told["query"]) == (200, "PUT", "/昆/a b", "x=%41&y")
    assert told["body"] == "abc"
    assert [value for name, value in told["headers"] if name == "x-a"] == ["1", "2"]


def test_bytes_beyond_ascii_in_a_target_are_taken_as_if_they_were_encoded() -> None:
    [(_, body)] = exchanged("GET /昆明?q=春 HTTP/1.1\r\nHost: a\r\n".encode() + CLOSE)
    told = json.loads(body)
    assert (told["path"], told["query"]) == ("/昆明", "q=%E6%98%A5")


def test_a_target_may_be_a_whole_address() -> None:
    [(_, body)] = exchanged(b"GET http://b.example:81/p?q HTTP/1.1\r\nHost: a\r\n" + CLOSE)
    told = json.loads(body)
    assert (told["authority"], told["path"], told["query"]) == ("b.example:81", "/p", "q")


def test_requests_sent_before_the_first_answer_are_answered_in_their_order() -> None:
    first = b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
    second = b"POST /second HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
    many = b"GET /now HTTP/1.1\r\nHost: a\r\n\r\n" * 2000
    last = b"GET /last HTTP/1.1\r\nHost: a\r\n" + CLOSE
    found = exchanged(first + second + many + last)
    assert len(found) == 2003
    assert json.loads(found[0][1])["path"] == "/slow"
    assert json.loads(found[1][1])["body"] == "hi"
    assert {body for _, body in found[2:-1]} == {"now"}
    assert json.loads(found[-1][1])["path"] == "/last"


def test_a_waiting_request_gets_its_body_when_its_turn_comes() -> None:
    long = b"x" * 700_000
    head = b"POST /second HTTP/1.1\r\nHost: a\r\nContent-Length: 700000\r\n" + CLOSE
    found = exchanged(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + head + long)
    assert [status for status, _ in found] == [200, 200]
    assert len(json.loads(found[1][1])["body"]) == 700_000


def test_a_request_may_come_byte_by_byte() -> None:
    text = (
        b"POST /slowly?a=1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        + CLOSE
        + b"2\r\nhi\r\n3\r\n you\r\n0\r\n\r\n"
    )
    text = text.replace(b"3\r\n you", b"4\r\n you")
    [(status, body)] = exchanged(*(text[at : at + 1] for at in range(len(text))))
    assert status == 200
    assert json.loads(body)["body"] == "hi you"


def test_a_client_that_waits_to_be_told_to_send_its_body_is_told() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n" + CLOSE
    found = exchanged(head, b"hi", pause=0.1)
    assert [status for status, _ in found] == [100, 200]


def test_a_body_that_nobody_reads_ends_the_connection_after_the_answer() -> None:
    head = b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n"
    assert exchanged(head, *[b"x" * 100_000] * 5) == [(413, "too much")]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET /" + b"x" * 140_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 60_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 600_000, 431),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_and_the_connection_closed(sent: bytes, status: int) -> None:
    assert [status for status, _ in exchanged(sent)] == [status]


def test_an_offer_to_speak_another_protocol_is_read_over() -> None:
    upgrade = b"GET /first HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
    found = exchanged(upgrade + b"GET /second HTTP/1.1\r\nHost: a\r\n" + CLOSE)
    assert [json.loads(body)["path"] for _, body in found] == ["/first", "/second"]


def test_clients_of_http_1_0_are_answered_once_unless_they_ask_to_stay() -> None:
    assert len(exchanged(b"GET /now HTTP/1.0\r\n\r\n")) == 1
    stays = b"GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    assert len(exchanged(stays, b"GET /now HTTP/1.0\r\n\r\n", pause=0.1)) == 2


def test_head_gets_the_length_alone() -> None:
    async def run() -> bytes:
        async with served() as (port, _):
            return await talk(port, b"HEAD /now HTTP/1.1\r\nHost: a\r\n" + CLOSE)

    received = asyncio.run(run())
    assert b"content-length: 3\r\n" in received
    assert received.endswith(b"\r\n\r\n")


def test_a_file_is_sent_whole_or_in_part(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(range(65, 91)) * 100_000)
    ask = b"GET /%s HTTP/1.1\r\nHost: a\r\n"
    found = exchanged(ask % b"part" + b"\r\n" + ask % b"file" + b"\r\n" + ask % b"now" + CLOSE, file=file)
    assert found[0] == (206, file.read_bytes()[5:15].decode())
    assert found[1] == (200, file.read_bytes().decode())
    assert found[2] == (200, "now")


def test_a_file_that_is_cut_on_its_way_cuts_the_answer(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 30_000_000)

    async def run() -> int:
        async with served(file) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
            writer.write(b"GET /file HTTP/1.1\r\nHost: a\r\n\r\n")
            received = len(await reader.read(1000))
            await asyncio.sleep(0.2)
            os.truncate(file, 0)
            try:
                while part := await asyncio.wait_for(reader.read(1_000_000), 10):
                    received += len(part)
            except ConnectionResetError:
                pass
            writer.close()
            return received

    assert 0 < asyncio.run(run()) < 30_000_000


def test_that_a_client_has_gone_is_told() -> None:
    async def run() -> None:
        async with served() as (port, echo):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /forever HTTP/1.1\r\nHost: a\r\n\r\n")
            await asyncio.sleep(0.1)
            assert echo.gone == 0
            writer.close()
            async with asyncio.timeout(5):
                while not echo.gone:
                    await asyncio.sleep(0.01)

    asyncio.run(run())


def test_where_too_many_are_connected_an_idle_one_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.http_server._CONNECTIONS", 2)
    slow, now = b"GET /slow HTTP/1.1\r\nHost: a\r\n" + CLOSE, b"GET /now HTTP/1.1\r\nHost: a\r\n" + CLOSE

    async def run() -> list[bytes]:
        async with served() as (port, _):
            idle, writer = await asyncio.open_connection("127.0.0.1", port)
            busy = [asyncio.create_task(talk(port, slow)) for _ in range(2)]
            await asyncio.sleep(0.05)
            received = [await idle.read(), await talk(port, now), *[await task for task in busy]]
            received.append(await talk(port, now))
            writer.close()
            return received

    closed, refused, *answered = asyncio.run(run())
    assert closed == b""
    assert [status for status, _ in responses(refused)] == [503]
    assert [status for each in answered for status, _ in responses(each)] == [200, 200, 200]


def test_a_header_with_a_line_break_is_never_sent() -> None:
    class Breaking(Echo):
        def begin(self, exchange: Exchange) -> None:
            with pytest.raises(ValueError, match="line break"):
                exchange.send(Response(200, {"Location": "/a\r\nSet-Cookie: b"}))
            exchange.send(Response(500, {}))

    async def run() -> bytes:
        server = HttpServer(Breaking(Path("/dev/null")), HEADERS, 30)
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        await server.listen(bound)
        received = await talk(bound.getsockname()[1], b"GET / HTTP/1.1\r\nHost: a\r\n" + CLOSE)
        await server.close(1)
        return received

    assert [status for status, _ in responses(asyncio.run(run()))] == [500]


def test_what_is_being_answered_is_finished_before_the_end() -> None:
    async def run() -> bytes:
        async with served() as (port, _):
            idle_reader, idle = await asyncio.open_connection("127.0.0.1", port)
            asking = asyncio.create_task(talk(port, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"))
            await asyncio.sleep(0.1)
        assert await idle_reader.read() == b""
        idle.close()
        return await asking

    [(status, _)] = responses(asyncio.run(run()))
    assert status == 200


@pytest.mark.parametrize(
    ("paths", "times"),
    [
        (("/now", "/now", "/now"), 2),
        (("/thread", "/thread", "/thread"), 0),
        (("/thread", "/now", "/thread"), 1),
    ],
)
def test_the_next_request_of_who_asks_again_is_expected_unless_a_thread_answered(
    monkeypatch: pytest.MonkeyPatch, paths: tuple[str, ...], times: int
) -> None:
    expected: list[None] = []
    monkeypatch.setattr(BusyPolling, "expect", lambda _: expected.append(None))
    sent = [f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for path in paths]
    last = b"GET /now HTTP/1.1\r\nHost: a\r\n" + CLOSE
    assert len(exchanged(*sent, last, pause=0.05)) == len(paths) + 1
    assert len(expected) == times


def test_the_process_that_answers_is_started_again_when_something_ends_it(data_dir: Path) -> None:
    with running(data_dir) as server:
        answering = descendants(server.process.pid)[0]
        os.kill(answering, signal.SIGKILL)
        until = time.monotonic() + 20
        while True:
            try:
                status = server.get("/sparql?query=ASK%7B%7D", timeout=20).status_code
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
        assert status == 200
        assert answering not in descendants(server.process.pid)
