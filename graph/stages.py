"""The stages of a build: told as they begin, timed for the manifest; and how long those to come will take."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

_UNIT = 100_000_000  # bytes of N-Quads lines that `stages.toml` tells the seconds of
_ENOUGH = 3.0  # seconds that stages should have taken, before what they took corrects what was expected


class Stages:
    """Times stages that follow one another; `tell` hears of each when it begins."""

    def __init__(self, tell: Callable[[str], None] = lambda _: None) -> None:
        self._tell = tell
        self._begun: list[tuple[str, float]] = []
        self._beside: dict[str, float] = {}
        self._spent: dict[str, float] = {}
        self._planned: dict[str, float] = {}
        self._planned_at = 0.0

    def begin(self, name: str) -> None:
        """Ends the stage before, if any."""
        self._begun.append((name, time.monotonic()))
        self._tell(name)

    def plan(self, expected: Mapping[str, float]) -> None:
        """Take the stages that come next, in order, with the seconds that each is expected to take."""
        self._planned, self._planned_at = dict(expected), time.monotonic()

    @property
    def left(self) -> float | None:
        """Seconds that the stage that has begun last and those planned after it will take, None where nobody knows."""
        names = list(self._planned)
        if not self._begun or (now := self._begun[-1][0]) not in names:
            return None
        at = names.index(now)
        past, coming = (sum(self._planned[name] for name in part) for part in (names[:at], names[at:]))
        taken = self._begun[-1][1] - self._planned_at
        return coming * taken / past if past and max(past, taken) > _ENOUGH else coming

    def beside(self, name: str, seconds: float) -> None:
        """What went on at the same time as other stages, when it has ended."""
        self._beside[name] = seconds

    def seconds(self) -> dict[str, float]:
        """Seconds of each stage so far, that of now included, in order; what went on beside them; and of all together."""
        now = time.monotonic()
        ends = [*(begin for _, begin in self._begun[1:]), now]
        taken: dict[str, float] = {}
        for (name, begin), end in zip(self._begun, ends, strict=True):
            taken[name] = round(taken.get(name, 0.0) + end - begin, 2)
        return taken | self._beside | {"all": round(now - self._begun[0][1], 2)} if self._begun else {}

    def spend(self, step: str, seconds: float) -> None:
        """Processor seconds that a step of reading took, in whatever process."""
        self._spent[step] = self._spent.get(step, 0.0) + seconds

    def processor_seconds(self) -> dict[str, float]:
        """Those of each step of reading so far, of all processes together."""
        return {step: round(seconds, 2) for step, seconds in self._spent.items()}


def expected(size: int, of: Literal["articles", "rdf"]) -> dict[str, float]:
    """The stages that a build goes through once its lines are sorted, so many bytes of them, with the seconds that each takes."""
    with Path(__file__).with_name("stages.toml").open("rb") as file:
        table: dict[str, dict[str, float]] = tomllib.load(file)
    return {name: seconds * size / _UNIT for name, seconds in table[of].items()}
