"""Scoring: figures worked out by hand on a small gold, the shared scorer's figures to the digit, and the baseline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chuncheng import main
from loaders.contract import to_rows
from loaders.evaluation import baseline
from loaders.evaluation.gold import GoldError, load_gold
from loaders.evaluation.match import interval, quantity, similar
from loaders.evaluation.report import by_rule, errors, figures
from loaders.evaluation.score import Evaluation, evaluate
from loaders.pipeline import extract_files
from loaders.read import Publication

TEXT = "标题\n\n全区新建公园8个，改造道路5条，投资增长12%。"


def statement(**fields: Any) -> dict[str, Any]:
    return {
        "type": "statement",
        "article": "a",
        "kind": "outcome",
        "agent": None,
        "indicator": "新建公园",
        "value": 8,
        "unit": "个",
        "bound": "=",
        "aspect": "level",
        "period": None,
        "completion": None,
        "estimated": False,
        "quote": "新建公园8个",
        "rules": ["r"],
    } | fields


ROADS = {"indicator": "改造道路", "value": 5, "unit": "条", "quote": "改造道路5条"}
GROWTH = {"indicator": "投资", "value": 12, "unit": "%", "aspect": "growth", "quote": "投资增长12%"}


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    facts = {
        "statements": [statement(), statement(**ROADS), statement(**GROWTH, optional=True)],
        "entities": [{"class": "Park", "name": "翠湖公园", "mentions": ["公园"]}],
        "relations": [],
    }
    (tmp_path / "a.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    return tmp_path


def scored(gold: Path, *rows: dict[str, Any]) -> Evaluation:
    return evaluate(load_gold([gold]), lambda _: rows)


def test_what_is_read_right_counts_and_what_answers_optional_gold_counts_neither_way(gold: Path) -> None:
    result = scored(gold, statement(), statement(**ROADS, kind="commitment"), statement(**GROWTH))
    same, any_ = result.same_kind, result.any_kind
    assert (same.right, same.predicted, same.gold) == (1, 2, 2)
    assert (any_.right, any_.predicted, any_.gold) == (2, 2, 2)
    assert (same.precision, same.recall, same.f1) == (0.5, 0.5, 0.5)


def test_strict_asks_for_bound_aspect_and_indicator_too(gold: Path) -> None:
    result = scored(gold, statement(bound=">="), statement(**ROADS | {"indicator": "桥梁"}))
    assert (result.same_kind.right, result.strict.right) == (2, 0)


def test_one_prediction_answers_one_gold_statement(gold: Path) -> None:
    result = scored(gold, statement(), statement())
    assert (result.same_kind.right, result.same_kind.predicted) == (1, 2)


def test_errors_name_the_sentence_what_was_wanted_and_the_rules(gold: Path) -> None:
    result = scored(gold, statement(bound=">=", rules=["bound.after"]))
    golds = {g.name: g for g in load_gold([gold])}
    told = "\n".join(errors(result, golds))
    assert "statement: bound (1)" in told
    assert "全区新建公园8个" in told and "[bound.after]" in told
    assert "statement: missed (1)" in told and "改造道路" in told
    assert by_rule(result) == {"bound.after": (0, 1)}


def test_entities_count_by_name_or_mention_once(gold: Path) -> None:
    park = {"type": "entity", "article": "a", "class": "Park", "name": "公园", "quote": "公园"}
    result = scored(gold, park, park | {"name": "翠湖公园"}, park | {"name": "别的公园"})
    parks = result.entities["Park"]
    assert (parks.right, parks.predicted, parks.gold, result.canonical) == (1, 2, 1, 1)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [("工业投资", "全市工业投资", True), ("工业投资", "地铁客流", False), ("", "投资", False)],
)
def test_indicators_are_similar_by_their_characters(a: str, b: str, same: bool) -> None:
    assert similar(a, b) is same


def test_units_that_mean_the_same_are_one() -> None:
    assert quantity(4, "成") == (40.0, "%")
    assert quantity(3, "家") == quantity(3, "户")


def test_a_year_is_its_days_and_what_is_no_period_stays_itself() -> None:
    assert interval("2023") == interval("2023-01-01/2023-12-31")
    assert interval("2023-02") != interval("2023")
    assert interval("春天") == "春天"


def test_wrong_gold_is_named(gold: Path) -> None:
    data = json.loads((gold / "a.json").read_text(encoding="utf-8"))
    data["statements"][0]["quote"] = "没有这句话"
    (gold / "a.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(GoldError, match=r"a\.json: quote not in the text: 没有这句话"):
        load_gold([gold])


def test_a_baseline_tells_what_got_worse(gold: Path, tmp_path: Path) -> None:
    path = tmp_path / "baseline.tsv"
    baseline.write(scored(gold, statement(), statement(**ROADS)), path)
    assert list(baseline.worse(scored(gold, statement(), statement(**ROADS)), path)) == []
    told = list(baseline.worse(scored(gold, statement(bound=">"), statement(**ROADS)), path))
    assert any(line.startswith("statements.strict: 0.5000, 1.0000 before") for line in told)
    assert "r: 1 wrong facts, 0 before" in told


def test_the_command_fails_below_a_minimum(gold: Path) -> None:
    result = CliRunner().invoke(main, ["evaluate", str(gold), "--min-entities", "0.9"])
    assert result.exit_code == 1
    assert "entities: F1 0.0000 is below 0.9" in result.output


def _spoil(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Every third fact changed in a field, every seventh doubled in value."""
    if row["type"] == "statement":
        if number % 3 == 0:
            row = row | {"kind": "commitment" if row["kind"] == "outcome" else "outcome", "bound": ">"}
        if number % 7 == 0 and row["value"] is not None:
            row = row | {"value": row["value"] * 2}
    if row["type"] == "entity" and number % 5 == 0:
        row = row | {"class": "Person"}
    return row


@pytest.mark.parametrize("spoilt", [False, True], ids=["as read", "spoilt"])
def test_the_figures_are_those_of_the_shared_scorer(shared: Path, tmp_path: Path, spoilt: bool) -> None:
    predictions = tmp_path / "predictions"
    predictions.mkdir()
    rows: dict[str, list[dict[str, Any]]] = {}
    for text in sorted((shared / "gold" / "texts").glob("*.txt")):
        read = [r for e in extract_files([text], Publication(), strict=True) for r in to_rows(e)]
        rows[text.stem] = (
            [_spoil(r, n) for n, r in enumerate(read) if not spoilt or n % 11] if spoilt else read
        )
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows[text.stem])
        (predictions / f"{text.stem}.jsonl").write_text("".join(lines), encoding="utf-8")
    scorer = shared / "bench" / "score.py"
    gold = shared / "gold"
    theirs = subprocess.run(
        [sys.executable, scorer, gold / "gold", gold / "texts", predictions],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()[:-1]
    ours = list(figures(evaluate(load_gold([gold]), lambda g: rows[g.name])))
    assert ours[: len(theirs)] == theirs
