"""Text of anybody's on a page: whatever a label holds, it is shown harmlessly."""

from __future__ import annotations

import unicodedata

from server.language import say

_SHOWN = 300  # characters of a label; the document has it whole
# Embeddings, overrides and isolates would turn the text around them (https://www.unicode.org/reports/tr9/).
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def show(label: str) -> str:
    """A label without control characters, at most 300 characters of it, or words for an empty one."""
    kept = "".join(
        character
        for character in label[: _SHOWN * 4]
        if character not in _DIRECTIONS and (unicodedata.category(character) != "Cc" or character in "\t\n")
    ).strip()
    if not kept:
        return say("(无名)", "(unnamed)")
    return kept if len(kept) <= _SHOWN else kept[:_SHOWN] + "…"


def listed(joined: str) -> str:
    """Words that a query put together with ` | ` as a Chinese list: stores differ in their order, and in letters they join by."""
    return "、".join(sorted(joined.split(" | ")))
