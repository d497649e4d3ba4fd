"""Answers kept for the next who asks: what counts as the same query, what is kept and how much, what still fits."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TypeAlias

from server.least_recently_used import LeastRecentlyUsed

Key: TypeAlias = tuple[str, ...]

VARY = "Accept, Accept-Encoding, Accept-Datetime"
#: May be kept, is asked for anew: the next snapshot may answer otherwise.
CACHEABLE = "public, max-age=0, must-revalidate"
_VERSION = version("chuncheng")
_LARGEST_SHARE = 8  # an answer may take this part of the cache: one can't push out all the others
_OVERHEAD = 1024  # bytes, roughly: headers, tag, tuple, dictionary entry
_LONGEST_QUERY = 8 * 1024  # characters; keeps what a hostile text may cost under 5 ms

# What holds no string, IRI or comment, and no white space but SPARQL's own (SPARQL 1.1, section 19.8, WS): other
# characters that str.split() would cut at are not for us to touch, and \0 marks what is put back afterwards.
_OUTSIDE = r"[^\"'#<\\\x00-\x08\x0B\x0C\x0E-\x1F\x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]*+"
_NOT_IN_IRI = r"<>\"{}|^`\\\x00-\x20"
_ESCAPE = r"\\[tbnrf\\\"']"
_STRINGS = "|".join(
    rf"{quote * 3}[^{quote}\\]*+(?:(?:{quote}(?!{quote * 2})|{_ESCAPE})[^{quote}\\]*+)*{quote * 3}"
    # Three quotes that begin no long string might be an empty string and the begin of another: left alone.
    rf"|(?!{quote * 3}){quote}[^{quote}\\\r\n]*+(?:{_ESCAPE}[^{quote}\\\r\n]*+)*{quote}"
    for quote in "\"'"
)
# A `<` begins an IRI or is a comparison, which only the grammar can tell: `?a<2)#>` ends in a comment. Behind a
# comparison no parser gets past `scheme://`, so that is an IRI; without `#` and `'` both readings are the same here.
_IRI = (
    rf"<[A-Za-z][A-Za-z0-9+.\-]*+://[^{_NOT_IN_IRI}]*+>"
    rf"|<(?![^#'{_NOT_IN_IRI}]*+[#'][^{_NOT_IN_IRI}]*+>)"
)
_PIECE = re.compile(
    rf"(?P<outside>{_OUTSIDE})(?:(?P<inside>{_STRINGS}|{_IRI})|(?P<comment>#[^\r\n]*+)[ \t\r\n]*+|(?P<unclear>.+))?",
    re.DOTALL,
)


def normalise(text: str) -> str:
    """The query with each run of white space outside strings, IRIs and comments made one space, for use as a key.

    Behind a comment the run is a line break, which ends it; white space at both ends goes. Comments stay as they
    are: a comment of its own makes a query another one, so that who measures the engine can get round the cache.
    Two queries that mean different things never become the same: a text that could be cut into tokens in two ways
    comes back unchanged (a backslash outside of strings, code-point escapes, quotes without end), and so does one of
    more than 8,192 characters.
    """
    if len(text) > _LONGEST_QUERY or ("\\" in text and ("\\u" in text or "\\U" in text)):
        return text  # such escapes are decoded before or after cutting, depending on the version of SPARQL
    pieces = _PIECE.findall(text)
    if len(pieces) > 1:
        _, inside, comment, unclear = pieces[-2]
        if unclear:
            return text
        if not inside and not comment:
            pieces.pop()  # empty, and behind no token
    shortened = " ".join("\0".join([piece[0] for piece in pieces]).split()).split("\0")
    parts = []
    for outside, (_, inside, comment, _) in zip(shortened, pieces, strict=True):
        parts.append(outside)
        parts.append(f"{comment}\n" if comment else inside)
    return "".join(parts).removesuffix("\n")


@dataclass(slots=True)
class Kept:
    """An answer in memory: its body as it is, and by content coding; `etag` with its quotes."""

    status: int
    headers: dict[str, str]
    body: bytes
    etag: str
    rows: int
    encoded: dict[str, bytes] = field(default_factory=dict, compare=False)


class AnswerCache:
    """Keeps answers up to a number of bytes and forgets those first that nobody has asked for longest.

    For one thread. The bytes are those of bodies and keys, and a rough sum for everything around them; 0 keeps none.
    """

    def __init__(self, max_bytes: int) -> None:
        self._largest = max_bytes // _LARGEST_SHARE
        self._kept: LeastRecentlyUsed[Kept] = LeastRecentlyUsed(max_bytes)
        self.hits = 0  # of get, since the start
        self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of everything kept."""
        return self._kept.bytes

    def get(self, key: Key) -> Kept | None:
        """What is kept under the key; counts as a use."""
        kept = self._kept.get(key)
        if kept is None:
            self.misses += 1
            return None
        self.hits += 1
        return kept

    def put(self, key: Key, kept: Kept) -> None:
        """Keep an answer, unless it alone would take more than an eighth of the cache."""
        size = _OVERHEAD + len(kept.body) + sum(map(sys.getsizeof, key))
        if kept.encoded:
            size += sum(map(len, kept.encoded.values()))
        if size <= self._largest:
            self._kept.put(key, kept, size)
        else:
            self._kept.forget(key)

    def add_encoding(self, key: Key, coding: str, body: bytes) -> None:
        """Keep a compressed body beside the plain one, if that is still kept and both are small enough."""
        kept = self._kept.get(key)
        if kept is None or coding in kept.encoded or self._kept.size(key) + len(body) > self._largest:
            return
        kept.encoded[coding] = body
        self._kept.put(key, kept, self._kept.size(key) + len(body))

    def clear(self) -> None:
        """Forget all answers."""
        self._kept.clear()


def key_of(
    snapshot: str,
    text: str,
    accept: str | None,
    format: str | None = None,
    default_graphs: Iterable[str] = (),
    named_graphs: Iterable[str] = (),
) -> Key:
    """What an answer depends on."""
    return (
        snapshot,
        normalise(text),
        accept or "",
        format or "",
        "\n".join(default_graphs),
        "\n".join(named_graphs),
    )


def tag_of(key: Key) -> str:
    """A strong validator (RFC 9110, 8.8.3): within a snapshot an answer stays the same, byte for byte."""
    digest = hashlib.blake2b("\0".join((_VERSION, *key)).encode("utf-8", "surrogatepass"), digest_size=16)
    return f'"{digest.hexdigest()}"'


_TAG = r'(?:W/)?"[\x21\x23-\x7E\x80-\U0010FFFF]*+"'
_TAGS = re.compile(rf"[ \t]*+(?:{_TAG}[ \t]*+)?(?:,[ \t]*+(?:{_TAG}[ \t]*+)?)*")
_OPAQUE = re.compile(r'"[^"]*+"')


def matches(if_none_match: str, etag: str) -> bool:
    """Whether the client has the answer with this tag already: weak comparison (RFC 9110, 8.8.3.2 and 13.1.2).

    A header that isn't well formed names no tag, so that the client gets the whole answer.
    """
    if if_none_match == etag:
        return True
    opaque = etag.removeprefix("W/")
    if opaque not in if_none_match:
        return if_none_match.strip(" \t") == "*"
    return _TAGS.fullmatch(if_none_match) is not None and opaque in _OPAQUE.findall(if_none_match)
