"""The timeline of a year: as a whole while it is short, by months and pages once it isn't, nothing left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from ontology.terms import CCL, RDF, XSD
from tests.server.conftest import BASE, Publish
from tests.server.live import Server, running

DAYS = {"2023-03-04": 3, "2024-01-05": 520, "2024-02-29": 2}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, publish: Publish) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("data")
    publish(folder, [*articles(), *phase()])
    with running(folder, client_budget=0) as server:
        yield server


def articles() -> Iterator[Quad]:
    for day, number in DAYS.items():
        for each in range(number):
            article = NamedNode(f"{BASE}id/article/{day}-{each:03}")
            yield quad(article, RDF.type, NamedNode(CCL.Article))
            yield quad(article, CCL.published, Literal(day, datatype=NamedNode(XSD.date)))


def phase() -> Iterator[Quad]:
    report = NamedNode(f"{BASE}id/phase/p1")
    yield quad(report, RDF.type, NamedNode(CCL.PhaseReport))
    yield quad(report, CCL.period, Literal("2023-03"))


def quad(subject: NamedNode, predicate: str, object: NamedNode | Literal) -> Quad:
    return Quad(subject, NamedNode(predicate), object, NamedNode(f"{BASE}graph/a"))


def listed(server: Server, path: str) -> list[str]:
    """The last parts of the things that the timeline lists, in its order."""
    reply = server.get(path, headers={"Accept": "text/html"})
    assert reply.status_code == 200
    _, _, timeline = reply.text.partition('<ol class="timeline">')
    return re.findall(r'href="/doc/(?:article|phase)/([^"]+)"', timeline)


def test_a_short_year_is_shown_as_a_whole_its_months_and_days_in_order(server: Server) -> None:
    assert listed(server, "/timeline?year=2023") == [
        "p1",
        "2023-03-04-000",
        "2023-03-04-001",
        "2023-03-04-002",
    ]


def test_a_long_year_goes_by_months_and_a_long_month_by_pages(server: Server) -> None:
    pages = [listed(server, f"/timeline?year=2024&month=01&page={number}") for number in (1, 2, 3)]
    assert listed(server, "/timeline?year=2024") == pages[0]
    assert [len(page) for page in pages] == [200, 200, 120]
    assert [each for page in pages for each in page] == [f"2024-01-05-{each:03}" for each in range(520)]
    assert listed(server, "/timeline?year=2024&month=02") == ["2024-02-29-000", "2024-02-29-001"]


def test_a_page_links_to_its_years_months_and_neighbours(server: Server) -> None:
    text = server.get("/timeline?year=2024&month=01&page=2", headers={"Accept": "text/html"}).text
    links = re.findall(r'href="(/timeline\?[^"]+)"', text.replace("&amp;", "&"))
    assert {"/timeline?year=2023", "/timeline?year=2024&month=02", "/timeline?year=2024&month=01"} <= set(
        links
    )
    assert text.count('aria-current="page"') >= 2
    assert "2 / 3" in text


@pytest.mark.parametrize(
    "path",
    [
        "/timeline",
        "/timeline?year=1999",
        "/timeline?year=2024&month=13&page=0",
        "/timeline?year=2024&page=x",
        pytest.param(f"/timeline?page={'9' * 5000}", id="more digits than Python reads"),
    ],
)
def test_what_is_none_of_them_is_the_newest_year_and_its_first_page(server: Server, path: str) -> None:
    assert listed(server, path) == listed(server, "/timeline?year=2024&month=01")


def test_each_page_has_a_tag_of_its_own(server: Server) -> None:
    paths = ("", "?year=2023", "?year=2024&month=02", "?year=2024&page=2")
    assert len({server.get(f"/timeline{path}").headers["ETag"] for path in paths}) == len(paths)
