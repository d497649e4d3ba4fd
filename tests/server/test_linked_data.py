"""Things, documents about them, suffixes, conditional requests."""

from __future__ import annotations

import pytest
import rdflib
from rdflib.namespace import RDFS

from tests.server.live import Server, running

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
CCL = rdflib.Namespace("https://w3id.org/chuncheng/def/")
ID = rdflib.Namespace("https://ledger.example/id/")
SUFFIXES = ["ttl", "nt", "nq", "trig", "rdf", "jsonld"]


def read(client: Server, path: str) -> rdflib.Graph:
    response = client.get(path)
    assert response.status_code == 200
    graph = rdflib.Dataset(default_union=True)
    graph.parse(data=response.get_data(), format=response.mimetype)
    return graph


@pytest.mark.parametrize(
    ("path", "accept", "location"),
    [
        ("/id/area/530111", "text/html", "/doc/area/530111"),
        ("/id/area/530111", "text/turtle", "/doc/area/530111"),
        ("/id/area/530111.ttl", "*/*", "/doc/area/530111.ttl"),
        ("/def/Commitment", "text/html", "/doc/def/Commitment"),
        ("/def/", "text/turtle", "/doc/def/"),
    ],
)
def test_a_thing_is_303_see_its_document(client: Server, path: str, accept: str, location: str) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 303
    assert response.headers["Location"] == location
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("accept", "media_type", "content_location"),
    [
        (BROWSER["Accept"], "text/html", "/doc/area/530111.html"),
        ("*/*", "text/turtle", "/doc/area/530111.ttl"),
        ("application/ld+json", "application/ld+json", "/doc/area/530111.jsonld"),
        ("application/rdf+xml;q=0.5, application/n-quads", "application/n-quads", "/doc/area/530111.nq"),
    ],
)
def test_a_document_comes_in_the_format_that_the_client_likes(
    client: Server, accept: str, media_type: str, content_location: str
) -> None:
    response = client.get("/doc/area/530111", headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert response.headers["Content-Location"] == content_location
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/id/area/999999", "*/*", 404),
        ("/doc/area/999999", "*/*", 404),
        ("/doc/area/999999.ttl", "*/*", 404),
        ("/doc/a b<>", "*/*", 404),
        ("/def/NoSuchTerm", "*/*", 404),
        ("/nowhere", "*/*", 404),
        ("/doc/area/530111", "image/png", 406),
    ],
)
@pytest.mark.parametrize("browser", [False, True])
def test_what_cannot_be_sent_is_told_as_a_page_or_as_json(
    client: Server, path: str, accept: str, status: int, browser: bool
) -> None:
    if browser and status == 406:
        accept = "image/png"
    response = client.get(path, headers=BROWSER if browser and status != 406 else {"Accept": accept})
    assert response.status_code == status
    assert response.mimetype == ("text/html" if browser and status != 406 else "application/problem+json")
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    "path", ["commitment/c1", "area/530111", "organization/hostile-cccccc", "def/Commitment", "def/"]
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rdflib_reads_a_document_in_every_format_and_finds_the_same(
    client: Server, path: str, suffix: str
) -> None:
    wanted = set(read(client, f"/doc/{path}").triples((None, None, None)))
    assert wanted
    assert set(read(client, f"/doc/{path}.{suffix}").triples((None, None, None))) == wanted


def test_a_document_holds_the_thing_links_to_it_labels_and_the_words_that_say_so(client: Server) -> None:
    graph = read(client, "/doc/area/530111.ttl")
    district, promise = ID["area/530111"], ID["commitment/c1"]

    assert (district, CCL.within, ID["area/530100"]) in graph
    assert (promise, CCL.place, district) in graph
    assert (ID["area/530100"], RDFS.label, rdflib.Literal("Kunming", lang="en")) in graph
    span = next(graph.objects(promise, CCL.evidence))
    assert str(next(graph.objects(span, CCL.quote))).endswith("总收入不低于120亿元")


def test_links_to_a_thing_are_bounded_for_each_predicate(
    tmp_path,
    publish,
    ledger,  # type: ignore[no-untyped-def]
) -> None:
    import pyoxigraph as ox

    city = ox.NamedNode(ID["area/530100"])
    crowd = [
        ox.Quad(ox.NamedNode(ID[f"area/x{i}"]), ox.NamedNode(CCL.within), city, ox.NamedNode(ID + "g"))
        for i in range(500)
    ]
    publish(tmp_path, [*ledger, *crowd])
    with running(tmp_path) as server:
        graph = read(server, "/doc/area/530100.nt")
    assert len(list(graph.subjects(CCL.within, ID["area/530100"]))) == 200


def test_rdf_carries_canonical_iris_whatever_the_host(client: Server) -> None:
    text = client.get("/doc/area/530111.ttl", headers={"Host": "mirror.example"}).text
    assert "https://ledger.example/id/area/530111" in text
    assert "mirror.example" not in text


def test_head_answers_as_get_without_a_body(client: Server) -> None:
    head, get = client.head("/doc/area/530111.ttl"), client.get("/doc/area/530111.ttl")
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_a_client_that_has_the_document_gets_304(client: Server) -> None:
    first = client.get("/doc/area/530111.ttl")
    again = client.get("/doc/area/530111.ttl", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_each_format_of_a_document_has_its_own_etag(client: Server) -> None:
    tags = [client.get(f"/doc/area/530111.{suffix}").headers["ETag"] for suffix in [*SUFFIXES, "html"]]
    assert len(set(tags)) == len(tags)
    other = client.get("/doc/area/530111.nt", headers={"If-None-Match": tags[0]})
    assert other.status_code == 200
