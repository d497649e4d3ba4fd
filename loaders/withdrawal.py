"""Withdrawals: statements that drop a target, 取消新建20个口袋公园的计划, told apart from promises and from deeds.

The reader of statements sees a number and what it counts; whether that is done, promised or given up is said by words around it, before
or after. A statement that withdraws keeps number, agent, place and period; its indicator becomes what was to be done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .facts import Entity, Span, Statement, outermost
from .rules import pattern
from .text import Clause, Text
from .time import TimeMention

_AGENTS = frozenset({"AdministrativeArea", "FunctionalZone", "Organization"})
_TAIL = re.compile(r"[的、,]+$")


@dataclass(frozen=True, slots=True)
class _Dropped:
    """Words that drop a target from `start` to `end`; `what` is the stretch that tells the target."""

    rule: str
    start: int
    end: int
    what: Span


def with_withdrawals(
    text: Text, statements: Sequence[Statement], entities: Sequence[Entity], times: Sequence[TimeMention]
) -> list[Statement]:
    """The statements in their order, those that drop a target marked `withdrawn`, with the words that say so in their quotes."""
    if not pattern("withdrawal.word").search(text.folded):
        return list(statements)
    skips = {e.span.start: e.span.end for e in outermost(entities) if e.cls in _AGENTS}
    skips |= {t.start: t.end for t in times}
    found = [_found(text, s) for s in statements]
    made = []
    for s, dropped in zip(statements, found, strict=True):
        if dropped is None:
            made.append(s)
            continue
        shared = sum(d is not None and d.what == dropped.what for d in found) > 1
        what = _thing(text, s, dropped, skips, shared=shared)
        made.append(_withdrawn(text, s, dropped, what) if what else s)
    return made


def _found(text: Text, s: Statement) -> _Dropped | None:
    """The words that drop what the statement tells."""
    sentence = text.sentence_at(s.span.start)
    if sentence is None:
        return None
    number = _number(s)
    at = number.start if number else s.span.start
    for index, clause in enumerate(sentence.clauses):
        if not clause.start <= at < clause.end:
            continue
        for dropped in _in_clause(text, clause):
            inside = number or Span(dropped.what.start, dropped.what.end)
            if dropped.what.start <= inside.start and inside.end <= dropped.what.end:
                return dropped
        if number and index + 1 < len(sentence.clauses):
            return _after_clause(text, clause, sentence.clauses[index + 1])
    return None


def _in_clause(text: Text, clause: Clause) -> Iterator[_Dropped]:
    words = text.folded[clause.start : clause.end]
    for rule in ("withdrawal.before", "withdrawal.works", "withdrawal.after"):
        m = pattern(rule).search(words)
        if m is None or pattern("withdrawal.deed").search(m["what"]):
            continue
        before = words[: m.start()] if rule != "withdrawal.after" else ""
        if pattern("withdrawal.not").search(before):
            continue
        if rule == "withdrawal.after" and pattern("withdrawal.open").search(m.group()):
            continue
        what = Span(clause.start + m.start("what"), clause.start + m.end("what"))
        yield _Dropped(rule, clause.start + m.start(), clause.start + m.end(), what)


def _after_clause(text: Text, clause: Clause, following: Clause) -> _Dropped | None:
    words = text.folded[clause.start : clause.end]
    m = pattern("withdrawal.after-clause").search(text.folded[following.start : following.end])
    if m is None or clause.closing != "," or not pattern("withdrawal.planned").search(words):
        return None
    if pattern("withdrawal.open").search(words) or pattern("withdrawal.deed").search(words):
        return None
    return _Dropped("withdrawal.after-clause", clause.start, following.end, Span(clause.start, clause.end))


def _number(s: Statement) -> Span | None:
    """Where the statement's number stands; None where it has none."""
    if s.surface is None:
        return None
    at = s.quote.find(s.surface)
    return None if at < 0 else Span(s.span.start + at, s.span.start + at + len(s.surface))


def _thing(text: Text, s: Statement, dropped: _Dropped, skips: dict[int, int], *, shared: bool) -> str | None:
    """What was to be done, without who, when and how many; where several numbers stand in the words, the statement's own."""
    start, end, folded = dropped.what.start, dropped.what.end, text.folded
    number = _number(s)
    while start < end and not pattern("withdrawal.doing").match(folded, start, end):
        head = pattern("withdrawal.head").match(folded, start, end)
        step = skips.get(start) or (head.end() if head else start)
        if not start < step < end:
            break
        start = step
    if shared:
        what = s.indicator
    elif number and start <= number.start:
        before = pattern("withdrawal.bound").sub("", folded[start : number.start])
        what = _TAIL.sub("", before) + folded[number.end : end].removeprefix("的")
    else:
        what = text.quote(start, end)
    what = pattern("withdrawal.rest").sub("", _TAIL.sub("", what)).strip("“”\"' ")
    return what if len(what) >= 2 else None


def _withdrawn(text: Text, s: Statement, dropped: _Dropped, what: str) -> Statement:
    start, end = min(s.span.start, dropped.start), max(s.span.end, dropped.end)
    return replace(
        s,
        span=Span(start, end),
        quote=text.quote(start, end),
        kind="commitment",
        indicator=what,
        withdrawn=True,
        completion=None,
        completion_joint=False,
        rules=(dropped.rule, *(r for r in s.rules if not r.startswith(("kind.", "indicator.")))),
    )
