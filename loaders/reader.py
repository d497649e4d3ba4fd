"""Readers: whatever makes facts of an article. The rules are one; others may say more, and never unsay what the rules read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from ontology.errors import ChunchengError

from .facts import Article, Entity, Extraction, Relation, Span, Statement

_log = logging.getLogger(__name__)
_Fact = TypeVar("_Fact", bound=Entity | Statement | Relation)


class Reader(Protocol):
    """The seam that every reader fits: an article in, its facts out."""

    def __call__(self, article: Article) -> Extraction:
        """The facts of an article; may raise a ChunchengError where the reader can't work."""
        ...


def warn(error: ChunchengError) -> None:
    """Logs as a warning that a reader failed."""
    _log.warning("%s", error)


def combine(first: Reader, second: Reader, on_error: Callable[[ChunchengError], None] = warn) -> Reader:
    """A reader that adds to the first one's facts what the second one says besides; for a third, combine once more.

    Nothing of the first is lost or changed. Not new is an entity of the same class, or a statement of the same value and unit,
    that overlaps one of the first, and a relation of the same subject, predicate and object.
    Where the second fails, the error goes to `on_error` and the first one's facts stand alone: a page is never lost for want of
    a model. Errors of the first are raised.
    """

    def read(article: Article) -> Extraction:
        sure = first(article)
        try:
            more = second(article)
        except ChunchengError as error:
            on_error(error)
            return sure
        return replace(
            sure,
            entities=_merged(sure.entities, more.entities, _same_entity),
            statements=_merged(sure.statements, more.statements, _same_statement),
            relations=_merged(sure.relations, more.relations, _same_relation),
        )

    return read


def _merged(
    sure: Iterable[_Fact], more: Iterable[_Fact], same: Callable[[_Fact, _Fact], bool]
) -> tuple[_Fact, ...]:
    """The sure facts and the new ones in the order of the text."""
    known = list(sure)
    new = [fact for fact in more if not any(same(old, fact) for old in known)]
    return tuple(sorted([*known, *new], key=lambda f: f.span.start)) if new else tuple(known)


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def _same_entity(a: Entity, b: Entity) -> bool:
    return a.cls == b.cls and _overlap(a.span, b.span)


def _same_statement(a: Statement, b: Statement) -> bool:
    """The same number, or a deed at the same words."""
    return (a.value, a.unit) == (b.value, b.unit) and _overlap(a.span, b.span)


def _same_relation(a: Relation, b: Relation) -> bool:
    return (a.subject, a.predicate, a.object) == (b.subject, b.predicate, b.object)
