"""The engine in this process: Oxigraph on threads of its own."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
)

from ontology.terms import PREFIXES
from server.engine import Answer
from server.negotiate import BOOLEAN_FORMATS, GRAPH_FORMATS, TABLE_FORMATS, choose
from server.problem import Problem

# A sum of 16,000 ones fits into 32 KB and is parsed by recursion: 2 MiB and 8 MiB end the process, 64 MiB don't.
_STACK_BYTES = 128 * 1024 * 1024
_PREFIXED = frozenset({RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML})
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_EXPECTED = re.compile(r'"(?:\\.|[^"\\])*"|\[[^\]]*\]|<unreported>|[^,\[\]"]+')
_EXPECTED_SHOWN = 12
_DECLARATION = re.compile(rb'@prefix [^\n]*\n| xmlns:[\w-]+="[^"]*"')
_DECLARATIONS = re.compile(rb'(?:\A(?:@prefix [^\n]*\n)+)|(?:(?<=<rdf:RDF)(?: xmlns:[\w-]+="[^"]*")+)')
_Dataset: TypeAlias = tuple[
    list[NamedNode | BlankNode | DefaultGraph] | None, list[NamedNode | BlankNode] | None
]
_XML_NAME = re.compile(r"[A-Za-z_\u00C0-\uFFFD][\w.\-\u00B7]*\Z")


class InProcessEngine:
    """Answers queries over a store with pyoxigraph; no deadline and no memory limit yet."""

    def __init__(self, store: pyoxigraph.Store, *, base: str, threads: int) -> None:
        self._store = store
        self._base = base
        self._threads = _start_threads(threads)

    def query(
        self,
        text: str,
        *,
        accept: str | None = None,
        format: str | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """See `server.engine.Engine`."""
        dataset = _dataset(default_graphs, named_graphs)
        result = self._threads.submit(self._try, text, accept, format, dataset).result()
        if isinstance(result, Problem):
            raise result
        return result

    def close(self) -> None:
        """See `server.engine.Engine`."""
        self._threads.shutdown()

    def _try(
        self,
        text: str,
        accept: str | None,
        format: str | None,
        dataset: _Dataset,
    ) -> Answer | Problem:
        try:
            return self._answer(text, accept, format, dataset)
        except Problem as problem:
            # Its traceback holds the results, and a deep plan must be freed here, where the stack is deep too.
            problem.__cause__ = problem.__context__ = None
            return problem.with_traceback(None)

    def _answer(
        self,
        text: str,
        accept: str | None,
        format: str | None,
        dataset: _Dataset,
    ) -> Answer:
        try:
            results = self._store.query(
                text,
                base_iri=self._base,
                default_graph=dataset[0],
                named_graphs=dataset[1],
            )
            return _serialize(results, accept, format)
        except SyntaxError as error:
            raise _syntax_problem(str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise Problem(500, f"the query could not be evaluated: {error}") from error


def _serialize(
    results: QuerySolutions | QueryBoolean | QueryTriples, accept: str | None, format: str | None
) -> Answer:
    if isinstance(results, QueryTriples):
        choice = choose(accept, format, GRAPH_FORMATS)
        return Answer(choice, write_graph(results, choice.format.writes))
    choice = choose(accept, format, BOOLEAN_FORMATS if isinstance(results, QueryBoolean) else TABLE_FORMATS)
    assert isinstance(choice.format.writes, QueryResultsFormat)
    return Answer(choice, results.serialize(format=choice.format.writes) or b"")


def write_graph(
    triples: QueryTriples | Sequence[pyoxigraph.Triple], format: QueryResultsFormat | RdfFormat | None
) -> bytes:
    """The triples in an RDF format, with our prefixes where it has any.

    Raises Problem 406 for RDF/XML where a predicate doesn't end with an XML name: the format can't say it.
    """
    assert isinstance(format, RdfFormat)
    if format == RdfFormat.RDF_XML:
        triples = list(triples)
        for predicate in {triple.predicate.value for triple in triples}:
            if not _ends_with_xml_name(predicate):
                raise Problem(406, f"RDF/XML has no way to write the predicate <{predicate}>; ask for Turtle")
    if isinstance(triples, QueryTriples) and format not in _PREFIXED:
        return triples.serialize(format=format) or b""
    if format not in _PREFIXED:
        return pyoxigraph.serialize(triples, format=format) or b""
    body = pyoxigraph.serialize(triples, format=format, prefixes=dict(PREFIXES)) or b""
    return _DECLARATIONS.sub(_sort_declarations, body, count=1)


def _sort_declarations(match: re.Match[bytes]) -> bytes:
    """Prefixes in order: the serializer has them in another one in every process, and an ETag promises equal bytes."""
    return b"".join(sorted(_DECLARATION.findall(match.group())))


def _ends_with_xml_name(iri: str) -> bool:
    cut = max(iri.rfind(sign) for sign in "/#:?=&%")
    local = iri[cut + 1 :].lstrip("0123456789.-\u00b7")
    return bool(_XML_NAME.match(local))


def _dataset(default_graphs: Sequence[str] | None, named_graphs: Sequence[str] | None) -> _Dataset:
    """The dataset that the protocol names: once it names any graph, only what it names is in it."""
    if not default_graphs and not named_graphs:
        return None, None
    return [*_graphs("default-graph-uri", default_graphs)], [*_graphs("named-graph-uri", named_graphs)]


def _graphs(parameter: str, iris: Sequence[str] | None) -> list[NamedNode]:
    graphs = []
    for iri in dict.fromkeys(iris or ()):
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


_starting = threading.Lock()


def _start_threads(number: int) -> ThreadPoolExecutor:
    """Threads with a stack deep enough for what the guard lets pass.

    The size of a stack is a setting of the process that counts when a thread starts, so all are started here.
    """
    with _starting:
        usual = threading.stack_size(_STACK_BYTES)
        try:
            pool = ThreadPoolExecutor(number, thread_name_prefix="query")
            together = threading.Barrier(number)
            for waiting in [pool.submit(together.wait) for _ in range(number)]:
                waiting.result()
        finally:
            threading.stack_size(usual)
    return pool
