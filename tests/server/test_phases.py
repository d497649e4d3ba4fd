"""A project's phases on its page, on timelines, in its article, in the graph, and as of an earlier day."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.build import build
from graph.rdf import PHASE_WORDS
from graph.snapshot import open_current
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.generate import ONTOLOGY
from ontology.identifiers import DEFAULT_BASE
from tests.server.live import Server, running

PAGES = {
    "start": (
        "2021-03-10",
        "盘龙江治理开工",
        "2021年3月8日，盘龙江截污工程破土动工。盘龙江截污工程预计2023年建成。",
    ),
    "roof": ("2022-09-01", "盘龙江治理过半", "盘龙江截污工程正在加快建设，年内将完成管网铺设。"),
    "end": ("2023-07-02", "盘龙江治理完工", "2023年6月30日，盘龙江截污工程通过竣工验收。"),
    "still": ("2023-07-01", "盘龙江治理又一说", "盘龙江截污工程仍在建设。"),
}
PREFIX = "PREFIX ccl: <https://w3id.org/chuncheng/def/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
NOW = PREFIX + "SELECT ?phase { ?it a ccl:Project ; rdfs:label '盘龙江截污工程'@zh ; ccl:phase ?phase }"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages, data = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("data")
    for name, (day, headline, text) in PAGES.items():
        (pages / f"{name}.md").write_text(
            f"---\npublished: {day}\nheadline: {headline}\n---\n\n{text}\n", "utf-8"
        )
    build(data, extract_files([pages], Publication()), base=DEFAULT_BASE)
    return data


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with running(data, client_budget=0) as server:
        yield server


@pytest.fixture(scope="module")
def project(server: Server) -> str:
    """Path of the project's document."""
    query = PREFIX + "SELECT ?it { ?it a ccl:Project ; rdfs:label '盘龙江截污工程'@zh }"
    return "/doc/" + server.ask(query, accept="text/csv").text.split()[1].removeprefix(f"{DEFAULT_BASE}id/")


def page(server: Server, path: str) -> str:
    reply = server.get(path, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert reply.status_code == 200
    return reply.text


def test_the_page_of_a_project_tells_its_phases_in_order_with_their_words(
    server: Server, project: str
) -> None:
    text = page(server, project + ".html")
    panel = text[text.index('id="panel-phases"') :].partition("</section>")[0]
    assert re.findall(r'<time datetime="([^"]+)">', panel) == [
        "2021-03-08", "2022-09-01", "2023-06-30", "2023-07-01",
    ]  # fmt: skip
    for words in (
        "2021年3月8日，盘龙江截污工程破土动工",
        "盘龙江截污工程正在加快建设",
        "盘龙江截污工程通过竣工验收",
    ):
        assert words in panel
    assert "预计2023年建成" not in panel
    stages = re.findall(r"<li( class=\"told\")?( aria-current=\"step\")?>", panel)
    assert [bool(told) for told, _ in stages[:5]] == [False, True, True, True, False]
    # The latest report says that it goes on; the one of completion stands beside it.
    assert [bool(now) for _, now in stages[:5]] == [False, False, True, False, False]


def test_the_words_lead_to_their_place_in_the_article(server: Server, project: str) -> None:
    text = page(server, project + ".html")
    path, anchor = re.findall(r'<cite><a href="([^"#]+)#([^"]+)">', text[text.index('id="panel-phases"') :])[
        0
    ]
    article = page(server, path)
    assert f'<mark class="phase" id="{anchor}"' in article
    assert "Phases of projects" in article


def test_timelines_have_what_happened_on_a_day(server: Server, project: str) -> None:
    year = page(server, "/timeline?year=2021")
    assert "盘龙江截污工程：开工（2021-03-08）" in year
    own = page(server, f"/timeline?focus={project.removeprefix('/doc/')}")
    assert "under construction" in own


def test_a_report_has_a_document_and_a_page_with_its_words(server: Server) -> None:
    query = PREFIX + "SELECT ?it { ?it a ccl:PhaseReport ; ccl:phase ccl:completed }"
    report = "/doc/" + server.ask(query, accept="text/csv").text.split()[1].removeprefix(f"{DEFAULT_BASE}id/")
    assert "2023年6月30日，盘龙江截污工程通过竣工验收" in page(server, report + ".html")
    turtle = server.get(report + ".ttl").text
    assert "通过竣工验收" in turtle and "inOperation" not in turtle


def test_the_current_phase_is_that_of_the_latest_report_as_of_any_day(server: Server) -> None:
    for day, phase in (
        ("2021-12-31", "started"),
        ("2022-12-31", "underConstruction"),
        (None, "underConstruction"),
    ):
        path = "/sparql" + (f"?asof={day}" if day else "")
        for _ in range(100):  # a view is put together when it is asked for
            reply = server.open(
                path, "POST", {"Accept": "text/csv"}, NOW, content_type="application/sparql-query"
            )
            if reply.status_code != 503:
                break
            time.sleep(0.3)
        assert reply.text.split()[1:] == [f"https://w3id.org/chuncheng/def/{phase}"], day


def test_the_build_found_nothing_wrong_with_them(data: Path) -> None:
    store = open_current(data).open_store()
    count = f"{PREFIX} SELECT (COUNT(*) AS ?n) {{ ?report a ccl:PhaseReport ; ccl:evidence/ccl:quote ?words ; ccl:article ?article }}"
    [row] = store.query(count)  # type: ignore[misc]
    assert row["n"].value == "4"


def test_labels_call_phases_as_the_ontology_does() -> None:
    text = ONTOLOGY.read_text("utf-8")
    for phase, word in PHASE_WORDS.items():
        assert f'ccl:{phase} a owl:NamedIndividual, ccl:Phase ;\n    rdfs:label "{word}"@zh' in text
