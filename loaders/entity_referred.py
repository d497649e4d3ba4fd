"""Mentions that only an earlier one makes clear: 该公司 (the last company named), 大会秘书处 (that of the session)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .candidate import Candidate
from .rules import pattern

#: Class and kinds of the thing that a word stands for after 该, 这家
_ANAPHORA = {
    "公司": ("Organization", ("Company",)),
    "企业": ("Organization", ("Company",)),
    "集团": ("Organization", ("Company",)),
    "校": ("Organization", ("University", "School")),
    "院": ("Organization", ("Hospital", "University")),
    "局": ("Organization", ("GovernmentBody",)),
    "区": ("AdministrativeArea", ("District",)),
    "县": ("AdministrativeArea", ("County",)),
    "镇": ("AdministrativeArea", ("Town",)),
    "街道": ("AdministrativeArea", ("Subdistrict",)),
    "社区": ("AdministrativeArea", ("Community",)),
    "村": ("AdministrativeArea", ("Village",)),
    "园区": ("Park", ("IndustrialPark", "ChemicalPark", "LogisticsPark")),
}


def read_anaphors(folded: str, chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """该公司, 该社区: the last thing of the class named before; `chosen` lie apart, in order."""
    starts = [c.start for c in chosen]
    of_word: dict[str, list[Candidate]] = {}
    for m in pattern("entity.anaphor").finditer(folded):
        at = bisect_right(starts, m.end() - 1)
        if at and chosen[at - 1].end > m.start():
            continue  # part of a name
        word = m["what"]
        if word not in of_word:
            cls, kinds = _ANAPHORA[word]
            of_word[word] = [c for c in chosen if c.cls == cls and c.kind in kinds]
        last = _last_before(of_word[word], m.start())
        if last is not None:
            yield replace(last, start=m.start(), end=m.end(), rule="entity.anaphor")


def read_secretariats(folded: str, chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """大会秘书处: that of the session named before."""
    sessions: list[Candidate] | None = None
    for m in pattern("entity.secretariat").finditer(folded):
        if sessions is None:
            sessions = [c for c in chosen if c.rule == "name.session" and "主席团" not in c.name]
        session = _last_before(sessions, m.start())
        if session is not None:
            name = session.name + m["what"]
            yield Candidate(m.start(), m.end(), "Organization", "CongressBody", name, "entity.secretariat")


def _last_before(things: Sequence[Candidate], at: int) -> Candidate | None:
    index = bisect_right(things, at, key=lambda c: c.end)
    return things[index - 1] if index else None
