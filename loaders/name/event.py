"""Events: sessions and meetings, festivals, ceremonies."""

from __future__ import annotations

from collections.abc import Iterator

from ..candidate import Candidate
from ..lexicon import table
from ..rules import pattern
from .edge import Ground, left_edge

#: Short words before a session that name whose it is
_BODIES = ("政协", "市委", "省委", "区委", "市", "省")
#: Last words that make an event only of a head that a place or a number opens
_COMMON = frozenset({"会议", "节", "仪式", "全会", "大赛", "论坛"})


def read_events(ground: Ground) -> Iterator[Candidate]:
    """Candidates of events, and of a session's own bodies."""
    if "届" in ground.folded:
        yield from _sessions(ground)
    yield from _named_events(ground)


def _sessions(ground: Ground) -> Iterator[Candidate]:
    """昆明市十五届人大四次会议, its presidium's meetings, its secretariat."""
    folded, ends = ground.folded, ground.ends
    presidium = pattern("name.presidium-meeting")
    for m in pattern("name.session").finditer(folded):
        low, end = m.span()
        if low not in ends:
            low -= next((len(body) for body in _BODIES if folded.endswith(body, 0, low)), 0)
        if low in ends:
            low = ends[low]
            low -= 2 if folded.endswith(("政协", "中共"), 0, low) else 0
        if more := presidium.match(folded, end):
            whole = folded[low : more.end()]
            yield Candidate(low, more.end(), "Event", "Meeting", whole, "name.session", weight=2)
        elif folded.startswith(("秘书处", "主席团"), end):
            whole = folded[low : end + 3]
            yield Candidate(
                low, end + 3, "Organization", "CongressBody", whole, "name.session-body", weight=2
            )
        yield Candidate(low, end, "Event", "Meeting", folded[low:end], "name.session", weight=1)


def _named_events(ground: Ground) -> Iterator[Candidate]:
    """第七届中国—南亚博览会, 昆明两会, 地铁5号线通车仪式."""
    folded, starts, ends = ground.folded, ground.starts, ground.ends
    kinds = table("entities")["event"]
    festival, numbered = pattern("name.common-festival"), pattern("name.numbered-event")
    year = pattern("name.year-of-event")
    for m in pattern("name.event").finditer(folded):
        suffix = m.group()
        if suffix == "两会" and m.start() in ends:
            start = ends[m.start()]
            yield Candidate(start, m.end(), "Event", "Meeting", folded[start : m.end()], "name.event")
            continue
        low = _event_edge(ground, m.start())
        if of_year := year.search(folded, max(0, low - 8), low):
            low = of_year.start()
        head = folded[low : m.start()]
        if suffix == "两会":
            if low in starts:
                yield Candidate(low, m.end(), "Event", "Meeting", folded[low : m.end()], "name.event")
            continue
        if len(head) < 3 or len(head) > 24 or (suffix == "节" and festival.search(head)):
            continue
        if suffix == "会议" and folded.startswith(("中心", "厅", "室", "纪要", "精神"), m.end()):
            continue
        if suffix in _COMMON and low not in starts and not numbered.search(head):
            continue
        name, weight = folded[low : m.end()], 1 if "“" in head else 0
        yield Candidate(low, m.end(), "Event", kinds[suffix], name, "name.event", weight=weight)


def _event_edge(ground: Ground, end: int) -> int:
    """As `left_edge`, but a quoted name inside belongs to the event: 度假区“…”专线通车仪式."""
    folded = ground.folded
    open_quote = folded.rfind("“", max(0, end - 24), end)
    close_quote = folded.rfind("”", max(0, end - 24), end)
    if 0 <= open_quote < close_quote and not pattern("name.pause-in-list").search(folded, close_quote, end):
        return left_edge(ground, open_quote, 12)
    return left_edge(ground, end)
