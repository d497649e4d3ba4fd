"""Queries that are sent to a worker behind others: each gets its own answer, and none waits for a slow one."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from graph.snapshot import open_current
from server.engine import Question, wire, worker
from server.engine.pool import WorkerPool
from server.engine.stores import Stores
from server.engine.worker import Questions
from server.problem import Problem
from server.settings import Settings
from tests.server.conftest import Publish

MEBIBYTE = 1024 * 1024
ONE = Settings(
    workers=1, quick_workers=1
)  # of two workers one takes what hasn't proved long: all else is sent behind
ENDLESS = "SELECT (COUNT(*) AS ?n) {{ {} }}".format(
    " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(100)))} }}" for name in "abcde")
)
ROWS = " ".join(map(str, range(300)))
SLOW_GROUP = f"VALUES ?a {{ {ROWS} }} VALUES ?b {{ {ROWS} }}"  # some tens of milliseconds: longer than what is behind waits
SLOW = f"SELECT (COUNT(*) AS ?m) {{ {SLOW_GROUP} }}"
DOUBLING = (
    'SELECT (STRLEN(?x40) AS ?n) { BIND("aaaaaaaaaa" AS ?x0) '
    + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
    + " }"
)


@pytest.fixture
def use(
    tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> Callable[[Settings, Callable[[WorkerPool], Awaitable[Any]]], Counter[str]]:
    """Does something with a pool over a snapshot; returns why its workers were ended."""
    publish(tmp_path, ledger)

    def run(settings: Settings, do: Callable[[WorkerPool], Awaitable[Any]]) -> Counter[str]:
        async def with_pool() -> Counter[str]:
            pool = WorkerPool(open_current(tmp_path), settings, tmp_path)
            await pool.start()
            try:
                await do(pool)
                assert (pool.queue_length, pool.running) == (0, 0)
                return pool.killed
            finally:
                await pool.close()

        return asyncio.run(with_pool())

    return run


async def ask(pool: WorkerPool, number: int) -> int:
    answer = await pool.query(Question(f"SELECT ({number} AS ?n) {{}}", format="csv"))
    return int(answer.read().split()[1])


def test_each_of_a_burst_gets_its_own_answer(use: Any) -> None:
    async def burst(pool: WorkerPool) -> None:
        for _ in range(3):
            assert await asyncio.gather(*[ask(pool, number) for number in range(50)]) == [*range(50)]

    assert not use(ONE, burst)


def test_each_gets_its_own_answer_where_some_are_slow(use: Any) -> None:
    async def burst(pool: WorkerPool) -> None:
        async def ask_some(first: int) -> None:
            for number in range(first, first + 40):
                group = SLOW_GROUP if number % 7 == 0 else ""
                text = f"SELECT ({number} AS ?n) (COUNT(*) AS ?m) {{ {group} }}"
                answer = await asyncio.wait_for(pool.query(Question(text, format="csv")), 5)
                assert int(answer.read().split()[1].split(b",")[0]) == number

        await asyncio.gather(*[ask_some(100 * client) for client in range(8)])

    assert not use(Settings(), burst)["disconnected"]


def test_what_is_behind_a_slow_query_does_not_wait_for_it(use: Any) -> None:
    async def overtake(pool: WorkerPool) -> None:
        slow = asyncio.ensure_future(pool.query(Question(ENDLESS, deadline=2)))
        assert await asyncio.gather(*[ask(pool, number) for number in range(5)]) == [*range(5)]
        assert not slow.done()
        with pytest.raises(Problem) as told:
            await slow
        assert told.value.status == 504

    assert use(ONE, overtake) == {"deadline": 1}


def test_what_does_not_fit_into_the_socket_is_taken_back_whole(use: Any) -> None:
    graphs = tuple(f"https://example.org/graph/{number}" for number in range(4000))  # 150 KB

    async def ask_long(pool: WorkerPool, number: int) -> int:
        question = Question(f"SELECT ({number} AS ?n) {{}}", format="csv", default_graphs=graphs)
        return int((await pool.query(question)).read().split()[1])

    async def overtake(pool: WorkerPool) -> None:
        for _ in range(3):
            slow = asyncio.ensure_future(pool.query(Question(SLOW)))
            found = asyncio.gather(*[ask_long(pool, number) for number in range(5)])
            assert await asyncio.wait_for(found, 10) == [*range(5)]
            await slow

    assert not use(ONE, overtake)


def test_a_worker_that_ends_takes_only_the_query_along_that_ended_it(use: Any) -> None:
    settings = replace(ONE, limits=replace(ONE.limits, memory_bytes=64 * MEBIBYTE))

    async def survive(pool: WorkerPool) -> None:
        first, *others = await asyncio.gather(
            pool.query(Question(DOUBLING)),
            *[ask(pool, number) for number in range(5)],
            return_exceptions=True,
        )
        assert isinstance(first, Problem)
        assert first.status == 507
        assert others == [*range(5)]

    use(settings, survive)


def test_a_query_that_waits_behind_another_counts_as_one_that_waits(use: Any) -> None:
    settings = replace(ONE, limits=replace(ONE.limits, queue=2))

    async def crowd(pool: WorkerPool) -> None:
        while pool.idle < 3:  # the spare, too, is there: what waits has no worker on its way
            await asyncio.sleep(0.01)
        running = asyncio.ensure_future(pool.query(Question(ENDLESS, deadline=1)))
        await asyncio.sleep(0)
        waiting = [asyncio.ensure_future(ask(pool, number)) for number in range(6)]
        await asyncio.sleep(0)
        assert pool.queue_length == 4  # of the queue two, and one for each worker that could begin at once
        told = await asyncio.gather(*waiting, running, return_exceptions=True)
        assert [problem.status for problem in told if isinstance(problem, Problem)] == [503, 503, 504]

    use(settings, crowd)


def test_a_client_that_goes_ends_its_query_and_no_other(use: Any) -> None:
    async def leave(pool: WorkerPool) -> None:
        gone = asyncio.ensure_future(pool.query(Question(ENDLESS)))
        await asyncio.sleep(0)
        behind = [asyncio.ensure_future(ask(pool, number)) for number in range(3)]
        await asyncio.sleep(0)
        gone.cancel()
        behind[1].cancel()
        assert [await behind[0], await behind[2]] == [0, 2]
        await ask(pool, 3)

    assert use(ONE, leave) == {"disconnected": 1}


def test_questions_that_a_worker_has_not_begun_can_be_taken_back() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        questions = Questions(theirs)
        first, second, third, fourth = (Question(f"ASK {{}} # {number}") for number in range(4))
        # The worker may see all of it only now.
        ours.sendall(b"".join([*map(wire.pack_question, (first, second, third)), wire.pack_taking_back(2)]))
        assert questions.next() == (1, first)
        assert ours.recv(1000) == wire.TAKEN_BACK
        # Or what is taken back when it has begun with it.
        ours.sendall(wire.pack_question(second))
        assert questions.next() == (4, second)
        ours.sendall(wire.pack_taking_back(1) + wire.pack_question(fourth))
        assert questions.next() == (5, fourth)
        # It looks for that between two of them, but not all the time.
        ours.sendall(wire.pack_question(first) + wire.pack_question(second))
        assert questions.next() == (6, first)
        ours.sendall(wire.pack_taking_back(1))
        time.sleep(0.01)
        questions.look()
        ours.sendall(wire.pack_question(third))
        assert questions.next() == (8, third)


def test_what_a_worker_had_begun_is_answered_before_it_says_that_it_has_forgotten_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said before, it would be sent another question while it still answers one that nobody waits for."""
    monkeypatch.setattr(worker, "limit_processor_time", lambda _: None)
    monkeypatch.setattr(worker, "limit_memory", lambda _: None)
    stores = Stores(tmp_path, default=pyoxigraph.Store())
    ours, theirs = socket.socketpair()
    rows = " ".join(map(str, range(400)))
    slow = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?a {{ {rows} }} VALUES ?b {{ {rows} }} VALUES ?c {{ 1 2 3 4 5 6 7 8 9 }} }}"
    asked = [Question(text, format="csv", names_graphs=False) for text in ("ASK {}", slow, "ASK {}")]
    asked[0] = asked[0]._replace(format="json")
    answering = threading.Thread(
        target=worker.work, args=(stores, theirs, worker.Surroundings("https://ledger.example/", tmp_path, 1))
    )
    with ours, theirs:
        answering.start()
        buffer, replies = bytearray(), []
        ours.sendall(b"".join(map(wire.pack_question, asked)))
        while len(replies) < 3:
            buffer += ours.recv(10_000)
            whole, used = wire.unpack_replies(buffer)
            del buffer[:used]
            if not replies:  # the first is answered: the second has begun
                time.sleep(0.005)
                ours.sendall(wire.pack_taking_back(2))
            replies += whole
        ours.shutdown(socket.SHUT_RDWR)
        answering.join(5)
    assert [reply.number for reply in replies if reply] == [1, 2]
    assert [reply and reply.content_type.partition(";")[0] for reply in replies] == [
        "application/sparql-results+json",
        "text/csv",
        None,
    ]


def test_a_worker_is_told_who_asks_alone(use: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []

    def pack(question: Question, *, alone: bool) -> bytes:
        told.append(alone)
        return packed(question, alone=alone)

    packed = wire.pack_question
    monkeypatch.setattr(wire, "pack_question", pack)

    async def ask_in_turns(pool: WorkerPool) -> None:
        for _ in range(2):
            await pool.query(Question("ASK {}"), lambda _: None)
        await asyncio.gather(*[pool.query(Question("ASK {}"), lambda _: None) for _ in range(2)])
        await ask(pool, 1)  # for a page

    use(ONE, ask_in_turns)
    assert told == [True, True, True, False, False]


def test_questions_and_replies_may_come_in_pieces() -> None:
    asked = [Question("ASK {} # 昆明"), Question("", default_graphs=("https://ledger.example/",))]
    sent = [wire.Reply(None, "text/csv", size=3, rows=1, body=b"a\r\n"), wire.Reply(Problem(400, "odd"))]
    packed = wire.pack_question(asked[0]) + wire.pack_question(asked[1], alone=True)
    assert put_together(packed, wire.unpack_questions) == [
        wire.Asked(asked[0]),
        wire.Asked(asked[1], alone=True),
    ]
    replies = put_together(
        b"".join(wire.pack_reply(reply, 0.5, 7) for reply in sent) + wire.TAKEN_BACK, wire.unpack_replies
    )
    assert replies[0] == sent[0]._replace(computed=0.5, number=7)
    assert replies[1].problem.detail == "odd"
    assert replies[2:] == [None]


def put_together(data: bytes, unpack: Callable[[bytearray], tuple[list[Any], int]]) -> list[Any]:
    buffer, found = bytearray(), []
    for number in data:
        buffer.append(number)
        whole, used = unpack(buffer)
        found += whole
        del buffer[:used]
    assert not buffer
    return found
