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
    """The series of an indicator, the longest first; never two units or two places in one.

    A number of several places together is a series of its own: it is no place's alone.
    """
    about: dict[str, dict[str, dict[str, Term]]] = {}
    for row in rows:
        known = about.setdefault(row["statement"].value, {"place": {}, "concerns": {}})
        for part in known:
            if part in row:
                known[part][row[part].value] = row[part]
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in {row["statement"].value: row for row in reversed(rows)}.values():
        parts = about[row["statement"].value]
        key = (
            _value(row.get("unit")),
            _value(row.get("aspect")),
            *(frozenset(parts[part]) for part in ("place", "concerns")),
        )
        found.setdefault(key, []).insert(0, row)
    longest = sorted(found.values(), key=len, reverse=True)[: _LARGEST * 4]
    return [
        _series(rows, about[rows[0]["statement"].value], names, position < _LARGEST)
        for position, rows in enumerate(longest)
    ]


def _series(rows: list[Row], about: dict[str, dict[str, Term]], names: Names, drawn: bool) -> Series:
    first = rows[0]
    terms = [term for part in ("place", "concerns") for _, term in sorted(about[part].items())]
    terms += [first[part] for part in ("aspect", "unit") if part in first]
    title = say("、", ", ").join(shown(names.of(term)) for term in terms) or say("数值", "values")
    return Series(title, rows, _points(rows) if drawn else [])


def _points(rows: list[Row]) -> list[SeriesPoint]:
    """A point a year; where several values are told for one, it has none: which of them counts isn't ours to choose."""
    found: dict[str, dict[str, set[Decimal]]] = {}
    for row in rows:
        try:
            value = Decimal(row["value"].value)
        except InvalidOperation:
            continue
        found.setdefault(row["year"].value, {}).setdefault(row["kind"].value, set()).add(value)
    if len(found) < _LEAST_YEARS:
        return []
    return [
        SeriesPoint(year, _target(kinds), _only(kinds, CCL.Outcome)) for year, kinds in sorted(found.items())
    ]


def _target(kinds: dict[str, set[Decimal]]) -> Decimal | None:
    """What was promised; where nothing was, what a reported rate implies."""
    return _only(kinds, CCL.Commitment if CCL.Commitment in kinds else CCL.ImpliedTarget)


def _only(kinds: dict[str, set[Decimal]], kind: str) -> Decimal | None:
    values = kinds.get(kind, set())
    return next(iter(values)) if len(values) == 1 else None


def _value(term: Term | None) -> str:
    return term.value if term is not None else ""
