"""Works: what is built or invested in, lines of the city's rail, what is set up under a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..candidate import Candidate, mentions
from ..facts import EntityClass
from ..rules import pattern
from .edge import Ground, is_generic, left_edge, without_area

_LIST_REACH = 160  # characters before 等50个重大项目 in which its items stand


def read_projects(ground: Ground) -> Iterator[Candidate]:
    """Candidates of projects, and of bodies that are founded in the same form."""
    folded = ground.folded
    yield from _works(ground)
    for m in pattern("name.rail-line").finditer(folded):
        low = ground.ends.get(m.start(), m.start())
        yield Candidate(low, m.end(), "Project", "Project", folded[low : m.end()], "name.line")
    yield from _founded(folded)
    for m in pattern("name.list-of-projects").finditer(folded):
        yield from _listed(ground, m.start())
    for m in pattern("name.capacity").finditer(folded):
        yield Candidate(m.start(), m.end(), "Project", "Project", m.group(), "name.capacity", weight=1)
    if "号线" in folded and ("轨道" in folded or "地铁" in folded):
        for m in pattern("name.bare-line").finditer(folded):
            yield Candidate(m.start(), m.end(), "Project", "Project", m.group(), "name.line")


def _works(ground: Ground) -> Iterator[Candidate]:
    """第十五水质净化厂, 机场三期改扩建."""
    folded = ground.folded
    ordinal, counted = pattern("name.ordinal"), pattern("name.counted-project")
    for m in pattern("name.project").finditer(folded):
        low = without_area(ground, left_edge(ground, m.start(), 16), m.end())
        head = folded[low : m.start()]
        if is_generic(head) and not ordinal.match(head):
            continue
        if len(head) <= 14 and not counted.search(head):
            yield Candidate(low, m.end(), "Project", "Project", folded[low : m.end()], "name.project")


def _founded(folded: str) -> Iterator[Candidate]:
    """打造红色驿站, 组建甲车队和乙车队: the name where it is set up, and wherever else it stands."""
    common, suffix, too = (
        pattern("name.common-founded"),
        pattern("name.founded-suffix"),
        pattern("name.founded-too"),
    )
    classes: dict[str, EntityClass] = {}
    for m in pattern("name.founded").finditer(folded):
        name = m["name"]
        # 食堂25个: a common noun that is counted
        if folded[m.end() : m.end() + 1] in _COUNTED or common.match(name):
            continue
        if is_generic(suffix.sub("", name)):
            continue
        body = name.endswith(("车队", "之家", "联盟", "中心"))
        classes[name] = "Organization" if body else "Project"
        if more := too.match(folded, m.end()):
            start, end = more.span("name")
            yield Candidate(start, end, "Organization", "Organization", more["name"], "name.founded")
    for name, start in mentions(folded, classes):
        cls = classes[name]
        yield Candidate(start, start + len(name), cls, cls, name, "name.founded")


_COUNTED = frozenset("0123456789等")


def _listed(ground: Ground, end: int) -> Iterator[Candidate]:
    """云南氢能(二期)、环宇智能科技产业园等50个重大项目: each item of the list is one."""
    folded, stop, no_item, park = (
        ground.folded,
        pattern("name.stop"),
        pattern("name.no-item"),
        pattern("name.park"),
    )
    at = low = max(0, end - _LIST_REACH)
    for mark in pattern("name.list-mark").finditer(folded, low, end):
        at = mark.end()
    while at not in ground.starts and (lead := stop.match(folded, at, end)):
        at = lead.end()
    for item in re.split("[、和]", folded[at:end]):
        if 3 <= len(item) <= 24 and not no_item.search(item):
            last = park.search(item)
            if not (last and last.end() == len(item)):
                yield Candidate(at, at + len(item), "Project", "Project", item, "name.listed")
        at += len(item) + 1
