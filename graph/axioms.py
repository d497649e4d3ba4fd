"""The ontology's axioms as OWL 2 RL rules: those that one triple sets off, and those that join several.

A rule of one triple (subclass, subproperty, domain, range, inverse, symmetric property: cax-sco, prp-spo1, prp-dom, prp-rng, prp-inv,
prp-symp of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules) needs nothing but that triple, so
it works article by article and line by line; all that it leads to is worked out here, once. A rule that joins (property chain,
defined class: prp-spo2, cls-svf1, cls-hv2, cls-int1, cls-uni) becomes a SPARQL query; transitive properties (prp-trp) are named. An
axiom of any other kind raises UnsupportedAxiomError: nothing is left out in silence.

Foreign terms are followed, not concluded: `rdfs:subClassOf` in graph/ontology says what stands above ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from typing import Literal, TypeAlias

from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.collection import Collection
from rdflib.term import Node

from ontology.errors import ChunchengError
from ontology.generate import NAMESPACE, ONTOLOGY

#: Where a conclusion puts the subject or the object of the triple that sets it off, or a term of its own.
End: TypeAlias = Literal["subject", "object"] | Node


class UnsupportedAxiomError(ChunchengError):
    """The ontology says something that the materialiser doesn't know how to infer from."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A triple that follows from another one: its subject, its predicate, its object."""

    subject: End
    predicate: URIRef
    object: End


@dataclass(frozen=True, slots=True)
class Join:
    """A rule over several triples: `construct` gives only what isn't known yet; `reads` are the predicates and classes that it needs."""

    name: str
    construct: str
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Axioms:
    """What the axioms say: conclusions by predicate, conclusions by class, and the joins."""

    of_predicate: dict[str, tuple[Conclusion, ...]]
    of_class: dict[str, tuple[Conclusion, ...]]
    joins: tuple[Join, ...]
    transitive: tuple[str, ...]
    disjoint: frozenset[tuple[str, str]]

    def excluded(self, classes: frozenset[str]) -> list[tuple[str, str]]:
        """Pairs of these classes, all of one thing, that the ontology says share nothing."""
        return _excluded(self.disjoint, classes)


@lru_cache(maxsize=4096)  # things are of few combinations of classes
def _excluded(disjoint: frozenset[tuple[str, str]], classes: frozenset[str]) -> list[tuple[str, str]]:
    return sorted(pair for pair in combinations(sorted(classes), 2) if pair in disjoint)


#: Predicates of the ontology that no rule comes from: declarations, annotations, the parts of expressions, disjointness (checked by SHACL).
_NO_RULE = {
    *(OWL.disjointWith, OWL.onProperty, OWL.someValuesFrom, OWL.hasValue, OWL.intersectionOf, OWL.unionOf),
    *(OWL.versionIRI, OWL.versionInfo, RDF.first, RDF.rest, RDFS.label, RDFS.comment, RDFS.isDefinedBy),
}
_RULES_OF_ONE = {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.inverseOf}
_JOINING = {OWL.equivalentClass, OWL.propertyChainAxiom}
_SOMETHING = BNode("something")  # what must exist and has no name
_KINDS = {
    *(OWL.Ontology, OWL.Class, OWL.Restriction, OWL.ObjectProperty, OWL.DatatypeProperty),
    *(OWL.AnnotationProperty, OWL.NamedIndividual, OWL.TransitiveProperty, OWL.SymmetricProperty),
}


@cache
def read_axioms(path: Path = ONTOLOGY) -> Axioms:
    """The rules of an ontology's file; raises UnsupportedAxiomError for an axiom that no rule is known for."""
    return _Reader(Graph().parse(path)).read()


class _Reader:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.objects = set(graph.subjects(RDF.type, OWL.ObjectProperty))
        self.annotations = set(graph.subjects(RDF.type, OWL.AnnotationProperty))

    def read(self) -> Axioms:
        self._refuse_what_is_unknown()
        properties = (self.objects | set(self.graph.subjects(RDF.type, OWL.DatatypeProperty))) - {
            p for p in self.graph.subjects() if isinstance(p, BNode)
        }
        classes = {c for c in self.graph.subjects(RDF.type, OWL.Class) if isinstance(c, URIRef)}
        of_predicate = {
            str(p): self._all_conclusions(Conclusion("subject", p, "object"))
            for p in properties
            if isinstance(p, URIRef)
        }
        of_class = {str(c): self._all_conclusions(Conclusion("subject", RDF.type, c)) for c in classes}
        return Axioms(
            {p: found for p, found in of_predicate.items() if found},
            {c: found for c, found in of_class.items() if found},
            tuple(sorted(self._joins(), key=lambda join: join.name)),
            tuple(sorted(str(p) for p in self.graph.subjects(RDF.type, OWL.TransitiveProperty))),
            frozenset(
                pair
                for one, other in self.graph.subject_objects(OWL.disjointWith)
                for pair in ((str(one), str(other)), (str(other), str(one)))
            ),
        )

    def _refuse_what_is_unknown(self) -> None:
        for s, p, o in self.graph:
            if p == RDF.type:
                known = o in _KINDS or not str(o).startswith(str(OWL))
            else:
                known = (
                    p in _NO_RULE or p in _RULES_OF_ONE or p in _JOINING or p in self.annotations
                )  # an individual's facts may be anything that the ontology declares
                known = known or p in self.objects or (p, RDF.type, OWL.DatatypeProperty) in self.graph
            if not known:
                raise UnsupportedAxiomError(
                    f"{s} {p} {o}: graph/axioms.py has no rule for this; add one, or say it otherwise"
                )

    # Rules of one triple

    def _all_conclusions(self, given: Conclusion) -> tuple[Conclusion, ...]:
        """Everything of ours that follows from the triple alone, in a stable order."""
        found = {given}
        open_ = [given]
        while open_:
            for conclusion in self._conclusions(open_.pop()):
                if conclusion not in found:
                    found.add(conclusion)
                    open_.append(conclusion)
        return tuple(sorted((c for c in found - {given} if self._is_ours(c)), key=repr))

    @staticmethod
    def _is_ours(c: Conclusion) -> bool:
        if _SOMETHING in (c.subject, c.object):
            return False
        said = c.object if c.predicate == RDF.type else c.predicate
        return str(said).startswith(NAMESPACE)

    def _conclusions(self, of: Conclusion) -> Iterator[Conclusion]:
        if of.predicate == RDF.type:
            for expression in (*self._above(of.object), *self._equal(of.object)):
                yield from self._members(of.subject, expression)
            return
        for above in self.graph.objects(of.predicate, RDFS.subPropertyOf):
            yield Conclusion(of.subject, URIRef(str(above)), of.object)
        for domain in self.graph.objects(of.predicate, RDFS.domain):
            yield from self._members(of.subject, domain)
        if of.predicate not in self.objects:
            return
        for range_ in self.graph.objects(of.predicate, RDFS.range):
            yield from self._members(of.object, range_)
        inverses = {
            *self.graph.objects(of.predicate, OWL.inverseOf),
            *self.graph.subjects(OWL.inverseOf, of.predicate),
        }
        if (of.predicate, RDF.type, OWL.SymmetricProperty) in self.graph:
            inverses.add(of.predicate)
        for inverse in inverses:
            yield Conclusion(of.object, URIRef(str(inverse)), of.subject)

    def _above(self, cls: End) -> Iterable[Node]:
        return self.graph.objects(cls, RDFS.subClassOf) if isinstance(cls, URIRef) else ()

    def _equal(self, cls: End) -> Iterable[Node]:
        if isinstance(cls, URIRef):
            yield from self.graph.objects(cls, OWL.equivalentClass)
            yield from self.graph.subjects(OWL.equivalentClass, cls)

    def _members(self, end: End, expression: Node) -> Iterator[Conclusion]:
        """What being a member of the class says (cax-sco, cls-int2, cls-hv1)."""
        if isinstance(expression, URIRef):
            if expression != OWL.Thing:
                yield Conclusion(end, RDF.type, expression)
            return
        value = self.graph.value(expression, OWL.hasValue)
        if value is not None:
            yield Conclusion(end, self._property(expression), value)
        elif (expression, OWL.intersectionOf, None) in self.graph:
            for part in self._list(expression, OWL.intersectionOf):
                yield from self._members(end, part)
        elif (expression, OWL.someValuesFrom, None) in self.graph:
            # That there is something, not what: OWL 2 RL has no rule for it. What it says of the member itself stays true.
            yield Conclusion(end, self._property(expression), _SOMETHING)
        else:
            raise UnsupportedAxiomError(
                "graph/axioms.py: a class above another is a name, an intersection or a restriction to a value"
            )

    # Joins

    def _joins(self) -> Iterator[Join]:
        for prop, chain in self.graph.subject_objects(OWL.propertyChainAxiom):
            links = [str(link) for link in Collection(self.graph, chain)]
            body = " ".join(f"?v{i} <{link}> ?v{i + 1} ." for i, link in enumerate(links))
            name = f"chain {' '.join(map(_local, links))} to {_local(prop)}"
            yield _join(name, f"?v0 <{prop}> ?v{len(links)}", body, set(links))
        for cls, expression in self.graph.subject_objects(OWL.equivalentClass):
            if isinstance(cls, BNode) or isinstance(expression, URIRef):
                raise UnsupportedAxiomError(
                    f"{cls} {expression}: graph/axioms.py knows a named class with a definition, nothing else"
                )
            pattern = _Pattern(self)
            body = pattern.of("?x", expression)
            yield _join(f"defined {_local(cls)}", f"?x a <{cls}>", body, pattern.reads)

    def _property(self, restriction: Node) -> URIRef:
        prop = self.graph.value(restriction, OWL.onProperty)
        if not isinstance(prop, URIRef):
            raise UnsupportedAxiomError("graph/axioms.py: a restriction is on a named property")
        return prop

    def _list(self, expression: Node, of: URIRef) -> list[Node]:
        head = self.graph.value(expression, of)
        return [] if head is None else list(Collection(self.graph, head))


class _Pattern:
    """Writes what makes something a member of a class expression as a graph pattern (cls-svf1, cls-hv2, cls-int1, cls-uni)."""

    def __init__(self, reader: _Reader) -> None:
        self.reader, self.graph = reader, reader.graph
        self.reads: set[str] = set()
        self._variables = 0

    def of(self, variable: str, expression: Node) -> str:
        if isinstance(expression, URIRef):
            self.reads.add(str(expression))
            return "" if expression == OWL.Thing else f"{variable} a <{expression}> ."
        if (expression, OWL.intersectionOf, None) in self.graph:
            parts = self.reader._list(expression, OWL.intersectionOf)
            # What is related comes before what is of a class: it is the rarer.
            return " ".join(self.of(variable, p) for p in sorted(parts, key=lambda p: isinstance(p, URIRef)))
        if (expression, OWL.unionOf, None) in self.graph:
            parts = self.reader._list(expression, OWL.unionOf)
            return " UNION ".join(f"{{ {self.of(variable, p)} }}" for p in parts)
        value, some = (self.graph.value(expression, p) for p in (OWL.hasValue, OWL.someValuesFrom))
        if isinstance(value, URIRef | RdfLiteral):
            prop = self.reader._property(expression)
            self.reads.add(str(prop))
            return f"{variable} <{prop}> {value.n3()} ."
        if some is not None:
            prop = self.reader._property(expression)
            self.reads.add(str(prop))
            self._variables += 1
            other = f"?o{self._variables}"
            return f"{variable} <{prop}> {other} . {self.of(other, some)}"
        raise UnsupportedAxiomError(
            "graph/axioms.py: a definition is made of names, intersections, unions and restrictions to a class or a value"
        )


def _join(name: str, head: str, body: str, reads: set[str]) -> Join:
    construct = f"CONSTRUCT {{ {head} }} WHERE {{ {body} FILTER NOT EXISTS {{ {head} }} }}"
    return Join(name, construct, frozenset(reads))


def _local(term: Node | str) -> str:
    return str(term).rsplit("/", 1)[-1].rsplit("#", 1)[-1]
