"""The gazetteer as quads in graph/places: areas of Yunnan, the rest of China down to cities, zones, and the names that they had."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Quad

from loaders.gazetteer import Gazetteer, Place, english_label, former_names
from ontology.identifiers import digest, entity_iri, graph_iri, iri
from ontology.terms import CCL, RDF, RDFS, SKOS

from .terms import en, node, text, zh


def places_quads(gazetteer: Gazetteer, base: str) -> Iterator[Quad]:
    """Type, labels, code, other names and the area above of every area and zone."""
    graph = node(graph_iri(base, "places"))
    for place in (*gazetteer.areas(), *gazetteer.zones()):
        me = node(place_iri(base, place))
        contract = "FunctionalZone" if place.kind == "FunctionalZone" else "AdministrativeArea"
        for cls in dict.fromkeys((contract, place.kind)):
            yield Quad(me, node(RDF.type), node(getattr(CCL, cls)), graph)
        yield Quad(me, node(RDFS.label), zh(place.name), graph)
        yield Quad(me, node(RDFS.label), en(english_label(place)), graph)
        for alias in dict.fromkeys((*place.aliases, place.short)):
            if alias != place.name:
                yield Quad(me, node(SKOS.altLabel), zh(alias), graph)
        if place.code.isdigit():
            yield Quad(me, node(CCL.divisionCode), text(place.code), graph)
        if place.parent:
            above = gazetteer.by_code.get(place.parent)
            if above is not None:
                yield Quad(me, node(CCL.within), node(place_iri(base, above)), graph)


def former_name_quads(gazetteer: Gazetteer, base: str) -> Iterator[Quad]:
    """Which names places had until when, as renamings; the names themselves are among the place's other names."""
    graph = node(graph_iri(base, "places"))
    for former in former_names():
        place = gazetteer.by_code[former.code]
        me = node(iri(base, "Succession", digest(former.code, former.name)))
        yield Quad(me, node(RDF.type), node(CCL.Renaming), graph)
        yield Quad(me, node(RDFS.label), zh(f"{former.name} → {place.name}"), graph)
        yield Quad(me, node(CCL.successor), node(place_iri(base, place)), graph)
        yield Quad(me, node(CCL.formerName), text(former.name), graph)
        yield Quad(me, node(CCL.period), text(former.until), graph)


def place_iri(base: str, place: Place) -> str:
    """IRI of a place of the gazetteer, the same that a mention of it gets."""
    cls = "FunctionalZone" if place.kind == "FunctionalZone" else "AdministrativeArea"
    return entity_iri(base, cls, place.code)
