"""A worker process: answers one query after another until its connection closes, or it is killed."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from server.busy_polling import Wait, give_way
from server.engine import Question, wire
from server.engine.evaluate import evaluate
from server.engine.isolation import lift_memory_limit, limit_memory, limit_processor_time
from server.engine.sink import Sink, SizeExceeded
from server.engine.stores import Stores
from server.negotiate import Choice
from server.problem import Problem

# After which questions that wait may have been taken back; well below the server's patience.
_LOOK_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a worker knows beside its stores."""

    base: str
    spool: Path
    memory_bytes: int


class Questions:
    """The questions that come over the connection, in their order."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._receiver, self._pending = wire.Receiver(), bytearray()
        self._waiting: deque[tuple[int, Question]] = deque()
        self._came = 0
        self._looked = 0.0
        self._wait = Wait()
        self._was_alone = False  # the last question

    def next(self) -> tuple[int, Question]:
        """The next one with its number, as soon as there is any; raises EOFError once the connection is closed."""
        if not self._waiting:
            self._await()
        return self._waiting.popleft()

    def _await(self) -> None:
        """Receive the next questions, without sleeping where they come soon and nobody else has use for the processor."""
        self._wait.begin()
        while not self._waiting:
            polls = self._was_alone and self._wait.stays_awake
            try:
                self._receive(socket.MSG_DONTWAIT if polls else 0)
            except BlockingIOError:
                give_way()
        self._wait.end()

    def look(self) -> None:
        """See whether those that wait have been taken back, where they have waited for long; raises EOFError as `next` does."""
        if self._waiting and time.perf_counter() - self._looked > _LOOK_SECONDS:
            with contextlib.suppress(BlockingIOError):
                self._receive(socket.MSG_DONTWAIT)

    def _receive(self, flags: int = 0) -> None:
        received = self._receiver.read(self._connection, self._pending, flags)
        questions, used = wire.unpack_questions(received)
        self._receiver.keep(received, used, self._pending)
        for asked in questions:
            if isinstance(asked, wire.Asked):
                self._came += 1
                self._waiting.append((self._came, asked.question))
                self._was_alone = asked.alone
                continue
            for _ in range(min(asked, len(self._waiting))):
                self._waiting.pop()
            self._connection.sendall(wire.TAKEN_BACK)
        self._looked = time.perf_counter()


def work(stores: Stores, connection: socket.socket, around: Surroundings) -> None:
    """Answer what comes over the connection until it is closed."""
    limit_memory(around.memory_bytes)
    with contextlib.suppress(EOFError):
        _answer_all(stores, Questions(connection), connection, around)


def _answer_all(
    stores: Stores, questions: Questions, connection: socket.socket, around: Surroundings
) -> NoReturn:
    computed, most_seconds = time.process_time(), 0
    while True:
        number, question = questions.next()
        allowed = int(computed + question.deadline) + 2  # the server's own deadline should come first
        if allowed != most_seconds:
            limit_processor_time(allowed)
            most_seconds = allowed
        if question.names_graphs and stores.opens_disk:
            lift_memory_limit()  # threads of the store on disk take addresses for their stacks
            stores.of(names_graphs=True)
            limit_memory(around.memory_bytes)
        reply = answer(stores, question, around)
        computed = time.process_time()
        connection.sendall(wire.pack_reply(reply, computed, number))
        questions.look()  # behind the reply: the server asks again as soon as it hears that the rest is forgotten


def answer(stores: Stores, question: Question, around: Surroundings) -> wire.Reply:
    """The answer to a question, or what is wrong with it; never raises for a query's sake."""
    began = time.perf_counter()

    def new_sink(choice: Choice) -> Sink:
        return Sink(
            choice.format.suffix,
            max_bytes=question.max_bytes,
            max_rows=question.max_rows,
            coding=question.coding,
            new_file=lambda: around.spool / f"{os.getpid()}-{secrets.token_hex(8)}",
        )

    try:
        store = stores.of(names_graphs=question.names_graphs)
        choice, sink, rows = evaluate(store, question, around.base, new_sink)
    except Problem as problem:
        return wire.Reply(problem, seconds=time.perf_counter() - began)
    except SizeExceeded as exceeded:
        return wire.Reply(too_large(exceeded, question), seconds=time.perf_counter() - began)
    except MemoryError:
        return wire.Reply(out_of_memory(around.memory_bytes), seconds=time.perf_counter() - began)
    return wire.Reply(
        None,
        choice.content_type,
        sink.coding,
        str(sink.path) if sink.path else None,
        sink.sent_bytes,
        rows,
        time.perf_counter() - began,
        body=sink.body or b"",
    )


def out_of_memory(limit: int) -> Problem:
    """What is said of a query that needed more memory than it may have."""
    return Problem(
        507,
        f"the query needed more than the {limit // 1024 // 1024} MiB of memory that a query may have; "
        "sort and group fewer rows, or leave out DISTINCT and ORDER BY",
        fields={"limit": limit},
    )


def too_large(exceeded: SizeExceeded, question: Question) -> Problem:
    """What is said of an answer with more bytes or rows than the question allows."""
    limit, unit = (
        (question.max_rows, "rows") if exceeded.limit == "result_rows" else (question.max_bytes, "bytes")
    )
    return Problem(
        507,
        f"the answer has more than the {limit:,} {unit} allowed; ask for it in parts, "
        "with LIMIT and OFFSET under an ORDER BY",
        fields={"limit": limit, "unit": unit},
    )
