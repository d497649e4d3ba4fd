"""The page of a term of the ontology: what it means, where it stands, what defines it, and what the data has of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import render_template
from pyoxigraph import Literal, NamedNode

from ontology.terms import CCL, PREFIXES, RDF, RDFS
from server.language import current
from server.negotiate import DOCUMENT_FORMATS
from server.ontology_outline import CHARACTERISTICS, KINDS, PROPERTY_KINDS, Expression, Outline
from server.page_context import Served
from server.pages.definitions import count_uses, outline_of
from server.pages.rows import Row, find_names, select, terms_in

_OWL, _SKOS = PREFIXES["owl"], PREFIXES["skos"]
_CLASS, _INDIVIDUAL = KINDS[0], KINDS[-1]
_OWN = CCL.Thing.removesuffix("Thing")
_NEAR = tuple(_SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch"))
_SHOWN = 10  # things of a class, or triples of a property
_MOST_SORTED = 50_000


@dataclass(slots=True)
class Placed:
    """Where a term stands: lists of terms by what they are to it, in the order in which the page shows them."""

    links: dict[str, list[NamedNode]] = field(default_factory=dict)
    definitions: list[Expression] = field(default_factory=list)
    chains: list[list[NamedNode]] = field(default_factory=list)
    inherited: list[tuple[NamedNode, list[NamedNode]]] = field(default_factory=list)

    def terms(self) -> list[object]:
        """All terms in it."""
        return [
            *(term for group in self.links.values() for term in group),
            *(piece for definition in self.definitions for piece in definition),
            *(link for chain in self.chains for link in chain),
            *(term for cls, properties in self.inherited for term in (cls, *properties)),
        ]


def is_term(thing: NamedNode, classes: set[str]) -> bool:
    """Whether the page is for a thing of these classes (IRIs): one of the ontology's own classes, properties, individuals."""
    return thing.value.startswith(_OWN) and not classes.isdisjoint(KINDS)


def show(served: Served, thing: NamedNode, path: str, properties: list[Row]) -> str:
    """The page as HTML; `path` is that of the term's documents, without suffix."""
    outline = outline_of(served)
    kind = outline.kind(thing.value) or _INDIVIDUAL
    number = count_uses(served).get(thing.value)
    placed = _place(outline, thing, kind)
    uses, examples, inverse = _in_data(served, thing, kind, number)
    texts = [
        text
        for text in outline.values(thing.value, _SKOS + "definition", RDFS.comment)
        if isinstance(text, Literal)
    ]
    texts.sort(key=lambda text: not (text.language or "").startswith(current()))
    queries = _queries(served, thing)
    return render_template(
        "term.html",
        served=served,
        thing=thing,
        path=path,
        formats=DOCUMENT_FORMATS,
        kind=kind,
        kind_term=NamedNode(kind),
        own=_OWN,
        texts=texts,
        placed=placed,
        number=number,
        uses=uses,
        examples=examples,
        inverse=inverse,
        everything=_all_of(thing, kind),
        queries=queries,
        properties=[row for row in properties if row["property"].value != RDF.type],
        names=find_names(
            served.engine,
            [thing, NamedNode(kind), *placed.terms(), *terms_in(properties, uses, examples, inverse)],
        ),
    )


def _place(outline: Outline, thing: NamedNode, kind: str) -> Placed:
    """What the ontology says of the term; lists that are empty are left out."""
    term = thing.value
    if kind == _CLASS:
        placed = _place_class(outline, term)
    elif kind in PROPERTY_KINDS:
        placed = _place_property(outline, term)
    else:
        classes = [cls for cls in outline.named(term, RDF.type) if cls.value != _INDIVIDUAL]
        beside = {each for cls in classes for each in outline.subjects(RDF.type, cls.value)} - {thing}
        placed = Placed({"class": classes, "beside": sorted(beside, key=str)})
    placed.links["defined_with"] = outline.defined_with(term)
    placed.links["near"] = outline.named(term, *_NEAR)
    placed.links = {name: terms for name, terms in placed.links.items() if terms}
    return placed


def _place_class(outline: Outline, term: str) -> Placed:
    above = outline.above(term, RDFS.subClassOf)
    direct = outline.named(term, RDFS.subClassOf)
    inherited = [(cls, outline.subjects(RDFS.domain, cls.value)) for cls in above]
    return Placed(
        {
            "super": direct,
            "ancestors": [cls for cls in above if cls not in direct],
            "sub": outline.below(term, RDFS.subClassOf),
            "disjoint": outline.disjoint(term),
            "domain_of": outline.subjects(RDFS.domain, term),
            "range_of": outline.subjects(RDFS.range, term),
            "individuals": [
                each for each in outline.subjects(RDF.type, term) if outline.kind(each.value) == _INDIVIDUAL
            ],
        },
        definitions=outline.definitions(term),
        inherited=[(cls, properties) for cls, properties in inherited if properties],
    )


def _place_property(outline: Outline, term: str) -> Placed:
    above = outline.above(term, RDFS.subPropertyOf)
    direct = outline.named(term, RDFS.subPropertyOf)
    types = {found.value for found in outline.values(term, RDF.type)}
    return Placed(
        {
            "characteristics": [NamedNode(each) for each in CHARACTERISTICS if each in types],
            "domain": outline.named(term, RDFS.domain),
            "range": outline.named(term, RDFS.range),
            "inverse": outline.inverses(term),
            "super": direct,
            "ancestors": [each for each in above if each not in direct],
            "sub": outline.below(term, RDFS.subPropertyOf),
            "in_chains": outline.in_chains_of(term),
        },
        chains=outline.chains(term),
    )


def _in_data(
    served: Served, thing: NamedNode, kind: str, number: int | None
) -> tuple[list[Row], list[Row], list[Row]]:
    """What the data uses with the term, some of what it has of it, and by which properties it points to it."""
    engine, any_order = served.engine, "_any" if (number or 0) > _MOST_SORTED else ""
    if kind == _CLASS:
        uses = select(engine, "term_class_use", this=thing)
        return uses, select(engine, f"term_members{any_order}", this=thing, limit=_SHOWN), []
    if kind in PROPERTY_KINDS:
        uses = select(engine, "term_property_use", this=thing)
        return uses, select(engine, f"term_triples{any_order}", this=thing, limit=_SHOWN), []
    return [], [], select(engine, "inverse_predicates", this=thing)


def _all_of(thing: NamedNode, kind: str) -> str | None:
    """Path of the query page with everything that the data has of the term."""
    if kind == _CLASS:
        query = f"SELECT ?thing WHERE {{ ?thing a {thing} }} ORDER BY ?thing"
    elif kind in PROPERTY_KINDS:
        query = f"SELECT ?subject ?value WHERE {{ ?subject {thing} ?value }} ORDER BY ?subject"
    else:
        query = f"SELECT ?thing ?property WHERE {{ ?thing ?property {thing} }} ORDER BY ?property ?thing"
    return "/sparql?" + urlencode({"query": query})


def _queries(served: Served, thing: NamedNode) -> list[Row]:
    """The example queries whose text names the term, by prefix or in full."""
    named = re.compile(
        rf"(?<![\w:-])ccl:{re.escape(thing.value.removeprefix(_OWN))}(?![\w-])|{re.escape(str(thing))}"
    )
    return [row for row in select(served.engine, "sparql_examples") if named.search(row["text"].value)]
