"""A thing over time: when it was promised what, what is due when, what came of it, and its figures over the years."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, InvalidOperation

from flask import render_template
from pyoxigraph import NamedNode

from loaders.iso_period import year
from ontology.terms import CCL
from server import language, links
from server.figures.series import SeriesPoint
from server.figures.timeline import TimelineItem
from server.page_context import Served
from server.pages.rows import Names, Row, find_names, select, terms_in

_LEAST_POINTS = 2  # fewer make no line


def show(served: Served, focus: NamedNode) -> str:
    """The page as HTML; raises Problem."""
    claims = select(served.engine, "thing_timeline", this=focus)
    articles = select(served.engine, "thing_timeline_articles", this=focus)
    phases = select(served.engine, "thing_timeline_phases", this=focus)
    names = find_names(served.engine, [focus, *terms_in(claims), *terms_in(phases)])
    return render_template(
        "thing_timeline.html",
        served=served,
        focus=focus,
        names=names,
        items=[
            *_phases(phases, served, names),
            *_claims(claims, served, names),
            *_articles(articles, served),
        ],
        series=find_series(claims, names),
    )


def find_series(claims: list[Row], names: Names) -> list[tuple[str, str, list[SeriesPoint]]]:
    """Indicator, unit and points by year, of levels that are told for two years or more.

    Where articles tell several values of one year, the year has none: which of them counts isn't ours to choose.
    """
    found: dict[tuple[str, str], dict[int, dict[str, set[Decimal]]]] = defaultdict(
        lambda: defaultdict(lambda: {"target": set(), "result": set()})
    )
    for row in claims:
        told = _read_value(row)
        if told is None:
            continue
        unit = names.of(row["unit"]) if "unit" in row else ""
        side = "result" if row["kind"].value == CCL.Outcome else "target"
        found[names.of(row["indicator"]), unit][told[0]][side].add(told[1])
    charts = []
    for (indicator, unit), years in sorted(found.items()):
        points = [
            SeriesPoint(str(number), _only(sides["target"]), _only(sides["result"]))
            for number, sides in sorted(years.items())
        ]
        if sum(point.target is not None or point.result is not None for point in points) >= _LEAST_POINTS:
            charts.append((indicator, unit, points))
    return charts


def _read_value(row: Row) -> tuple[int, Decimal] | None:
    """Year and value of a level; growth and shares make no line with levels."""
    if "value" not in row or ("aspect" in row and row["aspect"].value != CCL.level):
        return None
    try:
        number = year(row["period"].value)
        return None if number is None else (number, Decimal(row["value"].value))
    except (ValueError, InvalidOperation):
        return None


def _only(values: set[Decimal]) -> Decimal | None:
    return next(iter(values)) if len(values) == 1 else None


def _claims(rows: list[Row], served: Served, names: Names) -> list[TimelineItem]:
    items: dict[str, TimelineItem] = {}
    for row in rows:
        claim = row["claim"]
        due = row["kind"].value == CCL.Commitment and "deadline" in row
        items.setdefault(
            claim.value,
            TimelineItem(
                row["label"].value if "label" in row else names.of(claim),
                row["deadline"].value if due else row["period"].value,
                "deadline" if due else "period",
                _href(claim.value, served.base),
            ),
        )
    return list(items.values())


def _phases(rows: list[Row], served: Served, names: Names) -> list[TimelineItem]:
    return [
        TimelineItem(
            names.of(row["phase"]), row["time"].value, "event", _href(row["report"].value, served.base)
        )
        for row in rows
    ]


def _articles(rows: list[Row], served: Served) -> list[TimelineItem]:
    return [
        TimelineItem(
            row["headline"].value,
            row["published"].value,
            "event",
            _href(row["article"].value, served.base),
        )
        for row in rows
    ]


def _href(iri: str, base: str) -> str | None:
    target = links.href(iri, base)
    return language.localized(target) if target else None
