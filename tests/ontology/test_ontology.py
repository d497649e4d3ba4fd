"""The ontology: consistent, documented, complete in Python, and able to catch a wrong individual."""

from __future__ import annotations

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from ontology.check import check_consistency
from ontology.generate import NAMESPACE, ONTOLOGY, TERMS, own_terms, render
from ontology.terms import CCL

PREFIX = f"@prefix ccl: <{NAMESPACE}> . @prefix ex: <urn:example:> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ONTOLOGY)


def graph(text: str) -> Graph:
    return Graph().parse(data=PREFIX + text, format="turtle")


def test_hermit_finds_it_consistent_with_no_unsatisfiable_class() -> None:
    report = check_consistency()
    assert report.consistent and report.unsatisfiable == ()


def test_a_promise_and_its_result_are_consistent() -> None:
    individuals = graph(
        """ex:area a ccl:District ; ccl:within ex:city . ex:city a ccl:PrefectureCity .
        ex:promise a ccl:Commitment ; ccl:agent ex:area ; ccl:value 40.0 ; ccl:bound ccl:atLeast ; ccl:year 2023 ;
            ccl:periodStart "2023-01-01"^^xsd:date .
        ex:result a ccl:Outcome ; ccl:fulfils ex:promise ; ccl:completionRate 167.5 ; ccl:estimated false ."""
    )
    assert check_consistency(individuals).consistent


@pytest.mark.parametrize(
    "wrong",
    [
        "ex:x a ccl:District, ccl:Person .",
        "ex:x a ccl:FunctionalZone, ccl:County .",
        "ex:x a ccl:Commitment, ccl:Outcome .",
        "ex:x a ccl:Commitment ; ccl:completionRate 100.0 .",
        'ex:x a ccl:Person ; ccl:divisionCode "530111" .',
        "ex:x a ccl:Company . ex:y ccl:holdsPost ex:p . ex:y a ccl:Town . ex:p a ccl:Post .",
        'ex:x a ccl:Commitment ; ccl:value "forty" .',
    ],
)
def test_a_wrong_individual_is_caught(wrong: str) -> None:
    assert not check_consistency(graph(wrong)).consistent


def test_every_term_has_label_and_definition_in_both_languages(ontology: Graph) -> None:
    for name in own_terms(ontology):
        term = URIRef(NAMESPACE + name)
        for predicate in (RDFS.label, SKOS.definition):
            languages = {o.language for o in ontology.objects(term, predicate)}  # type: ignore[union-attr]
            assert languages == {"zh", "en"}, (name, predicate)


def test_the_python_names_are_those_of_the_ontology(ontology: Graph) -> None:
    assert render(ontology) == TERMS.read_text(encoding="utf-8")
    assert CCL.Commitment == NAMESPACE + "Commitment"


def test_every_property_is_of_one_kind_and_every_foreign_term_is_declared(ontology: Graph) -> None:
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual)
    declared = {
        s: [k for k in kinds if (s, RDF.type, k) in ontology] for s in set(ontology.subjects(RDF.type))
    }
    assert [s for s, found in declared.items() if len(found) > 1] == []
    used = {
        o
        for p in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range)
        for o in ontology.objects(None, p)
    }
    datatypes = {o for o in used if str(o).startswith("http://www.w3.org/2001/XMLSchema#")}
    assert {o for o in used - datatypes if o not in declared} == {OWL.Thing}


def test_no_property_is_functional(ontology: Graph) -> None:
    assert list(ontology.subjects(RDF.type, OWL.FunctionalProperty)) == []
