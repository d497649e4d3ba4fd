"""Triple and quad pattern fragments: what matches, the number, the pages, the controls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse
from rdflib import VOID

from server.negotiate import GRAPH_FORMATS
from tests.server.conftest import BASE, Publish
from tests.server.live import Server, running

HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
SELF = NamedNode("x:s")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, publish: Publish) -> Iterator[Server]:
    """250 triples of one subject in one graph, 30 of them in another, too, and literals of all kinds."""
    graphs = NamedNode("x:g"), NamedNode("x:h")
    quads = [Quad(SELF, NamedNode("x:p"), Literal(f"{number:03}"), graphs[0]) for number in range(250)]
    quads += [Quad(quad.subject, quad.predicate, quad.object, graphs[1]) for quad in quads[:30]]
    quads += [Quad(NamedNode("x:loop"), NamedNode("x:q"), NamedNode("x:loop"), graphs[0])]
    quads += [Quad(NamedNode("x:l"), NamedNode("x:q"), literal, graphs[0]) for literal in LITERALS]
    data: Path = tmp_path_factory.mktemp("fragments")
    publish(data, quads)
    with running(data) as served:
        yield served


LITERALS = [
    Literal("滇池"),
    Literal("滇池", language="zh"),
    Literal('says "so"', language="en"),
    Literal("7", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
    Literal("two\nlines \\ back"),
    Literal(""),
]


def get(server: Server, path: str = "/fragments", **parameters: str) -> tuple[str, list[Quad], rdflib.Graph]:
    """Address, data and controls of a page."""
    target = path + (f"?{urlencode(parameters)}" if parameters else "")
    return follow(server, target)


def follow(server: Server, target: str) -> tuple[str, list[Quad], rdflib.Graph]:
    reply = server.get(target, headers={"Accept": "application/n-quads"})
    assert (reply.status_code, reply.mimetype) == (200, "application/n-quads")
    data, controls = [], []
    for quad in parse(reply.data, format=RdfFormat.N_QUADS):
        own = getattr(quad.graph_name, "value", "").endswith("#metadata")
        (controls if own else data).append(quad)
    graph = rdflib.Graph()
    lines = pyoxigraph.serialize((quad.triple for quad in controls), format=RdfFormat.N_TRIPLES)
    graph.parse(data=lines, format="nt")
    return f"http://127.0.0.1:{server.port}{target}", data, graph


def count(address: str, controls: rdflib.Graph) -> int:
    return int(controls.value(rdflib.URIRef(address), HYDRA.totalItems))


def test_the_pages_together_hold_each_match_once(server: Server) -> None:
    target, found, sizes = "/fragments?predicate=x%3Ap", [], []
    while target:
        address, data, controls = follow(server, target)
        assert count(address, controls) == 250
        found += [quad.object.value for quad in data]
        sizes.append(len(data))
        following = controls.value(rdflib.URIRef(address), HYDRA.next)
        target = str(following).partition(str(server.port))[2] if following else ""
    assert sizes == [100, 100, 50]
    assert sorted(found) == [f"{number:03}" for number in range(250)]


@pytest.mark.parametrize("literal", LITERALS, ids=range(len(LITERALS)))
def test_a_literal_is_found_as_clients_write_it(server: Server, literal: Literal) -> None:
    written = f'"{literal.value}"'
    if literal.language:
        written += f"@{literal.language}"
    elif literal.datatype.value != "http://www.w3.org/2001/XMLSchema#string":
        written += f"^^{literal.datatype.value}"
    _, data, _ = get(server, object=written)
    assert [(quad.subject, quad.object) for quad in data] == [(NamedNode("x:l"), literal)]


@pytest.mark.parametrize(
    ("parameters", "matches"),
    [
        ({"subject": "x:s"}, 250),
        ({"subject": "<x:s>", "predicate": "?p", "object": ""}, 250),
        ({"subject": "?x", "object": "?x"}, 1),
        ({"subject": "_:b", "object": '"001"'}, 1),
        ({"subject": "x:s", "predicate": "x:p", "object": '"001"'}, 1),
        ({"subject": "x:nothing"}, 0),
        ({"subject": '"a literal"'}, 0),
        ({"predicate": "rdf:type"}, 0),
    ],
)
def test_a_pattern_matches_what_it_says(server: Server, parameters: dict[str, str], matches: int) -> None:
    address, data, controls = get(server, **parameters)
    assert (count(address, controls), min(len(data), 100)) == (matches, min(matches, 100))
    assert controls.value(rdflib.URIRef(address), VOID.triples) == rdflib.Literal(matches)


@pytest.mark.parametrize(
    ("graph", "matches", "named"),
    [
        ("x:g", 250, "x:g"),
        ("x:h", 30, "x:h"),
        ("?g", 280, None),
        ("urn:ldf:defaultGraph", 250, ""),
        ("x:i", 0, "x:i"),
    ],
)
def test_a_quad_pattern_has_a_graph(server: Server, graph: str, matches: int, named: str | None) -> None:
    address, data, controls = get(server, "/fragments/quads", predicate="x:p", graph=graph)
    assert count(address, controls) == matches
    if named is not None:
        wanted = NamedNode(named) if named else DefaultGraph()
        assert {quad.graph_name for quad in data} <= {wanted}


def test_the_controls_tell_how_to_ask(server: Server) -> None:
    for path, names in (
        ("/fragments", "subject,predicate,object"),
        ("/fragments/quads", "subject,predicate,object,graph"),
    ):
        address, _, controls = get(server, path, predicate="x:p")
        host = f"http://127.0.0.1:{server.port}"
        data = rdflib.URIRef(f"{host}{path}#dataset")
        assert (data, VOID.subset, rdflib.URIRef(address)) in controls
        search = controls.value(data, HYDRA.search)
        assert str(controls.value(search, HYDRA.template)) == f"{host}{path}{{?{names}}}"
        mapped = {str(controls.value(m, HYDRA.variable)) for m in controls.objects(search, HYDRA.mapping)}
        assert mapped == set(names.split(","))


@pytest.mark.parametrize("format_", GRAPH_FORMATS, ids=lambda format_: format_.suffix)
def test_each_format_has_data_and_controls(client: Server, format_: object) -> None:
    media_type = format_.media_types[0]  # type: ignore[attr-defined]
    target = "/fragments?subject=" + quote(f"{BASE}id/area/530111", safe="")
    reply = client.get(target, headers={"Accept": media_type})
    assert reply.mimetype == media_type
    graph = rdflib.Dataset(default_union=True).parse(data=reply.data, format=media_type)
    assert (
        rdflib.URIRef(f"{BASE}id/area/530111"),
        rdflib.RDFS.label,
        rdflib.Literal("官渡区", lang="zh"),
    ) in graph
    assert set(graph.objects(None, HYDRA.totalItems))
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept" in reply.headers["Vary"]
    again = client.get(target, headers={"Accept": media_type, "If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304


def test_a_page_shows_the_triples_with_their_names_and_hostile_ones_harmlessly(client: Server) -> None:
    page = client.get(
        "/en/fragments?" + urlencode({"predicate": "rdfs:label", "object": '"<script>"'}),
        headers={"Accept": "text/html"},
    )
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert '<script>"' not in page.text
    every = client.get("/zh/fragments?predicate=rdfs%3Alabel", headers={"Accept": "text/html"})
    assert "<script>alert" not in every.text
    assert "官渡区" in every.text


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/fragments?subject=no+IRI", 400),
        ("/fragments?object=%22open", 400),
        ("/fragments?object=%22x%22@not+a+language", 400),
        ("/fragments?page=0", 400),
        ("/fragments?page=-1", 400),
        ("/fragments?page=%C2%B2", 400),
        ("/fragments?page=99999999999999999999", 400),
        ("/fragments?page=4711", 404),
        ("/fragments?object=%22" + "x" * 20000 + "%22", 400),
        ("/fragments?subject=x%3Aa%3E+%7D+%23", 400),
        ("/fragments/other", 404),
    ],
)
def test_what_is_no_pattern_is_said(client: Server, target: str, status: int) -> None:
    reply = client.get(target)
    assert (reply.status_code, reply.mimetype) == (status, "application/problem+json")
    assert client.get("/fragments", headers={"Accept": "image/png"}).status_code == 406
