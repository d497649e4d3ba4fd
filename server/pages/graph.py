"""The graph around a thing: its links by property, as a page with a table and as JSON that a picture grows from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flask import render_template
from pyoxigraph import NamedNode

from ontology.identifiers import SEGMENTS
from ontology.terms import PREFIXES, RDF
from server import links
from server.page_context import Served
from server.pages.document import is_known
from server.pages.rows import Names, Row, find_names, select
from server.problem import Problem

Direction: TypeAlias = Literal["out", "in"]
_SIDES: tuple[tuple[Direction, str], ...] = (("out", "graph_outgoing"), ("in", "graph_incoming"))
# Identifiers shorten what their classes are called.
_LONG = {"Span": "TextSpan", "Source": "SourceFile"}
_CLASSES = {segment: NamedNode(PREFIXES["ccl"] + _LONG.get(name, name)) for name, segment in SEGMENTS.items()}
_A_PAGE = 24  # links of one property that are sent at a time
_MOST_AT_FIRST = 120  # neighbours that come without being asked for by property
_MOST_AMONG = 150  # things whose links among each other are looked for


@dataclass(frozen=True, slots=True)
class Relation:
    """Links of a thing by one property in one direction: all of them, and those that are here from `offset` on."""

    property: NamedNode
    direction: Direction
    count: int
    offset: int
    others: tuple[NamedNode, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One triple between things."""

    source: NamedNode
    property: NamedNode
    target: NamedNode


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A thing with a bounded part of what it is linked to."""

    focus: NamedNode
    relations: tuple[Relation, ...]
    links: tuple[Link, ...]
    names: Names


def read_focus(served: Served, focus: str) -> NamedNode:
    """The thing that a path (`area/530111`, `def/Commitment`) or a whole IRI names; raises Problem 400 or 404."""
    iri = focus if focus.startswith(("http://", "https://", "urn:")) else links.iri_of(focus, served.base)
    try:
        thing = NamedNode(iri)
    except ValueError:
        raise Problem(400, f"{iri[:200]} is no IRI; name a thing by its path, as area/530111") from None
    if not is_known(served.engine, thing):
        raise Problem(404, f"this snapshot says nothing about <{iri[:200]}>; look for the thing by its name")
    return thing


def find_neighbourhood(served: Served, focus: NamedNode) -> Neighbourhood:
    """What a thing is linked to, rare properties first, so that a common one doesn't crowd out all others."""
    counted: list[tuple[Direction, NamedNode, int]] = []
    for direction, query in _SIDES:
        for row in select(served.engine, query, this=focus):
            if row["property"].value != RDF.type and isinstance(row["property"], NamedNode):
                counted.append((direction, row["property"], int(row["links"].value)))
    left = _MOST_AT_FIRST
    relations = []
    for direction, property_, count in sorted(counted, key=lambda own: (own[2], own[1].value, own[0])):
        others = _find_others(served, focus, property_, direction, min(_A_PAGE, left), 0)
        left -= len(others)
        relations.append(Relation(property_, direction, count, 0, others))
    return _complete(served, focus, relations)


def find_more(
    served: Served, focus: NamedNode, property_: str, direction: Direction, offset: int
) -> Neighbourhood:
    """The next links of a thing by one property; raises Problem 400 for what is no IRI."""
    try:
        predicate = NamedNode(property_)
    except ValueError:
        raise Problem(400, f"relation={property_[:200]} is no IRI") from None
    query = dict(_SIDES)[direction]
    count = next(
        (
            int(r["links"].value)
            for r in select(served.engine, query, this=focus)
            if r["property"] == predicate
        ),
        0,
    )
    others = _find_others(served, focus, predicate, direction, _A_PAGE, offset)
    return _complete(served, focus, [Relation(predicate, direction, count, offset, others)])


def answer(served: Served, focus: NamedNode, parameters: Mapping[str, str]) -> str:
    """The body of `/graph.json`: everything around a thing, or with `relation`, `direction` and `offset` the next of one
    property; raises Problem 400.
    """
    relation = parameters.get("relation")
    if relation is None:
        return to_json(served, find_neighbourhood(served, focus))
    direction = parameters.get("direction", "out")
    if direction not in ("out", "in"):
        raise Problem(400, f"direction={direction[:20]} is neither out nor in")
    offset = parameters.get("offset", "0")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 10):
        raise Problem(400, f"offset={offset[:20]} is no number of links to leave out")
    side: Direction = "out" if direction == "out" else "in"
    return to_json(served, find_more(served, focus, relation, side, int(offset)))


def to_json(served: Served, found: Neighbourhood) -> str:
    """The neighbourhood as `server/frontend/src/network/model.ts` reads it; a thing's id is its path here, else its IRI."""
    things = dict.fromkeys(
        [found.focus, *(end for link in found.links for end in (link.source, link.target))]
    )
    properties = {relation.property for relation in found.relations} | {link.property for link in found.links}
    body: dict[str, Any] = {
        "focus": _id(found.focus, served),
        "nodes": [
            {
                "id": _id(thing, served),
                "label": found.names.of(thing),
                "kind": _kind(thing, served, found.names),
                "path": links.href(thing.value, served.base),
            }
            for thing in things
        ],
        "edges": [
            {
                "source": _id(link.source, served),
                "target": _id(link.target, served),
                "property": link.property.value,
            }
            for link in found.links
        ],
        "relations": [
            {
                "property": relation.property.value,
                "label": found.names.of(relation.property),
                "direction": relation.direction,
                "count": relation.count,
                "sent": relation.offset + len(relation.others),
            }
            for relation in found.relations
        ],
        "names": {property_.value: found.names.of(property_) for property_ in properties},
    }
    return json.dumps(body, ensure_ascii=False)


def show(served: Served, focus: NamedNode | None) -> str:
    """The page as HTML: a thing's links as a table, or where to begin."""
    if focus is None:
        start: list[Row] = select(served.engine, "graph_start")
        names = find_names(served.engine, (row["thing"] for row in start))
        return render_template("graph.html", served=served, start=start, names=names, id_of=_id)
    found = find_neighbourhood(served, focus)
    return render_template(
        "graph.html", served=served, found=found, names=found.names, focus=_id(focus, served), id_of=_id
    )


def _find_others(
    served: Served, focus: NamedNode, property_: NamedNode, direction: Direction, limit: int, offset: int
) -> tuple[NamedNode, ...]:
    if limit <= 0:
        return ()
    query = "graph_targets" if direction == "out" else "graph_sources"
    rows = select(served.engine, query, this=focus, property=property_, limit=limit, offset=offset)
    return tuple(row["other"] for row in rows if isinstance(row["other"], NamedNode))


def _complete(served: Served, focus: NamedNode, relations: list[Relation]) -> Neighbourhood:
    """Adds the links that the neighbours have among each other, and what everything is called."""
    own = [_link(focus, relation, other) for relation in relations for other in relation.others]
    others = list(dict.fromkeys(other for relation in relations for other in relation.others))[:_MOST_AMONG]
    among = _find_among(served, [other for other in others if other != focus])
    found = tuple(dict.fromkeys((*own, *among)))
    terms = (
        focus,
        *(relation.property for relation in relations),
        *(term for link in found for term in (link.source, link.property, link.target)),
    )
    classes = {cls for term in terms if (cls := _class(term, served)) is not None}
    return Neighbourhood(focus, tuple(relations), found, find_names(served.engine, (*terms, *classes)))


def _find_among(served: Served, things: list[NamedNode]) -> list[Link]:
    if len(things) < 2:
        return []
    rows = select(served.engine, "graph_among", things=things, others=things)
    return [
        Link(row["source"], row["property"], row["target"])
        for row in rows
        if isinstance(row["source"], NamedNode)
        and isinstance(row["property"], NamedNode)
        and isinstance(row["target"], NamedNode)
        and row["source"] != row["target"]
    ]


def _link(focus: NamedNode, relation: Relation, other: NamedNode) -> Link:
    if relation.direction == "out":
        return Link(focus, relation.property, other)
    return Link(other, relation.property, focus)


def _id(thing: NamedNode, served: Served) -> str:
    """The path of a thing of ours, as `read_focus` takes it; the IRI of any other."""
    if thing.value.startswith(f"{served.base}id/"):
        return thing.value[len(served.base) + 3 :]
    own = links.document_path(thing.value, served.base)
    return thing.value if own is None else own.removeprefix("/doc/")


def _kind(thing: NamedNode, served: Served, names: Names) -> str:
    """What a thing is called to be, by the class that its identifier tells; empty for what isn't ours."""
    cls = _class(thing, served)
    return "" if cls is None else names.of(cls)


def _class(thing: NamedNode, served: Served) -> NamedNode | None:
    return _CLASSES.get(_id(thing, served).partition("/")[0])
