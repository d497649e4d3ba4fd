"""Where a name begins: after the last mark, function word or governing verb before its last word."""

from __future__ import annotations

from dataclasses import dataclass

from ..rules import pattern

_REACH = 28  # characters that a name may have before its suffix


@dataclass(frozen=True, slots=True)
class Ground:
    """The folded text, and the gazetteer's names in it: `starts` their start → end, `ends` their end → start."""

    folded: str
    starts: dict[int, int]
    ends: dict[int, int]


def left_edge(ground: Ground, end: int, reach: int = _REACH) -> int:
    """Where the name that goes on at `end` begins."""
    folded, starts = ground.folded, ground.starts
    low = _after_mark(folded, max(0, end - reach), end)
    # a function word inside ends the name before it, unless it is part of another word
    for m in reversed([*pattern("name.function-word").finditer(folded, low, end - 1)]):
        if not _is_part_of_word(ground, m.start()):
            low = m.end()
            break
    for inner in pattern("name.inner").finditer(folded, low, end):
        low = inner.end()
    if time := pattern("name.time-before").match(folded, low, end):
        low = time.end()
    while low < end:
        if low in starts and starts[low] < end:
            break
        stop = pattern("name.stop").match(folded, low, end)
        if stop is None:
            break
        low = stop.end()
    return low


def _after_mark(folded: str, low: int, end: int) -> int:
    """After the last mark that no name holds, and no further than a dash or a bracket whose other half is missing."""
    for m in pattern("name.mark").finditer(folded, low, end):
        low = m.end()
    within = folded[low:end]
    if "——" not in within and "(" not in within and ")" not in within:
        return low
    at = end
    while at > low:
        if folded[at - 2 : at] == "——":
            break
        if folded[at - 1] == ")" and "(" not in folded[max(0, at - 8) : at]:
            break
        if folded[at - 1] == "(" and ")" not in folded[at:end]:
            break
        at -= 1
    return at


def _is_part_of_word(ground: Ground, at: int) -> bool:
    """Whether the function word belongs to a word of its own (有限, 和平), to a place's name, or joins two (南宁|至|玉林)."""
    folded, starts = ground.folded, ground.starts
    if folded[at] == "至" and at - ground.ends.get(at, -99) <= 12:  # 南宁至玉林铁路
        return True
    low = max(0, at - 2)
    if any(m.start() <= at < m.end() for m in pattern("name.joined").finditer(folded, low, at + 3)):
        return True
    return any(starts.get(s, 0) > at for s in range(at - 12, at + 1))


def is_generic(head: str) -> bool:
    """Whether what stands before the suffix makes it a common noun: 各|大学, 公办|幼儿园."""
    return len(head) < 2 or bool(pattern("name.generic-row").match(head))


def without_area(ground: Ground, low: int, end: int) -> int:
    """官渡区|云南滇约…公司: a district in front of another place's name is no part of the company's name."""
    stop = ground.starts.get(low, end)
    own = stop in ground.starts and stop < end - 2 and ground.folded[stop - 1] in "区县市镇道"
    return stop if own else low


def holds_place(ground: Ground, low: int, end: int) -> bool:
    """Whether a name of the gazetteer starts in [low, end)."""
    starts = ground.starts
    return any(s in starts for s in range(low, end))
