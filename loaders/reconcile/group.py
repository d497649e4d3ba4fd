"""Claims about the same thing: versions of a promise, restatements, contradictions.

Two claims are about the same thing where indicator (by concept, or in the same words), unit, aspect, period, place and what they concern
agree; the number may differ. Two numbers of one article are never versions of each other: it speaks of two things in the same words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal, TypeAlias

from ..completion import printed_half
from .claim import Claim
from .profile import measure, profile, scope
from .score import converted

VersionKind: TypeAlias = Literal["raises", "lowers", "amends"]


@dataclass(frozen=True, slots=True)
class Version:
    """A commitment that revises an earlier one."""

    later: Claim
    earlier: Claim
    kind: VersionKind


@dataclass(frozen=True, slots=True)
class Groups:
    """What claims about the same thing are to each other; every list in order of IRIs.

    `restated` are (claim, the claim that stands for both); `contradictions` are pairs of claims that can't both be right.
    """

    versions: tuple[Version, ...]
    restated: tuple[tuple[Claim, Claim], ...]
    contradictions: tuple[tuple[Claim, Claim], ...]


def same_thing(one: Claim, other: Claim, *, period: bool = True) -> bool:
    """Whether both claims are about the same thing, with `period` in the same period."""
    mine, theirs = _key(one), _key(other)
    if not period:
        mine, theirs = mine[:-1], theirs[:-1]
    places = scope(one), scope(other)
    return mine == theirs and (not places[0] or not places[1] or places[0] == places[1])


def _key(claim: Claim) -> tuple[object, ...]:
    found = profile(claim.indicator)
    return (
        claim.kind,
        found.concept or (found.core, tuple(sorted(found.marks))),
        measure(claim.unit).name if claim.unit else "",
        claim.aspect or "level",
        claim.comparand if claim.aspect == "share" else None,
        tuple(sorted(claim.concerns)),
        (claim.last, None if claim.kind == "outcome" else claim.first),
    )


def group(claims: Sequence[Claim]) -> Groups:
    """Versions, restatements and contradictions among the claims."""
    versions: list[Version] = []
    restated: list[tuple[Claim, Claim]] = []
    contradictions: list[tuple[Claim, Claim]] = []
    said = (c for c in claims if c.kind != "withdrawal" and c.value is not None and c.last is not None)
    for members in _groups(said):
        by_number: dict[tuple[Decimal, str | None], list[Claim]] = defaultdict(list)
        for claim in members:
            by_number[converted(claim).normalize(), claim.bound].append(claim)
        chosen = []
        for same in by_number.values():
            first = min(same, key=lambda c: (c.published or "9999", c.iri))
            chosen.append((first, same))
            restated += [(c, first) for c in same if c is not first]
        if members[0].kind == "commitment":
            for version, contradiction in _order(chosen):
                versions += [version] if version else []
                contradictions += [contradiction] if contradiction else []
        else:
            firsts = sorted((first for first, _ in chosen), key=lambda c: c.iri)
            contradictions += [
                (one, other)
                for i, one in enumerate(firsts)
                for other in firsts[i + 1 :]
                if not one.articles & other.articles and disagree(one, other)
            ]
    return Groups(
        tuple(sorted(versions, key=lambda v: (v.later.iri, v.earlier.iri))),
        tuple(sorted(restated, key=lambda pair: (pair[0].iri, pair[1].iri))),
        tuple(sorted(contradictions, key=lambda pair: (pair[0].iri, pair[1].iri))),
    )


def _groups(claims: Iterable[Claim]) -> Iterator[list[Claim]]:
    """Claims about the same thing, two and more; one that names no place joins the others where these name but one."""
    by_key: dict[tuple[object, ...], dict[frozenset[str], list[Claim]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for claim in claims:
        by_key[_key(claim)][scope(claim)].append(claim)
    for places in by_key.values():
        nowhere = places.pop(frozenset(), [])
        if len(places) == 1:
            next(iter(places.values())).extend(nowhere)
        elif nowhere:
            places[frozenset()] = nowhere
        yield from (members for members in places.values() if len(members) > 1)


def _order(
    chosen: Sequence[tuple[Claim, Sequence[Claim]]],
) -> Iterator[tuple[Version | None, tuple[Claim, Claim] | None]]:
    """Commitments of different numbers by date: each revises the one before; without two dates they contradict."""
    dated = sorted(
        (
            (min(c.published for c in same if c.published), first)
            for first, same in chosen
            if any(c.published for c in same)
        ),
        key=lambda pair: (pair[0], pair[1].iri),
    )
    undated = sorted(
        (first for first, same in chosen if not any(c.published for c in same)), key=lambda c: c.iri
    )
    for (before, earlier), (after, later) in pairwise(dated):
        if earlier.articles & later.articles:
            continue
        if before == after:
            yield None, _pair(earlier, later)
        else:
            yield Version(later, earlier, _kind(later, earlier)), None
    for i, claim in enumerate(undated):
        for other in (*undated[i + 1 :], *(c for _, c in dated)):
            if not claim.articles & other.articles:
                yield None, _pair(claim, other)


def _pair(one: Claim, other: Claim) -> tuple[Claim, Claim]:
    return (one, other) if one.iri < other.iri else (other, one)


def _kind(later: Claim, earlier: Claim) -> VersionKind:
    new, old = converted(later), converted(earlier)
    return "raises" if new > old else "lowers" if new < old else "amends"


def disagree(one: Claim, other: Claim) -> bool:
    """Whether two results can't both be right: beyond rounding, and not 超20万 beside 20.59万."""
    low, high = sorted((one, other), key=lambda c: (converted(c), c.iri))
    if low.bound in (">", ">=") or high.bound in ("<", "<="):
        return False
    if "~" in (low.bound, high.bound):
        return converted(high) > converted(low) * Decimal("1.05")
    return converted(high) - converted(low) > _half(high) + _half(low)


def _half(claim: Claim) -> Decimal:
    return printed_half(claim.amount) * (measure(claim.unit).factor if claim.unit else 1)


def precedence(claim: Claim) -> tuple[object, ...]:
    """Sorts results of one thing: final before estimated, exact before rough, the later said before the earlier, said often, IRI."""
    return (
        claim.estimated,
        claim.bound not in ("=", None),
        _descending(claim.latest),
        -len(claim.articles),
        claim.iri,
    )


def _descending(iso: str) -> tuple[int, ...]:
    return tuple(-ord(sign) for sign in iso) or (0,)
