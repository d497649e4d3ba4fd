"""SPARQL over a snapshot for the command line: prefixes declared, formats by name, errors with line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
)

from ontology.errors import ChunchengError
from ontology.terms import PREFIXES

from .snapshot import Snapshot
from .table import render_table

#: Formats of SELECT and ASK, and of CONSTRUCT and DESCRIBE; `table` is for all of them.
TABLE_FORMATS: Final = {
    "json": QueryResultsFormat.JSON,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}
GRAPH_FORMATS: Final = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
FORMATS: Final = ("table", *TABLE_FORMATS, *GRAPH_FORMATS)
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_SHOWN = 200  # characters of what the parser expected: it lists every token of the grammar


class QueryError(ChunchengError):
    """A query that can't be answered: not SPARQL, or not in the format asked for."""


def answer(snapshot: Snapshot, text: str, *, format: str | None = None, name: str = "query") -> bytes:
    """The whole answer in one of FORMATS: by default a table, or Turtle for CONSTRUCT and DESCRIBE.

    `name` is what errors call the query. Our prefixes need no declaration. Raises QueryError.
    """
    try:
        # The parser places some errors at the very end: without line feeds there that is at least the last line.
        results = snapshot.open_store().query(text.rstrip(), base_iri=snapshot.base, prefixes=dict(PREFIXES))
    except SyntaxError as error:
        raise QueryError(f"{name}{_where(str(error))}") from error
    try:
        return _write(results, format, snapshot.base)
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(f"{name} can't be evaluated or written: {error}") from error


def _where(message: str) -> str:
    match = _POSITION.match(message)
    if match is None:
        return f": {message}"
    line, column, expected = match[1], match[2], " ".join(match[3].split())
    shown = expected if len(expected) <= _SHOWN else f"{expected[:_SHOWN]}…"
    return f", line {line}, column {column}: {shown}"


def _write(results: QuerySolutions | QueryBoolean | QueryTriples, format: str | None, base: str) -> bytes:
    if isinstance(results, QueryTriples):
        return _write_graph(results, format or "turtle", base)
    if format in GRAPH_FORMATS:
        raise QueryError(
            f"{format} is for CONSTRUCT and DESCRIBE; for this query choose one of table, {', '.join(TABLE_FORMATS)}"
        )
    if format in TABLE_FORMATS:
        return results.serialize(format=TABLE_FORMATS[format]) or b""
    if isinstance(results, QueryBoolean):
        return b"yes\n" if results else b"no\n"
    variables = [variable.value for variable in results.variables]
    rows = [[show_term(solution[name], base) for name in variables] for solution in results]
    return _lines(render_table([f"?{name}" for name in variables], rows))


def _write_graph(triples: QueryTriples, format: str, base: str) -> bytes:
    if format in TABLE_FORMATS:
        raise QueryError(
            f"{format} is for SELECT and ASK; for this query choose one of table, {', '.join(GRAPH_FORMATS)}"
        )
    if format == "table":
        rows = [[show_term(term, base) for term in (t.subject, t.predicate, t.object)] for t in triples]
        return _lines(render_table(["subject", "predicate", "object"], rows))
    if format in ("turtle", "trig", "rdfxml"):
        listed = list(triples)
        return pyoxigraph.serialize(listed, format=GRAPH_FORMATS[format], prefixes=_used(listed)) or b""
    return triples.serialize(format=GRAPH_FORMATS[format]) or b""


def _used(triples: Iterable[Triple]) -> dict[str, str]:
    """The prefixes that the triples need."""
    text = "\n".join({str(term) for t in triples for term in (t.subject, t.predicate, t.object)})
    return {prefix: namespace for prefix, namespace in PREFIXES.items() if f"<{namespace}" in text}


def show_term(term: NamedNode | BlankNode | Literal | Triple | None, base: str) -> str:
    """A term for people: the text of a literal, an IRI by its prefix or relative to the base, nothing for unbound.

    Both short forms of an IRI can be pasted into the next query.
    """
    if term is None:
        return ""
    if isinstance(term, Literal):
        return term.value
    if isinstance(term, NamedNode):
        for prefix, namespace in PREFIXES.items():
            if term.value.startswith(namespace):
                return f"{prefix}:{term.value[len(namespace) :]}"
        return f"<{term.value.removeprefix(base)}>"
    return str(term)


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
