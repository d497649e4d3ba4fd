"""What the endpoint says about itself: the SPARQL 1.1 Service Description, with its limits and what its data is.

https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Triple

from graph.snapshot import Snapshot
from ontology.terms import PREFIXES, RDF, RDFS, VOID, XSD
from server.negotiate import GRAPH_FORMATS, TABLE_FORMATS, Format
from server.settings import Settings, describe

_SD = "http://www.w3.org/ns/sparql-service-description#"
_CCL = PREFIXES["ccl"]
_TYPE = NamedNode(RDF.type)


def describe_service(endpoint: str, format_: Format, snapshot: Snapshot, settings: Settings) -> bytes:
    """The description of the service at that address over a snapshot, in an RDF format."""
    assert isinstance(format_.writes, pyoxigraph.RdfFormat)
    triples = {
        *_describe_protocol(endpoint, settings),
        *_describe_limits(endpoint, settings),
        *_describe_dataset(endpoint, snapshot),
        *snapshot.description(),
    }
    ordered = sorted(triples, key=str)
    return pyoxigraph.serialize(ordered, format=format_.writes, prefixes={**PREFIXES, "sd": _SD}) or b""


def _describe_protocol(endpoint: str, settings: Settings) -> Iterator[Triple]:
    service = NamedNode(f"{endpoint}#service")
    yield Triple(service, _TYPE, _sd("Service"))
    yield Triple(service, _sd("endpoint"), NamedNode(endpoint))
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    if settings.services:
        yield Triple(service, _sd("feature"), _sd("BasicFederatedQuery"))
    for written in (*TABLE_FORMATS, *GRAPH_FORMATS):
        if written.writes is not None:
            yield Triple(service, _sd("resultFormat"), NamedNode(written.writes.iri))


def _describe_limits(endpoint: str, settings: Settings) -> Iterator[Triple]:
    """Each limit with its name, value and meaning, as our own terms: the standard has none for them."""
    for name, value, meaning in describe(settings.limits):
        limit = NamedNode(f"{endpoint}#limit-{name}")
        number = XSD.integer if isinstance(value, int) else XSD.decimal
        yield Triple(NamedNode(f"{endpoint}#service"), NamedNode(f"{_CCL}limit"), limit)
        yield Triple(limit, NamedNode(RDFS.label), Literal(name))
        yield Triple(limit, NamedNode(RDFS.comment), Literal(meaning, language="en"))
        yield Triple(
            limit, NamedNode(f"{PREFIXES['rdf']}value"), Literal(str(value), datatype=NamedNode(number))
        )


def _describe_dataset(endpoint: str, snapshot: Snapshot) -> Iterator[Triple]:
    dataset, default = NamedNode(f"{endpoint}#dataset"), NamedNode(f"{endpoint}#default-graph")
    yield Triple(NamedNode(f"{endpoint}#service"), _sd("defaultDataset"), dataset)
    yield Triple(dataset, _TYPE, _sd("Dataset"))
    yield Triple(dataset, _sd("defaultGraph"), default)
    yield Triple(default, _TYPE, _sd("Graph"))
    yield Triple(dataset, NamedNode(VOID.inDataset), NamedNode(f"{snapshot.base}dataset"))
    for number, graph in enumerate(snapshot.graphs):
        named = NamedNode(f"{endpoint}#graph-{number}")
        yield Triple(dataset, _sd("namedGraph"), named)
        yield Triple(named, _TYPE, _sd("NamedGraph"))
        yield Triple(named, _sd("name"), NamedNode(graph))


def _sd(name: str) -> NamedNode:
    return NamedNode(_SD + name)
