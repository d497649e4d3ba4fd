"""Gold files: reading and checking them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from ontology.errors import ChunchengError

from ..facts import Aspect, Bound, EntityClass, Predicate, StatementKind
from .locate import GoldText

Row = dict[str, Any]


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

    @property
    def names(self) -> dict[str, str]:
        """The canonical name for each mention of an entity, and for the name itself."""
        mentions = {mention: entity["name"] for entity in self.entities for mention in entity["mentions"]}
        return mentions | {entity["name"]: entity["name"] for entity in self.entities}


def right(gold: Mapping[str, Any], field: str) -> list[Any]:
    """The gold's answer for a field, and the others that count as right."""
    return [gold[field], *gold.get(f"{field}_alt", ())]


def load_gold(folders: list[Path]) -> list[Gold]:
    """All gold of the folders: pairs side by side, or `gold/*.json` with `texts/*.txt`. Raises GoldError."""
    found: dict[str, Gold] = {}
    for folder in folders:
        for data, text in _pairs(folder):
            if data.stem in found:
                raise GoldError(f"{data}: the name is taken by {found[data.stem].path}; give it another")
            found[data.stem] = _load(data, text)
    if not found:
        raise GoldError(f"{', '.join(map(str, folders))}: no gold; expected pairs NAME.txt and NAME.json")
    return list(found.values())


def _pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    data = folder / "gold" if (folder / "gold").is_dir() else folder
    texts = folder / "texts" if (folder / "texts").is_dir() else folder
    for path in sorted(data.glob("*.json")):
        yield path, texts / f"{path.stem}.txt"


def _load(data: Path, path: Path) -> Gold:
    try:
        entry = json.loads(_read(data))
    except json.JSONDecodeError as error:
        raise GoldError(f"{data}:{error.lineno}: no JSON: {error.msg}") from error
    raw = _read(path)
    if not raw.partition("\n\n")[2].strip():
        raise GoldError(f"{path}: expected the headline, a blank line and the body")
    if not isinstance(entry, dict):
        raise GoldError(f"{data}: expected an object with statements, entities and relations")
    statements, entities, relations = (tuple(_rows(data, entry, group)) for group in _FIELDS)
    text = GoldText(raw)
    for row in statements:
        if not text.find(row["quote"]):
            raise GoldError(f"{data}: quote not in the text: {row['quote']}")
    return Gold(
        data.stem,
        path,
        text,
        statements,
        entities,
        relations,
        (entry.get("headline", ""), *entry.get("headline_alt", ())),
        (entry.get("kicker"), *entry.get("kicker_alt", ())),
        tuple(entry.get("reporters", ())),
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise GoldError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise GoldError(f"{path}: not UTF-8: {error}") from error


def _rows(path: Path, entry: Row, group: str) -> Iterator[Row]:
    rows = entry.get(group)
    if not isinstance(rows, list):
        raise GoldError(f"{path}: {group} must be a list")
    for number, row in enumerate(rows, 1):
        wrong = _complaint(row, _FIELDS[group])
        if wrong:
            raise GoldError(f"{path}: {group} {number}: {wrong}")
        yield row


def _complaint(row: Any, fields: Mapping[str, _Check]) -> str | None:
    """What is wrong with a row of gold, or None."""
    if not isinstance(row, dict):
        return f"expected an object, found {row!r}"
    for field, (fits, wanted) in fields.items():
        if field not in row:
            return f"lacks {field}"
        others = row.get(f"{field}_alt", [])
        if not isinstance(others, list):
            return f"{field}_alt must be a list"
        for value in (row[field], *others):
            if not fits(value):
                return f"{field} must be {wanted}, found {value!r}"
    return None


_Check = tuple[Callable[[Any], bool], str]


def _one_of(literal: Any, *, null: bool = False) -> _Check:
    allowed = get_args(literal)
    told = f"one of {' '.join(allowed)}{' or null' if null else ''}"
    return lambda value: value in allowed or (null and value is None), told


def _words(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_WORDS: _Check = (_words, "words")
_WORDS_OR_NULL: _Check = (lambda value: value is None or _words(value), "words or null")
_NUMBER_OR_NULL: _Check = (lambda value: value is None or _number(value), "a number or null")
_FLAG: _Check = (lambda value: isinstance(value, bool), "true or false")
_LIST: _Check = (lambda value: isinstance(value, list) and all(map(_words, value)), "a list of words")
_FIELDS: dict[str, dict[str, _Check]] = {
    "statements": {
        "kind": _one_of(StatementKind),
        "agent": _WORDS_OR_NULL,
        "indicator": _WORDS,
        "value": _NUMBER_OR_NULL,
        "unit": _WORDS_OR_NULL,
        "bound": _one_of(Bound, null=True),
        "aspect": _one_of(Aspect, null=True),
        "period": _WORDS_OR_NULL,
        "completion": _NUMBER_OR_NULL,
        "estimated": _FLAG,
        "quote": _WORDS,
    },
    "entities": {"class": _one_of(EntityClass), "name": _WORDS, "mentions": _LIST},
    "relations": {"subject": _WORDS, "predicate": _one_of(Predicate), "object": _WORDS},
}
