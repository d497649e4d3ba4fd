"""The page of any thing: what is said of it, promised about it, where it is named, what points to it."""

from __future__ import annotations

from flask import render_template
from pyoxigraph import NamedNode

from ontology.terms import CCL, RDF
from server.negotiate import GRAPH_FORMATS
from server.page_context import Served
from server.pages.rows import Row, find_names, select, terms_in
from server.pages.statements import gather

# Links that the lists of statements, relations and mentions show already, with quotes.
_SHOWN_ELSEWHERE = frozenset(
    {CCL.agent, CCL.place, CCL.concerns, CCL.indicator, CCL.mentions, CCL.subject, CCL.object, CCL.states}
)


def show(served: Served, thing: NamedNode, path: str) -> str:
    """The page as HTML; `path` is that of the thing's documents, without suffix."""
    engine = served.engine
    properties = select(engine, "entity_properties", this=thing)
    statements = select(engine, "entity_statements", this=thing)
    relations = select(engine, "entity_relations", this=thing)
    mentions = select(engine, "entity_mentions", this=thing)
    inverse = _find_inverse(served, thing)
    names = find_names(
        engine,
        [
            thing,
            *terms_in(
                properties,
                statements,
                relations,
                mentions,
                *(links for _, links in inverse),
                [row for row, _ in inverse],
            ),
        ],
    )
    return render_template(
        "entity.html",
        served=served,
        thing=thing,
        path=path,
        formats=GRAPH_FORMATS,
        classes=[row["value"] for row in properties if row["property"].value == RDF.type],
        properties=[row for row in properties if row["property"].value != RDF.type],
        lines=gather(statements),
        relations=relations,
        mentions=mentions,
        inverse=inverse,
        names=names,
    )


def _find_inverse(served: Served, thing: NamedNode) -> list[tuple[Row, list[Row]]]:
    """Properties by which others point to a thing, with their number, and the first of those others."""
    return [
        (row, select(served.engine, "entity_inverse", this=thing, property=row["property"]))
        for row in select(served.engine, "inverse_predicates", this=thing)
        if row["property"].value not in _SHOWN_ELSEWHERE
    ]
