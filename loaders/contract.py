"""The extraction contract: the facts of an article as plain JSON rows, for people, spreadsheets and scorers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ontology.identifiers import DEFAULT_BASE, entity_iri

from .facts import AppliedCorrection, Entity, Extraction, Fact, Relation, Statement


def to_rows(extraction: Extraction, base: str = DEFAULT_BASE) -> Iterator[dict[str, Any]]:
    """One row for the article, then one for each fact in the order of its quote.

    Offsets are code points of the article's body, end exclusive. `iri` is what the graph with this base calls an entity.
    `former_names` stands only in rows of what the article tells to be renamed, `withdrawn` only in those of dropped targets,
    `corrected` only in rows that a person accepted, changed or added: who, when, why.
    """
    article = extraction.article
    corrections = {c.after: c for c in extraction.corrections if c.after is not None}
    formerly: dict[str, list[str]] = {}
    for told in extraction.successions:
        if told.kind == "renamed":
            formerly.setdefault(told.after, []).extend(told.before)
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
            "confidence": entity.confidence,
            **({"former_names": formerly[entity.name]} if entity.name in formerly else {}),
            **_corrected(entity, corrections),
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
            **({"withdrawn": True} if statement.withdrawn else {}),
            **_corrected(statement, corrections),
        }
    for relation in extraction.relations:
        yield _located("relation", article.id, relation) | {
            "subject": relation.subject,
            "predicate": relation.predicate,
            "object": relation.object,
            "rules": list(relation.rules),
            "confidence": relation.confidence,
            **_corrected(relation, corrections),
        }


def _corrected(fact: Fact, corrections: Mapping[Fact, AppliedCorrection]) -> dict[str, Any]:
    if (correction := corrections.get(fact)) is None:
        return {}
    told = {name: getattr(correction, name) for name in ("author", "date", "reason", "action")}
    return {"corrected": told}


def _located(kind: str, article: str, fact: Entity | Statement | Relation) -> dict[str, Any]:
    return {
        "type": kind,
        "article": article,
        "start": fact.span.start,
        "end": fact.span.end,
        "quote": fact.quote,
    }
