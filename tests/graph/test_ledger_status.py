"""How a promise stands: by its bound, by what rounding grants, and by what was known on the day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.ledger import LedgerError, LedgerRow, ledger_rows
from loaders.facts import Extraction

from .ledger_world import article, promise, result, store_of


def rows(
    folder: Path, *articles: Extraction, as_of: str | None = None, undated: bool = True
) -> list[LedgerRow]:
    return list(ledger_rows(store_of(folder, *articles), as_of, undated))


def only(found: list[LedgerRow]) -> LedgerRow:
    (row,) = found
    return row


YEAR_AFTER = "2025-01-01"


@pytest.mark.parametrize(
    ("goal", "got", "unit", "bound", "more", "status"),
    [
        (40, 67, "所", "=", {}, "exceeded"),
        (40, 40, "所", "=", {}, "kept"),
        (40, 39, "所", "=", {}, "missed"),
        (40, 40, "所", ">=", {}, "kept"),
        (40, 40, "所", ">", {}, "missed"),
        (30, 25, "天", "<=", {}, "kept"),
        (30, 30, "天", "<=", {}, "kept"),
        (30, 31, "天", "<=", {}, "missed"),
        (30, 30, "天", "<", {}, "missed"),
        (40, 39, "所", "~", {}, "kept"),
        (40, 37, "所", "~", {}, "missed"),
        (40, 43, "所", "~", {}, "exceeded"),
        (13995, 13990, "人", "=", {}, "kept"),  # 1.399万 may be 1.3995万
        (13996, 13990, "人", "=", {}, "missed"),
        (6, 6.5, "%", "=", {"aspect": "growth"}, "exceeded"),
        (6, 5.9, "%", "=", {"aspect": "growth"}, "missed"),
    ],
)
def test_a_final_result_is_held_against_number_bound_and_rounding(
    tmp_path: Path, goal: float, got: float, unit: str, bound: str, more: dict[str, Any], status: str
) -> None:
    told = (
        article("承诺", promise("办结审批事项", goal, unit, bound=bound, **more), published="2023-02-01"),
        article("结果", result("办结审批事项", got, unit, **more), published="2024-02-01"),
    )
    row = only(rows(tmp_path, *told, as_of=YEAR_AFTER))
    assert (row.status, row.outcome) == (status, got if isinstance(got, int) else row.outcome)


@pytest.mark.parametrize(
    ("as_of", "status", "outcome"),
    [
        ("2023-03-01", "noResult", None),  # not due, nothing known
        ("2023-08-01", "noResult", 10),  # behind time
        ("2023-11-01", "onTrack", 35),
        ("2024-02-15", "noResult", 35),  # just due: results take their time
        ("2024-06-01", "overdue", 35),
        ("2024-09-01", "missed", 38),
    ],
)
def test_what_was_known_on_a_day_decides(
    tmp_path: Path, as_of: str, status: str, outcome: int | None
) -> None:
    told = (
        article("承诺", promise("新建口袋公园", 40, "个"), published="2023-02-01"),
        article("年中", result("新建口袋公园", 10, "个", period="../2023-06-30"), published="2023-07-10"),
        article("秋天", result("新建口袋公园", 35, "个", period="../2023-09-30"), published="2023-10-10"),
        article("总结", result("新建口袋公园", 38, "个"), published="2024-08-01"),
    )
    row = only(rows(tmp_path, *told, as_of=as_of))
    assert (row.status, row.outcome) == (status, outcome)


def test_an_amount_that_reaches_its_number_early_has_reached_it_and_a_rate_has_not(tmp_path: Path) -> None:
    told = (
        article(
            "承诺",
            promise("新建口袋公园", 40, "个"),
            promise("工业投资", 7, "%", aspect="growth"),
            published="2023-02-01",
        ),
        article(
            "半年",
            result("新建口袋公园", 41, "个", period="../2023-06-30"),
            result("工业投资", 9, "%", aspect="growth", period="2023-01/2023-06"),
            published="2023-07-10",
        ),
    )
    statuses = {r.indicator.zh: r.status for r in rows(tmp_path, *told, as_of="2023-08-01")}
    assert statuses == {"新建口袋公园": "exceeded", "工业投资": "onTrack"}


def test_of_an_indicator_that_should_fall_the_lower_number_is_the_better_one(tmp_path: Path) -> None:
    told = (
        article("承诺", promise("城镇调查失业率", 5.5, "%"), published="2023-02-01"),
        article("结果", result("城镇调查失业率", 5.2, "%"), published="2024-02-01"),
    )
    assert only(rows(tmp_path, *told, as_of=YEAR_AFTER)).status == "exceeded"


def test_a_result_that_is_only_a_least_doesnt_prove_a_miss(tmp_path: Path) -> None:
    told = (
        article("承诺", promise("城镇新增就业", 210000, "人"), published="2023-02-01"),
        article("结果", result("城镇新增就业", 200000, "人", bound=">"), published="2024-02-01"),
    )
    row = only(rows(tmp_path, *told, as_of=YEAR_AFTER))
    assert row.status == "noResult"
    assert "还不清楚" in row.reason_zh


def test_a_promise_without_a_number_cant_be_measured(tmp_path: Path) -> None:
    row = only(rows(tmp_path, article("承诺", promise("提升养老服务能力"))))
    assert row.status == "notMeasurable"
    assert row.reason_en == "The promise has no number, so it can't be measured."


def test_an_article_without_a_date_counts_unless_told_otherwise(tmp_path: Path) -> None:
    told = (
        article("承诺", promise("新建口袋公园", 40, "个"), published="2023-02-01"),
        article("结果", result("新建口袋公园", 50, "个")),
    )
    store = store_of(tmp_path, *told)
    assert [r.status for r in ledger_rows(store, "2024-01-15")] == ["exceeded"]
    assert [r.status for r in ledger_rows(store, "2024-01-15", undated=False)] == ["noResult"]


def test_before_the_promise_there_is_no_row(tmp_path: Path) -> None:
    told = article("承诺", promise("新建口袋公园", 40, "个"), published="2023-02-01")
    assert rows(tmp_path, told, as_of="2023-01-31") == []


def test_the_reason_is_told_in_both_languages_with_the_numbers(tmp_path: Path) -> None:
    told = (
        article("承诺", promise("城镇新增就业", 140000, "人", bound=">="), published="2023-02-01"),
        article("结果", result("城镇新增就业", 205900, "人", completion=147.1), published="2024-02-01"),
    )
    row = only(rows(tmp_path, *told, as_of=YEAR_AFTER))
    assert row.reason_zh == "结果20.59万人，目标≥14万人，完成147.1%。"
    assert row.reason_en == "Result 205,900 人, target at least 140,000 人: 147.1 % of it."


def test_what_is_no_day_is_told(tmp_path: Path) -> None:
    store = store_of(tmp_path, article("承诺", promise("提升养老服务能力")))
    with pytest.raises(LedgerError, match="'soon' is no day: write it as in 2024-01-22"):
        list(ledger_rows(store, "soon"))
