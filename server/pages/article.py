"""The page of an article: its text with everything that was read out of it marked, and the same as lists."""

from __future__ import annotations

from collections.abc import Iterator

from flask import render_template
from pyoxigraph import NamedNode

from ontology.terms import CCL
from server import language, links
from server.engine import Term
from server.negotiate import DOCUMENT_FORMATS
from server.page_context import Served
from server.pages.highlight import Highlight, paragraphs
from server.pages.rows import Names, Row, find_names, select_all, terms_in
from server.pages.statements import Line, gather
from server.text_display import show as shown

_KINDS = {
    CCL.Mention: "mention",
    CCL.Commitment: "commitment",
    CCL.Withdrawal: "commitment",  # in the look of the promise that it revises
    CCL.Outcome: "outcome",
    CCL.Relation: "relation",
    CCL.PhaseReport: "phase",
}


def show(served: Served, thing: NamedNode, path: str, _: list[Row]) -> str:
    """The page as HTML; `path` is that of the article's documents, without suffix."""
    engine = served.engine
    head, statements, relations, phases, things, spans = select_all(
        engine,
        *(
            (query, {"this": thing})
            for query in (
                "article",
                "article_statements",
                "article_relations",
                "article_phases",
                "article_things",
                "article_spans",
            )
        ),
    )
    told = terms_in(head, statements, relations, phases, things)
    names = find_names(engine, [thing, *told, *terms_in(spans, linked={"span": "start"})])
    lines = gather(statements)
    body = head[0]["body"].value if head and "body" in head[0] else None
    return render_template(
        "article.html",
        served=served,
        thing=thing,
        path=path,
        formats=DOCUMENT_FORMATS,
        head=head[0] if head else {},
        subheads=_each(head, "subhead"),
        reporters=_each(head, "reporter"),
        paragraphs=paragraphs(body, _highlights(spans, lines, names, served.base)) if body else [],
        quotes=list(dict.fromkeys(quote.text for line in lines for quote in line.quotes)),
        lines=lines,
        relations=relations,
        phases=phases,
        things=things,
        names=names,
    )


def _highlights(spans: list[Row], lines: list[Line], names: Names, base: str) -> list[Highlight]:
    notes = {line.statement: number for number, line in enumerate(lines, 1)}
    found = []
    told = dict.fromkeys(_span_things(spans))
    for span, start, end, thing, kind in told:
        target = links.href(thing.value, base)
        found.append(
            Highlight(
                start,
                end,
                links.anchor(span.value),
                kind,
                language.localized(target) if target else None,
                shown(names.of(thing)),
                notes.get(thing),
            )
        )
    return found


def _span_things(rows: list[Row]) -> Iterator[tuple[Term, int, int, Term, str]]:
    """Span, start, end, and each thing that it names or that was read from it, with its kind."""
    for row in rows:
        place = (row["span"], int(row["start"].value), int(row["end"].value))
        if "named" in row:
            yield (*place, row["named"], _KINDS[CCL.Mention])
        if "claim" in row:
            yield (*place, row["claim"], _KINDS[row["class"].value])


def _each(rows: list[Row], name: str) -> list[Term]:
    return list(dict.fromkeys(row[name] for row in rows if name in row))
