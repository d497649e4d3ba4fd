"""Gold files: reading and checking them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ontology.errors import ChunchengError

from .locate import GoldText

Row = dict[str, Any]
_FIELDS = {
    "statements": ("kind", "agent", "indicator", "value", "unit", "bound", "aspect", "period", "completion", "estimated", "quote"),
    "entities": ("class", "name", "mentions"),
    "relations": ("subject", "predicate", "object"),
}  # fmt: skip


class GoldError(ChunchengError):
    """A gold file is missing or wrong; the message names it."""


@dataclass(frozen=True, slots=True)
class Gold:
    """One article's gold. `text` finds quotes in the article; `path` is the text's file."""

    name: str
    path: Path
    text: GoldText
    statements: tuple[Row, ...]
    entities: tuple[Row, ...]
    relations: tuple[Row, ...]
    headlines: tuple[str, ...] = ()
    kickers: tuple[str | None, ...] = ()
    reporters: tuple[str, ...] = ()


def right(gold: Mapping[str, Any], field: str) -> list[Any]:
    """The gold's answer for a field, and the others that count as right."""
    return [gold[field], *gold.get(f"{field}_alt", ())]


def load_gold(folders: list[Path]) -> list[Gold]:
    """All gold of the folders: pairs side by side, or `gold/*.json` with `texts/*.txt`. Raises GoldError."""
    found = [_load(data, text) for folder in folders for data, text in _pairs(folder)]
    if not found:
        raise GoldError(f"{', '.join(map(str, folders))}: no gold; expected pairs NAME.txt and NAME.json")
    return found


def _pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    data = folder / "gold" if (folder / "gold").is_dir() else folder
    texts = folder / "texts" if (folder / "texts").is_dir() else folder
    for path in sorted(data.glob("*.json")):
        yield path, texts / f"{path.stem}.txt"


def _load(data: Path, text: Path) -> Gold:
    try:
        entry = json.loads(data.read_text(encoding="utf-8"))
        raw = text.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise GoldError(f"{data}: {error}") from error
    located = GoldText(raw)
    for group, fields in _FIELDS.items():
        for number, row in enumerate(entry.get(group, ()), 1):
            missing = [field for field in fields if field not in row]
            if missing:
                raise GoldError(f"{data}: {group} {number} lacks {', '.join(missing)}")
    for row in entry["statements"]:
        if not located.find(row["quote"]):
            raise GoldError(f"{data}: quote not in the text: {row['quote']}")
    return Gold(
        data.stem,
        text,
        located,
        tuple(entry["statements"]),
        tuple(entry["entities"]),
        tuple(entry.get("relations", ())),
        (entry.get("headline", ""), *entry.get("headline_alt", ())),
        (entry.get("kicker"), *entry.get("kicker_alt", ())),
        tuple(entry.get("reporters", ())),
    )
