"""How the server and a worker process talk over a socket pair.

A question is two lengths, a JSON array with all but the text, and the text; the array is the same for most
questions, so either side keeps what it made of it. A reply is a fixed head, a few strings, and the answer's bytes.
Nothing in it is run or unpickled: a worker has evaluated hostile queries.

Several questions may be on their way; they are answered in their order. The last of them can be taken back: those that
the worker hasn't begun it forgets, and says so, behind the replies to those that it has. Either side counts the
questions, and a reply tells which one it is to.
"""

from __future__ import annotations

import json
import socket
import struct
from functools import lru_cache
from typing import Any, NamedTuple

from server.engine import Question
from server.problem import Problem

_QUESTION = struct.Struct("<II?")
_REPLY = struct.Struct("<QIIIqqdd")
_NO_ROWS = -1
#: What a worker says when it has forgotten questions that were taken back: no other reply is empty.
TAKEN_BACK = _REPLY.pack(0, 0, 0, 0, 0, _NO_ROWS, 0.0, 0.0)


class Reply(NamedTuple):
    """What a worker says of a question: an answer, or a problem.

    `computed` is the processor time that the worker has taken since it was forked, `seconds` that of this evaluation
    by the clock; both in seconds. `number` is that of the question, counted from 1 on this connection.
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
    number: int = 0


class Asked(NamedTuple):
    """A question as it comes to a worker; `alone` tells that nothing else was being asked of anyone."""

    question: Question
    alone: bool = False


def pack_question(question: Question, *, alone: bool = False) -> bytes:
    """A question as bytes; `alone` as in `Asked`."""
    head = _pack_terms(question[1:])
    text = question.text.encode("utf-8", "surrogatepass")
    return b"".join((_QUESTION.pack(len(head), len(text), alone), head, text))


def pack_taking_back(number: int) -> bytes:
    """What takes the last questions back, so many of them: a question without a head."""
    return _QUESTION.pack(0, number, False)


def unpack_questions(buffer: memoryview | bytearray) -> tuple[list[Asked | int], int]:
    """The whole questions that the buffer begins with, or how many of them are taken back, and the bytes that they take."""
    questions: list[Asked | int] = []
    at = 0
    while len(buffer) - at >= _QUESTION.size:
        head, text, alone = _QUESTION.unpack_from(buffer, at)
        start = at + _QUESTION.size
        if not head:
            questions.append(text)
            at = start
            continue
        end = start + head + text
        if len(buffer) < end:
            break
        written = str(buffer[start + head : end], "utf-8", "surrogatepass")
        questions.append(Asked(Question(written, *_read_terms(bytes(buffer[start : start + head]))), alone))
        at = end
    return questions, at


def pack_reply(reply: Reply, computed: float, number: int) -> bytes:
    """A reply as bytes, with the processor time that the worker has taken by now and the number of the question."""
    if reply.problem is not None:
        problem = reply.problem
        said = json.dumps([problem.status, problem.detail, problem.fields, problem.headers]).encode()
        head = b""
    else:
        said = b""
        head = f"{reply.content_type}\0{reply.coding or ''}\0{reply.file or ''}".encode()
    rows = _NO_ROWS if reply.rows is None else reply.rows
    lengths = (len(said), len(head), len(reply.body))
    fixed = _REPLY.pack(number, *lengths, reply.size, rows, reply.seconds, computed)
    return b"".join((fixed, said, head, reply.body))


def unpack_replies(buffer: memoryview | bytearray) -> tuple[list[Reply | None], int]:
    """The whole replies that the buffer begins with, None where questions have been taken back, and the bytes that they take."""
    replies: list[Reply | None] = []
    at = 0
    while len(buffer) - at >= _REPLY.size:
        number, said, head, body, size, rows, seconds, computed = _REPLY.unpack_from(buffer, at)
        start = at + _REPLY.size
        end = start + said + head + body
        if len(buffer) < end:
            break
        if said:
            status, detail, fields, headers = json.loads(bytes(buffer[start : start + said]))
            problem = Problem(status, detail, fields=fields, headers=headers)
            replies.append(Reply(problem, seconds=seconds, computed=computed, number=number))
        elif head:
            content_type, coding, file = _read_head(bytes(buffer[start : start + head]))
            counted = None if rows == _NO_ROWS else rows
            content = bytes(buffer[start + head : end])
            replies.append(
                Reply(
                    None,
                    content_type,
                    coding or None,
                    file or None,
                    size,
                    counted,
                    seconds,
                    computed,
                    content,
                    number,
                )
            )
        else:
            replies.append(None)
        at = end
    return replies, at


class Receiver:
    """Reads from sockets by way of one buffer: a fresh one for each read would cost more than the read."""

    def __init__(self) -> None:
        self._space = memoryview(bytearray(1 << 18))

    def read(self, connection: socket.socket, pending: bytearray, flags: int = 0) -> memoryview | bytearray:
        """What has come and isn't read yet: the buffer itself, or `pending` where that holds a beginning already.

        What isn't whole goes into `pending` by `keep`. Raises EOFError where the other side has closed the connection, and
        what `recv_into` raises, which takes the flags.
        """
        size = connection.recv_into(self._space, 0, flags)
        if not size:
            raise EOFError
        if not pending:
            return self._space[:size]
        pending += self._space[:size]
        return pending

    @staticmethod
    def keep(received: memoryview | bytearray, used: int, pending: bytearray) -> None:
        """Keep what was received behind the bytes that were used, until the rest has come."""
        if received is pending:
            del pending[:used]
        elif used < len(received):
            pending += received[used:]


@lru_cache(maxsize=64)
def _read_head(head: bytes) -> list[str]:
    return head.decode().split("\0")


@lru_cache(maxsize=256)
def _pack_terms(terms: tuple[Any, ...]) -> bytes:
    return json.dumps(terms).encode()


@lru_cache(maxsize=256)
def _read_terms(head: bytes) -> tuple[Any, ...]:
    return tuple([tuple(value) if isinstance(value, list) else value for value in json.loads(head)])
