"""Dropped targets in words that no rule has as its example, and what only looks like one."""

from __future__ import annotations

import pytest

from loaders.contract import to_rows
from loaders.facts import Article, Statement
from loaders.pipeline import extract


def read(body: str) -> list[Statement]:
    return list(extract(Article("a", "新闻", body, published="2024-06-01")).statements)


@pytest.mark.parametrize(
    ("body", "indicator", "value"),
    [
        ("宜良县决定终止2024年新建冷链仓库6座的计划。", "新建冷链仓库", 6),
        ("嵩明县撤销今年建设35公里绿道的任务。", "建设绿道", 35),
        ("石林县原定2024年改造的18座农贸市场不再改造。", "改造农贸市场", 18),
        ("富民县缓建人行天桥4座。", "人行天桥", 4),
        ("寻甸县2024年新增托育机构9家的目标已被取消。", "新增托育机构", 9),
        ("禄劝县年初计划新建篮球场22个，因选址困难不再实施。", "新建篮球场", 22),
        ("东川区将修建观景台7处移出年度计划。", "修建观景台", 7),
        ("晋宁区培训乡村教师600名的任务不再作为年度任务。", "培训乡村教师", 600),
        ("西山区新建驿站14个的项目终止。", "新建驿站", 14),
    ],
)
def test_a_dropped_target_is_told_with_what_was_to_be_done(body: str, indicator: str, value: int) -> None:
    (told,) = [s for s in read(body) if s.withdrawn]
    assert (told.indicator, told.value, told.kind) == (indicator, value, "commitment")
    assert body[told.span.start : told.span.end] == told.quote
    assert told.completion is None


@pytest.mark.parametrize(
    "body",
    [
        "宜良县取消停车收费路段12个。",
        "嵩明县取消村级证明33项。",
        "石林县撤销临时检查站5个。",
        "富民县不再新增水泥产能20万吨。",
        "寻甸县终止劳动合同18份。",
        "禄劝县暂停营业网吧6家。",
        "东川区没有取消新建篮球场22个的计划。",
        "如果取消新建驿站14个的计划，居民会不便。",
        "西山区建议取消新建驿站14个的计划。",
        "晋宁区新建驿站14个，停车位不再收费。",
        "晋宁区计划新建驿站14个，取消收费。",
        "官渡区停建违法建筑31处。",
        "宜良县取消新建厂房环评审批6项。",
        "嵩明县停止建设行为15起。",
        "官渡区将新建驿站14个列入年度计划。",
    ],
)
def test_a_deed_a_limit_a_denial_or_a_proposal_drops_nothing(body: str) -> None:
    assert [s.quote for s in read(body) if s.withdrawn] == []


def test_rows_of_the_contract_are_marked_where_a_target_is_dropped_and_nowhere_else() -> None:
    body = "富民县将新建人行天桥4座。富民县取消今年新建12个驿站的计划。"
    rows = [r for r in to_rows(extract(Article("a", "新闻", body))) if r["type"] == "statement"]
    assert [(r["kind"], r["value"], r.get("withdrawn")) for r in rows] == [
        ("commitment", 4, None),
        ("commitment", 12, True),
    ]
