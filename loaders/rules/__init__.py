"""The table of rules: what each one says, why, and the examples that prove it.

`loaders/rules/*.toml` hold two kinds of entries. A `[[pattern]]` is a regular expression that a reader uses, with words that it
matches and words that it misses. A `[[rule]]` is an id that facts carry (`Statement.rules`), with texts in which it reads a fact
and texts in which it must not. `{{statement.change.growth}}` in a pattern stands for the words of that lexicon entry; with
`guarded` before the path, a short word doesn't match where it opens a longer one, with `long` only words of two characters and more
count, with `characters` they stand in a class; ` + ` joins several entries; `{{pattern person.name}}` is another pattern.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ontology.errors import ChunchengError

from ..lexicon import alternation, guarded, table

_FOLDER = Path(__file__).parent
_LEXICON = re.compile(r"\{\{(?P<path>[^{}]+)\}\}")


class RuleError(ChunchengError):
    """A rule table is wrong; the message names file and id."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over folded text; the examples are searched by it."""

    id: str
    why: str
    regex: str
    matches: tuple[str, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, and in `expected` fields of a fact as the contract names them; headline and date only where they matter."""

    text: str
    headline: str = ""
    published: str | None = None
    reporters: tuple[tuple[str, str], ...] = ()
    expected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a fact's rule id means. `reads`: texts that it reads a fact in; `silent`: texts that look so and have none."""

    id: str
    why: str
    reads: tuple[Example, ...]
    silent: tuple[Example, ...]


@cache
def patterns() -> dict[str, Pattern]:
    """All patterns by id; raises RuleError for an entry that lacks something or stands twice."""
    found: dict[str, Pattern] = {}
    for file, entry in _entries("pattern"):
        _require(file, entry, ("id", "why", "regex", "matches", "misses"), found)
        found[entry["id"]] = Pattern(
            entry["id"], entry["why"], entry["regex"], tuple(entry["matches"]), tuple(entry["misses"])
        )
    return found


@cache
def rules() -> dict[str, Rule]:
    """All rules by id; raises RuleError for an entry that lacks something or stands twice."""
    found: dict[str, Rule] = {}
    for file, entry in _entries("rule"):
        _require(file, entry, ("id", "why", "reads", "silent"), found)
        found[entry["id"]] = Rule(
            entry["id"],
            entry["why"],
            tuple(_example(e) for e in entry["reads"]),
            tuple(_example(e) for e in entry["silent"]),
        )
    return found


@cache
def reasons() -> dict[str, str]:
    """Why something was left unread (`Unread.reason`), by id."""
    found: dict[str, str] = {}
    for file, entry in _entries("reason"):
        _require(file, entry, ("id", "why"), found)
        found[entry["id"]] = entry["why"]
    return found


@cache
def pattern(id_: str) -> re.Pattern[str]:
    """The compiled pattern of an id; raises RuleError where there is none or it can't be compiled."""
    try:
        return re.compile(expand(patterns()[id_].regex))
    except KeyError as error:
        raise RuleError(
            f"no pattern {id_!r} in loaders/rules; known: {', '.join(sorted(patterns()))}"
        ) from error
    except re.error as error:
        raise RuleError(f"pattern {id_!r} in loaders/rules: {error}") from error


def expand(regex: str) -> str:
    """The regular expression with its lexicon entries spelled out, the longest word first."""
    return _LEXICON.sub(_spell_out, regex)


def _spell_out(m: re.Match[str]) -> str:
    kind, _, path = m["path"].partition(" ")
    if kind == "guarded":
        return guarded(_words(path))
    if kind == "characters":
        return "".join(_words(path))
    if kind == "pattern":
        return expand(patterns()[path].regex)
    return alternation(word for term in m["path"].split(" + ") for word in _term(term))


def _term(term: str) -> list[str]:
    long = term.startswith("long ")
    words = _words(term.removeprefix("long "))
    return [w for w in words if len(w) > 1] if long else words


def _words(path: str) -> list[str]:
    name, *keys = path.split(".")
    found: Any = table(name)
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            raise RuleError(f"loaders/lexicon/{name}.toml has no {'.'.join(keys)!r}")
        found = found[key]
    return _flat(found)


def _flat(found: Any) -> list[str]:
    """The words of a list, of a table of lists, or the keys of a table word → something."""
    if isinstance(found, dict):
        lists = [v for v in found.values() if isinstance(v, list) and v and isinstance(v[0], str)]
        return [w for v in lists for w in v] if lists else list(found)
    return list(found)


def _example(entry: Mapping[str, Any]) -> Example:
    given = {k: entry[k] for k in ("text", "headline", "published") if k in entry}
    reporters = tuple((name, role) for name, role in entry.get("reporters", ()))
    expected = {k: v for k, v in entry.items() if k not in given and k != "reporters"}
    return Example(**given, reporters=reporters, expected=expected)


def _entries(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(_FOLDER.glob("*.toml")):
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise RuleError(f"{path.name}: {error}") from error
        for entry in entries.get(kind, []):
            yield path.name, entry


def _require(file: str, entry: Mapping[str, Any], keys: tuple[str, ...], known: Mapping[str, Any]) -> None:
    missing = [key for key in keys if key not in entry]
    if missing:
        raise RuleError(f"{file}: {entry.get('id', 'an entry')} lacks {', '.join(missing)}")
    if entry["id"] in known:
        raise RuleError(f"{file}: {entry['id']} stands twice in the rule tables")
