"""The page of the ontology: its classes, properties and individuals with what they mean."""

from __future__ import annotations

from flask import render_template
from pyoxigraph import NamedNode, Triple

from server.negotiate import DOCUMENT_FORMATS
from server.page_context import Served
from server.pages.rows import Row, construct, find_names, select, terms_in


def show(served: Served, thing: NamedNode, path: str) -> str:
    """The page as HTML; `path` is that of the ontology's documents, without suffix."""
    rows = select(served.engine, "definitions")
    groups: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        groups.setdefault(row["kind"].value, {}).setdefault(row["term"].value, []).append(row)
    return render_template(
        "definitions.html",
        served=served,
        thing=thing,
        path=path,
        formats=DOCUMENT_FORMATS,
        groups=groups,
        names=find_names(served.engine, [thing, *terms_in(rows)]),
    )


def describe(served: Served) -> list[Triple]:
    """The whole ontology as triples."""
    triples = construct(served.engine, "definitions_graph")
    return sorted(set(triples), key=str)
