"""The words for codes in the data: how a promise stands, where its period was found."""

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
_BASES = {
    "sentence": ("句子", "sentence"),
    "paragraph": ("段落", "paragraph"),
    "section": ("小标题", "section"),
    "article": ("文章", "article"),
    "headline": ("标题", "headline"),
    "published": ("发表日期", "date of publication"),
}


def words(code: str) -> str:
    """A status in the page's language; a code that nobody named as it is."""
    return say(*_WORDS[code]) if code in _WORDS else code


def period_basis(code: str) -> str:
    """Where a statement's period was found, in the page's language; a code that nobody named as it is."""
    return say(*_BASES[code]) if code in _BASES else code
