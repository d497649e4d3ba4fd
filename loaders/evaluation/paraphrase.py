"""Promises and results that say the same in other words, among others that nearly do, made by chance from wordings of our own.

`wordings.toml` of a folder of gold holds the things that are counted, each in several wordings; `frames.toml` how papers speak. Half of the
distractors differ from a pair in its place, its year or its thing alone.
"""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..facts import StatementKind

PLACES = (
    "昆明市", "五华区", "盘龙区", "官渡区", "西山区", "东川区", "呈贡区", "晋宁区", "富民县", "宜良县", "嵩明县", "安宁市", "曲靖市", "麒麟区", "宣威市",
    "玉溪市", "红塔区", "大理州", "大理市", "保山市", "隆阳区", "昭通市", "丽江市", "普洱市", "楚雄州", "红河州",
)  # fmt: skip
YEARS = range(2018, 2025)
#: What a statement is about: thing, place, year
Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Said:
    """One promise or result, its number in the base unit, and the clause that says it."""

    key: Key
    kind: StatementKind
    value: Decimal
    clause: str
    rate: str


@dataclass(frozen=True, slots=True)
class World:
    """Pages to build, what each headline's article says, and the keys that have both a promise and its result."""

    pages: Mapping[str, str]
    said: Mapping[str, tuple[Said, ...]]
    pairs: frozenset[Key]

    def keys(self, headline: str, kind: StatementKind, value: Decimal | None) -> set[Key]:
        """What the article's statements of this number are about."""
        return {s.key for s in self.said.get(headline, ()) if s.kind == kind and s.value == value}


def make_world(gold: Path, seed: int, pairs: int = 200, distractors: int = 2000) -> World:
    """A world by chance, from the wordings and frames in the folder."""
    chance = random.Random(seed)
    words = _table(gold, "wordings")
    styles = _table(gold, "frames")["style"]
    keys = _keys(chance, words, pairs, distractors)
    statements: list[Said] = []
    for number, key in enumerate(keys):
        entry = words[key[0]]
        target = _number(chance, entry)
        reached = _near(chance, target, entry)
        rate = f"{reached * 100 / target:.1f}"
        if number < pairs:
            one, other = chance.sample(entry["words"], 2)
            statements.append(_said(key, "commitment", target, one, entry, ""))
            statements.append(_said(key, "outcome", reached, other, entry, rate))
        else:
            kind: StatementKind = chance.choice(("commitment", "outcome"))
            statements.append(_said(key, kind, reached, chance.choice(entry["words"]), entry, rate))
    return _written(chance, statements, styles, frozenset(keys[:pairs]))


def _keys(chance: random.Random, words: Mapping[str, Any], pairs: int, distractors: int) -> list[Key]:
    """Keys of the pairs, then of the distractors: half of these differ from a pair in one thing only."""
    names = sorted(words)
    taken: dict[Key, None] = {}
    while len(taken) < pairs:
        taken[chance.choice(names), chance.choice(PLACES), chance.choice(YEARS)] = None
    of_pairs = list(taken)
    near = {name: entry.get("beside") for name, entry in words.items()}
    while len(taken) < pairs + distractors:
        concept, place, year = chance.choice(of_pairs)
        turn = chance.randrange(5)
        if turn == 0:
            place = chance.choice(PLACES)
        elif turn == 1:
            year = chance.choice(YEARS)
        elif turn == 2:
            concept = near[concept] or next((n for n in names if near[n] == concept), chance.choice(names))
        else:
            concept, place, year = chance.choice(names), chance.choice(PLACES), chance.choice(YEARS)
        taken[concept, place, year] = None
    return list(taken)


def _number(chance: random.Random, entry: Mapping[str, Any]) -> Decimal:
    """A round number of the entry's range, in its unit: two significant digits."""
    drawn = Decimal(chance.uniform(entry["from"], entry["to"]))
    rounded = Decimal(f"{drawn:.1e}").normalize()
    whole = entry["unit"] == "%" or (
        rounded < 10 and not entry["unit"].startswith("亿") and entry["unit"] != "公里"
    )
    return Decimal(round(drawn)) if whole else rounded


def _near(chance: random.Random, target: Decimal, entry: Mapping[str, Any]) -> Decimal:
    """What came of a target: most reach it, few by far."""
    if entry["unit"] == "%":
        return min(Decimal(100), target + Decimal(chance.randint(-10, 30)) / 10)
    reached = target * Decimal(chance.choice((0.85, 0.97, 1.02, 1.08, 1.15, 1.3, 1.6, 2.4)))
    if entry["unit"].startswith("亿") or entry["unit"] == "公里":
        return reached.quantize(Decimal("0.01"))
    return reached.quantize(Decimal(100) if reached >= 10000 else Decimal(1))


def _said(
    key: Key, kind: StatementKind, value: Decimal, clause: str, entry: Mapping[str, Any], rate: str
) -> Said:
    unit = entry["unit"]
    base = value * 10**8 if unit.startswith("亿") else value
    shown = f"{value.normalize():f}"
    if not unit.startswith("亿") and value >= 10000:
        shown = f"{(value / 10000).normalize():f}万"
    text = clause.replace("{n}", f"{shown}{unit}").replace("{v}", shown)
    return Said(key, kind, base.normalize(), text, rate)


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
            [
                f
                for f in usable
                if f.count("{") - f.count("{place") - f.count("{year") - f.count("{rate") <= len(left)
            ]
            or usable[:1]
        )
        count = sum(f"{{{i}}}" in frame for i in range(5))
        now, left = left[:count], left[count:]
        if len(now) < count:
            frame = "{year}年，{place}" + ("将" if now[0].kind == "commitment" else "已") + "{0}。"
        lines.append(frame.format(*(s.clause for s in now), place=place, year=year, rate=now[0].rate))
    return "\n\n".join(lines)


def _table(gold: Path, name: str) -> dict[str, Any]:
    return tomllib.loads((gold / f"{name}.toml").read_text(encoding="utf-8"))
