"""The SPARQL 1.1 Protocol, query operation, as pure functions: request in, response out.

https://www.w3.org/TR/sparql11-protocol/ section 2.1. The endpoint is read-only: updates are refused with 403.
"""

from __future__ import annotations

import binascii
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from server.negotiate import GRAPH_FORMATS, HTML, TABLE_FORMATS, Format, by_name, negotiate
from server.problem import PROBLEM_JSON, Problem

#: How an error can be told: to machines unless a page is liked better.
ERROR_FORMATS = (Format("json", (PROBLEM_JSON, "application/json"), None), HTML)
METHODS = "GET, HEAD, POST, QUERY, OPTIONS"
_WITH_PAGES = (*TABLE_FORMATS, *GRAPH_FORMATS, HTML)
_PARAMETERS = 1000
_TIMEOUT = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(s|ms)?")
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_READ_ONLY = (
    "this endpoint is read-only: an update changes nothing here; "
    "change the sources and run `chuncheng build`, which publishes a new snapshot"
)


class Request(NamedTuple):
    """What the protocol looks at in an HTTP request; `origin` and `path` make its address."""

    method: str
    origin: str  # scheme and host
    path: str
    parameters: str = ""  # the query string as it came, percent-encoded
    accept: str | None = None
    content_type: str | None = None
    body: bytes = b""
    accept_encoding: str | None = None
    if_none_match: str | None = None
    client: str = ""  # who asks, as metering counts clients
    range: str | None = None
    if_range: str | None = None

    @property
    def url(self) -> str:
        """The address without parameters."""
        return self.origin + quote(self.path)


class Response(NamedTuple):
    """A whole HTTP response, its body in memory or in a file of `size` bytes; for HEAD the body is the one of GET.

    With `part` it is of the file's bytes from the first number to before the second, `size` of them.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    file: Path | None = None
    size: int = 0
    part: tuple[int, int] | None = None


class Query(NamedTuple):
    """One query operation."""

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None
    timeout: float | None = None  # seconds


def wants_page(request: Request, suffix: str = "") -> bool:
    """Whether a browser asks, to be shown a page rather than given data: by suffix, `format=` or the Accept header."""
    if request.method not in ("GET", "HEAD", "POST"):
        return False
    if suffix:
        return suffix in (HTML.suffix, "htm")
    format_ = (
        dict(decode_parameters(request.parameters)).get("format") if "format=" in request.parameters else None
    )
    if format_:
        choice = by_name(format_, _WITH_PAGES)
        return choice is not None and choice.format is HTML
    return _prefers_page(request.accept)


@lru_cache(maxsize=512)
def _prefers_page(accept: str | None) -> bool:
    try:
        return negotiate(accept, _WITH_PAGES).format is HTML
    except Problem:
        return False


def refuse(problem: Problem) -> Response:
    """The response that tells a machine about a problem."""
    headers = {"Content-Type": PROBLEM_JSON, "Vary": "Accept", "Cache-Control": "no-store", **problem.headers}
    return Response(problem.status, headers, problem.to_json())


def read_query(request: Request, suffix: str = "") -> Query | None:
    """The query operation that a request asks for, None for a GET without any; the path's suffix names a format.

    Raises Problem: 400 no query, several, or bad encoding; 403 an update; 405, 415 as HTTP has it.
    """
    if request.method in ("GET", "HEAD"):
        parameters = decode_parameters(request.parameters)
        names = {name for name, _ in parameters}
        if not names & {"query", "update"}:
            return None
        return _from_parameters(parameters, suffix)
    if request.method not in ("POST", "QUERY"):
        raise Problem(
            405, f"{request.method} means nothing here; use GET or POST", headers={"Allow": METHODS}
        )
    media_type = _media_type(request.content_type)
    if media_type == _UPDATE:
        raise Problem(403, _READ_ONLY)
    if media_type == _FORM:
        return _from_parameters(
            decode_parameters(_text(request.body)) + decode_parameters(request.parameters), suffix
        )
    if media_type == _QUERY:
        parameters = [*decode_parameters(request.parameters), ("query", _text(request.body))]
        return _from_parameters(parameters, suffix)
    got = f"not {media_type}" if media_type else "and say so in Content-Type"
    raise Problem(415, f"send a query as {_QUERY} or {_FORM}, {got}")


def _from_parameters(parameters: list[tuple[str, str]], suffix: str) -> Query:
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
        values.get("format", [None])[0] or suffix or None,
        _seconds(values["timeout"][0]) if "timeout" in values else None,
    )


def _seconds(timeout: str) -> float | None:
    """A timeout as people write it: 5, 2.5, 5s, 500ms; raises Problem 400."""
    match = _TIMEOUT.fullmatch(timeout.strip())
    if match is None or not (seconds := float(match[1]) / (1000 if match[2] == "ms" else 1)):
        raise Problem(400, f"timeout={timeout} is no time: write seconds, as in timeout=5")
    return seconds


def form_parameters(request: Request) -> list[tuple[str, str]]:
    """Names and values of the form in a request's body, none where it holds no form; raises Problem 400."""
    if not request.body or _media_type(request.content_type) != _FORM:
        return []
    return decode_parameters(_text(request.body))


def decode_parameters(parameters: str) -> list[tuple[str, str]]:
    """Names and values of application/x-www-form-urlencoded text; raises Problem 400."""
    if parameters.count("&") >= _PARAMETERS:
        raise Problem(
            400, f"the request has more than {_PARAMETERS} parameters", fields={"limit": _PARAMETERS}
        )
    pairs = (part.partition("=") for part in parameters.split("&") if part)
    try:
        return [(_decode_percent(name), _decode_percent(value)) for name, _, value in pairs]
    except UnicodeError:
        raise Problem(400, "the parameters are not UTF-8; percent-encode the query's UTF-8 bytes") from None


def _decode_percent(text: str) -> str:
    """Percent-encoded UTF-8 decoded, five times as fast as by urllib: a query is hundreds of such bytes."""
    encoded = text.replace("+", " ").encode()
    if b"%" not in encoded:
        return encoded.decode()
    if b"\n" not in encoded and b"\r" not in encoded:  # which would continue a line here
        # Quoted-printable is the same with another sign, and decoded in C. Where each sign took two more bytes with it,
        # they all were what they should be.
        decoded = binascii.a2b_qp(encoded.replace(b"=", b"=3D").replace(b"%", b"="))
        if len(decoded) == len(encoded) - 2 * encoded.count(b"%"):
            return decoded.decode()
    return unquote_to_bytes(encoded).decode()


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
