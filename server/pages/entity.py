"""The page of any thing: the facts at its head, the panels of its class, what else points to it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from flask import render_template
from pyoxigraph import NamedNode

from ontology.terms import CCL, RDF
from server.engine import Term
from server.negotiate import DOCUMENT_FORMATS
from server.page_context import Served
from server.pages import series
from server.pages.panels import Panel, page_of, panels_of
from server.pages.rows import Names, Row, find_names, select, terms_in
from server.pages.statements import gather

# Links that the panels show already, with quotes.
_SHOWN_ELSEWHERE = frozenset(
    {
        CCL.agent, CCL.place, CCL.concerns, CCL.indicator, CCL.mentions, CCL.subject, CCL.object, CCL.states, CCL.within,
        CCL.locatedIn, CCL.holdsPost, CCL.holder, CCL.honouredWith, CCL.recipient, CCL.partOf, CCL.theme, CCL.postIn,
        CCL.organization, CCL.post, CCL.honour,
    }
)  # fmt: skip


def show(served: Served, thing: NamedNode, path: str) -> str:
    """The page as HTML; `path` is that of the thing's documents, without suffix."""
    engine = served.engine
    properties = select(engine, "entity_properties", this=thing)
    links = select(engine, "inverse_predicates", this=thing)
    classes = [row["value"] for row in properties if row["property"].value == RDF.type]
    class_names = [found.value for found in classes]
    known = {row["property"].value for row in properties} | {f"^{row['property'].value}" for row in links}
    panels = panels_of(engine, thing, class_names, known)
    inverse = _find_inverse(served, thing, links)
    names = find_names(
        engine,
        [
            thing,
            *terms_in(properties, [row for row, _ in inverse], *(others for _, others in inverse)),
            *terms_in(*(panel.rows for panel in panels)),
        ],
    )
    for panel in panels:
        arrange(panel, names)
    wanted = page_of(class_names).facts
    return render_template(
        "entity.html",
        served=served,
        thing=thing,
        path=path,
        formats=DOCUMENT_FORMATS,
        classes=_narrowest(classes),
        facts=_facts(properties, wanted),
        properties=[row for row in properties if row["property"].value != RDF.type],
        panels=panels,
        inverse=inverse,
        names=names,
    )


def arrange(panel: Panel, names: Names) -> None:
    """Put a panel's rows into the order that its template shows."""
    arrangement = _ARRANGEMENTS.get(panel.kind.shown_as)
    if arrangement is not None:
        arrangement(panel, names)


def _arrange_statements(panel: Panel, _: Names) -> None:
    panel.shown["lines"] = gather(panel.rows)


def _arrange_things(panel: Panel, names: Names) -> None:
    rows = sorted(panel.rows, key=lambda row: (row["class"].value, names.of(row["thing"])))
    panel.shown["groups"] = [(found[0]["class"], found) for found in _grouped(rows, "class")]


def _arrange_timeline(panel: Panel, _: Names) -> None:
    panel.shown["dates"] = [(found[0]["date"].value, found) for found in _grouped(panel.rows, "date")]


def _arrange_table(panel: Panel, _: Names) -> None:
    panel.shown["columns"] = [column for column in panel.columns if any(column in row for row in panel.rows)]


def _arrange_series(panel: Panel, names: Names) -> None:
    panel.shown["series"] = series.group(panel.rows, names)


_ARRANGEMENTS: dict[str, Callable[[Panel, Names], None]] = {
    "statements": _arrange_statements,
    "things": _arrange_things,
    "timeline": _arrange_timeline,
    "table": _arrange_table,
    "series": _arrange_series,
}


def _grouped(rows: list[Row], column: str) -> list[list[Row]]:
    return [list(group) for _, group in groupby(rows, key=lambda row: row[column].value)]


def _facts(properties: list[Row], wanted: tuple[str, ...]) -> list[tuple[Term, list[Term]]]:
    found: dict[str, list[Term]] = {}
    for row in properties:
        found.setdefault(row["property"].value, []).append(row["value"])
    return [(NamedNode(iri), found[iri]) for iri in wanted if iri in found]


def _narrowest(classes: list[Term]) -> list[Term]:
    """Classes of our ontology, the wide ones last; others only where there is none of ours."""
    own = [found for found in classes if found.value.startswith(_OWN)]
    return sorted(own or classes, key=lambda found: (found.value in _WIDE, found.value))


_OWN = CCL.Thing.removesuffix("Thing")
_WIDE = frozenset(
    {CCL.Thing, CCL.Place, CCL.Agent, CCL.AdministrativeArea, CCL.Organization, CCL.Park, CCL.Claim}
)


def _find_inverse(served: Served, thing: NamedNode, links: list[Row]) -> list[tuple[Row, list[Row]]]:
    """Properties by which others point to a thing, with their number, and the first of those others."""
    return [
        (row, select(served.engine, "entity_inverse", this=thing, property=row["property"]))
        for row in links
        if row["property"].value not in _SHOWN_ELSEWHERE
    ]
