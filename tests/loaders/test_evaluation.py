"""Scoring: figures worked out by hand on a small gold, the shared scorer's figures to the digit, and the baseline."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from chuncheng import main
from loaders.evaluation import Evaluation, GoldError, baseline, evaluate, load_gold, read_files, read_text
from loaders.evaluation.match import interval, quantity, same_agent, similar
from loaders.evaluation.page import assign
from loaders.evaluation.report import (
    as_data,
    by_rule,
    error_counts,
    errors,
    errors_by_kind,
    figures,
    rule_rows,
    score_line,
    texts,
)

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


def make_gold(folder: Path, text: str, **facts: list[dict[str, Any]]) -> Path:
    (folder / "a.txt").write_text(text, encoding="utf-8")
    whole = {"statements": [], "entities": [], "relations": []} | facts
    (folder / "a.json").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return make_gold(
        tmp_path,
        TEXT,
        statements=[statement(), statement(**ROADS), statement(**GROWTH, optional=True)],
        entities=[{"class": "Park", "name": "翠湖公园", "mentions": ["公园"]}],
    )


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
    sentence = "全区新建公园8个，改造道路5条，投资增长12%。"
    assert list(errors(result)) == [
        "statement: missed (1)",
        f"  a: {sentence}",
        "      expected outcome 改造道路 = 5 条 (level)",
        "statement: bound (1)",
        f"  a: {sentence}",
        "      expected outcome 新建公园 = 8 个 (level)",
        "      read     outcome 新建公园 >= 8 个 (level)  [bound.after]",
        "entity: missed (1)",
        f"  a: {sentence}",
        "      expected Park 翠湖公园",
    ]
    assert list(error_counts(result)) == ["errors, statement: missed 1, bound 1", "errors, entity: missed 1"]
    assert by_rule(result) == {"bound.after": (0, 1)}
    assert rule_rows(result)[1:] == [["bound.after", "1", "1", "0", "0.000"]]


def test_a_number_in_another_unit_is_one_error_and_not_two(gold: Path) -> None:
    result = scored(gold, statement(), statement(**ROADS | {"unit": "公里"}))
    assert (result.same_kind.right, result.same_kind.predicted) == (1, 2)
    assert list(error_counts(result)) == ["errors, statement: unit 1", "errors, entity: missed 1"]
    assert by_rule(result) == {"r": (1, 2)}


def test_each_attribute_that_is_wrong_is_told_with_the_answers(gold: Path) -> None:
    wrong = {"period": "2023", "agent": "昆明市", "completion": 90, "estimated": True, "kind": "commitment"}
    found = errors_by_kind(scored(gold, statement(**wrong), statement(**ROADS)))
    assert list(found) == [
        *(f"statement: {name}" for name in ("kind", "completion", "period", "agent", "estimated")),
        "entity: missed",
    ]
    (error,) = found["statement: period"]
    assert error.expected == "outcome 新建公园 = 8 个 (level) period: None"
    assert error.read == "commitment 新建公园 = 8 个 (level) period: 2023"
    assert (error.article, error.rules) == ("a", ("r",))


def test_every_prediction_has_a_verdict_and_optional_gold_makes_it_neutral(gold: Path) -> None:
    rows = [statement(), statement(**ROADS, kind="commitment"), statement(**GROWTH), statement(value=9)]
    verdicts = [v for v in scored(gold, *rows).verdicts if v.type == "statement"]
    told = {v.read["value"]: (v.gold is not None, v.neutral, v.is_right) for v in verdicts if v.read}
    assert told == {
        8: (True, False, True),
        5: (True, False, False),
        12: (False, True, True),
        9: (False, False, False),
    }


def test_what_is_read_out_of_the_headline_counts_neither_way(gold: Path) -> None:
    result = scored(gold, statement(quote="标题"))
    assert (result.same_kind.predicted, [v for v in result.verdicts if v.read]) == (0, [])


def test_a_repeated_quote_is_told_apart_by_its_offset(tmp_path: Path) -> None:
    body = "甲区新建公园8个。乙区新建公园8个。"
    first = statement(quote="甲区新建公园8个", indicator="甲区公园")
    second = statement(quote="乙区新建公园8个", indicator="乙区楼房")
    gold = make_gold(tmp_path, f"标题\n\n{body}", statements=[first, second])
    article = {"type": "article", "article": "a", "body": body}
    result = scored(gold, article, statement(quote="新建公园8个", start=11, indicator="乙区楼房"))
    (verdict,) = [v for v in result.verdicts if v.read]
    assert verdict.gold is not None and verdict.gold["quote"] == second["quote"] and verdict.is_right


# Gold without numbers: two core commitments, an optional outcome.
PLAIN = {"value": None, "unit": None, "bound": None, "aspect": None}
DEEDS = [
    statement(**PLAIN, kind="commitment", quote="改造道路", indicator="改造道路"),
    statement(**PLAIN, kind="commitment", quote="投资增长", indicator="投资"),
    statement(**PLAIN, quote="全区", indicator="全区", optional=True),
    statement(),
]


def test_statements_without_a_number_are_compared_by_kind_and_overlap(tmp_path: Path) -> None:
    gold = make_gold(tmp_path, TEXT, statements=DEEDS)
    rows = [
        statement(**PLAIN, kind="commitment", quote="改造道路5条"),  # right
        statement(**PLAIN, kind="commitment", quote="道路5条"),  # right, the same gold again
        statement(**PLAIN, kind="commitment", quote="全区"),  # gold of the other kind alone
        statement(**PLAIN, quote="全区"),  # optional gold
        statement(**PLAIN, quote="新建公园"),  # gold with a number
        statement(**PLAIN, quote="投资"),  # gold of the other kind alone
    ]
    result = scored(gold, *rows)
    told, deeds = result.commitments, result.outcomes
    assert (told.found, told.gold, told.fitting, told.predicted) == (1, 2, 2, 3)
    assert (told.recall, told.precision) == (0.5, 2 / 3)
    assert (deeds.found, deeds.gold, deeds.fitting, deeds.predicted) == (0, 0, 2, 3)
    assert list(error_counts(result)) == [
        "errors, statement: missed 1",
        "errors, unquantified: missed 1, wrong 2",
    ]


def test_entities_count_by_name_or_mention_once(gold: Path) -> None:
    park = {"type": "entity", "article": "a", "class": "Park", "name": "公园", "quote": "公园"}
    result = scored(gold, park, park | {"name": "翠湖公园"}, park | {"name": "别的公园"})
    parks = result.entities["Park"]
    assert (parks.right, parks.predicted, parks.gold, result.canonical) == (1, 2, 1, 1)
    assert list(error_counts(result)) == ["errors, statement: missed 2", "errors, entity: wrong 1"]


def test_an_entity_found_only_by_a_mention_has_its_name_wrong_once(gold: Path) -> None:
    park = {
        "type": "entity",
        "article": "a",
        "class": "Park",
        "name": "公园",
        "quote": "公园",
        "rules": ["p"],
    }
    result = scored(gold, statement(), statement(**ROADS), park, park)
    assert (result.all_entities.right, result.canonical) == (1, 0)
    (error,) = errors_by_kind(result)["entity: name"]
    assert (error.expected, error.read, error.times) == ("Park 翠湖公园", "Park 公园", 2)
    assert by_rule(result)["p"] == (2, 2), "a short name is no wrong fact"


def test_relations_are_triples_of_resolved_names(tmp_path: Path) -> None:
    post = {"subject": "李明", "predicate": "holdsPost", "object": "副局长", "quote": "全区"}
    place = {"subject": "翠湖公园", "predicate": "locatedIn", "object": "五华区"}
    hint = {"subject": "翠湖公园", "predicate": "partOf", "object": "五华区", "optional": True}
    parks = [{"class": "Park", "name": "翠湖公园", "mentions": ["公园"]}]
    gold = make_gold(tmp_path, TEXT, entities=parks, relations=[post, place, hint])
    read = [
        post | {"object": "局长"},  # the gold's post holds it: right for the lenient recall alone
        place | {"subject": "公园"},  # right, and so is its repetition
        place,
        hint,
    ]
    result = scored(gold, *({"type": "relation", "article": "a", "rules": ["x"]} | r for r in read))
    found = result.relations
    assert (found.right, found.predicted, found.gold, result.lenient_recall) == (1, 2, 2, 1.0)
    assert by_rule(result) == {"x": (1, 2)}
    assert {k: len(v) for k, v in errors_by_kind(result).items() if k.startswith("relation")} == {
        "relation: missed": 1,
        "relation: wrong": 1,
    }


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


def test_a_place_and_its_government_stand_for_each_other() -> None:
    assert same_agent("昆明市", "昆明市人民政府", {})
    assert same_agent("昆明市", "市里", {"市里": "昆明市"})
    assert not same_agent("昆明市", None, {})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"statements": [statement(quote="没有这句话")]}, "quote not in the text: 没有这句话"),
        ({"statements": [statement(kind="promise")]}, "statements 1: kind must be one of commitment outcome, found 'promise'"),
        ({"statements": [statement(), statement(value="八")]}, "statements 2: value must be a number or null, found '八'"),
        ({"statements": [statement(bound_alt=["≥"])]}, "statements 1: bound must be one of .* or null, found '≥'"),
        ({"statements": [statement(period_alt="2023")]}, "statements 1: period_alt must be a list"),
        ({"entities": [{"class": "Park", "name": "公园"}]}, "entities 1: lacks mentions"),
        ({"entities": None}, "entities must be a list"),
        ({"relations": ["昆明市"]}, "relations 1: expected an object, found '昆明市'"),
    ],
)  # fmt: skip
def test_wrong_gold_is_named_with_what_is_wrong(gold: Path, change: dict[str, Any], told: str) -> None:
    whole = json.loads((gold / "a.json").read_text(encoding="utf-8")) | change
    (gold / "a.json").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(GoldError, match=rf"a\.json: {told}"):
        load_gold([gold])


def test_gold_that_cannot_be_read_is_named(gold: Path) -> None:
    (gold / "a.json").write_text("{\n  statements", encoding="utf-8")
    with pytest.raises(GoldError, match=r"a\.json:2: no JSON"):
        load_gold([gold])
    (gold / "a.json").write_text("{}", encoding="utf-8")
    (gold / "a.txt").write_text("没有空行", encoding="utf-8")
    with pytest.raises(GoldError, match=r"a\.txt: expected the headline, a blank line and the body"):
        load_gold([gold])
    (gold / "a.txt").unlink()
    with pytest.raises(GoldError, match=r"a\.txt: No such file"):
        load_gold([gold])
    (gold / "a.json").unlink()
    with pytest.raises(GoldError, match=r"no gold; expected pairs"):
        load_gold([gold])


def test_two_golds_of_one_name_are_refused(gold: Path) -> None:
    with pytest.raises(GoldError, match=r"a\.json: the name is taken by"):
        load_gold([gold, gold])


def test_a_baseline_tells_what_got_worse(gold: Path, tmp_path: Path) -> None:
    path = tmp_path / "baseline.tsv"
    baseline.write(scored(gold, statement(), statement(**ROADS)), path)
    assert list(baseline.worse(scored(gold, statement(), statement(**ROADS)), path)) == []
    told = list(baseline.worse(scored(gold, statement(bound=">"), statement(**ROADS)), path))
    assert any(line.startswith("statements.strict: 0.5000, 1.0000 before") for line in told)
    assert "r: 1 wrong facts, 0 before" in told


def test_a_baseline_names_the_rules_that_read_less_only_where_something_is_worse(
    gold: Path, tmp_path: Path
) -> None:
    path = tmp_path / "baseline.tsv"
    baseline.write(scored(gold, statement(), statement(**ROADS)), path)
    moved = scored(gold, statement(), statement(**ROADS, rules=["another"]))
    assert list(baseline.worse(moved, path)) == []
    missed = list(baseline.worse(scored(gold, statement()), path))
    assert "statements: 0.6667, 1.0000 before" in missed
    assert missed[-1] == "r: 1 right facts, 2 before"


def test_a_broken_baseline_is_named(gold: Path, tmp_path: Path) -> None:
    path = tmp_path / "baseline.tsv"
    path.write_text("# a comment\n\nstatements 0.9\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"baseline\.tsv:3: expected a name, a tab and a figure"):
        list(baseline.worse(scored(gold), path))
    with pytest.raises(GoldError, match=r"no baseline"):
        list(baseline.worse(scored(gold), tmp_path / "none.tsv"))
    with pytest.raises(GoldError, match=r"can't write the baseline"):
        baseline.write(scored(gold), tmp_path / "none" / "baseline.tsv")


def test_the_command_fails_below_a_minimum(gold: Path) -> None:
    result = CliRunner().invoke(main, ["evaluate", str(gold), "--min-entities", "0.9"])
    assert result.exit_code == 1
    assert "entities: F1 0.0000 is below 0.9" in result.output
    result = CliRunner().invoke(main, ["evaluate", str(gold), "--min-statements", "1.1", "--no-errors"])
    assert result.exit_code == 1
    assert "statements, strict: F1" in result.output


def test_the_command_names_bad_gold(tmp_path: Path) -> None:
    make_gold(tmp_path, TEXT, entities=[{"class": "Park"}])
    result = CliRunner().invoke(main, ["evaluate", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.rstrip().endswith("a.json: entities 1: lacks name")


def test_the_command_prints_data(gold: Path) -> None:
    result = CliRunner().invoke(main, ["evaluate", str(gold), "--format", "json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told == json.loads(json.dumps(as_data(evaluate(load_gold([gold]), read_text))))
    assert told["statements"]["same_kind"]["gold"] == 2
    assert {error["article"] for found in told["errors"].values() for error in found} <= {"a"}


def test_a_baseline_is_compared_before_it_is_written_anew(gold: Path, tmp_path: Path) -> None:
    path = tmp_path / "baseline.tsv"
    path.write_text("entities\t0.9\n", encoding="utf-8")
    both = ["evaluate", str(gold), "--baseline", str(path), "--write-baseline", str(path)]
    result = CliRunner().invoke(main, both)
    assert result.exit_code == 1
    assert "entities: 0.0000, 0.9000 before" in result.output
    assert CliRunner().invoke(main, both).exit_code == 0


def test_a_page_is_cut_into_the_gold_articles(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    articles = [
        ("东区修路忙", "本报讯(记者 李明)2023年，东区改造道路5条，新建公园8个。"),
        ("西区种树", "本报讯(记者 王芳)2023年，西区种植行道树3000株，新增绿地2公顷。"),
    ]
    page.write_text("\n\n".join(f"{head}\n\n{body}" for head, body in articles), encoding="utf-8")
    folder = tmp_path / "gold"
    folder.mkdir()
    for name, (head, body) in zip("ab", articles, strict=True):
        (folder / f"{name}.txt").write_text(f"{head}\n\n{body}", encoding="utf-8")
        facts = {"headline": head, "kicker": None, "reporters": [body[7:9]]}
        empty: dict[str, list[Any]] = {"statements": [], "entities": [], "relations": []}
        (folder / f"{name}.json").write_text(json.dumps(facts | empty), encoding="utf-8")
    cut, rows = assign(load_gold([folder]), read_files([page]))
    assert (
        cut.line() == "articles: predicted 2, gold 2, cut right 2/2, headline 2/2, kicker 2/2, reporters 2/2"
    )
    assert {r["quote"] for r in rows["b"] if r["type"] == "statement" and r["value"] == 2} == {
        "新增绿地2公顷"
    }


Spoil = Callable[[dict[str, Any], random.Random], list[dict[str, Any]]]


def _other_kind(row: dict[str, Any], _: random.Random) -> list[dict[str, Any]]:
    other = {"commitment": "outcome", "outcome": "commitment"}
    return [row | {"kind": other[row["kind"]]} if row["type"] == "statement" else row]


def _other_value(row: dict[str, Any], _: random.Random) -> list[dict[str, Any]]:
    return [row | {"value": row["value"] * 2} if row.get("value") else row]


def _other_field(row: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    changes: dict[str, list[Any]] = {
        "unit": [None, "家", "户", "人", "倍"],
        "bound": [">", None],
        "aspect": ["growth", None],
        "indicator": ["别的", ""],
        "period": [None, "2023", "2024-02", "春天"],
        "agent": [None, "昆明市", "昆明市人民政府"],
        "completion": [None, 100],
        "estimated": [True],
        "class": ["Person", "Park"],
        "name": [row["quote"]],
        "object": ["别处"],
    }
    fields = [name for name in changes if name in row]
    if not fields:
        return [row]
    name = chance.choice(fields)
    return [row | {name: chance.choice(changes[name])}]


def _dropped(row: dict[str, Any], _: random.Random) -> list[dict[str, Any]]:
    return [] if row["type"] != "article" else [row]


def _doubled(row: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    return [row, *_other_kind(row, chance)]


def _shortened(row: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    return [row | {"quote": row["quote"][: chance.randint(1, 6)]} if row["quote"] else row]


SPOILS: dict[str, Spoil] = {
    "kinds": _other_kind,
    "values": _other_value,
    "fields": _other_field,
    "dropped": _dropped,
    "doubled": _doubled,
    "short quotes": _shortened,
}


@pytest.fixture(scope="module")
def as_read(shared: Path) -> dict[str, list[dict[str, Any]]]:
    return {gold.name: list(read_text(gold)) for gold in load_gold([shared / "gold"])}


def _run(script: Path, *arguments: Path | str) -> list[str]:
    command = [sys.executable, script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("spoil", [None, *SPOILS])
def test_the_figures_are_those_of_the_shared_scorer(
    shared: Path, as_read: dict[str, list[dict[str, Any]]], tmp_path: Path, spoil: str | None, share: float
) -> None:
    chance = random.Random(f"{spoil} {share}")
    rows = {
        name: [
            new
            for row in read
            for new in (SPOILS[spoil](row, chance) if spoil and chance.random() < share else [row])
        ]
        for name, read in as_read.items()
    }
    for name, spoilt in rows.items():
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in spoilt)
        (tmp_path / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    gold = shared / "gold"
    theirs = _run(shared / "bench" / "score.py", gold / "gold", gold / "texts", tmp_path, "--per-text")
    result = evaluate(load_gold([gold]), lambda g: rows[g.name])
    ours = [*texts(result), *figures(result)]
    assert ours[: len(theirs) - 1] == theirs[:-1]
    assert score_line(result) == theirs[-1]
    read = [v for v in result.verdicts if v.type == "statement" and v.read and not v.neutral]
    assert (sum(v.is_right for v in read), len(read)) == (result.strict.right, result.strict.predicted)


def test_the_figures_of_a_page_are_those_of_the_shared_scorer(shared: Path, tmp_path: Path) -> None:
    (page,) = (shared / "articles").glob("*.txt")
    read = list(read_files([page]))
    # One article less and one in two pieces: the cut must be wrong in the same way for both.
    first, second = [row["article"] for row in read if row["type"] == "article"][:2]
    spoilt = [row for row in read if row["article"] != first]
    for row in spoilt:
        if row["type"] == "article" and row["article"] == second:
            row |= {"body": row["body"][: len(row["body"]) // 2], "headline": "别的", "reporters": []}
    (tmp_path / "page.jsonl").write_text("\n".join(map(json.dumps, spoilt)), encoding="utf-8")
    golds = shared / "gold"
    theirs = _run(
        shared / "bench" / "score_page.py", tmp_path / "page.jsonl",
        "--gold", golds / "gold", "--texts", golds / "texts",
    )  # fmt: skip
    cut, rows = assign(load_gold([golds]), spoilt)
    result = evaluate(load_gold([golds]), lambda g: rows.get(g.name, ()))
    ours = [cut.line(), *figures(result)]
    assert ours[: len(theirs) - 1] == theirs[:-1]
    assert score_line(result, cut) == theirs[-1]


def test_the_command_says_what_the_shared_scorer_says_of_the_page(shared: Path) -> None:
    (page,) = (shared / "articles").glob("*.txt")
    result = CliRunner().invoke(main, ["evaluate", str(shared / "gold"), "--page", str(page), "--no-rules"])
    assert result.exit_code == 0
    first, *_, last = result.stdout.splitlines()
    assert first.startswith("articles: predicted 10, gold 10, cut right")
    assert last.startswith("score: articles ")


def test_units_that_count_as_one_are_those_of_the_shared_scorer(shared: Path) -> None:
    scorer = _module(shared / "bench" / "score.py")
    for printed, unit in scorer.UNIT_SYNONYMS.items():
        assert quantity(1, printed) == quantity(1, unit) == (1.0, unit)
    for printed, (unit, factor) in scorer.SCALE.items():
        assert quantity(1, printed) == (factor, unit)


def _module(path: Path) -> ModuleType:
    module = ModuleType(path.stem)
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), module.__dict__)
    return module
