"""Content codings of answers: which one a client likes best, and how a body is brought into it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from functools import lru_cache

import brotli
import zstandard

_ORDER = ("zstd", "br", "gzip")  # what we like best first, where a client likes several as much
_ALIASES = {"x-gzip": "gzip"}  # RFC 9110, 8.4.1.3
# Levels behind which further bytes cost more time than they save on the way.
_ZSTD_LEVEL = 3
_BROTLI_LEVEL = 4
_GZIP_LEVEL = 5
_BROTLI_HELD = 1024 * 1024  # bytes; brotli itself would hold back 8 MiB, for no shorter result
_GZIP_WINDOW = 31  # zlib's way to ask for gzip's header (without time, so that equal bodies stay equal)
_LEAST_BYTES = 1024  # a shorter body fits into one packet either way
_TEXT = re.compile(
    r"text/.+|.+\+(?:json|xml)|application/(?:json|xml|javascript|trig|n-triples|n-quads|x-turtle)",
    re.IGNORECASE,
)
_QUALITY = re.compile(r"q[ \t]*=[ \t]*(0(?:\.[0-9]*)?|1(?:\.0*)?)", re.IGNORECASE)  # RFC 9110, 12.4.2


@lru_cache(maxsize=256)
def choose_coding(accept_encoding: str | None, order: tuple[str, ...] = _ORDER) -> str | None:
    """The coding (zstd, br, gzip) for an Accept-Encoding header (RFC 9110, 12.5.3); None: the body as it is.

    Of those that a client likes equally, the first in `order`. The body as it is is also what a client gets that accepts
    nothing we have. An element that isn't well formed is read over.
    """
    if not accept_encoding:
        return None
    qualities: dict[str, float] = {}
    for element in accept_encoding.split(","):
        name, *parameters = (part.strip(" \t") for part in element.split(";"))
        quality = _quality(parameters)
        if name and quality is not None:
            coding = _ALIASES.get(name.lower(), name.lower())
            qualities[coding] = max(quality, qualities.get(coding, 0.0))
    others = qualities.get("*", 0.0)
    liked = {coding: qualities.get(coding, others) for coding in order}
    best = max(order, key=liked.__getitem__)  # the first of equals
    # A client that doesn't name identity takes it, but names what it would rather have.
    return best if liked[best] > 0 and liked[best] >= qualities.get("identity", 0.0) else None


def compress(body: bytes, coding: str) -> bytes:
    """The body in a coding, the same bytes for the same body; raises ValueError for a coding we don't have."""
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    if coding == "br":
        compressed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_LEVEL)
        return compressed
    if coding == "gzip":
        return zlib.compress(body, _GZIP_LEVEL, _GZIP_WINDOW)
    raise _no_such(coding)


class StreamCompressor:
    """Compresses a body that comes in pieces; raises ValueError for a coding we don't have."""

    def __init__(self, coding: str) -> None:
        self._feed: Callable[[bytes], bytes]
        self._finish: Callable[[], bytes]
        self._flush: Callable[[], bytes] | None = None
        self._held = 0
        if coding == "zstd":
            zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
            self._feed, self._finish = zstd.compress, zstd.flush
        elif coding == "br":
            br = brotli.Compressor(mode=brotli.MODE_TEXT, quality=_BROTLI_LEVEL)
            self._feed, self._flush, self._finish = br.process, br.flush, br.finish
        elif coding == "gzip":
            gzip = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
            self._feed, self._finish = gzip.compress, gzip.flush
        else:
            raise _no_such(coding)

    def feed(self, chunk: bytes) -> bytes:
        """Take a piece; gives what there is to send already, often nothing."""
        sent = self._feed(chunk)
        if self._flush is not None:
            self._held += len(chunk)
            if self._held >= _BROTLI_HELD:
                self._held = 0
                sent += self._flush()
        return sent

    def finish(self) -> bytes:
        """The rest, after the last piece."""
        return self._finish()


@lru_cache(maxsize=128)
def _is_text(content_type: str) -> bool:
    return _TEXT.fullmatch(content_type.partition(";")[0].strip()) is not None


def worth_compressing(media_type: str, size: int) -> bool:
    """Whether a body of that size in bytes is worth it; the media type may have parameters."""
    return size >= _LEAST_BYTES and _is_text(media_type)


def etag_for(etag: str, coding: str | None) -> str:
    """The tag of a body in a coding: other bytes need another strong tag (RFC 9110, 8.8.3.3); "abc" → "abc-zstd"."""
    return etag if coding is None else f'{etag[:-1]}-{coding}"'


def _quality(parameters: list[str]) -> float | None:
    """1 without a `q`, None if it isn't well formed."""
    for parameter in parameters:
        if parameter[:1] in ("q", "Q"):
            found = _QUALITY.fullmatch(parameter)
            return float(found[1]) if found else None
    return 1.0


def _no_such(coding: str) -> ValueError:
    return ValueError(f"no such content coding: {coding}; there are {', '.join(_ORDER)}")
