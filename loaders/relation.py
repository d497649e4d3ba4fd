"""Relations between two named things, each with the words that say so.

Adjacent names (官渡区金马街道), a post with its body and holder (惠图公司董事长孙辉), a body before its programme
(市政府2023年10件惠民实事), verbs of organising, honouring and being responsible. A place inside a name is no statement of a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .agent import AGENT_CLASSES
from .facts import Article, Entity, Predicate, Relation, Span, Statement, outermost
from .lexicon import alternation, table
from .located import Located
from .place import find_places
from .rules import pattern
from .text import Sentence, Text, fold
from .time import read_times

_SITES = frozenset({"AdministrativeArea", "FunctionalZone", "Park", "Project"})
_RUN = frozenset({"Programme", "Project"})


def read_relations(
    article: Article, text: Text, entities: Sequence[Entity], statements: Sequence[Statement]
) -> list[Relation]:
    """All relations of the article, each once, in order of their quotes."""
    found: dict[tuple[str, str, str], Relation] = {}
    outer = outermost(entities)
    for reader in (
        _posts,
        _named_after,
        _adjacent,
        _parts,
        _owned,
        _organized,
        _sited,
        _venues,
        _honoured,
        _responsible,
        _items_of_programme,
    ):
        for relation in reader(article, text, outer, statements):
            if relation.subject != relation.object:
                found.setdefault((relation.subject, relation.predicate, relation.object), relation)
    return sorted(found.values(), key=lambda r: (r.span.start, r.span.end, r.predicate, r.object))


def _relation(
    text: Text, start: int, end: int, subject: str, predicate: Predicate, obj: str, rule: str
) -> Relation:
    return Relation(Span(start, end), text.quote(start, end), subject, predicate, obj, (f"relation.{rule}",))


def _named_after(
    _: Article, text: Text, entities: Sequence[Entity], __: Sequence[Statement]
) -> Iterator[Relation]:
    """富民抽水蓄能电站, 昆明承接产业转移园区: a work or park that bears a place's name lies there."""
    for e in entities:
        if e.cls not in ("Park", "Project", "FunctionalZone"):
            continue
        hit = next((h for h in find_places(fold(e.quote)) if h.start == 0 and h.end < len(e.quote)), None)
        if (
            hit is not None
            and len(hit.places) == 1
            and hit.places[0].kind not in ("Country", "FunctionalZone", "Province")
        ):
            yield _relation(text, e.span.start, e.span.end, e.name, "locatedIn", hit.places[0].name, "name")


def _posts(_: Article, text: Text, entities: Sequence[Entity], __: Sequence[Statement]) -> Iterator[Relation]:
    """A person with the post printed beside the name; a body straight before the post is the person's body."""
    for i, person in enumerate(entities):
        if person.cls != "Person" or not person.post:
            continue
        window = text.folded[max(0, person.span.start - 40) : person.span.end + 24]
        at = window.rfind(person.post, 0, min(40, person.span.start) + 1)
        start = max(0, person.span.start - 40) + at if at >= 0 else person.span.start
        end = person.span.end
        if at < 0 and (after := text.folded.find(person.post, person.span.end, person.span.end + 24)) >= 0:
            end = after + len(person.post)
        body = next(
            (e for e in reversed(entities[:i]) if e.span.end <= start and start - e.span.end <= 1), None
        )
        if body is not None and body.cls == "Organization" and start - body.span.end == 0:
            yield _relation(text, body.span.start, end, person.name, "memberOf", body.name, "post")
            yield _relation(text, body.span.start, end, person.name, "holdsPost", person.post, "post")
        else:
            yield _relation(text, start, end, person.name, "holdsPost", person.post, "post")


def _adjacent(
    _: Article, text: Text, entities: Sequence[Entity], __: Sequence[Statement]
) -> Iterator[Relation]:
    """官渡区金马街道, 官渡区某公司: the second lies in the first; a zone straight after a zone is part of it."""
    for first, second in pairwise(entities):
        if first.span.end != second.span.start or first.cls not in ("AdministrativeArea", "FunctionalZone"):
            continue
        start, end = first.span.start, second.span.end
        if first.cls == "FunctionalZone" and second.cls == "FunctionalZone":
            yield _relation(text, start, end, second.name, "partOf", first.name, "adjacent")
        elif second.cls in ("AdministrativeArea", "FunctionalZone", "Park", "Project") or (
            second.cls == "Organization"
            and second.kind
            in ("Company", "University", "School", "Hospital", "Organization", "Association", "PartyBody")
            and not second.name.startswith(first.name[:2])
        ):
            if second.kind == "PartyBody":  # 官渡区某公司党支部: the company lies there
                whole = _without_branch(second.name)
                if whole is None:
                    continue
                yield _relation(text, start, end, whole, "locatedIn", first.name, "adjacent")
                continue
            yield _relation(text, start, end, second.name, "locatedIn", first.name, "adjacent")


def _without_branch(name: str) -> str | None:
    """The company or school that a branch belongs to, or None for a body that is no branch."""
    m = re.search(rf"(?:{alternation(table('relation')['part']['branch'])})$", name)
    whole = name[: m.start()] if m else ""
    return whole if whole.endswith(("公司", "集团", "大学", "学校", "医院")) else None


def _parts(_: Article, text: Text, entities: Sequence[Entity], __: Sequence[Statement]) -> Iterator[Relation]:
    """某公司党支部 is part of 某公司; a presidium's second meeting is part of the session."""
    branch = re.compile(rf"(?:{alternation(table('relation')['part']['branch'])})$")
    names = {e.name: e for e in entities}
    for e in entities:
        m = branch.search(e.name)
        if e.cls == "Organization" and m and m.start() > 3:
            whole = e.name[: m.start()]
            form = e.quote[: -len(m.group())] if e.quote.endswith(m.group()) else ""
            owner = names.get(whole) or next((x for x in entities if form and x.quote == form), None)
            if owner is not None or whole.endswith(("公司", "集团", "大学", "学校", "医院")):
                yield _relation(
                    text, e.span.start, e.span.end, e.name, "partOf", owner.name if owner else whole, "branch"
                )
        if e.cls == "Event":
            for other in names.values():
                if other.cls == "Event" and other.name != e.name and e.name.startswith(other.name):
                    yield _relation(text, e.span.start, e.span.end, e.name, "partOf", other.name, "session")


def _owned(
    article: Article, text: Text, entities: Sequence[Entity], _: Sequence[Statement]
) -> Iterator[Relation]:
    """省委“3815”战略发展目标, 市政府2023年10件惠民实事: the body printed straight before a programme answers for it."""
    times = {t.start: t.end for t in read_times(text, article.published)}
    starts = {e.span.start: e for e in entities if e.cls == "Programme"}
    for body in entities:
        if body.cls != "Organization":
            continue
        after = body.span.end
        programme = starts.get(after) or starts.get(times.get(after, -1))
        if programme is not None:
            yield _relation(
                text,
                body.span.start,
                programme.span.end,
                body.name,
                "responsibleFor",
                programme.name,
                "owned",
            )


def _organized(
    article: Article, text: Text, entities: Sequence[Entity], statements: Sequence[Statement]
) -> Iterator[Relation]:
    """X举办Y, 由X主办; an event that carries its host's name (西山区2024首届运动潮玩节) and a headline X举办…."""
    hosts = [e for e in entities if e.cls in AGENT_CLASSES]
    for event in entities:
        if event.cls not in ("Event", "Programme"):
            continue
        sentence = _sentence_of(text, event.span.start)
        before = text.folded[sentence.start : event.span.start]
        after = text.folded[event.span.end : sentence.end]
        verb = None
        for m in pattern("relation.organizes-verb").finditer(before):
            verb = m
        if (
            verb
            and not re.search(r"[,;]", before[verb.end() :])
            and (event.cls == "Event" or event.name.endswith("活动"))
        ):
            at = sentence.start + verb.start()
            agent = next((s.agent for s in statements if s.span.start <= at < s.span.end and s.agent), None)
            host = next(
                (
                    h
                    for h in reversed(hosts)
                    if sentence.start <= h.span.start < at and not re.match("的", text.folded[h.span.end :])
                ),
                None,
            )
            name = agent or (host.name if host else None)
            if name:
                start = host.span.start if host and host.name == name else at
                yield _relation(text, start, event.span.end, name, "organizes", event.name, "organizes")
        if by_whom := re.match(r",?由", after):
            by = [h for h in hosts if event.span.end + by_whom.end() <= h.span.start < sentence.end]
            for h in by:
                if re.match(
                    r"(?:等)?(?:联合|共同)?(?:主办|承办|举办|组织|协办)",
                    text.folded[h.span.end : h.span.end + 8],
                ):
                    yield _relation(
                        text, event.span.start, h.span.end, h.name, "organizes", event.name, "organized-by"
                    )
        if (
            event.cls == "Event"
            and pattern("relation.held").search(after[:40])
            and not event.name.endswith("会议")
        ):
            host = next(
                (h for h in hosts if event.quote.startswith(h.quote) or event.quote.startswith(h.name)), None
            )
            host = host or next(
                (h for h in hosts if re.match(rf"{re.escape(h.name)}(?:成功)?举办", article.headline)), None
            )
            lead = re.match(r"(?P<host>.{2,12}?[市区县州镇乡])(?:成功)?举办", article.headline)
            name = (
                host.name
                if host
                else (lead["host"] if lead and event.quote.startswith(lead["host"]) else None)
            )
            if name:
                end = event.span.end + (
                    m2.end() if (m2 := re.search(pattern("relation.held").pattern, after[:40])) else 0
                )
                yield _relation(text, event.span.start, end, name, "organizes", event.name, "host-in-name")


def _sited(_: Article, text: Text, entities: Sequence[Entity], __: Sequence[Statement]) -> Iterator[Relation]:
    """节在…广场举办; 在…公园举行…仪式; 项目位于…."""
    for site in entities:
        if site.cls not in _SITES:
            continue
        sentence = _sentence_of(text, site.span.start)
        before = text.folded[sentence.start : site.span.start]
        after = text.folded[site.span.end : sentence.end]
        if before.endswith("在") and (m := pattern("relation.held").match(after)):
            events = [
                e for e in entities if e.cls == "Event" and sentence.start <= e.span.start < sentence.end
            ]
            near = [
                e
                for e in events
                if e.span.end <= site.span.start
                and not re.search("[,;]", text.folded[e.span.end : site.span.start])
            ]
            near += [
                e
                for e in events
                if e.span.start >= site.span.end
                and not re.search("[,;]", text.folded[site.span.end : e.span.start])
            ]
            for e in near[:1]:
                start, end = min(e.span.start, site.span.start), max(e.span.end, site.span.end + m.end())
                yield _relation(text, start, end, e.name, "locatedIn", site.name, "at")
        if m := pattern("relation.lies-before").search(before):
            things = [
                e
                for e in entities
                if e.cls in ("Park", "Project", "Organization", "FunctionalZone")
                and sentence.start <= e.span.start
                and e.span.end <= site.span.start
            ]
            for e in things[-1:]:
                if not re.search("[,;]", text.folded[e.span.end : sentence.start + m.start()].strip(",")):
                    yield _relation(
                        text, e.span.start, site.span.end, e.name, "locatedIn", site.name, "situated"
                    )


def _venues(
    _: Article, text: Text, entities: Sequence[Entity], __: Sequence[Statement]
) -> Iterator[Relation]:
    """节在某某广场举办: the words between 在 and the verb are the venue, though no reader knows its kind."""
    known = {(e.span.start, e.span.end) for e in entities}
    for event in entities:
        if event.cls != "Event":
            continue
        m = pattern("relation.venue").match(text.folded, event.span.end)
        if m and (m.start("site"), m.end("site")) not in known and not re.search(r"[的时后中]$", m["site"]):
            yield _relation(text, event.span.start, m.end(), event.name, "locatedIn", m["site"], "venue")


def _honoured(
    _: Article, text: Text, entities: Sequence[Entity], statements: Sequence[Statement]
) -> Iterator[Relation]:
    """X获评Y、Z等荣誉称号; 命名…为Y，X榜上有名; A、B等4个集群获评Y."""
    located = Located(
        (
            e
            for e in entities
            if e.cls in ("Organization", "Person", "AdministrativeArea", "FunctionalZone", "Park", "Project")
        ),
        lambda e: e.span.start,
    )
    for sentence in text.sentences:
        given: tuple[str, int] | None = None
        subject: list[tuple[str, int]] = []
        for clause in sentence.clauses:
            folded = text.folded[clause.start : clause.end]
            heads = [e for e in located.between(clause.start, clause.end) if e.span.end <= clause.end]
            if (m := pattern("relation.honour-given").search(folded)) and (honours := _honours(m["honour"])):
                given = (honours[0], clause.start)
                continue
            if given and pattern("relation.honour-listed").search(folded) and heads:
                yield _relation(
                    text, given[1], clause.end, heads[-1].name, "honouredWith", given[0], "listed"
                )
                continue
            m = pattern("relation.honour-verb").search(folded)
            if m is None or re.match(r"的|数", folded[m.end() :]):
                subject = [(e.name, e.span.start) for e in heads if e.span.start - clause.start <= 6][
                    :1
                ] or subject
                continue
            before = folded[: m.start()]
            own = (
                _listed_subjects(before, clause.start)
                or [
                    (e.name, e.span.start)
                    for e in heads
                    if e.span.end <= clause.start + m.start() and clause.start + m.start() - e.span.end <= 6
                ][-1:]
            )
            subject = own or subject
            if not own and not subject:
                subject = [
                    (s.agent, clause.start)
                    for s in statements
                    if s.agent and s.span.start <= clause.start + m.start() < s.span.end
                ][:1]
            plain = m.group() in ("获得", "获", "斩获", "摘得", "入选", "入围")
            for honour in _honours(folded[m.end() :]):
                if (plain and not pattern("relation.honour-mark").search(honour)) or re.search(
                    r"\d+[个项家]|支持|好评|肯定|批复|通过|资金|补助", honour
                ):
                    continue
                for name, start in subject:
                    yield _relation(
                        text, min(start, clause.start), clause.end, name, "honouredWith", honour, "honour"
                    )


def _honours(text: str) -> list[str]:
    """The honours of a list: “甲”“乙·丙、丁”示范党组织等荣誉称号 → 甲, “乙·丙、丁”示范党组织."""
    text = pattern("relation.honour-end").sub("", text.strip())
    text = re.sub(r"^\d{4}年度?", "", text)
    items = re.findall(r"“[^”]+”[^“、,和]*|[^“”、,]+(?:“[^”]+”[^“、,]*)?", text)
    cleaned = []
    for item in items:
        item = pattern("relation.honour-end").sub("", item.strip(" 和及与、"))
        whole = re.fullmatch(r"“([^“”]+)”", item)
        name = whole.group(1) if whole else item
        if 2 < len(name) <= 40:
            cleaned.append(name)
    return cleaned


def _listed_subjects(before: str, offset: int) -> list[tuple[str, int]]:
    """经开区先进装备、安宁绿色化工等4个集群: each item with the noun that the count gives."""
    m = pattern("relation.count-of-list").search(before)
    if m is None:
        return []
    start = re.search(r"[^,;:]*$", before[: m.start()])
    items = re.split(r"[、和]", before[start.start() if start else 0 : m.start()])
    return [
        (item if item.endswith(m["noun"]) else item + m["noun"], offset) for item in items if len(item) >= 2
    ]


def _responsible(
    _: Article, text: Text, entities: Sequence[Entity], statements: Sequence[Statement]
) -> Iterator[Relation]:
    """Agents of deeds about a named programme or thing; 由X牵头; 牵头单位：X; 指导A、B做好Y工作."""
    for s in statements:
        if (
            s.agent is None
            or s.value is not None
            or not {"agent.subject", "agent.possessor", "agent.carried"} & set(s.rules)
        ):
            continue
        for e in entities:
            if (
                (e.cls in _RUN or _founds(s, e))
                and s.span.start <= e.span.start < s.span.end
                and _is_object(text, s, e)
            ):
                yield _relation(text, s.span.start, s.span.end, s.agent, "responsibleFor", e.name, "deed")
    for body in entities:
        if body.cls not in AGENT_CLASSES:
            continue
        sentence = _sentence_of(text, body.span.start)
        before = text.folded[sentence.start : body.span.start]
        after = text.folded[body.span.end : sentence.end]
        if before.endswith("由") and (m := pattern("relation.run-by").match(after)):
            for e in entities:
                gap = (
                    text.folded[body.span.end + m.end() : e.span.start]
                    if e.span.start >= body.span.end + m.end()
                    else "。"
                )
                if len(gap) <= 8 and not re.search("[,;。]", gap) and e.cls != "Person":
                    last = _last_of_chain(entities, e)
                    yield _relation(
                        text, body.span.start, last.span.end, body.name, "responsibleFor", last.name, "by"
                    )
                    break
        if pattern("relation.responsible-before").search(before):
            about = next(
                (
                    s
                    for s in reversed(statements)
                    if s.span.end <= body.span.start and "\n\n" not in text.body[s.span.end : body.span.start]
                ),
                None,
            )
            if about is not None:
                yield _relation(
                    text,
                    about.span.start,
                    body.span.end,
                    body.name,
                    "responsibleFor",
                    about.indicator,
                    "head",
                )
    yield from _guided(text, entities)


def _founds(s: Statement, e: Entity) -> bool:
    """组建甲车队和乙车队: who founds a body answers for it."""
    return (
        e.cls == "Organization"
        and bool(re.match(r"(?:组建|成立|设立|创办|创建|共建)", s.indicator))
        and e.quote in s.indicator
    )


def _is_object(text: Text, s: Statement, e: Entity) -> bool:
    """Whether the deed is done to the thing itself: 深入实施|三年行动, not 围绕…战略发展目标 or a list of four slogans."""
    before = text.folded[s.span.start : e.span.start]
    joined = _founds(s, e) and bool(re.search("[和、]$", before))
    return (joined or bool(pattern("relation.deed-object").search(before))) and text.folded[
        e.span.end : e.span.end + 1
    ] != "、"


def _guided(text: Text, entities: Sequence[Entity]) -> Iterator[Relation]:
    """指导富民、寻甸…做好化工园区申报工作: each place answers for the work."""
    located = Located((e for e in entities if e.cls in AGENT_CLASSES), lambda e: e.span.start)
    for sentence in text.sentences:
        for clause in sentence.clauses:
            here = [e for e in located.between(clause.start, clause.end) if e.span.end <= clause.end]
            if not here or not pattern("relation.guides").search(
                text.folded[clause.start : here[0].span.start]
            ):
                continue
            tail = text.folded[here[-1].span.end : clause.end]
            between = [text.folded[a.span.end : b.span.start] for a, b in pairwise(here)]
            m = re.match(r"(?:等地?)?", tail)
            what = pattern("relation.work").match(tail[m.end() :]) if m else None
            if what and all(gap in ("、", "和", "及", "与") for gap in between):
                for e in here:
                    yield _relation(
                        text, clause.start, clause.end, e.name, "responsibleFor", what["what"], "guided"
                    )


def _items_of_programme(
    _: Article, text: Text, entities: Sequence[Entity], __: Sequence[Statement]
) -> Iterator[Relation]:
    """The items of a yearly list of promises: named programmes in its run-in heads or its list after a colon."""
    lists = [e for e in entities if e.cls == "Programme" and re.search(r"\d+(?:件|项|个).{0,4}实事", e.name)]
    if not lists:
        return
    for lead in text.sentences:
        colon = next(
            (
                c
                for c in lead.clauses
                if c.closing == ":" and any(c.start <= p.span.start < c.end for p in lists)
            ),
            None,
        )
        if colon is None:
            continue
        owner = [p for p in lists if colon.start <= p.span.start < colon.end][-1]
        same_line = text.folded[colon.end + 1 : lead.end].strip(" \n。")
        for e in entities:
            if e.cls not in _RUN or e.name == owner.name or e.span.start < colon.end:
                continue
            if same_line:
                if e.span.end <= lead.end:
                    yield _relation(text, colon.start, e.span.end, e.name, "partOf", owner.name, "item")
            elif _in_run_in_head(text, e):
                sentence = _sentence_of(text, e.span.start)
                yield _relation(text, sentence.start, e.span.end, e.name, "partOf", owner.name, "item")


def _in_run_in_head(text: Text, e: Entity) -> bool:
    sentence = _sentence_of(text, e.span.start)
    opens = sentence.start == 0 or text.folded[sentence.start - 1] == "\n"
    return opens and len(text.folded[sentence.start : sentence.end].strip()) <= 40


def _last_of_chain(entities: Sequence[Entity], first: Entity) -> Entity:
    last = first
    for e in entities:
        if e.span.start == last.span.end and e.cls in _SITES:
            last = e
    return last


def _sentence_of(text: Text, at: int) -> Sentence:
    sentence = text.sentence_at(at)
    assert sentence is not None, "a name lies in a sentence"
    return sentence
