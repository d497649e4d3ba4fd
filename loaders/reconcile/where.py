"""Where a claim holds: codes of places, of the bodies that a name stands for, and of the place that an article is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ..facts import Article, Statement
from ..gazetteer import Gazetteer
from ..lexicon import alternation, table
from ..place import PlaceHit, find_home, find_places
from ..text import fold

_OFFICE = re.compile(r"(?:人民政府|管理委员会|管委会|政府)$")
_AREA = re.compile(r"^[^省市州县区]{1,8}?(?:自治州|自治县|[省市州县区镇乡]|街道)")
_LONGEST = 20  # characters of the longest name in the gazetteer that opens an indicator


@lru_cache(maxsize=65536)
def code_of(name: str) -> str | None:
    """The code of the place, or of that whose body or department a name is: 昆明市水务局 → 530100.

    Of a name that several places bear, or that no table holds, the name itself stands for the code: 朝阳区 is 朝阳区 and no other.
    """
    gazetteer = Gazetteer.default()
    plain = body(name)
    for end in range(len(plain), 1, -1):
        places = gazetteer.by_name.get(plain[:end], [])
        if len(places) == 1:
            return places[0].code
        if places:
            return f"~{plain[:end]}"
    unknown = _AREA.match(plain)
    return f"~{unknown[0]}" if unknown and not _in_words(unknown[0]) else None


@lru_cache(maxsize=65536)
def above(code: str) -> tuple[str, ...]:
    """Codes of the places that the one of the code lies in."""
    gazetteer = Gazetteer.default()
    place = gazetteer.by_code.get(code)
    return tuple(p.code for p in gazetteer.above(place)) if place else ()


def most_specific(codes: Iterable[str]) -> frozenset[str]:
    """The codes without those of places that another of them lies in."""
    found = set(codes)
    return frozenset(found - {up for code in found for up in above(code)})


@lru_cache(maxsize=65536)
def body(agent: str) -> str:
    """The agent without the word for its government: a place and its government promise as one."""
    return _OFFICE.sub("", agent)


@lru_cache(maxsize=65536)
def is_public(agent: str) -> bool:
    """Whether the agent is a place, its government or a body of it, rather than a company or an association."""
    plain = body(agent)
    gazetteer = Gazetteer.default()
    if plain in gazetteer.by_name:
        return True
    words = table("matching")["public"]
    if plain.endswith(tuple(words["private"])):
        return False
    return plain.endswith(tuple(words["offices"])) or bool(_AREA.fullmatch(plain))


def opening_place(text: str) -> int:
    """Length of the full name of a place at the head of a text, 0 where there is none."""
    gazetteer = Gazetteer.default()
    for end in range(min(_LONGEST, len(text)), 2, -1):
        if text[:end] in gazetteer.by_name:
            return end
    return 0


def home_of(article: Article, statements: Iterable[Statement]) -> str | None:
    """The place that an article's claims are about where they name none: its headline's, its agents', its paper's."""
    named = _unambiguous(find_places(fold(article.headline)))
    if len(named) == 1:
        return next(iter(named))
    agents = most_specific(code for s in statements if s.agent and (code := code_of(s.agent)))
    if len(agents) == 1:
        return next(iter(agents))
    if named or agents:
        return None
    home = find_home((), (), article.publisher)
    place = home.county or home.city
    return place.code if place else None


def _unambiguous(hits: Iterable[PlaceHit]) -> frozenset[str]:
    codes = set()
    for hit in hits:
        places = [p for p in hit.places if p.kind != "Country"]
        if len(places) == 1:
            codes.add(places[0].code)
        elif places:
            codes.add(f"~{places[0].name}")
    return most_specific(codes)


def _in_words(name: str) -> bool:
    """Whether what looks like an area is a phrase: 全市, 老旧小区, 新建社区."""
    return bool(_PHRASE().search(name))


@lru_cache(maxsize=1)
def _PHRASE() -> re.Pattern[str]:  # noqa: N802 - a constant that is read from a table when first needed
    return re.compile(alternation(table("matching")["public"]["no_area"]))
