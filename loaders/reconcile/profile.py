"""What an indicator, a unit and a place come to once wording is taken away: the ground on which claims are compared."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from ..lexicon import alternation, rows, table
from .claim import Claim
from .scheme import concept_of, concepts, forget_names, without_marks
from .where import code_of, most_specific, opening_place

_RATES = frozenset({"%", "‰", "个百分点", "倍"})
_MARKS_BUT_AND = re.compile(r"[“”‘’\"'《》\s]")
_PRIVATE = 0xE000  # first of the code points that no text uses
_AND = re.compile(r"[、和及与]|以及")


@dataclass(frozen=True, slots=True)
class Profile:
    """A claim's indicator, comparable.

    `concept` is the id in the indicator scheme, None for one that it lacks, `named` whether the indicator as printed is a name of it;
    `core` is what is left without verbs of doing and empty words, `pairs` its characters, two by two (the characters themselves where
    there is but one). `marks` are (group, word) pairs of `matching.toml` that set it apart from its siblings, `narrow` words that tell a
    part of a thing, `acts` the families of its verbs.
    """

    concept: str | None
    core: str
    pairs: frozenset[str]
    marks: frozenset[tuple[str, str]]
    narrow: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()
    named: bool = False


@lru_cache(maxsize=65536)
def profile(indicator: str) -> Profile:
    """The profile of an indicator as printed."""
    plain = _without_opening(without_marks(indicator))
    coded = _coded(_BETWEEN().sub("", _coded(plain)))
    named, core = _spelt(coded), _core(coded) or plain
    concept = concept_of(plain)
    return Profile(
        concept or concept_of(core),
        core,
        frozenset(core[i : i + 2] for i in range(len(core) - 1)) or frozenset(core),
        _marks_of(named),
        frozenset(_NARROW().findall(named)),
        frozenset(act for verb in _ACT()[0].findall(plain) for act in _ACT()[1][verb]),
        concept is not None,
    )


@lru_cache(maxsize=65536)
def weight(pair: str) -> float:
    """How much it tells that two indicators share these two characters: 1 where no known thing has them, less the more have (老旧, 服务)."""
    return 1 / (1 + math.log1p(_things_with().get(pair, 0)))


@cache
def _things_with() -> Mapping[str, int]:
    """Of how many known things the names hold each two characters: things of the scheme and of `matching.toml`."""
    things = [(c.zh, *c.synonyms) for c in concepts().values()]
    things += [(name, *others) for name, others in table("matching")["same"].items()]
    return Counter(
        pair for names in things for pair in {n[i : i + 2] for n in names for i in range(len(n) - 1)}
    )


def conjuncts(indicator: str) -> list[str]:
    """The things that an indicator names together, in order: 引进名师和名长 → 引进名师, 名长. One where it names one."""
    parts = [part for part in _AND.split(_MARKS_BUT_AND.sub("", indicator)) if part]
    return parts if len(parts) > 1 and all(len(p) >= 2 for p in parts) else [indicator]


def _core(coded: str) -> str:
    """What a text with its known names in code comes to once scope, verbs of doing and empty words are taken away."""
    left = _without_doing(_without_scope(coded))
    shorter = _DROP().sub("", left)
    return _spelt(shorter if _long_enough(shorter) else left)


def _long_enough(coded: str) -> bool:
    return len(_spelt(coded)) >= 2


def _coded(text: str) -> str:
    """The text with each known name, whichever of its forms, as one sign that no verb or empty word can be cut from."""
    pattern, codes, _ = _SAME()
    return pattern.sub(lambda m: codes[m.group()], text)


def _spelt(coded: str) -> str:
    """The text with its known names written out, each in the form that stands for all."""
    return coded.translate(_SAME()[2])


@cache
def _SAME() -> tuple[re.Pattern[str], dict[str, str], dict[int, str]]:  # noqa: N802 - a constant that is read from a table when first needed
    """Names of things, the private sign for each, and the name that each sign stands for."""
    codes: dict[str, str] = {}
    spelt: dict[int, str] = {}
    for number, (name, others) in enumerate(table("matching")["same"].items(), _PRIVATE):
        codes |= dict.fromkeys((name, *others), chr(number))
        spelt[number] = name
    return re.compile(alternation(codes)), codes, spelt


@cache
def _BETWEEN() -> re.Pattern[str]:  # noqa: N802
    return re.compile(alternation(table("matching")["drop"]["between"]))


@cache
def _NARROW() -> re.Pattern[str]:  # noqa: N802
    return re.compile(alternation(table("matching")["narrow"]["words"]))


@cache
def _ACT() -> tuple[re.Pattern[str], dict[str, list[str]]]:  # noqa: N802
    families: dict[str, list[str]] = {}
    for family, verbs in table("matching")["act"].items():
        for verb in verbs:
            families.setdefault(verb, []).append(family)
    return re.compile(alternation(families)), families


@cache
def _DROP() -> re.Pattern[str]:  # noqa: N802
    return re.compile(alternation(table("matching")["drop"]["words"]))


@cache
def _SCOPE() -> re.Pattern[str]:  # noqa: N802
    return re.compile(rf"^(?:{alternation(table('matching')['drop']['scope'])})+")


@cache
def _OPENING() -> re.Pattern[str]:  # noqa: N802
    return re.compile(rf"^(?:\d{{4}}年|{alternation(table('matching')['drop']['opening'])})+")


@cache
def _DOING() -> tuple[re.Pattern[str], re.Pattern[str]]:  # noqa: N802
    verbs = alternation(table("matching")["drop"]["doing"])
    return re.compile(rf"^(?:{verbs})+"), re.compile(rf"(?:已|均|并|全部)*(?:{verbs})+$")


@cache
def _apart() -> tuple[re.Pattern[str], dict[str, list[tuple[str, str]]]]:
    """Words of the groups, and for each the groups that it is in with the word that stands for it there."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for group, words in table("matching")["apart"].items():
        for alike in words:
            first, *_ = each = alike.split("|")
            for word in each:
                groups.setdefault(word, []).append((group, first))
    return re.compile(f"(?=({alternation(groups)}))"), groups


def _without_opening(text: str) -> str:
    """The text without when and where at its head: 去年丽江市共药品抽检 → 药品抽检."""
    before = ""
    rest = text
    while rest != before:
        before = rest
        rest = _OPENING().sub("", rest)
        rest = rest[opening_place(rest) :]
    return rest if len(rest) >= 2 else text


def _without_scope(text: str) -> str:
    rest = _SCOPE().sub("", text)
    return rest if _long_enough(rest) else text


def _without_doing(text: str) -> str:
    opening, ending = _DOING()
    for pattern in (opening, ending):
        rest = pattern.sub("", text)
        text = rest if _long_enough(rest) else text
    return text


def _marks_of(text: str) -> frozenset[tuple[str, str]]:
    """The longest word of each group at each place of the text: 进出口, not the 出口 in it."""
    pattern, groups = _apart()
    taken: dict[str, list[tuple[int, int, str]]] = {}
    for m in pattern.finditer(text):
        start, end = m.start(), m.start() + len(m[1])
        for group, word in groups[m[1]]:
            spans = taken.setdefault(group, [])
            if not any(first <= start and end <= last for first, last, _ in spans):
                spans.append((start, end, word))
    return frozenset((group, word) for group, spans in taken.items() for _, _, word in spans)


def forget() -> None:
    """Drops what was read from the lexicon, after a change of its tables."""
    forget_names()
    for cached in (
        profile,
        weight,
        _things_with,
        _SAME,
        _BETWEEN,
        _NARROW,
        _ACT,
        _DROP,
        _SCOPE,
        _OPENING,
        _DOING,
        _apart,
    ):
        cached.cache_clear()


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit made comparable: `name` after conversion by `factor`; counting words share the family "count"."""

    name: str
    family: str
    factor: Decimal = Decimal(1)


@lru_cache(maxsize=4096)
def measure(unit: str) -> Measure:
    """The measure of a unit as the graph keeps it; compound units (元/亩) part by part."""
    words = table("matching")
    parts = [words["unit"].get(part, part) for part in unit.split("/")]
    factor = Decimal(1)
    if parts[0] in words["convert"]:
        parts[0], number = words["convert"][parts[0]]
        factor = Decimal(str(number))
    name = "/".join(parts)
    kind = _kinds().get(parts[0], "") if len(parts) == 1 else ""
    return Measure(name, "count" if kind == "count" and not name.endswith("次") else name, factor)


@cache
def _kinds() -> dict[str, str]:
    return {row[0]: row[1] for row in rows("units") if len(row) > 1}


def aspect(claim: Claim) -> str:
    """What its number is of the indicator. An amount more (增加学位5万个) is an amount, a share of nothing named (优良率占比99%) a level."""
    kind = claim.aspect or "level"
    if kind == "growth" and claim.unit not in _RATES:
        return "level"
    return "level" if kind == "share" and not claim.comparand else kind


def scope(claim: Claim) -> frozenset[str]:
    """Codes of the most specific places that it is about: those that it names, else its agent's, else its article's; empty where unknown."""
    return _scope(claim.places, claim.agent) or claim.home


@lru_cache(maxsize=65536)
def _scope(places: frozenset[str], agent: str | None) -> frozenset[str]:
    named = {code for place in places if (code := code_of(place))}
    of_agent = code_of(agent) if agent else None
    return most_specific(named | ({of_agent} if of_agent else set()))
