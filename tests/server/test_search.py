"""Search over HTTP: a page, the same as JSON and CSV, suggestions, what a browser asks to add it, and hostile input."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from werkzeug.datastructures import MultiDict

from graph.build import build
from graph.search.index import FOLDER
from ontology.identifiers import DEFAULT_BASE
from server.problem import Problem
from server.search import LONGEST, Selection

from .live import Server, running
from .test_pages import HTML, Elements

CCL = "https://w3id.org/chuncheng/def/"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
BREAKOUT = "<script>alert('破')</script>破坏"
OVERRIDE = "破\u202egnirts\u202d"
MANY = 45


def _data() -> str:
    lines = [
        f"@prefix ccl: <{CCL}> . @prefix rdfs: <{RDFS}> . @prefix oa: <http://www.w3.org/ns/oa#> . @prefix id: <{DEFAULT_BASE}id/> .",
        '<http://elsewhere.example/lake> a ccl:Place ; rdfs:label "洱海"@zh .',
        f"<{DEFAULT_BASE}id/thing/dianchi> a ccl:Place ; rdfs:label '滇池'@zh, 'Dianchi Lake'@en .",
        f"<{DEFAULT_BASE}id/park/breakout> a ccl:Park ; rdfs:label {json.dumps(BREAKOUT)}@zh .",
        f"<{DEFAULT_BASE}id/park/override> a ccl:Park ; rdfs:label {json.dumps(OVERRIDE)}@zh .",
        f"<{DEFAULT_BASE}id/park/empty> a ccl:Park ; rdfs:label ''@zh .",
        f"<{DEFAULT_BASE}id/park/formula> a ccl:Park ; rdfs:label '=破()'@zh .",
        f"<{DEFAULT_BASE}id/organization/gxj> a ccl:GovernmentBody ; rdfs:label '昆明市工业和信息化局'@zh .",
        f"<{DEFAULT_BASE}id/article/a1> a ccl:Article ; rdfs:label '滇池又清了一些'@zh .",
        f"<{DEFAULT_BASE}id/span/s1> a ccl:EvidenceSpan ; ccl:quote '滇池全湖水质保持IV类' ; oa:hasSource <{DEFAULT_BASE}id/article/a1> .",
    ]
    lines += [
        f"<{DEFAULT_BASE}id/project/p{n}> a ccl:Project ; rdfs:label '样板工程{n}'@zh, 'Model works {n}'@en ."
        for n in range(MANY)
    ]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search")
    (folder / "names.ttl").write_text(_data(), "utf-8")
    build(folder / "data", None, [folder / "names.ttl"], base=DEFAULT_BASE)
    return folder / "data"


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with running(data) as served:
        yield served


def ask(server: Server, path: str, words: str, **more: object) -> object:
    answer = server.get(f"{path}?{urlencode({'q': words, **more})}")
    assert answer.status_code == 200, answer.text
    return answer.json


def show(server: Server, path: str) -> Elements:
    answer = server.get(path, headers=HTML)
    assert answer.status_code == 200
    return Elements(answer.text)


@pytest.mark.parametrize(
    "page", ["/", "/en/", "/ledger", "/en/timeline", "/sparql", "/doc/park/formula", "/search"]
)
def test_every_page_has_a_search_box_that_works_by_itself(server: Server, page: str) -> None:
    text = server.get(page, headers=HTML).text
    prefix = "/en" if page.startswith("/en/") else ""
    assert text.count('role="search"') == 1
    assert f'action="{prefix}/search" method="get"' in text
    assert 'data-suggest="/suggest"' in text
    assert 'rel="search" type="application/opensearchdescription+xml"' in text


@pytest.mark.parametrize(
    ("path", "title", "result"),
    [("/zh/search?q=dianchi", "搜索", "滇池"), ("/en/search?q=dianchi", "Search", "Dianchi Lake")],
)
def test_results_are_in_the_pages_language_and_link_to_things(
    server: Server, path: str, title: str, result: str
) -> None:
    page = show(server, path)
    assert title in page.text
    assert result in page.text
    assert f"{path[:3]}/doc/thing/dianchi" in page.links
    assert 'value="dianchi"' in server.get(path, headers=HTML).text


def test_words_of_articles_are_labelled_and_lead_to_their_place(server: Server) -> None:
    page = show(server, "/zh/search?" + urlencode({"q": "全湖水质"}))
    assert "滇池全湖水质保持IV类" in page.text
    assert "报道原文" in page.text
    assert "滇池又清了一些" in page.text
    assert "/zh/doc/article/a1#span-s1" in page.links


def test_the_same_hits_in_every_form(server: Server) -> None:
    query = urlencode({"q": "样板工程", "rows": 50})
    told = server.get(f"/search.json?{query}").json
    table = list(csv.DictReader(io.StringIO(server.get(f"/search.csv?{query}").text)))
    page = show(server, f"/search?{query}")
    iris = [result["iri"] for result in told["results"]]
    assert told["total"] == len(iris) == len(set(iris)) == MANY
    assert [row["iri"] for row in table] == iris
    shown = [link for link in page.links if link.startswith("/doc/project/")]
    assert shown == [iri.replace(f"{DEFAULT_BASE}id", "/doc") for iri in iris]
    assert f"/search.csv?{query}" in page.links
    assert f"/search.json?{query}" in page.links


def test_pages_are_turned_and_the_address_is_the_state(server: Server) -> None:
    first = show(server, "/search?" + urlencode({"q": "样板"}))
    assert f"{MANY} 项" in first.text
    assert "1 / 3" in first.text
    following = next(link for link in first.links if link.endswith("page=2"))
    second = show(server, following)
    assert "2 / 3" in second.text
    one, two = ({link for link in p.links if "/doc/project/" in link} for p in (first, second))
    assert len(one) == len(two) == 20
    assert not one & two
    assert "已超出结果的末尾" in show(server, "/search?" + urlencode({"q": "样板", "page": 9})).text


def test_classes_are_counted_chosen_and_let_go(server: Server) -> None:
    page = show(server, "/search?" + urlencode({"q": "滇池"}))
    chosen = next(link for link in page.links if link.startswith("/search?") and "class=Article" in link)
    narrowed = show(server, chosen)
    assert "滇池又清了一些" in narrowed.text
    assert "/doc/thing/dianchi" not in narrowed.links
    assert "/search?" + urlencode({"q": "滇池"}) in narrowed.links
    counted = server.get("/search.json?" + urlencode({"q": "滇池"})).json["classes"]
    for row in counted:
        found = ask(server, "/search.json", "滇池", **{"class": row["class"]})
        assert found["total"] == row["count"]  # type: ignore[index]
    bodies = ask(server, "/search.json", "市工信局", **{"class": "Organization"})
    assert [r["label"] for r in bodies["results"]] == ["昆明市工业和信息化局"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("dc", "滇池"),
        ("dianc", "滇池"),
        ("滇", "滇池"),
        ("市工信局", "昆明市工业和信息化局"),
        ("dainchi", "滇池"),
    ],
)
def test_suggestions_while_typing(server: Server, typed: str, label: str) -> None:
    found = ask(server, "/suggest", typed)
    assert isinstance(found, list)
    assert found[0]["label"] == label
    assert found[0]["href"].startswith("/doc/")
    assert found[0].keys() == {"label", "href", "class_label", "why"}
    assert len(found) <= 10


def test_suggestions_speak_the_language_of_the_address(server: Server) -> None:
    found = server.get("/en/suggest?q=dc").json
    assert (found[0]["label"], found[0]["href"], found[0]["class_label"], found[0]["why"]) == (
        "Dianchi Lake",
        "/en/doc/thing/dianchi",
        "Place",
        "initials",
    )
    assert server.get("/suggest?q=dc", headers={"Accept-Language": "en"}).json[0]["label"] == "Dianchi Lake"


def test_suggestions_can_be_kept_for_a_while(server: Server) -> None:
    answer = server.get("/suggest?q=dc")
    assert "max-age=60" in answer.headers["Cache-Control"]
    assert "Accept-Language" in answer.headers["Vary"]
    again = server.get("/suggest?q=dc", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert server.get("/suggest?q=").json == []


def test_a_thing_of_others_is_found_and_leads_to_what_there_is(server: Server) -> None:
    assert server.get("/suggest?q=erhai").json[0]["href"] == "/search?q=" + quote("洱海")
    assert "http://elsewhere.example/lake" in show(server, "/search?q=erhai").links


def test_a_browser_can_add_the_search(server: Server) -> None:
    answer = server.get("/en/opensearch.xml")
    assert answer.mimetype == "application/opensearchdescription+xml"
    namespace = "{http://a9.com/-/spec/opensearch/1.1/}"
    root = ElementTree.fromstring(answer.data)
    assert len(root.findtext(f"{namespace}ShortName") or "") in range(1, 17)
    templates = {url.get("type"): url.get("template") or "" for url in root.findall(f"{namespace}Url")}
    page = templates["text/html"].replace("{searchTerms}", "dc").replace("{startPage?}", "1")
    own = f"http://127.0.0.1:{server.port}"
    assert page.startswith(f"{own}/en/search?")
    assert "Dianchi Lake" in server.get(page.removeprefix(own), headers=HTML).text
    asked = templates["application/x-suggestions+json"].replace("{searchTerms}", "dc").removeprefix(own)
    told = server.get(asked)
    assert told.mimetype == "application/x-suggestions+json"
    assert told.json[0] == "dc"
    assert told.json[1][0] == "Dianchi Lake"
    assert len(told.json[1]) == len(told.json[2])


@pytest.mark.parametrize(
    "query",
    [
        {"q": "长" * (LONGEST + 1)},
        {"q": "x" * 5000},
        {"q": "滇池", "page": "0"},
        {"q": "滇池", "page": "-1"},
        {"q": "滇池", "page": "二"},
        {"q": "滇池", "rows": "100000"},
        {"q": "滇池", "page": "9" * 30},
    ],
)
@pytest.mark.parametrize("path", ["/search", "/search.json", "/search.csv", "/suggest"])
def test_what_cannot_be_asked_gets_400_and_the_reason(
    server: Server, path: str, query: dict[str, str]
) -> None:
    answer = server.get(f"{path}?{urlencode(query)}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert str(answer.json["limit"]) in answer.json["detail"]


@pytest.mark.parametrize(
    "typed",
    [
        'iri:* OR "', "*", ".*", "(((", "a\x00b\x07", "\u202e滇池", "<script>alert(1)</script>", "${7*7}", "'; DROP TABLE",
        "%", "\ufffd", "🏞️", "滇" * LONGEST, "%ff%fe",
    ],
)  # fmt: skip
def test_hostile_words_are_words(server: Server, typed: str) -> None:
    answer = server.get(f"/search?{urlencode({'q': typed})}", headers=HTML)
    assert answer.status_code == 200
    assert Elements(answer.text).scripts in ([], ["inline"]) or all(
        source.startswith("/static/") for source in Elements(answer.text).scripts
    )
    assert "<script>alert" not in answer.text
    assert server.get(f"/search.json?{urlencode({'q': typed})}").json["total"] < MANY
    assert isinstance(server.get(f"/suggest?{urlencode({'q': typed})}").json, list)


def test_bytes_that_are_no_utf_8_find_nothing_and_break_nothing(server: Server) -> None:
    assert server.get("/search.json?q=%ff%fe%00").json["total"] == 0


@pytest.mark.parametrize("path", ["/search?q=" + quote("破"), "/search?class=Park"])
def test_hostile_labels_are_shown_harmlessly(server: Server, path: str) -> None:
    answer = server.get(path, headers=HTML)
    page = Elements(answer.text)
    assert "inline" not in page.scripts
    assert "破坏" in page.text
    assert "\u202e" not in answer.text
    told = server.get(path.replace("/search", "/search.csv")).text
    assert "'=破()" in told
    suggested = server.get("/suggest?q=" + quote("破")).text
    assert "\\u202e" not in suggested
    assert "\u202e" not in suggested


def test_the_shortest_address_means_the_same_selection() -> None:
    given = MultiDict(
        [("q", "  滇池   水 "), ("class", "Park"), ("class", "Park"), ("page", "2"), ("rows", "20")]
    )
    selection = Selection.read(given)
    assert selection == Selection("滇池 水", ("Park",), 2)
    assert Selection.read(MultiDict(selection.parameters)) == selection
    with pytest.raises(Problem, match="at most 20"):
        Selection.read(MultiDict([("class", str(n)) for n in range(21)]))


def test_a_snapshot_without_an_index_says_so(data: Path, tmp_path: Path) -> None:
    old = Path(shutil.copytree(data, tmp_path / "old", symlinks=True))
    shutil.rmtree((old / "current").resolve() / FOLDER)
    with running(old) as served:
        assert "这个快照没有搜索索引" in served.get("/search?q=x", headers=HTML).text
        for path in ("/search.json?q=x", "/suggest?q=x"):
            answer = served.get(path)
            assert answer.status_code == 404
            assert "build it again" in answer.text
        assert served.get("/", headers=HTML).status_code == 200


def test_the_index_is_exchanged_with_the_snapshot(data: Path, tmp_path: Path) -> None:
    import time

    own = Path(shutil.copytree(data, tmp_path / "own", symlinks=True))
    with running(own) as served:
        assert served.get("/suggest?q=dc").json[0]["label"] == "滇池"
        (tmp_path / "new.ttl").write_text(
            f"<{DEFAULT_BASE}id/park/new> <{RDFS}label> '大观楼公园'@zh .", "utf-8"
        )
        build(own, None, [tmp_path / "new.ttl"], base=DEFAULT_BASE)
        until = time.monotonic() + 30
        while not (found := served.get("/suggest?q=dgl").json) and time.monotonic() < until:
            time.sleep(0.05)
        assert found[0]["label"] == "大观楼公园"
        assert served.get("/suggest?q=dc").json == []


def test_other_suffixes_are_not_to_be_had(server: Server) -> None:
    assert server.get("/search.xml?q=x").status_code == 404
