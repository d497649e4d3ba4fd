"""Checking a model's answer against the text: what isn't there is dropped, and counted with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ..facts import Article, Entity, Relation, Span, Statement
from ..lexicon import table
from ..quantity import Quantity
from ..text import Text, fold
from ..time import read_times
from .name import Names
from .number import Numbers
from .period import Periods
from .quote import locate, places
from .report import Tally

Item = Mapping[str, Any]


class Checker:
    """Checks the answers about one article. `known` are the rules' entities, `rule` is the id that all facts carry.

    An item is one that fits the schema (`schema.fitting`); a piece is the part of the article that was asked about.
    """

    def __init__(
        self, article: Article, text: Text, known: Sequence[Entity], rule: str, tally: Tally
    ) -> None:
        times = read_times(text, article.published)
        self._text, self._rule, self._tally = text, rule, tally
        self._names = Names(article, text, known)
        self._numbers = Numbers(text, known, times)
        self._periods = Periods(article, text, times)

    def entities(self, piece: Span, items: Sequence[Item]) -> Iterator[Entity]:
        """Mentions of names that are printed, or whose short form is; they count as known from then on.

        A name that is quoted in full is found at every place, unless the answer names one.
        """
        for item, span in zip(items, locate(self._text, piece, items), strict=True):
            if span is None:
                self._drop("quote not in the text")
            elif (mention := self._mention(span, item)) is None:
                self._drop("name not in the text")
            else:
                whole = fold(item["quote"]) == fold(item["name"]) and not item["occurrence"]
                for place in places(self._text, piece, item["quote"]) if whole else [mention]:
                    entity = self._entity(place, item)
                    self._names.add(entity)
                    yield entity

    def _mention(self, span: Span, item: Item) -> Span | None:
        return self._names.mention(span, item["name"], person=item["class"] == "Person")

    def _entity(self, span: Span, item: Item) -> Entity:
        quote = self._text.quote(span.start, span.end)
        known = self._names.thing(item["name"])
        if known:  # one name is one thing: of the class and with the key that it has already
            made = replace(known, span=span, quote=quote, post=None, rules=(self._rule,), confidence=None)
        else:
            made = Entity(
                span, quote, item["name"], item["class"], item["class"], item["name"], None, (self._rule,)
            )
        return replace(made, post=self._post(span, item["post"])) if made.cls == "Person" else made

    def _post(self, span: Span, post: str | None) -> str | None:
        """The post where its person's sentence prints it."""
        sentence = self._text.sentence_at(span.start)
        if post is None or (sentence and fold(post) in self._text.folded[sentence.start : sentence.end]):
            return post
        self._clear("post")
        return None

    def statements(self, piece: Span, items: Sequence[Item]) -> Iterator[Statement]:
        """Promises and results whose quote is printed and whose number is read from it."""
        for item, span in zip(items, locate(self._text, piece, items), strict=True):
            if span is None:
                self._drop("quote not in the text")
            elif not self._names.is_spelled(item["indicator"]):
                self._drop("indicator not in the text")
            elif isinstance(quantity := self._quantity(span, item), str):
                self._drop(quantity)
            else:
                yield self._statement(span, item, quantity)

    def _quantity(self, span: Span, item: Item) -> Quantity | str | None:
        """The quantity that the answer means, None where it means none, or the reason why it can't stand."""
        if item["value"] is None:
            amiss = any(item[name] is not None for name in ("unit", "bound", "aspect"))
            return "unit, bound or aspect without a number" if amiss else None
        if item["bound"] is None or item["aspect"] is None:
            return "number without bound or aspect"
        return self._numbers.find(span, Decimal(str(item["value"])), item["unit"])

    def _statement(self, span: Span, item: Item, quantity: Quantity | None) -> Statement:
        words = self._text.folded[span.start : span.end]
        period = self._periods.find(item["period"], span)
        if period is None and item["period"] is not None:
            self._clear("period")
        estimated = item["estimated"] and any(w in words for w in table("statement")["marker"]["estimate"])
        return Statement(
            span=span,
            quote=self._text.quote(span.start, span.end),
            kind=item["kind"],
            indicator=item["indicator"],
            agent=self._agent(item["agent"]),
            value=None if item["value"] is None else _plain(item["value"]),
            unit=item["unit"],
            bound=item["bound"],
            aspect=item["aspect"],
            period=period[0] if period else None,
            period_basis=period[1] if period else None,
            completion=self._completion(span, item["completion"], quantity),
            estimated=estimated,
            surface=self._text.quote(quantity.number, min(quantity.end, span.end)) if quantity else None,
            rules=(self._rule,),
        )

    def _agent(self, agent: str | None) -> str | None:
        known = self._names.canonical(agent) if agent else None
        if agent and known is None:
            self._clear("agent")
        return known

    def _completion(self, span: Span, rate: float | None, quantity: Quantity | None) -> float | int | None:
        """The rate where the quote prints it and has a number that it can belong to."""
        if rate is None:
            return None
        if quantity and self._numbers.has_rate(span, Decimal(str(rate))):
            return _plain(rate)
        self._clear("completion")
        return None

    def relations(self, piece: Span, items: Sequence[Item]) -> Iterator[Relation]:
        """Relations between things that are known, or printed in the quote."""
        for item, span in zip(items, locate(self._text, piece, items), strict=True):
            if span is None:
                self._drop("quote not in the text")
                continue
            subject, object_ = (self._end(span, item[end]) for end in ("subject", "object"))
            if subject is None or object_ is None or subject == object_:
                self._drop("subject or object not in the text")
            else:
                quote = self._text.quote(span.start, span.end)
                yield Relation(span, quote, subject, item["predicate"], object_, (self._rule,))

    def _end(self, span: Span, name: str) -> str | None:
        """The canonical name, or the name as the quote prints it."""
        if canonical := self._names.canonical(name):
            return canonical
        at = self._text.folded.find(fold(name), span.start, span.end)
        return self._text.quote(at, at + len(name)) if at >= 0 else None

    def _drop(self, reason: str) -> None:
        self._tally.dropped[reason] += 1

    def _clear(self, name: str) -> None:
        self._tally.cleared[name] += 1


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number
