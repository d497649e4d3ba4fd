"""Every rule and pattern of the tables does what its examples say, and every rule id that a fact carries is in a table."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from loaders.contract import to_rows
from loaders.facts import Article
from loaders.pipeline import extract, load_articles
from loaders.read import Publication
from loaders.rules import Example, Pattern, Rule, RuleError, expand, pattern, patterns, rules
from loaders.text import fold


def _facts(example: Example) -> list[dict[str, Any]]:
    article = Article(
        "example",
        example.headline,
        example.text,
        reporters=example.reporters,
        published=example.published,
    )
    read = extract(article)
    phases = [{"type": "phase", **asdict(report), "rules": list(report.rules)} for report in read.phases]
    told = [{"type": "succession", **asdict(succession)} for succession in read.successions]
    return [row for row in to_rows(read) if row["type"] != "article"] + phases + told


def _fits(row: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Lists of an example are tuples in a record."""
    return all(
        row.get(key) == value or (isinstance(value, list) and row.get(key) == tuple(value))
        for key, value in expected.items()
    )


@pytest.mark.parametrize(
    ("rule", "example"),
    [pytest.param(r, e, id=f"{r.id}-{e.text[:24]}") for r in rules().values() for e in r.reads],
)
def test_the_rule_reads_its_example(rule: Rule, example: Example) -> None:
    facts = _facts(example)
    carrying = [row for row in facts if rule.id in row["rules"]]
    assert carrying, f"{rule.id} read nothing; facts: {[(f['quote'], f['rules']) for f in facts]}"
    assert any(_fits(row, dict(example.expected)) for row in carrying), carrying


@pytest.mark.parametrize(
    ("rule", "example"),
    [pytest.param(r, e, id=f"{r.id}-{e.text[:24]}") for r in rules().values() for e in r.silent],
)
def test_the_rule_is_silent_in_its_counterexample(rule: Rule, example: Example) -> None:
    facts = _facts(example)
    # an expectation says what the text reads as instead; it must not be read by this rule
    wrong = [row for row in facts if rule.id in row["rules"]]
    assert not wrong, [(row["quote"], row["rules"]) for row in wrong]
    if example.expected:
        assert any(_fits(row, dict(example.expected)) for row in facts), facts


@pytest.mark.parametrize("entry", patterns().values(), ids=lambda p: p.id)
def test_the_pattern_finds_its_words_and_no_others(entry: Pattern) -> None:
    compiled = pattern(entry.id)
    assert [w for w in entry.matches if not compiled.search(fold(w))] == []
    assert [w for w in entry.misses if compiled.search(fold(w))] == []


def test_every_entry_has_a_reason_and_an_example_on_both_sides() -> None:
    for entry in patterns().values():
        assert len(entry.why) > 10 and entry.matches and entry.misses, entry.id
    for rule in rules().values():
        assert len(rule.why) > 10 and rule.reads, rule.id


def test_the_rules_of_the_sample_pages_are_all_in_the_tables() -> None:
    carried = {
        rule
        for article in load_articles([Path("articles"), Path("tests/gold/development")], Publication())
        for row in to_rows(extract(article))
        if row["type"] != "article"
        for rule in row["rules"]
    }
    assert carried - set(rules()) == set()


def test_a_lexicon_entry_in_a_pattern_becomes_its_words() -> None:
    assert expand("(?:{{quantity.bound.after.>=}})") == "(?:及以上|之上|以上)"


def test_an_unknown_lexicon_entry_is_named() -> None:
    with pytest.raises(RuleError, match=r"statement\.toml has no 'no\.such'"):
        expand("{{statement.no.such}}")
