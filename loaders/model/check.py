"""Checking a model's answer against the text: what isn't there is dropped, and counted with the reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..facts import Article, Entity, Relation, Span, Statement
from ..quantity import Quantity, read_quantities
from ..text import Text, fold
from ..time import read_times

_PERIOD = re.compile(r"(?:\.\./)?\d{4}(?:-\d\d){0,2}(?:/(?:\d{4}(?:-\d\d){0,2}|\.\.))?")


@dataclass(slots=True)
class Checked:
    """What held, and how often something was dropped for each reason."""

    entities: list[Entity] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def check(
    article: Article, text: Text, piece: Span, answer: Mapping[str, Sequence[Any]], rule: str
) -> Checked:
    """The facts of an answer about a piece of the article whose quotes and numbers stand there; `rule` is the id that they carry."""
    checked = Checked()
    for item in answer["entities"]:
        _entity(text, piece, item, rule, checked)
    names = {e.name for e in checked.entities}
    for item in answer["statements"]:
        _statement(article, text, piece, item, rule, names, checked)
    for item in answer["relations"]:
        _relation(text, piece, item, rule, names, checked)
    return checked


def _find(text: Text, piece: Span, quote: str) -> Span | None:
    """The first place of a quote in the piece; widths of characters don't matter, what is kept is the body's own slice."""
    words = fold(quote)
    at = text.folded.find(words, piece.start, piece.end) if len(words) == len(quote) else -1
    return Span(at, at + len(words)) if at >= 0 else None


def _entity(text: Text, piece: Span, item: Mapping[str, Any], rule: str, checked: Checked) -> None:
    """Every mention of the quote in the piece; the name must be made of what the article prints."""
    at = piece.start
    found = 0
    while span := _find(text, Span(at, piece.end), item["quote"]):
        at = span.end
        found += 1
        if not _is_grounded(text, item["name"], item["quote"]):
            checked.dropped["name not in the text"] += 1
            return
        post = item["post"] if item["post"] and fold(item["post"]) in text.folded else None
        checked.entities.append(
            Entity(
                span,
                text.quote(span.start, span.end),
                item["name"],
                item["class"],
                item["class"],
                item["name"],
                post if item["class"] == "Person" else None,
                (rule,),
            )
        )
    if not found:
        checked.dropped["quote not in the text"] += 1


def _is_grounded(text: Text, name: str, quote: str) -> bool:
    """Whether a full name holds its short form's characters in their order, or is printed itself."""
    letters = iter(fold(name))
    return fold(name) in text.folded or all(c in letters for c in fold(quote))


def _statement(
    article: Article,
    text: Text,
    piece: Span,
    item: Mapping[str, Any],
    rule: str,
    names: set[str],
    checked: Checked,
) -> None:
    span = _find(text, piece, item["quote"])
    if span is None:
        checked.dropped["quote not in the text"] += 1
        return
    surface: str | None = None
    if item["value"] is not None:
        quantity = _quantity(text, span, item)
        if quantity is None:
            checked.dropped["number not in the quote"] += 1
            return
        surface = text.quote(quantity.number, quantity.end)
    elif item["unit"] or item["bound"] or item["aspect"]:
        checked.dropped["unit, bound or aspect without a number"] += 1
        return
    if item["value"] is not None and not (item["bound"] and item["aspect"]):
        checked.dropped["number without bound or aspect"] += 1
        return
    words = text.folded[span.start : span.end]
    agent = item["agent"] if item["agent"] in names else None
    rate = (
        item["completion"] if item["completion"] is not None and _prints(words, item["completion"]) else None
    )
    period = _period(article, text, item["period"])
    checked.statements.append(
        Statement(
            span=span,
            quote=text.quote(span.start, span.end),
            kind=item["kind"],
            indicator=item["indicator"],
            agent=agent,
            value=item["value"],
            unit=item["unit"],
            bound=item["bound"],
            aspect=item["aspect"],
            period=period,
            period_basis="article" if period else None,
            completion=rate,
            estimated=item["estimated"] and "预" in words,
            surface=surface,
            rules=(rule,),
        )
    )


def _quantity(text: Text, span: Span, item: Mapping[str, Any]) -> Quantity | None:
    """The quantity of the quote that has the answer's value and unit."""
    value = Decimal(str(item["value"]))
    for q in read_quantities(Text(text.quote(span.start, span.end))):
        unit = "元/亩" if q.unit == "元" and item["unit"] == "元/亩" else q.unit
        if unit == item["unit"] and value in (q.value, q.upper):
            return Quantity(
                q.start + span.start,
                q.end + span.start,
                q.number + span.start,
                q.before + span.start,
                q.value,
                unit,
                q.kind,
                q.bound,
            )
    return None


def _prints(words: str, rate: float) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(f'{rate:g}')}(?:\.0+)?%", words) is not None


def _period(article: Article, text: Text, period: str | None) -> str | None:
    """The period where the text prints or fixes its years, else None."""
    if not period or not _PERIOD.fullmatch(period):
        return None
    fixed = {
        year
        for t in read_times(text, article.published)
        if t.period
        for year in re.findall(r"\d{4}", t.period)
    }
    return period if set(re.findall(r"\d{4}", period)) <= fixed else None


def _relation(
    text: Text, piece: Span, item: Mapping[str, Any], rule: str, names: set[str], checked: Checked
) -> None:
    span = _find(text, piece, item["quote"])
    if span is None:
        checked.dropped["quote not in the text"] += 1
        return
    words = text.folded[span.start : span.end]
    if not all(item[end] in names or fold(item[end]) in words for end in ("subject", "object")):
        checked.dropped["subject or object not in the text"] += 1
        return
    quote = text.quote(span.start, span.end)
    checked.relations.append(
        Relation(span, quote, item["subject"], item["predicate"], item["object"], (rule,))
    )
