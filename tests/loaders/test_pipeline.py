"""What holds for every article, whatever it says."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.contract import to_rows
from loaders.facts import Article
from loaders.pipeline import extract

_WORDS = [
    "昆明市",
    "呈贡区",
    "将",
    "已",
    "力争",
    "新增",
    "幼儿园",
    "3所",
    "15%",
    "3500亿元",
    "以上",
    "分别达到",
    "400万元、300万元",
    "完成率",
    "167.5%",
    "，",
    "。",
    "；",
    "：",
    "“",
    "”",
    "《",
    "》",
    "（",
    "）",
    "2024年",
    "今年",
    "截至2023年12月31日",
    "市政府",
    "董事长王晓明",
    "表示",
    "该公司",
    "云南某某科技有限公司",
    "等50个重大项目",
    "一带一路",
    "三分之一",
    "占全省的",
    "增长",
    "第十五",
    "产业园区",
    "和",
    "、",
    "的",
    "荣获",
    "称号",
]
_TEXTS = st.one_of(
    st.lists(st.sampled_from([*_WORDS, "\n"]), max_size=40).map("".join),
    st.text(max_size=200),
)


@settings(deadline=None, max_examples=150)
@given(_TEXTS)
def test_every_quote_is_the_very_slice_of_the_body(body: str) -> None:
    extraction = extract(Article("a", "标题", body))
    for fact in (*extraction.entities, *extraction.statements, *extraction.relations):
        assert fact.quote == body[fact.span.start : fact.span.end] != ""


@settings(deadline=None, max_examples=100)
@given(_TEXTS)
def test_the_printed_quantity_stands_in_its_quote(body: str) -> None:
    for s in extract(Article("a", "标题", body)).statements:
        assert s.surface is None or s.surface in s.quote
        assert (s.value is None) == (s.unit is None) == (s.bound is None) == (s.aspect is None)


def test_extraction_is_a_pure_function() -> None:
    article = Article("a", "昆明今年的目标", "2024年，昆明市将新增幼儿园3所。")
    assert extract(article) == extract(replace(article))


def test_rows_of_the_contract_are_plain_json() -> None:
    body = "2024年，昆明市将新增公办幼儿园3所。"
    rows = list(to_rows(extract(Article("a", "昆明今年的目标", body, reporters=(("王宁", "记者"),)))))
    assert json.loads(json.dumps(rows, ensure_ascii=False)) == rows
    article, *facts = rows
    assert (article["type"], article["reporters"], article["start"]) == ("article", ["王宁"], None)
    [statement] = [r for r in facts if r["type"] == "statement"]
    assert {k: statement[k] for k in ("kind", "indicator", "value", "unit", "bound", "period")} == {
        "kind": "commitment",
        "indicator": "新增公办幼儿园",
        "value": 3,
        "unit": "所",
        "bound": "=",
        "period": "2024",
    }
    assert {r["name"] for r in facts if r["type"] == "entity"} == {"昆明市"}
