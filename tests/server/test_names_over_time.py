"""Pages of things that had other names, and of officials who had other posts."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from graph.build import article_lines
from graph.places import former_name_quads, places_quads
from loaders.facts import Article
from loaders.gazetteer import Gazetteer
from loaders.identity import same_persons, sightings
from loaders.pipeline import extract
from ontology.identifiers import article_id, entity_iri
from tests.server.conftest import BASE, Publish
from tests.server.live import Server, running

TEXTS = {
    "2018-05-01": "昆明市工业和信息化委员会负责招商引资。五华区区长李建明主持会议。",
    "2019-03-01": "2019年2月，昆明市工业和信息化委员会更名为昆明市工业和信息化局。",
    "2021-01-22": "2021年1月20日，会议决定任命李建明为昆明市副市长。",
}
HTML = {"Accept": "text/html"}
ARTICLES = [
    extract(
        Article(article_id("昆明日报", day, body, body), body[:9], body, published=day, publisher="昆明日报")
    )
    for day, body in TEXTS.items()
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, publish: Publish) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("names")
    lines = b"".join(article_lines(ARTICLES, BASE, quotes_only=False))
    gazetteer = Gazetteer.default()
    surroundings = (*places_quads(gazetteer, BASE), *former_name_quads(gazetteer, BASE))
    publish(folder, (*pyoxigraph.parse(lines, format=RdfFormat.N_QUADS), *surroundings))
    with running(folder) as server:
        yield server


def path_of(cls: str, key: str) -> str:
    return "/doc/" + entity_iri(BASE, cls, key).removeprefix(f"{BASE}id/")


def test_a_body_shows_its_names_over_time_with_the_words_that_tell_them(pages: Server) -> None:
    page = pages.get("/en" + path_of("Organization", "昆明市工业和信息化局"), headers=HTML).text
    section = page.split("Names over time", 1)[1].split("</table>", 1)[0]
    for told in ("昆明市工业和信息化委员会", "2019-02", "2019-03-01", "更名为昆明市工业和信息化局"):
        assert told in section
    gone = path_of("Organization", "昆明市工业和信息化委员会")
    assert pages.get(gone, headers=HTML).status_code in (404, 410)


def test_an_official_shows_the_posts_held_with_their_days(pages: Server) -> None:
    seen = [s for extraction in ARTICLES for s in sightings(extraction) if s.name == "李建明"]
    known = same_persons(seen)
    [key] = {known.get((s.article, s.key), s.key) for s in seen}
    page = pages.get("/en" + path_of("Person", key), headers=HTML).text
    section = page.split("Posts held", 1)[1].split("</table>", 1)[0]
    for told in ("五华区区长", "昆明市副市长", "2021-01-20", "2018-05-01", "2021-01-22"):
        assert told in section


def test_a_district_shows_that_it_was_a_county(pages: Server) -> None:
    page = pages.get("/en" + path_of("AdministrativeArea", "530114"), headers=HTML).text
    section = page.split("Names over time", 1)[1].split("</table>", 1)[0]
    assert "呈贡县" in section
    assert "2011" in section
