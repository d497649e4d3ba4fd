"""What a build tells of its stages: how long each took, and how long those to come will take."""

from __future__ import annotations

import pytest

from graph.stages import Stages, expected
from tests.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("graph.stages.time.monotonic", clock)
    return clock


def test_what_is_left_is_told_when_a_stage_begins_and_corrected_by_what_stages_took(clock: Clock) -> None:
    told: list[tuple[str, float | None]] = []
    stages = Stages(lambda name: told.append((name, stages.left)))
    for name, seconds in (("read", 50), ("sort", 5)):
        stages.begin(name)
        clock.now += seconds
    stages.plan({"load": 10, "merge": 5, "optimize": 20})
    for name, seconds in (("load", 20), ("merge", 10), ("search", 7), ("optimize", 1)):
        stages.begin(name)
        clock.now += seconds
    assert told == [
        ("read", None),
        ("sort", None),
        ("load", 35),
        ("merge", 50),  # twice as long as expected
        ("search", None),  # that nobody expected
        ("optimize", pytest.approx(20 * 37 / 15)),
    ]
    assert stages.seconds() == {
        "read": 50, "sort": 5, "load": 20, "merge": 10, "search": 7, "optimize": 1, "all": 93,
    }  # fmt: skip


def test_what_a_moment_took_corrects_nothing(clock: Clock) -> None:
    stages = Stages()
    stages.plan({"load": 1, "merge": 1})
    stages.begin("load")
    clock.now += 2
    stages.begin("merge")
    assert stages.left == 1


def test_twice_the_data_is_expected_to_take_twice_as_long() -> None:
    for of in ("articles", "rdf"):
        small, large = expected(10**8, of), expected(2 * 10**8, of)
        assert list(small) == list(large)
        assert list(large.values()) == [2 * seconds for seconds in small.values()]
        assert min(small.values()) > 0
