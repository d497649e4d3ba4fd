"""What the endpoint says about itself: the SPARQL 1.1 Service Description.

https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

import pyoxigraph
from pyoxigraph import NamedNode, Triple

from server.negotiate import GRAPH_FORMATS, TABLE_FORMATS, Format

_SD = "http://www.w3.org/ns/sparql-service-description#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def describe_service(endpoint: str, format_: Format) -> bytes:
    """The description of the service at that address, in an RDF format."""
    service = NamedNode(endpoint + "#service")
    triples = [
        Triple(service, _TYPE, _sd("Service")),
        Triple(service, _sd("endpoint"), NamedNode(endpoint)),
        Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
    ]
    for written in (*TABLE_FORMATS, *GRAPH_FORMATS):
        if written.writes is not None:
            triples.append(Triple(service, _sd("resultFormat"), NamedNode(written.writes.iri)))
    assert isinstance(format_.writes, pyoxigraph.RdfFormat)
    return pyoxigraph.serialize(triples, format=format_.writes, prefixes={"sd": _SD}) or b""


def _sd(name: str) -> NamedNode:
    return NamedNode(_SD + name)
