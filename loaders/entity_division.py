"""Towns, townships and subdistricts by their suffix, where the gazetteer has no row: outside Yunnan, or newer than its state.

成华区猛追湾街道, or at a clause's start a list of subdistricts: the name stands behind a county's, or beside another one. Alone it is
no name: 各街道, 老街道, 特色小镇.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from .candidate import Candidate
from .lexicon import alternation, table
from .place import PlaceHit

_KINDS = {"街道": "Subdistrict", "镇": "Town", "乡": "Township"}
_HAN = "[\u4e00-\u9fff]"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = table("entities")["division"]
    suffix = rf"(?P<suffix>{alternation(_KINDS)})(?!{alternation(words['not_before'])})"
    name = rf"(?P<name>{_HAN}{{1,5}}?){suffix}"
    return (
        re.compile(name),
        re.compile(rf"[、和]{name}"),
        re.compile(rf"(?:{alternation(words['whole'])})$|.*?(?:{alternation(words['inside'])})"),
    )


def read_divisions(folded: str, hits: Sequence[PlaceHit]) -> Iterator[Candidate]:
    """Candidates behind a county's full name, those that go on in its list, and lists of their own."""
    behind, listed, generic = _patterns()
    known = {hit.start for hit in hits if hit.form == "full"}
    for hit in hits:
        if hit.form == "short" or not any(p.kind in ("District", "County", "CountyCity") for p in hit.places):
            continue
        if hit.end in known:
            continue
        yield from _chain(folded, behind.match(folded, hit.end), listed, generic, known)
    for first in _LIST.finditer(folded):
        if not generic.match(first["name"]):
            yield from _chain(folded, behind.match(folded, first.start()), listed, generic, known)


#: 某某街道、某某街道: two of a kind side by side, from a mark on
_LIST = re.compile(rf"(?:^|(?<=[,。;:\n]))(?P<name>{_HAN}{{2,4}}?)街道(?=[、和]{_HAN}{{2,4}}街道)")


def _chain(
    folded: str,
    m: re.Match[str] | None,
    listed: re.Pattern[str],
    generic: re.Pattern[str],
    known: set[int],
) -> Iterator[Candidate]:
    while m is not None and not generic.match(m["name"]):
        start = m.start("name")
        if start not in known and m.end() - start >= 3:
            yield Candidate(
                start,
                m.end(),
                "AdministrativeArea",
                _KINDS[m["suffix"]],
                folded[start : m.end()],
                "division.suffix",
            )
        m = listed.match(folded, m.end())
