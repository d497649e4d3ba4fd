"""Text of anybody's on a page: whatever a label holds, it is shown harmlessly."""

from __future__ import annotations

import re

from server.language import say

_SHOWN = 300  # characters of a label; the document has it whole
# Control characters but for tab and newline; embeddings, overrides and isolates, which would turn the text around them
# (https://www.unicode.org/reports/tr9/).
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def show(label: str) -> str:
    """A label without control characters, at most 300 characters of it, or words for an empty one."""
    kept = _HIDDEN.sub("", label[: _SHOWN * 4]).strip()
    if not kept:
        return say("(无名)", "(unnamed)")
    return kept if len(kept) <= _SHOWN else kept[:_SHOWN] + "…"


def listed(joined: str) -> str:
    """Words that a query put together with ` | ` as a Chinese list: stores differ in their order, and in letters they join by."""
    return "、".join(sorted(joined.split(" | ")))
