"""The indicator scheme as SKOS in graph/indicators, and what each printed indicator stands for in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from loaders.reconcile.profile import profile
from loaders.reconcile.scheme import concepts
from ontology.identifiers import graph_iri, iri, slug
from ontology.terms import CCL, DCT, RDF, RDFS, SKOS

from ..terms import boolean, en, node, zh


def concept_iri(base: str, concept: str) -> str:
    """IRI of a concept of the scheme by its id."""
    return iri(base, "Indicator", concept)


def scheme_quads(base: str) -> Iterator[Quad]:
    """Every concept with its names, what is broader, its theme, and whether less of it is better."""
    graph, scheme = node(graph_iri(base, "indicators")), node(f"{base}id/scheme/indicators")

    def say(s: NamedNode, p: str, o: NamedNode | Literal) -> Quad:
        return Quad(s, node(p), o, graph)

    yield say(scheme, RDF.type, node(SKOS.ConceptScheme))
    yield say(scheme, RDFS.label, zh("指标表"))
    yield say(scheme, RDFS.label, en("Indicators"))
    for concept in concepts().values():
        me = node(concept_iri(base, concept.id))
        yield say(me, RDF.type, node(CCL.Indicator))
        for term in (RDFS.label, SKOS.prefLabel):
            yield say(me, term, zh(concept.zh))
            yield say(me, term, en(concept.en))
        for name in concept.synonyms:
            yield say(me, SKOS.altLabel, zh(name))
        yield say(me, SKOS.inScheme, scheme)
        if concept.broader:
            yield say(me, SKOS.broader, node(concept_iri(base, concept.broader)))
        else:
            yield say(me, SKOS.topConceptOf, scheme)
        if concept.theme:
            yield say(me, DCT.subject, node(iri(base, "Theme", slug(concept.theme))))
        if concept.less:
            yield say(me, CCL.lessIsBetter, boolean(True))


def wording_quads(base: str, indicators: Iterable[str]) -> Iterator[Quad]:
    """What printed indicators stand for: `ccl:concept` from the wording to the concept."""
    graph = node(graph_iri(base, "indicators"))
    for name in sorted(set(indicators)):
        concept = profile(name).concept
        if concept:
            me = node(iri(base, "Indicator", slug(name)))
            yield Quad(me, node(CCL.concept), node(concept_iri(base, concept)), graph)
