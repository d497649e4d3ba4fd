"""RDF files of others, taken as they are: `chuncheng build --rdf`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from ontology.errors import ChunchengError
from ontology.identifiers import graph_iri, slug

_TRIPLES = (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.RDF_XML)


class ForeignRdfError(ChunchengError):
    """An RDF file that can't be read: the message has file, line and column."""


def read_rdf(path: Path, base: str, *, keep_default_graph: bool) -> Iterator[Quad]:
    """Quads of the file in any format that Oxigraph parses, told by its suffix.

    Quads keep their graphs. The triples of a triples format go to a graph named after the file, or stay in the default
    graph with `keep_default_graph`. Blank nodes of two files stay apart. Raises ForeignRdfError.
    """
    kind = RdfFormat.from_extension(path.suffix.lstrip(".").lower())
    if kind is None:
        known = "ttl, nt, rdf, owl, nq, trig, jsonld, n3"
        raise ForeignRdfError(f"{path}: unknown kind of RDF file; its name should end in one of: {known}")
    graph = NamedNode(graph_iri(base, "file", slug(path.name)))
    try:
        for quad in parse(
            path=str(path), format=kind, base_iri=path.resolve().as_uri(), rename_blank_nodes=True
        ):
            if isinstance(quad.graph_name, DefaultGraph) and kind in _TRIPLES and not keep_default_graph:
                yield Quad(quad.subject, quad.predicate, quad.object, graph)
            else:
                yield quad
    except SyntaxError as error:
        where = f", line {error.lineno}, column {error.offset}" if error.lineno else ""
        raise ForeignRdfError(f"{path}{where}: {error.msg}") from error
    except OSError as error:
        raise ForeignRdfError(f"{path}: can't be read: {error.strerror or error}") from error
