"""Readers: whatever makes facts of an article. The rules are one; others may say more, and never unsay what the rules read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ontology.errors import ChunchengError

from .facts import Article, Entity, Extraction, Relation, Span, Statement


class Reader(Protocol):
    """The seam that every reader fits: an article in, its facts out."""

    def __call__(self, article: Article) -> Extraction:
        """The facts of an article; may raise a ChunchengError where the reader can't work."""
        ...


def combine(first: Reader, second: Reader, on_error: Callable[[ChunchengError], None]) -> Reader:
    """A reader that adds to the first one's facts what the second one says besides.

    Nothing of the first is lost or changed. A fact of the second that overlaps one of the first of the same type says nothing new.
    Where the second fails, the error goes to `on_error` and the first one's facts stand alone.
    """

    def read(article: Article) -> Extraction:
        sure = first(article)
        try:
            more = second(article)
        except ChunchengError as error:
            on_error(error)
            return sure
        entities = [e for e in more.entities if not _has_entity(sure, e)]
        statements = [s for s in more.statements if not _has_statement(sure, s)]
        relations = [r for r in more.relations if not _has_relation(sure, r)]
        return replace(
            sure,
            entities=tuple(sorted([*sure.entities, *entities], key=_place)),
            statements=tuple(sorted([*sure.statements, *statements], key=_place)),
            relations=(*sure.relations, *relations),
        )

    return read


def _place(fact: Entity | Statement) -> tuple[int, int]:
    return fact.span.start, -fact.span.end


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def _has_entity(sure: Extraction, entity: Entity) -> bool:
    return any(_overlap(e.span, entity.span) for e in sure.entities)


def _has_statement(sure: Extraction, statement: Statement) -> bool:
    """Whether the same number, or a deed at the same words, was read already."""
    return any(
        _overlap(s.span, statement.span) and (s.value, s.unit) == (statement.value, statement.unit)
        for s in sure.statements
    )


def _has_relation(sure: Extraction, relation: Relation) -> bool:
    return any(
        (r.subject, r.predicate, r.object) == (relation.subject, relation.predicate, relation.object)
        for r in sure.relations
    )
