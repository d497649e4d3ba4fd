"""Agents: who promises or does what a clause says.

The grammatical subject at the head of a clause, carried on until another comes; the owner of a programme (市政府2023年10件惠民实事)
is the agent of its items; else the first body or place that the headline names. Who merely tells the paper is no agent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from .facts import Entity
from .lexicon import alternation, guarded, table
from .located import Located
from .place import find_places
from .rules import pattern
from .text import Clause, Text, fold
from .time import TimeMention

AGENT_CLASSES = frozenset({"Organization", "AdministrativeArea", "FunctionalZone"})
_PLACE_CLASSES = frozenset({"AdministrativeArea", "FunctionalZone"})


@dataclass(frozen=True, slots=True)
class Agent:
    """A clause's agent and how it was found: subject, possessor, owner, carried, responsible, headline."""

    name: str
    cls: str
    basis: str


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = table("statement")
    return {
        "lead": re.compile(rf"(?:本报讯\([^)]*\)|[“”\s]|{guarded(words['subject']['lead'])})+"),
        "speech": re.compile(
            rf"[^,。;]{{0,16}}?(?:{alternation(w for w in words['frame']['speech'] if w not in ('要求', '明确', '提出', '说', '称'))})"
        ),
    }


def read_agents(
    text: Text, entities: Sequence[Entity], times: Sequence[TimeMention], headline: str
) -> dict[int, Agent | None]:
    """Agent of every clause, by the clause's start; None where nobody is named."""
    at = {e.span.start: e for e in sorted(entities, key=lambda e: e.span.end) if e.cls in AGENT_CLASSES}
    time_ends = {t.start: t.end for t in times}
    owner = _owner(text, entities, times)
    default = owner or _of_headline(headline, entities)
    answering = _answering(text, entities)
    agents: dict[int, Agent | None] = {}
    carried: Agent | None = None
    paragraph = -1
    for sentence in text.sentences:
        if default and (_governs(default) or sentence.paragraph != paragraph):
            # what a government or its list of promises tells: another subject holds for its own sentence; what is told
            # of a place: for its own paragraph
            carried = None
        elif carried and carried.basis == "possessor" and carried.cls in _PLACE_CLASSES:
            carried = None  # 官渡区固定资产投资增长8%: whose it is, for its sentence
        paragraph = sentence.paragraph
        said_here = False
        for previous, clause in pairwise([None, *sentence.clauses]):
            if clause is None or _names_responsible(text.folded, previous):
                # 牵头单位：市水务局 names who answers for what was said, not who acts next
                if clause is not None:
                    agents[clause.start] = carried or default
                continue
            found = _subject(text.folded, clause.start, clause.end, at, time_ends)
            if found and not _gives_way(found, carried, owner):
                carried = found
            said_here = said_here or (found is not None and carried is found)
            current = carried or default
            if (
                carried
                and not said_here
                and _is_lesser(carried)
                and _opens_anew(text.folded, clause, time_ends)
            ):
                current = default  # 州教育体育局承办…。3万名跑者站上赛道: another one's doing
            if owner and (current is None or current.cls in _PLACE_CLASSES):
                current = owner
            if current and current is not found and current is carried:
                current = replace(current, basis="carried")
            responsible = answering.get(sentence.paragraph)
            if responsible and (current is None or current is default or current.cls in _PLACE_CLASSES):
                current = responsible
            agents[clause.start] = current
            if owner and clause.closing == ":":
                carried = None
    return agents


def _is_lesser(agent: Agent) -> bool:
    return agent.cls == "Organization" and not agent.name.endswith(
        ("人民政府", "委员会", "公司", "集团", "代表大会")
    )


def _opens_anew(folded: str, clause: Clause, time_ends: Mapping[int, int]) -> bool:
    """Whether a clause begins with a subject of its own that no reader knows: no verb, time or adverb stands there."""
    at = subject_end(folded, clause.start, clause.end, {}, time_ends)
    rest = folded[at : clause.end].strip(' “”"')
    return at == clause.start and not pattern("deed.before-verb").match(rest) and not _acts(rest)


def _governs(agent: Agent) -> bool:
    return agent.basis == "owner" or agent.name.endswith("人民政府")


def _answering(text: Text, entities: Sequence[Entity]) -> dict[int, Agent]:
    """The body that a paragraph's (牵头单位：区民政局) names, by the paragraph's number."""
    heads = tuple(table("relation")["responsible"]["head"])
    found: dict[int, Agent] = {}
    if not any(head in text.folded for head in heads):
        return found
    for e in entities:
        if e.cls != "Organization" or text.folded[e.span.start - 1 : e.span.start] != ":":
            continue
        sentence = text.sentence_at(e.span.start)
        if sentence is not None and text.folded[: e.span.start - 1].endswith(heads):
            found.setdefault(sentence.paragraph, Agent(e.name, e.cls, "responsible"))
    return found


def subject_end(
    folded: str, start: int, end: int, at: Mapping[int, Entity], time_ends: Mapping[int, int]
) -> int:
    """Where the clause's own words begin: after times, connectives and a named subject at its head."""
    position = start
    while position < end:
        if position in at:
            position = at[position].span.end
            if folded[position : position + 1] in ("、", "和", "与", "及") and position + 1 in at:
                position += 1  # 武昌区、江岸区率先试点…
        elif position in time_ends:
            position = time_ends[position]
        elif m := _patterns()["lead"].match(folded, position, end):
            position = m.end()
        else:
            break
    return position


def _names_responsible(folded: str, clause: Clause | None) -> bool:
    if clause is None or clause.closing != ":":
        return False
    heads = table("relation")["responsible"]["head"]
    return folded[clause.start : clause.end].strip().endswith(tuple(heads))


#: How a division's or a zone's own name ends, where it isn't shortened
_DIVISIONS = ("省", "市", "区", "县", "州", "镇", "乡", "街道", "社区", "村", "新区")


def _subject(
    folded: str, start: int, end: int, at: Mapping[int, Entity], time_ends: Mapping[int, int]
) -> Agent | None:
    position = start
    while position < end:
        if position in at:
            break
        if position in time_ends:
            position = time_ends[position]
            if folded[position : position + 1] == ",":
                position += 1
            continue
        m = _patterns()["lead"].match(folded, position, end)
        if m is None or not m.group():
            return None
        position = m.end()
    chain: Entity | None = None
    while position in at and position < end:  # 官渡区金马街道: the last of the chain acts
        chain = at[position]
        position = chain.span.end
    if chain is None:
        return None
    if (
        folded[position : position + 1] == "、"
    ):  # 云南省委、省政府: the first stands for the list; a list of things acts not
        following = at.get(position + 1)
        if following is None or following.cls != "Organization" or chain.cls != "Organization":
            return None
        position = following.span.end
    rest = folded[position : end + 1]
    if (
        folded[start : start + 1] == "由" and "的" in rest
    ):  # 由市发改委牵头编制的规划: who made it, not who acts
        return None
    if chain.cls in _PLACE_CLASSES and not chain.quote.endswith(_DIVISIONS) and not _acts(rest):
        return None  # 昆明|南站: part of another name
    if _patterns()["speech"].match(rest) or pattern("agent.report").match(rest):
        return None
    if pattern("agent.not-subject").match(rest):
        return Agent(chain.name, chain.cls, "possessor") if chain.cls == "Organization" else None
    return Agent(chain.name, chain.cls, "subject" if _acts(rest) else "possessor")


@cache
def _verbs() -> re.Pattern[str]:
    words = table("statement")
    return re.compile(
        rf"(?:{alternation([*words['action']['words'], *words['strip']['verb']])}|则|也|还|又|将|要|拟|已|在|为|从|把|对|向|以|与|和|联合|"
        rf"{alternation(w for w in words['strip']['lead'] if len(w) > 1)})"
    )


def acting_subject_end(
    folded: str, start: int, end: int, at: Mapping[int, Entity], time_ends: Mapping[int, int]
) -> int:
    """Where the words after a subject that acts begin (官渡区|完成投资…), or `start` where there is none."""
    stop = subject_end(folded, start, end, at, time_ends)
    named = any(s in at for s in range(start, stop))
    return stop if not named or _acts(folded[stop : end + 1]) else start


def _acts(rest: str) -> bool:
    return bool(_verbs().match(rest))


def _gives_way(found: Agent, carried: Agent | None, owner: Agent | None) -> bool:
    """Whether what was said before goes on: a zone that only opens a noun phrase (经开区先进装备集群) acts not."""
    if found.basis == "possessor" and (owner or (carried and found.cls == "FunctionalZone")):
        return True
    return _is_owned(found, carried or owner)


def _is_owned(found: Agent, carried: Agent | None) -> bool:
    """昆明市 after 昆明市人民政府 is the same actor by its shorter name."""
    return bool(
        carried
        and found.cls in _PLACE_CLASSES
        and carried.cls == "Organization"
        and carried.name.startswith(found.name)
        and carried.name.endswith(("人民政府", "管理委员会"))
    )


def _owner(text: Text, entities: Sequence[Entity], times: Sequence[TimeMention]) -> Agent | None:
    """市政府2023年10件惠民实事: the body printed straight before a yearly programme of promises owns its items."""
    years = {t.start: t.end for t in times}
    programmes = {
        e.span.start: e
        for e in entities
        if e.cls == "Programme" and re.search("实事|目标任务|重点工作", e.name)
    }
    for e in entities:
        if e.cls != "Organization":
            continue
        after = e.span.end
        if after in programmes or years.get(after, -1) in programmes:
            return Agent(e.name, e.cls, "owner")
        if after in years and re.match(r"\d*[件项]?(?:惠民|民生)?实事", text.folded[years[after] :]):
            return Agent(e.name, e.cls, "owner")
    bodies = Located((e for e in entities if e.cls == "Organization"), lambda e: e.span.start)
    for p in programmes.values():  # 2024年市政府10件惠民实事
        for e in bodies.between(p.span.start + 1, p.span.end):
            if e.span.end < p.span.end:
                return Agent(e.name, e.cls, "owner")
    return None


def _heads(rest: str) -> bool:
    """Whether a place in a headline is who it is about: 官渡区|晒出…, 昆明市|2024年…, not 昆明|地铁1号线."""
    return (
        not rest
        or not "\u4e00" <= rest[0] <= "\u9fff"
        or _acts(rest)
        or rest[0] in "将拟力去今明上下全多晒交亮一二三四五六七八九十"
    )


def _of_headline(headline: str, entities: Sequence[Entity]) -> Agent | None:
    """The first body or place that the headline names in a form that the article uses, too; else its first one."""
    best: tuple[int, int, Entity] | None = None
    for e in entities:
        if e.cls in AGENT_CLASSES:
            for form in (e.quote, e.name):
                place = headline.find(form)
                if e.cls in _PLACE_CLASSES and place >= 0 and not _heads(headline[place + len(form) :]):
                    continue
                if place >= 0 and (best is None or (place, -len(form)) < best[:2]):
                    best = (place, -len(form), e)
    if best:
        return Agent(best[2].name, best[2].cls, "headline")
    if not re.search("实事|目标|任务|报告|计划|要点", headline):
        return None
    for hit in find_places(
        fold(headline)
    ):  # a list of promises is its place's, though the body never says so
        if hit.form != "short" and len(hit.places) == 1 and hit.places[0].kind != "Country":
            named = hit.places[0]
            cls = "FunctionalZone" if named.kind == "FunctionalZone" else "AdministrativeArea"
            return Agent(named.name, cls, "headline")
    return None
