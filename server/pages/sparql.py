"""The SPARQL form: a question, the examples, and the answer as a table; whole without JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

import pyoxigraph
from flask import render_template
from pyoxigraph import RdfFormat

from server.engine import Term
from server.negotiate import BOOLEAN_FORMATS, GRAPH_FORMATS, TABLE_FORMATS, Format
from server.page_context import PageContext, Served
from server.pages.rows import Names, find_names, read_rows, terms_in
from server.problem import Problem
from server.protocol import Query

_EXAMPLES = Path(__file__).parent.parent.parent / "queries"
_ROWS_SHOWN = 1000
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Example:
    """A query of the folder `queries`; its head comment says what it answers, in both languages where it does."""

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
        examples=read_examples(),
        shown=_ROWS_SHOWN,
    )
    return page, problem.status if problem else 200


@lru_cache
def read_examples() -> tuple[Example, ...]:
    """The example queries, by file name; none where the folder isn't installed."""
    return tuple(_read_example(file) for file in sorted(_EXAMPLES.glob("*.rq")))


def _read_example(file: Path) -> Example:
    text = file.read_text("utf-8")
    head = [line[1:].strip() for line in takewhile(lambda line: line.startswith("#"), text.splitlines())]
    chinese = next((line for line in head if _HAN.search(line)), "")
    english = next((line for line in head if line and not _HAN.search(line)), "" if chinese else file.stem)
    return Example(chinese, english, text)


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
