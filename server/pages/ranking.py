"""Places ranked by an indicator's results: within a year, a unit and an aspect, never across them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from server.engine import Term
from server.language import say
from server.pages.rows import Names, Row
from server.text_display import show as shown

_LEAST_PLACES = 2
_MOST = 6  # rankings of a page, the latest years first


@dataclass(frozen=True, slots=True)
class Ranking:
    """Places in order; those with equal results share a rank, and the next rank counts them all (1, 2, 2, 4)."""

    title: str
    rows: list[tuple[int, Row]]
    less_is_better: bool


def rank(rows: list[Row], names: Names) -> list[Ranking]:
    """The rankings that the rows make, as they come: the latest year first. Of two numbers for one place both stand."""
    found: dict[tuple[str, ...], list[tuple[Decimal, Row]]] = {}
    for row in rows:
        try:
            value = Decimal(row["value"].value)
        except InvalidOperation:
            continue
        key = tuple(_value(row.get(part)) for part in ("year", "unit", "aspect"))
        found.setdefault(key, []).append((value, row))
    comparable = [
        group for group in found.values() if len({row["place"] for _, row in group}) >= _LEAST_PLACES
    ]
    return [_ranking(group, names) for group in comparable[:_MOST]]


def _ranking(group: list[tuple[Decimal, Row]], names: Names) -> Ranking:
    first = group[0][1]
    less = any(_value(row.get("less")) == "true" for _, row in group)
    ordered = sorted(group, key=lambda pair: (pair[0] if less else -pair[0], pair[1]["place"].value))
    values = [value for value, _ in ordered]
    ranked = [(values.index(value) + 1, row) for value, row in ordered]
    parts = [first["year"].value, *(shown(names.of(first[p])) for p in ("aspect", "unit") if p in first)]
    return Ranking(say("、", ", ").join(parts), ranked, less)


def _value(term: Term | None) -> str:
    return term.value if term is not None else ""
