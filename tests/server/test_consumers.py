"""Tools of other people over our live server: rdflib reads, pySHACL validates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyshacl
import pytest
import rdflib

from graph.build import build
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.generate import ONTOLOGY
from ontology.identifiers import DEFAULT_BASE, graph_iri
from tests.conftest import ROOT

from .live import Server, running

ID = f"{DEFAULT_BASE}id"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("consumers")
    build(data, extract_files([ROOT / "articles"], Publication()), base=DEFAULT_BASE)
    with running(Path(data)) as served:
        yield served


def test_rdflib_follows_an_iri_to_what_is_known(server: Server) -> None:
    graph = rdflib.Graph().parse(f"http://127.0.0.1:{server.port}/id/area/530100")
    area = rdflib.URIRef(f"{ID}/area/530100")
    assert (area, rdflib.RDFS.label, rdflib.Literal("昆明市", lang="zh")) in graph
    assert graph.value(area, rdflib.RDF.type) is not None


def test_pyshacl_finds_an_article_as_it_should_be(server: Server) -> None:
    asked = "SELECT ?a { ?a a <https://w3id.org/chuncheng/def/Article> } ORDER BY ?a LIMIT 3"
    articles = [row["a"]["value"] for row in server.ask(asked).json["results"]["bindings"]]
    for article in articles:
        graph = rdflib.Graph()
        for name in (
            graph_iri(DEFAULT_BASE, "article", article.rsplit("/", 1)[1]),
            graph_iri(DEFAULT_BASE, "entities"),
        ):
            graph.parse(f"http://127.0.0.1:{server.port}/store?graph={quote(name, safe='')}")
        graph.parse(
            f"http://127.0.0.1:{server.port}/store?graph={quote(graph_iri(DEFAULT_BASE, 'places'), safe='')}"
        )
        shapes = rdflib.Graph().parse(ONTOLOGY.with_name("shapes.ttl"))
        conforms, _, report = pyshacl.validate(
            graph, shacl_graph=shapes, ont_graph=rdflib.Graph().parse(ONTOLOGY)
        )
        assert conforms, report[:3000]


def test_pyshacl_finds_what_is_wrong_with_it(server: Server) -> None:
    asked = "SELECT ?a { ?a a <https://w3id.org/chuncheng/def/Commitment> } ORDER BY ?a LIMIT 1"
    (commitment,) = [row["a"]["value"] for row in server.ask(asked).json["results"]["bindings"]]
    graph = rdflib.Graph().parse(commitment.replace(DEFAULT_BASE, f"http://127.0.0.1:{server.port}/"))
    graph.remove((rdflib.URIRef(commitment), rdflib.URIRef("https://w3id.org/chuncheng/def/evidence"), None))
    shapes = rdflib.Graph().parse(ONTOLOGY.with_name("shapes.ttl"))
    conforms, _, report = pyshacl.validate(
        graph, shacl_graph=shapes, ont_graph=rdflib.Graph().parse(ONTOLOGY)
    )
    assert not conforms
    assert commitment in report
