"""Towns, townships and subdistricts by their suffix, where the gazetteer has no row: outside Yunnan, or newer than its state.

成华区猛追湾街道, or at a clause's start a list of subdistricts: the name stands behind a county's, or beside another one. Alone it is
no name: 各街道, 老街道, 特色小镇.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .candidate import Candidate
from .place import PlaceHit
from .rules import pattern

_KINDS = {"街道": "Subdistrict", "镇": "Town", "乡": "Township"}
_COUNTIES = frozenset({"District", "County", "CountyCity"})


def read_divisions(folded: str, hits: Sequence[PlaceHit]) -> Iterator[Candidate]:
    """Candidates behind a county's full name, those that go on in its list, and lists of their own."""
    if not any(suffix in folded for suffix in _KINDS):
        return
    common = pattern("division.common")
    known = {hit.start for hit in hits if hit.form == "full"}
    for hit in hits:
        if hit.form == "short" or hit.end in known or not any(p.kind in _COUNTIES for p in hit.places):
            continue
        yield from _chain(folded, hit.end, known)
    for first in pattern("division.list").finditer(folded):
        if not common.match(first["name"]):
            yield from _chain(folded, first.start(), known)


def _chain(folded: str, at: int, known: set[int]) -> Iterator[Candidate]:
    """The division whose name begins there, and those that 、 and 和 go on with."""
    m = pattern("division.behind").match(folded, at)
    listed, common = pattern("division.listed"), pattern("division.common")
    while m is not None and not common.match(m["name"]):
        start, end = m.start("name"), m.end()
        if start not in known and end - start >= 3:
            kind = _KINDS[m["suffix"]]
            yield Candidate(start, end, "AdministrativeArea", kind, folded[start:end], "division.suffix")
        m = listed.match(folded, end)
