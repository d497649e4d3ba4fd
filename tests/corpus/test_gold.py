"""The reader against the gold of many genres: no figure and no rule may get worse, and unseen texts are read nearly as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.evaluation import baseline, reading
from loaders.evaluation.gold import load_gold
from loaders.evaluation.score import Evaluation, evaluate

GOLD = Path(__file__).parent.parent / "gold"


@pytest.fixture(scope="module")
def development() -> Evaluation:
    return evaluate(load_gold([GOLD / "development"]), reading.read_text)


def test_nothing_is_read_worse_than_before(development: Evaluation) -> None:
    assert list(baseline.worse(development, GOLD / "baseline.tsv")) == []


def test_every_quote_is_verbatim_and_every_value_is_in_its_quote(development: Evaluation) -> None:
    for verdict in development.verdicts:
        if verdict.read is not None and verdict.type == "statement":
            assert verdict.read["surface"] in verdict.read["quote"], verdict.read
