"""Places: names of the gazetteer, villages and communities by their suffix, and the home that 全市 and 市政府 mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from .candidate import Candidate
from .gazetteer import Gazetteer, Place
from .lexicon import table
from .rules import pattern
from .text import fold

_VILLAGE = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<a>[\u4e00-\u9fff]{2,4}(?:村|社区))(?=[、,。;:)\s\d]|等|和|及|举|开|党|居|的|为|与|在|内|里|是|有|$)"
)
_VILLAGE_LIST = re.compile(r"(?:[\u4e00-\u9fff]{2,4}(?:村|社区)、)+[\u4e00-\u9fff]{2,4}(?:村|社区)")
_VILLAGE_BEHIND = re.compile(r"[\u4e00-\u9fff]{2,4}?(?:村社区|村|社区)")
_SUBDISTRICT = re.compile(r"[\u4e00-\u9fff]{2}(?:街道|镇|乡)(?=[\u4e00-\u9fff]{2,4}(?:社区|村))")
_GENERIC_VILLAGE = re.compile(
    r"^(?:.*(?:该|各|每|本|全|农|乡|新农|城中|行政|自然|示范|美丽|试点|文明|智慧|公园|和谐|幸福|老旧|搬迁|贫困|边境|民族|传统|特色|文化|旅游|完整|居住|多个|几个|辖区|街道|学校与|镇|共有|条件的|所在|附近|周边|进|入|到|个).*|[一二三四五六七八九十两数\d].*)(?:村|社区)$"
)
#: 昆明路, 昆明话: a street's or another thing's name, but not 云南大力, 昆明人民
_PART_OF_NAME = re.compile(r"(?!大力|大抓|人民|大学|河道|湖泊|港口|山区)[路街巷大江河湖山寺话菜人籍港岸]")
#: 云南石化, 昆明建投: a company by its short name, of which the place is a part
_COMPANY_BEHIND = re.compile(
    r"(?:石化|白药|铜业|冶金|能投|建投|交投|城投|水投|云投|国投|农投|文投|产投|燃气集团|锡业|钛业|铝业)(?!资)"
)
_WHOLE = re.compile(r"(?:全|我)(?P<level>省|市|区|县|州)(?![长委府级场属域内场])")


#: 中国移动, “中国500强”: a country's name that opens another one
_NAMED_AFTER = re.compile(
    r"\d|移动|联通|电信|铁塔|铁路|铁建|中铁|石油|石化|银行|人寿|人民|建筑|建材|电建|能建|交建|田径|足球|篮球|科学院|民航|烟草|邮政|农业|工商|建设|证监|科协|作协|美协|企业|名牌|驰名|制造|气象|地震|红十字|国际|好人|传统|最美|式现代化|特色|春城|昆明|南亚|品牌|馆|队"
)


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


#: a dash that a scan reads as 一: 磨憨一磨丁经济合作区
_SCANNED_DASH = re.compile(r"(?<=[\u4e00-\u9fff]{2})一(?=[\u4e00-\u9fff]{2,3}(?:跨境|边境)?(?:经济)?合作区)")


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
    plain = _SCANNED_DASH.sub("—", folded)
    return [PlaceHit(a, b, forms[i][0], forms[i][2]) for i, a, b in matcher.find_matches_as_indexes(plain)]


def find_home(headline: str, hits: list[PlaceHit], publisher: str | None) -> Home:
    """Province, city and county that the article is about: the most named of each level, by headline, body, publisher."""
    gazetteer = Gazetteer.default()
    votes: Counter[Place] = Counter()
    named: Counter[Place] = Counter()
    for weight, found in (
        (1, hits),
        (3, find_places(fold(headline))),
        (2, find_places(fold(publisher or ""))),
    ):
        for hit in found:
            places = [p for p in hit.places if p.kind != "Country"]
            if len(places) != 1 or (hit.form == "short" and places[0].short in _short_names()["common"]):
                continue
            place = places[0]
            votes[place] += weight * 2
            named[place] += weight
            for above in gazetteer.above(place):
                votes[above] += weight
    best: dict[str, Place] = {}
    for level, kinds in (
        ("province", ("Province",)),
        ("city", ("PrefectureCity",)),
        ("county", ("District", "County", "CountyCity")),
        ("town", ("Town", "Township", "Subdistrict")),
    ):
        of_level = [(n, p) for p, n in votes.items() if p.kind in kinds]
        if of_level:
            best[level] = max(of_level, key=lambda item: (item[0], item[1].code))[1]
    city = best.get("city")
    if city is None and "province" in best and best["province"].name.endswith("市"):
        best["city"] = best["province"]
    elif city is not None:
        best["province"] = next(
            (p for p in gazetteer.above(city) if p.kind == "Province"), best.get("province", city)
        )
    county = best.get("county")
    own = (
        county is not None
        and county.kind == "CountyCity"
        and named[county] > 2 * (named[best["city"]] if "city" in best else 0)
    )
    return Home(**best, is_county_city=own)


def read_places(folded: str, headline: str, hits: list[PlaceHit], home: Home) -> Iterator[Candidate]:
    """Mentions of areas and zones."""
    full = {p.code for hit in hits if hit.form != "short" for p in hit.places}
    full |= {p.code for hit in find_places(fold(headline)) if hit.form != "short" for p in hit.places}
    starts = {hit.start: hit for hit in hits}
    ends = {hit.end: hit for hit in hits}
    known = [h for h in hits if h.form != "short" or h.places[0].short not in _short_names()["common"]]
    for hit in hits:
        place = _resolve(hit, home, known)
        if place is None or folded[hit.start - 1 : hit.start + 1] == "其中":
            continue
        if hit.form == "short" and not _stands(folded, hit, place, full, starts, ends):
            continue
        if (
            place.kind == "FunctionalZone"
            and hit.form == "alias"
            and not _is_home_zone(folded, hit, place, home)
        ):
            continue
        if place.kind == "Country" and (hit.form == "alias" or _NAMED_AFTER.match(folded, hit.end)):
            continue
        cls = "FunctionalZone" if place.kind == "FunctionalZone" else "AdministrativeArea"
        yield Candidate(hit.start, hit.end, cls, place.kind, place.name, f"place.{hit.form}", place.code)  # type: ignore[arg-type]
    yield from _villages(folded, home, ends)
    yield from _listed_divisions(folded, home)
    for m in _WHOLE.finditer(folded):
        whole = home.of(m["level"])
        if whole is not None:
            yield Candidate(
                m.start(), m.end(), "AdministrativeArea", whole.kind, whole.name, "place.whole", whole.code
            )


def _resolve(hit: PlaceHit, home: Home, known: list[PlaceHit]) -> Place | None:
    """The place meant, among those of one name: the one at home, or under a place that the article names."""
    if len(hit.places) == 1:
        return hit.places[0]
    gazetteer = Gazetteer.default()
    if hit.form == "short" and home.city in hit.places and home.of("州") is not None:
        return home.city  # 大理 in an article of 大理州
    near = {p.code for p in (home.county, home.city, home.province) if p}
    for codes in (near, {p.code for h in known if len(h.places) == 1 for p in h.places}):
        fitting = [
            p for p in hit.places if codes & {a.code for a in gazetteer.above(p) if a.kind != "Country"}
        ]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return max(fitting, key=lambda p: len(codes & {a.code for a in gazetteer.above(p)}))
    return None


def _stands(
    folded: str,
    hit: PlaceHit,
    place: Place,
    full: set[str],
    starts: dict[int, PlaceHit],
    ends: dict[int, PlaceHit],
) -> bool:
    """Whether a short name stands for the place: no everyday word, or the full name, a list or an area around it says so."""
    before, after = folded[max(0, hit.start - 1) : hit.start], folded[hit.end : hit.end + 2]
    if _PART_OF_NAME.match(folded, hit.end):
        return False
    if _COMPANY_BEHIND.match(folded, hit.end):
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
    alias = folded[hit.start : hit.end]
    if len(alias) > 4:
        return True
    before = folded[max(0, hit.start - 3) : hit.start]
    if re.search(r"[\u4e00-\u9fff](?:市|省|县|区)$|[级家各个类]$|旅游$|国家$|技术$|产业$", before):
        return False
    return home.city is not None and home.city.code == place.parent


def _villages(folded: str, home: Home, ends: dict[int, PlaceHit]) -> Iterator[Candidate]:
    spans: dict[int, int] = {}
    for m in _VILLAGE.finditer(folded):
        spans[m.start("a")] = m.end("a")
    for m in _VILLAGE_LIST.finditer(folded):
        at = m.start()
        for item in m.group().split("、"):
            spans[at] = at + len(item)
            at += len(item) + 1
    for end in [*ends, *(m.end() for m in _SUBDISTRICT.finditer(folded))]:
        if behind := _VILLAGE_BEHIND.match(folded, end):
            spans[end] = behind.end()
    gazetteer = Gazetteer.default()
    for start, end in spans.items():
        name = _trim_village(folded[start:end])
        if name is None:
            continue
        start = end - len(name)
        kind = "Community" if name.endswith("社区") else "Village"
        codes = {p.code for p in (home.county, home.town) if p}
        fitting = [
            p for p in gazetteer.villages.get(name, ()) if codes & {a.code for a in gazetteer.above(p)}
        ]
        key = fitting[0].code if len(fitting) == 1 else ""
        yield Candidate(start, end, "AdministrativeArea", kind, name, "place.village", key)


def _listed_divisions(folded: str, home: Home) -> Iterator[Candidate]:
    """拓东、东华、联盟等12个街道: short names whose kind the count gives, where the home has divisions of such names."""
    inside = {p.code for p in (home.county, home.city) if p}
    gazetteer = Gazetteer.default()
    for m in pattern("place.listed").finditer(folded):
        at = m.start("names")
        for item in re.split("[、和]", m["names"]):
            places = [
                p
                for p in gazetteer.by_name.get(item + m["suffix"], [])
                if inside & {a.code for a in gazetteer.above(p)}
            ]
            if len(places) == 1:
                place = places[0]
                yield Candidate(
                    at,
                    at + len(item),
                    "AdministrativeArea",
                    place.kind,
                    place.name,
                    "place.listed",
                    place.code,
                )
            at += len(item) + 1


def _trim_village(name: str) -> str | None:
    known = Gazetteer.default().villages
    while name not in known and (lead := pattern("place.before-village").match(name)):
        name = name[lead.end() :]
    if len(re.sub(r"(?:村|社区)$", "", name)) < 2 or _GENERIC_VILLAGE.match(name):
        return None
    return name
