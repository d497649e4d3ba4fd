"""Figures of a data set, counted in one pass over its sorted N-Quads: triples, subjects, classes, properties.

Different objects are counted by 64 bits of a hash; what doesn't fit into memory goes to files for the time of the counting.
"""

from __future__ import annotations

import heapq
import os
import tempfile
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import IO, TypeAlias

_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_MOST_GRAPHS = 1000  # that are named; more are only counted
_NO_LITERAL = (b"<", b"_:")
_BLANK = (b"_:", b"<<")  # or a triple term, which may hold one
_LOOK = 50_000  # lines after which the memory is looked at
_MOST_HASHES = 2_000_000  # kept in memory at a time, about 150 MB
_MOST_ALIKE = 50_000  # kinds of subjects kept at a time
_Alike: TypeAlias = tuple[
    tuple[bytes, ...], tuple[tuple[bytes, int], ...]
]  # classes, and uses of each property


@dataclass(slots=True)
class PropertyFigures:
    """A property's triples, and how many different subjects and objects these have."""

    triples: int = 0
    subjects: int = 0
    objects: int = 0


@dataclass(slots=True)
class Statistics:
    """Figures of the RDF merge of all graphs; names are N-Quads terms."""

    triples: int = 0
    subjects: int = 0
    objects: int = 0
    properties: dict[bytes, PropertyFigures] = field(default_factory=lambda: defaultdict(PropertyFigures))
    entities: Counter[bytes] = field(default_factory=Counter)  # by class
    of_class: dict[bytes, Counter[bytes]] = field(default_factory=lambda: defaultdict(Counter))  # triples
    graphs: set[bytes] = field(default_factory=set)
    graph_count: int = 0
    blank_nodes: bool = False


def count_quads(lines: Iterable[bytes], on_triple: Callable[[bytes], object] | None = None) -> Statistics:
    """Figures of N-Quads lines in byte order, in which all quads of a subject stand together.

    A triple that stands in several graphs counts once; each is given to `on_triple` once, as an N-Triples line. Memory grows with
    the number of graphs, properties and classes only.
    """
    counted = Statistics()
    subject, before = b"", b""
    uses: dict[bytes, int] = {}
    classes: list[bytes] = []
    alike: dict[_Alike, int] = defaultdict(int)
    objects: dict[bytes, set[int]] = defaultdict(set)
    shed, graphs = _Shed(), counted.graphs
    for number, (own, predicate, object_, _) in enumerate(split_quads(lines, graphs), 1):
        triple = b" ".join((own, predicate, object_))
        if triple == before:
            continue
        before = triple
        if on_triple is not None:
            on_triple(triple + b" .\n")
        if own != subject:
            if uses:
                alike[tuple(classes), tuple(uses.items())] += 1
            if len(alike) > _MOST_ALIKE:
                _count_alike(counted, alike)
            counted.blank_nodes = counted.blank_nodes or own.startswith(b"_:")
            subject, uses, classes = own, {}, []
        uses[predicate] = uses.get(predicate, 0) + 1
        objects[predicate].add(hash(object_))
        if number % _LOOK == 0 and sum(map(len, objects.values())) > _MOST_HASHES:
            shed.take(objects)
        if object_.startswith(_NO_LITERAL):
            if predicate == _TYPE and object_.startswith(b"<"):
                classes.append(object_)
            if object_.startswith(_BLANK):
                counted.blank_nodes = True
    if uses:
        alike[tuple(classes), tuple(uses.items())] += 1
    _count_alike(counted, alike)
    graphs.discard(b"")
    counted.graph_count = len(graphs)
    counted.blank_nodes = counted.blank_nodes or any(graph.startswith(b"_:") for graph in graphs)
    counted.triples = sum(figures.triples for figures in counted.properties.values())
    _count_objects(counted, objects, shed)
    return counted


class _Shed:
    """Hashes of the objects of each property that memory had no room for: sorted runs, a file for each property."""

    def __init__(self) -> None:
        self._files: dict[bytes, IO[bytes]] = {}
        self._runs: dict[bytes, list[tuple[int, int]]] = defaultdict(list)

    def __bool__(self) -> bool:
        return bool(self._files)

    def take(self, objects: dict[bytes, set[int]]) -> None:
        """Moves all hashes into files."""
        for predicate, hashes in objects.items():
            if predicate not in self._files:
                self._files[predicate] = tempfile.TemporaryFile()  # noqa: SIM115 - read again, and gone, after counting
            file = self._files[predicate]
            begin = file.tell()
            array("q", sorted(hashes)).tofile(file)
            self._runs[predicate].append((begin, file.tell()))
        objects.clear()

    def read(self, predicate: bytes) -> list[Iterator[int]]:
        """The runs of a property."""
        file = self._files[predicate]
        file.flush()
        return [_hashes(file.fileno(), *run) for run in self._runs[predicate]]


def _hashes(descriptor: int, begin: int, end: int) -> Iterator[int]:
    for at in range(begin, end, 1 << 16):
        yield from array("q", os.pread(descriptor, min(1 << 16, end - at), at))


def _count_objects(counted: Statistics, objects: dict[bytes, set[int]], shed: _Shed) -> None:
    if not shed:
        for predicate, hashes in objects.items():
            counted.properties[predicate].objects = len(hashes)
        counted.objects = len(set().union(*objects.values()))
        return
    shed.take(objects)
    for predicate, figures in counted.properties.items():
        figures.objects = sum(1 for _ in groupby(heapq.merge(*shed.read(predicate))))
    every = (hashes for predicate in counted.properties for hashes in shed.read(predicate))
    counted.objects = sum(1 for _ in groupby(heapq.merge(*every)))


def named_graphs(counted: Statistics) -> list[str]:
    """IRIs of the named graphs in order, none where there are too many to name."""
    if counted.graph_count > _MOST_GRAPHS:
        return []
    return sorted(iri(graph) for graph in counted.graphs if graph.startswith(b"<"))


def iri(term: bytes) -> str:
    """The IRI of an N-Quads term `<…>`."""
    return term[1:-1].decode()


def _count_alike(counted: Statistics, alike: dict[_Alike, int]) -> None:
    """Counts subjects by their classes and how often they use each property: most are like others."""
    for (classes, uses), subjects in alike.items():
        counted.subjects += subjects
        for predicate, triples in uses:
            figures = counted.properties[predicate]
            figures.subjects += subjects
            figures.triples += triples * subjects
        for own_class in classes:
            counted.entities[own_class] += subjects
            of_class = counted.of_class[own_class]
            for predicate, triples in uses:
                of_class[predicate] += triples * subjects
    alike.clear()


def split_quads(lines: Iterable[bytes], graphs: set[bytes]) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Subject, predicate, object and graph of each N-Quads line, as they are written; `graphs` gets the graphs, once each."""
    for line in lines:
        subject, predicate, rest = line.split(b" ", 2)
        object_, _, graph = rest[:-3].rpartition(b" ")
        # What looks like a known graph is one, where an object stands before it.
        if graph not in graphs or not object_:
            object_, graph = split_graph(rest)
            graphs.add(graph)
        yield subject, predicate, object_, graph


def split_quad(line: bytes) -> tuple[bytes, bytes]:
    """Triple and graph of an N-Quads line, as they are written; no graph for a triple of the default graph."""
    subject, predicate, rest = line.split(b" ", 2)
    object_, graph = split_graph(rest)
    return b" ".join((subject, predicate, object_)), graph


def split_graph(rest: bytes) -> tuple[bytes, bytes]:
    """What stands before the graph, and the graph, of an N-Quads line or of its end; no graph for a triple of the default graph."""
    statement = rest.removesuffix(b"\n").removesuffix(b".").rstrip(b" ")
    object_, _, graph = statement.rpartition(b" ")
    named = graph.startswith(b"_:") or (graph.startswith(b"<") and graph.endswith(b">"))
    # A word with a quotation mark is the end of a literal; after "(" comes the end of a triple term.
    if object_ and named and b'"' not in graph and object_[-1:] != b"(":
        return object_, graph
    return statement, b""
