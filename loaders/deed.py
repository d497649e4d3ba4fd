"""Deeds: clauses that say what is done or will be, without a number: 深入实施开发区振兴三年行动."""

from __future__ import annotations

import re
from collections.abc import Mapping

from . import indicator
from .agent import subject_end
from .facts import Entity
from .rules import pattern
from .text import Clause, Sentence


def deed_clauses(sentence: Sentence) -> list[Clause]:
    """Clauses, those of one item of a list together: …为：扩大资源；加强建设，优化管理；…"""
    clauses = list(sentence.clauses)
    lead = next((i for i, c in enumerate(clauses) if c.closing == ":"), None)
    if lead is None or sum(c.closing == ";" for c in clauses[lead:]) < 2:
        return clauses
    items = clauses[: lead + 1]
    first: Clause | None = None
    for clause in clauses[lead + 1 :]:
        first = first or clause
        if clause.closing != ",":
            items.append(Clause(first.start, clause.end, clause.closing))
            first = None
    return items


def read_deed(
    folded: str, clause: Clause, openers: Mapping[int, Entity], time_ends: Mapping[int, int]
) -> tuple[str | None, str]:
    """What is done and the rule that read it, or None and the reason why the clause says no deed."""
    words = folded[clause.start : clause.end]
    if pattern("deed.speech").search(words):
        return None, "speech"
    if pattern("deed.describes").search(words):
        return None, "description"
    if pattern("deed.title").search(words):
        return None, "title"
    if pattern("deed.circumstance").match(words):
        return None, "frame"
    own = subject_end(folded, clause.start, clause.end, openers, time_ends)
    rest = folded[own : clause.end].strip(' “”"')
    rest = _ITEM.sub("", rest)
    closes = pattern("deed.closing").search(rest)
    if own > clause.start and pattern("deed.around").match(rest):
        return None, "frame"
    beside = pattern("deed.beside").match(rest)
    if own == clause.start and not closes and not beside and pattern("deed.frame").match(rest):
        return None, "frame"
    if closes and not pattern("deed.noun-end").search(rest):
        if len(rest) <= 3 and own == clause.start:
            return None, "no-object"
        start = subject_end(folded, clause.start, clause.end, {}, time_ends)
        return indicator.trim_lead(folded[start : clause.end]), "deed.closing"
    what, rule = _verb_first(rest, has_subject=own > clause.start or beside is not None)
    if what is None:
        marked = pattern("deed.marked").match(rest) or pattern("deed.unnamed").match(rest)
        if marked and len(rest) - marked.end() >= 1:
            return indicator.trim_lead(rest), "deed.marked"
    return what, rule


_ONLY_TIME = re.compile(
    r"用?[一二两三四五六七八九十\d]+(?:年|个月|天)左右?的?时间|(?:到|至|在)?(?:20\d\d年|“?十[四五六]五”?|今年|明年|年)(?:底|末|内|期末|上半年|下半年|前)*"
)


#: 一是, 5., (二): what numbers an item is no part of it
_ITEM = re.compile(
    r"^(?:[一二三四五六七八九十]+是|第[一二三四五六七八九十]+,?|\(?[一二三四五六七八九十\d]+[.、)])\s*"
)


def _verb_first(rest: str, *, has_subject: bool) -> tuple[str | None, str]:
    for _ in range(8):
        verb = pattern("deed.verb").match(rest)
        if verb and len(rest) - verb.end() >= 2:
            return rest, "deed.verb"
        resolve = pattern("deed.resolve").match(rest)
        if resolve and len(rest) - resolve.end() >= 4 and not _ONLY_TIME.fullmatch(rest[resolve.end() :]):
            return indicator.trim_lead(rest[resolve.end() :]), "deed.resolve"
        phrase = pattern("deed.phrase").match(rest) if has_subject else None
        step = phrase or pattern("deed.before-verb").match(rest)
        if step is None or not step.group():
            return None, "no-verb"
        rest = rest[step.end() :]
    return None, "no-verb"
