"""From an article to what a model reads in it and the text bears out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from ..facts import Article, Entity, Extraction, Relation, Span, Statement
from ..text import Text
from .check import check
from .client import Endpoint, ModelError

_PIECE = 3000  # characters of an article in one question
_FENCE = re.compile(r"^\s*```(?:json)?\s*(?P<inside>.*?)\s*```\s*$", re.DOTALL)


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_read("facts.schema.json"))
    return schema


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


class ModelReader:
    """A reader (`loaders.reader.Reader`) behind an endpoint; `dropped` counts what its answers said and the text doesn't."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.dropped: Counter[str] = Counter()

    def __call__(self, article: Article) -> Extraction:
        """The article's facts that hold; raises ModelError where the endpoint fails or doesn't answer by the schema."""
        text = Text(article.body)
        rule = f"model.{re.sub('[^A-Za-z0-9.-]+', '-', self.endpoint.model)}"
        entities: list[Entity] = []
        statements: list[Statement] = []
        relations: list[Relation] = []
        for piece in _pieces(article.body):
            answer = self._ask(article, article.body[piece.start : piece.end])
            checked = check(article, text, piece, answer, rule)
            self.dropped.update(checked.dropped)
            entities += checked.entities
            statements += checked.statements
            relations += checked.relations
        return Extraction(
            article,
            tuple(sorted(dict.fromkeys(entities), key=lambda e: (e.span.start, -e.span.end))),
            tuple(sorted(dict.fromkeys(statements), key=lambda s: (s.span.start, s.span.end))),
            tuple(dict.fromkeys(relations)),
        )

    def _ask(self, article: Article, words: str) -> dict[str, Any]:
        question = json.dumps({"headline": article.headline, "text": words}, ensure_ascii=False)
        content = self.endpoint.ask(_read("instructions.txt"), question, _schema())
        fenced = _FENCE.match(content)
        try:
            answer = json.loads(fenced["inside"] if fenced else content)
        except (ValueError, RecursionError) as error:
            raise ModelError(f"{self.endpoint.url}: the answer is no JSON") from error
        return self._fitting(answer)

    def _fitting(self, answer: Any) -> dict[str, Any]:
        """The answer's facts that fit the schema; those that don't are dropped and counted."""
        groups = _schema()["properties"]
        if not isinstance(answer, dict) or not all(isinstance(answer.get(g, []), list) for g in groups):
            raise ModelError(f"{self.endpoint.url}: the answer doesn't fit the schema")
        kept = {}
        for group, schema in groups.items():
            validator = Draft202012Validator(schema["items"])
            items = answer.get(group, [])
            kept[group] = [item for item in items if validator.is_valid(item)]
            if len(kept[group]) < len(items):
                self.dropped["doesn't fit the schema"] += len(items) - len(kept[group])
        return kept


def _pieces(body: str) -> Iterator[Span]:
    """The body in pieces of whole paragraphs; a paragraph longer than a piece is cut after a sentence."""
    start = 0
    while len(body) - start > _PIECE:
        cut = max(body.rfind(mark, start + _PIECE // 2, start + _PIECE) for mark in ("\n", "。"))
        end = cut + 1 if cut >= 0 else start + _PIECE
        yield Span(start, end)
        start = end
    if body[start:].strip():
        yield Span(start, len(body))
