"""Tools of other people over our live server: rdflib reads, pySHACL validates, Comunica queries."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
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
        said = sorted({str(subject) for subject in graph.subjects()})
        graph.parse(
            f"http://127.0.0.1:{server.port}/store?graph={quote(graph_iri(DEFAULT_BASE, 'places'), safe='')}"
        )
        conforms, report = shacl(graph, said)
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


CLASSES = """
PREFIX ccl: <https://w3id.org/chuncheng/def/>
SELECT ?class (MIN(?each) AS ?thing) WHERE {
  ?each a ?class . FILTER(STRSTARTS(STR(?class), STR(ccl:)) && isIRI(?each))
} GROUP BY ?class ORDER BY ?class
"""


def test_rdflib_reads_a_thing_of_every_class_by_its_iri(server: Server) -> None:
    rows = server.ask(CLASSES).json["results"]["bindings"]
    assert len(rows) > 50
    for row in rows:
        thing, cls = (rdflib.URIRef(row[name]["value"]) for name in ("thing", "class"))
        local = str(thing).replace(DEFAULT_BASE, f"http://127.0.0.1:{server.port}/")
        assert (thing, rdflib.RDF.type, cls) in rdflib.Graph().parse(local), thing


@pytest.fixture(scope="module")
def documents(server: Server) -> tuple[rdflib.Graph, list[str]]:
    """The documents of a thing of every class in one graph, and the things."""
    rows = server.ask(CLASSES).json["results"]["bindings"]
    # An article is told whole by its graph: its document has no triples of others, which its relations tell of.
    things = sorted({row["thing"]["value"] for row in rows if "/id/article/" not in row["thing"]["value"]})
    graph = rdflib.Graph()
    for thing in things:
        path = thing.replace(f"{DEFAULT_BASE}id/", "/doc/").replace(f"{DEFAULT_BASE}def/", "/doc/def/")
        graph.parse(data=server.get(f"{path}.nt").data, format="nt")
    return graph, things


def shacl(graph: rdflib.Graph, things: list[str]) -> tuple[bool, str]:
    """What pySHACL says of things by our shapes, seen together with the ontology."""
    shapes = rdflib.Graph().parse(ONTOLOGY.with_name("shapes.ttl"))
    conforms, _, report = pyshacl.validate(
        graph, shacl_graph=shapes, ont_graph=rdflib.Graph().parse(ONTOLOGY), focus_nodes=things
    )
    return conforms, report


def test_pyshacl_finds_a_document_of_every_class_as_it_should_be(
    documents: tuple[rdflib.Graph, list[str]],
) -> None:
    """The thing that a document is about is told in full; of what it mentions there is but a part."""
    conforms, report = shacl(*documents)
    assert conforms, report[:3000]


def test_pyshacl_finds_what_is_damaged_in_documents(documents: tuple[rdflib.Graph, list[str]]) -> None:
    graph, things = documents
    own = "https://w3id.org/chuncheng/def/"
    (damaged,) = [t for t in things if "/id/phase-report/" in t][:1]
    copy = rdflib.Graph()
    copy += graph
    copy.remove((rdflib.URIRef(damaged), rdflib.URIRef(own + "evidence"), None))
    conforms, report = shacl(copy, [damaged])
    assert not conforms
    assert damaged in report


COMUNICA = ROOT / "tests" / "comunica"
PROMISES = """
PREFIX ccl: <https://w3id.org/chuncheng/def/>
SELECT ?outcome ?target ?result WHERE {
  ?outcome ccl:fulfils ?commitment ; ccl:value ?result .
  ?commitment ccl:value ?target .
}
"""
GRAPHS = """
PREFIX ccl: <https://w3id.org/chuncheng/def/>
SELECT ?graph (COUNT(*) AS ?promises) WHERE { GRAPH ?graph { ?promise a ccl:Commitment } } GROUP BY ?graph
"""


@pytest.mark.parametrize(
    ("kind", "path", "query"),
    [
        ("auto", "/fragments", PROMISES),
        ("auto", "/fragments/quads", GRAPHS),
        ("sparql", "/sparql", PROMISES),
    ],
)
def test_comunica_finds_what_our_own_engine_finds(server: Server, kind: str, path: str, query: str) -> None:
    address = f"http://127.0.0.1:{server.port}{path}"
    found = subprocess.run(
        [_node(), "ask.mjs", kind, address],
        input=query, capture_output=True, text=True, timeout=120, check=True, cwd=COMUNICA,
    )  # fmt: skip
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    own = [
        {name: value["value"] for name, value in row.items()}
        for row in server.ask(query).json["results"]["bindings"]
    ]
    assert own
    assert sorted(sorted(row.items()) for row in rows) == sorted(sorted(row.items()) for row in own)


def _node() -> str:
    """Node of the machine, or the one that `make` puts into the environment."""
    own = ROOT / ".venv" / "node"
    found = shutil.which("node", path=f"{own}{os.pathsep}{os.environ['PATH']}")
    assert found, "Node is missing: run make test, which brings it"
    return found
