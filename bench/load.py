"""Closed-loop load by HTTP: each client sends its next request when its last answer is whole.

The clients share the processors with the server, which holds all servers back alike.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import httptools
import uvloop

_PATIENCE = 60.0  # seconds that an answer may take after the time is over


@dataclass(slots=True)
class Loaded:
    """Answers within a time, the seconds that it took until the last had come, and each one's own seconds."""

    completed: int = 0
    errors: int = 0
    elapsed: float = 0.0
    taken: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.completed / self.elapsed if self.elapsed else 0.0


def load(port: int, targets: Sequence[bytes], clients: int, seconds: float, *, salt: str = "") -> Loaded:
    """Asks a server on loopback for the targets (of `request`) in turns, at least once.

    With `salt` each query's text ends with a comment of it and a number, so that no text is sent twice.
    """
    return uvloop.run(_load(port, targets, clients, seconds, salt))


def request(path: str, accept: str) -> bytes:
    """A request of `load`; a zero byte marks where the query's text ends."""
    return f"GET {path}\0 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n\r\n".encode()


async def _load(port: int, targets: Sequence[bytes], clients: int, seconds: float, salt: str) -> Loaded:
    found, began = Loaded(), time.perf_counter()
    turn = iter(range(1 << 62))
    loop = asyncio.get_running_loop()

    async def ask() -> None:
        client: _Client | None = None
        while not found.taken or time.perf_counter() - began < seconds:
            number = next(turn)
            unique = f"%0A%23{salt}{number}".encode() if salt else b""
            sent = time.perf_counter()
            status, stays = 0, True
            try:
                if client is None:
                    _, client = await loop.create_connection(_Client, "127.0.0.1", port)
                status = await client.ask(targets[number % len(targets)].replace(b"\0", unique, 1), seconds)
            except OSError:  # refused, broken off, or too late
                stays = False
            found.taken.append(time.perf_counter() - sent)
            if 200 <= status < 400:
                found.completed += 1
            else:
                found.errors += 1
            if client is not None and not (stays and client.stays):
                client.close()
                client = None
        if client is not None:
            client.close()

    await asyncio.gather(*(ask() for _ in range(clients)))
    found.elapsed = time.perf_counter() - began
    return found


class _Client(asyncio.Protocol):
    """A connection on which one request is under way at a time."""

    def __init__(self) -> None:
        self.stays = True
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    async def ask(self, request: bytes, seconds: float) -> int:
        """The status of the answer when it is whole; raises OSError where none comes in time."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        async with asyncio.timeout(seconds + _PATIENCE):
            return await self._answer

    def close(self) -> None:
        """Ends the connection."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one but for its base class

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(error)

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the event loop."""
        self.stays = False
        self._fail(error)

    def on_message_complete(self) -> None:
        """Called by the parser."""
        self.stays = self._parser.should_keep_alive()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(self._parser.get_status_code())

    def _fail(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"no whole answer: {error}"))
