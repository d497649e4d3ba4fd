"""Corrections on top of what was read of one article: pure, idempotent, whatever the order of the patch files.

Decisions are taken in order of their dates, then of file names. One that can't be carried out is a problem that is told, and
the others are applied all the same; of two that contradict each other the earlier one stands until a person takes one out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, TypeVar

from ..facts import (
    AppliedCorrection,
    Article,
    Entity,
    Extraction,
    Fact,
    PhaseReport,
    Relation,
    Span,
    Statement,
)
from ..phase import BUILT
from .fields import FieldError, describe, new_fact, type_of, value_of, with_fields
from .patch import Correction, Patch

_Kind = TypeVar("_Kind", Entity, Statement, Relation)
_SHOWN = 5  # facts that a message lists


@dataclass(frozen=True, slots=True)
class Problem:
    """A correction that isn't applied, or a patch without its article: where it is written, why, and what to do."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.message}"


def belongs(patch: Patch, article: Article) -> bool:
    """Whether the patch is for this article: by its id, or by its headline and the words that it quotes.

    The second way finds the article again after a new scan or another front matter, which give it another id.
    """
    if patch.article == article.id:
        return True
    return same_headline(patch, article) and not missing_quotes(patch, article)


def same_headline(patch: Patch, article: Article) -> bool:
    """Whether the headlines are the same, white space aside."""
    return "".join(patch.headline.split()) == "".join(article.headline.split())


def missing_quotes(patch: Patch, article: Article) -> list[str]:
    """The quotes of the patch that the article's body doesn't hold."""
    return [c.quote for c in patch.corrections if c.quote not in article.body]


def apply(
    patches: Iterable[Patch], extraction: Extraction
) -> tuple[Extraction, tuple[AppliedCorrection, ...], tuple[Problem, ...]]:
    """The extraction with the corrections of its article applied, these, and what couldn't be applied.

    It starts from what the rules read, also where the extraction has been corrected before. Patches of other articles are
    left alone.
    """
    read = extraction.as_read or extraction
    desk = _Desk(read)
    own = [c for patch in patches if belongs(patch, read.article) for c in patch.corrections]
    for correction in sorted(own, key=lambda c: (c.date, PurePath(c.file).name, c.file, c.line)):
        desk.take(correction)
    corrected = desk.corrected()
    return corrected, corrected.corrections, tuple(desk.problems)


class _RefusedError(Exception):
    """Why a correction can't be applied, and what to do."""


@dataclass(slots=True)
class _Decided:
    """What people decided about one fact: `before` as read, `after` as it will stand, by which corrections."""

    before: Fact | None
    after: Fact | None
    corrections: list[Correction]
    changes: dict[str, Any] = field(default_factory=dict)


class _Desk:
    """Takes the corrections of one article one after the other."""

    def __init__(self, read: Extraction) -> None:
        self.read = read
        self.problems: list[Problem] = []
        self.decided: dict[Fact, _Decided] = {}
        self.added: list[_Decided] = []

    def take(self, correction: Correction) -> None:
        """Decides by the correction, or tells why not."""
        with self._telling(correction):
            if correction.action == "add":
                self._add(correction)
                return
            for fact in self._find(correction):
                with self._telling(correction):
                    self._decide(correction, fact)

    @contextmanager
    def _telling(self, correction: Correction) -> Iterator[None]:
        try:
            yield
        except (_RefusedError, FieldError) as refusal:
            told = f"{correction.action} of {_article(correction.type)} isn't applied: {refusal}"
            self.problems.append(Problem(correction.file, correction.line or None, told))

    def corrected(self) -> Extraction:
        """The extraction with all decisions; the one as read where there is none."""
        decisions = [*self.decided.values(), *self.added]
        if not decisions:
            return self.read
        return replace(
            self.read,
            entities=self._stand(self.read.entities, Entity),
            statements=self._stand(self.read.statements, Statement),
            relations=self._stand(self.read.relations, Relation),
            corrections=tuple(_applied(c, d) for d in decisions for c in d.corrections),
            as_read=self.read,
            phases=self._phases(),
        )

    def _phases(self) -> tuple[PhaseReport, ...]:
        """Phases of the things that still are projects, under the names that they have now."""
        now = {fact.name: after for fact in self.read.entities if (after := self._after(fact)) is not None}
        kept = [(report, now.get(report.project)) for report in self.read.phases]
        return tuple(
            replace(report, project=project.name)
            for report, project in kept
            if project is not None and project.cls in BUILT
        )

    def _after(self, entity: Entity) -> Entity | None:
        after = self.decided[entity].after if entity in self.decided else entity
        return after if isinstance(after, Entity) else None

    def _stand(self, read: Sequence[_Kind], kind: type[_Kind]) -> tuple[_Kind, ...]:
        after = [self.decided[fact].after if fact in self.decided else fact for fact in read]
        standing = [fact for fact in after if isinstance(fact, kind)]
        for new in (d.after for d in self.added):
            if isinstance(new, kind):
                later = (i for i, fact in enumerate(standing) if fact.span.start > new.span.start)
                standing.insert(next(later, len(standing)), new)
        return tuple(standing)

    def _places(self, correction: Correction) -> list[Span]:
        """Where the quoted words stand: all places, or the one that `occurrence` says."""
        body, quote, places = self.read.article.body, correction.quote, []
        at = body.find(quote)
        while at >= 0:
            places.append(Span(at, at + len(quote)))
            at = body.find(quote, at + len(quote))
        if not places:
            raise _RefusedError(
                f"the words “{quote}” aren't in 《{self.read.article.headline}》 ({self.read.article.id}) any more: "
                "quote them as they stand there now, or take the correction out"
            )
        if not isinstance(correction.occurrence, int):
            return places
        if correction.occurrence > len(places):
            raise _RefusedError(f"the words “{quote}” occur {_times(len(places))} only: set occurrence anew")
        return [places[correction.occurrence - 1]]

    def _facts_at(self, places: Iterable[Span], fact_type: str) -> list[Fact]:
        """The facts of that type whose words are the quoted ones or, failing that, hold them or lie in them."""
        facts: list[Fact] = [*self.read.entities, *self.read.statements, *self.read.relations]
        of_type = [fact for fact in facts if type_of(fact) == fact_type]
        found: dict[Fact, None] = {}
        for place in places:
            there = [fact for fact in of_type if fact.span == place] or [
                fact for fact in of_type if _nested(fact.span, place) or _nested(place, fact.span)
            ]
            found.update(dict.fromkeys(there))
        return list(found)

    def _find(self, correction: Correction) -> list[Fact]:
        there = self._facts_at(self._places(correction), correction.type)
        found = [f for f in there if all(value_of(f, n) == v for n, v in correction.where.items())]
        if not found:
            told = f"none that fits {_fields(correction.where)}" if there else "none"
            raise _RefusedError(
                f"of “{correction.quote}” {told} was read{_listed(there)}: mend the correction if it still holds, "
                "or take it out"
            )
        if len(found) > 1 and correction.occurrence != "every":
            raise _RefusedError(
                f"“{correction.quote}” fits {len(found)} of them{_listed(found)}: quote more, or tell the one by "
                "where or occurrence"
            )
        return found

    def _add(self, correction: Correction) -> None:
        places = self._places(correction)
        if len(places) > 1:
            raise _RefusedError(
                f"the words “{correction.quote}” occur {_times(len(places))}: quote more, or say which by occurrence"
            )
        new = new_fact(correction.type, places[0], correction.quote, correction.set)
        for fact in self._facts_at(places, correction.type):
            if all(value_of(fact, name) == value for name, value in correction.set.items()):
                raise _RefusedError(
                    f"it is read already ({describe(fact)}): accept that, or take the addition out"
                )
        for decided in self.added:
            if decided.after == new:
                decided.corrections.append(correction)
                return
        self.added.append(_Decided(None, new, [correction]))

    def _decide(self, correction: Correction, fact: Fact) -> None:
        decided = self.decided.get(fact)
        if decided is not None:
            _refuse_contradiction(correction, decided)
        changes = {**(decided.changes if decided else {}), **correction.changes}
        after: Fact | None = fact
        if correction.action == "reject":
            after = None
        elif correction.action == "change":
            if all(value_of(fact, name) == value for name, value in correction.changes.items()):
                raise _RefusedError(
                    f"it is read so already ({describe(fact)}): accept it, or take the change out"
                )
            after = with_fields(fact, changes)
        if decided is None:
            self.decided[fact] = _Decided(fact, after, [correction], changes)
        else:
            decided.after, decided.changes = after, changes
            decided.corrections.append(correction)


def _refuse_contradiction(correction: Correction, decided: _Decided) -> None:
    """Raises where the correction says something else about the fact than an earlier one."""
    differing = [n for n, v in correction.changes.items() if n in decided.changes and decided.changes[n] != v]
    earlier = decided.corrections[0]
    if earlier.action != correction.action or differing:
        about = f" on {', '.join(differing)}" if differing else ""
        at = f"{earlier.file}, line {earlier.line}" if earlier.line else earlier.file
        raise _RefusedError(
            f"it contradicts{about} the {earlier.action} by {earlier.author} of {earlier.date} ({at}), which stands: "
            "agree, and take one of the two out"
        )


def _applied(correction: Correction, decided: _Decided) -> AppliedCorrection:
    return AppliedCorrection(
        correction.action,
        correction.author,
        correction.date,
        correction.reason,
        decided.before,
        decided.after,
        correction.sources,
    )


def _article(fact_type: str) -> str:
    return f"an {fact_type}" if fact_type == "entity" else f"a {fact_type}"


def _nested(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _fields(where: Any) -> str:
    return ", ".join(f"{name} = {value}" for name, value in where.items())


def _listed(facts: Sequence[Fact]) -> str:
    if not facts:
        return ""
    more = f" and {len(facts) - _SHOWN} more" if len(facts) > _SHOWN else ""
    return f" ({'; '.join(map(describe, facts[:_SHOWN]))}{more})"
