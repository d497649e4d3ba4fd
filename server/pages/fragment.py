"""The page of a fragment: a form for the pattern, the triples that match it, the way to the next ones."""

from __future__ import annotations

from flask import render_template
from pyoxigraph import DefaultGraph

from server.fragments import Fragment
from server.page_context import Served
from server.pages.rows import find_names


def show(served: Served, fragment: Fragment) -> str:
    """The page as HTML."""
    rows = [(quad.subject, quad.predicate, quad.object, quad.graph_name) for quad in fragment.quads]
    given = dict(fragment.pattern.given)
    positions = ("subject", "predicate", "object", "graph")[: len(fragment.pattern.terms)]
    return render_template(
        "fragment.html",
        served=served,
        fragment=fragment,
        fields=[(position, given.get(position, "")) for position in positions],
        rows=[row if fragment.pattern.has_graph else row[:3] for row in rows],
        neighbours=fragment.neighbours(),
        is_default=lambda term: isinstance(term, DefaultGraph),
        names=find_names(served.engine, (term for row in rows for term in row)),
    )
