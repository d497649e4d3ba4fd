"""The SPARQL 1.1 Protocol, query operation, as pure functions: request in, response out.

https://www.w3.org/TR/sparql11-protocol/ section 2.1. The endpoint is read-only: updates are refused with 403.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from server import guard
from server.description import describe_service
from server.engine import Engine
from server.negotiate import GRAPH_FORMATS, HTML, TABLE_FORMATS, Format, by_name, choose, negotiate
from server.problem import PROBLEM_JSON, Problem
from server.settings import Limits

#: How an error can be told: to machines unless a page is liked better.
ERROR_FORMATS = (Format("json", (PROBLEM_JSON, "application/json"), None), HTML)
METHODS = "GET, HEAD, POST, OPTIONS"
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_READ_ONLY = (
    "this endpoint is read-only: an update changes nothing here; "
    "change the sources and run `chuncheng build`, which publishes a new snapshot"
)


@dataclass(frozen=True, slots=True)
class Request:
    """What the protocol looks at in an HTTP request; `url` is the endpoint's address without parameters."""

    method: str
    url: str
    parameters: str = ""  # the query string as it came, percent-encoded
    accept: str | None = None
    content_type: str | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """A whole HTTP response; for HEAD the body is the one that GET would have."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Query:
    """One query operation."""

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None


def wants_page(accept: str | None, format: str | None) -> bool:
    """Whether a browser asks, to be shown a page rather than given data."""
    formats = (*TABLE_FORMATS, *GRAPH_FORMATS, HTML)
    if format:
        choice = by_name(format, formats)
    else:
        try:
            choice = negotiate(accept, formats)
        except Problem:
            return False
    return choice is not None and choice.format is HTML


def answer(request: Request, engine: Engine, limits: Limits) -> Response:
    """The response to a request; never raises for what a client can do."""
    try:
        return _answer(request, engine, limits)
    except Problem as problem:
        return refuse(problem)


def refuse(problem: Problem) -> Response:
    """The response that tells a machine about a problem."""
    headers = {"Content-Type": PROBLEM_JSON, "Vary": "Accept", **problem.headers}
    return Response(problem.status, headers, problem.to_json())


def read_query(request: Request) -> Query | None:
    """The query operation that a request asks for, None for a GET without any.

    Raises Problem: 400 no query, several, or bad encoding; 403 an update; 405, 415 as HTTP has it.
    """
    if request.method in ("GET", "HEAD"):
        parameters = _decode(request.parameters)
        names = {name for name, _ in parameters}
        if not names & {"query", "update"}:
            return None
        return _from_parameters(parameters)
    if request.method != "POST":
        raise Problem(
            405, f"{request.method} means nothing here; use GET or POST", headers={"Allow": METHODS}
        )
    media_type = _media_type(request.content_type)
    if media_type == _UPDATE:
        raise Problem(403, _READ_ONLY)
    if media_type == _FORM:
        return _from_parameters(_decode(_text(request.body)) + _decode(request.parameters))
    if media_type == _QUERY:
        parameters = [*_decode(request.parameters), ("query", _text(request.body))]
        return _from_parameters(parameters)
    got = f"not {media_type}" if media_type else "and say so in Content-Type"
    raise Problem(415, f"POST a query as {_QUERY} or {_FORM}, {got}")


def _answer(request: Request, engine: Engine, limits: Limits) -> Response:
    if request.method == "OPTIONS":
        return Response(204, {"Allow": METHODS, **_PREFLIGHT})
    query = read_query(request)
    if query is None:
        choice = choose(request.accept, None, GRAPH_FORMATS)
        body = describe_service(request.url, choice.format)
        return Response(200, {"Content-Type": choice.content_type, "Vary": "Accept"}, body)
    guard.check(query.text, limits)
    result = engine.query(
        query.text,
        accept=request.accept,
        format=query.format,
        default_graphs=query.default_graphs,
        named_graphs=query.named_graphs,
    )
    return Response(200, {"Content-Type": result.choice.content_type, "Vary": "Accept"}, result.body)


_PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}


def _from_parameters(parameters: list[tuple[str, str]]) -> Query:
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    queries, updates = values.get("query", []), values.get("update", [])
    if queries and updates:
        raise Problem(400, "a request holds one query or one update, this one has both")
    if updates:
        raise Problem(403, _READ_ONLY)
    if len(queries) != 1:
        raise Problem(
            400, f"a request holds exactly one query, this one has {len(queries)}; send it as query=…"
        )
    return Query(
        queries[0],
        tuple(values.get("default-graph-uri", ())),
        tuple(values.get("named-graph-uri", ())),
        values.get("format", [None])[0] or None,
    )


def _decode(parameters: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(parameters, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise Problem(400, "the parameters are not UTF-8; percent-encode the query's UTF-8 bytes") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, f"the body is not UTF-8: byte {error.start + 1} is wrong") from None


def _media_type(content_type: str | None) -> str:
    """The media type of a body; raises Problem 415 for a character set that isn't UTF-8."""
    media_type, *parameters = (content_type or "").split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8"):
            raise Problem(415, f"send the body in UTF-8, not {value.strip()}")
    return media_type.strip().lower()
