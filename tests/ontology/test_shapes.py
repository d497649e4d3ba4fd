"""The shapes catch what a build must not publish."""

from __future__ import annotations

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from graph.rdf import quads
from graph.validate import validate
from loaders.facts import Article
from loaders.pipeline import extract
from ontology.identifiers import DEFAULT_BASE

ARTICLE = Article("a", "某区今年要办的事", "2024年，呈贡区将新增公办幼儿园3所以上。")
PREFIXES = (
    "@prefix ccl: <https://w3id.org/chuncheng/def/> . @prefix ex: <urn:example:> . @prefix schema: <http://schema.org/> . "
    "@prefix oa: <http://www.w3.org/ns/oa#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
)
VALID = """
ex:a a ccl:Article ; rdfs:label "甲"@zh ; ccl:headline "甲" ; schema:articleBody "新增学位九百个" .
ex:span a ccl:EvidenceSpan ; oa:hasSource ex:a ; ccl:start 2 ; ccl:end 4 ; ccl:quote "学位" ; oa:hasSelector ex:at, ex:words .
ex:at oa:start 2 ; oa:end 4 . ex:words oa:exact "学位" .
ex:unit a ccl:Unit ; rdfs:label "个"@zh . ex:what a ccl:Indicator ; rdfs:label "学位"@zh .
ex:c a ccl:Commitment ; rdfs:label "学位 900个"@zh ; ccl:lowerBound 900.0 ; ccl:upperBound 900.0 ;
    ccl:indicator ex:what ; ccl:value 900.0 ; ccl:unit ex:unit ; ccl:bound ccl:exactly ;
    ccl:aspect ccl:level ; ccl:evidence ex:span ; ccl:article ex:a .
ex:s a ccl:Statement ; ccl:states ex:c ; ccl:article ex:a ; ccl:evidence ex:span .
"""


def check(turtle: str) -> list[str]:
    data = [Quad(t.subject, t.predicate, t.object) for t in parse(PREFIXES + turtle, format=RdfFormat.TURTLE)]
    return [str(v) for v in validate(ARTICLE, data)]


def test_what_the_loaders_read_conforms() -> None:
    assert validate(ARTICLE, quads(extract(ARTICLE), DEFAULT_BASE)) == []


def test_a_valid_graph_conforms() -> None:
    assert check(VALID) == []


#: change to the valid graph → what the violation says
WRONG = {
    ("ccl:evidence ex:span ; ccl:article ex:a .\nex:s", "ccl:article ex:a .\nex:s"): "evidence",
    ("ccl:unit ex:unit ;", ""): "unit, a bound and an aspect",
    ("ccl:value 900.0", 'ccl:value "900"'): "xsd:decimal",
    ("ccl:indicator ex:what ;", ""): "exactly one indicator",
    ("ccl:start 2", "ccl:start 4"): "starts before it ends",
    ('ccl:quote "学位"', 'ccl:quote "学生"'): "very slice",
    ("a ccl:Commitment ;", "a ccl:Commitment, ccl:Outcome ;"): "no outcome",
    ("ccl:aspect ccl:level ;", "ccl:aspect ccl:level ; ccl:completionRate 100.0 ;"): "no completion rate",
    ('ccl:headline "甲"', 'ccl:headline "甲" ; ccl:published "2024"'): "xsd:date",
    ('a ccl:Unit ; rdfs:label "个"@zh', "a ccl:Unit"): "label",
    ("ccl:states ex:c ;", "ccl:states ex:c, ex:d ;"): "exactly one claim",
    ("ex:s a", 'ex:x a ccl:District, ccl:Person ; rdfs:label "某区"@zh .\nex:s a'): "person is no place",
    ("ex:s a", 'ex:x a ccl:County, ccl:Park ; rdfs:label "某区"@zh .\nex:s a'): "administrative area is no",
    ("ex:s a", "ex:r a ccl:Relation ; ccl:subject ex:x .\nex:s a"): "relation",
    ("ccl:evidence ex:span .\n", "ccl:evidence ex:span ; ccl:confidence 1.5 .\n"): "between 0 and 1",
}


@pytest.mark.parametrize(("change", "says"), WRONG.items(), ids=list(WRONG.values()))
def test_each_shape_catches_its_wrong_graph(change: tuple[str, str], says: str) -> None:
    old, new = change
    assert old in VALID
    assert any(says in violation for violation in check(VALID.replace(old, new, 1)))


def test_a_violation_names_article_and_node() -> None:
    [violation] = check(VALID.replace("ccl:indicator ex:what ;", ""))
    assert "某区今年要办的事" in violation and "urn:example:c" in violation
