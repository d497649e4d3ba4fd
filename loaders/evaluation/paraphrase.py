"""Promises and results that say the same in other words, among others that nearly do, made by chance from wordings of our own.

`wordings.toml` of a folder of gold holds the things that are counted, each in several wordings (`words`, or `promise` and `result` apart), the
unit and others that it is said in (`units`), the offices that do it; `frames.toml` how papers speak. Half of the distractors differ from a
pair in its place, its year or its thing alone, some of these with the very number of the promise.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..facts import ClaimKind, StatementKind

PLACES = (
    "昆明市", "五华区", "盘龙区", "官渡区", "西山区", "东川区", "呈贡区", "晋宁区", "富民县", "宜良县", "嵩明县", "安宁市", "曲靖市", "麒麟区", "宣威市",
    "玉溪市", "红塔区", "大理州", "大理市", "保山市", "隆阳区", "昭通市", "丽江市", "普洱市", "楚雄州", "红河州",
)  # fmt: skip
YEARS = range(2018, 2025)
#: What a statement is about: thing, place, year
Key = tuple[str, str, int]
_WHOLE = {"亿": 10**8, "万": 10**4}
_SAME_NUMBER = 0.3  # of the things beside a pair, how many have its very number
_NUMBER = re.compile(r"\{([nv])(?::([^}]+))?\}")


@dataclass(frozen=True, slots=True)
class Said:
    """One promise or result, its number in the base unit, and the clause that says it."""

    key: Key
    kind: StatementKind
    value: Decimal
    clause: str
    rate: str
    office: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """Pages to build, what each headline's article says, and the keys that have both a promise and its result."""

    pages: Mapping[str, str]
    said: Mapping[str, tuple[Said, ...]]
    pairs: frozenset[Key]

    def keys(self, headline: str, kind: ClaimKind, value: Decimal | None) -> set[Key]:
        """What the article's statements of this number are about."""
        return {s.key for s in self.said.get(headline, ()) if s.kind == kind and s.value == value}


def make_world(
    gold: Path, seed: int, pairs: int = 200, distractors: int = 2000, places: Sequence[str] = PLACES
) -> World:
    """A world by chance, from the wordings and frames in the folder; the fewer places, the more is said of each."""
    chance = random.Random(seed)
    words = _table(gold, "wordings")
    styles = _table(gold, "frames")["style"]
    keys = _keys(chance, words, places, pairs, distractors)
    statements: list[Said] = []
    targets: dict[Key, Decimal] = {}
    for number, key in enumerate(keys):
        entry = words[key[0]]
        target = targets.setdefault(key, _number(chance, entry))
        reached = _near(chance, target, entry)
        rate = f"{reached * 100 / target:.1f}"
        if number < pairs:
            one, other = _two(chance, entry)
            statements.append(_said(chance, key, "commitment", target, one, entry, ""))
            statements.append(_said(chance, key, "outcome", reached, other, entry, rate))
            continue
        kind: StatementKind = chance.choice(("commitment", "outcome"))
        same = targets.get((entry.get("beside", ""), *key[1:]))
        value = same if same is not None and chance.random() < _SAME_NUMBER else reached
        word = chance.choice(_two(chance, entry))
        if "promise" in entry:
            word = chance.choice(entry["promise" if kind == "commitment" else "result"])
        statements.append(_said(chance, key, kind, value, word, entry, rate))
    return _written(chance, statements, styles, frozenset(keys[:pairs]))


def _two(chance: random.Random, entry: Mapping[str, Any]) -> tuple[str, str]:
    """A wording for the promise and another for its result."""
    if "promise" in entry:
        return chance.choice(entry["promise"]), chance.choice(entry["result"])
    one, other = chance.sample(entry["words"], 2)
    return one, other


def _keys(
    chance: random.Random, words: Mapping[str, Any], places: Sequence[str], pairs: int, distractors: int
) -> list[Key]:
    """Keys of the pairs, then of the distractors: half of these differ from a pair in one thing only."""
    names = sorted(words)
    taken: dict[Key, None] = {}
    while len(taken) < pairs:
        taken[chance.choice(names), chance.choice(places), chance.choice(YEARS)] = None
    of_pairs = list(taken)
    near = {name: entry.get("beside") for name, entry in words.items()}
    while len(taken) < pairs + distractors:
        concept, place, year = chance.choice(of_pairs)
        turn = chance.randrange(5)
        if turn == 0:
            place = chance.choice(places)
        elif turn == 1:
            year = chance.choice(YEARS)
        elif turn == 2:
            concept = near[concept] or next((n for n in names if near[n] == concept), chance.choice(names))
        else:
            concept, place, year = chance.choice(names), chance.choice(places), chance.choice(YEARS)
        taken[concept, place, year] = None
    return list(taken)


def _number(chance: random.Random, entry: Mapping[str, Any]) -> Decimal:
    """A round number of the entry's range, in its unit: two significant digits."""
    drawn = Decimal(chance.uniform(entry["from"], entry["to"]))
    rounded = Decimal(f"{drawn:.1e}").normalize()
    whole = entry["unit"] == "%" or (
        rounded < 10 and not entry["unit"].startswith(("亿", "万")) and entry["unit"] != "公里"
    )
    return Decimal(round(drawn)) if whole else rounded


def _near(chance: random.Random, target: Decimal, entry: Mapping[str, Any]) -> Decimal:
    """What came of a target: most reach it, few by far."""
    if entry["unit"] == "%":
        return min(Decimal(100), target + Decimal(chance.randint(-10, 30)) / 10)
    reached = target * Decimal(chance.choice((0.6, 0.85, 0.97, 1.02, 1.08, 1.15, 1.3, 1.6, 2.4, 4.8)))
    if entry["unit"].startswith(("亿", "万")) or entry["unit"] == "公里":
        return reached.quantize(Decimal("0.01"))
    return reached.quantize(Decimal(100) if reached >= 10000 else Decimal(1))


def _said(
    chance: random.Random,
    key: Key,
    kind: StatementKind,
    value: Decimal,
    clause: str,
    entry: Mapping[str, Any],
    rate: str,
) -> Said:
    base = value

    def shown(m: re.Match[str]) -> str:
        nonlocal base
        unit = m[2] or entry["unit"]
        factor = Decimal(str(entry.get("units", {}).get(unit, 1)))
        number = (
            value if factor == 1 else (value / factor).quantize(Decimal(1) if factor < 1 else Decimal("0.1"))
        )
        whole = next((power for sign, power in _WHOLE.items() if unit.startswith(sign)), 1)
        base = number * whole
        plain = f"{number.normalize():f}"
        if whole == 1 and number >= 10000:
            plain = f"{(number / 10000).normalize():f}万"
        return plain if m[1] == "v" else f"{plain}{unit}"

    text = _NUMBER.sub(shown, clause)
    office = chance.choice(entry["office"]) if "office" in entry else "人民政府"
    return Said(key, kind, base.normalize(), text, rate, office)


def _written(
    chance: random.Random,
    statements: Sequence[Said],
    styles: Sequence[Mapping[str, Any]],
    pairs: frozenset[Key],
) -> World:
    """Articles of one place, year and kind each, in a manner by chance."""
    groups: dict[tuple[StatementKind, str, int], list[Said]] = defaultdict(list)
    for s in statements:
        groups[s.kind, s.key[1], s.key[2]].append(s)
    pages, said = {}, {}
    for kind, place, year in sorted(groups):
        all_of_it = groups[kind, place, year]
        chance.shuffle(all_of_it)
        style = chance.choice(styles)
        which = "promise" if kind == "commitment" else "result"
        headline = style[f"{which}_headline"].format(place=place, year=year)
        day = (
            f"{year}-02-{chance.randint(10, 27)}"
            if kind == "commitment"
            else f"{year + 1}-01-{chance.randint(10, 27)}"
        )
        if headline in pages:
            headline = f"{headline}（{year}）"
        if style.get("dated"):
            headline = f"{headline}（{day}）"
        body = _sentences(chance, all_of_it, style[which], place, year)
        pages[headline] = f"---\npublished: {day}\npublisher: 春城账本\nheadline: {headline}\n---\n\n{body}\n"
        said[headline] = tuple(all_of_it)
    return World(pages, said, pairs)


def _sentences(
    chance: random.Random, statements: Sequence[Said], frames: Sequence[str], place: str, year: int
) -> str:
    """The statements in sentences, each in the frame whose turn it is, or in a smaller one where too few are left."""
    left = list(statements)
    lines = [f.format(place=place, year=year) for f in frames if "{0}" not in f]
    usable = [f for f in frames if "{0}" in f]
    while left:
        frame = chance.choice(
            [f for f in usable if sum(f"{{{i}}}" in f for i in range(5)) <= len(left)] or usable[:1]
        )
        count = sum(f"{{{i}}}" in frame for i in range(5))
        now, left = left[:count], left[count:]
        if len(now) < count:
            frame = "{year}年，{place}" + ("将" if now[0].kind == "commitment" else "已") + "{0}。"
        lines.append(
            frame.format(
                *(s.clause for s in now), place=place, year=year, rate=now[0].rate, office=now[0].office
            )
        )
    return "\n\n".join(lines)


def _table(gold: Path, name: str) -> dict[str, Any]:
    return tomllib.loads((gold / f"{name}.toml").read_text(encoding="utf-8"))
