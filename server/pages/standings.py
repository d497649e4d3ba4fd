"""How many promises were kept: by body, theme, year and district; and which indicators can be compared."""

from __future__ import annotations

from flask import render_template
from pyoxigraph import NamedNode

from server.page_context import Served
from server.pages.entity import arrange
from server.pages.panels import Panel, panel_query, read_kind
from server.pages.rows import find_names, read_rows, select, terms_in

#: Panels of the page, from top to bottom.
PANELS = (
    "standings_agent",
    "standings_district",
    "standings_theme",
    "standings_year",
    "standings_indicators",
)


def show(served: Served) -> str:
    """The page as HTML; raises Problem."""
    thing = NamedNode(f"{served.base}dataset")
    kinds = [read_kind(name) for name in PANELS]
    queries = [panel_query(kind, thing) for kind in kinds]
    answers = [read_rows(answer.read()) for answer in served.engine.query_all(queries, format="json")]
    panels = [
        Panel(kind, query, tuple(columns), rows)
        for kind, query, (columns, rows) in zip(kinds, queries, answers, strict=True)
        if rows
    ]
    days = select(served.engine, "standings_day", this=thing)
    names = find_names(served.engine, terms_in(*(panel.rows for panel in panels)))
    for panel in panels:
        arrange(panel, names, thing)
    return render_template(
        "standings.html",
        served=served,
        panels=panels,
        day=days[0]["day"].value if days else None,
        names=names,
    )
