"""Parks and functional zones by their last word."""

from __future__ import annotations

from collections.abc import Iterator

from ..candidate import Candidate
from ..lexicon import table
from ..rules import pattern
from .edge import Ground, holds_place, is_generic, left_edge, without_area


def read_parks(ground: Ground) -> Iterator[Candidate]:
    """Candidates of parks, those that share a suffix among them."""
    folded = ground.folded
    kinds = table("entities")["park"]
    counted, common, phase = pattern("name.counted-park"), pattern("name.common-park"), pattern("name.phase")
    for m in pattern("name.park").finditer(folded):
        low = without_area(ground, left_edge(ground, m.start(), 20), m.end())
        head = folded[low : m.start()]
        if is_generic(head) or counted.search(head) or len(head) > 16:
            continue
        end = m.end()
        if m.group() == "公园" and common.match(folded, end):
            continue  # 口袋公园12个, 人均公园绿地: a common noun
        if more := phase.match(folded, end):
            end = more.end()
        low = _without_district(ground, low, end)
        yield Candidate(low, end, "Park", kinds[m.group()], folded[low:end], "name.park")
    if "园区" in folded and "和" in folded:
        yield from _coordinated_parks(folded, kinds)


def _without_district(ground: Ground, low: int, end: int) -> int:
    """晋宁区|南滇池国家湿地公园: the district before a park's own name."""
    stop = ground.starts.get(low, low)
    own = end - stop >= 6 and ground.folded[stop - 1] in "区县" and stop > low
    return stop if own else low


def _coordinated_parks(folded: str, kinds: dict[str, str]) -> Iterator[Candidate]:
    """海口和二街化工园区: two parks share a suffix."""
    stop = pattern("name.stop")
    for m in pattern("name.coordinated-parks").finditer(folded):
        at, suffix = m.start(), m["suffix"]
        for item in m["first"].split("、"):
            end = at + len(item)
            clean = stop.match(item)
            if not (clean and clean.end() == len(item)):
                yield Candidate(at, end, "Park", kinds[suffix], item + suffix, "name.coordinated", weight=1)
            at = end + 1


def read_zones(ground: Ground) -> Iterator[Candidate]:
    """Candidates of functional zones."""
    folded, starts = ground.folded, ground.starts
    common = pattern("name.common-zone")
    for m in pattern("name.zone").finditer(folded):
        if folded.startswith("城市", m.end()):
            continue
        low = left_edge(ground, m.start(), 20)
        if low in starts and folded[starts[low] - 1] == "区" and starts[low] + 3 < m.start():
            low = starts[low]  # 磨憨—磨丁经济合作区|进口贸易促进创新示范区
        head = folded[low : m.start()]
        if is_generic(head) or common.match(head):
            continue
        if len(m.group()) < 4 and len(head) > 6 and not holds_place(ground, low, m.start()):
            continue
        yield Candidate(low, m.end(), "FunctionalZone", "FunctionalZone", folded[low : m.end()], "name.zone")
