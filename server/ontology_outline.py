"""The ontology of a snapshot as its documentation needs it: what stands above and below a term, and what defines it.

Class expressions are written as the Manchester syntax of OWL 2 writes them (https://www.w3.org/TR/owl2-manchester-syntax/): in pieces, of
which a page links those that are terms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat

from ontology.skolem import GENID
from ontology.terms import CCL, PREFIXES, RDF, RDFS
from server.engine import Term

_OWL = PREFIXES["owl"]
_OWN = CCL.Thing.removesuffix("Thing")
#: A class expression in order: words, punctuation, and the terms that stand in it
Expression: TypeAlias = tuple[str | Term, ...]
#: Kinds of terms in the order of the documentation
KINDS = tuple(
    _OWL + name
    for name in (*("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual"),)
)
PROPERTY_KINDS = frozenset(KINDS[1:4])
CHARACTERISTICS = tuple(
    f"{_OWL}{name}Property"
    for name in (
        *("Functional", "InverseFunctional", "Transitive", "Symmetric", "Asymmetric", "Reflexive"),
        "Irreflexive",
    )
)
_QUANTIFIERS = {
    "someValuesFrom": "some",
    "allValuesFrom": "only",
    "hasValue": "value",
    "minCardinality": "min",
    "maxCardinality": "max",
    "cardinality": "exactly",
    "minQualifiedCardinality": "min",
    "maxQualifiedCardinality": "max",
    "qualifiedCardinality": "exactly",
}


@lru_cache(maxsize=4)  # of the snapshots that are served, and of days that are asked for
def read_outline(triples: bytes) -> Outline:
    """The outline of an ontology by its N-Triples."""
    return Outline((q.subject, q.predicate, q.object) for q in pyoxigraph.parse(triples, RdfFormat.N_TRIPLES))


class Outline:
    """An ontology's triples by subject and by object; never changes."""

    def __init__(self, triples: Iterable[tuple[object, NamedNode, object]]) -> None:
        self._said: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._of: dict[str, dict[str, list[NamedNode]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, object_ in triples:
            if not isinstance(subject, NamedNode) or not isinstance(object_, NamedNode | Literal):
                continue
            self._said[subject.value][predicate.value].append(object_)
            if isinstance(object_, NamedNode):
                self._of[object_.value][predicate.value].append(subject)
        for found in (self._said, self._of):
            found.default_factory = None
            for values in found.values():
                for terms in values.values():
                    terms.sort(key=str)

    def kind(self, term: str) -> str | None:
        """Which of KINDS a term is of, None for what the ontology doesn't define."""
        types = {found.value for found in self.values(term, RDF.type)}
        return next((kind for kind in KINDS if kind in types), None)

    def terms(self, kind: str) -> list[NamedNode]:
        """The ontology's own terms of a kind, in order of their names."""
        return [
            term
            for term in self.subjects(RDF.type, kind)
            if term.value.startswith(_OWN) and not term.value.startswith(GENID)
        ]

    def values(self, term: str, *predicates: str) -> list[Term]:
        """What is said of a term by these properties."""
        said = self._said.get(term, {})
        return [value for predicate in predicates for value in said.get(predicate, ())]

    def named(self, term: str, *predicates: str) -> list[NamedNode]:
        """As `values`, terms with names only: no anonymous classes, no texts."""
        return [
            value
            for value in self.values(term, *predicates)
            if isinstance(value, NamedNode) and not value.value.startswith(GENID)
        ]

    def subjects(self, predicate: str, value: str) -> list[NamedNode]:
        """Of what a property says that value."""
        return list(self._of.get(value, {}).get(predicate, ()))

    def above(self, term: str, predicate: str) -> list[NamedNode]:
        """All that stands above a class (rdfs:subClassOf) or property (rdfs:subPropertyOf), the nearest first."""
        found: dict[NamedNode, None] = {}
        level = self.named(term, predicate)
        while level:
            fresh = [each for each in level if each not in found and each.value != term]
            found.update(dict.fromkeys(fresh))
            level = [higher for each in fresh for higher in self.named(each.value, predicate)]
        return list(found)

    def roots(self, kind: str, predicate: str) -> list[NamedNode]:
        """Own terms of a kind above which no other own term stands."""
        return [
            term
            for term in self.terms(kind)
            if not any(above.value.startswith(_OWN) for above in self.named(term.value, predicate))
        ]

    def below(self, term: str, predicate: str) -> list[NamedNode]:
        """What stands right below."""
        return [each for each in self.subjects(predicate, term) if not each.value.startswith(GENID)]

    def inverses(self, term: str) -> list[NamedNode]:
        """Inverse properties, whichever of the two says so; itself where it is symmetric."""
        inverse = _OWL + "inverseOf"
        return sorted({*self.named(term, inverse), *self.subjects(inverse, term)}, key=str)

    def disjoint(self, term: str) -> list[NamedNode]:
        """Classes that share nothing with this one, or with one above it."""
        found: set[NamedNode] = set()
        for each in (term, *(higher.value for higher in self.above(term, RDFS.subClassOf))):
            found.update(self.named(each, _OWL + "disjointWith"))
            found.update(self.subjects(_OWL + "disjointWith", each))
        return sorted(found, key=str)

    def definitions(self, term: str) -> list[Expression]:
        """What a class is equivalent to."""
        return [tuple(self._write(value)) for value in self.values(term, _OWL + "equivalentClass")]

    def chains(self, term: str) -> list[list[NamedNode]]:
        """Chains of properties that lead to this one."""
        heads = self.values(term, _OWL + "propertyChainAxiom")
        return [[link for link in self._list(head) if isinstance(link, NamedNode)] for head in heads]

    def in_chains_of(self, term: str) -> list[NamedNode]:
        """Properties that follow from chains in which this one is a link."""
        properties = self.terms(_OWL + "ObjectProperty")
        return [
            p for p in properties if any(term in {c.value for c in chain} for chain in self.chains(p.value))
        ]

    def defined_with(self, term: str) -> list[NamedNode]:
        """Classes whose definition names this term."""
        return [
            cls
            for cls in self.terms(_OWL + "Class")
            if any(
                isinstance(p, NamedNode) and p.value == term for d in self.definitions(cls.value) for p in d
            )
        ]

    def _list(self, head: Term) -> Iterator[Term]:
        seen: set[str] = set()
        while head.value != RDF.type.removesuffix("type") + "nil" and head.value not in seen:
            seen.add(head.value)
            yield from self.values(head.value, _FIRST)
            rest = self.values(head.value, _REST)
            if not rest:
                return
            head = rest[0]

    def _write(self, node: Term, depth: int = 0) -> Iterator[str | Term]:
        """An expression piece by piece; what isn't understood is shown by its name, never left out."""
        if depth > _DEEPEST or isinstance(node, Literal) or not node.value.startswith(GENID):
            yield node
            return
        for name, word in (("intersectionOf", "and"), ("unionOf", "or")):
            for head in self.values(node.value, _OWL + name):
                if depth:
                    yield "("
                for number, part in enumerate(self._list(head)):
                    if number:
                        yield word
                    yield from self._write(part, depth + 1)
                if depth:
                    yield ")"
                return
        for inner in self.values(node.value, _OWL + "complementOf"):
            yield "not"
            yield from self._write(inner, depth + 1)
            return
        yield from self._write_restriction(node, depth)

    def _write_restriction(self, node: Term, depth: int) -> Iterator[str | Term]:
        properties = self.values(node.value, _OWL + "onProperty")
        for name, word in _QUANTIFIERS.items():
            for value in self.values(node.value, _OWL + name):
                if depth:
                    yield "("
                yield from properties
                yield word
                yield from self._write(value, depth + 1)
                yield from self.values(node.value, _OWL + "onClass")
                if depth:
                    yield ")"
                return
        yield node


_RDF = RDF.type.removesuffix("type")
_FIRST, _REST = _RDF + "first", _RDF + "rest"
_DEEPEST = 16
