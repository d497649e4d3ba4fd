"""A timeline of events, periods and deadlines: rows in order, each a bar or a mark on one axis of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from loaders.iso_period import days

TimelineKind: TypeAlias = Literal["event", "period", "deadline"]
WIDTH, ROW, TOP, LEFT = 800.0, 30.0, 34.0, 12.0
_LEAST_BAR = 6.0  # a day is still seen in a century
_MOST_TICKS = 10
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # years between two ticks


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """Something with a time; `period` is an ISO 8601 year, month, date or interval as in the graph, `..` open."""

    label: str
    period: str
    kind: TimelineKind = "period"
    href: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """An item with its place on the drawing; an end that is open reaches the edge."""

    item: TimelineItem
    x: float
    y: float
    width: float
    open_start: bool
    open_end: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a year or month."""

    label: str
    x: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """All bars, earliest first, with the axis; `unplaced` are items whose time can't be read."""

    width: float
    height: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    unplaced: tuple[TimelineItem, ...]
    start: date | None = None
    end: date | None = None


def lay_out(items: Iterable[TimelineItem]) -> Timeline:
    """Where everything stands; empty without any item that has a time."""
    placed: list[tuple[date | None, date | None, TimelineItem]] = []
    unplaced = []
    for item in items:
        try:
            first, last = days(item.period)
        except ValueError:
            unplaced.append(item)
            continue
        placed.append((_day(first), _day(last), item))
    known = [day for first, last, _ in placed for day in (first, last) if day is not None]
    if not known:
        return Timeline(WIDTH, 0, (), (), tuple(unplaced))
    start, end = min(known), max(known)
    placed.sort(key=lambda own: (own[0] or start, own[1] or end, own[2].label))
    axis = _Axis(start, end)
    bars = tuple(_bar(axis, row, *own) for row, own in enumerate(placed))
    return Timeline(WIDTH, TOP + ROW * len(bars) + 6, bars, axis.ticks(), tuple(unplaced), start, end)


class _Axis:
    """Days to units of the drawing."""

    def __init__(self, start: date, end: date) -> None:
        self.start, self.end = start, end
        self._days = (end - start).days + 1

    def x(self, day: date) -> float:
        return round(LEFT + (day - self.start).days / self._days * (WIDTH - 2 * LEFT), 1)

    def after(self, day: date) -> float:
        """The end of a day."""
        return round(LEFT + ((day - self.start).days + 1) / self._days * (WIDTH - 2 * LEFT), 1)

    def ticks(self) -> tuple[Tick, ...]:
        years = self.end.year - self.start.year + 1
        if years <= 2:
            found = [
                (f"{year}-{month:02}", date(year, month, 1))
                for year in range(self.start.year, self.end.year + 1)
                for month in range(1, 13, 1 if self._days < 200 else 3)
            ]
        else:
            step = next((step for step in _STEPS if years / step <= _MOST_TICKS), _STEPS[-1])
            first = -(-self.start.year // step) * step
            found = [(str(year), date(year, 1, 1)) for year in range(max(first, 1), self.end.year + 1, step)]
        return tuple(Tick(label, self.x(day)) for label, day in found if self.start <= day <= self.end)


def _bar(axis: _Axis, row: int, first: date | None, last: date | None, item: TimelineItem) -> Bar:
    x = LEFT if first is None else axis.x(first)
    right = WIDTH - LEFT if last is None else axis.after(last)
    if item.kind == "deadline" and last is not None:
        x = right - _LEAST_BAR  # only its end says something
    width = max(right - x, _LEAST_BAR)
    x = min(x, WIDTH - LEFT - width)
    return Bar(item, round(x, 1), TOP + ROW * row, round(width, 1), first is None, last is None)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
