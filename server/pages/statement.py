"""The page of a promise or a result: the words in their sentence, the quantity, what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import render_template
from pyoxigraph import NamedNode

from ontology.terms import CCL
from server.engine import Term
from server.negotiate import DOCUMENT_FORMATS
from server.page_context import Served
from server.pages.rows import Row, find_names, select, terms_in

_SENTENCE_END = re.compile(r"[。！？!?\n]")


@dataclass(frozen=True, slots=True)
class Context:
    """A quote within its sentence."""

    before: str
    quote: str
    after: str


def show(served: Served, thing: NamedNode, path: str) -> str:
    """The page as HTML; `path` is that of the statement's documents, without suffix."""
    engine = served.engine
    head = select(engine, "statement", this=thing)
    properties = select(engine, "entity_properties", this=thing)
    evidence = select(engine, "statement_evidence", this=thing)
    readings = select(engine, "statement_readings", this=thing)
    fulfilment = select(engine, "statement_fulfilment", this=thing)
    is_outcome = bool(head) and head[0]["kind"].value == CCL.Outcome
    return render_template(
        "statement.html",
        served=served,
        thing=thing,
        path=path,
        formats=DOCUMENT_FORMATS,
        head=head[0] if head else {},
        is_outcome=is_outcome,
        properties=properties,
        evidence=[(row, in_sentence(row)) for row in evidence],
        about=[row["value"] for row in properties if row["property"].value in (CCL.place, CCL.concerns)],
        readings=_gather_rules(readings),
        fulfilment=fulfilment,
        names=find_names(engine, [thing, *terms_in(head, properties, evidence, readings, fulfilment)]),
    )


def _gather_rules(readings: list[Row]) -> list[tuple[Row, list[Term]]]:
    """One entry a reading, with all the rules that took part in it."""
    rules: dict[Term, tuple[Row, list[Term]]] = {}
    for row in readings:
        entry = rules.setdefault(row["reading"], (row, []))
        if "rule" in row and row["rule"] not in entry[1]:
            entry[1].append(row["rule"])
    return list(rules.values())


def in_sentence(row: Row) -> Context:
    """The quote of an evidence row with the rest of its sentence, if the article's text is there and agrees."""
    quote, body = row["quote"].value, row.get("body")
    start, end = row.get("start"), row.get("end")
    if body is None or start is None or end is None:
        return Context("", quote, "")
    text, first, last = body.value, int(start.value), int(end.value)
    if text[first:last] != quote:
        return Context("", quote, "")
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, first)]
    begin = ends[-1] if ends else 0
    # A quote that ends a sentence has its context before it.
    closing = None if quote and _SENTENCE_END.match(quote[-1]) else _SENTENCE_END.search(text, last)
    finish = closing.end() if closing else (last if quote and _SENTENCE_END.match(quote[-1]) else len(text))
    return Context(text[begin:first].lstrip(), quote, text[last:finish].rstrip())
