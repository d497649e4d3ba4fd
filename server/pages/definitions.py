"""The page of the ontology: its classes as a tree, its properties with domain and range, its individuals; and its graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import render_template
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from ontology.terms import PREFIXES, RDF, RDFS
from server.language import current
from server.negotiate import DOCUMENT_FORMATS
from server.ontology_outline import KINDS, Outline, read_outline
from server.page_context import Served
from server.pages.rows import fill, find_names, select

_CLASS, *_PROPERTIES, _INDIVIDUAL = KINDS
_DEFINITIONS = (PREFIXES["skos"] + "definition", RDFS.comment)
_TITLES = (PREFIXES["dct"] + "title", RDFS.label)
_ABOUT = {
    "title": _TITLES,
    "description": (PREFIXES["dct"] + "description", RDFS.comment),
    "version": (PREFIXES["owl"] + "versionInfo",),
    "licence": (PREFIXES["dct"] + "license",),
}
_DEEPEST = 12  # levels of the tree


@dataclass(frozen=True, slots=True)
class Entry:
    """A term of the list; `level` is that of the tree of classes."""

    term: NamedNode
    definition: Literal | None
    number: int | None
    level: int = 0
    domains: tuple[NamedNode, ...] = ()
    ranges: tuple[NamedNode, ...] = ()


def show(served: Served, thing: NamedNode, path: str) -> str:
    """The page as HTML; `path` is that of the ontology's documents, without suffix."""
    outline = outline_of(served)
    counts = count_uses(served)
    classes = list(_tree(outline, counts))
    properties = {
        kind: [_entry(outline, counts, term) for term in outline.terms(kind)] for kind in _PROPERTIES
    }
    individuals: dict[NamedNode, list[Entry]] = {}
    for term in outline.terms(_INDIVIDUAL):
        for cls in outline.named(term.value, RDF.type):
            if cls.value != _INDIVIDUAL:
                individuals.setdefault(cls, []).append(_entry(outline, counts, term))
    entries = [*classes, *(entry for group in properties.values() for entry in group)]
    entries += [entry for group in individuals.values() for entry in group]
    ends = [end for entry in entries for end in (*entry.domains, *entry.ranges)]
    return render_template(
        "definitions.html",
        served=served,
        thing=thing,
        path=path,
        formats=DOCUMENT_FORMATS,
        about={name: in_language(outline, thing, predicates) for name, predicates in _ABOUT.items()},
        classes=classes,
        properties=properties,
        individuals=individuals,
        names=find_names(
            served.engine, [thing, *individuals, *ends, *map(NamedNode, KINDS), *(e.term for e in entries)]
        ),
    )


def describe(served: Served) -> list[Triple]:
    """The whole ontology as triples."""
    found = {quad.triple for quad in parse(_graph(served), RdfFormat.N_TRIPLES)}
    return sorted(found, key=str)


def outline_of(served: Served) -> Outline:
    """The outline of the snapshot's ontology."""
    return read_outline(_graph(served))


def count_uses(served: Served) -> dict[str, int]:
    """Things of each class and triples of each property, by IRI; nothing where the data doesn't describe itself."""
    return {
        row["term"].value: int(row["number"].value) for row in select(served.engine, "definitions_counts")
    }


def in_language(
    outline: Outline, term: NamedNode, predicates: tuple[str, ...] = _DEFINITIONS
) -> Literal | None:
    """A text about a term in the page's language, else in another."""
    texts = [value for value in outline.values(term.value, *predicates) if isinstance(value, Literal)]
    return min(texts, key=lambda text: not (text.language or "").startswith(current()), default=None) or next(
        (Literal(value.value) for value in outline.named(term.value, *predicates)), None
    )


def _graph(served: Served) -> bytes:
    return served.engine.query(fill("definitions_graph", {}), format="nt").read()


def _tree(outline: Outline, counts: dict[str, int]) -> Iterator[Entry]:
    """Classes, those below another right behind it, one level deeper; one below two stands behind each."""

    def walk(term: NamedNode, level: int) -> Iterator[Entry]:
        yield _entry(outline, counts, term, level)
        if level < _DEEPEST:
            for lower in outline.below(term.value, RDFS.subClassOf):
                yield from walk(lower, level + 1)

    for root in outline.roots(_CLASS, RDFS.subClassOf):
        yield from walk(root, 0)


def _entry(outline: Outline, counts: dict[str, int], term: NamedNode, level: int = 0) -> Entry:
    return Entry(
        term,
        in_language(outline, term),
        counts.get(term.value),
        level,
        tuple(outline.named(term.value, RDFS.domain)),
        tuple(outline.named(term.value, RDFS.range)),
    )
