"""Names for the ontology's anonymous classes and lists, made from what they say.

A snapshot holds no blank node, so that files concatenate and order doesn't matter. In the OWL file class expressions and lists are
blank nodes, as OWL 2 DL asks; in a snapshot each is `…/def/genid/{digest}` instead (RDF 1.1 Concepts, 3.5): the same content, the
same name.
"""

from __future__ import annotations

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse

from .generate import NAMESPACE, ONTOLOGY
from .identifiers import digest

#: What the names of anonymous classes and lists begin with.
GENID = f"{NAMESPACE}genid/"


def named_ontology() -> list[Triple]:
    """The triples of the ontology, blank nodes named by their content; in no order that means anything."""
    quads = list(parse(path=str(ONTOLOGY), format=RdfFormat.TURTLE))
    told: dict[BlankNode, list[Quad]] = {}
    for quad in quads:
        if isinstance(quad.subject, BlankNode):
            told.setdefault(quad.subject, []).append(quad)
    names: dict[BlankNode, NamedNode] = {}

    def name(node: BlankNode) -> NamedNode:
        if node not in names:
            content = sorted(f"{q.predicate} {known(q.object)}" for q in told[node])
            names[node] = NamedNode(GENID + digest(*content))
        return names[node]

    def known(term: object) -> object:
        return name(term) if isinstance(term, BlankNode) else term

    return [Triple(known(q.subject), q.predicate, known(q.object)) for q in quads]  # type: ignore[arg-type]
