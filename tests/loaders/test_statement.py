"""Statements of one sentence: kind, indicator, quantity, period, completion."""

from __future__ import annotations

import pytest

from loaders.facts import Article, Statement
from loaders.pipeline import extract


def read(body: str, headline: str = "标题", published: str | None = None) -> list[Statement]:
    return list(extract(Article("a", headline, body, published=published)).statements)


def row(s: Statement) -> tuple[object, ...]:
    return (s.kind, s.indicator, s.value, s.unit, s.bound, s.aspect)


#: sentence → (kind, indicator, value, unit, bound, aspect) of each statement with a quantity
SENTENCES = {
    "明年，全区将新建幼儿园3所。": [("commitment", "新建幼儿园", 3, "所", "=", "level")],
    "力争工业投资增长15%以上。": [("commitment", "工业投资", 15, "%", ">=", "growth")],
    "确保物流总收入达3500亿元。": [("commitment", "物流总收入", 350_000_000_000, "元", "=", "level")],
    "已发放贷款7.61亿元。": [("outcome", "发放贷款", 761_000_000, "元", "=", "level")],
    "全年共打造10个便民生活圈。": [("outcome", "便民生活圈", 10, "个", "=", "level")],
    "固定资产投资同比下降3.5%。": [("outcome", "固定资产投资", 3.5, "%", "=", "decline")],
    "产值突破90亿元，增长7%左右，占全省的三分之一。": [
        ("outcome", "产值", 9_000_000_000, "元", ">", "level"),
        ("outcome", "产值", 7, "%", "~", "growth"),
        ("outcome", "产值", 33.33, "%", "=", "share"),
    ],
    "将引进5000万元以上企业20户。": [("commitment", "引进5000万元以上企业", 20, "户", "=", "level")],
    "力争甲类、乙类园区亩均产值分别达到40万元、30万元以上。": [
        ("commitment", "甲类园区亩均产值", 400_000, "元/亩", ">=", "level"),
        ("commitment", "乙类园区亩均产值", 300_000, "元/亩", ">=", "level"),
    ],
    "通关时间由原来的40小时压缩到5小时以内。": [("outcome", "通关时间", 5, "小时", "<=", "level")],
    "已建成住房200套，投入使用150套。": [
        ("outcome", "建成住房", 200, "套", "=", "level"),
        ("outcome", "住房投入使用", 150, "套", "=", "level"),
    ],
}


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES.items(), ids=list(SENTENCES))
def test_a_sentence_is_split_until_each_statement_has_one_quantity(
    sentence: str, expected: list[tuple[object, ...]]
) -> None:
    assert [row(s) for s in read(sentence) if s.value is not None] == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "为60岁以上的老人提供服务。",
        "第十五水质净化厂正在建设。",
        "实施“六大行动”。",
        "连续3年获奖。",
        "会议于1月8日召开。",
    ],
)
def test_conditions_ordinals_names_and_lengths_of_time_make_no_quantity(sentence: str) -> None:
    assert [s for s in read(sentence) if s.value is not None] == []


def test_a_completion_rate_belongs_to_its_number_and_is_no_statement() -> None:
    [s] = read("新增公办幼儿园80所，完成率160%。")
    assert (s.value, s.completion, s.completion_joint) == (80, 160, False)
    assert s.quote == "新增公办幼儿园80所，完成率160%"


def test_a_rate_that_fits_the_second_number_goes_there() -> None:
    works, people = read("已完成供水工程30项，惠及农村人口35372人，完成率117.9%。")
    assert (works.completion, people.completion) == (None, 117.9)


def test_the_shared_bound_is_within_the_quote() -> None:
    first, _ = read("力争甲类、乙类园区亩均产值分别达到40万元、30万元以上。")
    assert first.bound == ">=" and first.quote.endswith("30万元以上")


def test_a_promise_goes_on_through_its_paragraph() -> None:
    body = "全区将扩大投资。实施重点项目20个。加快30个项目建设。"
    assert {s.kind for s in read(body)} == {"commitment"}


def test_a_section_head_makes_what_follows_results() -> None:
    body = "全市将办好实事。\n2023年完成情况为：\n新增学位900个。"
    [s] = [s for s in read(body) if s.value is not None]
    assert (s.kind, s.period) == ("outcome", "2023")


def test_a_lead_in_of_targets_outweighs_words_of_having() -> None:
    [s] = read("目标任务：每千人拥有托位4.1个。")
    assert (s.kind, s.value) == ("commitment", 4.1)


def test_a_year_before_publication_is_a_result_and_one_after_it_a_promise() -> None:
    body = "2022年，新增学位900个。2025年，新增学位1000个。"
    assert [(s.period, s.kind) for s in read(body, published="2023-06-01")] == [
        ("2022", "outcome"),
        ("2025", "commitment"),
    ]


def test_the_year_as_a_whole_is_still_to_come_in_its_first_months() -> None:
    body = "2023年，全力办好实事，新增学位900个。2023年底前，新建学校3所。"
    assert {s.kind for s in read(body, published="2023-02-10") if s.value} == {"commitment"}
    assert {s.kind for s in read(body, published="2024-01-10") if s.value} == {"outcome"}
    [s] = read("今年春节，全市接待游客500万人次。", published="2023-02-10")
    assert s.kind == "outcome"


def test_a_total_to_be_reached_is_a_promise() -> None:
    [s] = read("到2025年，全市累计建成示范点30个。", published="2023-02-10")
    assert s.kind == "commitment"


def test_a_share_of_nothing_named_is_no_share_of_a_sign() -> None:
    [s] = read("2023年，全市清洁能源公交车占比达80%。")
    assert (s.aspect, s.comparand) == ("share", None)


def test_unknown_years_stay_unknown() -> None:
    [s] = read("日前，该区新增学位900个。")
    assert s.period is None


def test_the_subject_is_the_agent_and_goes_on() -> None:
    body = "呈贡区将扩大投资。新建幼儿园3所。官渡区计划新建学校2所。"
    assert [(s.agent, s.value) for s in read(body) if s.value] == [("呈贡区", 3), ("官渡区", 2)]


def test_who_tells_the_paper_is_no_agent() -> None:
    [s] = read("记者从昆明市水务局获悉，昆明市新建水厂2座。")
    assert s.agent == "昆明市"


def test_the_lead_body_of_an_item_does_not_act_in_the_next() -> None:
    body = (
        "昆明市人民政府2023年将办好实事。\n一、新增学位900个。牵头单位：市教育体育局。\n二、新建公路30公里。"
    )
    assert {s.agent for s in read(body) if s.value} == {"昆明市人民政府"}


def test_items_of_a_list_after_a_colon_are_one_statement_each() -> None:
    body = (
        "市政府2024年10件惠民实事为：扩大教育资源；加强道路建设，优化交通组织；新增停车位200个。昆明市公布。"
    )
    listed = [s.indicator for s in read(body) if s.programme]
    assert listed == ["扩大教育资源", "加强道路建设,优化交通组织", "新增停车位"]


def test_estimates_are_marked() -> None:
    level, growth = read("预计产值突破90亿元，增长7%。")
    assert level.estimated and growth.estimated
