"""Who answers for what: a body before its programme, deeds, 由X牵头, 牵头单位：X, 指导A、B做好Y."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..agent import AGENT_CLASSES
from ..facts import Entity, Relation, Statement
from ..rules import pattern
from .part import RUN
from .scene import Scene
from .site import SITES

#: How a statement's agent must have been found to answer for the things that it names
_SURE = frozenset({"agent.subject", "agent.possessor", "agent.carried"})
_GAP = 8  # characters between 由X牵头 and what X runs


def read_owners(scene: Scene) -> Iterator[Relation]:
    """省委“3815”战略发展目标, 市政府2023年10件惠民实事: the body printed straight before a programme answers for it."""
    for body in scene.entities:
        if body.cls != "Organization":
            continue
        after = body.span.end
        for at in (after, scene.time_ends.get(after, -1)):
            thing = scene.starting.get(at)
            if thing is not None and thing.cls == "Programme":
                start, end = body.span.start, thing.span.end
                yield scene.relation(start, end, body.name, "responsibleFor", thing.name, "relation.owned")
                break


def read_deeds(scene: Scene) -> Iterator[Relation]:
    """深入实施开发区振兴三年行动, 组建甲车队: agents of deeds about a named programme or thing."""
    founding = pattern("relation.founds")
    for s in scene.statements:
        if s.agent is None or s.value is not None or _SURE.isdisjoint(s.rules):
            continue
        founds = founding.match(s.indicator) is not None
        for e in scene.within(s.span.start, s.span.end):
            founded = founds and e.cls == "Organization" and e.quote in s.indicator
            if (e.cls in RUN or founded) and _is_object(scene, s, e, founded=founded):
                start, end = s.span.start, s.span.end
                yield scene.relation(start, end, s.agent, "responsibleFor", e.name, "relation.deed")


def _is_object(scene: Scene, s: Statement, e: Entity, *, founded: bool) -> bool:
    """Whether the deed is done to the thing itself: 深入实施|三年行动, not 围绕…战略发展目标 or a list of four slogans."""
    start, at = s.span.start, e.span.start
    if scene.folded.startswith("、", e.span.end):
        return False
    joined = founded and at > start and scene.folded[at - 1] in "和、"
    return joined or pattern("relation.deed-object").search(scene.folded, start, at) is not None


def read_runners(scene: Scene) -> Iterator[Relation]:
    """由X牵头…, and 牵头单位：X, who answers for what was told before."""
    answering = pattern("relation.responsible-head").search(scene.folded) is not None
    for body in scene.entities:
        if body.cls not in AGENT_CLASSES:
            continue
        if scene.folded[body.span.start - 1 : body.span.start] == "由":
            yield from _run(scene, body)
        if answering:
            yield from _answering(scene, body)


def _run(scene: Scene, body: Entity) -> Iterator[Relation]:
    """由安宁市托管富民工业园区."""
    sentence = scene.sentence_of(body.span.start)
    m = pattern("relation.run-by").match(scene.folded, body.span.end, sentence.end)
    if m is None or body.span.start == sentence.start:
        return
    for e in scene.within(m.end(), m.end() + _GAP + 1):
        if e.cls != "Person" and not pattern("relation.pause").search(scene.folded, m.end(), e.span.start):
            last = _last_of_chain(scene, e)
            start, end = body.span.start, last.span.end
            yield scene.relation(start, end, body.name, "responsibleFor", last.name, "relation.by")
            break


def _last_of_chain(scene: Scene, first: Entity) -> Entity:
    """官渡区|金马街道|某某园区: of names that follow each other, the last."""
    last = first
    while (following := scene.starting.get(last.span.end)) and following.cls in SITES:
        last = following
    return last


def _answering(scene: Scene, body: Entity) -> Iterator[Relation]:
    """(牵头单位：市水务局)."""
    at = body.span.start
    sentence = scene.sentence_of(at)
    if not pattern("relation.responsible-before").search(scene.folded, sentence.start, at):
        return
    section = scene.text.body.rfind("\n\n", 0, at)
    for s in scene.statements.backwards(at):
        if s.span.end <= section:
            return
        if s.span.end <= at:
            yield scene.relation(
                s.span.start, body.span.end, body.name, "responsibleFor", s.indicator, "relation.head"
            )
            return


def read_guided(scene: Scene) -> Iterator[Relation]:
    """指导富民、寻甸…做好化工园区申报工作: each place answers for the work."""
    guides, work, others = (
        pattern("relation.guides"),
        pattern("relation.work"),
        pattern("relation.and-others"),
    )
    folded = scene.folded
    for first in scene.entities:
        if first.cls not in AGENT_CLASSES or not guides.search(
            folded, max(0, first.span.start - 8), first.span.start
        ):
            continue
        clause = scene.clause_of(first.span.start)
        if clause is None or not guides.search(folded, clause.start, first.span.start):
            continue
        here = [
            e
            for e in scene.within(clause.start, clause.end)
            if e.cls in AGENT_CLASSES and e.span.end <= clause.end
        ]
        if not here or here[0] is not first:
            continue
        if any(folded[a.span.end : b.span.start] not in _AND for a, b in pairwise(here)):
            continue
        etc = others.match(folded, here[-1].span.end, clause.end)
        what = work.match(folded, etc.end() if etc else here[-1].span.end, clause.end)
        if what:
            for e in here:
                yield scene.relation(
                    clause.start, clause.end, e.name, "responsibleFor", what["what"], "relation.guided"
                )


_AND = frozenset({"、", "和", "及", "与"})
