"""The page of a promise, a result or an implied target: the words in their sentence, the quantity, what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from flask import render_template
from pyoxigraph import NamedNode

from ontology.terms import CCL, RDF
from server.engine import Term
from server.language import current
from server.ledger import Entry, open_ledger
from server.negotiate import DOCUMENT_FORMATS
from server.page_context import Served
from server.pages.rows import Row, find_names, select_all, terms_in
from server.pages.statements import Quote, quote_of, readable_number

_SENTENCE_END = re.compile(r"[。！？!?\n]")
# What stands in the page's head, by the name that the rows of statements have for it.
_HEAD = {
    "value": (CCL.value, CCL.impliedValue),
    "low": (CCL.intervalLow,),
    "high": (CCL.intervalHigh,),
    "unit": (CCL.unit,),
    "bound": (CCL.bound,),
    "aspect": (CCL.aspect,),
    "period": (CCL.period,),
    "periodStart": (CCL.periodStart,),
    "periodEnd": (CCL.periodEnd,),
    "deadline": (CCL.deadline,),
    "completionRate": (CCL.completionRate, CCL.reportedRate),
    "arithmetic": (CCL.arithmetic,),
    "phase": (CCL.phase,),
    "agent": (CCL.agent,),
}


@dataclass(frozen=True, slots=True)
class Context:
    """A quote within its sentence."""

    before: str
    quote: str
    after: str


@dataclass(slots=True)
class Fulfilment:
    """A target with the results that were found to belong to it, one alone or several together."""

    row: Row
    others: dict[Term, Row] = field(
        default_factory=dict
    )  # the other side: results of a target, targets of a result
    quotes: list[Quote] = field(default_factory=list)
    arithmetic: str = ""


def show(served: Served, thing: NamedNode, path: str, properties: list[Row]) -> str:
    """The page as HTML; `path` is that of the statement's documents, without suffix, `properties` what is said of it."""
    engine = served.engine
    evidence, readings, found, implied = select_all(
        engine,
        ("statement_evidence", {"this": thing}),
        ("statement_readings", {"this": thing}),
        ("statement_fulfilment", {"this": thing}),
        ("statement_implied", {"this": thing}),
    )
    head = _head(properties)
    return render_template(
        "statement.html",
        served=served,
        thing=thing,
        path=path,
        formats=DOCUMENT_FORMATS,
        head=head,
        kind=_kind(properties),
        indicators=_values(properties, CCL.indicator),
        about=_values(properties, CCL.place, CCL.concerns, CCL.partOf),
        themes=_values(properties, CCL.theme),
        properties=properties,
        entry=_ledger_entry(served, thing),
        evidence=[(row, in_sentence(row)) for row in evidence],
        readings=_gather_rules(readings),
        fulfilments=_gather_fulfilments(found),
        implied=implied,
        names=find_names(
            engine,
            [
                thing,
                *terms_in(properties, readings, implied),
                *terms_in(evidence, found, linked={"span": "quote", "article": "headline"}),
            ],
        ),
    )


def _kind(properties: list[Row]) -> str:
    classes = {row["value"].value for row in properties if row["property"].value == RDF.type}
    return (
        "outcome" if CCL.Outcome in classes else "implied" if CCL.ImpliedTarget in classes else "commitment"
    )


def _head(properties: list[Row]) -> Row:
    """The first value of each property that the head shows."""
    head: Row = {}
    for name, iris in _HEAD.items():
        values = _values(properties, *iris)
        if values:
            head[name] = values[0]
    return head


def _values(properties: list[Row], *iris: str) -> list[Term]:
    return [row["value"] for row in properties if row["property"].value in iris]


def _ledger_entry(served: Served, thing: NamedNode) -> Entry | None:
    """How the ledger says that a target stands, None for what it has no row of."""
    ledger = open_ledger(served.ledger)
    return ledger.get([thing.value]).get(thing.value) if ledger else None


def _gather_rules(readings: list[Row]) -> list[tuple[Row, list[Term]]]:
    """One entry a reading, with all the rules that took part in it."""
    rules: dict[Term, tuple[Row, list[Term]]] = {}
    for row in readings:
        entry = rules.setdefault(row["reading"], (row, []))
        if "rule" in row and row["rule"] not in entry[1]:
            entry[1].append(row["rule"])
    return list(rules.values())


def _gather_fulfilments(rows: list[Row]) -> list[Fulfilment]:
    found: dict[Term, Fulfilment] = {}
    for row in rows:
        known = found.setdefault(row["link"], Fulfilment(row))
        known.others.setdefault(row["other"], row)
        quote = quote_of(row)
        if quote is not None and quote not in known.quotes:
            known.quotes.append(quote)
    for each in found.values():
        each.arithmetic = compute(each)
    return list(found.values())


def compute(found: Fulfilment) -> str:
    """The completion rate worked out, (317 + 21) ÷ 70 = 482.9%; empty where these numbers don't give the rate that is known."""
    row = found.row
    if "computed" not in row or "targetValue" not in row:
        return ""
    parts = [other["outcomeValue"].value for other in found.others.values() if "outcomeValue" in other]
    try:
        computed, target = Decimal(row["computed"].value), Decimal(row["targetValue"].value)
        result = sum(map(Decimal, parts), Decimal())
        if not parts or not target or round(result / target * 100 - computed, 1):
            return ""
    except InvalidOperation:
        return ""
    language = current()
    shown = [readable_number(part, language) for part in parts]
    sum_ = shown[0] if len(shown) == 1 else f"({' + '.join(shown)})"
    return f"{sum_} ÷ {readable_number(row['targetValue'].value, language)} = {computed.normalize():f}%"


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
