"""Patch files: TOML that people write and read, one for each article, as typed records.

`docs/corrections.md` tells how to write one. All that is wrong in the files is told at once, with file, line and field.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from ontology.errors import ChunchengError

from ..facts import CorrectionAction
from .fields import FactType, FieldError, checked, may_be_empty, needed

_ARTICLE = ("id", "headline")
_KEYS = {
    *("action", "type", "quote", "occurrence", "where", "set", "unset"),
    *("author", "date", "reason", "sources"),
}
_NEEDED = ("action", "type", "quote", "author", "date", "reason")
#: What each action needs and allows of the keys that say what a fact is to be.
_GIVES: dict[str, tuple[set[str], set[str]]] = {
    "accept": (set(), {"where"}),
    "reject": (set(), {"where"}),
    "change": (set(), {"where", "set", "unset"}),
    "add": ({"set"}, {"set"}),
}
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*correction[ \t]*\]\]", re.M)
_WEB = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


class PatchError(ChunchengError):
    """Patch files that can't be read: one line for each thing that is wrong, with file, line and field."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's decision about a fact, as the patch file has it.

    `quote` are words of the article where the fact stands; `where` holds fields that tell it from others there; `set` and
    `unset` are the fields to change. `file` and `line` say where it is written.
    """

    action: CorrectionAction
    type: FactType
    quote: str
    author: str
    date: str
    reason: str
    occurrence: int | Literal["every"] | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    set: Mapping[str, Any] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    file: str = ""
    line: int = 0

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that it gives, an unset one as None."""
        return {**self.set, **dict.fromkeys(self.unset)}


@dataclass(frozen=True, slots=True)
class Patch:
    """The corrections of one article, known by its id or, where no article has that, by headline and quotes."""

    article: str
    headline: str
    corrections: tuple[Correction, ...]
    file: str = ""


def load_patches(paths: Iterable[Path]) -> list[Patch]:
    """The patches of the files, and of all `.toml` files in the folders; raises PatchError for all that is wrong in them.

    In order of their names, whatever the order of the arguments; a file that is given twice is read once.
    """
    patches: list[Patch] = []
    wrong: list[str] = []
    for file in patch_files(paths):
        try:
            patch = _read(file)
            patches += [patch] if patch else []
        except PatchError as error:
            wrong.append(str(error))
    if wrong:
        raise PatchError("\n".join(wrong))
    return patches


def patch_files(paths: Iterable[Path]) -> list[Path]:
    """The files, and all `.toml` files in the folders, each once, in order of their names."""
    files = {file.resolve(): file for path in paths for file in _files(path)}
    return sorted(files.values(), key=lambda f: (f.name, str(f)))


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in path.rglob("*.toml") if file.is_file())
    else:
        yield path


def _read(file: Path) -> Patch | None:
    """The patch of an article; None for a file that only decides on matches (`loaders.reconcile.decision`)."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise PatchError(f"{file}: isn't UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise PatchError(f"{file}: is no TOML: {error}") from error
    except OSError as error:
        raise PatchError(f"{file}: can't be read: {error.strerror}") from error
    if table.keys() == {"match"}:
        return None
    return _Reader(str(file), text).patch(table)


class _Reader:
    """Turns one file's table into records and collects all that is wrong on the way."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = [text.count("\n", 0, match.start()) + 1 for match in _HEADER.finditer(text)]
        self.wrong: list[str] = []

    def patch(self, table: Mapping[str, Any]) -> Patch:
        for key in table.keys() - {"article", "correction", "match"}:
            self._complain(f"{key}: no such table; a patch has [article] and [[correction]], or [[match]]")
        article = self._article(table.get("article"))
        entries = table.get("correction")
        if not isinstance(entries, list) or not entries or not all(isinstance(e, dict) for e in entries):
            self._complain("correction: a patch has at least one [[correction]]")
            entries = []
        corrections = [self._correction(entry, number) for number, entry in enumerate(entries, 1)]
        if self.wrong:
            raise PatchError("\n".join(self.wrong))
        return Patch(article["id"], article["headline"], tuple(c for c in corrections if c), self.file)

    def _complain(self, message: str, number: int | None = None) -> None:
        where = self.file
        if number is not None:
            where += f", line {self._line(number)}, correction {number}"
        self.wrong.append(f"{where}: {message}")

    def _line(self, number: int) -> int:
        return self.lines[number - 1] if number <= len(self.lines) else 0

    def _article(self, table: object) -> dict[str, str]:
        given = table if isinstance(table, dict) else {}
        for key in given.keys() - set(_ARTICLE):
            self._complain(f"article.{key}: no such field; [article] has id and headline")
        for key in _ARTICLE:
            if not isinstance(given.get(key), str) or not given[key].strip():
                self._complain(f"article.{key}: must be a text; `chuncheng extract` prints it")
        return {key: str(given.get(key, "")) for key in _ARTICLE}

    def _correction(self, entry: dict[str, Any], number: int) -> Correction | None:
        before = len(self.wrong)
        for key in sorted(entry.keys() - _KEYS):
            self._complain(f"{key}: no such field; a correction has {', '.join(sorted(_KEYS))}", number)
        for key in _NEEDED:
            if key != "date" and (not isinstance(entry.get(key), str) or not entry[key].strip()):
                self._complain(f"{key}: must be a text that isn't empty", number)
        action, kind = entry.get("action"), entry.get("type")
        self._one_of("action", action, get_args(CorrectionAction), number)
        self._one_of("type", kind, get_args(FactType), number)
        day = self._day(entry.get("date"), number)
        self._occurrence(entry.get("occurrence"), action, number)
        sources = self._sources(entry.get("sources", []), number)
        if len(self.wrong) > before:
            return None
        self._check_action(entry, number)
        where = self._fields("where", entry.get("where", {}), entry["type"], number)
        values = self._fields("set", entry.get("set", {}), entry["type"], number)
        unset = self._unset(entry.get("unset", []), entry["type"], number)
        if len(self.wrong) > before:
            return None
        return Correction(
            action=entry["action"],
            type=entry["type"],
            quote=entry["quote"],
            author=entry["author"].strip(),
            date=day,
            reason=entry["reason"].strip(),
            occurrence=entry.get("occurrence"),
            where=where,
            set=values,
            unset=unset,
            sources=sources,
            file=self.file,
            line=self._line(number),
        )

    def _one_of(self, key: str, value: object, known: Sequence[str], number: int) -> None:
        if isinstance(value, str) and value.strip() and value not in known:
            self._complain(f"{key}: {value!r} must be one of: {', '.join(known)}", number)

    def _day(self, value: object, number: int) -> str:
        try:
            if isinstance(value, str):
                value = date.fromisoformat(value)
        except ValueError:
            value = None
        if not isinstance(value, date) or isinstance(value, datetime):
            self._complain("date: must be a date such as 2024-02-22", number)
            return ""
        return value.isoformat()

    def _occurrence(self, value: object, action: object, number: int) -> None:
        if value is None or (value == "every" and action != "add"):
            return
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self._complain('occurrence: must be 1, 2, 3 … or, for what was read, "every"', number)

    def _sources(self, value: object, number: int) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(v, str) and _WEB.fullmatch(v) for v in value):
            self._complain('sources: must be a list of web addresses: ["https://…"]', number)
            return ()
        return tuple(value)

    def _check_action(self, entry: dict[str, Any], number: int) -> None:
        """Complains of a change without fields, of fields that the action has no use for, of an added fact without its own."""
        needs, allows = _GIVES[entry["action"]]
        for key in sorted({"where", "set", "unset"} & entry.keys() - allows):
            self._complain(f"{key}: nothing that {entry['action']} has a use for", number)
        for key in sorted(needs - entry.keys()):
            self._complain(f"{key}: {entry['action']} needs it", number)
        if entry["action"] == "change" and not (entry.get("set") or entry.get("unset")):
            self._complain("set: change needs the new fields, in set or unset", number)
        values = entry.get("set")
        if entry["action"] == "add" and isinstance(values, dict):
            for name in needed(entry["type"]):
                if name not in values:
                    self._complain(f"set.{name}: an added {entry['type']} needs it", number)

    def _fields(self, key: str, given: object, kind: FactType, number: int) -> dict[str, Any]:
        if not isinstance(given, dict):
            self._complain(f"{key}: must be a table of fields: {{ value = 2300 }}", number)
            return {}
        out: dict[str, Any] = {}
        for name, value in given.items():
            try:
                out[name] = checked(kind, name, value)
            except FieldError as error:
                self._complain(f"{key}.{name}: {error}", number)
        return out

    def _unset(self, given: object, kind: FactType, number: int) -> tuple[str, ...]:
        if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
            self._complain('unset: must be a list of names of fields: ["agent"]', number)
            return ()
        for name in given:
            try:
                if not may_be_empty(kind, name):
                    self._complain(f"unset.{name}: this field can't be empty", number)
            except FieldError as error:
                self._complain(f"unset.{name}: {error}", number)
        return tuple(given)
