"""Things, documents about them, suffixes, conditional requests."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import rdflib
from rdflib.namespace import OWL, RDFS

from tests.server.live import Server, running

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
CCL = rdflib.Namespace("https://w3id.org/chuncheng/def/")
ID = rdflib.Namespace("https://ledger.example/id/")
PATHS = ["commitment/c1", "area/530111", "article/a1", "organization/hostile-cccccc", "def/Commitment"]
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
        ("/id/area/530111/", "*/*", 404),
        ("/doc/area/530111.xyz", "*/*", 404),
        ("/doc/area/999999.xyz", "*/*", 404),
        ("/id/", "*/*", 404),
        ("/id/" + "x" * 3000, "*/*", 404),
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


HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")


def test_links_to_a_thing_are_counted_and_had_in_pages(
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
    city_area = ID["area/530100"]
    with running(tmp_path) as server:
        graph = read(server, "/doc/area/530100.nt")
        assert len(list(graph.subjects(CCL.within, city_area))) == 200
        (members,) = graph.subjects(HYDRA.property, CCL.within)
        (collection,) = graph.subjects(HYDRA.memberAssertion, members)
        assert (members, HYDRA.object, city_area) in graph
        total = int(graph.value(collection, HYDRA.totalItems))
        assert total == 501
        view, found = graph.value(collection, HYDRA.view), set()
        sizes = []
        while view is not None:
            page = read(server, str(view).replace("https://ledger.example/", "/"))
            others = set(page.subjects(CCL.within, city_area))
            sizes.append(len(others))
            found |= others
            view = page.value(view, HYDRA.next)
        assert (sizes, len(found)) == ([200, 200, 101], total)
        asked = f"/doc/area/530100.csv?links={quote(str(CCL.within), safe='')}&page=3"
        rows = csv.DictReader(io.StringIO(server.get(asked).text))
        assert [row["property"] for row in rows].count(str(CCL.within)) == 101
        assert 'rel="prev"' in server.get(asked).headers["Link"]
        assert server.get(asked.replace("page=3", "page=4")).status_code == 404
        assert server.get("/doc/area/530100.ttl?links=no+IRI").status_code == 400
        assert server.get("/doc/area/999999.ttl?links=x%3Ay").status_code == 404
        assert server.get(asked.replace(".csv", ".html")).status_code == 406


def test_a_document_about_a_mentioned_thing_holds_the_words_that_mention_it(client: Server) -> None:
    graph = read(client, "/doc/park/liuhua-aaaaaa.ttl")
    span = ID["span/m1"]
    assert (span, CCL.quote, rdflib.Literal("榴花物流园")) in graph
    assert str(graph.value(ID["article/a1"], CCL.headline)) == "榴花物流园明年收入要过百亿"
    assert str(graph.value(ID["article/a1"], CCL.published)) == "2024-01-22"


def test_pages_in_another_language_or_at_another_host_have_another_etag(client: Server) -> None:
    tags = [
        client.get(path, headers={"Accept": "text/html", **more}).headers["ETag"]
        for path, more in (
            ("/doc/area/530111", {}),
            ("/zh/doc/area/530111", {}),
            ("/en/doc/area/530111", {}),
            ("/doc/area/530111", {"Accept-Language": "en"}),
            ("/doc/area/530111", {"Host": "mirror.example"}),
        )
    ]
    assert len(set(tags)) == len(tags)


def test_the_language_of_a_url_is_kept_on_the_way_from_a_thing_to_its_document(client: Server) -> None:
    assert client.get("/en/id/area/530111").headers["Location"] == "/en/doc/area/530111"


def test_the_whole_ontology_is_one_document_however_it_is_written(client: Server) -> None:
    wanted = set(read(client, "/doc/def/.ttl").triples((None, None, None)))
    for path in ("/doc/def.ttl", "/doc/def/"):
        assert set(read(client, path).triples((None, None, None))) == wanted
    assert client.get("/def.ttl").headers["Location"] == "/doc/def/.ttl"


def test_the_data_set_itself_leads_to_its_description(client: Server) -> None:
    assert client.get("/dataset").headers["Location"] == "/.well-known/void"
    assert client.get("/dataset", headers=BROWSER).headers["Location"] == "/"


def structured_data(page: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    read: dict[str, Any] = json.loads(found)
    return read


def test_pages_say_in_words_of_schema_org_what_they_are_about(client: Server) -> None:
    area = structured_data(client.get("/doc/area/530111", headers=BROWSER).text)
    assert (area["@type"], area["@id"]) == ("AdministrativeArea", str(ID["area/530111"]))
    assert {"@value": "Guandu District", "@language": "en"} in area["name"]
    assert area["containedInPlace"] == [{"@id": str(ID["area/530100"]), "name": "昆明市"}]
    article = structured_data(client.get("/doc/article/a1", headers=BROWSER).text)
    assert (article["@type"], article["datePublished"]) == ("NewsArticle", ["2024-01-22"])
    claim = structured_data(client.get("/doc/commitment/c1", headers=BROWSER).text)
    quotation = claim["appearance"][0]
    assert (claim["@type"], quotation["text"]) == ("Claim", "明年榴花物流园总收入不低于120亿元")
    assert quotation["isPartOf"]["@id"] == str(ID["article/a1"])
    home = structured_data(client.get("/", headers=BROWSER).text)
    assert home["@type"] == "Dataset"
    for download in home["distribution"][:3]:
        path = download["contentUrl"].removeprefix(f"http://127.0.0.1:{client.port}")
        assert f"{len(client.get(path).data)} B" == download["contentSize"]


def test_a_place_leads_to_what_other_data_sets_call_it(client: Server) -> None:
    elsewhere = {"http://www.wikidata.org/entity/Q182852", "https://sws.geonames.org/1804649/"}
    page = client.get("/doc/area/530100", headers=BROWSER).text
    for iri, name in zip(sorted(elsewhere), ("Wikidata Q182852", "GeoNames 1804649"), strict=True):
        assert re.search(rf'<a href="{re.escape(iri)}" rel="external"><bdi[^>]*>{name}</bdi></a>', page)
    assert set(structured_data(page)["sameAs"]) == elsewhere
    assert set(client.get("/doc/area/530100.json").json["sameAs"]) == elsewhere
    graph = read(client, "/doc/area/530100.jsonld")
    assert {str(o) for o in graph.objects(ID["area/530100"], OWL.sameAs)} == elsewhere


def test_a_hostile_label_stays_within_the_structured_data(client: Server) -> None:
    page = client.get("/doc/organization/hostile-cccccc", headers=BROWSER).text
    label = structured_data(page)["name"][0]["@value"]
    assert label.startswith("<script>alert('标签')</script>\"><img")
    assert "<script>alert" not in page


def test_pages_link_to_their_other_forms_licence_and_endpoint_in_their_head(client: Server) -> None:
    for path in ("/", "/doc/area/530111", "/doc/def/", "/changes", "/fragments"):
        page = client.get(path, headers=BROWSER).text
        for relation in (
            "license",
            "describedby",
            "http://www.w3.org/ns/sparql-service-description#endpoint",
        ):
            assert f'<link rel="{relation}"' in page
    page = client.get("/doc/area/530111", headers=BROWSER).text
    assert '<link rel="canonical" href="https://ledger.example/doc/area/530111">' in page
    assert '<link rel="alternate" type="text/turtle" href="/doc/area/530111.ttl">' in page


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


@pytest.mark.parametrize("path", PATHS)
def test_json_says_the_same_as_turtle(client: Server, path: str) -> None:
    json_ld = rdflib.Graph().parse(
        data=client.get(f"/doc/{path}.json").get_data(),
        format="json-ld",
        base=f"http://127.0.0.1:{client.port}/",
    )
    assert set(json_ld) == set(read(client, f"/doc/{path}.ttl").triples((None, None, None)))


def test_json_can_be_used_without_knowing_rdf(client: Server) -> None:
    commitment = client.get("/doc/commitment/c1.json").json
    assert commitment is not None
    assert commitment["id"] == str(ID["commitment/c1"])
    assert commitment["type"] == "Commitment"
    assert commitment["value"] == "12000000000"
    assert commitment["bound"].endswith("/def/atLeast") or commitment["bound"]["id"].endswith("/def/atLeast")
    area = client.get("/doc/area/530111.json").json
    assert area is not None
    assert area["label"] == {"zh": "官渡区", "en": "Guandu District"}
    quotes = [row["quote"] for row in _nodes(commitment) if "quote" in row]
    assert "榴花物流园总收入不低于120亿元" in quotes


def _nodes(value: object) -> list[dict[str, object]]:
    if isinstance(value, dict):
        return [value, *(node for each in value.values() for node in _nodes(each))]
    return [node for each in value for node in _nodes(each)] if isinstance(value, list) else []


def test_the_context_is_published_and_named_by_the_host_that_was_asked(client: Server) -> None:
    told = client.get("/doc/area/530111.json", headers={"Host": "ledger.example"}).json
    assert told is not None
    assert told["@context"] == "http://ledger.example/context.jsonld"
    context = client.get("/context.jsonld")
    assert context.mimetype == "application/ld+json"
    assert context.json is not None
    assert context.json["@context"]["agent"] == {"@id": str(CCL.agent), "@type": "@id"}
    assert (
        client.get("/context.jsonld", headers={"If-None-Match": context.headers["ETag"]}).status_code == 304
    )


def test_a_table_has_a_row_for_what_is_said_with_the_words_that_say_so(client: Server) -> None:
    answer = client.get("/doc/area/530111.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    pointing = [row for row in rows if row["subject"] == str(ID["commitment/c1"])]
    assert pointing
    for row in pointing:
        assert row["value"] == str(ID["area/530111"])
        assert row["value_label_zh"] == "官渡区"
        assert "榴花物流园总收入不低于120亿元" in row["quote"]
        body = client.get(row["article"].replace("https://ledger.example/id", "/doc") + ".json").json
        assert body is not None
        assert body["articleBody"][int(row["start"]) : int(row["end"])] == row["quote"]


def test_a_document_links_to_its_other_forms_licence_and_endpoint(client: Server) -> None:
    for path in ("/doc/area/530111", "/doc/area/530111.csv", "/doc/area/530111.html"):
        links = requests_links(client.get(path).headers["Link"])
        alternates = [link["url"] for link in links if link["rel"] == "alternate"]
        assert len(alternates) == 8
        assert all(client.get(alternate).status_code == 200 for alternate in alternates)
        assert {link["rel"] for link in links} >= {
            "alternate",
            "canonical",
            "describedby",
            "describes",
            "license",
        }
        assert [link["url"] for link in links if link["rel"] == "describes"] == [str(ID["area/530111"])]


def requests_links(header: str) -> list[dict[str, str]]:
    return [
        {"url": url, **dict(re.findall(r'(\w+)="([^"]*)"', parameters))}
        for url, parameters in re.findall(r"<([^>]*)>((?:; \w+=\"[^\"]*\")*)", header)
    ]


def test_rdflib_reads_an_iri_of_a_live_server(data_dir: Path) -> None:
    with running(data_dir) as server:
        graph = rdflib.Graph().parse(f"http://127.0.0.1:{server.port}/id/area/530111")
    assert (ID["area/530111"], RDFS.label, rdflib.Literal("官渡区", lang="zh")) in graph
