"""Claims as reconciliation sees them: what is promised or achieved, and each report of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar, cast

from .. import iso_period
from ..facts import Aspect, Bound, ClaimKind, Extraction, Statement
from ..succession import last_names
from .where import home_of

_T = TypeVar("_T")
_END = re.compile(r"[。；;！？!?\n]")


@dataclass(frozen=True, slots=True, order=True)
class Report:
    """One article's statement of a claim.

    `sentence` counts the full stops and semicolons before it, `start` is its offset in the body. `decimals` are the decimal
    places of the finest completion rate that the article prints: 106% beside 147.1% is 106.0%.
    """

    article: str
    sentence: int
    start: int
    published: str = ""  # ISO date, empty where unknown
    rate: Decimal | None = None
    joint: bool = False
    decimals: int = 1
    section: str = ""
    programme: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A commitment, an outcome or a withdrawal with all its reports, in order; equal content is one claim.

    `first` and `last` are the days of its period, None where open or unknown. `home` is the code of the place that its article is
    about, empty where that isn't known or differs between its articles.
    """

    iri: str
    kind: ClaimKind
    indicator: str
    agent: str | None
    value: Decimal | None
    unit: str | None
    bound: Bound | None
    aspect: Aspect | None
    period: str | None
    first: date | None
    last: date | None
    comparand: str | None
    estimated: bool
    places: frozenset[str]
    concerns: frozenset[str]
    themes: frozenset[str]
    home: frozenset[str]
    reports: tuple[Report, ...]

    @property
    def published(self) -> str | None:
        """Earliest publication date of an article that says it, None where no article is dated."""
        return min((r.published for r in self.reports if r.published), default=None)

    @property
    def latest(self) -> str:
        """Latest publication date, empty where no article is dated."""
        return max((r.published for r in self.reports), default="")

    @property
    def articles(self) -> frozenset[str]:
        """Ids of the articles that say it."""
        return frozenset(r.article for r in self.reports)

    @property
    def programmes(self) -> frozenset[str]:
        """The yearly lists of promises that it is an item of."""
        return frozenset(r.programme for r in self.reports if r.programme)

    @property
    def rates(self) -> tuple[tuple[Decimal, int, bool], ...]:
        """Reported completion rates (percent, decimal places, joint), each once."""
        return tuple(sorted({(r.rate, r.decimals, r.joint) for r in self.reports if r.rate is not None}))

    @property
    def amount(self) -> Decimal:
        """The value of a claim that has one."""
        assert self.value is not None
        return self.value


class Claims:
    """Collects claims from extractions, whatever their order."""

    def __init__(self, name: Callable[[Statement], str]) -> None:
        self._name = name
        self._claims: dict[str, Claim] = {}  # without their reports, by the agents' names of then
        self._reports: dict[str, list[Report]] = {}
        self._renamed: set[tuple[str, str]] = set()
        self._shared = _Shared()

    def add(self, extraction: Extraction) -> None:
        """Takes an article's statements in, and the new names that it tells: an agent is compared by its last name."""
        self._renamed.update(
            (old, told.after)
            for told in extraction.successions
            if told.kind == "renamed"
            for old in told.before
        )
        article = extraction.article
        ends = [m.start() for m in _END.finditer(article.body)]
        decimals = max((_decimals(s.completion) for s in extraction.statements), default=0)
        found = home_of(article, extraction.statements)
        home = self._shared(frozenset({found} if found else ()))
        for s in extraction.statements:
            iri = self._name(s)
            known = self._claims.get(iri)
            if known is None:
                self._claims[iri] = self._claim(iri, s, home)
            else:
                self._claims[iri] = replace(
                    known,
                    places=self._shared(known.places.union(s.places)),
                    themes=self._shared(known.themes.union(s.themes)),
                    home=known.home if known.home == home else frozenset(),
                )
            report = Report(
                article.id,
                sum(end < s.span.start for end in ends),
                s.span.start,
                self._shared(article.published or ""),
                _exact(s.completion),
                s.completion_joint,
                decimals,
                self._shared(s.section or ""),
                self._shared(s.programme or ""),
            )
            self._reports.setdefault(iri, []).append(report)

    def hand_over(self) -> list[Claim]:
        """All claims in order of their IRIs; none stays here, since there may be many."""
        last = last_names(self._renamed)
        whole = []
        for iri in sorted(self._claims):
            claim, reports = self._claims.pop(iri), self._reports.pop(iri)
            agent = last.get(claim.agent, claim.agent) if claim.agent else None
            whole.append(replace(claim, agent=agent, reports=tuple(sorted(set(reports), key=_in_order))))
        return whole

    def _claim(self, iri: str, s: Statement, home: frozenset[str]) -> Claim:
        share = self._shared
        first, last = _days(s.period)
        return Claim(
            iri,
            s.claims,
            share(s.indicator),
            share(s.agent or None),
            _exact(s.value),
            share(s.unit),
            s.bound,
            s.aspect,
            share(s.period),
            share(first),
            share(last),
            share(s.comparand),
            s.estimated,
            share(frozenset(s.places)),
            share(frozenset(s.concerns)),
            share(frozenset(s.themes)),
            home,
            (),
        )


class _Shared:
    """Keeps one of equal values: what came from another process comes as a copy for each statement, and most say alike."""

    def __init__(self) -> None:
        self._known: dict[tuple[type, Any], Any] = {}

    def __call__(self, value: _T) -> _T:
        return cast(_T, self._known.setdefault((type(value), value), value))


def _in_order(report: Report) -> tuple[object, ...]:
    return (report.article, report.sentence, report.start, str(report.rate), report.section)


def _days(period: str | None) -> tuple[date | None, date | None]:
    first, last = iso_period.days(period) if period else (None, None)
    return (date.fromisoformat(first) if first else None), (date.fromisoformat(last) if last else None)


def _exact(value: float | int | None) -> Decimal | None:
    return None if value is None else _decimal(str(value))


@lru_cache(maxsize=65536)
def _decimal(printed: str) -> Decimal:
    """By what is printed: 106.0 equals 106 but isn't as fine."""
    return Decimal(printed)


def _decimals(rate: float | int | None) -> int:
    """Decimal places of a printed rate; whole numbers have none."""
    exact = _exact(rate)
    return 0 if exact is None else max(0, -int(exact.normalize().as_tuple().exponent))


def earliest(dates: Iterable[str | None]) -> str | None:
    """The earliest of ISO dates, None where there is none."""
    return min((d for d in dates if d), default=None)
