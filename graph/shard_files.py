"""Shards as files at a location, for any store that loads N-Quads: written by the process that makes them, wherever it runs.

LOCATION/{SHA-256 of its lines}.nq.zst   the quads of some articles, sorted; the same articles give the same file
LOCATION/shards.json                     the files of the last build with their quads and articles: written when all are there

There are no blank nodes, and names come from content: files can be loaded in any order, together they are the articles' part of the graph.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import fsspec
import zstandard

from loaders.facts import Article, Extraction
from loaders.location import FILE_SYSTEM_ERRORS
from loaders.pipeline import extract
from ontology.errors import ChunchengError

from .shard import Making, Shard, Task, make_shards

_LIST = "shards.json"


class ShardFileError(ChunchengError):
    """A location that can't be written to; the message names it."""


def make_and_write_shards(
    making: Making, location: str, tasks: Sequence[Task], read: Callable[[Article], Extraction] = extract
) -> list[Shard]:
    """What `make_shards` makes, also written to the location; raises ShardFileError."""
    made = make_shards(making, tasks, read)
    write_shards(location, made)
    return made


def write_shards(location: str, shards: Sequence[Shard]) -> None:
    """One file of the shards, unless it is there already. Raises ShardFileError."""
    lines = _lines(shards)
    _put(
        location, f"{_name(lines)}.nq.zst", zstandard.ZstdCompressor(level=3).compress(lines), replaces=False
    )


@dataclass(slots=True)
class ShardList:
    """The files of one build, in the order of their names, whatever the order in which they were made."""

    location: str
    files: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, shards: Sequence[Shard]) -> None:
        """Takes in the file of the shards."""
        lines = _lines(shards)
        self.files[f"{_name(lines)}.nq.zst"] = {"quads": lines.count(b"\n"), "articles": len(shards)}

    def write(self) -> None:
        """Writes the list, from which on the files are whole; raises ShardFileError."""
        listed: dict[str, Any] = {"files": dict(sorted(self.files.items()))}
        _put(self.location, _LIST, json.dumps(listed, indent=1).encode() + b"\n", replaces=True)


def _lines(shards: Sequence[Shard]) -> bytes:
    return b"".join(
        sorted(
            line for shard in shards for line in (shard.lines + shard.named_late).splitlines(keepends=True)
        )
    )


def _name(lines: bytes) -> str:
    return hashlib.sha256(lines).hexdigest()


def _put(location: str, name: str, content: bytes, *, replaces: bool) -> None:
    try:
        files, root = fsspec.core.url_to_fs(location)
        path = f"{root.rstrip('/')}/{name}"
        if not replaces and files.exists(path):
            return
        files.makedirs(root, exist_ok=True)
        with files.transaction, files.open(path, "wb") as file:
            file.write(content)
    except FILE_SYSTEM_ERRORS as error:
        raise ShardFileError(
            f"{location}/{name}: can't be written: {error or type(error).__name__}"
        ) from error
