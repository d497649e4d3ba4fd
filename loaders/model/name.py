"""The names of an article: canonical ones for those that an answer uses, and whether the text bears a new one out."""

from __future__ import annotations

from collections.abc import Iterable

from ..facts import Article, Entity, Span
from ..text import Text, fold

_KINDS_OF_PLACES = frozenset(["省", "市", "州", "区", "县", "乡", "镇", "街道", "社区", "村"])
_LONGER = 6  # a full name has at most so many characters for each of its short form


class Names:
    """Names and mentions that are known of an article: first those of the rules, then what was borne out."""

    def __init__(self, article: Article, text: Text, known: Iterable[Entity]) -> None:
        self._printed = "\n".join(
            [*map(fold, (article.headline, article.kicker or "", *article.subheads)), text.folded]
        )
        self._letters = frozenset(self._printed)
        self._text = text
        self._things: dict[str, Entity] = {}
        self._mentions: dict[str, str] = {}
        self._spans: dict[Span, str] = {}
        for entity in known:
            self.add(entity)

    def add(self, entity: Entity) -> None:
        """Makes a name known by itself and by its mention; who was known before stays."""
        self._things.setdefault(fold(entity.name), entity)
        self._spans.setdefault(entity.span, entity.name)
        if len(entity.quote) > 2:  # 公司, 该区: a mention that short names another thing elsewhere
            self._mentions.setdefault(fold(entity.quote), entity.name)

    def thing(self, name: str) -> Entity | None:
        """A mention of the thing that is called so."""
        return self._things.get(fold(name))

    def canonical(self, name: str) -> str | None:
        """The canonical name of what is called or mentioned so, or None."""
        thing = self.thing(name)
        return thing.name if thing else self._mentions.get(fold(name))

    def is_printed(self, words: str) -> bool:
        """Whether the article or its headlines print the words."""
        return fold(words) in self._printed

    def is_spelled(self, words: str) -> bool:
        """Whether the article and its headlines have all the characters of the words."""
        return set(fold(words)) <= self._letters

    def mention(self, span: Span, name: str, *, person: bool) -> Span | None:
        """The mention of the name within a quote: where it is printed, or the whole quote where that is known as or can be its short form."""
        quote, full = self._text.folded[span.start : span.end], fold(name)
        at = quote.find(full)
        if at >= 0:
            return Span(span.start + at, span.start + at + len(full))
        if name in (self._spans.get(span), self._mentions.get(quote)):
            return span
        if person or len(quote) < 2:
            return None
        printed = self.is_printed(name) and set(quote) <= set(full)
        return span if printed or self._is_short_form(quote, full) else None

    def _is_short_form(self, quote: str, full: str) -> bool:
        """Whether a full name that isn't printed can be that of its short form.

        昆明市工信局 of 昆明市工业和信息化局: its characters in their order, the same last one, and a printed place before it; or
        喜洲 of 喜洲镇: all but what kind of place it is.
        """
        if full.removeprefix(quote) in _KINDS_OF_PLACES:
            return True
        start = full.find(quote[0])
        letters = iter(full)
        return (
            all(c in letters for c in quote)
            and quote[-1] == full[-1]
            and len(full) <= _LONGER * len(quote)
            and full[:start] in self._printed
        )
