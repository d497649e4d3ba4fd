"""Aspects: whether a number is a level (达3500亿元), a change (增长15%, 下降3.5%) or a share (占全省的三分之一)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from . import indicator
from .facts import Aspect
from .quantity import Quantity
from .rules import pattern

#: Units that a change is given in; other units change only beside 同比, 比上年.
_RELATIVE = frozenset({"%", "‰", "个百分点", "百分点", "倍", "个基点"})
_RATES: dict[str, Aspect] = {"aspect.rate-of-growth": "growth", "aspect.rate-of-decline": "decline"}
_CHANGES: tuple[Aspect, ...] = ("growth", "decline")


@dataclass(frozen=True, slots=True)
class AspectRead:
    """The aspect, the indicator in the number's own words ("" where it has none), and what a share is of."""

    aspect: Aspect
    indicator: str
    comparand: str | None = None


def read_aspect(
    before: str, after: str, quantity: Quantity, previous: Aspect | None, last_unit: str | None = None
) -> AspectRead:
    """Aspect of a quantity between the words `before` and `after` it; `previous` and `last_unit` are of the number before it."""
    before = before.rstrip()
    if (far := pattern("aspect.apart-in-time").search(before)) is not None:
        aspect = _CHANGES[far["less"] is not None]
        return AspectRead(aspect, indicator.trim_before(before[: far.start()]))
    if quantity.unit == "%" and (share := pattern("aspect.share").fullmatch(before)):
        of = (share["of"] or "").strip() or None
        return AspectRead("share", indicator.trim_before(share["head"]), of)
    if (part := pattern("aspect.multiple-of").search(before)) and quantity.unit in ("%", "倍", "成"):
        return AspectRead("level", indicator.trim_before(before[: part.start()]), part["of"])
    bare = _bare().sub("", before)
    if quantity.unit == "%":
        for rate, aspect in _RATES.items():
            if (rated := pattern(rate).search(before)) and not _ends_in_difference(before):
                return AspectRead(aspect, indicator.trim_before(before[: rated.start()]))
    if pattern("aspect.level").search(bare):
        return AspectRead("level", indicator.trim_before(before))
    if (
        quantity.unit in _RELATIVE
        or pattern("aspect.compared").search(before)
        or _thing_changes(bare, quantity, last_unit)
    ):
        head = _reached().sub("", before)
        for aspect in _CHANGES:
            told = pattern(f"aspect.{aspect}")
            if told.search(bare) or told.search(head):
                return AspectRead(aspect, indicator.trim_before(before))
    if quantity.unit == "%" and "quantity.tenths" in quantity.rules and pattern("aspect.part").search(before):
        return AspectRead("share", indicator.noun_after(after))
    own = own_indicator(before, after, quantity)
    if quantity.unit == "%" and previous == "share" and len(own) <= 4 and _AREA.fullmatch(before or own):
        return AspectRead("share", "", before.strip() or None)
    return AspectRead("level", own)


def _ends_in_difference(before: str) -> bool:
    """增速高于全省…: what is told is how far two rates lie apart."""
    return before.endswith(("高于", "低于")) or ("比" in before and before.endswith(("高", "低")))


def _thing_changes(bare: str, quantity: Quantity, last_unit: str | None) -> bool:
    """天数减少16天, 补水9亿立方米，增加近1亿立方米: thing and change stand right before the number, or the same unit before."""
    change = pattern("aspect.thing-changes").search(bare)
    if change is None:
        return False
    thing = indicator.trim_before(bare[: change.start()])
    return len(thing) >= 2 or (not thing and last_unit == quantity.unit)


_MEASURE = re.compile(
    r"(?:概算|计划|协议|预计)?总?(?P<what>规模|投资额?|建筑面积|占地面积|面积|金额|价值|容量|库容|产能)[达为约]*$"
)
_AREA = re.compile(r"全?[市省区国县州].{0,2}")


@cache
def _bare() -> re.Pattern[str]:
    return re.compile(r"(?:了|约|近|超过|超|不低于|不少于|突破|力争|预计|分别|达到|达|左右)+$")


@cache
def _reached() -> re.Pattern[str]:
    return re.compile(r"(?:达到|达|为|超过|超|突破|约|近)+$")


def own_indicator(words_before: str, words_after: str, quantity: Quantity) -> str:
    """The thing that the number counts, from its own list item; the thing may stand before or after the number."""
    before = indicator.trim_before(words_before)
    if indicator.is_only_verb(before):
        before = ""
    after = words_after if indicator.starts_with_noun(words_after) else ""
    if before and indicator.is_bare_deed(indicator.noun_after(after)):
        after = ""  # 加装电梯330台|并投入使用: the clause goes on about the thing before the number
    listed = words_before.rstrip().endswith("等")
    if after and (
        listed or indicator.is_only_verb(words_before) or indicator.ends_in_verb(before) or not before
    ):
        return indicator.noun_after(after)
    if after and (rated := pattern("aspect.rated").search(before)):
        return rated.group() + indicator.noun_after(after)
    if after and words_after.startswith("的"):
        noun, measure = indicator.noun_after(after), _MEASURE.search(words_before)
        bare = measure is not None and indicator.is_only_verb(words_before[: measure.start()])
        return noun + measure["what"] if noun and measure and bare else before
    if after and len(before) <= 3 and before[-1:] not in "率值额量数":
        return indicator.noun_after(after)
    if after and quantity.kind in ("count", "person") and not pattern("aspect.amounts").search(words_before):
        return indicator.noun_after(after)
    return indicator.trim_verb(before) if before else ""
