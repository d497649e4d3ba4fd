"""Which prediction answers which gold statement: equal quantity and overlapping words, one for one, better pairs first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
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
    if month and day:
        return date(year, month, day), date(year, month, day)
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
    """A quantified statement with where its quote stands and the quantities that count as its own."""

    row: Row
    spans: Sequence[tuple[int, int]]
    quantities: Sequence[tuple[float, str]]


def answers(gold: Row) -> list[tuple[float, str]]:
    """The quantities that are right for a gold statement."""
    return [quantity(value, unit) for value in right(gold, "value") for unit in right(gold, "unit")]


def match(
    gold: Sequence[Located], read: Sequence[Located], *, same_kind: bool
) -> tuple[dict[int, int], set[int]]:
    """{gold: prediction} over what is required, and the predictions that answer optional gold with what is left."""
    edges: dict[tuple[int, int], float] = {}
    for g, wanted in enumerate(gold):
        for p, found in enumerate(read):
            if same_kind and found.row.get("kind") not in right(wanted.row, "kind"):
                continue
            if any(same_quantity(q, found.quantities[0]) for q in wanted.quantities) and overlap(
                wanted.spans, found.spans
            ):
                edges[g, p] = _goodness(wanted, found)
    required = {e: w for e, w in edges.items() if not gold[e[0]].row.get("optional")}
    pairs = _pair_up(required)
    used = set(pairs.values())
    rest = {e: w for e, w in edges.items() if gold[e[0]].row.get("optional") and e[1] not in used}
    return pairs, set(_pair_up(rest).values())


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


def _pair_up(edges: Mapping[tuple[int, int], float]) -> dict[int, int]:
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
