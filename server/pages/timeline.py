"""The timeline of a year: what was published, what was due, what began."""

from __future__ import annotations

from itertools import groupby

from flask import render_template
from pyoxigraph import Literal

from server.page_context import Served
from server.pages.rows import Row, find_names, select, terms_in


def show(served: Served, year: str | None) -> str:
    """The page of a year, the newest with entries for none, as HTML; a year that isn't four digits is the newest, too."""
    years = [(row["year"].value, row["entries"].value) for row in select(served.engine, "timeline_years")]
    known = [each for each, _ in years]
    chosen = year if year in known else (known[-1] if known else None)
    rows: list[Row] = []
    if chosen is not None:
        first, last = Literal(f"{chosen}-01-01"), Literal(f"{chosen}-12-31")
        rows = select(served.engine, "timeline", first=first, last=last)
    days = [(day, list(group)) for day, group in groupby(rows, key=lambda row: row["date"].value)]
    return render_template(
        "timeline.html",
        served=served,
        years=years,
        chosen=chosen,
        days=days,
        names=find_names(served.engine, terms_in(rows)),
    )
