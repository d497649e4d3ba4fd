"""Honours: who is honoured with what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..facts import Relation
from ..rules import pattern
from ..text import Sentence
from .scene import Scene

_HONOURED = frozenset({"Organization", "Person", "AdministrativeArea", "FunctionalZone", "Park", "Project"})
#: Verbs that tell of an honour only where the thing is one (`relation.honour-mark`): 获得资金 is none
_PLAIN = frozenset({"获得", "获", "斩获", "摘得", "入选", "入围"})
_NEAR = 6  # characters between a subject and its verb, or a clause's start and its subject
_LONGEST = 40  # characters of an honour


def read_honours(scene: Scene) -> Iterator[Relation]:
    """X获评Y、Z等荣誉称号; 命名…为Y，X榜上有名; A、B等4个集群获评Y."""
    word = pattern("relation.honour-word")
    for sentence in scene.text.sentences:
        if word.search(scene.folded, sentence.start, sentence.end):
            yield from _of_sentence(scene, sentence)


def _of_sentence(scene: Scene, sentence: Sentence) -> Iterator[Relation]:
    given: tuple[str, int] | None = None
    subject: list[tuple[str, int]] = []
    verb, giving, listed = (
        pattern("relation.honour-verb"),
        pattern("relation.honour-given"),
        pattern("relation.honour-listed"),
    )
    mark, none = pattern("relation.honour-mark"), pattern("relation.no-honour")
    for clause in sentence.clauses:
        start, end = clause.start, clause.end
        folded = scene.folded[start:end]
        heads = [e for e in scene.within(start, end) if e.cls in _HONOURED and e.span.end <= end]
        if (m := giving.search(folded)) and (honours := _honours(m["honour"])):
            given = (honours[0], start)
            continue
        if given and heads and listed.search(folded):
            honour, low = given
            yield scene.relation(low, end, heads[-1].name, "honouredWith", honour, "relation.listed")
            continue
        m = verb.search(folded)
        if m is None or folded.startswith(("的", "数"), m.end()):
            subject = [(e.name, e.span.start) for e in heads if e.span.start - start <= _NEAR][:1] or subject
            continue
        at = start + m.start()
        own = _listed_subjects(folded[: m.start()], start)
        own = own or [(e.name, e.span.start) for e in heads if 0 <= at - e.span.end <= _NEAR][-1:]
        subject = own or subject
        if not subject and (agent := scene.agent_at(at)):
            subject = [(agent, start)]
        plain = m.group() in _PLAIN
        for honour in _honours(folded[m.end() :]):
            if (plain and not mark.search(honour)) or none.search(honour):
                continue
            for name, low in subject:
                yield scene.relation(min(low, start), end, name, "honouredWith", honour, "relation.honour")


def _honours(text: str) -> list[str]:
    """The honours of a list: “甲”“乙·丙、丁”示范党组织等荣誉称号 → 甲, “乙·丙、丁”示范党组织."""
    end, quoted = pattern("relation.honour-end"), pattern("relation.honour-quoted")
    text = pattern("relation.honour-year").sub("", end.sub("", text.strip()))
    found = []
    for m in pattern("relation.honour-item").finditer(text):
        item = end.sub("", m.group().strip(" 和及与、"))
        whole = quoted.match(item)
        name = whole["name"] if whole else item
        if 2 < len(name) <= _LONGEST:
            found.append(name)
    return found


def _listed_subjects(before: str, offset: int) -> list[tuple[str, int]]:
    """经开区先进装备、安宁绿色化工等4个集群: each item with the noun that the count gives."""
    m = pattern("relation.count-of-list").search(before)
    if m is None:
        return []
    start = max(before.rfind(mark, 0, m.start()) for mark in ",;:") + 1
    noun = m["noun"]
    items = re.split(r"[、和]", before[start : m.start()])
    return [(item if item.endswith(noun) else item + noun, offset) for item in items if len(item) >= 2]
