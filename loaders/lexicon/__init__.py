"""The tables that a domain expert edits, and how they are read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@cache
def table(name: str) -> dict[str, Any]:
    """The TOML table `loaders/lexicon/{name}.toml`; raises tomllib.TOMLDecodeError with line and column."""
    with (_FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of `loaders/lexicon/{name}.tsv`; lines that start with # are comments."""
    lines = (_FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


def alternation(words: Iterable[str]) -> str:
    """A regular expression that matches any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w)))


def guarded(words: Iterable[str]) -> str:
    """Like `alternation`, a short word not where it opens another one (经 in 经营主体, by `statement.toml`, not_before)."""
    shut = table("statement")["not_before"]
    longest_first = sorted(set(words), key=lambda w: (-len(w), w))
    return "|".join(re.escape(w) + (f"(?![{shut[w]}])" if w in shut else "") for w in longest_first)
