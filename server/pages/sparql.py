"""The SPARQL form: a question, the examples, and the answer as a table; whole without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph
from flask import render_template
from pyoxigraph import RdfFormat

from ontology.terms import PREFIXES
from server.engine import Term
from server.links import short_name
from server.negotiate import BOOLEAN_FORMATS, GRAPH_FORMATS, TABLE_FORMATS, Format
from server.page_context import PageContext, Served
from server.pages.rows import Names, find_names, read_rows, select, terms_in
from server.problem import Problem
from server.protocol import Query

_ROWS_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Example:
    """A query that the data holds as `sh:SPARQLExecutable`; its titles, empty where it has none."""

    chinese: str
    english: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """An answer as the page shows it; `rows` are cut to what a page bears, `count` is the whole."""

    formats: tuple[Format, ...]
    names: Names
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] = ()
    count: int = 0
    boolean: bool | None = None


def show(context: PageContext, query: Query | None) -> tuple[str, int]:
    """The page as HTML with its status; a question that can't be answered is shown with the reason."""
    served = context.served
    result: Result | None = None
    problem: Problem | None = None
    if query is not None and query.text.strip():
        try:
            result = _ask(context, query)
        except Problem as refused:
            problem = refused
    page = render_template(
        "sparql.html",
        served=served,
        query=query,
        result=result,
        problem=problem,
        examples=find_examples(served),
        shown=_ROWS_SHOWN,
        prefixes=PREFIXES,
    )
    return page, problem.status if problem else 200


def find_examples(served: Served) -> list[Example]:
    """The example queries of the snapshot, in the order of their names."""
    return [
        Example(
            row["chinese"].value if "chinese" in row else "",
            row["english"].value if "english" in row else short_name(row["example"].value),
            row["text"].value,
        )
        for row in select(served.engine, "sparql_examples")
    ]


def _ask(context: PageContext, query: Query) -> Result:
    served = context.served
    # Each form of query takes the one of these that it can be had in.
    answer = context.ask(query, "application/sparql-results+json, application/n-triples")
    body = answer.read()
    if answer.content_type.startswith("application/n-triples"):
        return _graph(served, body)
    if b'"boolean"' in body[:200]:
        parsed = pyoxigraph.parse_query_results(body, format=pyoxigraph.QueryResultsFormat.JSON)
        if isinstance(parsed, pyoxigraph.QueryBoolean):
            return Result(BOOLEAN_FORMATS, Names({}, {}), boolean=bool(parsed))
    columns, rows = read_rows(body)
    shown = rows[:_ROWS_SHOWN]
    cells = tuple(tuple(row.get(column) for column in columns) for row in shown)
    return Result(TABLE_FORMATS, find_names(served.engine, terms_in(shown)), tuple(columns), cells, len(rows))


def _graph(served: Served, body: bytes) -> Result:
    triples = [quad.triple for quad in pyoxigraph.parse(body, format=RdfFormat.N_TRIPLES)]
    cells = tuple((t.subject, t.predicate, t.object) for t in triples[:_ROWS_SHOWN])
    names = find_names(served.engine, (term for row in cells for term in row))
    return Result(GRAPH_FORMATS, names, ("subject", "predicate", "object"), cells, len(triples))
