"""Figures of a data set, counted in one pass over its sorted N-Quads: triples, subjects, classes, properties."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_MOST_GRAPHS = 1000  # that are named; more are only counted


@dataclass(slots=True)
class PropertyFigures:
    """A property's triples, and how many different subjects and objects these have."""

    triples: int = 0
    subjects: int = 0
    objects: set[int] = field(default_factory=set)  # hashes


@dataclass(slots=True)
class Statistics:
    """Figures of the RDF merge of all graphs; names are N-Quads terms."""

    triples: int = 0
    subjects: int = 0
    objects: set[int] = field(default_factory=set)  # hashes
    properties: dict[bytes, PropertyFigures] = field(default_factory=lambda: defaultdict(PropertyFigures))
    entities: Counter[bytes] = field(default_factory=Counter)  # by class
    of_class: dict[bytes, Counter[bytes]] = field(default_factory=lambda: defaultdict(Counter))  # triples
    graphs: set[bytes] = field(default_factory=set)
    graph_count: int = 0


def count_quads(lines: Iterable[bytes]) -> Statistics:
    """Figures of N-Quads lines in byte order, in which all quads of a subject stand together.

    A triple that stands in several graphs counts once. Memory grows with the number of different objects.
    """
    counted = Statistics()
    subject, before = b"", (b"", b"", b"")
    uses: Counter[bytes] = Counter()
    classes: set[bytes] = set()
    for line in lines:
        own, predicate, rest = line.split(b" ", 2)
        object_, graph = split_graph(rest)
        if graph and graph not in counted.graphs:
            counted.graphs.add(graph)
        triple = (own, predicate, object_)
        if triple == before:
            continue
        before = triple
        if own != subject:
            _close_subject(counted, uses, classes)
            subject, uses, classes = own, Counter(), set()
        counted.triples += 1
        uses[predicate] += 1
        hashed = hash(object_)
        counted.objects.add(hashed)
        figures = counted.properties[predicate]
        figures.triples += 1
        figures.objects.add(hashed)
        if predicate == _TYPE and object_.startswith(b"<"):
            classes.add(object_)
    _close_subject(counted, uses, classes)
    counted.graph_count = len(counted.graphs)
    return counted


def named_graphs(counted: Statistics) -> list[str]:
    """IRIs of the named graphs in order, none where there are too many to name."""
    if counted.graph_count > _MOST_GRAPHS:
        return []
    return sorted(iri(graph) for graph in counted.graphs if graph.startswith(b"<"))


def iri(term: bytes) -> str:
    """The IRI of an N-Quads term `<…>`."""
    return term[1:-1].decode()


def _close_subject(counted: Statistics, uses: Counter[bytes], classes: set[bytes]) -> None:
    if not uses:
        return
    counted.subjects += 1
    for predicate in uses:
        counted.properties[predicate].subjects += 1
    for own_class in classes:
        counted.entities[own_class] += 1
        counted.of_class[own_class].update(uses)


def split_graph(rest: bytes) -> tuple[bytes, bytes]:
    """What stands before the graph, and the graph, of an N-Quads line or of its end; no graph for a triple of the default graph."""
    statement = rest.rstrip(b" .\n") if rest.endswith(b" .\n") else rest
    object_, _, graph = statement.rpartition(b" ")
    named = graph.startswith(b"_:") or (graph.startswith(b"<") and graph.endswith(b">"))
    if object_ and named and object_[-1:] != b"(":
        return object_, graph
    return statement, b""
