"""RDF files of others, taken as they are: `chuncheng build --rdf`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from ontology.errors import ChunchengError
from ontology.identifiers import digest, graph_iri, slug

_TRIPLES = (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.RDF_XML)


class ForeignRdfError(ChunchengError):
    """An RDF file that can't be read: the message has file, line and column."""


def read_rdf(path: Path, base: str, *, keep_default_graph: bool) -> Iterator[Quad]:
    """Quads of the file in any format that Oxigraph parses, told by its suffix.

    Quads keep their graphs. The triples of a triples format go to a graph named after the file, or stay in the default
    graph with `keep_default_graph`. Blank nodes of two files stay apart, and those of the same file have the same names in
    every build. Raises ForeignRdfError.
    """
    kind = RdfFormat.from_extension(path.suffix.lstrip(".").lower())
    if kind is None:
        known = "ttl, nt, rdf, nq, trig, jsonld, n3"
        raise ForeignRdfError(f"{path}: unknown kind of RDF file; its name should end in one of: {known}")
    graph = NamedNode(graph_iri(base, "file", slug(path.name)))
    try:
        with path.open("rb") as file:
            names = _BlankNodes(digest(path.name, hashlib.file_digest(file, "sha256").hexdigest(), length=12))
        # Relative IRIs hang on the graph's IRI: a path of this machine has no place in the data.
        for quad in parse(path=str(path), format=kind, base_iri=graph.value):
            named = names.rename(quad)
            if isinstance(quad.graph_name, DefaultGraph) and kind in _TRIPLES and not keep_default_graph:
                yield Quad(named.subject, named.predicate, named.object, graph)
            else:
                yield named
    except SyntaxError as error:
        where = f", line {error.lineno}, column {error.offset}" if error.lineno else ""
        raise ForeignRdfError(f"{path}{where}: {error.msg}") from error
    except OSError as error:
        raise ForeignRdfError(f"{path}: can't be read: {error.strerror or error}") from error


class _BlankNodes:
    """Numbers the blank nodes of one file in order of appearance, under a name that no other file has."""

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._names: dict[str, BlankNode] = {}

    def rename(self, quad: Quad) -> Quad:
        subject, predicate, object_, graph = quad
        if not {BlankNode, Triple} & {type(subject), type(object_), type(graph)}:
            return quad
        return Quad(self._name(subject), predicate, self._name(object_), self._name(graph))

    def _name(self, term: Any) -> Any:
        if isinstance(term, Triple):  # RDF 1.2: a triple term may hold the file's blank nodes, too
            return Triple(self._name(term.subject), term.predicate, self._name(term.object))
        if not isinstance(term, BlankNode):
            return term
        number = len(self._names)
        return self._names.setdefault(term.value, BlankNode(f"b{self._scope}x{number}"))
