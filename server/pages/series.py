"""An indicator's values over the years, grouped so that what stands side by side can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ontology.terms import CCL
from server.engine import Term
from server.figures.series import SeriesPoint
from server.language import say
from server.pages.rows import Names, Row
from server.text_display import show as shown

_LEAST_YEARS = 2
_LARGEST = 3  # series of a page: those with the most values


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one unit and aspect about the same place or things, year by year."""

    title: str
    rows: list[Row]
    points: list[SeriesPoint]  # none where there is nothing to draw


def group(rows: list[Row], names: Names) -> list[Series]:
    """The series of an indicator, the longest first; never two units or two places in one."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        key = tuple(_value(row.get(part)) for part in ("unit", "aspect", "place", "concerns"))
        found.setdefault(key, []).append(row)
    longest = sorted(found.values(), key=len, reverse=True)[: _LARGEST * 4]
    return [_series(rows, names, position < _LARGEST) for position, rows in enumerate(longest)]


def _series(rows: list[Row], names: Names, drawn: bool) -> Series:
    first = rows[0]
    parts = [
        shown(names.of(first[part])) for part in ("place", "concerns", "aspect", "unit") if part in first
    ]
    title = say("、", ", ").join(parts) or say("数值", "values")
    return Series(title, rows, _points(rows) if drawn else [])


def _points(rows: list[Row]) -> list[SeriesPoint]:
    """A point a year; where several values are told for one, it has none: which of them counts isn't ours to choose."""
    found: dict[str, dict[bool, set[Decimal]]] = {}
    for row in rows:
        try:
            value = Decimal(row["value"].value)
        except InvalidOperation:
            continue
        found.setdefault(row["year"].value, {}).setdefault(row["kind"].value == CCL.Commitment, set()).add(
            value
        )
    if len(found) < _LEAST_YEARS:
        return []
    return [
        SeriesPoint(year, _only(sides, True), _only(sides, False)) for year, sides in sorted(found.items())
    ]


def _only(sides: dict[bool, set[Decimal]], target: bool) -> Decimal | None:
    values = sides.get(target, set())
    return next(iter(values)) if len(values) == 1 else None


def _value(term: Term | None) -> str:
    return term.value if term is not None else ""
