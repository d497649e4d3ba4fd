"""The page of any thing: the facts at its head, the panels of its class, what else points to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias
from urllib.parse import urlencode

from flask import render_template
from pyoxigraph import Literal, NamedNode

from graph.ledger_index import FACETS
from ontology.terms import CCL, PREFIXES, RDF
from server.engine import Term
from server.language import current
from server.ledger import open_ledger
from server.negotiate import DOCUMENT_FORMATS
from server.page_context import Served
from server.pages import phases, ranking, series, status, whereabouts
from server.pages.panels import Panel, PanelKind, page_of, panel_query, panels_for
from server.pages.rows import Names, Row, fill, find_names, read_rows, select, terms_in
from server.pages.statements import Line, gather

# Links that the panels show already, with quotes.
_SHOWN_ELSEWHERE = frozenset(
    {
        CCL.agent, CCL.place, CCL.concerns, CCL.indicator, CCL.mentions, CCL.subject, CCL.object, CCL.states, CCL.within,
        CCL.locatedIn, CCL.holdsPost, CCL.holder, CCL.honouredWith, CCL.recipient, CCL.partOf, CCL.theme, CCL.postIn,
        CCL.organization, CCL.post, CCL.honour, CCL.relatedTo, CCL.ofProject,
    }
)  # fmt: skip


# Descriptions of the data set, not statements about the thing.
_BOOKKEEPING = ("http://rdfs.org/ns/void#", "http://www.w3.org/ns/sparql-service-description#")
_DEFINITIONS = frozenset({PREFIXES["skos"] + "definition", PREFIXES["rdfs"] + "comment"})
_FIRST = 20  # others that are listed of a property


def show(served: Served, thing: NamedNode, path: str, properties: list[Row]) -> str:
    """The page as HTML; `path` is that of the thing's documents, without suffix, `properties` what is said of it."""
    engine = served.engine
    links = select(engine, "inverse_predicates", this=thing)
    panels, inverse = _ask(served, asked(thing, properties, links))
    names = find_names(
        engine,
        [
            thing,
            *terms_in(properties, [row for row, _, _ in inverse], *(others for _, others, _ in inverse)),
            *(term for panel in panels for term in panel.named),
            *(phases.STAGES if any(panel.kind.shown_as == "phases" for panel in panels) else ()),
        ],
    )
    for panel in panels:
        arrange(panel, names, thing, properties)
    _add_statuses(served, [line for panel in panels for line in (panel.shown or {}).get("lines", ())])
    return render_template(
        "entity.html",
        served=served,
        thing=thing,
        path=path,
        formats=DOCUMENT_FORMATS,
        classes=_narrowest(_classes(properties)),
        definition=_definition(properties),
        facts=_facts(properties, page_of(_class_names(properties)).facts),
        properties=[row for row in properties if row["property"].value != RDF.type],
        panels=[panel for panel in panels if panel.shown is not None],
        inverse=inverse,
        names=names,
    )


def _add_statuses(served: Served, lines: list[Line]) -> None:
    """How each promise stands, where the snapshot has a ledger."""
    ledger = open_ledger(served.ledger)
    if ledger is not None and lines:
        entries = ledger.get(line.statement.value for line in lines if not line.is_outcome)
        for line in lines:
            entry = entries.get(line.statement.value)
            line.status = entry["status"] if entry else None


Inverse: TypeAlias = tuple[
    Row, list[Row], str
]  # property and number, the first others, path of the query for all


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page of a thing asks beside what is said of it: the panels that may have rows, and what else points to it."""

    thing: NamedNode
    kinds: Sequence[PanelKind]
    others: Sequence[Row]  # properties, with the number of links by each
    queries: Sequence[str]  # of the panels, then of the others, in their order


def asked(thing: NamedNode, properties: list[Row], links: list[Row]) -> Asked:
    """That for a thing with these properties, and with `links` to it by property."""
    known = {row["property"].value for row in properties} | {f"^{row['property'].value}" for row in links}
    kinds = panels_for(_class_names(properties), known)
    others = [row for row in links if _is_shown(row["property"].value)]
    queries = [panel_query(kind, kind.asked_of(thing, properties)) for kind in kinds]
    queries += [
        fill("entity_inverse", {"this": thing, "property": row["property"], "limit": _FIRST})
        for row in others
    ]
    return Asked(thing, kinds, others, queries)


def _ask(served: Served, page: Asked) -> tuple[list[Panel], list[Inverse]]:
    """The panels that have rows, and what else points to the thing: all queries at once."""
    answers = [read_rows(answer.read()) for answer in served.engine.query_all(page.queries, format="json")]
    panels = [
        Panel(kind, query, tuple(columns), rows)
        for kind, query, (columns, rows) in zip(page.kinds, page.queries, answers, strict=False)
        if rows
    ]
    told = {row["property"].value for panel in panels if panel.kind.name == "relations" for row in panel.rows}
    inverse = [
        (row, rows, _all_of(page.thing, row["property"]))
        for row, (_, rows) in zip(page.others, answers[len(page.kinds) :], strict=True)
        if row["property"].value not in told
    ]
    return panels, inverse


def _classes(properties: Iterable[Row]) -> list[Term]:
    return [row["value"] for row in properties if row["property"].value == RDF.type]


def _class_names(properties: Iterable[Row]) -> list[str]:
    return [found.value for found in _classes(properties)]


def _is_shown(property_: str) -> bool:
    """Whether a link to the thing is worth showing beside the panels."""
    return property_ not in _SHOWN_ELSEWHERE and not property_.startswith(_BOOKKEEPING)


def _all_of(thing: NamedNode, property_: Term) -> str:
    """Path of the query page with everything that points to a thing by a property."""
    query = f"SELECT ?other WHERE {{ ?other {property_} {thing} }} ORDER BY ?other"
    return "/sparql?" + urlencode({"query": query})


def _definition(properties: list[Row]) -> Literal | None:
    """What the thing is said to be, in the page's language if possible."""
    found = [
        row["value"]
        for row in properties
        if row["property"].value in _DEFINITIONS and isinstance(row["value"], Literal)
    ]
    return min(found, key=lambda value: not (value.language or "").startswith(current()), default=None)


def arrange(panel: Panel, names: Names, thing: NamedNode, properties: Sequence[Row] = ()) -> None:
    """Put a panel's rows into the order that its template shows; `shown` is None where there is nothing to show."""
    if panel.kind.shown_as == "map":
        panel.shown = whereabouts.lay_out(panel.rows, thing)
    elif panel.kind.shown_as == "phases":
        panel.shown = phases.lay_out(
            panel.rows, [row["value"] for row in properties if row["property"].value == CCL.phase]
        )
    elif panel.kind.shown_as in _ARRANGEMENTS:
        panel.shown = _ARRANGEMENTS[panel.kind.shown_as](panel, names)


def _arrange_statements(panel: Panel, _: Names) -> Shown:
    return {"lines": gather(panel.rows)}


def _arrange_things(panel: Panel, names: Names) -> Shown:
    rows = sorted(panel.rows, key=lambda row: (row["class"].value, names.of(row["thing"])))
    return {"groups": [(found[0]["class"], found) for found in _grouped(rows, "class")]}


def _arrange_timeline(panel: Panel, _: Names) -> Shown:
    return {"dates": [(found[0]["date"].value, found) for found in _grouped(panel.rows, "date")]}


def _arrange_table(panel: Panel, _: Names) -> Shown:
    return {"columns": [column for column in panel.columns if any(column in row for row in panel.rows)]}


def _arrange_series(panel: Panel, names: Names) -> Shown:
    return {"series": series.group(panel.rows, names)}


def _arrange_ranking(panel: Panel, names: Names) -> Shown | None:
    rankings = ranking.rank(panel.rows, names)
    return {"rankings": rankings} if rankings else None


def _arrange_standings(panel: Panel, _: Names) -> Shown:
    facet = panel.kind.name.removeprefix("standings_")
    columns = [code for code in status.STATUSES if any(row[code].value != "0" for row in panel.rows)]
    return {"columns": columns, "facet": facet if facet in FACETS else None}


Shown: TypeAlias = dict[str, Any]
_ARRANGEMENTS: dict[str, Callable[[Panel, Names], Shown | None]] = {
    "statements": _arrange_statements,
    "things": _arrange_things,
    "timeline": _arrange_timeline,
    "table": _arrange_table,
    "series": _arrange_series,
    "ranking": _arrange_ranking,
    "standings": _arrange_standings,
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
