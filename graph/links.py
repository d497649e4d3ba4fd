"""Places as other data sets call them: owl:sameAs in graph/links, told as VoID linksets with where each was found.

They are links to follow, not statements to reason with: `graph/axioms.py` has no rule for owl:sameAs, so that a place's statements
aren't doubled under foreign IRIs. A client that wants them so has the links to do it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pyoxigraph import Quad

from loaders.gazetteer import Gazetteer
from loaders.same_as import SameAs, same_as
from ontology.identifiers import graph_iri
from ontology.terms import DCT, OWL, RDF, VOID

from .places import place_iri
from .terms import day, en, integer, node, text

#: Title, home and licence of the data sets that links lead to
_DATASETS = {
    "wikidata": (
        "Wikidata",
        "http://www.wikidata.org/",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    "geonames": ("GeoNames", "https://sws.geonames.org/", "https://creativecommons.org/licenses/by/4.0/"),
}


def link_quads(base: str) -> Iterator[Quad]:
    """The links of the table, and of each data set the linkset: how many, where they were found, when they were checked."""
    graph, gazetteer = node(graph_iri(base, "links")), Gazetteer.default()
    by_dataset: dict[str, list[SameAs]] = defaultdict(list)
    for link in same_as():
        by_dataset[link.dataset].append(link)
        me = node(place_iri(base, gazetteer.by_code[link.code]))
        yield Quad(me, node(OWL.sameAs), node(link.iri), graph)
    for name, links in by_dataset.items():
        title, home, licence = _DATASETS[name]
        linkset, target = node(f"{base}dataset/links/{name}"), node(home)
        yield Quad(node(f"{base}dataset"), node(VOID.subset), linkset, graph)
        yield Quad(linkset, node(RDF.type), node(VOID.Linkset), graph)
        yield Quad(linkset, node(DCT.title), en(f"Links to {title}"), graph)
        yield Quad(linkset, node(VOID.linkPredicate), node(OWL.sameAs), graph)
        yield Quad(linkset, node(VOID.subjectsTarget), node(f"{base}dataset"), graph)
        yield Quad(linkset, node(VOID.objectsTarget), target, graph)
        yield Quad(linkset, node(VOID.triples), integer(len(links)), graph)
        yield Quad(linkset, node(DCT.issued), day(max(link.checked for link in links)), graph)
        for source in sorted({link.source.split(",", 1)[0] for link in links}):
            yield Quad(linkset, node(DCT.source), text(source), graph)
        yield Quad(target, node(RDF.type), node(VOID.Dataset), graph)
        yield Quad(target, node(DCT.title), en(title), graph)
        yield Quad(target, node(DCT.license), node(licence), graph)
