"""Where a quote stands in a text: white space left out, full- and half-width forms taken as one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Spans = Sequence[tuple[int, int]]
_SENTENCE_ENDS = "。！？\n"
_CLOSING = "”’」』）)"  # what closes behind a full stop belongs to the sentence before


def squeeze(text: str) -> tuple[str, list[int]]:
    """The text's characters without white space, width-folded, and the offset of each in the text."""
    characters, offsets = [], []
    for offset, character in enumerate(text):
        if character.isspace() or character in "\u200b\ufeff":
            continue
        wide = unicodedata.normalize("NFKC", character)
        characters.append(wide if len(wide) == 1 else character)
        offsets.append(offset)
    return "".join(characters), offsets


def overlap(a: Spans, b: Spans) -> bool:
    """Whether any span of the one overlaps any of the other."""
    return any(start < stop and begin < end for start, end in a for begin, stop in b)


def shared_length(a: Spans, b: Spans) -> int:
    """The longest stretch that a span of the one shares with a span of the other, in characters."""
    return max((min(end, stop) - max(start, begin) for start, end in a for begin, stop in b), default=0)


class GoldText:
    """An article's gold text; the spans that it gives are offsets of its squeezed form."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.squeezed, self._offsets = squeeze(raw)
        self.headline_end = len(squeeze(raw.split("\n", 1)[0])[0])

    def find(self, quote: str | None) -> list[tuple[int, int]]:
        """All places of a quote."""
        needle, _ = squeeze(quote or "")
        found: list[tuple[int, int]] = []
        at = self.squeezed.find(needle) if needle else -1
        while at >= 0:
            found.append((at, at + len(needle)))
            at = self.squeezed.find(needle, at + 1)
        return found

    def sentence(self, spans: Spans) -> str:
        """The sentence, as printed, in which the first of the spans begins and to the end of the one in which it ends."""
        if not spans:
            return ""
        first, end = spans[0]
        at, last = self._offsets[first], self._offsets[end - 1]
        start = max(self.raw.rfind(mark, 0, at) for mark in _SENTENCE_ENDS) + 1
        stops = [i for mark in _SENTENCE_ENDS if (i := self.raw.find(mark, last)) >= 0]
        sentence = self.raw[start : min(stops, default=len(self.raw)) + 1]
        return " ".join(sentence.lstrip(_CLOSING).split())


class Finder:
    """Finds the quotes of an article's rows in its gold text; where a quote is repeated, by the offsets of the rows."""

    def __init__(self, text: GoldText, articles: Iterable[Mapping[str, Any]]) -> None:
        self.text = text
        self._bodies: dict[Any, tuple[int, list[int]]] = {}
        for article in articles:
            body, offsets = squeeze(article.get("body") or "")
            at = text.squeezed.find(body) if body else -1
            if at >= 0:
                self._bodies[article.get("article")] = (at, offsets)

    def find(self, row: Mapping[str, Any]) -> list[tuple[int, int]]:
        """The place of a row's quote at the row's offset where that is known, else all places."""
        found = self.text.find(row.get("quote"))
        start, body = row.get("start"), self._bodies.get(row.get("article"))
        if body and isinstance(start, int) and len(found) > 1:
            base, offsets = body
            here = base + sum(offset < start for offset in offsets)
            near = min(found, key=lambda span: abs(span[0] - here))
            if abs(near[0] - here) <= 2:
                return [near]
        return found
