"""The log of queries: one JSON object a line, written by a thread of its own that nobody waits for."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import threading
import time
from collections import deque
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from server.settings import SettingsError

_MOST_LINES = 10_000  # that wait to be written
_MOST_CHARACTERS = 16 * 1024 * 1024  # of the queries in them
_WRITE_SECONDS = 0.25  # between two looks at what there is to write
_LINES_AT_ONCE = 32  # formatting holds the interpreter's lock: the event loop gets it back after 0.3 ms
_CLOSE_SECONDS = 1.0
_STREAMS = {"stdout": 1, "stderr": 2}


class _Entry(NamedTuple):
    ended: float  # seconds since 1970
    text: str
    evaluation: float
    total: float
    rows: int | None
    size: int
    status: int
    outcome: str
    snapshot: str
    format: str | None


class QueryLog:
    """Writes to stderr, stdout, a file (appended to) or nowhere (`off`); raises SettingsError if that can't be.

    add() is for one thread and never waits: what doesn't fit, because the reader of a pipe is slow or the disk full,
    is counted in `dropped`. Clients aren't logged, and queries only by their hash unless `with_text` is given.
    """

    def __init__(self, target: str, *, with_text: bool = False) -> None:
        self._with_text = with_text
        self._waiting: deque[_Entry] = deque()
        # Each number is written by one thread only, so that they need no lock.
        self._characters_added = 0
        self._characters_taken = 0
        self._refused = 0
        self._lost = 0
        self._closing = threading.Event()
        self._file: int | None = None
        if target == "off":
            return
        self._owns_file = target not in _STREAMS
        self._file = _open(target) if self._owns_file else _STREAMS[target]
        self._thread = threading.Thread(target=self._write_all, name="query log", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Lines that were not written, since the start."""
        return self._refused + self._lost

    def add(
        self,
        *,
        text: str,
        evaluation: float,
        total: float,
        rows: int | None,
        size: int,
        status: int,
        outcome: str,
        snapshot: str,
        format: str | None = None,
    ) -> None:
        """Log a query that has just ended; `evaluation` and `total` are seconds, `size` is bytes of the body."""
        if self._file is None:
            return
        waiting = self._characters_added - self._characters_taken
        if (
            len(self._waiting) >= _MOST_LINES
            or waiting + len(text) > _MOST_CHARACTERS
            or self._closing.is_set()
        ):
            self._refused += 1
            return
        self._characters_added += len(text)
        self._waiting.append(
            _Entry(time.time(), text, evaluation, total, rows, size, status, outcome, snapshot, format)
        )

    def close(self) -> None:
        """Write what waits, for at most a second; lines added afterwards count as dropped."""
        self._closing.set()
        if self._file is not None:
            self._thread.join(_CLOSE_SECONDS)

    def _write_all(self) -> None:
        assert self._file is not None
        try:
            while not self._closing.wait(_WRITE_SECONDS):
                self._write_waiting(self._file)
            self._write_waiting(self._file)
        finally:
            if self._owns_file:
                os.close(self._file)

    def _write_waiting(self, file: int) -> None:
        while self._waiting:
            lines: list[str] = []
            while self._waiting and len(lines) < _LINES_AT_ONCE:
                entry = self._waiting.popleft()
                self._characters_taken += len(entry.text)
                lines.append(_format(entry, with_text=self._with_text))
            try:
                _write(file, "".join(lines).encode("ascii"))
            except OSError:  # a full disk, a pipe without a reader: the server goes on without its log
                self._lost += len(lines)


def _format(entry: _Entry, *, with_text: bool) -> str:
    """The line; ASCII with everything else escaped, so that no query can end a line or steer a terminal."""
    ended = datetime.fromtimestamp(entry.ended, UTC).isoformat(timespec="milliseconds")[:-6]
    digest = hashlib.sha256(entry.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    rows = "null" if entry.rows is None else entry.rows
    query = f', "query": {json.dumps(entry.text)}' if with_text else ""
    return (
        f'{{"time": "{ended}Z", "hash": "{digest}", "evaluation_ms": {entry.evaluation * 1000:.3f}'
        f', "total_ms": {entry.total * 1000:.3f}, "rows": {rows}, "bytes": {entry.size}, "status": {entry.status}'
        f', "outcome": {_quoted(entry.outcome)}, "snapshot": {_quoted(entry.snapshot)}'
        f', "format": {_quoted(entry.format)}{query}}}\n'
    )


@lru_cache(maxsize=256)
def _quoted(text: str | None) -> str:
    return json.dumps(text)


def _open(target: str) -> int:
    try:
        return os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise SettingsError(f"log: {target} can't be written: {error.strerror}") from error


def _write(file: int, data: bytes) -> None:
    """All of it, also where somebody has made the stream non-blocking; not by sys.stderr, whose lock others need."""
    while data:
        with contextlib.suppress(BlockingIOError):
            data = data[os.write(file, data) :]
            continue
        select.select([], [file], [], _CLOSE_SECONDS)
