"""Governing bodies: governments, party committees, congresses, consultative conferences and their departments.

市政府, 省委组织部, 昆明市工信局, 团区委: a place or a bare level word (市 = the article's own city) and a short form that a table
spells out. Without a home the name stays as printed: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from .candidate import Candidate
from .gazetteer import Place
from .lexicon import table
from .place import Home, PlaceHit
from .rules import pattern

_LEVELS = frozenset("省市区县州")
#: Forms of the law's own bodies → the rule that reads them; parties and departments have tables of their own
_LAWFUL = {
    "人民政府": "body.government",
    "政府": "body.government",
    "人民代表大会常务委员会": "body.congress",
    "人民代表大会": "body.congress",
    "人大常委会": "body.congress",
    "人大": "body.congress",
    "政协": "body.consultative",
}
_COURTS = ("法院", "检察院")
_ASSOCIATIONS = ("总工会", "联合会", "协会", "红十字会")


@cache
def _rule_of_form() -> dict[str, str]:
    """The rule that reads each form that `body.form` matches."""
    words = table("entities")
    departments = dict.fromkeys(words["department"], "body.department")
    return departments | dict.fromkeys(words["party"], "body.party") | _LAWFUL


@dataclass(frozen=True, slots=True)
class _Owner:
    """A place that a body may belong to: `at` is where the body's own words begin, `start` where the body's name does."""

    at: int
    place: Place
    start: int


def read_bodies(folded: str, hits: Sequence[PlaceHit], home: Home) -> Iterator[Candidate]:
    """Mentions of governing bodies."""
    by_end = {h.end: h for h in hits}
    for m in pattern("body.form").finditer(folded):
        yield from _of_form(folded, m, by_end, home)
    if "团" in folded:
        yield from _leagues(folded, home)
    owners = [*_owners(folded, by_end, home)]
    yield from _named_departments(folded, owners)
    yield from _hospitals(folded, owners)
    yield from _police(folded, by_end, home)
    for m in pattern("body.national").finditer(folded):
        branch = pattern("body.national-branch").match(folded, m.end())
        end = branch.end() if branch else m.end()
        yield _government(m.start(), end, folded[m.start() : end], "body.national", 2)


def _government(start: int, end: int, name: str, rule: str, weight: int = 0) -> Candidate:
    return Candidate(start, end, "Organization", "GovernmentBody", name, rule, weight=weight)


def _leagues(folded: str, home: Home) -> Iterator[Candidate]:
    """团市委, 共青团昆明市委."""
    for m in pattern("body.league").finditer(folded):
        place = home.of(m["level"]) if m["level"] else None
        where = place.name if place else m["place"]
        name = f"共青团{where}委员会" if where else m.group()
        yield Candidate(m.start(), m.end(), "Organization", "PartyBody", name, "body.league", weight=1)


def _owners(folded: str, by_end: Mapping[int, PlaceHit], home: Home) -> Iterator[_Owner]:
    for end, hit in by_end.items():
        place = _nearest(hit, home)
        if place is not None:
            yield _Owner(end, place, hit.start)
            if folded[end : end + 1] in _LEVELS:
                yield _Owner(end + 1, place, hit.start)
    for m in pattern("body.bare-level").finditer(folded):
        place = home.of(m.group())
        if place is not None and m.start() not in by_end:
            yield _Owner(m.end(), place, m.start())


def _named_departments(folded: str, owners: Sequence[_Owner]) -> Iterator[Candidate]:
    """区工业和科技信息化局, 安宁市监察委员会, 武汉市人民政府新闻办公室: a department that the table doesn't know, behind its place."""
    known = table("entities")["department"]
    named, generic = pattern("body.named"), pattern("body.generic")
    for owner in owners:
        m = named.match(folded, owner.at)
        if m is None or m["words"] in known or generic.search(m["words"]):
            continue
        words: str = m["words"]
        if words.startswith("政府"):
            words = f"人民{words}"
        if words.endswith("新闻办"):
            words += "公室"
        words = words.replace("交警大队", "交通警察大队")
        weight = 1 if words.startswith("人民政府") else 0
        yield _government(owner.start, m.end("words"), owner.place.name + words, "body.named", weight)


def _hospitals(folded: str, owners: Sequence[_Owner]) -> Iterator[Candidate]:
    """州人民医院, 市第一中学: what goes by its place and rank."""
    hospital = pattern("body.hospital")
    for owner in owners:
        if m := hospital.match(folded, owner.at):
            bare = folded[owner.start] in _LEVELS
            name = owner.place.name + m.group() if bare else folded[owner.start : m.end()]
            yield Candidate(owner.start, m.end(), "Organization", "Hospital", name, "body.hospital")


def _police(folded: str, by_end: Mapping[int, PlaceHit], home: Home) -> Iterator[Candidate]:
    """官渡公安分局: the city's police in a district."""
    if home.city is None:
        return
    for m in pattern("body.police").finditer(folded):
        hit = by_end.get(m.start())
        district = _nearest(hit, home) if hit is not None else None
        if hit is not None and district is not None:
            name = f"{home.city.name}公安局{district.short}分局"
            yield _government(hit.start, m.end(), name, "body.police", 1)


def _of_form(
    folded: str, m: re.Match[str], by_end: Mapping[int, PlaceHit], home: Home
) -> Iterator[Candidate]:
    short, start = m.group(), m.start()
    level = folded[start - 1 : start] if folded[start - 1 : start] in _LEVELS else ""
    if start in by_end:
        hit = by_end[start]
        place, start, printed = _nearest(hit, home), hit.start, folded[hit.start : hit.end]
    elif level and start - 1 in by_end:  # 昆明|市政府, 云南|省委
        hit = by_end[start - 1]
        place, start, printed = _nearest(hit, home), hit.start, folded[hit.start : start]
    elif level and pattern("body.bare-level").match(folded, start - 1):
        place = _coordinated(folded, start - 1, level, by_end) or home.of(level)
        start, printed = start - 1, level
    else:
        return
    if short == "委" and not level and printed[-1] not in _LEVELS:
        return
    rule = _rule_of_form()[short]
    name, kind = _full_name(rule, short, place, printed)
    weight = 0 if rule == "body.consultative" else 1
    yield Candidate(start, m.end(), "Organization", kind, name, rule, weight=weight)


def _coordinated(folded: str, at: int, level: str, by_end: Mapping[int, PlaceHit]) -> Place | None:
    """安宁市委、|市政府: the place of the body just before, where that is of the same level."""
    before = pattern("body.body-before").search(folded, max(0, at - 8), at)
    hit = by_end.get(before.start()) if before else None
    if hit is None or len(hit.places) != 1 or not hit.places[0].name.endswith(level):
        return None
    return hit.places[0]


def _nearest(hit: PlaceHit, home: Home) -> Place | None:
    if len(hit.places) == 1:
        return hit.places[0]
    return next((p for p in hit.places if p in (home.county, home.city, home.province)), None)


def _full_name(rule: str, short: str, place: Place | None, printed: str) -> tuple[str, str]:
    """Official name and kind; the place as printed where it isn't known."""
    where = place.name if place else printed
    words = table("entities")
    if rule == "body.government":
        return f"{where}人民政府" if place else f"{where}{short}", "GovernmentBody"
    if rule == "body.congress":
        standing = "常务委员会" if "常" in short else ""
        return f"{where}人民代表大会{standing}" if place else f"{where}{short}", "CongressBody"
    if rule == "body.consultative":
        return f"{where}政协", "ConsultativeBody"
    if rule == "body.party":  # 中共昆明市委组织部
        return f"中共{where}{words['party'][short]}" if place else f"{where}{short}", "PartyBody"
    full: str = words["department"][short]
    kind = "JudicialBody" if full.endswith(_COURTS) else "GovernmentBody"
    if full.endswith(_ASSOCIATIONS):
        kind = "Association"
    return f"{where}{full if place else short}", kind
