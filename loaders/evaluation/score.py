"""The figures of an evaluation: the order in which an article's rows are judged, and nothing else.

A quantified statement is right when its kind, value and unit are and its words overlap the gold's; strictly right when bound, aspect
and indicator are, too. Gold marked optional, and predictions wholly within the headline, count neither for nor against.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import get_args

from ..facts import EntityClass
from .gold import Gold, Row
from .locate import Finder
from .named import judge_entities, judge_relations
from .statements import judge_statements
from .verdict import ATTRIBUTES, Evaluation, Figure, TextFigures, Verdict

__all__ = ["ATTRIBUTES", "Evaluation", "Figure", "Verdict", "evaluate"]


def evaluate(golds: Sequence[Gold], read: Callable[[Gold], Iterable[Row]]) -> Evaluation:
    """Figures and verdicts of the rows that `read` gives for each gold article, in the contract's form.

    A class of entities that no gold article uses isn't scored.
    """
    used = {entity["class"] for gold in golds for entity in gold.entities}
    result = Evaluation(entities={c: Figure() for c in get_args(EntityClass) if c in used})
    for gold in golds:
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in read(gold):
            rows[row["type"]].append(row)
        finder = Finder(gold.text, rows["article"])
        same_kind, any_kind = judge_statements(gold, finder, rows["statement"], result)
        entities = judge_entities(gold, finder, rows["entity"], result)
        judge_relations(gold, finder, rows["relation"], result)
        result.texts.append(TextFigures(gold.name, same_kind, any_kind, entities))
    return result
