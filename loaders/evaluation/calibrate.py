"""Confidence, learned on development gold and tested on gold that no rule was written on.

    python -m loaders.evaluation.calibrate DEVELOPMENT... --held-out HELD_OUT... [--write]

Counts for each rule how many of its facts on the development gold are right, chooses the damping that predicts each article of the
development gold best from the others, and prints how the probabilities hold on the held-out gold: by bins, and by Brier score
against that of giving every fact the average.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from ..confidence import estimate
from . import reading
from .gold import load_gold
from .score import Evaluation, Verdict, evaluate

_TABLE = Path(__file__).parent.parent / "lexicon" / "reliability.tsv"
_KINDS = ("statement", "unquantified", "entity", "relation")
_DAMPINGS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
_BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
Counts = dict[tuple[str, str], tuple[float, float]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the calibration, and write the table with --write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("development", nargs="+", type=Path)
    parser.add_argument("--held-out", nargs="+", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help=f"write {_TABLE.name}")
    options = parser.parse_args(arguments)
    learned = _judged(evaluate(load_gold(options.development), reading.read_text))
    unseen = _judged(evaluate(load_gold(options.held_out), reading.read_text))
    counts = _count(learned)
    damping = {kind: _damping(kind, learned) for kind in _KINDS}
    for kind in _KINDS:
        _tell(kind, counts, damping[kind], [v for v in unseen if v.type == kind])
    if options.write:
        _write(counts, damping)


def _judged(result: Evaluation) -> list[Verdict]:
    return [v for v in result.verdicts if v.read is not None and not v.neutral]


def _rules(verdict: Verdict) -> tuple[str, ...]:
    return tuple(dict.fromkeys((verdict.read or {}).get("rules") or ()))


def _count(verdicts: Iterable[Verdict]) -> Counts:
    right: dict[tuple[str, str], float] = defaultdict(float)
    total: dict[tuple[str, str], float] = defaultdict(float)
    for v in verdicts:
        for rule in ("*", *_rules(v)):
            total[v.type, rule] += 1
            right[v.type, rule] += v.is_right
    return {key: (right[key], total[key]) for key in total}


def _damping(kind: str, verdicts: Sequence[Verdict]) -> float:
    """The damping with the least Brier score when each article is predicted from the others."""
    mine = [v for v in verdicts if v.type == kind]
    if not mine:
        return 1.0
    articles = sorted({v.article for v in mine})
    counts = {name: _count(v for v in mine if v.article != name) for name in articles}

    def error(damping: float) -> float:
        return _brier([(estimate(counts[v.article], kind, _rules(v), damping), v.is_right) for v in mine])

    return min(_DAMPINGS, key=error)


def _brier(pairs: Sequence[tuple[float, bool]]) -> float:
    return sum((p - right) ** 2 for p, right in pairs) / len(pairs) if pairs else 0.0


def _tell(kind: str, counts: Counts, damping: float, unseen: Sequence[Verdict]) -> None:
    pairs = [(estimate(counts, kind, _rules(v), damping), v.is_right) for v in unseen]
    right, total = counts.get((kind, "*"), (0.0, 0.0))
    base = (right + 1) / (total + 2)
    plain = _brier([(base, r) for _, r in pairs])
    print(f"{kind}: {right:.0f} of {total:.0f} right in development, damping {damping}")
    print(
        f"  held out: {len(pairs)} facts, Brier score {_brier(pairs):.4f}, of the average alone {plain:.4f}"
    )
    for low, high in pairwise(_BINS):
        inside = [(p, r) for p, r in pairs if low <= p < high]
        if inside:
            said = sum(p for p, _ in inside) / len(inside)
            held = sum(r for _, r in inside) / len(inside)
            print(
                f"  {low:.2f}-{min(high, 1.0):.2f}: {len(inside):4} facts, said {said:.3f}, held {held:.3f}"
            )


def _write(counts: Counts, damping: dict[str, float]) -> None:
    lines = [
        "# How each rule's facts fared on the development gold (tests/gold): kind of fact, rule, right, total; `*` is all facts of",
        "# the kind, `damping` how much of a rule's difference counts. Written by python -m loaders.evaluation.calibrate.",
    ]
    lines += [f"{kind}\tdamping\t{damping[kind]}\t0" for kind in _KINDS]
    lines += [
        f"{kind}\t{rule}\t{right:.0f}\t{total:.0f}" for (kind, rule), (right, total) in sorted(counts.items())
    ]
    _TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
