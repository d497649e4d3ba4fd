"""Where the quotes of an answer stand: in the text, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..facts import Span
from ..text import Text, fold


def places(text: Text, piece: Span, quote: str) -> list[Span]:
    """Every place of a quote in the piece; widths and variants of characters don't matter (`loaders.text.fold`)."""
    words = fold(quote)
    found: list[Span] = []
    at = text.folded.find(words, piece.start, piece.end) if words else -1
    while at >= 0:
        found.append(Span(at, at + len(words)))
        at = text.folded.find(words, at + len(words), piece.end)
    return found


def locate(text: Text, piece: Span, items: Sequence[Mapping[str, Any]]) -> list[Span | None]:
    """The place of each item's quote, None where it stands nowhere.

    Of several places the item's `occurrence` (1 is the first) chooses, else the items around it: answers follow the text.
    """
    choices = [places(text, piece, item["quote"]) for item in items]
    fixed = [_certain(places_, item["occurrence"]) for places_, item in zip(choices, items, strict=True)]
    following: list[int] = []  # for each item, where the next certain one starts
    bound = piece.end
    for span in reversed(fixed):
        following.append(bound)
        bound = span.start if span else bound
    last: Span | None = None
    found: list[Span | None] = []
    for span, choice, end in zip(fixed, choices, reversed(following), strict=True):
        chosen = span or _between(choice, last, end)
        last = chosen or last
        found.append(chosen)
    return found


def _certain(choice: list[Span], occurrence: int | None) -> Span | None:
    if len(choice) == 1:
        return choice[0]
    return (
        choice[int(occurrence) - 1] if occurrence and occurrence <= len(choice) else None
    )  # 2.0 is an integer of JSON


def _between(choice: list[Span], last: Span | None, end: int) -> Span | None:
    """The first place after the item before and up to the item after; else the first after the one before; else the first."""
    after = [s for s in choice if last is None or s.start >= last.start]
    fits = [s for s in after if s.start <= end and s != last]
    return next(iter([*fits, *after, *choice]), None)
