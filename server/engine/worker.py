"""A worker process: answers one query after another until its connection closes, or it is killed."""

from __future__ import annotations

import os
import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from server.engine import Question, wire
from server.engine.evaluate import evaluate
from server.engine.isolation import lift_memory_limit, limit_memory, limit_processor_time
from server.engine.sink import Sink, SizeExceeded
from server.engine.stores import Stores
from server.negotiate import Choice
from server.problem import Problem


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a worker knows beside its stores."""

    base: str
    spool: Path
    memory_bytes: int


def work(stores: Stores, connection: socket.socket, around: Surroundings) -> None:
    """Answer what comes over the connection until it is closed."""
    limit_memory(around.memory_bytes)
    receiver, pending = wire.Receiver(), bytearray()
    computed, most_seconds = time.process_time(), 0
    while True:
        try:
            received = receiver.read(connection, pending)
        except EOFError:
            return
        question = wire.unpack_question(received)
        if question is None:
            if received is not pending:
                pending += received
            continue
        pending.clear()
        allowed = int(computed + question.deadline) + 2  # the server's own deadline should come first
        if allowed != most_seconds:
            limit_processor_time(allowed)
            most_seconds = allowed
        if question.names_graphs and stores.opens_disk:
            lift_memory_limit()  # threads of the store on disk take addresses for their stacks
            stores.of(names_graphs=True)
            limit_memory(around.memory_bytes)
        reply = _answer(stores, question, around)
        computed = time.process_time()
        connection.sendall(wire.pack_reply(reply, computed))


def _answer(stores: Stores, question: Question, around: Surroundings) -> wire.Reply:
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
