"""Where a worker writes an answer: into memory while it is small, into a file of the spool when it grows."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from server.compression import StreamCompressor

INLINE_BYTES: Final = 256 * 1024  # what goes through the socket and may be kept in the server's memory
_ROW_MARKS = {  # what begins or ends each row or triple but the first or last; escapes keep it out of values
    "json": b'}},{"',
    "xml": b"<result>",
    "csv": b"\r\n",
    "tsv": b"\n",
    "nt": b"\n",
    "nq": b"\n",
}
_DECLARING = ("ttl", "trig", "rdf")
_DECLARATION = re.compile(rb'@prefix [^\n]*\n| xmlns:[\w-]+="[^"]*"')
_DECLARATIONS = re.compile(rb'(?:\A(?:@prefix [^\n]*\n)+)|(?:(?<=<rdf:RDF)(?: xmlns:[\w-]+="[^"]*")+)')


class SizeExceeded(Exception):  # noqa: N818 — says what happened
    """The answer has more bytes or rows than allowed; `limit` names the limit of server.settings.Limits."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class Sink:
    """A file object that pyoxigraph serializes to.

    Up to INLINE_BYTES stay in `body`; what is longer goes to a file, compressed on its way where a coding is given.
    Raises SizeExceeded out of `write`, which ends the serialization.
    """

    __slots__ = (
        "_coding",
        "_compressor",
        "_file",
        "_held",
        "_mark",
        "_marks",
        "_max_bytes",
        "_max_rows",
        "_new_file",
        "_parts",
        "_suffix",
        "_tail",
        "body",
        "bytes",
        "coding",
        "path",
        "sent_bytes",
    )

    def __init__(
        self, suffix: str, *, max_bytes: int, max_rows: int, coding: str | None, new_file: Callable[[], Path]
    ) -> None:
        self._mark = _ROW_MARKS.get(suffix)
        self._suffix = suffix
        self._max_bytes, self._max_rows = max_bytes, max_rows
        self._coding = coding
        self._new_file = new_file
        self._parts: list[bytes] = []
        self._held = 0
        self._tail = b""
        self._marks = 0
        self._compressor: StreamCompressor | None = None
        self._file: IO[bytes] | None = None
        self.path: Path | None = None
        self.bytes = 0  # before compression
        self.sent_bytes = 0
        self.body: bytes | None = None
        self.coding: str | None = None

    def write(self, data: bytes) -> int:
        """Take the next bytes."""
        self.bytes += len(data)
        if self.bytes > self._max_bytes:
            raise SizeExceeded("result_bytes")
        self._parts.append(data)
        self._held += len(data)
        if self._held > INLINE_BYTES:
            self._spill()
        return len(data)

    def flush(self) -> None:
        """Nothing waits for it."""

    def finish(self) -> int | None:
        """End the answer; returns its rows where they can be counted."""
        if self.path is None:
            self.body = self._ordered(b"".join(self._parts))
            self.sent_bytes = len(self.body)
            self._count(self.body)
        else:
            self._spill()
            assert self._file is not None
            if self._compressor is not None:
                self._put(self._compressor.finish())
            self._file.close()
        return self._rows()

    def discard(self) -> None:
        """Remove the file of an answer that failed."""
        if self._file is not None:
            self._file.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _spill(self) -> None:
        data = b"".join(self._parts)
        self._parts, self._held = [], 0
        if self._file is None:
            data = self._ordered(data)
            self.path = self._new_file()
            self._file = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", 0)
            if self._coding is not None:
                self.coding, self._compressor = self._coding, StreamCompressor(self._coding)
        self._count(data)
        self._put(self._compressor.feed(data) if self._compressor else data)

    def _ordered(self, beginning: bytes) -> bytes:
        return sort_declarations(beginning) if self._suffix in _DECLARING else beginning

    def _put(self, data: bytes) -> None:
        assert self._file is not None
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self.sent_bytes += len(data)

    def _count(self, data: bytes) -> None:
        if self._mark is None or not data:
            return
        keep = len(self._mark) - 1
        if keep:
            whole = self._tail + data
            self._marks += whole.count(self._mark)
            self._tail = whole[-keep:]
        else:
            self._marks += data.count(self._mark)
        if self._marks - (self._suffix in ("csv", "tsv")) > self._max_rows:
            raise SizeExceeded("result_rows")

    def _rows(self) -> int | None:
        if self._mark is None:
            return None
        if self._suffix == "json":
            if self._marks:
                return self._marks + 1
            return None if self.body is None else _rows_of_short_json(self.body)
        return self._marks - (self._suffix in ("csv", "tsv"))


def _rows_of_short_json(body: bytes) -> int:
    """Rows of an answer in which no row follows another: none, one, or rows that bind nothing."""
    _, found, rows = body.partition(b'"bindings":[')
    if not found or rows.startswith(b"]"):
        return 0
    return rows.count(b"{}") if rows.startswith(b"{}") else 1


def sort_declarations(body: bytes) -> bytes:
    """Prefixes in order: the serializer has them in another one in every process, and an ETag promises equal bytes."""
    return _DECLARATIONS.sub(
        lambda match: b"".join(sorted(_DECLARATION.findall(match.group()))), body, count=1
    )
