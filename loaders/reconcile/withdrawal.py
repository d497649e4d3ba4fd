"""Which promise a withdrawal drops: scored as a result is, and only one that was promised before.

A withdrawal says a promise's words again, so the score of a promise and a result serves: unit, place, thing, agent. Its number has to be
that of the promise, where it prints one; its period must meet the promise's, and where it prints none the day of its article is taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .claim import Claim
from .decision import Decision, Decisions
from .group import same_thing
from .profile import measure, profile, scope
from .score import Score, accepts, compare, converted, proposes

_LOOKED_AT = 200  # promises whose words are nearest a withdrawal's


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A target and what drops it; `decided` names who accepted the pairing by hand."""

    target: Claim
    withdrawal: Claim
    probability: float
    why: str
    decided: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it: the IRIs of target and withdrawal."""
        return (self.target.iri, self.withdrawal.iri)


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """What is dropped and what waits for a person, each in order of its key; `unknown` are decisions on what isn't there."""

    dropped: tuple[Withdrawn, ...]
    candidates: tuple[Withdrawn, ...]
    unknown: tuple[Decision, ...] = ()


def withdraw(claims: Sequence[Claim], decisions: Decisions | None = None) -> Withdrawals:
    """Pairs the withdrawals among the claims with the promises that they drop."""
    decisions = decisions or Decisions()
    withdrawals = [c for c in claims if c.kind == "withdrawal"]
    found: dict[tuple[str, ...], tuple[Withdrawn, bool]] = {}
    if withdrawals:
        index = _by_word(c for c in claims if c.kind == "commitment")
        for withdrawal in withdrawals:
            for pair, stands in _pairs(withdrawal, index):
                found[pair.key] = (pair, stands)
    unknown = decisions.add_accepted(found, claims, "withdrawal", _by_hand)
    dropped, candidates = decisions.sort_out(found[key] for key in sorted(found))
    return Withdrawals(tuple(dropped), tuple(candidates), unknown)


def _by_hand(target: Claim, withdrawals: tuple[Claim, ...]) -> Withdrawn:
    """The pairing that a person makes of them, whatever their score."""
    (withdrawal,) = withdrawals
    return Withdrawn(target, withdrawal, 0.0, "")


def _by_word(targets: Iterable[Claim]) -> dict[str, list[Claim]]:
    index: dict[str, list[Claim]] = defaultdict(list)
    for target in targets:
        for word in _words(target):
            index[word].append(target)
    return index


def _words(claim: Claim) -> list[str]:
    found = profile(claim.indicator)
    return sorted(found.pairs) + ([f"concept:{found.concept}"] if found.concept else [])


def _near(withdrawal: Claim, index: dict[str, list[Claim]]) -> list[Claim]:
    """The promises of its places whose words are nearest its own, in order of their IRIs."""
    places = scope(withdrawal)
    alike: Counter[str] = Counter()
    known: dict[str, Claim] = {}
    for word in _words(withdrawal):
        for target in index.get(word, ()):
            alike[target.iri] += 1
            known[target.iri] = target
    able = [i for i, t in known.items() if not places or not scope(t) or places & scope(t)]
    nearest = sorted(able, key=lambda iri: (-alike[iri], iri))[:_LOOKED_AT]
    return [known[iri] for iri in sorted(nearest)]


def _pairs(withdrawal: Claim, index: dict[str, list[Claim]]) -> list[tuple[Withdrawn, bool]]:
    """The promises that it may drop, each with whether it does.

    It does where the score reaches the threshold of a link, number and dates fit, and no promise of another thing scores as high.
    Of versions with different numbers, a withdrawal that prints none drops the last before it.
    """
    scored = [(t, score) for t in _near(withdrawal, index) if (score := _score(t, withdrawal))]
    likely = [(target, score) for target, score in scored if score.probability >= proposes()]
    able = [(t, s) for t, s in likely if s.probability >= accepts() and _came_before(t, withdrawal)]
    able = [(t, s) for t, s in able if _numbers_agree(t, withdrawal)]
    chosen: set[str] = set()
    if able:
        best, top = max(able, key=lambda p: (p[1].probability, p[0].published or "", p[0].iri))
        rivals = [t for t, s in able if s.probability >= top.probability and not same_thing(t, best)]
        versions = [t for t, _ in able if same_thing(t, best)]
        last = max(versions, key=lambda t: (t.published or "", t.iri))
        if not rivals:
            chosen = {t.iri for t in versions if _same_number(t, last)}
    return [
        (Withdrawn(t, withdrawal, round(s.probability, 4), s.explain()), t.iri in chosen) for t, s in likely
    ]


def _score(target: Claim, withdrawal: Claim) -> Score | None:
    """The score as if the withdrawal were a result of the promise's period; None where they can't belong together."""
    first, last = withdrawal.first, withdrawal.last
    if last is None and withdrawal.published:
        first = last = date.fromisoformat(withdrawal.published)
    if target.last is None or last is None or not _meet(target, first, last):
        return None
    if target.value is None and withdrawal.value is not None:
        return None
    as_result = replace(withdrawal, first=target.first, last=target.last)
    if withdrawal.value is None:
        as_result = replace(as_result, value=target.value, unit=target.unit, aspect=target.aspect)
        as_result = replace(as_result, comparand=target.comparand)
    return compare(target, as_result)


def _meet(target: Claim, first: date | None, last: date) -> bool:
    """Whether the periods share a day; a promise for a day or a month is one for what is done in that year until then."""
    assert target.last is not None
    begins = target.first or target.last
    if (target.last - begins).days <= 31:
        begins = date(target.last.year, 1, 1)
    return (first or last) <= target.last and begins <= last


def _came_before(target: Claim, withdrawal: Claim) -> bool:
    """Whether it is known that the promise was made first, and by another article: one that says both speaks of two things."""
    return (
        bool(target.published and withdrawal.published)
        and (target.published or "") < (withdrawal.published or "")
        and not target.articles & withdrawal.articles
    )


def _numbers_agree(target: Claim, withdrawal: Claim) -> bool:
    return withdrawal.value is None or (target.value is not None and _same_number(target, withdrawal))


def _same_number(one: Claim, other: Claim) -> bool:
    if one.value is None or other.value is None:
        return one.value is None and other.value is None
    families = {measure(one.unit or "").family, measure(other.unit or "").family}
    return len(families) == 1 and converted(one) == converted(other)
