"""Phases of projects: which one a project is told to have reached or to be in, by the words next to its name.

What is planned, aimed at, hoped for, conditional or denied is no phase. A report is read only where nothing stands between the project
and the verb that could be another subject: 甲项目3个标段开工, 甲厂扩建工程动工 tell nothing of 甲.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .facts import Article, Entity, Phase, PhaseReport, Span, outermost
from .located import Located
from .modality import Mood, read_moods
from .period import NO_PERIOD, Period, read_periods
from .rules import pattern
from .text import Clause, Sentence, Text
from .time import TimeMention

#: What goes through phases: a park may be a project, too
BUILT = frozenset({"Project", "Park"})
_SITES = frozenset({"AdministrativeArea", "FunctionalZone", "Park"})
_EVENTS: tuple[Phase, ...] = ("inOperation", "completed", "underConstruction", "started", "planning")
_LASTING: tuple[Phase, ...] = ("underConstruction", "planning")
_LONGEST_QUOTE = 240  # characters between a project and a verb of a later clause
_LONGEST_VERB = 16  # characters


@dataclass(frozen=True, slots=True)
class _Group:
    """Projects of one list, `end` behind the last."""

    members: tuple[Entity, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Told:
    """A phase and where the words that tell it end."""

    phase: Phase
    start: int
    end: int


def read_phases(
    article: Article, text: Text, entities: Sequence[Entity], times: Sequence[TimeMention]
) -> list[PhaseReport]:
    """All reports of phases, in order of their quotes; a phase told twice is one report, with the closer time."""
    named = outermost(entities)
    if not any(e.cls in BUILT for e in named) or not pattern("phase.word").search(text.folded):
        return []
    found: dict[tuple[str, str, str | None], PhaseReport] = {}
    for report in _Reader(article, text, named, times).read():
        found.setdefault((report.project, report.phase, report.period), report)
    # 2023-12-03 says closer what 2023 says, and any time what is told without one.
    closer = {
        (r.project, r.phase, r.period[:end])
        for r in found.values()
        if r.period
        for end in range(len(r.period))
    }
    kept = [r for r in found.values() if (r.project, r.phase, r.period or "") not in closer]
    return sorted(kept, key=lambda r: (r.span.start, r.span.end, r.project, r.phase))


class _Reader:
    """Reads one article; knows its projects, times, moods and periods."""

    def __init__(
        self, article: Article, text: Text, named: Sequence[Entity], times: Sequence[TimeMention]
    ) -> None:
        self.text = text
        self.folded = text.folded + "\n"  # so that a mark stands behind the last clause, too
        self.published = article.published
        self.named = Located(named, lambda e: e.span.start)
        self.starting = {e.span.start: e for e in named}
        self.by_quote = {text.folded[e.span.start : e.span.end]: e for e in reversed(named) if e.cls in BUILT}
        self.times = Located(times, lambda t: t.start)
        self.time_at = {t.start: t for t in times}
        self.plain = _without(text.folded, named)
        self.moods: dict[int, Mood] = read_moods(text, times, article.headline, article.published)
        self.periods = read_periods(text, times, named, article.headline, article.published)

    def read(self) -> Iterator[PhaseReport]:
        before: tuple[int, _Group | None] = (-1, None)  # paragraph and topic of the sentence before
        for sentence in self.text.sentences:
            topic = before[1] if before[0] == sentence.paragraph else None
            if not self.plain[sentence.start : sentence.end].strip("□"):
                continue
            carries = topic
            for number, clause in enumerate(sentence.clauses):
                groups = self._groups(clause)
                for group, told in self._ceremonies(clause):
                    if self._is_reached(clause, told):
                        yield from self._reports(group, told, self._period(clause, told), "phase.ceremony")
                for group in groups:
                    yield from self._of_group(clause, group)
                if groups:
                    first = groups[0]
                    leads = len(groups) == 1 and self._is_spoken_of(clause, first)
                    carries = first if leads else None
                elif carries is not None:
                    yield from self._of_clause(clause, carries, is_new_sentence=number == 0)
            before = (sentence.paragraph, self._only_topic(sentence))

    def _of_group(self, clause: Clause, group: _Group) -> Iterator[PhaseReport]:
        """What a clause tells of projects that it names."""
        presupposed = self._attribute(clause, group)
        if presupposed is not None:
            yield from self._reports(group, presupposed, NO_PERIOD, "phase.attribute")
            return
        told, rule = self._after(group.end, clause), "phase.subject"
        if told is not None and not self._is_spoken_of(clause, group):
            told = None
        if told is None:
            told, rule = self._before(clause, group), "phase.object"
        if told is not None and self._is_reached(clause, told):
            yield from self._reports(group, told, self._period(clause, told), rule)

    def _of_clause(self, clause: Clause, topic: _Group, *, is_new_sentence: bool) -> Iterator[PhaseReport]:
        """What a clause that names no project tells of the one spoken of before."""
        if not all(e.cls == "Project" for e in topic.members) or clause.end - topic.start > _LONGEST_QUOTE:
            return
        anaphor = pattern("phase.anaphor").match(self.folded, clause.start, clause.end)
        if is_new_sentence and anaphor is None:
            return
        told = self._after(anaphor.end() if anaphor else clause.start, clause)
        if told is not None and self._is_reached(clause, told):
            yield from self._reports(topic, told, self._period(clause, told), "phase.carried")

    def _groups(self, clause: Clause) -> list[_Group]:
        """The clause's projects, those of one list together."""
        here = [e for e in self.named.between(clause.start, clause.end) if e.cls in BUILT]
        here = [e for e in here if e.span.end <= clause.end]
        groups: list[list[Entity]] = [here[:1]] if here else []
        for first, second in pairwise(here):
            gap = self.folded[first.span.end : second.span.start]
            if pattern("phase.list-mark").fullmatch(gap):
                groups[-1].append(second)
            else:
                groups.append([second])
        return [_Group(tuple(g), g[0].span.start, g[-1].span.end) for g in groups]

    def _is_spoken_of(self, clause: Clause, group: _Group) -> bool:
        """Whether the projects are the subject: nothing is done for them, and they are no place where something is."""
        start = group.start
        while (area := self._ending_at(start)) is not None and area.cls in (
            "AdministrativeArea",
            "FunctionalZone",
        ):
            start = area.span.start  # 推动|官渡区|某项目
        return not pattern("phase.effort").search(self.folded, clause.start, start)

    def _ending_at(self, at: int) -> Entity | None:
        last = self.named.before(at)
        return last if last is not None and last.span.end == at else None

    def _only_topic(self, sentence: Sentence) -> _Group | None:
        """The one project that a sentence names, if it names one."""
        here = [e for e in self.named.between(sentence.start, sentence.end) if e.cls in BUILT]
        if len({e.name for e in here}) != 1 or here[0].cls != "Project":
            return None
        return _Group((here[-1],), here[-1].span.start, here[-1].span.end)

    def _after(self, at: int, clause: Clause) -> _Told | None:
        """The phase that the words from there on tell, with nothing but fillers, times and places before them."""
        start, folded = at, self.folded
        while True:
            for kind, phases in (("lasting", _LASTING), ("event", _EVENTS)):
                for phase in phases:
                    m = pattern(f"phase.{kind}.{phase}").match(folded, at, clause.end)
                    if m and (after := pattern("phase.after").match(folded, m.end())):
                        return _Told(phase, start, min(after.end(), clause.end))
            if (time := self.time_at.get(at)) is not None and time.end > at:
                at = time.end
                continue
            site = self.starting.get(at)
            if site is not None and site.cls in _SITES and folded[at - 1 : at] in "在于":
                at = site.span.end
                continue
            m = pattern("phase.filler").match(folded, at, clause.end)
            if m is None or m.end() == at:
                return None
            at = m.end()

    def _before(self, clause: Clause, group: _Group) -> _Told | None:
        """The phase that a verb right before the projects tells."""
        start = group.start
        while (area := self._ending_at(start)) is not None and area.cls in (
            "AdministrativeArea",
            "FunctionalZone",
        ):
            start = area.span.start
        verb = pattern("phase.verb-before").search(
            self.folded, max(clause.start, start - _LONGEST_VERB), start
        )
        if verb is None:
            return None
        end = pattern("phase.object-end").match(self.folded, group.end)
        if end is None:
            return None
        return _Told(_phase_of(verb.group()), verb.start(), min(end.end(), clause.end))

    def _ceremonies(self, clause: Clause) -> Iterator[tuple[_Group, _Told]]:
        """举行甲通车仪式: the event bears the name of a project that the article names."""
        for event in self.named.between(clause.start, clause.end):
            start, end = event.span.start, event.span.end
            m = pattern("phase.ceremony").search(self.folded[start:end]) if event.cls == "Event" else None
            project = self.by_quote.get(self.folded[start : start + m.start()].strip("“”")) if m else None
            if m is None or project is None:
                continue
            around = self.folded[clause.start : start] + self.folded[end : clause.end]
            if pattern("phase.held").search(around):
                phase = next(phase for phase in _EVENTS if m.groupdict().get(phase))
                yield _Group((project,), start, end), _Told(phase, start, end)

    def _attribute(self, clause: Clause, group: _Group) -> _Told | None:
        """A phase that is told by the way: it holds whatever the sentence promises."""
        listed = pattern("phase.listed-under-construction").match(self.folded, group.end, clause.end)
        if listed:
            return _Told("underConstruction", group.start, listed.end())
        m = pattern("phase.attribute-before").search(
            self.folded, max(clause.start, group.start - 2 * _LONGEST_VERB), group.start
        )
        if m is None or pattern("phase.blocked").search(self.folded, clause.start, m.start()):
            return None
        phase = _phase_of(m["past"]) if m["past"] else "underConstruction"
        return _Told(phase, m.start(), group.end)

    def _is_reached(self, clause: Clause, told: _Told) -> bool:
        """Whether no word before the verb makes it a plan, a condition or a denial, and the clause is no promise."""
        if pattern("phase.unreached").search(self.plain, clause.start, told.end):
            return False
        mood = self.moods.get(clause.start)
        if mood is None or (mood.kind == "outcome" and not mood.estimated):
            return True
        # 已开工、将于2025年建成: the word of promise stands behind the verb
        return not mood.carried and bool(mood.cue) and self.plain.find(mood.cue, told.end, clause.end) >= 0

    def _period(self, clause: Clause, told: _Told) -> Period:
        """The time printed last before the end of the telling words, else that of the clause."""
        own = [t for t in self.times.between(clause.start, told.end) if t.period]
        period = Period(own[-1].period, own[-1].basis) if own else self.periods.get(clause.start, NO_PERIOD)
        if period.value and period.value.endswith("/.."):  # 自2021年开工以来: begun then, not ever since
            return Period(period.value.removesuffix("/.."), period.basis)
        return period

    def _reports(self, group: _Group, told: _Told, period: Period, rule: str) -> Iterator[PhaseReport]:
        begins = (period.value or "").removeprefix("../")[:10]
        if self.published and begins and begins > self.published[: len(begins)]:
            return  # it can't have been reached when the article was printed
        start, end = min(group.start, told.start), max(group.end, told.end)
        near = self.times.between(max(0, start - _LONGEST_VERB * 2), start)
        time = next((t for t in near if t.period and t.period == period.value), None)
        if time is not None and self.text.sentence_at(time.start) is self.text.sentence_at(start):
            start = time.start
        for member in group.members:
            if pattern("phase.no-name").search(member.name):
                continue
            yield PhaseReport(
                Span(start, end),
                self.text.quote(start, end),
                member.name,
                told.phase,
                period.value,
                period.basis if period.value else None,
                (rule,),
            )


def _phase_of(words: str) -> Phase:
    """The phase of a verb that stands before its project."""
    if "正" in words or "仍在" in words or "续建" in words:
        return "underConstruction"
    for phase in _EVENTS:
        if pattern(f"phase.event.{phase}").search(words):
            return phase
    return "completed"


def _without(folded: str, named: Sequence[Entity]) -> str:
    """The text with names blanked: 未来科技城 is no future."""
    chars = list(folded)
    for entity in named:
        chars[entity.span.start : entity.span.end] = "□" * (entity.span.end - entity.span.start)
    return "".join(chars)
