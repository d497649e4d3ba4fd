"""The words for how a promise stands."""

from __future__ import annotations

from server.language import say

_WORDS = {
    "kept": ("已兑现", "kept"),
    "exceeded": ("超额兑现", "exceeded"),
    "onTrack": ("进行中", "on track"),
    "missed": ("未达成", "missed"),
    "overdue": ("逾期未见结果", "overdue"),
    "noResult": ("尚无结果", "no result known"),
    "notMeasurable": ("无法衡量", "not measurable"),
}
STATUSES = tuple(_WORDS)


def words(code: str) -> str:
    """A status in the page's language; a code that nobody named as it is."""
    return say(*_WORDS[code]) if code in _WORDS else code
