"""The gazetteer: a tree of places with codes, other names and labels."""

from __future__ import annotations

import pytest

from loaders.gazetteer import Gazetteer, GazetteerError, Place, english_label, former_names


def test_kunming_has_its_fourteen_counties() -> None:
    codes = {p.code for p in Gazetteer.default().areas() if p.parent == "530100"}
    assert codes == {
        *("530102", "530103", "530111", "530112", "530113", "530114", "530115"),
        *("530124", "530125", "530126", "530127", "530128", "530129", "530181"),
    }


def test_every_place_leads_up_to_a_country() -> None:
    gazetteer = Gazetteer.default()
    for place in gazetteer.by_code.values():
        top = [place, *gazetteer.above(place)][-1]
        assert top.kind == "Country", (place.code, place.name)


@pytest.mark.parametrize("code", ["441900", "442000", "460400"])
def test_a_city_without_counties_lies_in_its_province(code: str) -> None:
    gazetteer = Gazetteer.default()
    place = gazetteer.by_code[code]
    assert (place.kind, place.parent) == ("PrefectureCity", code[:2] + "0000")


def test_a_village_of_a_zone_lies_in_the_county_around_it() -> None:
    gazetteer = Gazetteer.default()
    assert "530102" in {p.code for p in gazetteer.above(gazetteer.by_code["530102401001"])}


def test_mohan_stays_in_mengla_which_only_trusts_it_to_kunming() -> None:
    gazetteer = Gazetteer.default()
    assert [p.name for p in gazetteer.above(gazetteer.by_code["532823105"])][:2] == [
        "勐腊县",
        "西双版纳傣族自治州",
    ]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("昆明高新区", "zone-kunming-gaoxin"),
        ("经开区", "zone-kunming-jingkai"),
        ("滇池度假区", "zone-kunming-dianchi"),
        ("滇中新区", "zone-dianzhong"),
        ("呈贡县", "530114"),
        ("西双版纳州", "532800"),
    ],
)
def test_other_names_lead_to_the_place(name: str, key: str) -> None:
    assert [p.code for p in Gazetteer.default().by_name[name]] == [key]


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ((Place("1", "甲市", "PrefectureCity", "1"),), "lies in itself"),
        ((Place("1", "甲市", "PrefectureCity", "2"), Place("2", "乙省", "Province", "1")), "lies in itself"),
        ((Place("1", "甲市", "PrefectureCity", "9"),), "which no row has"),
        (
            (Place("1", "甲市", "PrefectureCity", None), Place("1", "乙市", "PrefectureCity", None)),
            "stands twice",
        ),
    ],
)
def test_rows_that_make_no_tree_are_refused_by_name(places: tuple[Place, ...], told: str) -> None:
    with pytest.raises(GazetteerError, match=f"甲市.*{told}|{told}.*甲市"):
        Gazetteer(places, (), ())


@pytest.mark.parametrize(
    ("code", "short"),
    [("530114", "呈贡"), ("530126", "石林"), ("533103", "芒市"), ("530000", "云南"), ("532800", "西双版纳")],
)
def test_a_short_name_keeps_two_characters(code: str, short: str) -> None:
    assert Gazetteer.default().by_code[code].short == short


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("530114", "Chenggong District"),
        ("530128", "Luquan Autonomous County"),
        ("530800", "Pu'er City"),
        ("610000", "Shaanxi Province"),
        ("140000", "Shanxi Province"),
        ("500000", "Chongqing Municipality"),
        ("LA", "Laos"),
        ("zone-kunming-jingkai", "Kunming Economic and Technological Development Zone"),
    ],
)
def test_an_english_label_is_conventional_or_pinyin_and_kind(code: str, label: str) -> None:
    assert english_label(Gazetteer.default().by_code[code]) == label


def test_names_before_a_change_have_the_year_of_the_change() -> None:
    former = {(f.code, f.name): f.until for f in former_names()}
    assert former["530114", "呈贡县"] == "2011"
    assert former["530115", "晋宁县"] == "2016"
    assert ("530126", "石林县") not in former  # a short form in use
    assert all(code in Gazetteer.default().by_code for code, _ in former)
