"""Names that look like places, towns without a row, committees of other parties; and what holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.entity import read_entities
from loaders.facts import Article

FRAGMENTS = [
    "昆明市",
    "呈贡区雨花街道",
    "东莞市",
    "该公司",
    "市委",
    "市政府",
    "任命王明华为局长。",
    "“三年”行动",
    "《某某规划》",
    "地铁3号线",
    "磨憨一磨丁",
    "民进昆明市委",
    "城区",
    "和县",
    "（",
    "）",
    "，",
    "等12个项目",
    "有限公司",
    "第十届",
    "会议",
    "\n",
    "雲南",
    "Ａ１",
    "𠀀",
]


def names(body: str) -> set[tuple[str, str]]:
    return {(e.cls, e.name) for e in read_entities(Article("a", "标题", body))}


@pytest.mark.parametrize(
    "text",
    [
        "主城区新建停车位，老城区更新，郊区供水改善。",
        "州市和县区共同推进，省、市和县各部门配合。",
        "建设新城区，打造东区和西区。",
        "河湖桥东区域治理。",
        "语文县级竞赛。",
        "重点街道、老旧街道和特色小镇加快更新。",
    ],
)
def test_everyday_words_are_no_places(text: str) -> None:
    assert names(text) == set()


def test_an_everyday_word_behind_its_city_is_a_place() -> None:
    assert ("AdministrativeArea", "城区") in names("晋城市城区新建学校。")


def test_a_county_of_two_characters_needs_its_city_in_the_article() -> None:
    assert ("AdministrativeArea", "和县") in names("马鞍山市加快发展。和县新增企业。")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("成华区猛追湾街道推进改造", {"猛追湾街道"}),
        ("双流区东升街道、西航港街道同步推进", {"东升街道", "西航港街道"}),
        ("区里推进改造，秣陵街道、禄口街道各建成1个", {"秣陵街道", "禄口街道"}),
    ],
)
def test_towns_without_a_row_are_read_by_their_suffix(text: str, expected: set[str]) -> None:
    assert expected <= {name for cls, name in names(text) if cls == "AdministrativeArea"}


@pytest.mark.parametrize("party", ["民进昆明市委", "九三学社昆明市委", "民盟云南省委"])
def test_a_democratic_party_is_not_the_communist_party(party: str) -> None:
    found = names(f"{party}建议加快公园建设。")
    assert ("Organization", party) in found
    assert not any(name.startswith("中共") for _, name in found)


def test_a_city_without_counties_is_read() -> None:
    assert names("东莞市的企业来访。") == {("AdministrativeArea", "东莞市")}


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=24).map("".join) | st.text(max_size=80))
def test_quotes_are_verbatim_and_reading_is_repeatable(body: str) -> None:
    article = Article("a", "标题", body)
    entities = read_entities(article)
    assert [e.quote for e in entities] == [body[e.span.start : e.span.end] for e in entities]
    assert all(e.quote and e.name and e.key and e.rules for e in entities)
    assert entities == read_entities(article)
