"""Target against result over the years: points on two lines, scaled so that a table beside them says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

WIDTH, HEIGHT = 800.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 90.0, 30.0, 20.0, 40.0
_TICKS = 5


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """A category of the axis (a year, as a rule) with what was to be reached and what was; None where nothing is said."""

    category: str
    target: Decimal | None
    result: Decimal | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A value on the drawing."""

    x: float
    y: float
    point: SeriesPoint
    value: Decimal


@dataclass(frozen=True, slots=True)
class SeriesChart:
    """The lines of targets and results, each broken where a value is missing, and the axes."""

    width: float
    height: float
    targets: tuple[Mark, ...]
    results: tuple[Mark, ...]
    target_path: str
    result_path: str
    categories: tuple[tuple[str, float], ...]
    ticks: tuple[tuple[Decimal, float], ...]


def lay_out(points: Sequence[SeriesPoint]) -> SeriesChart | None:
    """Where everything stands, None without any value. The axis begins at zero, so that lengths can be compared."""
    values = [value for point in points for value in (point.target, point.result) if value is not None]
    if not values:
        return None
    ticks = _round_ticks(min(Decimal(0), *values), max(Decimal(0), *values))
    low, high = ticks[0], ticks[-1]

    def y(value: Decimal) -> float:
        part = float((value - low) / (high - low))
        return round(HEIGHT - _BOTTOM - part * (HEIGHT - _TOP - _BOTTOM), 1)

    step = (WIDTH - _LEFT - _RIGHT) / max(len(points), 1)
    xs = [round(_LEFT + step * (index + 0.5), 1) for index in range(len(points))]

    def line(name: str) -> tuple[tuple[Mark, ...], str]:
        marks, path, broken = [], [], True
        for x, point in zip(xs, points, strict=True):
            value: Decimal | None = getattr(point, name)
            if value is None:
                broken = True
                continue
            mark = Mark(x, y(value), point, value)
            marks.append(mark)
            path.append(f"{'M' if broken else 'L'}{mark.x} {mark.y}")
            broken = False
        return tuple(marks), " ".join(path)

    targets, target_path = line("target")
    results, result_path = line("result")
    return SeriesChart(
        WIDTH,
        HEIGHT,
        targets,
        results,
        target_path,
        result_path,
        tuple((point.category, x) for point, x in zip(points, xs, strict=True)),
        tuple((tick, y(tick)) for tick in ticks),
    )


def _round_ticks(low: Decimal, high: Decimal) -> list[Decimal]:
    """Round numbers from below the lowest to above the highest value: 1, 2 or 5 times a power of ten apart."""
    span = high - low or Decimal(1)
    power = Decimal(10) ** floor(log10(float(span / _TICKS)))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= span / _TICKS)
    first, last = floor(low / step), max(ceil(high / step), floor(low / step) + 1)
    return [step * index for index in range(first, last + 1)]
