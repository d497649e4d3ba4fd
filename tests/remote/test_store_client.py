"""What a store refuses for a moment is sent again, what it refuses for good isn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from graph.remote.client import StoreClient, StoreRefusedError
from tests.remote.stores import client_of

GRAPH, TRIPLES = "https://ledger.example/graph/a", b"<a:s> <a:p> <a:o> .\n"
DEADLOCK = b"Virtuoso 40001 Error SR172: Transaction deadlocked"


@pytest.mark.parametrize(("status", "said"), [(503, b"busy"), (429, b"slower"), (500, DEADLOCK)])
def test_what_is_refused_for_now_is_sent_again(status: int, said: bytes) -> None:
    with refusing(status, said, times=1) as (client, asked):
        client.replace_graph(GRAPH, TRIPLES)
    assert asked() == ["PUT", "PUT"]


@pytest.mark.parametrize(("status", "said"), [(400, b"no RDF"), (500, b"Virtuoso 37000 Error")])
def test_what_is_refused_for_good_is_told(status: int, said: bytes) -> None:
    with (
        refusing(status, said, times=1) as (client, asked),
        pytest.raises(StoreRefusedError, match=f"the store answered {status}: {said.decode()}"),
    ):
        client.replace_graph(GRAPH, TRIPLES)
    assert asked() == ["PUT"]


@contextmanager
def refusing(
    status: int, said: bytes, *, times: int
) -> Iterator[tuple[StoreClient, Callable[[], list[str]]]]:
    """A client of a server on loopback that refuses the first graphs, and by which methods it was asked for graphs."""
    methods: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer(200, b"")

        def do_PUT(self) -> None:
            methods.append(self.command)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(status if len(methods) <= times else 204, said)

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if status >= 400 else 0))
            self.end_headers()
            if status >= 400:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with client_of(Handler) as client:
        yield client, lambda: methods
