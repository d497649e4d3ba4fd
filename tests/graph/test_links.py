"""Links to other data sets in the graph: where they come from, and that nothing is concluded from them."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from graph.links import link_quads
from graph.reason import LocalRules
from loaders.same_as import same_as
from ontology.identifiers import DEFAULT_BASE, graph_iri, iri
from ontology.terms import DCT, OWL, RDF, VOID


def test_links_lie_in_a_graph_of_their_own_with_their_sources() -> None:
    quads = list(link_quads(DEFAULT_BASE))
    assert {q.graph_name for q in quads} == {NamedNode(graph_iri(DEFAULT_BASE, "links"))}
    links = [q for q in quads if q.predicate.value == OWL.sameAs]
    assert len(links) == len(same_as())
    kunming = NamedNode(iri(DEFAULT_BASE, "AdministrativeArea", "530100"))
    assert NamedNode("http://www.wikidata.org/entity/Q182852") in {
        q.object for q in links if q.subject == kunming
    }
    linksets = {q.subject for q in quads if q.predicate.value == RDF.type and q.object.value == VOID.Linkset}  # type: ignore[union-attr]
    told = {(q.subject, q.predicate.value): q.object for q in quads}
    counted = 0
    for linkset in linksets:
        assert told[linkset, VOID.linkPredicate] == NamedNode(OWL.sameAs)
        assert isinstance(told[linkset, DCT.source], Literal)
        assert (told[linkset, VOID.objectsTarget], DCT.license) in told
        counted += int(told[linkset, VOID.triples].value)  # type: ignore[union-attr]
    assert counted == len(links)


def test_nothing_is_concluded_from_a_link() -> None:
    lines = [f"{quad} .\n".encode() for quad in link_quads(DEFAULT_BASE)]
    assert not [line for line in LocalRules(DEFAULT_BASE).infer(lines) if b"wikidata" in line]
