"""The page of an article: its text, and what was read out of it with the words that say so."""

from __future__ import annotations

from flask import render_template
from pyoxigraph import NamedNode

from server.engine import Term
from server.negotiate import GRAPH_FORMATS
from server.page_context import Served
from server.pages.rows import Row, find_names, select, terms_in
from server.pages.statements import gather


def show(served: Served, thing: NamedNode, path: str) -> str:
    """The page as HTML; `path` is that of the article's documents, without suffix."""
    engine = served.engine
    head = select(engine, "article", this=thing)
    statements = select(engine, "article_statements", this=thing)
    relations = select(engine, "article_relations", this=thing)
    things = select(engine, "article_things", this=thing)
    return render_template(
        "article.html",
        served=served,
        thing=thing,
        path=path,
        formats=GRAPH_FORMATS,
        head=head[0] if head else {},
        subheads=_each(head, "subhead"),
        reporters=_each(head, "reporter"),
        lines=gather(statements),
        relations=relations,
        things=things,
        names=find_names(engine, [thing, *terms_in(head, statements, relations, things)]),
    )


def _each(rows: list[Row], name: str) -> list[Term]:
    return list(dict.fromkeys(row[name] for row in rows if name in row))
