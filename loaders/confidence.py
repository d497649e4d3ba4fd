"""Confidence: the estimated probability that a fact is right, from how the rules that read it fared on gold.

`lexicon/reliability.tsv` holds for each rule how many of its facts on the development gold were right, and how many there were. A rule's
odds are those counts, drawn towards the average of its kind of fact where they are few; a fact's log odds are the average's plus the
damped sum of what its rules differ from it. Written by `python -m loaders.evaluation.calibrate`, which also says how well the
probabilities hold on gold that no rule was written on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from .facts import Entity, Extraction, Relation, Statement
from .lexicon import rows

#: How many facts of average reliability a rule is given besides its own: few facts say little.
PRIOR = 12.0
_LEAST, _MOST = 0.01, 0.995


def with_confidence(extraction: Extraction) -> Extraction:
    """The extraction with a confidence on each fact."""
    return replace(
        extraction,
        entities=tuple(replace(e, confidence=confidence("entity", e.rules)) for e in extraction.entities),
        statements=tuple(replace(s, confidence=confidence(_kind(s), s.rules)) for s in extraction.statements),
        relations=tuple(replace(r, confidence=confidence("relation", r.rules)) for r in extraction.relations),
    )


def _kind(fact: Entity | Statement | Relation) -> str:
    return "statement" if isinstance(fact, Statement) and fact.value is not None else "unquantified"


@cache
def confidence(kind: str, rules: tuple[str, ...]) -> float:
    """Probability that a fact of the kind (statement, unquantified, entity, relation) that these rules read is right."""
    table, damping = _reliability()
    base = estimate(table, kind, rules, damping.get(kind, 1.0))
    return round(min(_MOST, max(_LEAST, base)), 3)


def estimate(
    table: dict[tuple[str, str], tuple[float, float]], kind: str, rules: Iterable[str], damping: float
) -> float:
    """As `confidence`, from a table {(kind, rule): (right, total)}; the rule `*` stands for all facts of the kind."""
    right, total = table.get((kind, "*"), (1.0, 2.0))
    base = (right + 1) / (total + 2)
    shift = 0.0
    for rule in dict.fromkeys(rules):
        own, of = table.get((kind, rule), (0.0, 0.0))
        share = (own + PRIOR * base) / (of + PRIOR)
        shift += _logit(share) - _logit(base)
    return 1 / (1 + math.exp(-(_logit(base) + damping * shift)))


def _logit(share: float) -> float:
    share = min(0.9999, max(0.0001, share))
    return math.log(share / (1 - share))


@cache
def _reliability() -> tuple[dict[tuple[str, str], tuple[float, float]], dict[str, float]]:
    table: dict[tuple[str, str], tuple[float, float]] = {}
    damping: dict[str, float] = {}
    for kind, rule, right, total in rows("reliability"):
        if rule == "damping":
            damping[kind] = float(right)
        else:
            table[kind, rule] = (float(right), float(total))
    return table, damping
