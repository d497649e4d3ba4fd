"""Whatever is thrown at the readers: no crash, and no fact that the text doesn't hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.explain import explain
from loaders.facts import Article, Extraction
from loaders.page import cut_page
from loaders.pipeline import extract
from loaders.quantity import read_quantities
from loaders.read import Publication, read_source
from loaders.rules import reasons, rules
from loaders.text import Text
from ontology.errors import ChunchengError

GOLD = Path(__file__).parent.parent / "gold" / "development"
SENTENCES = [
    sentence + "。"
    for path in sorted(GOLD.glob("*.txt"))
    for sentence in path.read_text(encoding="utf-8").replace("\n", "。").split("。")
    if len(sentence) > 5
]
#: Pieces that open, close, count, date and name: what the grammar is made of
PIECES = [
    *"“”《》()（）〔〕【】、，,；;：:。.!？…—一-~%‰/\n\t 　",
    *(
        "1",
        "２",
        "三",
        "百",
        "万",
        "亿",
        "12,345",
        "1.5",
        "5%—6%",
        "三分之一",
        "七成",
        "1/16",
        "2023年",
        "“十四五”末",
        "今年",
    ),
    *(
        "昆明市",
        "官渡区",
        "市水务局",
        "有限公司",
        "化工园区",
        "三年行动",
        "某某",
        "张建国",
        "局长",
        "任命",
        "免去",
        "职务",
    ),
    *(
        "将",
        "力争",
        "已",
        "了",
        "累计",
        "完成率",
        "占全省的",
        "增长",
        "下降到",
        "由",
        "从",
        "分别",
        "均",
        "其中",
        "以上",
        "近",
    ),
    *(
        "元",
        "亩",
        "公里",
        "人次",
        "个百分点",
        "公园",
        "等",
        "个",
        "项目",
        "😀",
        "\u200b",
        "\ufeff",
        "\U00020000",
        "\ud83d",
        "\x00",
    ),
]
texts = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.lists(st.one_of(st.sampled_from(SENTENCES), st.sampled_from(PIECES)), max_size=8).map("".join),
)
hostile = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def holds(found: Extraction) -> None:
    """Every quote is its slice; every value is a quantity of its quote; every rule and reason is in the tables."""
    body = found.article.body
    for fact in (*found.entities, *found.statements, *found.relations, *found.unread):
        assert 0 <= fact.span.start < fact.span.end <= len(body)
        assert fact.quote == body[fact.span.start : fact.span.end]
    for s in found.statements:
        assert set(s.rules) <= set(rules()), s
        if s.value is not None:
            assert s.surface and s.surface in s.quote
            assert s.unit and s.bound and s.aspect
    assert {u.reason for u in found.unread} <= set(reasons())
    for fact in (*found.entities, *found.relations):
        assert set(fact.rules) <= set(rules()), fact


@hostile
@given(texts, st.text(max_size=30), st.sampled_from([None, "2024-02-01"]))
def test_no_text_breaks_the_reading_or_invents_a_fact(
    body: str, headline: str, published: str | None
) -> None:
    found = extract(Article("a", headline, body, published=published))
    holds(found)
    assert list(explain(found))


@hostile
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4), st.data())
def test_a_torn_or_garbled_text_still_gives_only_what_it_holds(
    sentences: list[str], data: st.DataObject
) -> None:
    body = list("".join(sentences))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(body) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "insert"]))
        if change == "drop" and len(body) > 1:
            del body[at]
        elif change == "double":
            body.insert(at, body[at])
        else:
            body.insert(at, data.draw(st.sampled_from(PIECES)))
    holds(extract(Article("a", "", "".join(body))))


@hostile
@given(st.binary(max_size=400), st.sampled_from([".txt", ".md", ".html", ".pdf"]))
def test_any_bytes_give_articles_or_an_error_for_people(data: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"page{suffix}"
        path.write_bytes(data)
        try:
            pages = cut_page(read_source(path, Publication()))
        except ChunchengError as error:
            assert path.name in str(error)
            return
    for article in pages:
        holds(extract(article))


@pytest.mark.parametrize(
    "unit",
    [
        "“",
        "”",
        "“昆明",
        "《",
        "(",
        "((“《",
        "1",
        "1,",
        "一",
        "万",
        "三分之",
        "、",
        "官渡区、",
        "公园3个、",
        "2023年",
        "的",
        "由3个到",
        "\n",
        "有限公司",
    ],
)
def test_a_line_of_nothing_but_one_thing_is_read_in_pieces(unit: str) -> None:
    """What has no end is cut into sentences and clauses of bounded length, so that no pattern looks further than those."""
    text = Text((unit * 30_000)[:30_000])
    assert all(s.end - s.start <= 1600 for s in text.sentences)
    assert all(c.end - c.start <= 260 for s in text.sentences for c in s.clauses)
    holds(extract(Article("a", "", text.body)))


def test_numbers_without_end_are_no_quantities() -> None:
    assert read_quantities(Text("9" * 5000 + "元")) == []
