"""Which result answers which promise.

A link needs the same indicator (verbs of doing aside), unit, aspect, year and agent, where a place and its government count as
one; anything less is no link. An outcome that two promises fit stays unlinked: no guess.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from .facts import Statement

_GOVERNMENT = re.compile(r"(?:人民政府|管理委员会)$")
_DOING = re.compile(r"^(?:完成|开展|发放|办理|新增发放|提供|建成|新建|已|将|全市|实施)+")
_MARKS = re.compile(r"[“”‘’\"《》\s·、]")
_SAME_UNIT = {"名": "人", "位": "人", "家": "户", "千米": "公里"}


class Reconciler:
    """Takes statements with the IRI of their claim and pairs outcomes with commitments, whatever their order."""

    def __init__(self) -> None:
        self._promises: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        self._results: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)

    def add(self, statement: Statement, claim: str) -> None:
        """Takes one statement in; those without a quantity, a year or an agent can't be paired."""
        key = pairing_key(statement)
        if key is not None:
            (self._promises if statement.kind == "commitment" else self._results)[key].add(claim)

    def links(self) -> Iterator[tuple[str, str]]:
        """(outcome, commitment) pairs in order of their IRIs."""
        pairs = [
            (outcome, next(iter(promises)))
            for key, promises in self._promises.items()
            if len(promises) == 1
            for outcome in self._results.get(key, ())
        ]
        yield from sorted(pairs)


def pairing_key(statement: Statement) -> tuple[str, ...] | None:
    """What promise and result must share: indicator, unit, aspect, year, agent."""
    year = re.match(r"(?:\.\./)?(\d{4})", statement.period or "")
    if statement.value is None or year is None or statement.agent is None:
        return None
    unit = statement.unit or ""
    return (
        indicator_key(statement.indicator),
        _SAME_UNIT.get(unit, unit),
        statement.aspect or "",
        year.group(1),
        _GOVERNMENT.sub("", statement.agent),
    )


def indicator_key(indicator: str) -> str:
    """The indicator without marks and without verbs that only say that it is done."""
    plain = _MARKS.sub("", indicator)
    return _DOING.sub("", plain) or plain
