"""A process that answers quick queries over connections that are lent to it, until it is killed.

It answers what it knows to be a quick query asked in the same words around it, and gives the connection back with anything else, so that it
needs to know neither HTTP nor errors: the server does what it would have done. Nothing that it does may wait but for its clients together.
"""

from __future__ import annotations

import array
import contextlib
import select
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from server import guard
from server.answer_cache import CACHEABLE, VARY, key_of, tag_of
from server.compression import choose_coding, compress, etag_for, worth_compressing
from server.engine import Question, lending
from server.engine.isolation import limit_memory
from server.engine.lending import Desk, Terms, Told
from server.engine.stores import Stores
from server.engine.wire import Reply
from server.engine.worker import Surroundings, answer
from server.http_head import begin_head, end_head
from server.problem import Problem
from server.protocol import decode_parameters
from server.settings import Limits

_ASKED = b"GET /sparql?query="
_VERSION = " HTTP/1.1"
_ENDING = bytes(range(0x21)) + b"&#\x7f"  # what ends a parameter, or a target
_LONGEST = 4096  # characters of a text that is quick to be read
_QUICK_SECONDS = 0.005  # of an evaluation
_LARGEST = 64 * 1024  # bytes of a body: a client's socket takes it at once
_REMEMBERED = 4096  # texts that were asked: one that comes again is for the server's cache
_IDLE_SECONDS = 0.5  # that a connection is kept for nothing
_TOLD_AT_ONCE = 16 * 1024  # bytes, of texts most of all
_TOLD_SECONDS = 0.05  # that what was answered waits to be told


@dataclass(frozen=True, slots=True)
class LaneSurroundings:
    """What a process needs to know beside its stores to answer by itself."""

    worker: Surroundings
    snapshot: str
    limits: Limits
    services: bool


@dataclass(eq=False, slots=True)
class _Loan:
    number: int
    connection: socket.socket
    terms: Terms
    rest: bytes  # of a request behind its parameters
    coding: str | None
    used: float = 0.0


class Lane:
    """Answers over the connections of its loans."""

    def __init__(self, stores: Stores, control: socket.socket, desk: Desk, around: LaneSurroundings) -> None:
        self._stores = stores
        self._control = control
        self._desk = desk
        self._around = around
        self._loans: dict[int, _Loan] = {}  # by descriptor
        self._ready = select.epoll()
        self._ready.register(control, select.EPOLLIN)
        self._space = memoryview(bytearray(lending.MOST_BYTES))
        self._asked: set[int] = set()
        self._told: list[bytes] = []
        self._told_bytes = 0
        self._told_at = 0.0
        self._ends: dict[str, bytes] = {}  # of heads, as of a second
        self._second = 0
        self._looked_at = 0.0  # which loans are used

    def run(self) -> NoReturn:
        """Answer; raises EOFError once the server has gone."""
        own = self._control.fileno()
        while True:
            ready = self._ready.poll(_TOLD_SECONDS if self._told else _IDLE_SECONDS if self._loans else None)
            for descriptor, _ in ready:
                if descriptor == own:
                    self._hear()
                elif (loan := self._loans.get(descriptor)) is not None:
                    self._serve(loan)
            now = time.monotonic()
            if self._told and (not ready or now - self._told_at > _TOLD_SECONDS):
                self._tell()
            if now - self._looked_at > _IDLE_SECONDS / 2:
                self._looked_at = now
                for loan in [each for each in self._loans.values() if now - each.used > _IDLE_SECONDS]:
                    self._give_back(loan)

    # What the server says

    def _hear(self) -> None:
        descriptors = array.array("i")
        message, attached, _, _ = self._control.recvmsg(
            lending.MOST_BYTES, socket.CMSG_LEN(descriptors.itemsize)
        )
        if not message:
            raise EOFError
        kind, number, data = lending.unpack(message)
        if kind == lending.LEND:
            descriptors.frombytes(attached[0][2])
            connection = socket.socket(fileno=descriptors[0])
            terms = Terms.unpack(data)
            rest = (_VERSION + terms.rest).encode("latin-1")
            loan = _Loan(
                number, connection, terms, rest, choose_coding(terms.accept_encoding), time.monotonic()
            )
            self._loans[connection.fileno()] = loan
            self._ready.register(connection, select.EPOLLIN)
        elif kind == lending.RECALL:
            for loan in [own for own in self._loans.values() if own.number == number]:
                self._give_back(loan)

    # What it says

    def _give_back(self, loan: _Loan, data: bytes = b"") -> None:
        self._tell()
        self._ready.unregister(loan.connection)
        del self._loans[loan.connection.fileno()]
        loan.connection.close()
        self._control.sendall(lending.pack(lending.BACK, loan.number, data))

    def _tell(self) -> None:
        if self._told:
            self._control.sendall(lending.pack(lending.TOLD, 0, b"".join(self._told)))
            self._told.clear()
            self._told_bytes = 0

    # Answering

    def _serve(self, loan: _Loan) -> None:
        try:
            received = loan.connection.recv_into(self._space)
        except BlockingIOError:
            return
        except OSError:
            received = 0  # whoever reads next sees it, too
        loan.used = time.monotonic()
        request = bytes(self._space[:received])
        self._desk.begin(loan.number, request, loan.used)
        text = self._read(loan, request)
        reply = self._answer(loan, text) if text is not None else None
        if text is None or reply is None:
            self._give_back(loan, request)
        else:
            self._send(loan, text, reply)
        self._desk.rest()

    def _read(self, loan: _Loan, request: bytes) -> str | None:
        """The query's text, where the request is one like those before it and asks for nothing that was asked lately."""
        if not (request.startswith(_ASKED) and request.endswith(loan.rest)):
            return None
        asked = request[len(_ASKED) - len("query=") : -len(loan.rest)]
        if not asked.isascii() or len(asked.translate(None, _ENDING)) < len(asked):
            return None
        known = hash(asked)
        if known in self._asked:
            return None
        if len(self._asked) >= _REMEMBERED:
            self._asked.clear()
        self._asked.add(known)
        try:
            ((_, text),) = decode_parameters(asked.decode("ascii"))
        except Problem:
            return None
        return text if len(text) <= _LONGEST else None

    def _answer(self, loan: _Loan, text: str) -> Reply | None:
        """The answer, where it is one that anybody gets, and small."""
        limits = self._around.limits
        try:
            checked = guard.check(text, limits, services=self._around.services)
        except Problem:
            return None
        if checked.volatile or checked.services or (checked.names_graphs and self._stores.opens_disk):
            return None
        question = Question(
            text,
            loan.terms.accept,
            names_graphs=checked.names_graphs,
            max_bytes=limits.result_bytes,
            max_rows=limits.result_rows,
        )
        reply = answer(self._stores, question, self._around.worker)
        if reply.file is not None:
            Path(reply.file).unlink(missing_ok=True)
        return None if reply.problem or reply.file or len(reply.body) > _LARGEST else reply

    def _send(self, loan: _Loan, text: str, reply: Reply) -> None:
        body, terms = reply.body, loan.terms
        headers = {"Content-Type": reply.content_type, "Vary": VARY, "Cache-Control": CACHEABLE}
        coding = loan.coding if worth_compressing(reply.content_type, len(body)) else None
        if coding is not None:
            body = compress(body, coding)
            headers["Content-Encoding"] = coding
        headers["ETag"] = etag_for(tag_of(key_of(self._around.snapshot, text, terms.accept)), coding)
        length = f"content-length: {len(body)}\r\n"
        whole = b"".join((begin_head(200, headers, length), self._end_of_head(terms.common), body))
        self._desk.send()
        try:
            sent = loan.connection.send(whole)
        except BlockingIOError:
            sent = 0
        except OSError:
            sent = len(whole)  # the client has gone, as the next read tells
        now = time.monotonic()
        if not self._told:
            self._told_at = now
        told = Told(text, reply.seconds, now - loan.used, reply.rows, len(body), reply.content_type)
        self._told.append(lending.pack_told(loan.number, told))
        self._told_bytes += len(self._told[-1])
        if self._told_bytes >= _TOLD_AT_ONCE:
            self._tell()
        if sent < len(whole):
            for start in range(sent, len(whole), _LARGEST):
                part = whole[start : start + _LARGEST]
                self._control.sendall(lending.pack(lending.UNSENT, loan.number, part))
        if sent < len(whole) or reply.seconds > _QUICK_SECONDS:
            self._give_back(loan)

    def _end_of_head(self, common: str) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second = second
            self._ends.clear()
        end = self._ends.get(common)
        if end is None:
            end = self._ends[common] = end_head(common)
        return end


def serve_lent(stores: Stores, control: socket.socket, desk: Desk, around: LaneSurroundings) -> None:
    """Answer over the connections that come by the control socket, until that is closed."""
    limit_memory(around.worker.memory_bytes)
    with contextlib.suppress(EOFError, ConnectionError):
        Lane(stores, control, desk, around).run()
