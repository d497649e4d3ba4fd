"""The stages of a build: told as they begin, timed for the manifest."""

from __future__ import annotations

import time
from collections.abc import Callable


class Stages:
    """Times stages that follow one another; `tell` hears of each when it begins."""

    def __init__(self, tell: Callable[[str], None] = lambda _: None) -> None:
        self._tell = tell
        self._begun: list[tuple[str, float]] = []
        self._beside: dict[str, float] = {}
        self._spent: dict[str, float] = {}

    def begin(self, name: str) -> None:
        """Ends the stage before, if any."""
        self._begun.append((name, time.monotonic()))
        self._tell(name)

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
