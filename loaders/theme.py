"""Themes: what field of city life a claim is about, told by the words of its indicator and of its section's title."""

from __future__ import annotations

from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from .lexicon import table


@cache
def _matcher() -> tuple[AhoCorasick, tuple[str, ...]]:
    words = {word: theme for theme, group in table("themes")["theme"].items() for word in group}
    return AhoCorasick(list(words), matchkind=MatchKind.LeftmostLongest), tuple(words.values())


def themes_of(*texts: str | None) -> tuple[str, ...]:
    """Themes of the texts, each once, in the order of the table `themes.toml`."""
    matcher, names = _matcher()
    found = {names[i] for text in texts if text for i, _, _ in matcher.find_matches_as_indexes(text)}
    return tuple(theme for theme in table("themes")["theme"] if theme in found)
