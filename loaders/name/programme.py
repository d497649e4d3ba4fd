"""Programmes: strategies, plans, campaigns and policies, by quotation marks, titles, lists of promises or their last word."""

from __future__ import annotations

from collections.abc import Iterator

from ..candidate import Candidate
from ..rules import pattern
from .edge import Ground, is_generic, left_edge

_BELT_AND_ROAD = "共建“一带一路”"
_OF_IT = ("国家", "沿线")  # 一带一路沿线国家 are no programme
#: Words before a quoted name that say whose it is: no part of its mention
_WHOSE = frozenset({"全市", "城市", "春城"})


def read_programmes(ground: Ground) -> Iterator[Candidate]:
    """Candidates of programmes, and bus lines that go by a quoted name."""
    folded = ground.folded
    if "“" in folded:
        yield from _quoted(folded)
    for m in pattern("name.titled").finditer(folded):
        yield _programme(m.start(), m.end(), m["inner"], "name.titled", weight=4)
    if "实事" in folded:
        yield from _promises(folded)
    for m in pattern("name.known").finditer(folded):
        if not folded.startswith(_OF_IT, m.end()):
            name = _BELT_AND_ROAD if "一带一路" in m.group() else m.group()
            yield _programme(m.start(), m.end(), name, "name.known")
    for m in pattern("name.model").finditer(folded):
        yield _programme(m.start("name"), m.end("name"), m["name"], "name.model")
    yield from _suffixed(ground)


def _programme(start: int, end: int, name: str, rule: str, weight: int = 0) -> Candidate:
    return Candidate(start, end, "Programme", "Programme", name, rule, weight=weight)


def _quoted(folded: str) -> Iterator[Candidate]:
    """“3815”战略发展目标, “雨露计划”: a quoted name that is a programme by itself, or by the word after it."""
    heads, by_itself = pattern("name.quoted-head"), pattern("name.programme-in-quotes")
    honour, other, line = (
        pattern("name.honour-before"),
        pattern("name.no-programme-after"),
        pattern("name.bus-line"),
    )
    past = 0
    for m in pattern("name.quoted").finditer(folded):
        inner, after = m["inner"], m["after"]
        lead = heads.search(folded, max(past, m.start() - 3), m.start())
        low, head = (lead.start(), lead.group()) if lead else (m.start(), "")
        past = m.end()
        if pattern("name.pause").search(inner) or (
            not after and honour.search(folded, max(0, low - 12), low)
        ):
            continue
        alone = by_itself.match(inner) is not None
        if alone or after:
            if not after and other.match(folded, m.end()):
                continue
            if after == "项目" and not alone:
                continue
            if inner == "一带一路" and folded.startswith(_OF_IT, m.end()):
                continue
            start = m.start() if head in _WHOSE else low
            if start > low:
                name = folded[start : m.end()]
            elif inner == "一带一路":
                name = _BELT_AND_ROAD
            else:
                name = inner if alone and not after and not head else folded[low : m.end()]
            yield _programme(start, m.end(), name, "name.quoted", weight=1)
        if not after and (bus := line.match(folded, m.end())):
            end = bus.end()
            yield Candidate(low, end, "Project", "Project", folded[low:end], "name.quoted-line")


def _promises(folded: str) -> Iterator[Candidate]:
    """2024年10件惠民实事: the list's name is its year, number and kind, whatever stands between."""
    for m in pattern("name.promises").finditer(folded):
        year = m["y1"] or m["y2"]
        name = f"{m['n']}{m['unit']}{m['what']}"
        start = m.start("y1") if m["y1"] else m.start("y2") if m["y2"] else m.start("n")
        yield _programme(start, m.end(), f"{year}年{name}" if year else name, "name.promises", weight=1)
    for m in pattern("name.promises-bare").finditer(folded):
        yield _programme(m.start(), m.end(), f"{m['y']}年{m['what']}", "name.promises")


def _suffixed(ground: Ground) -> Iterator[Candidate]:
    """开发区振兴三年行动: what stands before the last word, without what is done about it."""
    folded = ground.folded
    lead, none = pattern("name.programme-lead"), pattern("name.no-programme")
    for m in pattern("name.programme").finditer(folded):
        low = left_edge(ground, m.start(), 18)
        while low < m.start() and (more := lead.match(folded, low)):
            low = more.end()
        low = _with_coordination(folded, m.start(), low)
        head = folded[low : m.start()]
        if is_generic(head) or (head.endswith("区") and m.group() == "发展战略"):
            continue
        if len(head) <= 14 and not none.search(head):
            yield _programme(low, m.end(), folded[low : m.end()], "name.programme")


def _with_coordination(folded: str, end: int, low: int) -> int:
    """口岸建设与发展三年行动: what 与 joins belongs to the name."""
    m = pattern("name.coordination").search(folded, max(0, end - 12), end)
    if m is None:
        return low
    start, stop = m.start(), pattern("name.stop")
    while lead := stop.match(folded, start, end - 6):
        start = lead.end()
    return start
