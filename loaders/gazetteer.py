"""The gazetteer: China down to counties, Yunnan down to towns, Kunming's zones and villages, with codes and other names."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ontology.errors import ChunchengError

from .rules import pattern

_FOLDER = Path(__file__).parent / "lexicon" / "places"
_ETHNIC = (
    "壮族|回族|彝族|苗族|傣族|白族|哈尼族|拉祜族|佤族|纳西族|景颇族|傈僳族|藏族|布朗族|普米族|怒族|独龙族|瑶族|土家族|侗族|"
    "布依族|水族|仡佬族|蒙古族|满族|朝鲜族|维吾尔|哈萨克|柯尔克孜|羌族|畲族|黎族|土族|撒拉族|东乡族|保安族|裕固族|塔吉克|锡伯|达斡尔族|鄂温克族|鄂伦春|毛南族|仫佬族|各族|哈萨克族|维吾尔族"
)
_SUFFIX = re.compile(
    rf"(?:(?:{_ETHNIC})*(?:自治区|自治州|自治县|自治旗)|特别行政区|省|市|地区|盟|区|县|旗|街道|镇|乡)$"
)
_UNTIL = re.compile(r"until (?P<year>\d{4})")
_LONGEST_NAME = 16  # characters of a place's name that are looked up at the head of a body's
_ENGLISH = {
    "Province": "Province",
    "PrefectureCity": "City",
    "District": "District",
    "County": "County",
    "CountyCity": "City",
    "Town": "Town",
    "Township": "Township",
    "Subdistrict": "Subdistrict",
    "Village": "Village",
    "Community": "Community",
    "FunctionalZone": "Zone",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An area or zone. `code` is the division code, or the key of a zone; `parent` is the code above."""

    code: str
    name: str
    kind: str
    parent: str | None
    aliases: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The name without the word for its kind, where two characters stay: 呈贡区 → 呈贡, 石林彝族自治县 → 石林."""
        plain = _SUFFIX.sub("", self.name)
        return plain if len(plain) >= 2 else self.name


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that a place had, and the year in which it got the one it has."""

    code: str
    name: str
    until: str


class GazetteerError(ChunchengError):
    """A row of a table of places that can't be: a code twice, a parent that no row has, a place inside itself."""


class Gazetteer:
    """All places by code and by name; raises GazetteerError where the rows make no tree."""

    def __init__(
        self, areas: tuple[Place, ...], zones: tuple[Place, ...], villages: tuple[Place, ...]
    ) -> None:
        self._areas, self._zones = areas, zones
        self.by_code = _tree((*areas, *zones, *villages))
        self.villages: dict[str, list[Place]] = defaultdict(list)
        for village in villages:
            self.villages[village.name].append(village)
        self.by_name: dict[str, list[Place]] = defaultdict(list)
        for place in (*areas, *zones):
            for name in dict.fromkeys((place.name, *place.aliases)):
                self.by_name[name].append(place)

    @staticmethod
    @cache
    def default() -> Gazetteer:
        """The gazetteer of the tables in `lexicon/places`."""
        other: dict[str, list[str]] = defaultdict(list)
        for row in read_table("names"):
            other[row["code"]].append(row["alias"])
        areas = tuple(
            Place(r["code"], r["name"], r["kind"], r["parent"], tuple(other[r["code"]]))
            for r in read_table("areas")
        )
        zones = tuple(
            Place(r["code"], r["name"], r["kind"], r["parent"], tuple(r["aliases"].split("|")))
            for r in read_table("zones")
        )
        countries = tuple(Place(r["code"], r["name"], "Country", None) for r in read_table("countries"))
        villages = tuple(Place(r["code"], r["name"], r["kind"], r["parent"]) for r in read_table("villages"))
        return Gazetteer((*countries, *areas), zones, villages)

    def areas(self) -> tuple[Place, ...]:
        """Countries, provinces, cities, counties and Yunnan's towns."""
        return self._areas

    def zones(self) -> tuple[Place, ...]:
        """Functional zones."""
        return self._zones

    def borne_by(self, name: str) -> Place | None:
        """The innermost place whose name a body's name bears at its head: 昆明市官渡区教育体育局 → 官渡区; None where there is none, or several could be."""
        name, found = pattern("body.party-head").sub("", name), None
        while name:
            for length in range(min(len(name), _LONGEST_NAME), 1, -1):
                candidates = self.by_name.get(name[:length], ())
                if found is not None:
                    candidates = [place for place in candidates if found in self.above(place)]
                if len(candidates) == 1:
                    found, name = candidates[0], name[length:]
                    break
            else:
                break
        return found

    def above(self, place: Place) -> list[Place]:
        """The places that it lies in, the nearest first."""
        found = []
        parent = self.by_code.get(place.parent or "")
        while parent is not None:
            found.append(parent)
            parent = self.by_code.get(parent.parent or "")
        return found


@cache
def former_names() -> tuple[FormerName, ...]:
    """The names before a change, by the notes of `lexicon/places/names.csv` (until 2011); short forms in use have none."""
    rows = ((row, _UNTIL.fullmatch(row["note"])) for row in read_table("names"))
    return tuple(FormerName(row["code"], row["alias"], until["year"]) for row, until in rows if until)


def _tree(places: tuple[Place, ...]) -> dict[str, Place]:
    """Places by code, each of which leads up to a place without a parent."""
    by_code: dict[str, Place] = {}
    for place in places:
        if place.code in by_code:
            raise GazetteerError(
                f"lexicon/places: code {place.code} stands twice, for {by_code[place.code].name} and for "
                f"{place.name}: keep one row"
            )
        by_code[place.code] = place
    for place in places:
        seen, at = {place.code}, place
        while at.parent:
            if at.parent not in by_code:
                raise GazetteerError(
                    f"lexicon/places: {at.name} ({at.code}) lies in {at.parent}, which no row has: correct its parent"
                )
            at = by_code[at.parent]
            if at.code in seen:
                raise GazetteerError(
                    f"lexicon/places: {place.name} ({place.code}) lies in itself by way of {at.name} ({at.code}): "
                    "correct its parent"
                )
            seen.add(at.code)
    return by_code


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a table of `lexicon/places`."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def _english() -> dict[str, str]:
    """Labels that pinyin doesn't give: countries, conventional names, zones by their own English names."""
    return {r["code"]: r["label"] for name in ("countries", "english") for r in read_table(name)}


def english_label(place: Place) -> str:
    """A Latin label, from the table or by pinyin and kind: 呈贡区 → Chenggong District."""
    if place.code in _english():
        return _english()[place.code]
    stem = re.sub(r"(?:社区|村)$", "", place.short) if place.kind in ("Village", "Community") else place.short
    suffix = _ENGLISH.get(place.kind, "")
    if place.kind == "County" and "自治" in place.name:
        suffix = "Autonomous County"
    if place.kind == "PrefectureCity" and "自治州" in place.name:
        suffix = "Autonomous Prefecture"
    return f"{_latin(stem)} {suffix}".strip()


def _latin(name: str) -> str:
    """Pinyin as one word, with the apostrophe of GB/T 16159 before a syllable that begins with a vowel: Pu'er."""
    from pypinyin import (  # its table of phrases takes a fifth of a second: only who writes names waits
        Style,
        lazy_pinyin,
    )

    syllables = lazy_pinyin(name, style=Style.NORMAL, v_to_u=True)
    return "".join(
        s if i == 0 or s[0] not in "aoe" else f"'{s}" for i, s in enumerate(syllables)
    ).capitalize()
