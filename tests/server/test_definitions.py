"""The documentation of the ontology at /def/ and of each of its terms, from the snapshot alone, in pages and as RDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from rdflib import OWL, RDF, Graph, URIRef
from rdflib.collection import Collection

from graph.build import build
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.generate import NAMESPACE, ONTOLOGY
from ontology.identifiers import DEFAULT_BASE
from tests.server.live import Server, running

ARTICLE = "---\npublished: 2024-02-01\nheadline: 口袋公园进社区\n---\n\n2023年，呈贡区新增口袋公园30个，完成率120%。盘龙江截污工程已开工。\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pages, data = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("data")
    (pages / "one.md").write_text(ARTICLE, "utf-8")
    build(data, extract_files([pages], Publication()), base=DEFAULT_BASE)
    with running(data, client_budget=0) as server:
        yield server


def words(server: Server, path: str, language: str = "en") -> str:
    """What a page's main part says, on one line."""
    reply = server.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert reply.status_code == 200
    main = reply.text[reply.text.index("<main") : reply.text.index("</main>")]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


@pytest.mark.parametrize(
    ("term", "said"),
    [
        (
            "FulfilledCommitment",
            [
                "Commitment and ( met by some Outcome )",
                "Superclasses Commitment",
                "members are inferred",
                "Further above schema:PlanAction , Claim",
                "Promises by district",
            ],
        ),
        (
            "CurrentDistrictOfficial",
            ["Person and ( currently serves some County-level area )", "Superclasses Person"],
        ),
        ("MissedTarget", ["Claim and ( status value missed )"]),
        (
            "Organization",
            ["Subclasses Association , Company", "Properties of it body of", "Properties from Thing"],
        ),
        ("Phase", ["Individuals completed , in operation , planning , started , under construction"]),
        ("Project", ["Things of this class: 1", "盘龙江截污工程", "Near terms elsewhere foaf:Project"]),
        (
            "within",
            ["Characteristics transitive", "Domain Place", "Range Place", "Triples with this property"],
        ),
        ("fulfils", ["Inverse fulfilled by"]),
        (
            "currentlyServes",
            ["Follows from chains", "current tenure ∘ organization ∘ body of → currently serves"],
        ),
        ("bodyOf", ["Part of chains to currently serves", "Used in the definition of County-level body"]),
        ("started", ["individual", "Is a Phase", "Beside it completed", "phase 2"]),
        ("published", ["annotation property", "Classes of things that have it", "Article 1", "2024-02-01"]),
        ("Hospital", ["Not used."]),
    ],
)
def test_a_term_tells_where_it_stands_and_what_the_data_has_of_it(
    server: Server, term: str, said: list[str]
) -> None:
    text = words(server, f"/doc/def/{term}")
    assert [each for each in said if each not in text] == []


def test_both_languages_define_each_term(server: Server) -> None:
    for language, heading in (("en", "Superclasses"), ("zh", "上位类")):
        text = words(server, "/doc/def/Commitment", language)
        assert heading in text
        assert "说要做到的事" in text and "What somebody says will be done." in text


def test_every_term_of_the_ontology_is_listed_and_has_a_page(server: Server) -> None:
    ontology = Graph().parse(ONTOLOGY)
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual)
    own = sorted(
        str(term).removeprefix(NAMESPACE)
        for kind in kinds
        for term in ontology.subjects(RDF.type, kind)
        if isinstance(term, URIRef) and str(term).startswith(NAMESPACE)
    )
    assert len(own) > 200
    page = server.get("/doc/def/", headers={"Accept": "text/html"}).text
    assert [name for name in own if f'href="/doc/def/{name}"' not in page] == []
    text = words(server, "/doc/def/")
    assert "Chuncheng Ledger ontology" in text and "Version" in text
    assert re.search(r"Phase report 阶段报道 ccl:PhaseReport 1 ", text)
    for name in own[:: len(own) // 12]:
        assert f"ccl:{name}" in words(server, f"/doc/def/{name}")


def test_rdf_documents_hold_the_definitions_whole(server: Server) -> None:
    for path in ("/doc/def/FulfilledCommitment.ttl", "/doc/def/.ttl"):
        graph = Graph().parse(data=server.get(path).data, format="turtle")
        expression = graph.value(URIRef(NAMESPACE + "FulfilledCommitment"), OWL.equivalentClass)
        first, restriction = Collection(graph, graph.value(expression, OWL.intersectionOf))
        assert str(first) == NAMESPACE + "Commitment"
        assert graph.value(restriction, OWL.someValuesFrom) == URIRef(NAMESPACE + "Outcome")
    graph = Graph().parse(data=server.get("/doc/def/organization.ttl").data, format="turtle")
    chain = graph.value(URIRef(NAMESPACE + "organization"), OWL.propertyChainAxiom)
    assert [str(link).removeprefix(NAMESPACE) for link in Collection(graph, chain)] == ["post", "postIn"]


def test_the_whole_ontology_comes_as_it_is_in_the_file(server: Server) -> None:
    served = Graph().parse(data=server.get("/doc/def/.nt").data, format="nt")
    file = Graph().parse(ONTOLOGY)
    own = {(s, p) for s, p, _ in file if isinstance(s, URIRef) and str(s).startswith(NAMESPACE)}
    assert own == {(s, p) for s, p, _ in served if str(s).startswith(NAMESPACE) and "/genid/" not in str(s)}
