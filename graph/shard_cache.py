"""Shards of earlier builds by what they were made of: unchanged articles aren't read again, nor finished ones after a kill.

A key is a digest of the article, the corrections that concern it, the settings, and the code, tables and libraries that made the
shard, so nothing has to be declared stale. One SQLite file; each batch is a transaction of its own.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import zstandard

from ontology.errors import ChunchengError

from .origin import code_version
from .records import RecordError, read_record, record_of
from .shard import Making, Shard, Task

_KEEP = 3  # published builds after which a shard that none of them used is dropped
_SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS used (key BLOB PRIMARY KEY, build INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS build (number INTEGER PRIMARY KEY);
"""


class ShardCacheError(ChunchengError):
    """A cache that can't be used; the message says what to do."""


class ShardCache:
    """The shards kept in a file; only one build may use it at a time, which the lock of its data folder sees to."""

    def __init__(self, file: Path, making: Making) -> None:
        self.file, self._making = file, repr(making)
        self._packer, self._unpacker = zstandard.ZstdCompressor(level=3), zstandard.ZstdDecompressor()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(file)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(_SCHEMA)
            row = self._connection.execute("SELECT coalesce(max(number), 0) + 1 FROM build").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise ShardCacheError(f"{file}: can't be used ({error}); remove it and build again") from error
        self._build = int(row[0])

    def __enter__(self) -> ShardCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def key(self, task: Task) -> bytes:
        """What the shard of the task is kept by."""
        parts = (code_version(), self._making, repr(task.article), repr(task.patches))
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()

    def find(self, tasks: Sequence[Task]) -> list[Shard | None]:
        """The shard of each task, None where there is none; one that can't be read counts as none."""
        keys = [self.key(task) for task in tasks]
        found: dict[bytes, bytes] = {}
        try:
            for begin in range(0, len(keys), 500):
                part = keys[begin : begin + 500]
                marks = ",".join("?" * len(part))
                found |= self._connection.execute(f"SELECT key, data FROM kept WHERE key IN ({marks})", part)
            with self._connection:
                self._mark(found)
        except sqlite3.Error as error:
            raise ShardCacheError(
                f"{self.file}: can't be read ({error}); remove it and build again"
            ) from error
        return [self._unpack(found, key) for key in keys]

    def keep(self, made: Iterable[tuple[Task, Shard]]) -> None:
        """Keeps the shards but for those with violations: they are to be told again."""
        rows = [
            (self.key(task), self._packer.compress(record_of(replace(shard, spent=()))))
            for task, shard in made
            if not shard.violations
        ]
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", rows)
                self._mark(key for key, _ in rows)
        except sqlite3.Error as error:
            raise ShardCacheError(
                f"{self.file}: can't be written ({error}); is there room on the disk?"
            ) from error

    def published(self) -> None:
        """Ends a build that was published: drops what the last few published builds didn't use."""
        with self._connection:
            self._connection.execute("INSERT INTO build VALUES (?)", (self._build,))
            self._connection.execute("DELETE FROM used WHERE build <= ?", (self._build - _KEEP,))
            self._connection.execute("DELETE FROM kept WHERE key NOT IN (SELECT key FROM used)")

    def _mark(self, keys: Iterable[bytes]) -> None:
        """Notes that this build uses the shards; apart from them, since a changed row is written whole."""
        rows = ((key, self._build) for key in keys)
        self._connection.executemany("INSERT OR REPLACE INTO used VALUES (?, ?)", rows)

    def _unpack(self, found: Mapping[bytes, bytes], key: bytes) -> Shard | None:
        if key not in found:
            return None
        try:
            shard = read_record(self._unpacker.decompress(found[key]))
        except (zstandard.ZstdError, RecordError):
            return None
        return shard if isinstance(shard, Shard) else None
