"""Where HTTP meets the SPARQL protocol: a thin WSGI layer in front of everything else."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import get_host, get_input_stream

from server import protocol
from server.current import CurrentSnapshot
from server.problem import Problem
from server.settings import Limits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/sparql"

#: Headers of every response. Nothing here needs a script or another host, and all of it is for anyone to read.
COMMON_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
}


class SparqlEndpoint:
    """Answers `/sparql` before anything is routed; what a browser wants to see as a page goes to `pages`."""

    def __init__(self, pages: WSGIApplication, current: CurrentSnapshot, limits: Limits) -> None:
        self._pages = pages
        self._current = current
        self._limits = limits

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        if environ.get("PATH_INFO") != PATH or _wants_page(environ):
            return self._pages(environ, start_response)
        try:
            request = read_request(environ, self._limits)
            response = protocol.answer(request, self._current.get().engine, self._limits)
        except Problem as problem:
            response = protocol.refuse(problem)
        headers = COMMON_HEADERS | response.headers
        if response.status != HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(len(response.body))
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", list(headers.items()))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]


def read_request(environ: WSGIEnvironment, limits: Limits) -> protocol.Request:
    """What the protocol needs of a request; raises Problem 413 for a body that is too large."""
    body = b""
    if environ["REQUEST_METHOD"] == "POST":
        try:
            body = get_input_stream(environ, max_content_length=limits.body_bytes).read()
        except RequestEntityTooLarge:
            raise Problem(
                413,
                f"the body has more than the {limits.body_bytes} bytes allowed; ask in smaller queries",
                fields={"limit": limits.body_bytes},
            ) from None
    return protocol.Request(
        method=environ["REQUEST_METHOD"],
        url=f"{environ['wsgi.url_scheme']}://{get_host(environ)}{PATH}",
        parameters=environ.get("QUERY_STRING", ""),
        accept=environ.get("HTTP_ACCEPT"),
        content_type=environ.get("CONTENT_TYPE"),
        body=body,
    )


def _wants_page(environ: WSGIEnvironment) -> bool:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD", "POST"):
        return False
    parameters = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    return protocol.wants_page(environ.get("HTTP_ACCEPT"), parameters.get("format"))
