"""Canonical names: short forms by the full one of the same article.

惠图公司 → the company whose name holds 惠图 and ends so, 考古公园 → the one archaeological park, 10件惠民实事 → that of the one year
named. A short form that fits several names, or none, stays as printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .candidate import Candidate
from .rules import pattern

_SHORTENED = frozenset({"Organization", "Event", "Park", "FunctionalZone", "Project", "Programme"})


def canonical(chosen: Sequence[Candidate]) -> list[Candidate]:
    """The mentions, each with the fullest name that the article prints for its thing."""
    names = _FullNames({c.name: c for c in chosen if c.cls in _SHORTENED}.values())
    better: dict[tuple[str, str, str], Candidate | None] = {}
    out = []
    for c in chosen:
        full = None
        if not c.key and c.cls in _SHORTENED:
            asked = (c.cls, c.kind, c.name)
            if asked not in better:
                better[asked] = names.fuller(c)
            full = better[asked]
        out.append(replace(c, name=full.name, kind=full.kind, key=full.key) if full else c)
    return out


class _FullNames:
    """The article's names by what a short form may keep of them, so that no name is compared with all others."""

    def __init__(self, things: Iterable[Candidate]) -> None:
        self._companies: dict[str, list[Candidate]] = defaultdict(list)  # by each two characters
        self._parks: dict[str, list[Candidate]] = defaultdict(list)  # by each character with the last two
        self._ends: dict[str, list[Candidate]] = defaultdict(list)  # events by what they end with
        self._promises: dict[str, list[Candidate]] = defaultdict(list)  # lists of promises without their year
        for c in things:
            name = c.name
            if c.cls == "Organization" and c.kind == "Company":
                for pair in {name[i : i + 2] for i in range(len(name) - 1)}:
                    self._companies[pair].append(c)
            elif c.cls == "Park":
                for letter in set(name):
                    self._parks[letter + name[-2:]].append(c)
            elif c.cls == "Event" and "主席团" not in name:
                for i in range(1, len(name)):
                    self._ends[name[i:]].append(c)
            elif c.cls == "Programme" and pattern("entity.promises-of-year").match(name):
                self._promises[name[5:]].append(c)

    def fuller(self, c: Candidate) -> Candidate | None:
        """The one longer name of the class that this one shortens, or None where there is none or several."""
        fitting: Sequence[Candidate] = ()
        if c.cls == "Organization" and c.kind == "Company":
            stem = pattern("entity.company-suffix").sub("", c.name)
            if len(stem) >= 2:
                longer = _fewest(self._companies.get(stem[i : i + 2], ()) for i in range(len(stem) - 1))
                fitting = [o for o in longer if len(o.name) > len(c.name) and stem in o.name]
        elif c.cls == "Park":  # 考古公园 for …国家考古遗址公园
            longer = _fewest(self._parks.get(letter + c.name[-2:], ()) for letter in c.name)
            fitting = [o for o in longer if len(o.name) > len(c.name) and _abbreviates(c.name, o.name)]
        elif c.cls == "Event":
            fitting = self._ends.get(c.name, ())
        elif c.cls == "Programme" and c.name.endswith("实事"):  # 10件惠民实事 of the one year named
            fitting = self._promises.get(c.name, ())
        return fitting[0] if len(fitting) == 1 else None


def _fewest(lists: Iterable[Sequence[Candidate]]) -> Sequence[Candidate]:
    """The shortest list: what fits stands in each of them."""
    return min(lists, key=len)


def _abbreviates(short: str, name: str) -> bool:
    """Whether the short name's characters stand in the long one in their order, the last two at its end."""
    letters = iter(name)
    return name.endswith(short[-2:]) and all(c in letters for c in short)
