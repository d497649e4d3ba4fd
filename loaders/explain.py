"""What was read of each sentence by which rule, and what was left unread and why: for people who judge or mend a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

from .facts import Entity, Extraction, PhaseReport, Relation, Statement, Unread
from .rules import reasons, rules
from .text import Sentence, Text

_Thing = TypeVar("_Thing", Entity, Statement, Relation, PhaseReport, Unread)


def explain(extraction: Extraction) -> Iterator[str]:
    """Lines for reading: the sentences with their facts (+) and what gave none (-), the rules' reasons, and counts."""
    article = extraction.article
    yield f"《{article.headline}》 {article.id}"
    carried: Counter[str] = Counter()
    left: Counter[str] = Counter()
    silent = 0
    for sentence in Text(article.body).sentences:
        yield ""
        yield _flat(article.body[sentence.start : sentence.end])
        facts: list[Entity | Statement | Relation | PhaseReport] = [
            *_within(sentence, extraction.entities),
            *_within(sentence, extraction.statements),
            *_within(sentence, extraction.relations),
            *_within(sentence, extraction.phases),
        ]
        for fact in facts:
            carried.update(fact.rules)
            yield f"  + {_told(fact)}  [{' '.join(fact.rules)}]"
        unread = _within(sentence, extraction.unread)
        for passed in unread:
            left[passed.reason] += 1
            yield f"  - {_flat(passed.quote)}: {reasons().get(passed.reason, passed.reason)}"
        if not facts and not unread:
            silent += 1
            yield "  - nothing in it is a name, a number or a deed"
    yield ""
    yield "Rules at work"
    for rule, number in sorted(carried.items()):
        why = rules()[rule].why if rule in rules() else ""
        yield f"  {number:4}  {rule:24} {why}"
    yield f"Left unread: {sum(left.values())} numbers and clauses, {silent} sentences with nothing to read"
    for reason, number in left.most_common():
        yield f"  {number:4}  {reasons().get(reason, reason)}"


def _within(sentence: Sentence, things: tuple[_Thing, ...]) -> list[_Thing]:
    return [t for t in things if sentence.start <= t.span.start < sentence.end]


def _told(fact: Entity | Statement | Relation | PhaseReport) -> str:
    if isinstance(fact, Entity):
        post = f", {fact.post}" if fact.post else ""
        return f"{fact.cls} {fact.name}{post} “{_flat(fact.quote)}”"
    if isinstance(fact, Relation):
        return f"{fact.subject} {fact.predicate} {fact.object} “{_flat(fact.quote)}”"
    if isinstance(fact, PhaseReport):
        since = f", {fact.period} by {fact.period_basis}" if fact.period else ""
        return f"phase of {fact.project}: {fact.phase}{since} “{_flat(fact.quote)}”"
    amount = "" if fact.value is None else f" {fact.bound} {fact.value:,} {fact.unit} ({fact.aspect})"
    rate = "" if fact.completion is None else f", completion {fact.completion:g}%"
    when = f", {fact.period} by {fact.period_basis}" if fact.period else ""
    sure = "" if fact.confidence is None else f", confidence {fact.confidence:.2f}"
    return (
        f"{fact.kind} {fact.agent or '?'}: {fact.indicator}{amount}{rate}{when}{sure} “{_flat(fact.quote)}”"
    )


def _flat(text: str) -> str:
    return " ".join(text.split())
