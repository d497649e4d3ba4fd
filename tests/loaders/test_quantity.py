"""What is a quantity, in which unit, with which bound."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.quantity import parse_number, read_quantities
from loaders.text import Text

#: text → (value, unit, bound) of each quantity in it
QUANTITIES = {
    "完成投资3500亿元": [(350_000_000_000, "元", "=")],
    "新增岗位22.46万个": [(224_600, "个", "=")],
    "下达资金1,200万元": [(12_000_000, "元", "=")],
    "培训１２万人次": [(120_000, "人次", "=")],
    "建成一百二十个站点": [(120, "个", "=")],
    "两家企业投产": [(2, "家", "=")],
    "不少于40个": [(40, "个", ">=")],
    "达到23000户以上": [(23_000, "户", ">=")],
    "突破4900亿元": [(490_000_000_000, "元", ">")],
    "活动60余场": [(60, "场", ">")],
    "捐款30余万元": [(300_000, "元", ">")],
    "覆盖200多个小区": [(200, "个", ">")],
    "上万人参加": [(10_000, "人", ">")],
    "近百家企业": [(100, "家", "~")],
    "增长7%左右": [(7, "%", "~")],
    "约8公里": [(8, "公里", "~")],
    "控制在5%以内": [(5, "%", "<=")],
    "不超过3个工作日": [(3, "个工作日", "<=")],
    "不足2万吨": [(20_000, "吨", "<")],
    "占三分之一": [(Decimal("33.33"), "%", "=")],
    "约七成": [(70, "%", "~")],
    "百分之十五": [(15, "%", "=")],
    "提高2.3个百分点": [(Decimal("2.3"), "个百分点", "=")],
    "每千人5.63批次": [(Decimal("5.63"), "批次/千人", "=")],
    "每天共9趟": [(9, "趟/天", "=")],
    "粮食产量稳定在12万吨": [(120_000, "吨", "=")],
    "合格率保持在98%以上": [(98, "%", ">=")],
    "每万人口8.5标台": [(Decimal("8.5"), "标台/万人", "=")],
    "单价5元/亩": [(5, "元/亩", "=")],
    "浓度25微克/立方米": [(25, "微克/立方米", "=")],
    "分别达到400万元、300万元以上": [(4_000_000, "元", ">="), (3_000_000, "元", ">=")],
    "实现1.2万亿元": [(1_200_000_000_000, "元", "=")],
    "达300万美元": [(3_000_000, "美元", "=")],
    "新装ATM26台": [(26, "台", "=")],
    "减排VOC1.5万吨": [(15_000, "吨", "=")],
    "布设NFC300余个": [(300, "个", ">")],
    "开通6G试验站90座": [(90, "座", "=")],
}

NONE = [
    "第十五水质净化厂",
    "十五届人大四次会议",
    "“8+N”重点产业链",
    "“3815”战略",
    "12348热线",
    "促消费“六大行动”",
    "“三类500强”企业",
    "地铁5号线",
    "G85高速",
    "CRH400个性化车厢",
    "MU15座客机",
    "BRT12路",
    "GDB-100台",
    "一个平台",
    "一带一路",
    "数十家企业",
    "开发区振兴三年行动",
    "第3批名单",
    "国家A级景区",
    "汽车零部件产业",
]


@pytest.mark.parametrize(("text", "expected"), QUANTITIES.items(), ids=list(QUANTITIES))
def test_a_quantity_has_value_base_unit_and_bound(text: str, expected: list[tuple[object, str, str]]) -> None:
    assert [(q.value, q.unit, q.bound) for q in read_quantities(Text(text))] == expected


@pytest.mark.parametrize("text", NONE)
def test_ordinals_and_names_are_no_quantities(text: str) -> None:
    assert read_quantities(Text(text)) == []


@pytest.mark.parametrize("text", ["60岁以上的长者", "10亿元以上项目", "500平方米以上的公厕"])
def test_a_threshold_before_a_noun_is_a_condition(text: str) -> None:
    assert [q.condition for q in read_quantities(Text(text))] == [True]


def test_counting_words_before_a_noun_keep_their_count() -> None:
    assert [q.condition for q in read_quantities(Text("培育100家以上企业"))] == [False]


@pytest.mark.parametrize(
    ("text", "ends"),
    [("建设10至15个", (10, 15)), ("增长5%—6%", (5, 6)), ("投资400万元至500万元", (4_000_000, 5_000_000))],
)
def test_a_range_has_two_ends(text: str, ends: tuple[int, int]) -> None:
    [quantity] = read_quantities(Text(text))
    assert (quantity.value, quantity.upper) == ends


def test_a_change_from_one_value_to_another_is_two_quantities() -> None:
    assert [q.value for q in read_quantities(Text("从3个增加到5个"))] == [3, 5]


@given(st.integers(1, 10**7), st.sampled_from(["", "万", "亿"]))
def test_scales_multiply(number: int, scale: str) -> None:
    assert parse_number(f"{number}{scale}") == number * {"": 1, "万": 10**4, "亿": 10**8}[scale]


@given(
    st.text(alphabet="0123456789.,%万亿千百十三两个元人约近超以上至到—第年月日的了、。，“”一", max_size=80)
)
def test_spans_lie_in_the_text_and_hold_their_number(text: str) -> None:
    for q in read_quantities(Text(text)):
        assert 0 <= q.before <= q.number < q.end <= len(text)
        assert any(c.isdigit() or c in "一二两三四五六七八九十百千万亿" for c in text[q.number : q.end])
