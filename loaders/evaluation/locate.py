"""Where a quote stands in a text: white space left out, full- and half-width forms taken as one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

Spans = Sequence[tuple[int, int]]


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
    """An article's gold text; offsets are those of its squeezed form."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.squeezed, _ = squeeze(raw)
        self.headline_end = len(squeeze(raw.split("\n", 1)[0])[0])
        self._bodies: dict[str, tuple[int, list[int]]] = {}

    def place(self, article: str, body: str) -> None:
        """Notes where the body that the reader saw stands in this text, so that its offsets tell repeated quotes apart."""
        squeezed, offsets = squeeze(body)
        at = self.squeezed.find(squeezed) if squeezed else -1
        if at >= 0:
            self._bodies[article] = (at, offsets)

    def find(self, quote: str | None) -> list[tuple[int, int]]:
        """All places of a quote."""
        needle, _ = squeeze(quote or "")
        found: list[tuple[int, int]] = []
        at = self.squeezed.find(needle) if needle else -1
        while at >= 0:
            found.append((at, at + len(needle)))
            at = self.squeezed.find(needle, at + 1)
        return found

    def find_row(self, row: Mapping[str, Any]) -> list[tuple[int, int]]:
        """The places of a row's quote: the one at its offset where that is known, else all."""
        found = self.find(row.get("quote"))
        start, body = row.get("start"), self._bodies.get(str(row.get("article")))
        if body and isinstance(start, int) and len(found) > 1:
            base, offsets = body
            here = base + sum(offset < start for offset in offsets)
            near = min(found, key=lambda span: abs(span[0] - here))
            if abs(near[0] - here) <= 2:
                return [near]
        return found
