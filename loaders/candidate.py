"""Candidates for mentions: what each reader of names proposes, and which of those that overlap stands."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from .facts import EntityClass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed mention, code points of the body. `key` is a gazetteer's code or "" for the name itself."""

    start: int
    end: int
    cls: EntityClass
    kind: str
    name: str
    rule: str
    key: str = ""
    post: str | None = None
    weight: int = 0  # a higher one wins over a longer name


def choose(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The outermost of those that overlap, in order: a name inside a name is no mention."""
    kept: list[Candidate] = []
    ordered = sorted(candidates, key=lambda c: (-c.weight, -(c.end - c.start), c.start, c.cls))
    taken: list[tuple[int, int]] = []
    for c in ordered:
        at = bisect_left(taken, (c.start, c.end))  # those taken lie apart: only the neighbours can overlap
        if (at == 0 or taken[at - 1][1] <= c.start) and (at == len(taken) or taken[at][0] >= c.end):
            insort(taken, (c.start, c.end))
            kept.append(c)
    return sorted(kept, key=lambda c: c.start)


def mentions(folded: str, names: Collection[str]) -> Iterator[tuple[str, int]]:
    """Where each of the names stands, in one pass over the text: (name, start)."""
    if not names:
        return
    words = list(names)
    for which, start, _ in AhoCorasick(words).find_matches_as_indexes(folded, overlapping=True):
        yield words[which], start
