"""Links of places to other data sets: a cited table, each row of which can be checked."""

from __future__ import annotations

import pytest

from loaders.gazetteer import Gazetteer, GazetteerError
from loaders.same_as import check, same_as

ROW = {
    "code": "530100",
    "same_as": "http://www.wikidata.org/entity/Q1",
    "source": "a table",
    "checked": "2026-11-29",
}


def links_of(code: str) -> set[str]:
    return {link.iri for link in same_as() if link.code == code}


def test_the_city_its_province_and_its_country_are_linked() -> None:
    assert links_of("530100") == {
        "http://www.wikidata.org/entity/Q182852",
        "https://sws.geonames.org/1804649/",
    }
    assert links_of("530000") == {
        "http://www.wikidata.org/entity/Q43194",
        "https://sws.geonames.org/1785694/",
    }
    assert links_of("LA") == {"http://www.wikidata.org/entity/Q819", "https://sws.geonames.org/1655842/"}


def test_every_country_that_the_news_names_is_linked_to_both_data_sets() -> None:
    countries = {place.code for place in Gazetteer.default().areas() if place.kind == "Country"}
    for dataset in ("wikidata", "geonames"):
        assert countries <= {link.code for link in same_as() if link.dataset == dataset}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "999999"}, "no place has the code"),
        ({"same_as": "https://www.wikidata.org/wiki/Q1"}, "no IRI of a thing"),
        ({"same_as": "http://www.wikidata.org/entity/Q0"}, "no IRI of a thing"),
        ({"source": ""}, "needs a source"),
        ({"checked": ""}, "needs a source and a day"),
    ],
)
def test_a_row_that_cannot_be_is_told(change: dict[str, str], said: str) -> None:
    with pytest.raises(GazetteerError, match=said):
        check([ROW | change], Gazetteer.default())


def test_two_places_are_not_one_thing() -> None:
    with pytest.raises(GazetteerError, match="both 530100 and 530000"):
        check([ROW, ROW | {"code": "530000"}], Gazetteer.default())
