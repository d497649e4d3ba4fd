"""Requests that come again to the letter: answered without reading their query.

A GET is known by its path, its query string and the headers that choose the answer. An answer stays the same within a
snapshot, so whoever sends the same gets the same, and everything between request and answer cache is skipped.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from server.least_recently_used import LeastRecentlyUsed
from server.protocol import Request, Response

_LARGEST_SHARE = 64  # an answer may take this part of the room
_LONGEST = 16 * 1024  # characters of a query string that is kept
_OVERHEAD = 2048  # bytes, roughly: headers, tuples, dictionary entry


class Repeated(NamedTuple):
    """An answer with what the log tells of it."""

    response: Response
    etag: str
    text: str
    rows: int | None


class RepeatedRequests:
    """Answers by request, of one snapshot at a time; for one thread. `max_bytes` counts bodies and keys, 0 keeps none."""

    def __init__(self, max_bytes: int) -> None:
        self._largest = max_bytes // _LARGEST_SHARE
        self._kept: LeastRecentlyUsed[Repeated] = LeastRecentlyUsed(max_bytes)
        self._snapshot = ""
        self.hits = 0  # since the start

    @property
    def size(self) -> int:
        """Bytes of everything kept."""
        return self._kept.bytes

    def get(self, snapshot: str, request: Request) -> Repeated | None:
        """The answer that the snapshot gave to the same request before, if it is kept."""
        if snapshot != self._snapshot:
            return None
        found = self._kept.get(_key(request))
        if found is not None:
            self.hits += 1
        return found

    def put(self, snapshot: str, request: Request, response: Response, text: str, rows: int | None) -> None:
        """Keep the answer of a GET that any client gets; one in a file, without validator or too large isn't kept."""
        etag = response.headers.get("ETag")
        if request.method != "GET" or response.status != 200 or etag is None or response.file is not None:
            return
        size = _OVERHEAD + sys.getsizeof(request.parameters) + sys.getsizeof(text) + len(response.body)
        if size > self._largest or len(request.parameters) > _LONGEST:
            return
        if snapshot != self._snapshot:
            self._kept.clear()
            self._snapshot = snapshot
        self._kept.put(_key(request), Repeated(response, etag, text, rows), size)


def _key(request: Request) -> tuple[str | None, ...]:
    return request.path, request.parameters, request.accept, request.accept_encoding
