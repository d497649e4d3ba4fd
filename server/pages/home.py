"""The home page: what this is, how much of it there is, where to begin."""

from __future__ import annotations

from flask import render_template

from server.page_context import Served
from server.pages.ledger import headline
from server.pages.rows import find_names, select, terms_in
from server.pages.statements import gather


def show(served: Served) -> str:
    """The page as HTML."""
    figures = select(served.engine, "home_figures")
    articles = select(served.engine, "home_articles")
    rows = select(served.engine, "home_commitments")
    return render_template(
        "home.html",
        served=served,
        figures=figures[0] if figures else {},
        articles=articles,
        lines=gather(rows),
        headline=headline(served),
        names=find_names(served.engine, terms_in(articles, rows)),
    )
