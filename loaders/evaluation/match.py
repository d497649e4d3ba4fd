"""Which prediction answers which gold statement: equal quantity and overlapping words, one for one, better pairs first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from ..lexicon import table
from .gold import Row, right
from .locate import overlap, shared_length, squeeze

_SUFFIX = re.compile(r"(人民政府|管理委员会|管委会|市政府|区政府|县政府)$")
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


@cache
def _units() -> tuple[dict[str, str], dict[str, float]]:
    words = table("evaluation")
    return words["unit"], words["percent"]


def quantity(value: float, unit: str | None) -> tuple[float, str]:
    """Value and unit as they are compared: synonyms of a unit as one, 倍 and 成 in percent."""
    same, percent = _units()
    name = same.get(unit or "", unit or "")
    factor = percent.get(name)
    return (float(value) * factor, "%") if factor else (float(value), name)


def same_quantity(a: tuple[float, str], b: tuple[float, str]) -> bool:
    """Equal units, and values equal to nine digits."""
    return a[1] == b[1] and abs(a[0] - b[0]) <= 1e-9 * max(abs(a[0]), abs(b[0]), 1e-300)


def interval(period: str | None) -> Any:
    """First and last day of an ISO year, month, date or interval; None for none; what can't be read as it is."""
    if not period:
        return None
    first, _, last = period.partition("/")
    try:
        return _ends(first)[0], _ends(last or first)[1]
    except ValueError:
        return period


def _ends(printed: str) -> tuple[date, date]:
    m = _DATE.fullmatch(printed)
    if not m:
        raise ValueError(printed)
    year, month, day = (int(group) if group else None for group in m.groups())
    assert year is not None
    if day:
        return date(year, month or 0, day), date(year, month or 0, day)
    if month:
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return date(year, 1, 1), date(year, 12, 31)


def similar(a: str | None, b: str | None) -> bool:
    """Whether two indicators are the same: one holds the other, or at least 0.6 of their characters agree (F1)."""
    one, other = squeeze(a or "")[0], squeeze(b or "")[0]
    if not one or not other:
        return one == other
    if one in other or other in one:
        return True
    common = sum((Counter(one) & Counter(other)).values())
    return 2 * common / (len(one) + len(other)) >= 0.6


def same_agent(a: str | None, b: str | None, names: Mapping[str, str]) -> bool:
    """Whether two names are of one agent: after mentions are resolved, a government and its place stand for each other."""
    one, other = ((names.get(x, x) if x else "") for x in (a, b))
    return one == other or (bool(one) and bool(other) and _SUFFIX.sub("", one) == _SUFFIX.sub("", other))


@dataclass(frozen=True, slots=True)
class Located:
    """A statement with where its quote stands and the quantities that count as its own: none where it has no number."""

    row: Row
    spans: Sequence[tuple[int, int]]
    quantities: Sequence[tuple[float, str]] = ()

    @property
    def optional(self) -> bool:
        """Whether it is gold that may be found or missed."""
        return bool(self.row.get("optional"))


@dataclass(frozen=True, slots=True)
class Matching:
    """{gold: prediction} over required gold, and the predictions that answer optional gold: by their places in the lists."""

    pairs: dict[int, int]
    neutral: set[int]


Fits = Callable[[Located, Located], bool]


def answers(gold: Row) -> list[tuple[float, str]]:
    """The quantities that are right for a gold statement."""
    return [quantity(value, unit) for value in right(gold, "value") for unit in right(gold, "unit")]


def fits(wanted: Located, found: Located) -> bool:
    """Whether a prediction has the gold's quantity and words that overlap its words."""
    return any(same_quantity(q, found.quantities[0]) for q in wanted.quantities) and overlap(
        wanted.spans, found.spans
    )


def fits_in_kind(wanted: Located, found: Located) -> bool:
    """As `fits`, and the kind is right too."""
    return found.row.get("kind") in right(wanted.row, "kind") and fits(wanted, found)


def fits_but_for_unit(wanted: Located, found: Located) -> bool:
    """Whether a prediction has the gold's number, whatever its unit, and words that overlap its words."""
    return found.row["value"] in right(wanted.row, "value") and overlap(wanted.spans, found.spans)


def match(gold: Sequence[Located], read: Sequence[Located], how: Fits) -> Matching:
    """The largest matching over required gold, then of the predictions that are left over optional gold."""
    wanted, found = dict(enumerate(gold)), dict(enumerate(read))
    pairs = pair_up({g: s for g, s in wanted.items() if not s.optional}, found, how)
    used = set(pairs.values())
    left = {p: s for p, s in found.items() if p not in used}
    return Matching(pairs, set(pair_up({g: s for g, s in wanted.items() if s.optional}, left, how).values()))


def pair_up(gold: Mapping[int, Located], read: Mapping[int, Located], how: Fits) -> dict[int, int]:
    """{gold: prediction}, each at most once: as many pairs that fit as there can be."""
    return _augment(
        {
            (g, p): _goodness(wanted, found)
            for g, wanted in gold.items()
            for p, found in read.items()
            if how(wanted, found)
        }
    )


def _goodness(wanted: Located, found: Located) -> float:
    gold, read = wanted.row, found.row
    length = max(1, *(end - start for start, end in [*wanted.spans, *found.spans]))
    return float(
        4 * (gold["kind"] == read.get("kind"))
        + 3 * similar(gold["indicator"], read.get("indicator"))
        + 2 * (gold["aspect"] == read.get("aspect"))
        + (interval(gold["period"]) == interval(read.get("period")))
        + shared_length(wanted.spans, found.spans) / length
    )


def _augment(edges: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """A largest one-to-one matching by augmenting paths, the better pairs tried first."""
    neighbours: dict[int, list[int]] = defaultdict(list)
    best: dict[int, float] = defaultdict(float)
    for (g, p), goodness in sorted(edges.items(), key=lambda edge: (-edge[1], edge[0])):
        neighbours[g].append(p)
        best[g] = max(best[g], goodness)
    taken: dict[int, int] = {}

    def augment(g: int, seen: set[int]) -> bool:
        for p in neighbours[g]:
            if p in seen:
                continue
            seen.add(p)
            if p not in taken or augment(taken[p], seen):
                taken[p] = g
                return True
        return False

    for g in sorted(neighbours, key=lambda g: -best[g]):
        augment(g, set())
    return {g: p for p, g in taken.items()}
