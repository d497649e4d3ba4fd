"""Persons across articles: sightings of one name, put together where something joins them, kept apart otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from .evidence import SAME_POST, Seen, Verdict, days_between, judge
from .role import Role, prefecture, sorts
from .sighting import Sighting

_UNDATED = "9999-99-99"
_ID = 8  # digits of an article's id that tell its persons from those of others


def same_persons(seen: Iterable[Sighting]) -> dict[tuple[str, str], str]:
    """The key of each person over all articles, by (article, key there), for those whose key there is another.

    Doesn't depend on the order of the sightings. Of the keys that the articles gave a person the earliest one stands; articles without a
    date come last. A reporter is known by the paper, and stays who the article says.
    """
    by_name: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in seen:
        if not is_reporter(sighting):
            by_name[sighting.name].append(sighting)
    found: dict[tuple[str, str], str] = {}
    for name, own in by_name.items():
        found |= _decide(name, own)
    return found


def is_reporter(sighting: Sighting) -> bool:
    """Whether the article shows nothing but a reporter: no other article tells more of who that is."""
    return bool(sighting.roles) and sorts(sighting.roles) == {"reporter"}


@dataclass(frozen=True, slots=True)
class _Unit:
    """Sightings of the same roles: they are of one person."""

    seen: Seen
    sightings: tuple[Sighting, ...]


def _decide(name: str, own: Sequence[Sighting]) -> dict[tuple[str, str], str]:
    told: list[Sighting] = []
    unknown: list[Sighting] = []
    alone: list[list[Sighting]] = []  # citizens of whom nothing is known but the words of one article
    for sighting in own:
        if any(role.says_where for role in sighting.roles):
            told.append(sighting)
        elif sorts(sighting.roles) == {"citizen"}:
            alone.append([sighting])
        else:
            unknown.append(sighting)
    clusters = _joined(_units(told))
    clusters += _attached(clusters, unknown)
    clusters += alone
    clusters.sort(key=_earliest)
    keys: set[str] = set()
    found: dict[tuple[str, str], str] = {}
    for cluster in clusters:
        key = _key(name, cluster, keys)
        keys.add(key)
        found |= {(s.article, s.key): key for s in cluster if s.key != key}
    return found


def _units(own: Iterable[Sighting]) -> list[_Unit]:
    """In an order that depends on nothing but what they are."""
    grouped: dict[tuple[Role, ...], list[Sighting]] = defaultdict(list)
    for sighting in own:
        grouped[sighting.roles].append(sighting)
    units = []
    for roles, members in sorted(grouped.items()):
        units.append(_Unit(_seen(roles, members), tuple(sorted(members, key=_order))))
    return units


def _seen(roles: tuple[Role, ...], members: Iterable[Sighting]) -> Seen:
    days = sorted(s.day for s in members if s.day)
    return Seen(roles, days[0], days[-1]) if days else Seen(roles)


def _joined(units: Sequence[_Unit]) -> list[list[Sighting]]:
    """Clusters of units: one post is one person's, whatever lies between; weaker joins, the surest first, where nothing speaks against them."""
    joins: list[tuple[int, int, int]] = []
    verdicts: dict[tuple[int, int], Verdict] = {}
    for i, j in combinations(range(len(units)), 2):
        verdict = verdicts[i, j] = judge(units[i].seen, units[j].seen)
        if isinstance(verdict, int):
            joins.append((verdict, i, j))
    member = {i: frozenset({i}) for i in range(len(units))}
    for strength, i, j in sorted(joins):
        one, other = member[i], member[j]
        if one is other or (strength != SAME_POST and _speaks_against(one, other, units, verdicts)):
            continue
        both = one | other
        member |= dict.fromkeys(both, both)
    return [[s for i in sorted(group) for s in units[i].sightings] for group in set(member.values())]


def _speaks_against(
    one: Iterable[int],
    other: Iterable[int],
    units: Sequence[_Unit],
    verdicts: Mapping[tuple[int, int], Verdict],
) -> bool:
    """Whether what was told at the same time, or next before or after, can't be of one person: a career may lead far from where it began."""
    pairs = [(min(i, j), max(i, j), days_between(units[i].seen, units[j].seen)) for i in one for j in other]
    gaps = [gap for _, _, gap in pairs if gap is not None]
    next_ = {min((g for g in gaps if g > 0), default=0), max((g for g in gaps if g < 0), default=0)}
    return any(verdicts[i, j] == "apart" for i, j, gap in pairs if gap is None or gap in next_)


def _attached(clusters: Sequence[list[Sighting]], unknown: Iterable[Sighting]) -> list[list[Sighting]]:
    """Puts mentions that don't say where to the one person of the name whom they can be of; gives clusters of those that are left.

    Those are of one person where nothing is told of them but the name; with a post of no body or place each article has its own.
    """
    public = [c for c in clusters if sorts(r for s in c for r in s.roles) != {"citizen"}]
    cities = [frozenset(_cities(r.area for s in c for r in s.roles)) for c in public]
    told = [[Seen(roles) for roles in sorted({s.roles for s in c})] for c in public]
    possible: dict[
        tuple[Role, ...], list[int]
    ] = {}  # by what the mention tells; without a place, days tell nothing
    left: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sorted(unknown, key=_order):
        roles = sighting.roles
        if roles not in possible:
            possible[roles] = [
                i for i in range(len(public)) if all(judge(Seen(roles), seen) != "apart" for seen in told[i])
            ]
        can = possible[roles]
        if len(can) > 1:
            near = frozenset(_cities(sighting.areas))
            can = [i for i in can if cities[i] & near]
        if len(can) == 1:
            public[can[0]].append(sighting)
        else:
            left[sighting.article if public or roles else ""].append(sighting)
    return list(left.values())


def _cities(areas: Iterable[str]) -> Iterator[str]:
    for area in areas:
        if area and (city := prefecture(area)) is not None:
            yield city.code


def _key(name: str, cluster: Sequence[Sighting], taken: set[str]) -> str:
    """The earliest of the keys that say where the person belongs; where another person has it, a narrower one."""
    ordered = sorted(cluster, key=lambda s: (not any(r.says_where for r in s.roles), *_order(s)))
    candidates = [s.key for s in ordered if s.key != name] or [name]
    candidates += [f"{name}·{s.anchor}" for s in ordered if s.anchor]
    candidates += [f"{name}·{s.anchor}·{s.article[:_ID]}" for s in ordered]
    return next((key for key in candidates if key not in taken), f"{ordered[0].key}·{ordered[0].article}")


def _order(sighting: Sighting) -> tuple[str, str, str]:
    return sighting.day or _UNDATED, sighting.article, sighting.key


def _earliest(cluster: Sequence[Sighting]) -> tuple[str, str, str]:
    return min(map(_order, cluster))
