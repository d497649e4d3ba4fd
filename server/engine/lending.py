"""How a connection is lent to a process that answers what comes over it by itself, and what both sides say of it.

Between server and worker each question is packed, sent, and waited for, which costs more than to evaluate it where it is a quick one. So a
client that sends one quick query after the other is served by a worker alone: the server gives it the connection (SCM_RIGHTS, unix(7)),
and has it back as soon as anything else comes.

Messages begin with a kind and the number of a loan; `Desk` is what a worker leaves for the server to see when it can't say anything any more.
Nothing in them is run or unpickled: a worker has evaluated hostile queries.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Callable
from typing import Final, Literal, NamedTuple, Protocol, TypeAlias

LEND, RECALL, BACK, UNSENT, TOLD = b"L", b"R", b"B", b"U", b"T"
MOST_BYTES: Final = 64 * 1024  # of a request, and of a message
_HEAD = struct.Struct("<cI")
_TOLD = struct.Struct("<IIqIddI")
_NO_ROWS = -1


class Terms(NamedTuple):
    """What is the same in all requests of a loan, or to be said with each answer.

    `rest` is the request's bytes behind its target, up to the empty line; `common` the headers that go with every response, but for Date.
    """

    rest: str
    common: str
    accept: str | None = None
    accept_encoding: str | None = None

    def pack(self) -> bytes:
        """As bytes."""
        # Escapes would make a message of it that is too long.
        return json.dumps(self, ensure_ascii=False).encode()

    @classmethod
    def unpack(cls, data: bytes) -> Terms:
        """Out of bytes."""
        return cls(*json.loads(data))


class Told(NamedTuple):
    """A query that was answered over a loan: text, seconds of evaluation and in all, rows, bytes of the body."""

    text: str
    evaluation: float
    total: float
    rows: int | None
    size: int
    content_type: str


class Lent(Protocol):
    """A connection, from the side of who lends it."""

    def fileno(self) -> int:
        """The descriptor of its socket."""

    def take_back(self, data: bytes, unsent: bytes) -> None:
        """It is its owner's again: with bytes that were read from it and not answered, and those of an answer that weren't sent."""

    def break_off(self) -> None:
        """End it: nobody knows how much of an answer was sent."""


Tell: TypeAlias = Callable[[Told], None]


def pack(kind: bytes, loan: int, data: bytes = b"") -> bytes:
    """A message."""
    return _HEAD.pack(kind, loan) + data


def unpack(message: bytes) -> tuple[bytes, int, bytes]:
    """Kind, loan and the rest of a message."""
    kind, loan = _HEAD.unpack_from(message)
    return kind, loan, message[_HEAD.size :]


def pack_told(loan: int, told: Told) -> bytes:
    """One entry of a message of what was answered."""
    text, content_type = told.text.encode("utf-8", "surrogatepass"), told.content_type.encode()
    rows = _NO_ROWS if told.rows is None else told.rows
    head = _TOLD.pack(loan, len(text), rows, told.size, told.evaluation, told.total, len(content_type))
    return b"".join((head, text, content_type))


def unpack_told(data: bytes) -> list[tuple[int, Told]]:
    """The entries of a message of what was answered, each with its loan."""
    entries, at = [], 0
    while at < len(data):
        loan, length, rows, size, evaluation, total, of_type = _TOLD.unpack_from(data, at)
        text = at + _TOLD.size
        content_type, at = text + length, text + length + of_type
        entries.append(
            (
                loan,
                Told(
                    data[text:content_type].decode("utf-8", "surrogatepass"),
                    evaluation,
                    total,
                    None if rows == _NO_ROWS else rows,
                    size,
                    data[content_type:at].decode(),
                ),
            )
        )
    return entries


Doing: TypeAlias = Literal["nothing", "evaluating", "sending"]


class Desk:
    """What a worker is about, in memory that the server sees, too: the request that it evaluates, and since when."""

    _STATE = struct.Struct("<IIId")
    _DOING: tuple[Doing, ...] = ("nothing", "evaluating", "sending")
    BYTES: Final = _STATE.size + MOST_BYTES

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, self.BYTES)

    @classmethod
    def make(cls) -> int:
        """The descriptor of a new one; raises OSError, and AttributeError where the platform has no such memory."""
        descriptor = os.memfd_create("desk")
        os.ftruncate(descriptor, cls.BYTES)
        return descriptor

    def begin(self, loan: int, request: bytes, now: float) -> None:
        """A request is evaluated from now on; to be told before anything that may end the process."""
        start = self._STATE.size
        self._memory[start : start + len(request)] = request
        self._STATE.pack_into(self._memory, 0, 0, loan, len(request), now)
        self._memory[0] = 1  # last: the process may be stopped anywhere

    def send(self) -> None:
        """Its answer is being sent."""
        self._memory[0] = 2

    def rest(self) -> None:
        """It is done, whatever has become of it."""
        self._memory[0] = 0

    def look(self) -> tuple[Doing, int, float]:
        """What is being done, for which loan, and since when."""
        doing, loan, _, began = self._STATE.unpack_from(self._memory, 0)
        return self._DOING[doing % 3], loan, began

    def request(self) -> bytes:
        """The request that was begun last."""
        _, _, length, _ = self._STATE.unpack_from(self._memory, 0)
        start = self._STATE.size
        return bytes(self._memory[start : start + min(length, MOST_BYTES)])

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()
