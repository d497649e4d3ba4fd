"""Whether a number stands in a quote: read by the same grammar as the rules read it, in the quote and in its sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from ..counted import count_quantities
from ..facts import Entity, Span
from ..located import Located
from ..quantity import Passed, Quantity, read_quantities
from ..text import Text
from ..time import TimeMention

#: 完成率112.5%, 完成年度任务的84%, 为预算的103%; not 完成投资增长15%
_COMPLETION = re.compile(r"完成[^,;。增升降减提占比]{0,14}$|(?:预算|计划|目标|任务)[^,;。\d]{0,6}的$")
_RATE = re.compile(r"完成率(?:已|均|都|分别|为|是|达到?|约|的)*$")
_PER_MU = ("亩均", "每亩")


class Numbers:
    """The quantities of an article that can be a statement's."""

    def __init__(self, text: Text, entities: Sequence[Entity], times: Sequence[TimeMention]) -> None:
        self._text = text
        read, passed = read_quantities(text), list[Passed]()
        named, timed = Located(entities, lambda e: e.span.start), Located(times, lambda t: t.start)
        counted = count_quantities(text.folded, read, named, timed, passed)
        # the 40小时 of 由40小时压缩到5小时 is no result of the change, yet it was measured
        old = {p.start for p in passed if p.reason == "old-value"}
        self._counted = {q.number: q for q in [*(q for q in read if q.start in old), *counted]}

    def find(self, span: Span, value: Decimal, unit: str | None) -> Quantity | str:
        """The quantity of the quote with this value and unit, offsets in the article; or the reason why there is none.

        A quote that begins within a number (500亿元 of 3500亿元), or whose number is no quantity in its sentence (a name, a
        condition, a date), holds none.
        """
        reason = "number not in the quote"
        for q in read_quantities(Text(self._text.quote(span.start, span.end))):
            if value not in (q.value, q.upper) or unit not in self._units(span, q):
                continue
            whole = self._counted.get(q.number + span.start)
            if whole is None or (whole.value, whole.upper) != (q.value, q.upper) or not _same_unit(q, whole):
                reason = "number is none in its sentence"
            elif unit == "%" and _follows(_RATE, self._text, whole):
                reason = "completion rate as a value"
            else:
                return whole
        return reason

    def _units(self, span: Span, q: Quantity) -> tuple[str, ...]:
        """亩均300元 is 元/亩 as well."""
        before = self._text.folded[span.start : span.start + q.number]
        return (q.unit, "元/亩") if q.unit == "元" and any(w in before for w in _PER_MU) else (q.unit,)

    def has_rate(self, span: Span, rate: Decimal) -> bool:
        """Whether the quote prints this percentage as one of completion."""
        words = Text(self._text.quote(span.start, span.end))
        return any(
            q.unit == "%" and q.value == rate and _follows(_COMPLETION, words, q)
            for q in read_quantities(words)
        )


def _follows(words: re.Pattern[str], text: Text, q: Quantity) -> bool:
    return words.search(text.folded, max(0, q.before - 16), q.before) is not None


def _same_unit(cut: Quantity, whole: Quantity) -> bool:
    return whole.unit == cut.unit or whole.unit.startswith(f"{cut.unit}/")
