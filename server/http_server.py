"""HTTP/1.1 (RFC 9112) on the event loop that also answers: llhttp reads requests, one object takes each one's response.

Everything happens in one thread. A server whose connections have threads of their own hands a request over four times,
which costs more processor time than to answer it from a cache: measured against granian, 24 µs a request in place of 66
where all processors are busy, of 166 where they have to be woken.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterable, Mapping
from typing import IO, Any, Protocol, cast
from urllib.parse import quote_from_bytes, unquote, urlsplit

import httptools

from server.busy_polling import BusyPolling
from server.engine.lending import Lent
from server.http_head import begin_head, common_lines, end_head
from server.problem import Problem
from server.protocol import Response, refuse

_HEAD_BYTES = 128 * 1024  # a GET of a query of 32 KB, percent-encoded, with its dataset
_HEADERS = 100
_CONNECTIONS = 1024
_BACKLOG = 1024
_HEAD_SECONDS = 30.0  # for a request's head to come
_IDLE_SECONDS = 75.0  # between two requests, longer than proxies keep connections that nobody uses
_MOST_WAITING = 100  # requests that wait for their turn on a connection; beyond, nothing is read, nor seen that a client goes
_LENT_BYTES = 16 * 1024  # of a request at most
_LENT_AFTER = 16  # requests, one after the other, of which each might have been answered by another process
_LINGER_SECONDS = 2.0  # for a client to read why the rest of its body isn't wanted
_SWEEP_SECONDS = 1.0
_CLOSING_LOOK_SECONDS = 0.02
_HELD_BYTES = 256 * 1024  # of a body that nobody has asked for yet
_FILE_BYTES = 512 * 1024  # read from a file at a time
_TARGET_SAFE = "".join(map(chr, range(0x21, 0x7F))) + " "
_METHODS = "GET, HEAD, POST, QUERY, OPTIONS"  # of which each address takes some
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_REQUEST = re.compile(rb"[!#-'*+.0-9A-Z^-z|~-]+ \S+ HTTP/1\.[01]\r?\n")  # RFC 9112, 3
_REQUEST_LINE = re.compile(rb"[^\n]*")
_log = logging.getLogger(__name__)


class BrokenBodyError(Exception):
    """A request's body ended before its end, or isn't encoded as HTTP has it."""


class Headers:
    """Headers of a request, by lower-case name."""

    __slots__ = ("_lines", "get")

    def __init__(self, lines: list[tuple[str, str]]) -> None:
        self._lines = lines
        #: The value of the first line of that name, None or the default where there is none; called a dozen times a request.
        self.get = dict(reversed(lines)).get

    def items(self) -> Iterable[tuple[str, str]]:
        """All lines."""
        return self._lines


class Exchange:
    """A request, and where its response goes.

    `path` is decoded, `query_string` is not; `client` is the address and port of the other side, `authority` the host of a
    request whose target is a whole address.
    """

    __slots__ = (
        "_body",
        "_connection",
        "_ended",
        "_held",
        "_is_broken",
        "_keeps",
        "_keeps_by_name",
        "_waiter",
        "authority",
        "by_thread",
        "client",
        "headers",
        "lender",
        "method",
        "path",
        "query_string",
    )
    scheme = "http"

    def __init__(
        self,
        connection: _Connection,
        method: str,
        target: str,
        headers: Headers,
        *,
        keeps: bool,
        keeps_by_name: bool = False,
    ) -> None:
        self.lender: Lender | None = None  # where another process may answer the next request
        self.by_thread = False  # another thread answers, which needs the interpreter's lock also afterwards
        self.authority: str | None = None
        if not target.startswith("/"):
            parts = urlsplit(target)
            target = target[target.index(parts.netloc) + len(parts.netloc) :] if parts.netloc else target
            self.authority = parts.netloc or None
        path, _, parameters = target.partition("#")[0].partition("?")
        self.method = method
        self.path = unquote(path) if "%" in path else path or "/"
        self.query_string = parameters
        self.headers = headers
        self.client = connection.peer
        self._connection = connection
        self._keeps = keeps  # the client wants to use the connection again
        self._keeps_by_name = keeps_by_name  # and wants to be told so: HTTP/1.0
        self._body: deque[bytes] = deque()
        self._held = 0
        self._ended = False
        self._is_broken = False
        self._waiter: asyncio.Future[None] | None = None

    # The body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The body in pieces; raises BrokenBodyError."""
        connection = self._connection
        if not self._ended and not self._body and self.headers.get("expect") is not None:
            connection.write(_CONTINUE)
        while self._body or not self._ended:
            if self._body:
                part = self._body.popleft()
                self._held -= len(part)
                connection.read_on()
                yield part
            elif self._is_broken:
                raise BrokenBodyError
            else:
                self._waiter = asyncio.get_running_loop().create_future()
                await self._waiter

    def take(self, part: bytes) -> None:
        """A piece of the body has come."""
        self._body.append(part)
        self._held += len(part)
        self._wake()

    @property
    def has_room(self) -> bool:
        """Whether more of the body may come."""
        return self._held < _HELD_BYTES

    def end_body(self) -> None:
        """The body is whole."""
        self._ended = True
        self._wake()

    def break_off_body(self) -> None:
        """The body won't become whole."""
        self._is_broken = True
        self._wake()

    def _wake(self) -> None:
        """Let who waits for the body look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        self._waiter = None

    # The response

    def client_disconnect(self) -> Awaitable[None]:
        """Done when the client has gone."""
        return self._connection.gone()

    def send(self, response: Response) -> None:
        """Send the response, once; raises ValueError for a header that is none, OSError for a file that can't be read."""
        connection = self._connection
        if connection.is_closed:
            return
        status, headers, body = response.status, response.headers, response.body
        has_body = status not in (204, 304)
        keeps = self._keeps and self._ended and headers.get("Connection") != "close" and connection.may_stay
        more = []
        if has_body:
            more.append(f"content-length: {response.size or len(body)}\r\n")
        if not keeps and "Connection" not in headers:
            more.append("connection: close\r\n")
        elif keeps and self._keeps_by_name:
            more.append("connection: keep-alive\r\n")
        head = begin_head(status, headers, *more) + connection.server.common_headers
        if not has_body or self.method == "HEAD":
            connection.write(head)
        elif response.file is None:
            connection.write(head + body)
        else:
            connection.send_file(head, response, keeps=keeps)
            return
        connection.finished(keeps=keeps)

    def abandon(self) -> None:
        """End the connection without a response."""
        self._connection.abort()


class Application(Protocol):
    """What answers."""

    def begin(self, exchange: Exchange) -> Coroutine[Any, Any, None] | None:
        """Send the response at once, or give what does so after some waiting; neither fails."""


class Lender(Protocol):
    """What lends a connection, on which nothing is being answered, to another process (`server.engine.lending`)."""

    def lend(self, connection: Lent, rest: str, common: str) -> bool:
        """Whether it is lent; `rest` is what stood behind the last request's target, `common` what goes with every response."""

    def recall(self, connection: Lent) -> None:
        """Ask for it."""


class HttpServer:
    """Serves an application at a socket, on the event loop that runs.

    `common_headers` go with every response. A client that hasn't read its answer for `transfer_seconds` is cut off.
    """

    def __init__(
        self, application: Application, common_headers: Mapping[str, str], transfer_seconds: float
    ) -> None:
        self.application = application
        self.transfer_seconds = transfer_seconds
        self.loop = asyncio.get_running_loop()
        self.polling = BusyPolling(self.loop)  # for the next request
        self.answered: _Connection | None = None  # last
        self.now = self.loop.time()  # as of the last second
        self.stopping = False
        self.connections: dict[_Connection, None] = {}
        self.common_headers = b""
        self.common = common_lines(common_headers)
        self._listening: asyncio.Server | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._look_at_clock()

    async def listen(self, bound: socket.socket) -> None:
        """Begin to answer at a socket that is bound."""
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # goes from it to its connections (tcp(7))
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self.transfer_seconds * 1000))
        self._listening = await self.loop.create_server(
            lambda: _Connection(self), sock=bound, backlog=_BACKLOG
        )
        self._sweeping = self.loop.create_task(self._sweep())

    async def close(self, seconds: float) -> None:
        """Take no more requests, and finish those that are being answered, for at most so many seconds."""
        self.stopping = True
        if self._listening is None or self._sweeping is None:
            return
        self._listening.close()
        for connection in list(self.connections):
            connection.recall()
            connection.close_if_idle()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.connections:
                    await asyncio.sleep(_CLOSING_LOOK_SECONDS)
        for connection in list(self.connections):
            connection.abort()
        self._sweeping.cancel()

    def make_room(self) -> bool:
        """Whether another connection may stay; closes an idle one, the oldest first, where there are too many."""
        if len(self.connections) < _CONNECTIONS:
            return True
        return any(connection.close_if_idle() for connection in self.connections)

    def _look_at_clock(self) -> None:
        self.now = self.loop.time()
        self.common_headers = end_head(self.common)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            self._look_at_clock()
            for connection in [own for own in self.connections if own.deadline < self.now]:
                connection.abort()


class _Connection(asyncio.Protocol):
    """One connection: requests one after the other, also where a client sends several before the first answer."""

    def __init__(self, server: HttpServer) -> None:
        self.server = server
        self.peer = ""
        self.is_closed = False
        self.deadline = server.now + _HEAD_SECONDS
        self._transport: asyncio.Transport
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._lines: list[tuple[str, str]] = []
        self._head_bytes = 0  # of the request that is being read
        self._came = b""  # last, in one piece
        self._to_lend = 0  # requests in a row after which it might have been lent
        self._lender: Lender | None = None  # while it is lent
        self._in_head = True
        self._read: Exchange | None = None  # whose body is being read
        self._has_body = False  # it announces one
        self._current: Exchange | None = None  # that is being answered
        self._waiting: deque[Exchange] = deque()
        self._task: asyncio.Task[None] | None = None
        self._refused = False  # what else comes is read over
        self._paused_reading = False
        self._drained: asyncio.Future[None] | None = None
        self._gone: asyncio.Future[None] | None = None

    # What the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`, as for the others."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class, of the same methods
        peer = transport.get_extra_info("peername")
        if isinstance(peer, tuple):
            self.peer = f"[{peer[0]}]:{peer[1]}" if ":" in peer[0] else f"{peer[0]}:{peer[1]}"
        has_room = self.server.make_room()
        self.server.connections[self] = None
        if not has_room:
            self._refuse(Problem(503, "too many clients are connected", headers={"Retry-After": "5"}))

    def connection_lost(self, _: Exception | None) -> None:
        self.is_closed = True
        self.server.connections.pop(self, None)
        if self.server.answered is self:
            self.server.answered = None
        self._waiting.clear()
        for waiting in (self._gone, self._drained):
            if waiting is not None and not waiting.done():
                waiting.set_result(None)
        if self._read is not None:
            self._read.break_off_body()

    def pause_writing(self) -> None:
        self._drained = self.server.loop.create_future()

    def resume_writing(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    def data_received(self, data: bytes) -> None:
        self.server.polling.heard()
        self._came = data if len(data) <= _LENT_BYTES else b""
        if self._refused:
            return
        if self._in_head:
            if not self._head_bytes and not data.isascii():
                data = _REQUEST_LINE.sub(_escaped, data, count=1)
            if not self._head_bytes and self._current is None:
                self.deadline = self.server.now + _HEAD_SECONDS
            self._head_bytes += len(data)
        try:
            while True:
                try:
                    self._parser.feed_data(data)
                except httptools.HttpParserUpgrade as upgrade:  # to something else: read over, RFC 9110, 7.8
                    data = data[upgrade.args[0] :]
                    continue
                break
        except httptools.HttpParserError as error:
            self._broken(error, data)
        if self._in_head and self._head_bytes > 2 * _HEAD_BYTES and not self._refused:
            self._refuse(_head_too_large())

    # What the parser tells

    def on_url(self, part: bytes) -> None:
        """See httptools, as for the others."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self._lines.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        if self._refused:
            return
        parser, target, lines = self._parser, self._target, self._lines
        size = len(target) + sum([len(name) + len(value) for name, value in lines])
        self._target, self._lines, self._in_head, self._head_bytes = b"", [], False, 0
        if size > _HEAD_BYTES or len(lines) > _HEADERS:
            self._refuse(_head_too_large())
            return
        version = parser.get_http_version()
        if version not in ("1.1", "1.0"):
            self._refuse(Problem(400, "this server speaks HTTP/1.1"))
            return
        headers = Headers(lines)
        method = parser.get_method().decode("ascii")
        keeps = parser.should_keep_alive() and method != "CONNECT"
        exchange = Exchange(
            self,
            method,
            target.decode("ascii"),
            headers,
            keeps=keeps,
            keeps_by_name=keeps and version == "1.0",
        )
        self._read = exchange
        self._has_body = (
            headers.get("content-length", "0") != "0" or headers.get("transfer-encoding") is not None
        )
        if self._has_body:
            self._enqueue(exchange)

    def on_body(self, part: bytes) -> None:
        if self._read is None or self._refused:
            return
        self._read.take(part)
        if not self._read.has_room:
            self._pause_reading()

    def on_message_complete(self) -> None:
        exchange, self._read = self._read, None
        self._in_head = True
        if exchange is None or self._refused:
            return
        exchange.end_body()
        if not self._has_body:
            self._enqueue(exchange)

    # Answering

    def _enqueue(self, exchange: Exchange) -> None:
        if self._current is None:
            self._begin(exchange)
        else:
            self._waiting.append(exchange)
            if len(self._waiting) >= _MOST_WAITING:
                self._pause_reading()

    def _begin(self, exchange: Exchange) -> None:
        self._current = exchange
        self.deadline = float("inf")
        answering = self.server.application.begin(exchange)
        if answering is not None:
            self._task = self.server.loop.create_task(answering)

    def write(self, data: bytes) -> None:
        """Send bytes; those of a client that has gone are lost."""
        if not self.is_closed:
            self._transport.write(data)

    @property
    def may_stay(self) -> bool:
        """Whether the connection may be used for further requests."""
        return not self.server.stopping and not self._refused

    def finished(self, *, keeps: bool) -> None:
        """The current request is answered; the next one is answered, where one waits and the connection is kept."""
        exchange, self._current, self._task = self._current, None, None
        lender = exchange.lender if exchange is not None else None
        if lender is None:
            self._to_lend = 0
        slow = self._transport.get_write_buffer_size()
        self.deadline = self.server.now + (self.server.transfer_seconds if slow else _IDLE_SECONDS)
        if not keeps:
            self._close(reads_on=exchange is not None and exchange is self._read)
        elif self._waiting:
            self.server.loop.call_soon(self._next)
        elif lender is not None and self._lend(lender):
            return
        else:
            self.read_on()
            # Of several clients the next request is there already.
            if self.server.answered is self and exchange is not None and not exchange.by_thread:
                self.server.polling.expect()
            self.server.answered = self

    def _next(self) -> None:
        if self._waiting and self._current is None and not self.is_closed:
            self._begin(self._waiting.popleft())
            self.read_on()

    def send_file(self, head: bytes, response: Response, *, keeps: bool) -> None:
        """Send a response from a file, as fast as the client reads; raises OSError."""
        assert response.file is not None
        file = response.file.open("rb", buffering=0)
        start, end = response.part or (0, response.size)
        file.seek(start)
        self.write(head)
        self.deadline = self.server.now + self.server.transfer_seconds
        self._task = self.server.loop.create_task(self._send_from(file, end - start, keeps=keeps))

    async def _send_from(self, file: IO[bytes], size: int, *, keeps: bool) -> None:
        with file:
            while size > 0 and not self.is_closed:
                try:
                    data = await self.server.loop.run_in_executor(None, file.read, min(size, _FILE_BYTES))
                except OSError:
                    _log.exception("a file can't be read that is being sent")
                    data = b""
                if not data:  # it was cut: so is the answer
                    self.abort()
                    return
                self.write(data)
                size -= len(data)
                if self._drained is not None:
                    await self._drained
                self.deadline = self.server.now + self.server.transfer_seconds
        if not self.is_closed:
            self.finished(keeps=keeps)

    # Lending

    def _lend(self, lender: Lender) -> bool:
        """Lend the connection, if enough has been answered over it that others might have, and nothing of it is left."""
        self._to_lend += 1
        if self._to_lend < _LENT_AFTER:
            return False
        self._to_lend = 0
        line, _, rest = self._came.partition(b" HTTP/1.1\r\n")
        is_one = rest.endswith(b"\r\n\r\n") and rest.find(b"\r\n\r\n") == len(rest) - 4 and b"\n" not in line
        transport = self._transport
        if (
            not is_one
            or self._head_bytes  # of a request that comes in pieces
            or transport.get_write_buffer_size()
            or transport.is_closing()
            or self._gone is not None
        ):
            return False
        transport.pause_reading()
        if not lender.lend(self, f"\r\n{rest.decode('latin-1')}", self.server.common):
            transport.resume_reading()
            return False
        self.deadline, self._lender = float("inf"), lender
        return True

    def fileno(self) -> int:
        """See `server.engine.lending.Lent`, as for the next two."""
        return int(self._transport.get_extra_info("socket").fileno())

    def take_back(self, data: bytes, unsent: bytes) -> None:
        self._lender = None
        if self.is_closed or self._transport.is_closing():
            return
        if unsent:
            self.write(unsent)
        slow = self._transport.get_write_buffer_size()
        self.deadline = self.server.now + (self.server.transfer_seconds if slow else _IDLE_SECONDS)
        if data:
            self.data_received(data)
        elif self.server.stopping:
            self._close(reads_on=False)
            return
        if not self._paused_reading and not self._transport.is_closing():
            self._transport.resume_reading()

    def break_off(self) -> None:
        self._lender = None
        self.abort()

    def recall(self) -> None:
        """Ask for the connection, where it is lent."""
        if self._lender is not None:
            self._lender.recall(self)

    # Ends

    def gone(self) -> Awaitable[None]:
        """Done when the other side has closed the connection."""
        if self._gone is None:
            self._gone = self.server.loop.create_future()
            if self.is_closed:
                self._gone.set_result(None)
        return asyncio.shield(self._gone)

    def close_if_idle(self) -> bool:
        """Close the connection if no request is being answered or read; returns whether it was."""
        is_idle = self._current is None and self._lender is None and not self._refused and not self.is_closed
        if is_idle:
            self._close(reads_on=False)
        return is_idle

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def _close(self, *, reads_on: bool) -> None:
        """Close the connection once everything is sent; with `reads_on` what the client still sends is read for a while.

        A connection that is closed with bytes unread is reset, and the client may never see the response (RFC 9112, 9.6).
        """
        self._refused = True
        self._waiting.clear()
        if reads_on and self._transport.can_write_eof():
            self._transport.write_eof()
            self._resume_reading()
            self.deadline = self.server.now + _LINGER_SECONDS
        else:
            self._transport.close()

    def _broken(self, error: Exception, data: bytes) -> None:
        """What came is no HTTP, or a request by a method that llhttp doesn't know."""
        if self._read is not None and self._read is self._current:
            self._refused = True
            self._read.break_off_body()  # who answers it says so
        elif isinstance(error, httptools.HttpParserInvalidMethodError) and _REQUEST.match(data):
            self._refuse(Problem(405, "no such method is known here", headers={"Allow": _METHODS}))
        else:
            self._refuse(Problem(400, f"the request is no HTTP/1.1: {error}"))

    def _refuse(self, problem: Problem) -> None:
        """Tell of a problem, unless an earlier request is still being answered, and close the connection."""
        self._refused = True
        if self._current is None:
            self._current = self._read = Exchange(self, "GET", "/", Headers([]), keeps=False)
            self._current.send(refuse(problem))

    def _pause_reading(self) -> None:
        if not self._paused_reading:
            self._paused_reading = True
            self._transport.pause_reading()

    def read_on(self) -> None:
        """Read further requests, or more of a body, where there is room again."""
        has_room = len(self._waiting) < _MOST_WAITING and (self._read is None or self._read.has_room)
        if self._paused_reading and has_room:
            self._resume_reading()

    def _resume_reading(self) -> None:
        if self._paused_reading and not self.is_closed:
            self._paused_reading = False
            self._transport.resume_reading()


def _escaped(line: re.Match[bytes]) -> bytes:
    """A request line with its bytes beyond ASCII percent-encoded, as people and some programs don't."""
    return quote_from_bytes(line.group(), safe=_TARGET_SAFE + "\r").encode()


def _head_too_large() -> Problem:
    return Problem(
        431,
        f"the request has more than {_HEADERS} headers, or they and its address more than {_HEAD_BYTES} bytes; "
        "send the query by POST",
    )
