"""Companies, schools, hospitals, associations and other bodies by their last word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..candidate import Candidate
from ..lexicon import table
from ..rules import pattern
from .edge import Ground, holds_place, is_generic, left_edge, without_area

#: Rule of a body's name by the kind that its last word tells
_RULE_OF_KIND = {
    "Company": "name.company",
    "School": "name.school",
    "University": "name.school",
    "Hospital": "name.hospital",
    "Association": "name.association",
}
#: Kinds whose last word is a common noun unless a proper head stands before it
_NEED_A_HEAD = frozenset(
    {
        "School",
        "Hospital",
        "Organization",
        "GovernmentBody",
        "PartyBody",
        "Association",
        "University",
    }
)
_HAVE_BRANCHES = frozenset({"Company", "University", "Hospital", "School"})
#: Parts of a company's name that tell no company from another
_NO_STEM = frozenset({"有限", "责任", "集团", "份有限"})


def read_named_bodies(ground: Ground) -> Iterator[Candidate]:
    """Candidates of bodies, and the short forms of the companies among them."""
    companies = [*_bodies(ground)]
    yield from companies
    yield from _short_companies(ground.folded, companies)


def _bodies(ground: Ground) -> Iterator[Candidate]:
    folded = ground.folded
    kinds = table("entities")["organization"]
    counted, branches = pattern("name.counted-head"), pattern("name.branch")
    owned = pattern("name.owned-kind")
    for m in pattern("name.organization").finditer(folded):
        suffix, kind, end = m.group(), kinds[m.group()], m.end()
        if suffix == "集团" and folded.startswith(("公司", "有限"), end):
            continue
        if suffix == "股份" and not folded.startswith(("、", ",", "。", "等", "公司"), end):
            continue
        if kind in ("School", "University") and folded.startswith("生", end):
            continue  # 扶持大学生创业
        if suffix == "人民政府":
            continue  # the table of bodies reads these with their full names
        low = left_edge(ground, m.start())
        if kind != "Association":
            low = without_area(ground, low, end)
        head = folded[low : m.start()]
        if is_generic(head) or counted.search(head):
            continue
        if (kind == "School" or suffix == "农场") and owned.search(head):
            continue
        if kind in _NEED_A_HEAD and not _is_named(ground, low, m.start(), kind):
            continue
        if suffix == "医院" and head.endswith("公立"):
            continue
        branch = branches.match(folded, end) if kind in _HAVE_BRANCHES else None
        if branch:
            whole = folded[low : branch.end()]
            branch_kind = "PartyBody" if "党" in branch.group() else "Organization"
            yield Candidate(low, branch.end(), "Organization", branch_kind, whole, "name.branch")
        yield Candidate(low, end, "Organization", kind, folded[low:end], _RULE_OF_KIND.get(kind, "name.body"))


def _is_named(ground: Ground, low: int, end: int, kind: str) -> bool:
    """Whether a body's head is a proper one: it holds a place, or is short and names a school of its own."""
    if holds_place(ground, low, end):
        return True
    first, length = ground.folded[low], end - low
    if first in "市区县省州" and kind in ("Association", "GovernmentBody", "Organization", "Hospital"):
        return False
    if kind == "University":
        return 2 <= length <= 8
    if kind == "Association":
        return 3 <= length <= 14
    if kind == "PartyBody":
        return length >= 3
    return 3 <= length <= 8 and kind in ("School", "Hospital") and first not in "学医"


def _short_companies(folded: str, bodies: Sequence[Candidate]) -> Iterator[Candidate]:
    """惠图公司: two to four characters of a company's name that the article prints in full, before 公司."""
    names = {c.name for c in bodies if c.kind == "Company" and len(c.name) > 8 and c.name.endswith("公司")}
    if not names:
        return
    stems = {name[at : at + n] for name in names for n in (2, 3, 4) for at in range(len(name) - n + 1)}
    stems -= _NO_STEM
    for m in pattern("name.short-company").finditer(folded):
        for length in range(len(m["stem"]), 1, -1):
            if m["stem"][-length:] in stems:
                start = m.end() - length - 2
                name = folded[start : m.end()]
                yield Candidate(start, m.end(), "Organization", "Company", name, "name.short")
                break
