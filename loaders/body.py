"""Governing bodies: governments, party committees, congresses, consultative conferences and their departments.

市政府, 省委组织部, 昆明市工信局, 团区委: a place or a bare level word (市 = the article's own city) and a short form that a table
spells out. Without a home the name stays as printed: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .candidate import Candidate
from .gazetteer import Place
from .lexicon import table
from .place import Home, PlaceHit
from .rules import pattern

_LEVEL = "[省市区县州]"


_BODY_BEFORE = re.compile(r"(?:委|人大常委会|人大|政府|政协)[、和]$")


def read_bodies(folded: str, hits: list[PlaceHit], home: Home) -> Iterator[Candidate]:
    """Mentions of governing bodies."""
    by_end = {h.end: h for h in hits}
    for m in pattern("body.form").finditer(folded):
        yield from _body(folded, m, by_end, home)
    for m in pattern("body.league").finditer(folded):
        place = home.of(m["level"]) if m["level"] else None
        printed = m["place"] if m["place"] else None
        name = f"共青团{place.name}委员会" if place else f"共青团{printed}委员会" if printed else m.group()
        yield Candidate(m.start(), m.end(), "Organization", "PartyBody", name, "body.league", weight=1)
    yield from _named_departments(folded, by_end, home)
    for m in pattern("body.national").finditer(folded):
        branch = pattern("body.national-branch").match(folded, m.end())
        end = branch.end() if branch else m.end()
        yield Candidate(
            m.start(),
            end,
            "Organization",
            "GovernmentBody",
            folded[m.start() : end],
            "body.national",
            weight=2,
        )


def _heads_of_bodies(
    folded: str, by_end: dict[int, PlaceHit], home: Home
) -> Iterator[tuple[int, Place, int]]:
    """Where a body's own words can begin, the place that it belongs to, and where its name begins."""
    for end, hit in by_end.items():
        place = _nearest(hit, home)
        if place is not None:
            yield end, place, hit.start
            if folded[end : end + 1] in _LEVELS:
                yield end + 1, place, hit.start
    for m in _BARE_LEVEL.finditer(folded):
        place = home.of(m.group())
        if place is not None and m.start() not in by_end:
            yield m.end(), place, m.start()


_NEWS_OFFICE = re.compile("新闻办$")
_LEVELS = frozenset("省市区县州")
#: a level word that no word before it claims: 市|监察委员会, not 城市|管理
_BARE_LEVEL = re.compile(r"(?<![城门超各股菜全我社园辖地小景校厂片治都])[省市区县州](?=[\u4e00-\u9fff])")


def _named_departments(folded: str, by_end: dict[int, PlaceHit], home: Home) -> Iterator[Candidate]:
    """区工业和科技信息化局, 安宁市监察委员会, 武汉市人民政府新闻办公室: a department that the table doesn't know, behind its place."""
    known = table("entities")["department"]
    for at, place, low in _heads_of_bodies(folded, by_end, home):
        m = pattern("body.named").match(folded, at)
        if m is None or m["words"] in known or pattern("body.generic").search(m["words"]):
            continue
        words = re.sub("^政府", "人民政府", m["words"])
        yield Candidate(
            low,
            m.end("words"),
            "Organization",
            "GovernmentBody",
            place.name + _NEWS_OFFICE.sub("新闻办公室", words),
            "body.named",
            weight=1 if words.startswith("人民政府") else 0,
        )
    for at, owner, low in _heads_of_bodies(folded, by_end, home):
        if m := pattern("body.hospital").match(folded, at):
            printed = folded[low : m.end()] if folded[low] not in _LEVELS else owner.name + m.group()
            yield Candidate(low, m.end(), "Organization", "Hospital", printed, "body.hospital")
    for m in pattern("body.police").finditer(folded):
        hit = by_end.get(m.start())
        district = _nearest(hit, home) if hit is not None else None
        if hit is not None and home.city is not None and district is not None:
            yield Candidate(
                hit.start,
                m.end(),
                "Organization",
                "GovernmentBody",
                f"{home.city.name}公安局{district.short}分局",
                "body.police",
                weight=1,
            )


def _body(folded: str, m: re.Match[str], by_end: dict[int, PlaceHit], home: Home) -> Iterator[Candidate]:
    group = m.lastgroup or ""
    start = m.start()
    place: Place | None = None
    printed = ""
    level = folded[start - 1 : start] if folded[start - 1 : start] in _LEVELS else ""
    if start in by_end:
        hit = by_end[start]
        place, start, printed = _nearest(hit, home), hit.start, folded[hit.start : hit.end]
    elif level and start - 1 in by_end and level in "市省区县州":  # 昆明|市政府, 云南|省委
        hit = by_end[start - 1]
        place, start, printed = _nearest(hit, home), hit.start, folded[hit.start : start]
    elif level:
        if folded[start - 2 : start - 1] in (
            "城",
            "门",
            "超",
            "各",
            "股",
            "菜",
            "全",
            "我",
            "社",
            "园",
            "辖",
            "地",
            "小",
            "景",
            "校",
            "厂",
            "片",
            "治",
        ):
            if folded[start - 2 : start - 1] not in ("各", "全", "我"):
                return
            return
        place = _coordinated(folded, start - 1, level, by_end) or home.of(level)
        start -= 1
        printed = level
    else:
        return
    if (
        group == "party"
        and m.group() == "委"
        and not level
        and not printed.endswith(("省", "市", "区", "县", "州"))
    ):
        return
    name, kind = _full_name(group, m.group(), place, printed)
    if name is None:
        return
    yield Candidate(
        start,
        m.end(),
        "Organization",
        kind,
        name,
        f"body.{group}",
        weight=1 if group != "consultative" else 0,
    )


def _coordinated(folded: str, at: int, level: str, by_end: dict[int, PlaceHit]) -> Place | None:
    """安宁市委、|市政府: the place of the body just before, where that is of the same level."""
    before = _BODY_BEFORE.search(folded, max(0, at - 8), at)
    hit = by_end.get(before.start()) if before else None
    if hit is None or len(hit.places) != 1 or not hit.places[0].name.endswith(level):
        return None
    return hit.places[0]


def _nearest(hit: PlaceHit, home: Home) -> Place | None:
    if len(hit.places) == 1:
        return hit.places[0]
    return next((p for p in hit.places if p in (home.county, home.city, home.province)), None)


def _full_name(group: str, short: str, place: Place | None, printed: str) -> tuple[str | None, str]:
    """Official name and kind; the place as printed where it isn't known."""
    where = place.name if place else printed
    words = table("entities")
    if group == "government":
        return f"{where}人民政府" if place else f"{where}{short}", "GovernmentBody"
    if group == "congress":
        standing = "常务委员会" if "常" in short else ""
        return f"{where}人民代表大会{standing}" if place else f"{where}{short}", "CongressBody"
    if group == "consultative":
        return f"{where}政协", "ConsultativeBody"
    if group == "party":
        full = words["party"][short]
        if short.startswith("委") and short != "委":  # 中共昆明市委组织部
            return (f"中共{where}{full}" if place else f"{where}{short}"), "PartyBody"
        return (f"中共{where}{full}" if place else f"{where}{short}"), "PartyBody"
    full = words["department"][short]
    kind = "JudicialBody" if full.endswith(("法院", "检察院")) else "GovernmentBody"
    if full.endswith(("总工会", "联合会", "协会", "红十字会")):
        kind = "Association"
    return (f"{where}{full}" if place else f"{where}{short}"), kind
