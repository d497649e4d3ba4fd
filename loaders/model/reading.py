"""From an article to what a model reads in it and the text bears out."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from ..entity import read_entities
from ..facts import Article, Entity, Extraction, Relation, Span, Statement
from ..identity import with_persons
from ..text import Text
from .check import Checker
from .pieces import cut_body
from .report import ModelError, Report, Tally
from .schema import Item, asked_schema, fitting, read_answer

_log = logging.getLogger(__name__)


class Ask(Protocol):
    """Puts a question to a model: instructions, the matter, the schema of the answer."""

    def __call__(self, system: str, user: str, schema: Mapping[str, Any]) -> str:
        """The answer's text; raises ModelError."""
        ...


def log_report(report: Report) -> None:
    """Logs what was dropped as a note for whoever looks for it."""
    _log.info("%s", report)


@cache
def _instructions() -> str:
    return files(__package__).joinpath("instructions.txt").read_text(encoding="utf-8")


class ModelReader:
    """A reader (`loaders.reader.Reader`) that asks a model; `on_report` hears of each article what was dropped and why."""

    def __init__(self, ask: Ask, model: str, on_report: Callable[[Report], None] = log_report) -> None:
        self._ask = ask
        self._on_report = on_report
        self.rule = f"model.{re.sub('[^A-Za-z0-9.-]+', '-', model)}"

    def __call__(self, article: Article) -> Extraction:
        """The article's facts that hold; raises ModelError where a piece of it gets no answer that can be read."""
        extraction, report = self.read(article)
        self._on_report(report)
        return extraction

    def read(self, article: Article) -> tuple[Extraction, Report]:
        """The facts that hold, and what became of the others; raises ModelError."""
        text, tally = Text(article.body), Tally()
        pieces = list(cut_body(article.body))
        try:
            answers = [self._answer(article, piece, tally) for piece in pieces]
        except ModelError as error:
            raise ModelError(f"《{article.headline or article.id}》: {error}") from error
        checker = Checker(article, text, read_entities(article, text), self.rule, tally)
        extraction = _checked(article, checker, list(zip(pieces, answers, strict=True)))
        kept = len(extraction.entities) + len(extraction.statements) + len(extraction.relations)
        report = Report(article.id, self.rule, len(pieces), kept, dict(tally.dropped), dict(tally.cleared))
        return extraction, report

    def _answer(self, article: Article, piece: Span, tally: Tally) -> dict[str, list[Item]]:
        question = {
            "headline": article.headline,
            "published": article.published,
            "text": article.body[piece.start : piece.end],
        }
        content = self._ask(_instructions(), json.dumps(question, ensure_ascii=False), asked_schema())
        return fitting(read_answer(content), tally)


def _checked(
    article: Article, checker: Checker, answers: list[tuple[Span, dict[str, list[Item]]]]
) -> Extraction:
    """The facts of all pieces, each once; entities first, for a piece may speak of who is named in another."""
    entities: list[Entity] = []
    statements: list[Statement] = []
    relations: list[Relation] = []
    for piece, answer in answers:
        entities += checker.entities(piece, answer["entities"])
    for piece, answer in answers:
        statements += checker.statements(piece, answer["statements"])
        relations += checker.relations(piece, answer["relations"])
    read = Extraction(
        article,
        tuple(sorted(dict.fromkeys(entities), key=lambda e: (e.span.start, -e.span.end))),
        tuple(sorted(dict.fromkeys(statements), key=lambda s: (s.span.start, s.span.end))),
        tuple(dict.fromkeys(relations)),
    )
    return with_persons(read)
