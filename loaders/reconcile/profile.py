"""What an indicator, a unit and a place come to once wording is taken away: the ground on which claims are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from ..lexicon import alternation, rows, table
from .claim import Claim
from .scheme import concept_of, without_marks
from .where import code_of, most_specific, opening_place

_RATES = frozenset({"%", "‰", "个百分点", "倍"})
_AND = re.compile(r"[、和及与]|以及")


@dataclass(frozen=True, slots=True)
class Profile:
    """A claim's indicator, comparable.

    `concept` is the id in the indicator scheme, None for one that it lacks; `core` is what is left without verbs of doing and empty
    words; `marks` are (group, word) pairs of `matching.toml` that set it apart from its siblings.
    """

    concept: str | None
    core: str
    marks: frozenset[tuple[str, str]]

    @property
    def pairs(self) -> frozenset[str]:
        """Its characters, two by two; the characters themselves where there is but one."""
        return frozenset(self.core[i : i + 2] for i in range(len(self.core) - 1)) or frozenset(self.core)


@lru_cache(maxsize=65536)
def profile(indicator: str) -> Profile:
    """The profile of an indicator as printed."""
    plain = _without_opening(without_marks(indicator))
    core = _without_doing(_SAME().sub(lambda m: table("matching")["same"][m.group()], _without_scope(plain)))
    shorter = _DROP().sub("", core)
    core = shorter if len(shorter) >= 2 else core or plain
    same = _SAME().sub(lambda m: table("matching")["same"][m.group()], plain)
    return Profile(concept_of(plain) or concept_of(core), core, _marks_of(same))


def conjuncts(indicator: str) -> list[str]:
    """The things that an indicator names together, in order: 引进名师和名长 → 引进名师, 名长. One where it names one."""
    parts = [part for part in _AND.split(_MARKS_BUT_AND.sub("", indicator)) if part]
    return parts if len(parts) > 1 and all(len(p) >= 2 for p in parts) else [indicator]


_MARKS_BUT_AND = re.compile(r"[“”‘’\"'《》\s]")


@cache
def _SAME() -> re.Pattern[str]:  # noqa: N802 - a constant that is read from a table when first needed
    return re.compile(alternation(table("matching")["same"]))


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
def _apart() -> tuple[re.Pattern[str], dict[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for group, words in table("matching")["apart"].items():
        for word in words:
            groups.setdefault(word, []).append(group)
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
    return rest if len(rest) >= 2 else text


def _without_doing(text: str) -> str:
    opening, ending = _DOING()
    for pattern in (opening, ending):
        rest = pattern.sub("", text)
        text = rest if len(rest) >= 2 else text
    return text


def _marks_of(text: str) -> frozenset[tuple[str, str]]:
    """The longest word of each group at each place of the text: 进出口, not the 出口 in it."""
    pattern, groups = _apart()
    taken: dict[str, list[tuple[int, int, str]]] = {}
    for m in pattern.finditer(text):
        word = m[1]
        for group in groups[word]:
            spans = taken.setdefault(group, [])
            if not any(start <= m.start() and m.start() + len(word) <= end for start, end, _ in spans):
                spans.append((m.start(), m.start() + len(word), word))
    return frozenset((group, word) for group, spans in taken.items() for _, _, word in spans)


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
