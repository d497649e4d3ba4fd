"""Periods of clauses: the time a clause is about, printed in it or inherited, and from where.

A time in the clause wins, then one earlier in its sentence, then the last one that opened a sentence before it, then the
headline's year. A state on a day (截至…) holds for its sentence only and hands on no more than its year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .facts import Entity
from .located import Located
from .text import Clause, Sentence, Text
from .time import TimeMention, read_times

_DAY = re.compile(r"^(?:\.\./)?\d{4}-\d\d-\d\d")
_IN_NAME = re.compile(r"度?[“《的]|度“")
#: 通报2024年十件民生实事办理情况: the year that is reported on
_REPORTED = re.compile(
    r"度[^,;。:]{0,16}(?:会议|总结|报告|公报)|[^,;。:]{0,20}(?:办理|完成|落实|工作|运行|进展|推进|兑现)情况"
)
_LISTED = re.compile(r"\d+件")
_OPENING = re.compile(
    r"[\s“”\"(■●◆▲○□【〔—·]*(?:截至|自|从|在|到|其中|同时|此外|而|据统计|全年|目前|记者|获悉|本报讯\([^)]*\)|\(?[一二三四五六七八九十\d]+[.、)])*"
)


@dataclass(frozen=True, slots=True)
class Period:
    """ISO 8601 period and where it was found: sentence, paragraph, section, article, headline, published."""

    value: str | None
    basis: str | None


NO_PERIOD = Period(None, None)


def read_periods(
    text: Text, times: Sequence[TimeMention], entities: Sequence[Entity], headline: str, published: str | None
) -> dict[int, Period]:
    """Period of every clause, by the clause's start."""
    inside = {s: e.span.end for e in entities for s in range(e.span.start, e.span.end)}
    starts = {e.span.start: e.span.end for e in sorted(entities, key=lambda e: e.span.end)}
    located = Located(times, lambda t: t.start)
    carried = _of_headline(headline, published)
    periods: dict[int, Period] = {}
    paragraph = -1
    for sentence in text.sentences:
        if sentence.paragraph != paragraph and carried.value and _DAY.match(carried.value):
            carried = Period(carried.value.removeprefix("../")[:4], "paragraph")
        paragraph = sentence.paragraph
        said: Period | None = None
        hand_on = carried
        for clause in sentence.clauses:
            own = located.between(clause.start, clause.end)
            if own:
                said = Period(own[-1].period, own[-1].basis)
                if (
                    text.folded[own[-1].start] in "到至"
                ):  # 到2025年达到x，带动y: a deadline for the rest of the sentence
                    pass
                elif clause.closing == ":" or _opens(text, clause, own[0], starts, inside):
                    hand_on = _handed_on(own[0], carried)
                else:
                    if own[0].period and _REPORTED.match(text.folded, own[0].end):
                        hand_on = Period(own[0].period[:4], "paragraph")
                    periods[clause.start] = said
                    said = None
                    continue
            periods[clause.start] = said or _inherited(carried, sentence)
        carried = hand_on
    return periods


def _inherited(carried: Period, sentence: Sentence) -> Period:
    return (
        carried
        if carried.basis in ("headline", None)
        else Period(carried.value, "paragraph" if sentence else None)
    )


def _handed_on(time: TimeMention, carried: Period) -> Period:
    if time.period is None:
        return NO_PERIOD
    if time.period.endswith("/.."):  # 自2021年以来: holds for its own sentence
        return carried
    if time.point:
        return Period(time.period[:4], "paragraph")
    return Period(time.period, "paragraph")


def _opens(
    text: Text, clause: Clause, time: TimeMention, starts: dict[int, int], inside: dict[int, int]
) -> bool:
    """Whether the time stands at the clause's head (2024年，昆明市将 / 昆明市2024年将), not inside a noun phrase."""
    if _IN_NAME.match(text.folded, time.end):
        return False
    if inside.get(time.start, -1) > time.end and not _LISTED.match(text.folded, time.end):
        return False
    at = clause.start
    for _ in range(6):
        m = _OPENING.match(text.folded, at)
        at = m.end() if m else at
        if at >= time.start:
            return True
        if at in starts and starts[at] <= time.start:
            at = starts[at]
        else:
            return False
    return False


def _of_headline(headline: str, published: str | None) -> Period:
    times = [t for t in read_times(Text(headline), published) if t.period]
    return Period(times[0].period, "headline") if times else NO_PERIOD
