"""The document about a thing as RDF: what is said of it, what points to it, and the words that say so.

What points to a thing is a collection for each property, with its number, told by Hydra (https://www.hydra-cg.com/spec/latest/core/):
its first members stand in the document, all of them on pages of the collection's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from graph.dataset import LICENCE
from ontology.skolem import GENID
from ontology.terms import DCT, PREFIXES, RDF, XSD
from server import links
from server.page_context import PageEngine, Served
from server.pages.rows import construct, select

PAGE_SIZE = 200  #: links in a document by one property, and on a page of them
HYDRA = "http://www.w3.org/ns/hydra/core#"
_TOPIC = NamedNode(PREFIXES["foaf"] + "primaryTopic")
_TYPE = NamedNode(RDF.type)


@dataclass(frozen=True, slots=True)
class LinksPage:
    """A page of what points to a thing by a property."""

    by: NamedNode
    page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are: one at least."""
        return max(1, -(-self.total // PAGE_SIZE))

    def query(self, page: int | None = None) -> str:
        """The query string of the collection, or of a page of it."""
        collection = f"links={quote(self.by.value, safe='')}"
        return collection if page is None else f"{collection}&page={page}"

    def neighbours(self) -> list[tuple[str, int]]:
        """The first, last, previous and next page with their relations, as far as there are any."""
        found = [("first", 1), ("last", self.pages)]
        if self.page > 1:
            found.append(("previous", self.page - 1))
        if self.page < self.pages:
            found.append(("next", self.page + 1))
        return found


def describe(served: Served, thing: NamedNode, path: str) -> list[Triple]:
    """All triples with the thing as subject, links to it (the first for each predicate, counted), the evidence of the
    statements among them with their quotes and articles, and labels of everything mentioned, and what defines a
    class; empty if nothing is known.
    """
    engine = served.engine
    triples = construct(engine, "document_subject", this=thing)
    controls: list[Triple] = []
    for row in select(engine, "inverse_predicates", this=thing):
        found = LinksPage(_property(row["property"]), 1, int(row["links"].value))
        triples += _members(engine, thing, found)
        controls += _control(served, thing, path, found)
    if not triples:
        return []
    if any(isinstance(t.object, NamedNode) and t.object.value.startswith(GENID) for t in triples):
        triples += construct(engine, "document_expressions", this=thing)
    about = NamedNode(links.canonical_document(path, served.base))
    if about != thing:
        controls.append(Triple(about, _TOPIC, thing))
        controls.append(Triple(about, NamedNode(DCT.license), NamedNode(LICENCE)))
    return _complete(engine, thing, triples, controls)


def describe_links(served: Served, thing: NamedNode, path: str, found: LinksPage) -> list[Triple]:
    """A page of what points to a thing by a property, with evidence and labels as in the document itself."""
    members = _members(served.engine, thing, found)
    return _complete(served.engine, thing, members, [*_control(served, thing, path, found)])


def count_links(engine: PageEngine, thing: NamedNode, property: NamedNode) -> int:
    """How many things point to a thing by a property."""
    return int(select(engine, "inverse_count", this=thing, property=property)[0]["links"].value)


def is_known(engine: PageEngine, thing: NamedNode) -> bool:
    """Whether the snapshot says anything about a thing."""
    return bool(select(engine, "document_known", this=thing))


def _members(engine: PageEngine, thing: NamedNode, found: LinksPage) -> list[Triple]:
    offset = (found.page - 1) * PAGE_SIZE
    return construct(
        engine, "document_inverse", this=thing, property=found.by, limit=PAGE_SIZE, offset=offset
    )


def _complete(
    engine: PageEngine, thing: NamedNode, triples: list[Triple], controls: list[Triple]
) -> list[Triple]:
    triples = triples + construct(engine, "document_evidence", statements=_iris(triples))
    triples += construct(engine, "document_labels", things=_iris(triples))
    return sorted({*triples, *controls}, key=lambda triple: (triple.subject != thing, str(triple)))


def _control(served: Served, thing: NamedNode, path: str, found: LinksPage) -> Iterator[Triple]:
    """The collection with the number of its members and what makes one a member; its pages where it has several."""
    document = f"{served.base}doc/{path}"
    collection = NamedNode(f"{document}?{found.query()}")
    pattern = NamedNode(f"{collection.value}#members")
    yield Triple(collection, _TYPE, _hydra("Collection"))
    yield Triple(collection, _hydra("totalItems"), Literal(str(found.total), datatype=NamedNode(XSD.integer)))
    yield Triple(collection, _hydra("memberAssertion"), pattern)
    yield Triple(pattern, _hydra("property"), found.by)
    yield Triple(pattern, _hydra("object"), thing)
    if found.pages == 1:
        return
    view = NamedNode(f"{document}?{found.query(found.page)}")
    yield Triple(collection, _hydra("view"), view)
    yield Triple(view, _TYPE, _hydra("PartialCollectionView"))
    for relation, page in found.neighbours():
        yield Triple(view, _hydra(relation), NamedNode(f"{document}?{found.query(page)}"))


def _hydra(name: str) -> NamedNode:
    return NamedNode(HYDRA + name)


def _property(term: object) -> NamedNode:
    assert isinstance(term, NamedNode)
    return term


def _iris(triples: list[Triple]) -> set[NamedNode]:
    terms = {term for triple in triples for term in (triple.subject, triple.predicate, triple.object)}
    return {term for term in terms if isinstance(term, NamedNode)}
