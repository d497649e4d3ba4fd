"""The extraction contract: the facts of an article as plain JSON rows, for people, spreadsheets and scorers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ontology.identifiers import DEFAULT_BASE, entity_iri

from .facts import Entity, Extraction, Relation, Statement


def to_rows(extraction: Extraction, base: str = DEFAULT_BASE) -> Iterator[dict[str, Any]]:
    """One row for the article, then one for each fact in the order of its quote.

    Offsets are code points of the article's body, end exclusive. `iri` is what the graph with this base calls an entity.
    """
    article = extraction.article
    yield {
        "type": "article",
        "article": article.id,
        "start": None,
        "end": None,
        "quote": None,
        "headline": article.headline,
        "kicker": article.kicker,
        "subheads": list(article.subheads),
        "reporters": [name for name, _ in article.reporters],
        "published": article.published,
        "publisher": article.publisher,
        "body": article.body,
    }
    for entity in extraction.entities:
        yield _located("entity", article.id, entity) | {
            "name": entity.name,
            "class": entity.cls,
            "kind": entity.kind,
            "iri": entity_iri(base, entity.cls, entity.key),
            "post": entity.post,
            "rules": list(entity.rules),
        }
    for statement in extraction.statements:
        yield _located("statement", article.id, statement) | {
            "kind": statement.kind,
            "agent": statement.agent,
            "indicator": statement.indicator,
            "value": statement.value,
            "unit": statement.unit,
            "bound": statement.bound,
            "aspect": statement.aspect,
            "period": statement.period,
            "completion": statement.completion,
            "estimated": statement.estimated,
            "surface": statement.surface,
            "comparand": statement.comparand,
            "period_basis": statement.period_basis,
            "completion_joint": statement.completion_joint,
            "places": list(statement.places),
            "concerns": list(statement.concerns),
            "reported_by": statement.reported_by,
            "section": statement.section,
            "programme": statement.programme,
            "themes": list(statement.themes),
            "rules": list(statement.rules),
            "confidence": statement.confidence,
        }
    for relation in extraction.relations:
        yield _located("relation", article.id, relation) | {
            "subject": relation.subject,
            "predicate": relation.predicate,
            "object": relation.object,
            "rules": list(relation.rules),
        }


def _located(kind: str, article: str, fact: Entity | Statement | Relation) -> dict[str, Any]:
    return {
        "type": kind,
        "article": article,
        "start": fact.span.start,
        "end": fact.span.end,
        "quote": fact.quote,
    }
