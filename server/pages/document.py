"""The document about a thing as RDF: what is said of it, what points to it, and the words that say so."""

from __future__ import annotations

from pyoxigraph import NamedNode, Triple

from server.page_context import PageEngine
from server.pages.rows import construct, select


def describe(engine: PageEngine, thing: NamedNode) -> list[Triple]:
    """All triples with the thing as subject, links to it (bounded for each predicate), the evidence of the
    statements among them with their quotes, and labels of everything mentioned; empty if nothing is known.
    """
    triples = construct(engine, "document_subject", this=thing)
    for row in select(engine, "inverse_predicates", this=thing):
        triples += construct(engine, "document_inverse", this=thing, property=row["property"])
    if not triples:
        return []
    triples += construct(engine, "document_evidence", statements=_iris(triples))
    triples += construct(engine, "document_labels", things=_iris(triples))
    return sorted(set(triples), key=lambda triple: (triple.subject != thing, str(triple)))


def is_known(engine: PageEngine, thing: NamedNode) -> bool:
    """Whether the snapshot says anything about a thing."""
    return bool(select(engine, "document_known", this=thing))


def _iris(triples: list[Triple]) -> set[NamedNode]:
    terms = {term for triple in triples for term in (triple.subject, triple.predicate, triple.object)}
    return {term for term in terms if isinstance(term, NamedNode)}
