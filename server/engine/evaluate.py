"""A query evaluated with Oxigraph and written in the format that was asked for."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import IO, TypeAlias, cast

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QueryTriples,
    RdfFormat,
)

from ontology.terms import PREFIXES
from server.engine import Question
from server.engine.sink import Sink, sort_declarations
from server.negotiate import BOOLEAN_FORMATS, GRAPH_FORMATS, TABLE_FORMATS, Choice, choose
from server.problem import Problem

NewSink: TypeAlias = Callable[[Choice], Sink]
_PREFIXED = frozenset({RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML})
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_EXPECTED = re.compile(r'"(?:\\.|[^"\\])*"|\[[^\]]*\]|<unreported>|[^,\[\]"]+')
_EXPECTED_SHOWN = 12
_Dataset: TypeAlias = tuple[
    list[NamedNode | BlankNode | DefaultGraph] | None, list[NamedNode | BlankNode] | None
]
_XML_NAME = re.compile(r"[A-Za-z_\u00C0-\uFFFD][\w.\-\u00B7]*\Z")


def evaluate(
    store: pyoxigraph.Store, question: Question, base: str, new_sink: NewSink
) -> tuple[Choice, Sink, int | None]:
    """Write the answer to a sink made for the chosen format; returns the choice, the sink and the number of rows.

    Relative IRIs of the query are resolved against `base`. Raises Problem 400, 406 and 500 as Engine.query says,
    SizeExceeded, MemoryError.
    """
    default_graphs, named_graphs = _dataset(question.default_graphs, question.named_graphs)
    sink: Sink | None = None
    try:
        results = store.query(
            question.text, base_iri=base, default_graph=default_graphs, named_graphs=named_graphs
        )
        if isinstance(results, QueryTriples):
            choice = choose(question.accept, question.format, GRAPH_FORMATS)
            sink = new_sink(choice)
            write_triples(results, choice.format.writes, cast(IO[bytes], sink))
        else:
            formats = BOOLEAN_FORMATS if isinstance(results, QueryBoolean) else TABLE_FORMATS
            choice = choose(question.accept, question.format, formats)
            sink = new_sink(choice)
            assert isinstance(choice.format.writes, QueryResultsFormat)
            results.serialize(output=cast(IO[bytes], sink), format=choice.format.writes)
        return choice, sink, sink.finish()
    except BaseException as error:
        if sink is not None:
            sink.discard()
        if isinstance(error, SyntaxError):
            raise _syntax_problem(str(error)) from None
        if isinstance(error, (OSError, RuntimeError, ValueError)):
            raise Problem(500, f"the query could not be evaluated: {error}") from error
        raise


def write_graph(triples: Sequence[pyoxigraph.Triple], format: QueryResultsFormat | RdfFormat | None) -> bytes:
    """The triples in an RDF format, with our prefixes where it has any.

    Raises Problem 406 for RDF/XML where a predicate doesn't end with an XML name: the format can't say it.
    """
    body = io.BytesIO()
    write_triples(triples, format, body)
    return sort_declarations(body.getvalue())


def write_triples(
    triples: QueryTriples | Iterable[pyoxigraph.Triple],
    format: QueryResultsFormat | RdfFormat | None,
    output: IO[bytes],
) -> None:
    """Write the triples to a file in an RDF format; raises Problem 406 as `write_graph` does."""
    assert isinstance(format, RdfFormat)
    if format == RdfFormat.RDF_XML:
        triples = list(triples)
        for predicate in {triple.predicate.value for triple in triples}:
            if not _ends_with_xml_name(predicate):
                raise Problem(406, f"RDF/XML has no way to write the predicate <{predicate}>; ask for Turtle")
    prefixes = dict(PREFIXES) if format in _PREFIXED else None
    if isinstance(triples, QueryTriples) and prefixes is None:
        triples.serialize(output=output, format=format)
    else:
        pyoxigraph.serialize(triples, output=output, format=format, prefixes=prefixes)


def _ends_with_xml_name(iri: str) -> bool:
    cut = max(iri.rfind(sign) for sign in "/#:?=&%")
    local = iri[cut + 1 :].lstrip("0123456789.-\u00b7")
    return bool(_XML_NAME.match(local))


def _dataset(default_graphs: Sequence[str], named_graphs: Sequence[str]) -> _Dataset:
    """The dataset that the protocol names: once it names any graph, only what it names is in it."""
    if not default_graphs and not named_graphs:
        return None, None
    return [*_graphs("default-graph-uri", default_graphs)], [*_graphs("named-graph-uri", named_graphs)]


def _graphs(parameter: str, iris: Sequence[str]) -> list[NamedNode]:
    graphs = []
    for iri in dict.fromkeys(iris):
        try:
            graphs.append(NamedNode(iri))
        except ValueError:
            raise Problem(400, f"{parameter} is no absolute IRI: {iri}") from None
    return graphs


def _syntax_problem(message: str) -> Problem:
    """A 400 with line and column, both from 1, out of the parser's message."""
    match = _POSITION.match(message)
    if match is None:
        return Problem(400, f"the query is not valid SPARQL: {message}")
    line, column = int(match[1]), int(match[2])
    expected = [
        part.strip()
        for part in _EXPECTED.findall(match[3].removeprefix("expected one of ").removeprefix("expected "))
    ]
    named = [part for part in expected if part and not part.startswith("[") and part != "<unreported>"]
    detail = f"the query is not valid SPARQL at line {line}, column {column}"
    if named:
        more = " …" if len(named) > _EXPECTED_SHOWN else ""
        detail += f"; expected there: {' '.join(named[:_EXPECTED_SHOWN])}{more}"
    return Problem(400, detail, fields={"line": line, "column": column})
