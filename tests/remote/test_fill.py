"""Graphs that are written into a store: each with its own triples, several at a time, and none after one that failed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from graph.remote.address import RemoteStoreError
from graph.remote.client import CONNECTIONS, StoreClient, connect
from graph.remote.fill import count_triples, fill_all
from tests.remote.stores import client_of, running_store

GRAPH = "https://ledger.example/graph"
LONG = 60_000  # triples that don't go in one piece


def triples(graph: int, count: int) -> list[bytes]:
    return [f'<a:s{number}> <a:p> "{graph}: {"long " * 12}{number}" .\n'.encode() for number in range(count)]


@pytest.mark.parametrize("kind", ["oxigraph", "virtuoso"])
def test_every_graph_holds_its_own_triples(kind: str, tmp_path: Path) -> None:
    counts = [3, 1, LONG, 0, *range(1, 40)]
    with running_store(kind, tmp_path) as store:
        client = connect(store.url, store.environment)
        client.replace_graph(f"{GRAPH}/3", b"<a:left> <a:over> <a:there> .\n")
        sent = fill_all(
            client, ((f"{GRAPH}/{number}", triples(number, count)) for number, count in enumerate(counts))
        )
        assert sorted(sent) == sorted(counts)
        assert [count_triples(client, f"{GRAPH}/{number}") for number in range(len(counts))] == counts
        told = client.rows(f"SELECT (MIN(STR(?o)) AS ?o) FROM <{GRAPH}/7> {{ ?s ?p ?o }}")
        assert told[0]["o"].startswith("7: ")
        client.close()


def test_short_graphs_are_sent_several_at_a_time() -> None:
    together = threading.Barrier(CONNECTIONS)
    graphs = [(f"{GRAPH}/{number}", triples(number, number + 1)) for number in range(CONNECTIONS)]
    with asked_to_write(lambda: together.wait(10) >= 0) as client:
        assert list(fill_all(client, graphs)) == [1, 2, 3, 4]


def test_after_a_graph_that_failed_no_more_are_read() -> None:
    read: list[int] = []

    def graphs() -> Iterator[tuple[str, list[bytes]]]:
        for number in range(1000):
            read.append(number)
            yield f"{GRAPH}/{number}", triples(number, 1)

    with asked_to_write(lambda: False) as client, pytest.raises(RemoteStoreError, match="answered 400"):
        list(fill_all(client, graphs()))
    assert len(read) < 100


@contextmanager
def asked_to_write(takes: Callable[[], bool]) -> Iterator[StoreClient]:
    """A client of a server on loopback that asks, for each graph that comes, whether to take it; it knows how many triples each has."""
    sizes: dict[str, int] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer(200)

        def do_PUT(self) -> None:
            sizes[parse_qs(urlsplit(self.path).query)["graph"][0]] = self.body().count("\n")
            self.answer(204 if takes() else 400)

        def do_POST(self) -> None:
            graph = parse_qs(self.body())["query"][0].partition("<")[2].partition(">")[0]
            self.answer(200, {"results": {"bindings": [{"n": {"value": str(sizes[graph])}}]}})

        def body(self) -> str:
            return self.rfile.read(int(self.headers["Content-Length"])).decode()

        def answer(self, status: int, said: object = None) -> None:
            body = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with client_of(Handler) as client:
        yield client
