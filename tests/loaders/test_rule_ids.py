"""The ids of rules and patterns that readers of entities and relations use are a closed set: those of the tables, all of them in use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import loaders
from loaders.rules import patterns, rules

_FAMILIES = ("place", "body", "name", "person", "party", "division", "entity", "relation", "succession")
_ID = re.compile(rf"(?:{'|'.join(_FAMILIES)})\.[a-z][a-z-]*")
_FOLDER = Path(loaders.__file__).parent
_READERS = sorted(
    path
    for glob in (
        "place.py",
        "body.py",
        "person.py",
        "entity*.py",
        "succession.py",
        "name/*.py",
        "relation/*.py",
    )
    for path in _FOLDER.glob(glob)
)


def _strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _used() -> set[str]:
    paths = (*_READERS, _FOLDER / "gazetteer.py")  # the table of names reads one of the patterns, too
    in_code = {s for path in paths for s in _strings(path) if _ID.fullmatch(s)}
    in_patterns = {
        id_ for p in patterns().values() for id_ in re.findall(r"\{\{pattern ([^{}]+)\}\}", p.regex)
    }
    return in_code | in_patterns


@pytest.mark.parametrize("path", _READERS, ids=lambda p: str(p.relative_to(_FOLDER)))
def test_every_id_in_the_code_is_in_the_tables(path: Path) -> None:
    known = set(patterns()) | set(rules())
    assert {s for s in _strings(path) if _ID.fullmatch(s)} - known == set()


@pytest.mark.parametrize("path", _READERS, ids=lambda p: str(p.relative_to(_FOLDER)))
def test_no_id_is_put_together_from_words_of_the_text(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    opened = [
        node.values[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant)
    ]
    assert [s for s in opened if str(s).startswith(tuple(f"{family}." for family in _FAMILIES))] == []


def test_every_rule_and_pattern_of_the_tables_is_in_use() -> None:
    ours = {id_ for id_ in (*patterns(), *rules()) if id_.split(".")[0] in _FAMILIES}
    assert ours - _used() == set()
