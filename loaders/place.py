"""Places: names of the gazetteer, villages and communities by their suffix, and the home that 全市 and 市政府 mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from .candidate import Candidate
from .facts import EntityClass
from .gazetteer import Gazetteer, Place
from .lexicon import table
from .rules import pattern
from .text import fold

#: The rule that reads a name by its form in the gazetteer
_RULE_OF_FORM = {"full": "place.full", "alias": "place.alias", "short": "place.short"}


@cache
def _short_names() -> dict[str, frozenset[str]]:
    """Groups of short names (`short_names` of `entities.toml`): everyday words, distinct ones, well-known cities."""
    return {group: frozenset(words) for group, words in table("entities")["short_names"].items()}


@dataclass(frozen=True, slots=True)
class Home:
    """What a bare 省, 市, 区, 县 means in this article; None where it doesn't say."""

    province: Place | None = None
    city: Place | None = None
    county: Place | None = None
    town: Place | None = None
    is_county_city: bool = False  # 市 is 安宁市, not the 昆明市 that it lies in

    def of(self, level: str) -> Place | None:
        """The place that a bare level word means: 省 the province, 市 the city, 区 and 县 the county."""
        if level in ("区", "县"):
            return self.county
        if level == "州":
            return self.city if self.city and self.city.name.endswith("自治州") else None
        if level in ("镇", "乡", "街道"):
            return self.town
        if level == "市" and self.is_county_city:
            return self.county
        return self.province if level == "省" else self.city


@cache
def _matcher() -> tuple[AhoCorasick, tuple[tuple[str, str, tuple[Place, ...]], ...]]:
    """Automaton over all names; per pattern (form, name, places), form full, alias or short."""
    gazetteer = Gazetteer.default()
    forms: dict[str, tuple[str, list[Place]]] = {}
    for place in (*gazetteer.areas(), *gazetteer.zones()):
        forms.setdefault(fold(place.name), ("full", []))[1].append(place)
        for alias in place.aliases:
            forms.setdefault(fold(alias), ("alias", []))[1].append(place)
    for place in gazetteer.areas():
        short = place.short
        if short != place.name and place.kind in (
            "Province",
            "PrefectureCity",
            "County",
            "CountyCity",
            "District",
        ):
            if place.kind in ("County", "CountyCity", "District") and not place.code.startswith("53"):
                continue
            form, places = forms.setdefault(fold(short), ("short", []))
            if form == "short":
                places.append(place)
            if "自治州" in place.name:
                forms.setdefault(fold(short) + "州", ("alias", []))[1].append(place)
            if "自治县" in place.name:
                forms.setdefault(fold(short) + "县", ("alias", []))[1].append(place)
    patterns = list(forms)
    matcher = AhoCorasick(patterns, matchkind=MatchKind.LeftmostLongest)
    return matcher, tuple((forms[p][0], p, tuple(dict.fromkeys(forms[p][1]))) for p in patterns)


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A name of the gazetteer in the text; `places` are all that bear it."""

    start: int
    end: int
    form: str
    places: tuple[Place, ...]


def find_places(folded: str) -> list[PlaceHit]:
    """All names of the gazetteer in the folded text, the longest at each position, homonyms unresolved."""
    matcher, forms = _matcher()
    plain = pattern("place.scanned-dash").sub("—", folded) if "合作区" in folded else folded
    return [PlaceHit(a, b, forms[i][0], forms[i][2]) for i, a, b in matcher.find_matches_as_indexes(plain)]


def find_home(hits: Sequence[PlaceHit], of_headline: Sequence[PlaceHit], publisher: str | None) -> Home:
    """Province, city and county that the article is about: the most named of each level, by headline, body, publisher."""
    common = _short_names()["common"]
    by_code = Gazetteer.default().by_code
    votes: Counter[str] = Counter()
    named: Counter[str] = Counter()
    of_publisher = find_places(fold(publisher)) if publisher else []
    for weight, found in ((1, hits), (3, of_headline), (2, of_publisher)):
        for hit in found:
            places = hit.places
            if len(places) > 1:
                places = tuple(p for p in places if p.kind != "Country")
            if len(places) != 1 or places[0].kind == "Country":
                continue
            if hit.form == "short" and places[0].short in common:
                continue
            code = places[0].code
            votes[code] += weight * 2
            named[code] += weight
            for above in _above(code):
                votes[above.code] += weight
    best: dict[str, Place] = {}
    for code, number in votes.items():
        place = by_code[code]
        level = _LEVEL_OF_KIND.get(place.kind)
        if level is None:
            continue
        other = best.get(level)
        if other is None or (number, code) > (votes[other.code], other.code):
            best[level] = place
    city = best.get("city")
    if city is None and "province" in best and best["province"].name.endswith("市"):
        best["city"] = best["province"]
    elif city is not None:
        best["province"] = next(
            (p for p in _above(city.code) if p.kind == "Province"), best.get("province", city)
        )
    county = best.get("county")
    own = (
        county is not None
        and county.kind == "CountyCity"
        and named[county.code] > 2 * (named[best["city"].code] if "city" in best else 0)
    )
    return Home(**best, is_county_city=own)


#: What a kind of place may be to an article (`Home`)
_LEVEL_OF_KIND = {
    "Province": "province",
    "PrefectureCity": "city",
    "District": "county",
    "County": "county",
    "CountyCity": "county",
    "Town": "town",
    "Township": "town",
    "Subdistrict": "town",
}


@cache
def _above(code: str) -> tuple[Place, ...]:
    """The places that the one of the code lies in, the nearest first."""
    gazetteer = Gazetteer.default()
    return tuple(gazetteer.above(gazetteer.by_code[code]))


def read_places(
    folded: str, hits: Sequence[PlaceHit], of_headline: Sequence[PlaceHit], home: Home
) -> Iterator[Candidate]:
    """Mentions of areas and zones."""
    full = {p.code for found in (hits, of_headline) for h in found if h.form != "short" for p in h.places}
    starts = {hit.start: hit for hit in hits}
    ends = {hit.end: hit for hit in hits}
    near = _near(hits, home)
    after_country = pattern("place.named-after")
    for hit in hits:
        place = hit.places[0] if len(hit.places) == 1 else _resolve(hit, home, near)
        if place is None or folded[hit.start - 1 : hit.start + 1] == "其中":
            continue
        if hit.form == "short" and not _stands(folded, hit, place, full, starts, ends):
            continue
        zone = place.kind == "FunctionalZone"
        if zone and hit.form == "alias" and not _is_home_zone(folded, hit, place, home):
            continue
        if place.kind == "Country" and (hit.form == "alias" or after_country.match(folded, hit.end)):
            continue
        cls: EntityClass = "FunctionalZone" if zone else "AdministrativeArea"
        rule = _RULE_OF_FORM[hit.form]
        yield Candidate(hit.start, hit.end, cls, place.kind, place.name, rule, place.code)
    if "村" in folded or "社区" in folded:
        yield from _villages(folded, home, ends)
    if "、" in folded or "和" in folded:
        yield from _listed_divisions(folded, home)
    for m in pattern("place.whole").finditer(folded):
        whole = home.of(m["level"])
        if whole is not None:
            yield _area(m.start(), m.end(), whole, "place.whole")


def _area(start: int, end: int, place: Place, rule: str) -> Candidate:
    return Candidate(start, end, "AdministrativeArea", place.kind, place.name, rule, place.code)


def _near(hits: Sequence[PlaceHit], home: Home) -> tuple[set[str], set[str]]:
    """Codes that decide between places of one name: those of the home, and those that the article names."""
    common = _short_names()["common"]
    return (
        {p.code for p in (home.county, home.city, home.province) if p},
        {
            h.places[0].code
            for h in hits
            if len(h.places) == 1 and (h.form != "short" or h.places[0].short not in common)
        },
    )


def _resolve(hit: PlaceHit, home: Home, near: tuple[set[str], set[str]]) -> Place | None:
    """The place meant, among those of one name: the one at home, or under a place that the article names."""
    if hit.form == "short" and home.city in hit.places and home.of("州") is not None:
        return home.city  # 大理 in an article of 大理州
    for codes in near:
        fitting = [
            p for p in hit.places if any(a.code in codes for a in _above(p.code) if a.kind != "Country")
        ]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return max(fitting, key=lambda p: len(codes & {a.code for a in _above(p.code)}))
    return None


def _stands(
    folded: str,
    hit: PlaceHit,
    place: Place,
    full: set[str],
    starts: Mapping[int, PlaceHit],
    ends: Mapping[int, PlaceHit],
) -> bool:
    """Whether a short name stands for the place: no everyday word, or the full name, a list or an area around it says so."""
    before, after = folded[max(0, hit.start - 1) : hit.start], folded[hit.end : hit.end + 2]
    if pattern("place.other-thing").match(folded, hit.end) or pattern("place.company-behind").match(
        folded, hit.end
    ):
        return False
    if place.kind == "Province":
        return True
    if place.kind == "PrefectureCity":
        return (
            place.code.startswith("53") or place.code in full or place.short in _short_names()["well_known"]
        )
    if place.code in full or place.short in _short_names()["distinct"]:
        return True
    listed = (before == "、" and hit.start - 1 in ends) or (
        after[:1] in ("、", "和", "及", "与") and hit.end + 1 in starts
    )
    listed = listed or (before in ("和", "及", "与") and hit.start - 1 in ends)
    if listed:
        return True
    return (
        place.short not in _short_names()["common"]
        or (hit.start in ends and ends[hit.start].places[0].code == place.parent)
        or (before == "、" and place.code.startswith("5301"))
    )


def _is_home_zone(folded: str, hit: PlaceHit, place: Place, home: Home) -> bool:
    """高新区 alone is Kunming's only in an article about Kunming, and not straight after another place's name."""
    if hit.end - hit.start > 4:
        return True
    if pattern("place.zone-of-another").search(folded, max(0, hit.start - 3), hit.start):
        return False
    return home.city is not None and home.city.code == place.parent


def _villages(folded: str, home: Home, ends: Mapping[int, PlaceHit]) -> Iterator[Candidate]:
    spans: dict[int, int] = {}
    for m in pattern("place.village").finditer(folded):
        spans[m.start()] = m.end()
    if "村、" in folded or "社区、" in folded:
        for m in pattern("place.village-list").finditer(folded):
            at = m.start()
            for item in m.group().split("、"):
                spans[at] = at + len(item)
                at += len(item) + 1
    behind = pattern("place.village-behind")
    for end in (*ends, *(m.end() for m in pattern("place.subdistrict-before").finditer(folded))):
        if village := behind.match(folded, end):
            spans[end] = village.end()
    codes = {p.code for p in (home.county, home.town) if p}
    for start, end in spans.items():
        name = _trim_village(folded[start:end])
        if name is None:
            continue
        kind = "Community" if name.endswith("社区") else "Village"
        fitting = [
            p
            for p in Gazetteer.default().villages.get(name, ())
            if any(a.code in codes for a in _above(p.code))
        ]
        key = fitting[0].code if len(fitting) == 1 else ""
        yield Candidate(end - len(name), end, "AdministrativeArea", kind, name, "place.village", key)


def _trim_village(name: str) -> str | None:
    known, before = Gazetteer.default().villages, pattern("place.before-village")
    while name not in known and (lead := before.match(name)):
        name = name[lead.end() :]
    own = len(name) - (2 if name.endswith("社区") else 1)
    return None if own < 2 or pattern("place.common-village").match(name) else name


def _listed_divisions(folded: str, home: Home) -> Iterator[Candidate]:
    """拓东、东华、联盟等12个街道: short names whose kind the count gives, where the home has divisions of such names."""
    inside = {p.code for p in (home.county, home.city) if p}
    by_name = Gazetteer.default().by_name
    for m in pattern("place.listed").finditer(folded):
        at = m.start("names")
        for item in re.split("[、和]", m["names"]):
            end = at + len(item)
            places = [
                p
                for p in by_name.get(item + m["suffix"], ())
                if any(a.code in inside for a in _above(p.code))
            ]
            if len(places) == 1:
                yield _area(at, end, places[0], "place.listed")
            at = end + 1
