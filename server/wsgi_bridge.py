"""Flask's pages behind the event loop: one request as WSGI (PEP 3333), run on a thread."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from server.http_server import Exchange


def call(application: WSGIApplication, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body that the application answers."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
        started[:] = [(status, headers)]
        return None  # Flask has no use for the `write` of old

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()
    status, headers = started[0]
    return int(status.split(" ", 1)[0]), headers, body


def environ_of(
    exchange: Exchange, body: bytes, host: str, scheme: str, extra: Mapping[str, Any]
) -> dict[str, Any]:
    """The environment of a request; text is latin-1 as PEP 3333 wants it."""
    name, _, port = host.rpartition(":") if ":" in host.rsplit("]", 1)[-1] else (host, "", "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": exchange.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": exchange.path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": exchange.query_string.encode("utf-8", "replace").decode("latin-1"),
        "SERVER_NAME": name or host,
        "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)),
        **extra,
    }
    for header, value in exchange.headers.items():
        key = header.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key not in ("CONTENT_LENGTH", "PROXY"):  # the latter: httpoxy
            environ["HTTP_" + key] = value
    environ["HTTP_HOST"] = host
    return environ
