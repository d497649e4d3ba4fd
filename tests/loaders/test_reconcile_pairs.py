"""Promises meet their results in other words, and near misses stay apart: 200 pairs among 2,000 distractors, read from pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.evaluation.pairing import Reading
from loaders.evaluation.paraphrase import make_world

GOLD = Path(__file__).parent.parent / "gold" / "pairs"


@pytest.mark.parametrize(
    ("folder", "seed", "share"),
    [
        ("development", 1, 0.95),
        ("civic", 1, 0.95),
        ("held-out", 1, 0.95),
        ("unseen", 1, 0.75),
        ("plain", 1, 0.95),
    ],
)
def test_pairs_in_paraphrase_are_found_and_hardly_any_other(folder: str, seed: int, share: float) -> None:
    found = Reading(make_world(GOLD / folder, seed, pairs=200, distractors=2000)).found()
    told = [(p.target.indicator, [r.indicator for r in p.results]) for p in found.wrong]
    assert found.precision >= 0.98, told
    assert found.recall >= share, sorted(found.missed)
