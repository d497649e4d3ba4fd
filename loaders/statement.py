"""Statements: promises and results, split until each has one indicator and at most one quantity.

The readers of quantities, times, moods, agents and indicators each say what they see; here it is put together. A statement's
quote holds every word that its value, unit, bound and completion were read from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from itertools import pairwise

from . import completion, indicator
from .agent import AGENT_CLASSES, Agent, acting_subject_end, read_agents, subject_end
from .facts import Article, Aspect, Entity, Span, Statement, outermost
from .lexicon import alternation, table
from .located import Located
from .modality import Mood, read_moods
from .period import NO_PERIOD, Period, read_periods
from .quantity import Quantity, read_quantities
from .section import is_line, is_run_in_head, read_sections
from .text import Clause, Sentence, Text
from .theme import themes_of
from .time import TimeMention, read_times

_CONCERNED = frozenset({"FunctionalZone", "Park", "Project", "Programme", "Event"})


@dataclass(frozen=True, slots=True)
class _Context:
    """What the other readers saw."""

    text: Text
    entities: Sequence[Entity]
    times: Sequence[TimeMention]
    moods: dict[int, Mood]
    agents: dict[int, Agent | None]
    periods: dict[int, Period]
    named: Located[Entity]
    actors: dict[int, Entity]  # who can act, by start
    openers: dict[int, Entity]  # what can open a clause, by start
    time_ends: dict[int, int]


@dataclass(slots=True)
class _Item:
    """A quantity in its clause: `before` and `after` are what stands on its sides within the list item."""

    clause: Clause
    quantity: Quantity
    start: int
    end: int
    before: str
    after: str
    rules: list[str] = field(default_factory=list)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = table("statement")
    growth, decline = alternation(words["change"]["growth"]), alternation(words["change"]["decline"])
    level = alternation(words["change"]["level_after"])
    return {
        "rate": re.compile(rf"(?:{alternation(words['rate']['words'])})[^,;。]{{0,4}}$"),
        "growth": re.compile(rf"(?:{growth})(?:了|率|幅度?|约|率?达到?|率?为)?$"),
        "decline": re.compile(rf"(?:{decline})(?:了|率|幅度?|约|率?达到?|率?为)?$"),
        "level": re.compile(rf"(?:{growth}|{decline})(?:{level})$"),
        "share": re.compile(
            r"(?P<head>.*?)(?:占(?P<of>[^,;。]*?)(?:的|比重|比例|总量|总数)?(?:比重|比例)?|占比|比重|比例)(?:超过|超|近|约|达到|达|为|提高到|提升到|提升至)*$"
        ),
        "measured": re.compile(alternation(words["measured_time"]["words"])),
        "frame": re.compile(rf"(?:{alternation(words['frame']['start'])})"),
        "speech": re.compile(rf"(?:{alternation(words['frame']['speech'])})$"),
        "inner": re.compile(alternation(words["frame"]["inner"])),
        "action": re.compile(rf"(?:{alternation(words['action']['words'])})"),
        "title": re.compile(r"(?:的|关于.*)(?:提案|建议|意见|问题|要求|背景下|情况下|过程中)$"),
        "closing": re.compile(rf"(?:{alternation(words['subject']['closing'])})$"),
        "noun end": re.compile(r"的[^的]{0,6}$|^(?:通过|随着|关于)"),
        "before verb": re.compile(
            rf"{alternation([*words['strip']['lead'], *words['subject']['common']])}|[\s“”,]"
        ),
        "resolve": re.compile(r"(?:确保|力争|争取|努力)"),
        "phrase": re.compile(
            rf"则?(?:{alternation(words['subject']['preposition'])})[^,;。]{{1,24}}?(?=(?:{alternation(words['action']['words'])}))"
        ),
        "frequency": re.compile(r"一(?P<per>趟|班|次|列)"),
    }


def read_statements(article: Article, text: Text, entities: Sequence[Entity]) -> list[Statement]:
    """All statements of the article in order of their quotes."""
    entities = outermost(entities)
    times = read_times(text, article.published)
    agents = read_agents(text, entities, times, article.headline)
    subjects = {start for start, agent in agents.items() if agent and agent.basis == "subject"}
    context = _Context(
        text,
        entities,
        times,
        read_moods(text, times, article.headline, article.published, subjects),
        agents,
        read_periods(text, times, entities, article.headline, article.published),
        Located(entities, lambda e: e.span.start),
        {e.span.start: e for e in entities if e.cls in AGENT_CLASSES},
        {e.span.start: e for e in entities if e.cls != "Programme"},
        {t.start: t.end for t in times},
    )
    quantities = _counted(context, read_quantities(text))
    located = Located(quantities, lambda q: q.number)
    decimals = _decimals_of_rates(context, located)
    statements: list[Statement] = []
    sections = read_sections(text, entities, article.headline)
    for index, sentence in enumerate(text.sentences):
        inside = located.between(sentence.start, sentence.end)
        made = _quantified(context, sentence, inside, decimals) + _unquantified(
            context, index, sentence, inside
        )
        section = sections[index]
        statements += [
            replace(
                s,
                section=section.title,
                programme=section.programme,
                themes=themes_of(s.indicator, section.title),
            )
            for s in made
        ]
    return sorted(statements, key=lambda s: (s.span.start, s.span.end))


def _counted(context: _Context, quantities: list[Quantity]) -> list[Quantity]:
    """Quantities that can be a statement's: no condition, no part of a name, no mere length of time."""
    folded = context.text.folded
    times = Located(context.times, lambda t: t.start)
    kept = []
    for q in quantities:
        time = times.before(q.number + 1)
        if q.condition or (time is not None and q.number < time.end):
            continue
        name = context.named.before(q.number + 1)
        if name is not None and q.end <= name.span.end and not _counts_programme(folded, name):
            continue
        if q.kind == "time":
            frequency = _patterns()["frequency"].match(folded, q.end)
            if frequency:
                q = replace(q, end=frequency.end(), unit=f"{q.unit}/{frequency['per']}")
            elif not _patterns()["measured"].search(folded[max(0, q.before - 8) : q.before]):
                continue
        kept.append(q)
    return [q for i, q in enumerate(kept) if i + 1 == len(kept) or not _is_old_value(folded, q, kept[i + 1])]


def _is_old_value(folded: str, q: Quantity, following: Quantity) -> bool:
    """由原来的40小时压缩到5小时以内: the value before the change is no result."""
    between = folded[q.end : following.number]
    return (
        q.unit == following.unit
        and bool(re.search(r"(?:由|从)[^,;。]*$", folded[max(0, q.before - 16) : q.before]))
        and bool(re.fullmatch(r"[^,;。]{0,8}(?:到|至|为)[^,;。]{0,8}", between))
    )


def _counts_programme(folded: str, name: Entity) -> bool:
    """10件惠民实事均已完成, 确定2024年10件惠民实事项目: here the number in the name is told."""
    after, before = (
        folded[name.span.end : name.span.end + 8],
        folded[max(0, name.span.start - 4) : name.span.start],
    )
    return name.cls == "Programme" and bool(
        re.match(
            r"(?:项目)?(?:均|都|已|全部|已经|全面|圆满|如期|顺利)*(?:完成(?!具体|情况)|办结|落实完|兑现)",
            after,
        )
        or re.search(r"(?:确定|票决|选出|产生)$", before)
    )


def _is_rate(context: _Context, clause: Clause, q: Quantity) -> bool:
    return q.unit == "%" and bool(_patterns()["rate"].search(context.text.folded[clause.start : q.number]))


def _decimals_of_rates(context: _Context, located: Located[Quantity]) -> int:
    """The finest precision of the article's completion rates: 106% beside 147.1% dropped its .0."""
    finest = 0
    for sentence in context.text.sentences:
        for clause in sentence.clauses:
            for q in located.between(clause.start, clause.end):
                if _is_rate(context, clause, q):
                    finest = max(finest, -int(q.value.as_tuple().exponent))
    return finest or 1


def _items(context: _Context, clause: Clause, inside: list[Quantity]) -> list[_Item]:
    """The clause's quantities, each with what stands before and after it up to its neighbours."""
    folded = context.text.folded
    items: list[_Item] = []
    start = clause.start
    head = _head(context, clause)
    if inside and head > inside[0].before:
        head = clause.start
    if head > start and folded[head - 1] == "“":
        head -= 1
    for i, q in enumerate(inside):
        following = inside[i + 1].before if i + 1 < len(inside) else None
        end = clause.end
        if following is not None:
            gap = folded[q.end : following]
            cut = max(gap.rfind("、"), gap.rfind("("))
            if cut < 0:
                cut = max(
                    (i for i, mark in enumerate(gap) if mark in "和及与" and len(gap) - i <= 9), default=-1
                )
            end = q.end + cut if cut >= 0 else q.end
        before = _without_old_value(folded[max(start, head) : min(q.before, q.number)])
        items.append(_Item(clause, q, start, max(end, q.end), before, folded[q.end : max(end, q.end)]))
        start = (
            end + 1
            if (following is not None and end > q.end) or (following and folded[end : end + 1] in "、和及与(")
            else end
        )
    return items


def _head(context: _Context, clause: Clause) -> int:
    """Where the clause's words begin after its time and the subject that acts."""
    return acting_subject_end(
        context.text.folded, clause.start, clause.end, context.actors, context.time_ends
    )


def _without_old_value(before: str) -> str:
    """通关时间由原来的40小时压缩到 → 通关时间."""
    m = re.search(r"(?:由|从)[^,;]*\d[^,;]*(?:到|至|为)[^,;\d]{0,8}$", before)
    return before[: m.start()] if m and m.start() else before


def _quantified(
    context: _Context, sentence: Sentence, inside: list[Quantity], decimals: int
) -> list[Statement]:
    made: list[Statement] = []
    open_for_rate: list[int] = []
    first: list[int] = []  # where the quote of each statement starts
    subject: tuple[str, int] | None = None  # indicator and start of the clause it was read in
    aspect_before: Aspect | None = None
    for clause in sentence.clauses:
        here = [q for q in inside if clause.start <= q.number < clause.end]
        heads = _distributed(context, clause, here, made, first)
        for i, item in enumerate(_items(context, clause, here)):
            q = item.quantity
            if _is_rate(context, clause, q):
                _complete(made, open_for_rate, q, decimals, context)
                open_for_rate = []
                continue
            aspect, own, comparand = _read_aspect(item, aspect_before)
            if i and made and not item.before.strip():  # 分别增长5%和6.5%: one verb for the list
                aspect, comparand = made[-1].aspect or aspect, made[-1].comparand
            what = heads[i][0] if heads else own
            start = heads[i][1] if heads else item.start
            rule = "indicator.distributed" if heads else "indicator.own"
            if not what and aspect == "level" and (shared := _noun_of_list(context, clause, here, i)):
                what, rule = shared[0], "indicator.list"
                item.end, item.after = shared[1], shared[0]
            if subject and i == 0 and indicator.is_bare_deed(what):  # 新开工20565套，基本建成3597套
                what, start = indicator.noun_of(subject[0]) + what.removeprefix("并"), subject[1]
                rule = "indicator.completed"
            if not what and (same := _same_unit(made, q)):  # 今年再建成30公里: the thing counted so before
                what, start, rule = made[same - 1].indicator, first[same - 1], "indicator.before"
            if not what and subject and (aspect != "level" or not item.after):
                what, start, rule = subject[0], subject[1], "indicator.before"
            elif what and not heads and made and aspect == "level" and item.start != clause.start:
                what = _carry_verb(made[-1].indicator, what)
            if not what or _describes(context, here, i, own):
                continue
            if aspect == "level" or own:
                subject = (what, start)
            aspect_before = aspect
            for value, bound in _values(q):
                statement = _statement(context, item, value, bound, aspect, what, start, comparand, rule)
                if rule == "indicator.before" and made and made[-1].estimated:
                    statement = replace(statement, estimated=True)  # 预计突破…，增长7%左右: one estimate
                made.append(statement)
                first.append(start)
                open_for_rate.append(len(made) - 1)
    return made


def _describes(context: _Context, here: list[Quantity], i: int, own: str) -> bool:
    """昆明市16个园区规模以上工业总产值突破4900亿元: the first number only describes who the second is about."""
    q = here[i]
    if i + 1 >= len(here) or q.kind != "count" or q.unit == "%":
        return False
    between = context.text.folded[q.end : here[i + 1].before]
    if "、" in between or not re.match(r"[\u4e00-\u9fff]", between):
        return False
    bare = re.sub(r"^(?:20\d\d年)", "", own)
    return any(e.name == bare for e in context.named.between(q.number - 24, q.number))


def _same_unit(made: Sequence[Statement], q: Quantity) -> int:
    """Number, from 1, of the last statement of the sentence with the same unit, where another unit came after it; else 0."""
    if not made or made[-1].unit == q.unit or q.kind == "ratio":
        return 0
    return next((i + 1 for i in range(len(made) - 1, -1, -1) if made[i].unit == q.unit), 0)


def _values(q: Quantity) -> list[tuple[Decimal, str]]:
    """A range is its two ends."""
    if q.upper is not None:
        return [(q.value, ">="), (q.upper, "<=")]
    return [(q.value, q.bound)]


def _read_aspect(item: _Item, aspect_before: Aspect | None) -> tuple[Aspect, str, str | None]:
    """Aspect, the item's own indicator ("" where it has none) and what a share is of."""
    before, q = item.before.rstrip(), item.quantity
    bare = re.sub(r"(?:了|约|近|超过|超|不低于|不少于|突破|力争|预计|分别|达到|达|左右)+$", "", before)
    head = re.sub(r"(?:达到|达|为|超过|超|突破|约|近)+$", "", before)
    if q.unit == "%" and (share := _patterns()["share"].fullmatch(before)):
        of = (share["of"] or "").strip() or None
        return "share", indicator.trim_before(share["head"]), of
    if _patterns()["level"].search(bare):
        return "level", indicator.trim_before(before), None
    change = q.unit in ("%", "‰", "个百分点", "百分点", "倍", "个基点") or re.search(
        "同比|环比|比上年|较上年|比去年|较去年", before
    )
    if change:
        aspects: tuple[Aspect, ...] = ("growth", "decline")
        for aspect in aspects:
            if _patterns()[aspect].search(bare) or _patterns()[aspect].search(head):
                return aspect, indicator.trim_before(before), None
    own = _own_indicator(item)
    if (
        q.unit == "%"
        and aspect_before == "share"
        and len(own) <= 4
        and re.fullmatch(r"全?[市省国区县州].{0,2}", before or own)
    ):
        return "share", "", before.strip() or None
    return "level", own, None


def _own_indicator(item: _Item) -> str:
    """The thing that the number counts, from its own list item; the thing may stand before or after the number."""
    before = indicator.trim_before(item.before)
    if indicator.is_only_verb(before):
        before = ""
    after = item.after if indicator.starts_with_noun(item.after) else ""
    listed = re.search(r"等$", item.before.strip())
    if after and (
        listed or indicator.is_only_verb(item.before) or indicator.ends_in_verb(before) or not before
    ):
        return indicator.noun_after(after)
    if after and item.after.startswith("的"):
        return before
    if after and len(before) <= 3 and not re.search(r"[率值额量数]$", before):
        return indicator.noun_after(after)
    if (
        after
        and item.quantity.kind in ("count", "person")
        and not re.search(r"(?:达到?|为|共|约|超过?|累计)\s*$", item.before)
    ):
        return indicator.noun_after(after)
    if not before:
        return ""
    return indicator.trim_verb(before)


_CARRIED_VERB = re.compile(r"^(新增|引进|新建|改造|新认定|培育|建成|启动|办理|完成|开展|引育|培训|发放)")


def _carry_verb(last: str, what: str) -> str:
    """引进名师317名、名长21名: the verb of the first holds for the second."""
    verb = _CARRIED_VERB.match(last)
    return verb.group() + what if verb and not _patterns()["action"].match(what) else what


def _noun_of_list(context: _Context, clause: Clause, here: list[Quantity], i: int) -> tuple[str, int] | None:
    """6万人、14万人次享受此项待遇: what stands after the last number is said of all."""
    last = here[-1]
    folded = context.text.folded
    after = folded[last.end : clause.end]
    joined = all(folded[a.end : b.before] in ("、", "和") for a, b in pairwise(here[i:]))
    if last is here[i] or not joined or not indicator.starts_with_noun(after):
        return None
    return indicator.noun_after(after), clause.end


def _distributed(
    context: _Context, clause: Clause, here: list[Quantity], made: list[Statement], first: list[int]
) -> list[tuple[str, int]] | None:
    """Indicators of A、B分别达到x、y and the starts of their quotes, or None where heads and values don't pair.

    …鲜切花8.6亿枝，交易额12.4亿元，分别增长9.8%、13.2%: the heads are the sentence's last indicators.
    """
    if len(here) < 2:
        return None
    before = context.text.folded[_head(context, clause) : here[0].before]
    if "分别" not in before[-16:]:
        return None
    head = indicator.trim_before(before)
    if not head and len(made) >= len(here):
        last = zip(made[-len(here) :], first[-len(here) :], strict=True)
        return [(s.indicator, start) for s, start in last]
    heads = indicator.split_heads(head, len(here))
    return [(h, clause.start) for h in heads] if heads else None


def _complete(
    made: list[Statement],
    candidates: list[int],
    rate: Quantity,
    decimals: int,
    context: _Context,
) -> None:
    """Gives the rate to the statements that it fits, and lets their quotes reach to it."""
    candidates = [i for i in candidates if made[i].aspect == "level"]
    values = [Decimal(str(made[i].value)) for i in candidates]
    mine, joint = completion.owners(values, rate.value, decimals)
    if rate.value == 100 and len(mine) > 1:
        mine = [i for i in mine if made[candidates[i]].unit == made[candidates[-1]].unit]
    for i in mine:
        s = made[candidates[i]]
        made[candidates[i]] = replace(
            s,
            span=Span(s.span.start, rate.end),
            quote=context.text.quote(s.span.start, rate.end),
            completion=_plain(rate.value),
            completion_joint=joint,
            rules=(*s.rules, "completion.joint" if joint else "completion"),
        )


def _statement(
    context: _Context,
    item: _Item,
    value: Decimal,
    bound: str,
    aspect: Aspect,
    what: str,
    start: int,
    comparand: str | None,
    rule: str,
) -> Statement:
    clause, q = item.clause, item.quantity
    mood = context.moods[clause.start]
    agent = context.agents[clause.start]
    period = context.periods.get(clause.start, NO_PERIOD)
    end = item.end if item.after and what and what in item.after else q.end
    start, end = _tight(context.text.body, start, max(end, q.end, q.reach))
    unit = q.unit
    if unit == "元" and "亩均" in what:
        unit = "元/亩"
    places, concerns = _about(context, start, end, agent)
    return Statement(
        span=Span(start, end),
        quote=context.text.quote(start, end),
        kind=mood.kind,
        indicator=what,
        agent=agent.name if agent else None,
        value=_plain(value),
        unit=unit,
        bound=bound,  # type: ignore[arg-type]
        aspect=aspect,
        period=period.value,
        period_basis=period.basis if period.value else None,
        estimated=_is_estimated(context, clause),
        surface=context.text.quote(q.number, q.end),
        comparand=comparand,
        places=places,
        concerns=concerns,
        rules=(rule, mood.rule, f"aspect.{aspect}", *([f"agent.{agent.basis}"] if agent else [])),
    )


def _is_estimated(context: _Context, clause: Clause) -> bool:
    return context.moods[clause.start].estimated


def _about(
    context: _Context, start: int, end: int, agent: Agent | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the places and of the other things within the quote, the agent left out."""
    within = [e for e in context.named.between(start, end) if e.span.end <= end]
    owner = agent.name if agent else None
    places = dict.fromkeys(e.name for e in within if e.cls == "AdministrativeArea" and e.name != owner)
    concerns = dict.fromkeys(e.name for e in within if e.cls in _CONCERNED and e.name != owner)
    return tuple(places), tuple(concerns)


def _tight(body: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space and marks at its ends."""
    while start < end and (body[start].isspace() or body[start] in "，,、；;。：:”’"):
        start += 1
    while end > start and (body[end - 1].isspace() or body[end - 1] in "，,、；;。：:“‘"):
        end -= 1
    return start, end


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _unquantified(
    context: _Context, index: int, sentence: Sentence, inside: list[Quantity]
) -> list[Statement]:
    """Clauses that say what is done without a number: 深入实施开发区振兴三年行动."""
    if is_run_in_head(context.text, index) or is_line(context.text, sentence):
        return []
    made = []
    for clause in _deed_clauses(sentence):
        if any(clause.start <= q.number < clause.end for q in inside) or clause.closing == ":":
            continue
        mood = context.moods[clause.start]
        agent = context.agents[clause.start]
        what = _deed(context, clause)
        if what is None:
            continue
        period = context.periods.get(clause.start, NO_PERIOD)
        start, end = _tight(context.text.body, clause.start, clause.end)
        places, concerns = _about(context, start, end, agent)
        made.append(
            Statement(
                span=Span(start, end),
                quote=context.text.quote(start, end),
                kind=mood.kind,
                indicator=what,
                agent=agent.name if agent else None,
                period=period.value,
                period_basis=period.basis if period.value else None,
                places=places,
                concerns=concerns,
                rules=("deed", mood.rule, *([f"agent.{agent.basis}"] if agent else [])),
            )
        )
    return made


def _without_time(context: _Context, clause: Clause) -> str:
    """The clause's words after its opening time and connectives, its subject kept: …节在…广场举办."""
    start = subject_end(context.text.folded, clause.start, clause.end, {}, context.time_ends)
    return indicator.trim_lead(context.text.folded[start : clause.end])


def _deed_clauses(sentence: Sentence) -> list[Clause]:
    """Clauses, those of one item of a list together: …为：扩大资源；加强建设，优化管理；…"""
    clauses = list(sentence.clauses)
    lead = next((i for i, c in enumerate(clauses) if c.closing == ":"), None)
    if lead is None or sum(c.closing == ";" for c in clauses[lead:]) < 2:
        return clauses
    items = clauses[: lead + 1]
    first: Clause | None = None
    for clause in clauses[lead + 1 :]:
        first = first or clause
        if clause.closing != ",":
            items.append(Clause(first.start, clause.end, clause.closing))
            first = None
    return items


def _deed(context: _Context, clause: Clause) -> str | None:
    """What is done, or None where the clause only introduces, names a source or describes."""
    folded = context.text.folded[clause.start : clause.end]
    patterns = _patterns()
    if (
        patterns["speech"].search(folded)
        or patterns["inner"].search(folded)
        or patterns["title"].search(folded)
    ):
        return None
    own = subject_end(context.text.folded, clause.start, clause.end, context.openers, context.time_ends)
    rest = context.text.folded[own : clause.end].strip(' “”"')
    if own == clause.start and patterns["frame"].match(rest) and not patterns["closing"].search(rest):
        return None
    if patterns["closing"].search(rest) and not patterns["noun end"].search(rest):
        return _without_time(context, clause) if len(rest) > 3 else None
    for _ in range(8):
        verb = patterns["action"].match(rest)
        if verb and len(rest) - verb.end() >= 2:
            return rest
        resolve = patterns["resolve"].match(rest)
        if resolve and len(rest) - resolve.end() >= 4:
            return rest[resolve.end() :]
        step = patterns["before verb"].match(rest) or (
            patterns["phrase"].match(rest) if own > clause.start else None
        )
        if step is None or not step.group():
            return None
        rest = rest[step.end() :]
    return None
