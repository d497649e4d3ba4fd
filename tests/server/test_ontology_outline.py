"""How the documentation reads an ontology: expressions as Manchester syntax writes them, hierarchies, chains."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from server.ontology_outline import Outline, read_outline

PREFIXES = """@prefix : <https://w3id.org/chuncheng/def/> . @prefix g: <https://w3id.org/chuncheng/def/genid/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"


def outline(turtle: str) -> Outline:
    store = Store()
    store.load(PREFIXES + turtle, RdfFormat.TURTLE)  # type: ignore[arg-type]
    return read_outline(store.dump(format=RdfFormat.N_TRIPLES, from_graph=_default()))


def _default() -> object:
    from pyoxigraph import DefaultGraph

    return DefaultGraph()


def own(*names: str) -> list[NamedNode]:
    return [NamedNode(f"https://w3id.org/chuncheng/def/{name}") for name in names]


def written(found: Outline, name: str) -> list[str]:
    return [
        " ".join(
            piece if isinstance(piece, str) else piece.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
            for piece in definition
        )
        for definition in found.definitions(own(name)[0].value)
    ]


@pytest.mark.parametrize(
    ("definition", "reads"),
    [
        (
            "g:a . g:a owl:unionOf g:l . g:l rdf:first :A ; rdf:rest g:m . g:m rdf:first :B ; rdf:rest rdf:nil",
            "A or B",
        ),
        (
            "g:a . g:a owl:intersectionOf g:l . g:l rdf:first :A ; rdf:rest g:m . g:m rdf:first g:r ; rdf:rest rdf:nil . "
            "g:r owl:onProperty :p ; owl:someValuesFrom g:u . g:u owl:unionOf g:n . g:n rdf:first :B ; rdf:rest g:o . "
            "g:o rdf:first :C ; rdf:rest rdf:nil",
            "A and ( p some ( B or C ) )",
        ),
        ("g:r . g:r owl:onProperty :p ; owl:hasValue :b", "p value b"),
        ("g:r . g:r owl:onProperty :p ; owl:allValuesFrom g:n . g:n owl:complementOf :B", "p only not B"),
        ('g:r . g:r owl:onProperty :p ; owl:minQualifiedCardinality "2" ; owl:onClass :B', "p min 2 B"),
        (":B", "B"),
        # What isn't understood is named, and what leads back to itself ends.
        ("g:x . g:x owl:oneOf g:y", "x"),
        ("g:l . g:l owl:intersectionOf g:m . g:m rdf:first :A ; rdf:rest g:m", "A"),
    ],
)
def test_definitions_read_as_manchester_syntax_does(definition: str, reads: str) -> None:
    assert written(outline(f":D a owl:Class ; owl:equivalentClass {definition} ."), "D") == [reads]


def test_what_stands_above_is_told_nearest_first_and_a_circle_ends() -> None:
    found = outline(":A rdfs:subClassOf :B . :B rdfs:subClassOf :C , :A . :C rdfs:subClassOf <http://e/F> .")
    assert found.above(own("A")[0].value, SUBCLASS) == [*own("B", "C"), NamedNode("http://e/F")]
    assert found.below(own("C")[0].value, SUBCLASS) == own("B")


def test_disjointness_is_told_of_both_and_of_what_stands_below() -> None:
    found = outline(":Below rdfs:subClassOf :A . :A owl:disjointWith :B . :C owl:disjointWith :A .")
    for name, others in (("A", "BC"), ("Below", "BC"), ("B", "A")):
        assert found.disjoint(own(name)[0].value) == own(*others)


def test_inverses_and_chains_are_told_of_all_that_take_part() -> None:
    found = outline(
        ":p a owl:ObjectProperty ; owl:inverseOf :q . :r a owl:ObjectProperty ; owl:propertyChainAxiom g:l ."
        "g:l rdf:first :p ; rdf:rest g:m . g:m rdf:first :q ; rdf:rest rdf:nil ."
    )
    p, q, r = (node.value for node in own("p", "q", "r"))
    assert (found.inverses(p), found.inverses(q)) == (own("q"), own("p"))
    assert found.chains(r) == [own("p", "q")]
    assert found.in_chains_of(p) == own("r")
