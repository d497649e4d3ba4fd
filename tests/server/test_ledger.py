"""The ledger's page over the sample articles: filters, counts, orders, and the same rows in every form."""

from __future__ import annotations

import csv
import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from graph.build import build
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.identifiers import DEFAULT_BASE
from server.ledger import LedgerIndex, Selection, open_ledger
from tests.conftest import ROOT

from .live import Server, running
from .test_pages import Elements

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("ledger")
    build(data, extract_files([ROOT / "articles"], Publication()), base=DEFAULT_BASE)
    return data


@pytest.fixture(scope="module")
def index(sample: Path) -> LedgerIndex:
    found = open_ledger((sample / "current").resolve())
    assert found is not None
    return found


@pytest.fixture(scope="module")
def server(sample: Path) -> Iterator[Server]:
    with running(sample) as served:
        yield served


def select(query: str) -> Selection:
    pairs = [pair.split("=", 1) for pair in query.split("&") if pair]
    return Selection.read(MultiDict([(name, value) for name, value in pairs]))


def rows(index: LedgerIndex, query: str) -> list[dict[str, Any]]:
    return index.export(select(query)).rows


def test_every_row_of_the_ledger_is_there_once(index: LedgerIndex, sample: Path) -> None:
    from graph.snapshot import open_current

    told = [row.iri for row in open_current(sample).ledger()]
    assert sorted(row["iri"] for row in rows(index, "")) == sorted(told)


def test_a_filter_leaves_what_fits_and_facets_tell_how_many_that_will_be(index: LedgerIndex) -> None:
    facets = index.find(select("")).facets
    for facet in ("status", "year", "agent", "theme", "bound", "measured"):
        for value, count in facets[facet]:
            assert index.find(select(f"{facet}={value}")).total == count, (facet, value)


def test_a_facet_counts_without_its_own_choice_and_with_those_of_others(index: LedgerIndex) -> None:
    alone = dict(index.find(select("")).facets["status"])
    assert dict(index.find(select("status=kept")).facets["status"]) == alone
    of_a_year = dict(index.find(select("status=kept&year=2023")).facets["status"])
    assert of_a_year == {
        status: n for status in alone if (n := index.find(select(f"year=2023&status={status}")).total)
    }


def test_two_values_of_a_facet_widen_two_facets_narrow(index: LedgerIndex) -> None:
    kept, exceeded = index.find(select("status=kept")).total, index.find(select("status=exceeded")).total
    assert index.find(select("status=kept&status=exceeded")).total == kept + exceeded
    both = rows(index, "status=exceeded&year=2023")
    assert both
    assert all(row["status"] == "exceeded" and row["period_end"][:4] == "2023" for row in both)


@pytest.mark.parametrize(
    ("words", "found"), [("幼儿园", True), ("园", True), ("公办 幼儿", True), ("没有这种词", False)]
)
def test_words_are_found_in_names_and_quotes(index: LedgerIndex, words: str, found: bool) -> None:
    hits = rows(index, f"q={words}")
    assert bool(hits) is found
    for row in hits:
        text = " ".join(
            [row["indicator"], *row["quotes"], row["agent"] or "", *row["places"], *row["themes"]]
        )
        assert all(word in text for word in words.split())


@pytest.mark.parametrize(
    ("sort", "column", "falling"), [("-completion", "completion", True), ("due", "period_end", False)]
)
def test_rows_are_sorted(index: LedgerIndex, sort: str, column: str, falling: bool) -> None:
    values = [
        row[column]
        for row in rows(index, f"sort={sort}&measured=yes&status=exceeded")
        if row[column] is not None
    ]
    assert len(set(values)) > 1
    assert values == sorted(values, reverse=falling)


@given(
    st.text(max_size=60),
    st.lists(
        st.tuples(
            st.sampled_from(["q", "status", "year", "sort", "page", "view", "agent"]), st.text(max_size=30)
        ),
        max_size=6,
    ),
)
@example("", [("page", "9" * 5000)])  # more digits than Python reads
@settings(max_examples=60, deadline=None)
def test_any_query_string_is_some_selection(
    index: LedgerIndex, words: str, pairs: list[tuple[str, str]]
) -> None:
    selection = Selection.read(MultiDict([("q", words), *pairs]))
    assert index.find(selection).total >= 0
    assert Selection.read(MultiDict(selection.parameters)) == selection


def test_the_url_is_the_state(server: Server) -> None:
    path = "/ledger?" + urlencode(
        {"status": "exceeded", "year": "2023", "view": "table", "sort": "-completion"}
    )
    page = Elements(server.get(path, headers=HTML).text)
    assert "table" in page.tags
    assert "超额兑现" in page.text
    assert "看卡片" in page.text
    feeds = [link for link in page.links if link.startswith("/ledger.csv")]
    assert feeds
    assert all("status=exceeded" in link and "year=2023" in link for link in feeds)


def test_the_same_rows_in_every_form(server: Server) -> None:
    query = "status=exceeded&year=2023"
    told = json.loads(server.get(f"/ledger.json?{query}").text)
    table = list(csv.DictReader(io.StringIO(server.get(f"/ledger.csv?{query}").text)))
    feed = ElementTree.fromstring(server.get(f"/ledger.atom?{query}").data)
    page = Elements(server.get(f"/ledger?{query}", headers=HTML).text)
    sparql = next(link for link in page.links if link.startswith("/sparql?query="))
    asked = server.get(sparql.replace("/sparql?", "/sparql.csv?")).text
    iris = {row["iri"] for row in told["rows"]}
    assert told["total"] == len(iris) > 3
    assert {row["iri"] for row in table} == iris
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}id")
    assert {entry.text for entry in entries} == iris
    assert {row["target"] for row in csv.DictReader(io.StringIO(asked))} == iris
    for row in told["rows"]:
        assert row["iri"].replace(DEFAULT_BASE + "id", "/doc") in page.links
        assert row["reason"] in page.text


@pytest.mark.parametrize(
    "query",
    [
        "agent={agent}",
        "measured=no",
        "implied=yes",
        "implied=no&measured=yes",
        "bound=atLeast&bound=approximately",
        "theme={theme}",
    ],
)
def test_the_query_of_a_selection_selects_the_same(server: Server, index: LedgerIndex, query: str) -> None:
    facets = index.find(select("")).facets
    chosen = query.format(agent=facets["agent"][0][0], theme=facets["theme"][0][0])
    pairs = urlencode([tuple(pair.split("=", 1)) for pair in chosen.split("&")])
    page = Elements(server.get(f"/ledger?{pairs}", headers=HTML).text)
    sparql = next(link for link in page.links if link.startswith("/sparql?query="))
    asked = csv.DictReader(io.StringIO(server.get(sparql.replace("/sparql?", "/sparql.csv?")).text))
    assert {row["target"] for row in asked} == {row["iri"] for row in rows(index, chosen)}


def test_a_feed_has_what_atom_wants(server: Server) -> None:
    answer = server.get("/ledger.atom")
    assert answer.mimetype == "application/atom+xml"
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(answer.data)
    assert all(feed.find(atom + name) is not None for name in ("id", "title", "updated", "author"))
    for entry in feed.findall(atom + "entry"):
        assert all(
            (entry.find(atom + name).text or "").strip() for name in ("id", "title", "updated", "summary")
        )  # type: ignore[union-attr]


def test_the_headline_of_the_home_page_leads_to_its_rows(server: Server, index: LedgerIndex) -> None:
    links = Elements(server.get("/", headers=HTML).text).links
    for status, count in index.count("status").items():
        assert f"/ledger?status={status}" in links
        assert json.loads(server.get(f"/ledger.json?status={status}").text)["total"] == count


def test_raw_utf_8_in_an_address_is_understood(server: Server) -> None:
    assert server.get("/ledger?q=" + quote("幼儿园"), headers=HTML).status_code == 200
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall("GET /ledger?q=幼儿园 HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n".encode())
        assert b" 200 " in connection.recv(100)


def test_a_snapshot_without_a_ledger_says_so(data_dir: Path) -> None:
    with running(data_dir) as served:
        assert "这个快照没有账本" in served.get("/ledger", headers=HTML).text
        answer = served.get("/ledger.csv")
        assert answer.status_code == 404
        assert "build it again" in answer.text
        assert served.get("/ledger.xml").status_code == 404
