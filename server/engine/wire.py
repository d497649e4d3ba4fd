"""How the server and a worker process talk over a socket pair.

A question is two lengths, a JSON array with all but the text, and the text; the array is the same for most
questions, so either side keeps what it made of it. A reply is a fixed head, a few strings, and the answer's bytes.
Nothing in it is run or unpickled: a worker has evaluated hostile queries.
"""

from __future__ import annotations

import json
import socket
import struct
from functools import lru_cache
from typing import Any, NamedTuple

from server.engine import Question
from server.problem import Problem

_QUESTION = struct.Struct("<II")
_REPLY = struct.Struct("<IIIqqdd")
_NO_ROWS = -1


class Reply(NamedTuple):
    """What a worker says of a question: an answer, or a problem.

    `computed` is the processor time that the worker has taken since it was forked, `seconds` that of this evaluation
    by the clock; both in seconds.
    """

    problem: Problem | None
    content_type: str = ""
    coding: str | None = None
    file: str | None = None
    size: int = 0
    rows: int | None = None
    seconds: float = 0.0
    computed: float = 0.0
    body: bytes = b""


def pack_question(question: Question) -> bytes:
    """A question as bytes."""
    head = _pack_terms(question[1:])
    text = question.text.encode("utf-8", "surrogatepass")
    return b"".join((_QUESTION.pack(len(head), len(text)), head, text))


def unpack_question(buffer: memoryview | bytearray) -> Question | None:
    """The question that the buffer holds, None while it isn't whole."""
    if len(buffer) < _QUESTION.size:
        return None
    head, text = _QUESTION.unpack_from(buffer)
    end = _QUESTION.size + head + text
    if len(buffer) < end:
        return None
    start = _QUESTION.size
    text = str(buffer[start + head : end], "utf-8", "surrogatepass")
    return Question(text, *_read_terms(bytes(buffer[start : start + head])))


def pack_reply(reply: Reply, computed: float) -> bytes:
    """A reply as bytes, with the processor time that the worker has taken by now."""
    if reply.problem is not None:
        problem = reply.problem
        said = json.dumps([problem.status, problem.detail, problem.fields, problem.headers]).encode()
        head = b""
    else:
        said = b""
        head = f"{reply.content_type}\0{reply.coding or ''}\0{reply.file or ''}".encode()
    rows = _NO_ROWS if reply.rows is None else reply.rows
    lengths = (len(said), len(head), len(reply.body))
    fixed = _REPLY.pack(*lengths, reply.size, rows, reply.seconds, computed)
    return b"".join((fixed, said, head, reply.body))


def unpack_reply(buffer: memoryview | bytearray) -> Reply | None:
    """The reply that the buffer holds, None while it isn't whole."""
    if len(buffer) < _REPLY.size:
        return None
    said, head, body, size, rows, seconds, computed = _REPLY.unpack_from(buffer)
    start = _REPLY.size
    if len(buffer) < start + said + head + body:
        return None
    if said:
        status, detail, fields, headers = json.loads(bytes(buffer[start : start + said]))
        problem = Problem(status, detail, fields=fields, headers=headers)
        return Reply(problem, seconds=seconds, computed=computed)
    content_type, coding, file = _read_head(bytes(buffer[start : start + head]))
    content = bytes(buffer[start + head : start + head + body])
    counted = None if rows == _NO_ROWS else rows
    return Reply(None, content_type, coding or None, file or None, size, counted, seconds, computed, content)


class Receiver:
    """Reads from sockets by way of one buffer: a fresh one for each read would cost more than the read."""

    def __init__(self) -> None:
        self._space = memoryview(bytearray(1 << 18))

    def read(self, connection: socket.socket, pending: bytearray) -> memoryview | bytearray:
        """What has come and isn't read yet: the buffer itself, or `pending` where that holds a beginning already.

        Raises EOFError where the other side has closed the connection, and what `recv_into` raises.
        """
        size = connection.recv_into(self._space)
        if not size:
            raise EOFError
        if not pending:
            return self._space[:size]
        pending += self._space[:size]
        return pending


@lru_cache(maxsize=64)
def _read_head(head: bytes) -> list[str]:
    return head.decode().split("\0")


@lru_cache(maxsize=256)
def _pack_terms(terms: tuple[Any, ...]) -> bytes:
    return json.dumps(terms).encode()


@lru_cache(maxsize=256)
def _read_terms(head: bytes) -> tuple[Any, ...]:
    return tuple([tuple(value) if isinstance(value, list) else value for value in json.loads(head)])
