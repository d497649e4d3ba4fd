"""Names over time: which body, zone or park got another name, was merged out of others, or stands in another's place.

甲更名为乙, 乙（原甲）, 乙的前身是甲; 甲、乙合并组建丙, 丙由甲、乙整合而成; 撤销甲，设立乙. Both names stand in one sentence; the quote holds both.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias, TypeVar

from .facts import Entity, EntityClass, Extraction, Span, Succession, SuccessionKind, outermost
from .rules import pattern
from .text import Sentence, Text
from .time import TimeMention

Key: TypeAlias = tuple[EntityClass, str]  #: class and key of a thing: what its IRI is made of
_Name = TypeVar("_Name")
_NAMED = frozenset({"Organization", "FunctionalZone", "Park", "Project"})
_RULES: dict[SuccessionKind, str] = {
    "renamed": "succession.renamed",
    "merged": "succession.merged",
    "replaced": "succession.replaced",
}
_FORMER = 36  # characters before a new name in which the words of the old one stand
_ISO = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


def read_successions(
    text: Text, entities: Sequence[Entity], times: Sequence[TimeMention]
) -> list[Succession]:
    """All successions that a sentence tells, in its order; each pair of names once."""
    named = [e for e in outermost(entities) if e.cls in _NAMED]
    found: dict[tuple[tuple[str, ...], str], Succession] = {}
    by_sentence: dict[int, tuple[Sentence, list[Entity]]] = {}
    for entity in named:
        sentence = text.sentence_at(entity.span.start)
        if sentence is not None:
            by_sentence.setdefault(sentence.start, (sentence, []))[1].append(entity)
    for sentence, things in by_sentence.values():
        if not pattern("succession.hint").search(text.folded, sentence.start, sentence.end):
            continue
        for told in _Reader(text, sentence, things, times).read():
            if told.after not in told.before:
                found.setdefault((told.before, told.after), told)
    return list(found.values())


def renamings(extraction: Extraction) -> frozenset[tuple[Key, Key]]:
    """The things that the article tells to be renamed, by their former and their new names; one of another class is another thing."""
    things: dict[str, Key] = {e.name: (e.cls, e.key) for e in extraction.entities}
    return frozenset(
        (things[old], things[told.after])
        for told in extraction.successions
        if told.kind == "renamed"
        for old in told.before
        if old in things and told.after in things and things[old][0] == things[told.after][0]
    )


def last_names(renamings: Iterable[tuple[_Name, _Name]]) -> dict[_Name, _Name]:
    """The last of the names that each of the former ones led to. A name that led to two, or back to itself, stays."""
    next_: dict[_Name, set[_Name]] = defaultdict(set)
    for old, new in renamings:
        if old != new:
            next_[old].add(new)
    found = {}
    for old in next_:
        at, seen = old, {old}
        while len(following := next_.get(at, ())) == 1:
            at = next(iter(following))
            if at in seen:
                break
            seen.add(at)
        else:
            if at != old:
                found[old] = at
    return found


class _Reader:
    """Reads one sentence; `things` are the bodies, zones and parks that it names, in order."""

    def __init__(
        self, text: Text, sentence: Sentence, things: Sequence[Entity], times: Sequence[TimeMention]
    ) -> None:
        self._text, self._sentence, self._things, self._times = text, sentence, things, times

    def read(self) -> Iterator[Succession]:
        for index, thing in enumerate(self._things):
            earlier = self._things[index - 1] if index else None
            if earlier is not None:
                yield from self._of_pair(earlier, thing, index)
            yield from self._of_words(earlier, thing)

    def _between(self, one: Entity, other: Entity) -> str:
        return self._text.folded[one.span.end : other.span.start]

    def _of_pair(self, one: Entity, other: Entity, index: int) -> Iterator[Succession]:
        between = self._between(one, other)
        if pattern("succession.renamed").search(between):
            yield self._told("renamed", [one], other)
        elif pattern("succession.formerly").search(between):
            yield self._told("renamed", [other], one)
        elif pattern("succession.merged-into").search(between):
            parts = self._listed_before(index - 1)
            if len(parts) > 1:
                yield self._told("merged", parts, other)
        elif pattern("succession.merged-from").search(between):
            parts = self._listed_from(index)
            rest = self._text.folded[parts[-1].span.end : self._sentence.end]
            if len(parts) > 1 and pattern("succession.merges").search(rest):
                yield self._told("merged", parts, one)
        elif pattern("succession.no-longer").search(between):
            yield self._told("replaced", [other], one)
        elif pattern("succession.replaced").search(between):
            head = self._text.folded[self._sentence.start : one.span.start]
            if pattern("succession.abolishes").search(head):
                yield self._told("replaced", [one], other)

    def _of_words(self, earlier: Entity | None, thing: Entity) -> Iterator[Succession]:
        """市工信委更名为市工信局, where no reader knows the old name."""
        low = max(self._sentence.start, thing.span.start - _FORMER, earlier.span.end if earlier else 0)
        m = pattern("succession.rename-verb").search(self._text.folded[low : thing.span.start])
        if m is not None and m["former"] not in (thing.name, thing.quote):
            start = low + m.start("former")
            former = self._text.quote(start, start + len(m["former"]))
            yield self._succession("renamed", start, thing.span.end, (former,), thing.name)

    def _listed_before(self, last: int) -> list[Entity]:
        first = last
        while first and self._is_listed(first - 1):
            first -= 1
        return list(self._things[first : last + 1])

    def _listed_from(self, first: int) -> list[Entity]:
        last = first
        while last + 1 < len(self._things) and self._is_listed(last):
            last += 1
        return list(self._things[first : last + 1])

    def _is_listed(self, index: int) -> bool:
        between = self._between(self._things[index], self._things[index + 1])
        return pattern("succession.between-parts").search(between) is not None

    def _told(self, kind: SuccessionKind, before: Sequence[Entity], after: Entity) -> Succession:
        spans = [e.span for e in (*before, after)]
        low, high = min(s.start for s in spans), max(s.end for s in spans)
        if any(e.name == after.name for e in before):  # both are names that the tables know for one thing
            return self._succession(kind, low, high, tuple(e.quote for e in before), after.quote)
        return self._succession(kind, low, high, tuple(e.name for e in before), after.name)

    def _succession(
        self, kind: SuccessionKind, start: int, end: int, before: tuple[str, ...], after: str
    ) -> Succession:
        quote = self._text.quote(start, end)
        return Succession(Span(start, end), quote, kind, before, after, self._when(end), (_RULES[kind],))

    def _when(self, end: int) -> str | None:
        """The year, month or day that the sentence prints, the last before the new name."""
        printed = [
            t.period
            for t in self._times
            if self._sentence.start <= t.start < end and t.period and _ISO.fullmatch(t.period)
        ]
        return printed[-1] if printed else None
