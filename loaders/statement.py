"""Statements: promises and results, split until each has one indicator and at most one quantity.

The readers of quantities, times, moods, agents and indicators each say what they see; here it is put together. A statement's
quote holds every word that its value, unit, bound and completion were read from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise, product

from . import completion, indicator
from .agent import AGENT_CLASSES, Agent, acting_subject_end, read_agents
from .aspect import AspectRead, read_aspect
from .counted import count_quantities
from .deed import deed_clauses, read_deed
from .facts import Article, Aspect, Entity, Span, Statement, Unread, outermost
from .located import Located
from .modality import Mood, read_moods
from .period import NO_PERIOD, Period, read_periods
from .quantity import Passed, Quantity, read_quantities
from .rules import pattern
from .section import is_line, is_run_in_head, read_sections
from .table import Row, read_rows
from .text import Clause, Sentence, Text
from .theme import in_order, themes_of
from .time import TimeMention

_CONCERNED = frozenset({"FunctionalZone", "Park", "Project", "Programme", "Event"})


@dataclass(frozen=True, slots=True)
class _Context:
    """What the other readers saw."""

    text: Text
    moods: dict[int, Mood]
    agents: dict[int, Agent | None]
    periods: dict[int, Period]
    named: Located[Entity]
    actors: dict[int, Entity]  # who can act, by start
    openers: dict[int, Entity]  # what can open a clause, by start
    time_ends: dict[int, int]
    passed: list[Passed]


@dataclass(slots=True)
class _Item:
    """A quantity in its clause: `before` and `after` are what stands on its sides within the list item."""

    clause: Clause
    quantity: Quantity
    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Named:
    """An indicator, where the quote that holds it starts, and the rule that found it."""

    indicator: str
    start: int
    rule: str


@dataclass(slots=True)
class _Made:
    """The statements of a sentence so far."""

    statements: list[Statement] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)  # where the quote of each starts
    open_for_rate: list[int] = field(default_factory=list)
    subject: _Named | None = None  # what the last number was about
    thing: _Named | None = None  # the last that was counted, no rate
    aspect: Aspect | None = None


def read_statements(
    article: Article, text: Text, entities: Sequence[Entity], times: Sequence[TimeMention]
) -> tuple[list[Statement], list[Unread]]:
    """All statements of the article in order of their quotes, and the numbers and clauses that gave none, with the reason."""
    entities = outermost(entities)
    agents = read_agents(text, entities, times, article.headline)
    subjects = {start for start, agent in agents.items() if agent and agent.basis == "subject"}
    passed: list[Passed] = []
    context = _Context(
        text,
        read_moods(text, times, article.headline, article.published, subjects),
        agents,
        read_periods(text, times, entities, article.headline, article.published),
        Located(entities, lambda e: e.span.start),
        {e.span.start: e for e in entities if e.cls in AGENT_CLASSES},
        {e.span.start: e for e in entities if e.cls != "Programme"},
        {t.start: t.end for t in times},
        passed,
    )
    located_times = Located(times, lambda t: t.start)
    quantities = count_quantities(
        text.folded, read_quantities(text, passed), context.named, located_times, passed
    )
    located = Located(quantities, lambda q: q.number)
    decimals = _decimals_of_rates(context, quantities)
    statements: list[Statement] = []
    sections = read_sections(text, entities, article.headline)
    rows = read_rows(text, quantities)
    for index, sentence in enumerate(text.sentences):
        inside = located.between(sentence.start, sentence.end)
        if sentence.start in rows:
            made = [_of_row(context, sentence, row) for row in rows[sentence.start]]
        else:
            made = _quantified(context, sentence, inside, decimals) if inside else []
            made += _unquantified(context, index, sentence, inside)
        section = sections[index]
        of_title = themes_of(section.title)
        for s in made:
            themes = in_order({*of_title, *themes_of(s.indicator)})
            if section.title or section.programme or themes:
                s = replace(s, section=section.title, programme=section.programme, themes=themes)
            statements.append(s)
    statements.sort(key=lambda s: (s.span.start, s.span.end))
    return statements, _unread(text, passed, located_times)


def _of_row(context: _Context, sentence: Sentence, row: Row) -> Statement:
    """What a row of a table tells; its agent and year are those of the text around it."""
    clause = sentence.clauses[0]
    agent, period = context.agents[clause.start], context.periods.get(clause.start, NO_PERIOD)
    return Statement(
        span=row.span,
        quote=context.text.quote(row.span.start, row.span.end),
        kind=row.kind,
        indicator=row.indicator,
        agent=agent.name if agent else None,
        value=_plain(row.value),
        unit=row.unit,
        bound=row.bound,
        aspect="level",
        period=period.value,
        period_basis=period.basis if period.value else None,
        completion=None if row.completion is None else _plain(row.completion),
        surface=context.text.quote(row.surface.start, row.surface.end),
        rules=("table.row", *([f"agent.{agent.basis}"] if agent else [])),
    )


def _unread(text: Text, passed: Sequence[Passed], times: Located[TimeMention]) -> list[Unread]:
    """What gave no statement; a time was read, though it is no statement."""
    found = []
    for p in sorted(passed, key=lambda p: (p.start, p.end)):
        time = times.before(p.start + 1)
        if time is None or p.end > time.end:
            found.append(Unread(Span(p.start, p.end), text.quote(p.start, p.end), p.reason))
    return found


def _decimals_of_rates(context: _Context, quantities: Sequence[Quantity]) -> int:
    """The finest precision of the article's completion rates: 106% beside 147.1% dropped its .0."""
    rates = [
        -int(q.value.as_tuple().exponent)
        for q in quantities
        if q.unit == "%" and _is_rate(context.text.folded[max(0, q.number - 24) : q.number])
    ]
    return max(rates, default=0) or 1


def _is_rate(before: str) -> bool:
    return bool(pattern("completion.rate").search(before))


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
        end = clause.end if following is None else _cut(folded, q.end, following)
        end = max(end, q.end)
        before = _without_old_value(folded, max(start, head), q)
        items.append(_Item(clause, q, start, end, before, folded[q.end : end]))
        skips = following is not None and (end > q.end or folded[end : end + 1] in "、和及与(")
        start = end + 1 if skips else end
    return items


def _cut(folded: str, start: int, end: int) -> int:
    """Where the list item between two numbers ends: at the last 、 or (, else at a 和 near the second number."""
    gap = folded[start:end]
    cut = max(gap.rfind("、"), gap.rfind("("))
    if cut < 0:
        cut = max((i for i, mark in enumerate(gap) if mark in "和及与" and len(gap) - i <= 9), default=-1)
    return start + cut if cut >= 0 else start


def _head(context: _Context, clause: Clause) -> int:
    """Where the clause's words begin after its time and the subject that acts."""
    return acting_subject_end(
        context.text.folded, clause.start, clause.end, context.actors, context.time_ends
    )


def _without_old_value(folded: str, start: int, q: Quantity) -> str:
    """What stands before the number and its bound: 通关时间由原来的40小时压缩到 → 通关时间."""
    before = folded[start : min(q.before, q.number)]
    if "由" not in before and "从" not in before:
        return before
    m = pattern("indicator.old-value").search(folded[start : q.number])
    return before[: m.start()] if m and m.start() else before


def _quantified(
    context: _Context, sentence: Sentence, inside: list[Quantity], decimals: int
) -> list[Statement]:
    made = _Made()
    folded = context.text.folded
    for clause in sentence.clauses:
        here = [q for q in inside if clause.start <= q.number < clause.end]
        if not here:
            if spoken := pattern("indicator.spoken").match(folded[clause.start : clause.end]):
                made.subject = _Named(spoken["np"].strip("“”"), clause.start, "indicator.spoken")
            continue
        heads = _distributed(context, clause, here, made)
        for i, item in enumerate(_items(context, clause, here)):
            q = item.quantity
            if q.unit == "%" and _is_rate(folded[clause.start : q.number]):
                _complete(made, q, decimals, context)
                continue
            last_unit = made.statements[-1].unit if made.statements else None
            read = read_aspect(item.before, item.after, q, made.aspect, last_unit)
            if i and made.statements and not item.before.strip():  # 分别增长5%和6.5%: one verb for the list
                last = made.statements[-1]
                read = AspectRead(last.aspect or read.aspect, read.indicator, last.comparand)
            what = heads[i] if heads else _name(context, made, item, read, here, i)
            if what is None:
                context.passed.append(Passed(q.start, q.end, "no-indicator"))
                continue
            if _describes(context, here, i, read.indicator, item.start):
                context.passed.append(Passed(q.start, q.end, "describes"))
                continue
            if read.aspect == "level" or read.indicator:
                made.subject = what
                if q.unit != "%":
                    made.thing = what
            made.aspect = read.aspect
            _append(context, made, item, read, what)
    return made.statements


def _append(context: _Context, made: _Made, item: _Item, read: AspectRead, what: _Named) -> None:
    for named, (value, bound) in product(_each(context, item, what), _values(item.quantity)):
        statement = _statement(context, item, value, bound, read, named)
        if what.rule == "indicator.before" and made.statements and made.statements[-1].estimated:
            statement = replace(statement, estimated=True)  # 预计突破…，增长7%左右: one estimate
        made.statements.append(statement)
        made.starts.append(what.start)
        made.open_for_rate.append(len(made.statements) - 1)


def _each(context: _Context, item: _Item, what: _Named) -> list[_Named]:
    """办结率、面商率均达100%: one number said of each of several things."""
    told = context.text.folded[max(item.start, item.quantity.number - 8) : item.quantity.number]
    if what.rule != "indicator.own" or not pattern("indicator.each").search(told):
        return [what]
    heads = [h for h in re.split(r"[、和及与]", what.indicator) if h]
    if not 2 <= len(heads) <= 6 or any(len(h) < 2 for h in heads):
        return [what]
    split = indicator.split_heads(what.indicator, len(heads))
    return [_Named(h, what.start, "indicator.each") for h in split] if split else [what]


def _name(
    context: _Context, made: _Made, item: _Item, read: AspectRead, here: list[Quantity], i: int
) -> _Named | None:
    """What the number counts: in its own words, those of its list, or what the sentence spoke of before."""
    what, start, rule = read.indicator, item.start, "indicator.own"
    if made.subject and any(
        e.name == what or e.quote == what for e in context.named.between(item.start, item.end)
    ):
        what = ""  # 新改建公路900公里（其中：红塔区80、…）: the place whose part it is
    level, subject = read.aspect == "level", made.subject
    if not what and level and (shared := _noun_of_list(context, item.clause, here, i)):
        what, rule = shared[0], "indicator.list"
        item.end, item.after = shared[1], shared[0]
    if made.thing and i == 0 and indicator.is_bare_deed(what):  # 新开工20565套，基本建成3597套
        what = indicator.noun_of(made.thing.indicator) + what.removeprefix("并")
        start, rule = made.thing.start, "indicator.stage"
    if subject and i == 0 and (bare := _ATTRIBUTE.fullmatch(what)):  # 增速比全省高0.3个百分点
        what = _ATTRIBUTE.sub("", subject.indicator) + (bare["attribute"] or bare["again"])
        start, rule = subject.start, "indicator.attribute"
    if not what and (same := _same_unit(made.statements, item.quantity)):  # 今年再建成30公里
        what, start, rule = made.statements[same - 1].indicator, made.starts[same - 1], "indicator.before"
    if not what and subject and (not level or not item.after):
        spoken = subject.rule == "indicator.spoken"
        what, start, rule = subject.indicator, subject.start, subject.rule if spoken else "indicator.before"
    elif what and made.statements and level and item.start != item.clause.start:
        what = _carry_verb(made.statements[-1].indicator, what)
    if not what and (done := indicator.trim_before(item.before)):  # 累计培训1200人次: only the deed is named
        what, rule = done, "indicator.deed"
    return _Named(what, start, rule) if what else None


def _describes(context: _Context, here: list[Quantity], i: int, own: str, item_start: int) -> bool:
    """昆明市16个园区规模以上工业总产值突破4900亿元: the first number only describes who the second is about."""
    q = here[i]
    if i + 1 >= len(here) or q.kind != "count" or q.unit == "%":
        return False
    between = context.text.folded[q.end : here[i + 1].before]
    if "、" in between or not "\u4e00" <= between[:1] <= "\u9fff":
        return False
    if not own or own == between:  # 35条入滇河道水质优良率达91.4%
        bare = context.text.folded[item_start : q.before]
        if (
            not indicator.trim_before(bare)
            and here[i + 1].unit != q.unit
            and pattern("indicator.measure").search(between)
        ):
            return True
    bare = _YEAR.sub("", own)
    return any(e.name == bare for e in context.named.between(q.number - 24, q.number))


_ATTRIBUTE = re.compile(
    r"(?P<attribute>(?:同比)?(?:增速|增幅|降幅|涨幅|增长率))(?:(?:比|较|高|低|快于|慢于|居|排).*)?$|(?P<again>(?:恢复[至到]|比|高于|低于|高出).*|(?:其中)?(?:单日|最高|最多|最大|峰值|日均|月均|年均|均价)(?:一天|单日|一日|峰值)?$)"
)
_YEAR = re.compile(r"^20\d\d年")


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


def _carry_verb(last: str, what: str) -> str:
    """引进名师317名、名长21名: the verb of the first holds for the second."""
    verb = pattern("indicator.carried-verb").match(last)
    return verb.group() + what if verb and not pattern("deed.verb").match(what) else what


def _noun_of_list(context: _Context, clause: Clause, here: list[Quantity], i: int) -> tuple[str, int] | None:
    """6万人、14万人次享受此项待遇: what stands after the last number is said of all."""
    last = here[-1]
    folded = context.text.folded
    after = folded[last.end : clause.end]
    joined = all(folded[a.end : b.before] in ("、", "和") for a, b in pairwise(here[i:]))
    if last is here[i] or not joined or not indicator.starts_with_noun(after):
        return None
    return indicator.noun_after(after), clause.end


def _distributed(context: _Context, clause: Clause, here: list[Quantity], made: _Made) -> list[_Named] | None:
    """Indicators of A、B分别达到x、y and the starts of their quotes, or None where heads and values don't pair.

    …鲜切花8.6亿枝，交易额12.4亿元，分别增长9.8%、13.2%: the heads are the sentence's last indicators.
    """
    if len(here) < 2:
        return None
    before = context.text.folded[_head(context, clause) : here[0].before]
    if "分别" not in before[-16:]:
        return _parallel(context, here, before, made) or _listed(context, clause, here, before)
    head = indicator.trim_before(before)
    if not head and len(made.statements) >= len(here):
        return _last_indicators(made, len(here))
    heads = indicator.split_heads(head, len(here))
    return [_Named(h, clause.start, "indicator.distributed") for h in heads] if heads else None


def _last_indicators(made: _Made, count: int) -> list[_Named]:
    last = zip(made.statements[-count:], made.starts[-count:], strict=True)
    return [_Named(s.indicator, start, "indicator.distributed") for s, start in last]


def _listed(context: _Context, clause: Clause, here: list[Quantity], before: str) -> list[_Named] | None:
    """新增规上工业、限上商贸企业8户、60户: as many things in a row as numbers in a row."""
    folded = context.text.folded
    if any(folded[a.end : b.before] != "、" or a.unit != b.unit for a, b in pairwise(here)):
        return None
    if folded[here[-1].end : clause.end].strip() or before.count("、") != len(here) - 1:
        return None
    head = indicator.trim_before(before)
    heads = indicator.split_heads(head, len(here)) if "、" in head else None
    return [_Named(h, clause.start, "indicator.distributed") for h in heads] if heads else None


def _parallel(context: _Context, here: list[Quantity], before: str, made: _Made) -> list[_Named] | None:
    """交易量达109.8亿枝，交易额92.6亿元，同比增长7.9%和11.5%: as many changes as levels before them, in their order."""
    folded = context.text.folded
    joined = all(folded[a.end : b.before] in ("、", "和") for a, b in pairwise(here))
    levels = [s for s in made.statements if s.aspect == "level"]
    if not joined or len(levels) != len(here) or len(made.statements) != len(here):
        return None
    if any(q.unit != "%" for q in here) or indicator.trim_before(before):
        return None
    return _last_indicators(made, len(here))


def _complete(made: _Made, rate: Quantity, decimals: int, context: _Context) -> None:
    """Gives the rate to the statements that it fits, and lets their quotes reach to it."""
    statements = made.statements
    candidates = [i for i in made.open_for_rate if statements[i].aspect == "level"]
    made.open_for_rate = []
    values = [Decimal(str(statements[i].value)) for i in candidates]
    mine, joint = completion.owners(values, rate.value, decimals)
    if rate.value == 100 and len(mine) > 1:
        mine = [i for i in mine if statements[candidates[i]].unit == statements[candidates[-1]].unit]
    if not mine:
        context.passed.append(Passed(rate.start, rate.end, "rate-of-nothing"))
    for i in mine:
        s = statements[candidates[i]]
        statements[candidates[i]] = replace(
            s,
            span=Span(s.span.start, rate.end),
            quote=context.text.quote(s.span.start, rate.end),
            completion=_plain(rate.value),
            completion_joint=joint,
            rules=(*s.rules, "completion.joint" if joint else "completion.single"),
        )


def _statement(
    context: _Context, item: _Item, value: Decimal, bound: str, read: AspectRead, what: _Named
) -> Statement:
    clause, q = item.clause, item.quantity
    mood, agent = context.moods[clause.start], context.agents[clause.start]
    period = context.periods.get(clause.start, NO_PERIOD)
    if mood.kind == "commitment" and period.value and period.basis == "paragraph":
        period = Period(
            period.value[:4], period.basis
        )  # what is promised after a quarter's results is not that quarter's
    end = item.end if item.after and what.indicator in item.after else q.end
    start, end = _tight(context.text.body, what.start, max(end, q.end, q.reach))
    unit = "元/亩" if q.unit == "元" and "亩均" in what.indicator else q.unit
    places, concerns = _about(context, start, end, agent)
    return Statement(
        span=Span(start, end),
        quote=context.text.quote(start, end),
        kind=mood.kind,
        indicator=what.indicator,
        agent=agent.name if agent else None,
        value=_plain(value),
        unit=unit,
        bound=bound,  # type: ignore[arg-type]
        aspect=read.aspect,
        period=period.value,
        period_basis=period.basis if period.value else None,
        estimated=mood.estimated,
        surface=context.text.quote(q.number, q.end),
        comparand=read.comparand,
        places=places,
        concerns=concerns,
        rules=(what.rule, *q.rules, f"aspect.{read.aspect}", *_told_by(mood, agent, period)),
    )


def _told_by(mood: Mood, agent: Agent | None, period: Period) -> list[str]:
    """Ids of the rules that gave a clause its kind, agent and period."""
    told = [mood.rule]
    if mood.carried:
        told.append("kind.carried")
    if mood.estimated:
        told.append("kind.estimate")
    if agent:
        told.append(f"agent.{agent.basis}")
    if period.value and period.basis:
        told.append(f"period.{period.basis}")
    return told


def _about(
    context: _Context, start: int, end: int, agent: Agent | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the places and of the other things within the quote, the agent left out."""
    within = [e for e in context.named.between(start, end) if e.span.end <= end]
    if not within:
        return (), ()
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
    """Clauses that say what is done without a number."""
    if is_run_in_head(context.text, index) or is_line(context.text, sentence):
        context.passed.append(Passed(sentence.start, sentence.end, "heading"))
        return []
    made = []
    for clause in deed_clauses(sentence):
        if any(clause.start <= q.number < clause.end for q in inside):
            continue
        if clause.closing == ":":
            context.passed.append(Passed(clause.start, clause.end, "lead-in"))
            continue
        what, rule = read_deed(context.text.folded, clause, context.openers, context.time_ends)
        if what is None:
            context.passed.append(Passed(clause.start, clause.end, rule))
            continue
        mood, agent = context.moods[clause.start], context.agents[clause.start]
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
                rules=(rule, *_told_by(mood, agent, period)),
            )
        )
    return made
