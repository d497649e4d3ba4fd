"""The web as of a day, over a live server: every form of every resource, Memento, and what is refused."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from graph.build import build
from graph.publication import Publications
from ontology.identifiers import DEFAULT_BASE
from server import memento
from server.as_of_pages import keep_day
from server.problem import Problem
from server.protocol import Request
from tests.graph.ledger_world import article, promise, result
from tests.server.live import Reply, Server, running

ARTICLES = (
    article("开年承诺", promise("新增公办幼儿园", 40, "所"), published="2023-02-20"),
    article("年终盘点", result("新增公办幼儿园", 67, "所", completion=167.5), published="2024-01-22"),
    article("未署日期", result("新增停车位", 12000, "个", completion=120)),
)
BEFORE, THEN = "2023-12-31", "2023-02-20"
FULFILLED = "ASK { ?outcome <https://w3id.org/chuncheng/def/fulfils> ?promise }"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("as-of") / "data"
    build(folder, ARTICLES, base=DEFAULT_BASE)
    return folder


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with running(data, client_budget=0) as server:
        yield server


@pytest.fixture(scope="module")
def commitment(server: Server) -> str:
    """Path of the promise's document, without /doc."""
    query = "SELECT ?c { ?c a <https://w3id.org/chuncheng/def/Commitment> }"
    (row,) = server.ask(query).json["results"]["bindings"]
    return str(row["c"]["value"]).removeprefix(f"{DEFAULT_BASE}id")


def links(reply: Reply) -> dict[str, str]:
    """Targets of the Link header by each of their relations."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"', reply.headers["Link"])
    return {rel: target for target, rels in found for rel in rels.split()}


def test_every_form_of_a_query_is_answered_as_of_the_day(server: Server) -> None:
    encoded = quote(FULFILLED)
    then = [
        server.get(f"/sparql?query={encoded}&asof={BEFORE}"),
        server.post("/sparql", data={"query": FULFILLED, "asof": BEFORE}),
        server.open(
            f"/sparql?asof={BEFORE}", "POST", data=FULFILLED, content_type="application/sparql-query"
        ),
        server.open(
            f"/sparql?asof={BEFORE}", "QUERY", data=FULFILLED, content_type="application/sparql-query"
        ),
        server.get(f"/sparql.json?query={encoded}&asof={BEFORE}T12:00:00Z"),
        server.get(f"/sparql?query={encoded}", headers={"Accept-Datetime": "Sun, 31 Dec 2023 00:00:00 GMT"}),
    ]
    assert [reply.json["boolean"] for reply in then] == [False] * len(then)
    now = [
        f"/sparql?query={encoded}",
        f"/sparql?query={encoded}&asof=2024-01-22",
        f"/sparql?query={encoded}&asof=",
    ]
    for path in now * 2:  # a second time from the caches
        assert server.get(path).json["boolean"] is True
    assert server.get(f"/sparql?query={encoded}&asof={BEFORE}").json["boolean"] is False
    tags = {server.get(path).headers["ETag"] for path in (now[0], f"{now[0]}&asof={BEFORE}")}
    assert len(tags) == 2
    assert "Accept-Datetime" in server.get(now[0]).headers["Vary"]


def test_the_ledger_of_a_day_is_the_same_in_page_csv_json_feed_and_command(
    server: Server, data: Path
) -> None:
    for day, status in ((BEFORE, "noResult"), ("2024-06-01", "exceeded")):
        told = subprocess.run(
            [sys.executable, "-m", "chuncheng", "ledger", "--data", data, "--as-of", day, "--format", "csv"],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        rows = list(csv.DictReader(io.StringIO(told)))
        assert {row["as_of"] for row in rows} == {day}
        assert [row["status"] for row in rows if row["implied"] == "false"] == [status]
        sent = list(csv.DictReader(io.StringIO(server.get(f"/ledger.csv?asof={day}").text)))
        assert sorted(sent, key=lambda row: row["iri"]) == sorted(rows, key=lambda row: row["iri"])
        answer = server.get(f"/ledger.json?asof={day}").json
        assert answer["total"] == len(rows)
        assert f"asof={day}" in answer["ledger"]
        assert f"/ledger?asof={day}" in server.get(f"/ledger.atom?asof={day}").text
        assert day in server.get(f"/ledger?asof={day}", headers=HTML).text


def test_a_thing_leads_to_its_document_of_the_day_in_every_format(server: Server, commitment: str) -> None:
    seen = server.get(f"/id{commitment}?asof={BEFORE}")
    assert (seen.status_code, seen.location) == (303, f"/doc{commitment}?asof={BEFORE}")
    for suffix in ("ttl", "nt", "jsonld", "html"):
        now = server.get(f"/doc{commitment}.{suffix}")
        then = server.get(f"/doc{commitment}.{suffix}?asof={BEFORE}")
        assert (now.status_code, then.status_code) == (200, 200)
        assert ("/outcome/" in now.text, "/outcome/" in then.text) == (True, False), suffix
        assert now.headers["ETag"] != then.headers["ETag"]
    told = server.get(f"/doc{commitment}?asof={BEFORE}", headers={"Accept": "text/turtle"})
    assert told.headers["Content-Location"] == f"/doc{commitment}.ttl?asof={BEFORE}"
    assert server.get(f"/doc{commitment}?asof=2023-02-19").status_code == 404


def test_graphs_dump_and_description_are_of_the_day(server: Server) -> None:
    dumps = {
        server.get(f"/dumps/data.nq.zst{day}").headers["ETag"]
        for day in ("", f"?asof={BEFORE}", f"?asof={THEN}")
    }
    assert len(dumps) == 2
    turtle = {"Accept": "application/n-triples"}
    assert "fulfils" in server.get("/graph/ledger", headers=turtle).text
    assert "fulfils" not in server.get(f"/graph/ledger?asof={BEFORE}", headers=turtle).text
    described = [
        server.get(f"/.well-known/void{day}", headers=turtle).text for day in ("", f"?asof={BEFORE}")
    ]
    assert described[0] != described[1]


def test_pages_say_the_day_in_both_languages_and_their_links_keep_it(server: Server, commitment: str) -> None:
    for path in (
        "/",
        "/ledger",
        "/standings",
        f"/doc{commitment}",
        "/timeline",
        "/map",
        "/sparql",
        "/graph?focus=area/530100",
    ):
        mark = "&" if "?" in path else "?"
        page = server.get(f"/en{path}{mark}asof={BEFORE}", headers=HTML).text
        assert f'As known on <strong><time datetime="{BEFORE}">' in re.sub(r"\s+", " ", page), path
        own = re.findall(r'<a [^>]*href="(/[^"]*)"[^>]*>', page)
        kept = [href for href in own if f"asof={BEFORE}" in href]
        assert len(own) - len(kept) == 1, path  # back to the present
    chinese = server.get(f"/zh/ledger?asof={BEFORE}&status=noResult", headers=HTML).text
    assert "截至" in chinese
    assert '<input type="hidden" name="status" value="noResult">' in chinese
    present = server.get("/en/ledger", headers=HTML).text
    assert "As known on another day" in present
    assert "asof=2" not in present


def test_a_promise_stands_as_on_the_day_wherever_it_is_shown(server: Server, commitment: str) -> None:
    shown = {
        f"/en/doc{commitment}.html": ">exceeded<",
        "/en/ledger?implied=no": ">exceeded<",
        "/en/standings": "<strong>100%</strong>",
    }
    for path, words in shown.items():
        mark = "&" if "?" in path else "?"
        now = server.get(path, headers=HTML).text
        then = server.get(f"{path}{mark}asof={BEFORE}", headers=HTML).text
        assert (words in now, words in then) == (True, False), path
        assert 'href="/en/doc/rule/ledger-status' in then
    rule = server.get("/doc/rule/ledger-status.ttl")
    assert "$asOf" in rule.text


def test_a_resource_is_its_own_time_gate(server: Server, commitment: str) -> None:
    path = f"/doc{commitment}.ttl"
    now = server.get(path)
    assert "Memento-Datetime" not in now.headers
    assert "Accept-Datetime" in now.headers["Vary"]
    address = f"http://127.0.0.1:{server.port}{path}"
    assert links(now)["original"] == links(now)["timegate"] == address
    then = server.get(path, headers={"Accept-Datetime": "Fri, 01 Sep 2023 12:00:00 GMT"})
    assert then.status_code == 200
    assert then.headers["Memento-Datetime"] == "Mon, 20 Feb 2023 00:00:00 GMT"
    assert then.headers["Content-Location"] == f"{path}?asof={THEN}"
    found = links(then)
    assert found["first"] == f"{address}?asof={THEN}"
    assert found["last"] == found["next"] == f"{address}?asof=2024-01-22"
    assert "prev" not in found
    last = server.get(f"{path}?asof=2024-01-22")
    assert links(last)["prev"] == f"{address}?asof={THEN}"
    assert last.headers["Memento-Datetime"] == "Mon, 22 Jan 2024 00:00:00 GMT"
    early = server.get(path, headers={"Accept-Datetime": "Sat, 01 Jan 2000 00:00:00 GMT"})
    assert early.headers["Memento-Datetime"] == "Mon, 20 Feb 2023 00:00:00 GMT"
    assert server.get(path, headers={"Accept-Datetime": "yesterday"}).status_code == 400


def test_the_time_map_lists_the_days_on_which_a_thing_was_known(server: Server, commitment: str) -> None:
    query = "SELECT ?o { ?o <https://w3id.org/chuncheng/def/fulfils> ?c }"
    outcome = server.ask(query).json["results"]["bindings"][0]["o"]["value"].removeprefix(f"{DEFAULT_BASE}id")
    listed = {
        path: re.findall(r"asof=(\d{4}-\d\d-\d\d)>", server.get(f"/timemap/link{path}").text)
        for path in (
            f"/doc{commitment}",
            f"/doc{outcome}.ttl",
            f"/id{outcome}",
            "/ledger?status=kept",
            "/sparql",
        )
    }
    both = [THEN, "2024-01-22"]
    assert list(listed.values()) == [both, both[1:], both[1:], both, both]
    reply = server.get(f"/timemap/link/http://127.0.0.1:{server.port}/doc{commitment}")
    assert reply.mimetype == "application/link-format"
    assert f'<http://127.0.0.1:{server.port}/doc{commitment}?asof={THEN}>; rel="first memento"' in reply.text
    assert server.get("/timemap/link/doc/area/999999").status_code == 404
    assert server.get("/timemap/link/health").status_code == 404


@pytest.mark.parametrize(
    "day", ["2024-02-30", "yesterday", "20240122", "0001-01-01", "2024-01", "'", "2024-01-22&asof=2023-01-01"]
)
def test_what_is_no_day_is_refused_with_a_reason(server: Server, day: str) -> None:
    for path in ("/ledger", "/doc/area/530100", "/id/area/530100"):
        reply = server.get(f"{path}?asof={day}")
        assert reply.status_code == 400
        assert reply.json["detail"]


def test_a_day_to_come_is_the_present(server: Server) -> None:
    assert server.get(f"/sparql?query={quote(FULFILLED)}&asof=9999-12-31").json["boolean"] is True


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three articles of others, one a day, and one without a date."""
    folder = tmp_path_factory.mktemp("others")
    graphs = [
        f'<x:{n}> {{ <x:a{n}> a ccl:Article ; ccl:published "2023-02-0{n}"^^xsd:date }}' for n in range(1, 4)
    ]
    (folder / "others.trig").write_text(
        "@prefix ccl: <https://w3id.org/chuncheng/def/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
        + "".join(graphs)
        + "<x:4> { <x:a4> a ccl:Article }",
        encoding="utf-8",
    )
    build(folder / "data", None, [folder / "others.trig"], base=DEFAULT_BASE)
    return folder / "data"


COUNT = "/sparql.csv?query=" + quote(
    "SELECT (COUNT(*) AS ?n) { ?a a <https://w3id.org/chuncheng/def/Article> }"
)


def count_on(server: Server, day: int) -> int:
    """How many articles were known, when there is an answer; an answer that says to come back is waited for."""
    for _ in range(600):
        reply = server.get(f"{COUNT}&asof=2023-02-0{day}")
        if reply.status_code != 503:
            break
        assert reply.headers["Retry-After"]
        time.sleep(0.1)
    return int(reply.text.split()[1])


def test_many_days_are_made_one_after_another_and_the_present_answers_meanwhile(others: Path) -> None:
    with running(others, undated="no", views=1, view_seconds=0, client_budget=0) as server:
        assert server.get(f"{COUNT}&asof=2023-02-01").status_code == 503
        with ThreadPoolExecutor(3) as threads:
            counted = threads.map(lambda day: count_on(server, day), range(1, 4))
            assert server.get(COUNT).text.split()[1] == "4"
            assert list(counted) == [1, 2, 3]  # without the one that bears no date


def test_whoever_asks_for_ever_more_days_has_to_wait(others: Path) -> None:
    # Two fifths of the budget for each day that is put together, which takes longer than that on any machine.
    with running(others, client_budget=0.2, undated="no") as server:
        asked = [server.get(f"{COUNT}&asof=2023-02-0{day}").status_code for day in (1, 2, 3, 1)]
        assert asked[0] == 200, "what was put together is answered, too"
        assert 429 in asked


# Pure functions


def test_accept_datetime_leads_to_the_day_of_publication_before() -> None:
    publications = Publications(("2023-02-20", "2024-01-22"), 0)
    led = {
        "Mon, 20 Feb 2023 00:00:00 GMT": "2023-02-20",
        "Sun, 19 Feb 2023 23:59:59 GMT": "2023-02-20",
        "Mon, 22 Jan 2024 07:00:00 +0800": "2023-02-20",
        "Tue, 01 Jan 2030 00:00:00 GMT": "2024-01-22",
    }
    assert {asked: memento.negotiated_day(asked, publications) for asked in led} == led
    assert memento.negotiated_day("Mon, 20 Feb 2023 00:00:00 GMT", Publications((), 3)) is None
    with pytest.raises(Problem):
        memento.negotiated_day("soon", publications)


def test_a_form_and_an_address_may_name_the_day_but_only_one() -> None:
    form = "application/x-www-form-urlencoded"
    request = Request(
        "POST", "http://h", "/sparql", "asof=2024-01-22", content_type=form, body=b"asof=2024-01-22"
    )
    assert memento.asked_day(request) == "2024-01-22"
    with pytest.raises(Problem):
        memento.asked_day(request._replace(body=b"asof=2024-01-23"))
    assert memento.asked_day(Request("GET", "http://h", "/", "x=asof")) is None


def test_links_of_a_page_keep_the_day_and_nothing_else_changes() -> None:
    page = '<a href="/ledger?a=1&amp;b=%27&#39;#x">a href="/no"</a><a href="https://e.org/">e</a><link href="/static/x.css">'
    assert keep_day(page, "2024-01-22") == (
        '<a href="/ledger?a=1&amp;b=%27&#x27;&amp;asof=2024-01-22#x">a href="/no"</a>'
        '<a href="https://e.org/">e</a><link href="/static/x.css">'
    )
