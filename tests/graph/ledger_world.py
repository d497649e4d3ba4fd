"""Small worlds of promises and results: articles written from facts, built into a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from graph.build import build
from loaders.facts import Article, Extraction, Span, Statement
from ontology.identifiers import DEFAULT_BASE, article_id


def statement(kind: str, indicator: str, value: float | None, unit: str | None, **more: Any) -> Statement:
    """A statement whose quote is set by `article`; unless told otherwise the city's, exact, of a level, of 2023."""
    given = {
        "agent": "昆明市人民政府",
        "bound": None if value is None else "=",
        "aspect": None if value is None else "level",
        "period": "2023",
        "surface": None if value is None else f"{value:g}{unit}",
    } | more
    return Statement(Span(0, 0), "", kind, indicator, value=value, unit=unit, **given)  # type: ignore[arg-type]


def promise(indicator: str, value: float | None = None, unit: str | None = None, **more: Any) -> Statement:
    return statement("commitment", indicator, value, unit, **more)


def result(indicator: str, value: float | None = None, unit: str | None = None, **more: Any) -> Statement:
    return statement("outcome", indicator, value, unit, **more)


def article(
    headline: str, *said: Statement | Sequence[Statement], published: str | None = None
) -> Extraction:
    """An article with a sentence for each statement; statements in a list share one."""
    body = ""
    written: list[Statement] = []
    for sentence in said:
        group = [sentence] if isinstance(sentence, Statement) else list(sentence)
        for number, s in enumerate(group):
            words = f"{s.indicator}{s.surface or ''}{number or ''}"
            span = Span(len(body), len(body) + len(words))
            written.append(_placed(s, span, words))
            body += words + "，"
        body = body[:-1] + "。"
    made = Article(article_id("昆明新报", published, headline, body), headline, body, published=published)
    return Extraction(made, (), tuple(written))


def _placed(s: Statement, span: Span, words: str) -> Statement:
    from dataclasses import replace

    return replace(s, span=span, quote=words)


def store_of(folder: Path, *articles: Extraction) -> Store:
    return build(folder, articles, base=DEFAULT_BASE).open_store()
