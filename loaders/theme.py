"""Themes: what field of city life a claim is about, told by the words of its indicator and of its section's title."""

from __future__ import annotations

from collections.abc import Set
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from .lexicon import table
from .text import fold


@cache
def _matcher() -> tuple[AhoCorasick, tuple[str, ...]]:
    words = {word: theme for theme, group in table("themes")["theme"].items() for word in group}
    return AhoCorasick(list(words), matchkind=MatchKind.LeftmostLongest), tuple(words.values())


def themes_of(text: str | None) -> frozenset[str]:
    """Themes of the text."""
    if not text:
        return frozenset()
    matcher, names = _matcher()
    return frozenset(names[i] for i, _, _ in matcher.find_matches_as_indexes(fold(text)))


def in_order(themes: Set[str]) -> tuple[str, ...]:
    """The themes in the order of the table `themes.toml`."""
    return tuple(theme for theme in table("themes")["theme"] if theme in themes) if themes else ()
