"""The description of the data set: what it is and under which licence."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Quad

from ontology.identifiers import graph_iri
from ontology.terms import DCT, RDF, VOID

from .terms import en, node, zh

_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def dataset_quads(base: str) -> Iterator[Quad]:
    """Title, description and licence of the data set, in graph/dataset."""
    graph, me = node(graph_iri(base, "dataset")), node(f"{base}dataset")
    yield Quad(me, node(RDF.type), node(VOID.Dataset), graph)
    yield Quad(me, node(DCT.title), zh("春城账本"), graph)
    yield Quad(me, node(DCT.title), en("Chuncheng Ledger"), graph)
    yield Quad(me, node(DCT.description), zh("昆明的承诺与结果，每一条都附原文。"), graph)
    yield Quad(
        me,
        node(DCT.description),
        en("What Kunming promised and delivered, each with the words that say so."),
        graph,
    )
    yield Quad(me, node(DCT.license), node(_LICENCE), graph)
