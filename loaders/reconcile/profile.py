"""What an indicator, a unit and a place come to once wording is taken away: the ground on which claims are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from ..gazetteer import Gazetteer
from ..lexicon import alternation, rows, table
from .claim import Claim
from .scheme import concept_of, without_marks

_AND = re.compile(r"[、和及与]|以及")
_OFFICE = re.compile(r"(?:人民政府|管理委员会|管委会|政府)$")


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
    plain = without_marks(indicator)
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


def scope(claim: Claim) -> frozenset[str]:
    """Codes of the most specific places that it is about: those that it names, else its agent's; empty where unknown."""
    named = {code for place in claim.places if (code := _code(place))}
    agent = _code(claim.agent) if claim.agent else None
    found = named | ({agent} if agent else set())
    above = {up for code in found for up in _above(code)}
    return frozenset(found - above)


def nested(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether some place of one lies in a place of the other."""
    one, other = set(one), set(other)
    return any(set(_above(code)) & other for code in one) or any(set(_above(code)) & one for code in other)


@lru_cache(maxsize=65536)
def _code(name: str) -> str | None:
    """The code of the place, or of that whose body or department a name is: 昆明市水务局 → 530100."""
    gazetteer = Gazetteer.default()
    plain = _OFFICE.sub("", name)
    for end in range(len(plain), 1, -1):
        places = gazetteer.by_name.get(plain[:end], [])
        if len(places) == 1:
            return places[0].code
    return None


@lru_cache(maxsize=65536)
def _above(code: str) -> tuple[str, ...]:
    gazetteer = Gazetteer.default()
    place = gazetteer.by_code.get(code)
    return tuple(p.code for p in gazetteer.above(place)) if place else ()


@lru_cache(maxsize=65536)
def body(agent: str) -> str:
    """The agent without the word for its government: a place and its government promise as one."""
    return _OFFICE.sub("", agent)
