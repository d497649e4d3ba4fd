"""The ledger graph: which outcome is the reported result of which commitment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Quad

from loaders.facts import Statement
from loaders.reconcile import Reconciler
from ontology.identifiers import graph_iri
from ontology.terms import CCL

from .rdf import claim_iri
from .terms import node


class Ledger:
    """Collects statements article by article; what it links doesn't depend on their order."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.reconciler = Reconciler()

    def add(self, statements: Iterable[Statement]) -> None:
        """Takes an article's statements in."""
        for statement in statements:
            self.reconciler.add(statement, claim_iri(self.base, statement))

    def quads(self) -> Iterator[Quad]:
        """`ccl:fulfils` from each outcome to the commitment that it is the result of, in graph/ledger."""
        graph = node(graph_iri(self.base, "ledger"))
        for outcome, commitment in self.reconciler.links():
            yield Quad(node(outcome), node(CCL.fulfils), node(commitment), graph)
