"""Who is answered in a moment stays awake for it: a little while, and only where it pays."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from server import busy_polling
from server.busy_polling import BusyPolling, Wait
from server.engine import Question, wire, worker
from server.engine.worker import Questions
from tests.clock import Clock

MICROSECOND = 1e-6


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr(busy_polling.time, "perf_counter", fake)
    monkeypatch.setattr(busy_polling, "processors", lambda: 2)
    return fake


def waited(wait: Wait, clock: Clock, microseconds: float) -> bool:
    """Waits so long; returns whether it would have been looked for without sleeping."""
    polls = wait.begin()
    clock.now += microseconds * MICROSECOND
    wait.end()
    return polls


def test_a_wait_is_worth_being_awake_where_the_last_one_was_short(clock: Clock) -> None:
    wait = Wait()
    assert not waited(wait, clock, 300)
    assert waited(wait, clock, 300)
    assert waited(wait, clock, 20_000)
    assert not waited(wait, clock, 20_000)
    assert not waited(wait, clock, 100)
    assert waited(wait, clock, 100)


def test_nobody_is_awake_for_long(clock: Clock) -> None:
    wait = Wait()
    waited(wait, clock, 100)
    wait.begin()
    clock.now += 100 * MICROSECOND
    assert wait.stays_awake
    clock.now += 900 * MICROSECOND
    assert not wait.stays_awake


def test_what_comes_unasked_says_nothing_of_the_next_wait(clock: Clock) -> None:
    wait = Wait()
    waited(wait, clock, 100)
    clock.now += 60
    wait.end()
    assert wait.begin()


def test_with_one_processor_the_other_side_could_do_nothing_meanwhile(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(busy_polling, "processors", lambda: 1)
    wait = Wait()
    waited(wait, clock, 100)
    assert not wait.begin()


class Loop:
    """An event loop of which the test does the turns."""

    def __init__(self) -> None:
        self.called: list[Callable[[], None]] = []

    def call_soon(self, what: Callable[[], None]) -> None:
        self.called.append(what)

    def turn(self) -> int:
        """Calls what is to be called; returns how much that was: with none the loop would sleep."""
        now, self.called = self.called, []
        for call in now:
            call()
        return len(now)


@pytest.mark.usefixtures("clock")
def test_a_loop_turns_while_an_answer_is_near() -> None:
    loop: Any = Loop()
    polling = BusyPolling(loop)
    polling.expect()
    assert not loop.turn(), "nothing is known yet of how long it takes"
    polling.heard()
    for _ in range(2):
        polling.expect()
        polling.expect()
        assert [loop.turn() for _ in range(5)] == [1] * 5
        polling.heard()
        loop.turn()
        assert not loop.turn()


def test_a_loop_sleeps_where_the_answer_stays_away(clock: Clock) -> None:
    loop: Any = Loop()
    polling = BusyPolling(loop)
    polling.expect()
    polling.heard()
    polling.expect()
    clock.each_look = 100 * MICROSECOND
    assert sum(itertools.takewhile(bool, iter(loop.turn, None))) < 10


@pytest.fixture
def yielded(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Each time that a worker found nothing and stayed awake."""
    found: list[None] = []
    monkeypatch.setattr(worker, "give_way", lambda: found.append(None))
    return found


@pytest.mark.parametrize("alone", [True, False])
def test_a_worker_stays_awake_for_the_next_question_of_who_asks_alone(
    clock: Clock, yielded: list[None], alone: bool
) -> None:
    ours, theirs = socket.socketpair()
    question = Question("ASK {}")
    with ours, theirs:
        questions = Questions(theirs)
        for _ in range(2):
            ours.sendall(wire.pack_question(question, alone=alone))
            questions.next()
        assert not yielded
        clock.each_look = 100 * MICROSECOND
        later = threading.Timer(0.05, ours.sendall, [wire.pack_question(question)])
        later.start()
        assert questions.next() == (3, question), "it sleeps when it has been awake for long enough"
        later.join()
    assert (0 < len(yielded) < 10) == alone
    assert alone or not yielded
