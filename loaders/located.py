"""Things by where they start, so that what lies in a clause is found without looking at the whole article."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

_Thing = TypeVar("_Thing")


class Located(Generic[_Thing]):
    """Things in the order of their starts (code points)."""

    def __init__(self, things: Iterable[_Thing], start: Callable[[_Thing], int]) -> None:
        self._things = sorted(things, key=start)
        self._starts = [start(thing) for thing in self._things]

    def __iter__(self) -> Iterator[_Thing]:
        return iter(self._things)

    def between(self, start: int, end: int) -> list[_Thing]:
        """Those that start in [start, end)."""
        return self._things[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def before(self, end: int) -> _Thing | None:
        """The last that starts before `end`, or None."""
        at = bisect_left(self._starts, end)
        return self._things[at - 1] if at else None

    def backwards(self, end: int) -> Iterator[_Thing]:
        """Those that start before `end`, the last first."""
        return (self._things[at] for at in range(bisect_left(self._starts, end) - 1, -1, -1))
