"""How much evaluation one client gets in a minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.metering import Meter
from server.problem import Problem
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _refusal(meter: Meter, client: str = "a", running: float = 0.0) -> Problem:
    with pytest.raises(Problem) as caught:
        meter.admit(client, running)
    return caught.value


def test_a_client_is_admitted_until_its_bucket_is_empty(clock: Clock) -> None:
    meter = Meter(60, clock)
    meter.admit("a")
    meter.charge("a", 59.5)
    meter.admit("a")
    meter.charge("a", 5.5)
    refusal = _refusal(meter)
    assert refusal.status == 429
    assert refusal.headers == {"Retry-After": "5"}
    assert refusal.fields == {"limit": 60, "value": "65.00"}
    meter.admit("b")


def test_who_waits_as_long_as_told_is_admitted(clock: Clock) -> None:
    meter = Meter(30, clock)
    meter.charge("a", 31)
    wait = int(_refusal(meter).headers["Retry-After"])
    assert wait == 2
    clock.now += wait - 0.5
    _refusal(meter)
    clock.now += 0.6
    meter.admit("a")


def test_the_bucket_never_holds_more_than_the_budget(clock: Clock) -> None:
    meter = Meter(10, clock)
    meter.charge("a", 1)
    clock.now += 3_600
    meter.charge("a", 10)
    assert _refusal(meter).headers == {"Retry-After": "1"}


def test_what_runs_now_counts(clock: Clock) -> None:
    meter = Meter(10, clock)
    meter.admit("a", running=9.9)
    assert _refusal(meter, running=10.5).fields == {"limit": 10, "value": "10.50"}
    meter.charge("a", 8)
    assert _refusal(meter, running=4.0).headers == {"Retry-After": "12"}


def test_a_budget_of_nothing_switches_metering_off(clock: Clock) -> None:
    meter = Meter(0, clock)
    meter.charge("a", 1_000)
    meter.admit("a", running=1_000)
    assert len(meter) == 0


def test_a_broken_budget_is_told_as_text(clock: Clock) -> None:
    meter = Meter(0.5, clock)
    meter.charge("a", 1)
    assert _refusal(meter).fields["limit"] == "0.5"


def test_clients_with_full_buckets_are_forgotten_first(clock: Clock) -> None:
    meter = Meter(60, clock)
    meter.charge("old and empty", 500)
    for number in range(9_999):
        meter.charge(str(number), 1)
    clock.now += 10
    meter.charge("new", 1)
    assert len(meter) == 2
    _refusal(meter, "old and empty")


def test_then_those_who_were_charged_longest_ago(clock: Clock) -> None:
    meter = Meter(60, clock)
    for number in range(12_000):
        meter.charge(str(number), 100)
        meter.charge("0", 0.001)
        assert len(meter) <= 10_000
    meter.admit("1")
    _refusal(meter, "0")
    _refusal(meter, "11999")


@given(
    st.floats(0.5, 100),
    st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), max_size=20),
)
def test_nobody_gets_more_than_the_budget_and_its_refill_but_for_the_last_query(
    budget: float, steps: list[tuple[float, float]]
) -> None:
    clock = Clock()
    meter = Meter(budget, clock)
    began, used, last = clock.now, 0.0, 0.0
    for pause, seconds in steps:
        clock.now += pause
        try:
            meter.admit("a")
        except Problem as problem:
            assert int(problem.headers["Retry-After"]) >= 1
            continue
        meter.charge("a", seconds)
        used, last = used + seconds, max(last, seconds)
    assert used <= budget + budget / 60 * (clock.now - began) + last + 1e-6
