"""Which quantities can be a statement's: no condition, no part of a name, no mere length of time, no value before a change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .facts import Entity
from .located import Located
from .quantity import Passed, Quantity
from .rules import pattern
from .time import TimeMention


def count_quantities(
    folded: str,
    quantities: Sequence[Quantity],
    named: Located[Entity],
    times: Located[TimeMention],
    passed: list[Passed],
) -> list[Quantity]:
    """The quantities that count, in order; the others go to `passed` with the reason."""
    kept: list[Quantity] = []
    for q in quantities:
        reason = _why_not(folded, q, named, times)
        last = kept[-1] if kept else None
        listed = last is not None and last.unit == q.unit and folded[last.end : q.number] in ("、", "和")
        if reason is None and q.kind == "time":
            frequency = pattern("quantity.frequency").match(folded[q.end : q.end + 2])
            if frequency:
                q = replace(q, end=q.end + frequency.end(), unit=f"{q.unit}/{frequency['per']}")
            elif not listed and not pattern("quantity.measured-time").search(
                folded[max(0, q.before - 8) : q.number]
            ):
                reason = "duration"
        if reason:
            passed.append(Passed(q.start, q.end, reason))
        else:
            kept.append(q)
    counted = []
    for i, q in enumerate(kept):
        if i + 1 < len(kept) and _is_old_value(folded, q, kept[i + 1]):
            passed.append(Passed(q.start, q.end, "old-value"))
        else:
            counted.append(q)
    return counted


def _why_not(folded: str, q: Quantity, named: Located[Entity], times: Located[TimeMention]) -> str | None:
    time = times.before(q.number + 1)
    if time is not None and q.number < time.end:
        return "date"
    if q.condition:
        return "condition"
    if q.kind == "money" and pattern("quantity.threshold").match(folded[q.end : q.end + 16]):
        return "condition"
    if pattern("quantity.origin").search(folded[max(0, q.before - 2) : q.before]):
        return "describes"
    name = named.before(q.number + 1)
    if name is not None and q.end <= name.span.end and not _counts_programme(folded, name):
        return "name"
    return None


def _is_old_value(folded: str, q: Quantity, following: Quantity) -> bool:
    """由原来的40小时压缩到5小时以内: the value before the change is no result."""
    return (
        q.unit == following.unit
        and bool(pattern("quantity.change-from").search(folded[max(0, q.before - 16) : q.before]))
        and bool(pattern("quantity.change-to").search(folded[q.end : following.number]))
    )


def _counts_programme(folded: str, name: Entity) -> bool:
    """10件惠民实事均已完成, 确定2024年10件惠民实事项目: here the number in the name is told."""
    if name.cls != "Programme":
        return False
    after = folded[name.span.end : name.span.end + 8]
    before = folded[max(0, name.span.start - 4) : name.span.start]
    return bool(_FULFILLED.match(after) or _CHOSEN.search(before))


_FULFILLED = re.compile(
    r"(?:项目)?(?:均|都|已|全部|已经|全面|圆满|如期|顺利)*(?:完成(?!具体|情况)|办结|落实完|兑现)"
)
_CHOSEN = re.compile(r"(?:确定|票决|选出|产生)$")
