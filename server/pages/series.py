"""An indicator's values over the years, grouped so that what stands side by side can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from markupsafe import Markup

from ontology.terms import CCL
from server.engine import Term
from server.language import say
from server.pages.chart import Point, draw
from server.pages.rows import Names, Row

_LARGEST = 3  # series of a page: those with the most values


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one unit and aspect about the same place or things, year by year."""

    title: str
    rows: list[Row]
    chart: Markup | None


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
    parts = [names.of(first[part]) for part in ("place", "concerns", "aspect", "unit") if part in first]
    title = say("、", ", ").join(parts) or say("数值", "values")
    points = [point for row in rows if (point := _point(row)) is not None]
    years = {point.year for point in points}
    chart = draw(points, title) if drawn and len(years) > 1 else None
    return Series(title, rows, chart)


def _point(row: Row) -> Point | None:
    try:
        return Point(int(row["year"].value), Decimal(row["value"].value), row["kind"].value == CCL.Commitment)
    except (InvalidOperation, ValueError):
        return None


def _value(term: Term | None) -> str:
    return term.value if term is not None else ""
