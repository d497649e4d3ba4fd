"""The reader as an evaluation calls it: from a gold article's text file to rows, the way any page goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..contract import to_rows
from ..pipeline import extract_files
from ..read import Publication
from .gold import Gold, Row


def read_text(gold: Gold) -> Iterator[Row]:
    """The rows of a gold article's own text file."""
    yield from read_files([gold.path])


def read_files(paths: list[Path]) -> Iterator[Row]:
    """The rows of files; raises ReadError for one that can't be read."""
    for extraction in extract_files(paths, Publication(), strict=True):
        yield from to_rows(extraction)
