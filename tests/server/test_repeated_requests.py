"""A request that comes again to the letter gets the same answer, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from server.protocol import Request, Response
from server.repeated_requests import RepeatedRequests

from .live import Server, running

ONE = "/sparql?query=" + quote("SELECT ?s { ?s ?p ?o } LIMIT 1")
OK = Response(200, {"ETag": '"a"'}, b"x" * 100)


def _request(method: str = "GET", path: str = "/sparql", parameters: str = "query=ASK{}") -> Request:
    return Request(method, "http://x", path, parameters, "*/*", accept_encoding="br")


def test_a_request_is_known_by_path_query_string_and_what_it_accepts() -> None:
    repeated = RepeatedRequests(1_000_000)
    repeated.put("one", _request(), OK, "ASK{}", 1)
    found = repeated.get("one", _request())
    assert found is not None and (found.response, found.text, found.rows) == (OK, "ASK{}", 1)
    assert repeated.get("one", _request(path="/sparql.csv")) is None
    assert repeated.get("one", _request(parameters="query=ASK{ }")) is None
    assert repeated.get("one", _request()._replace(accept="text/csv")) is None
    assert repeated.get("one", _request()._replace(accept_encoding=None)) is None
    assert repeated.hits == 1


def test_answers_of_another_snapshot_are_forgotten() -> None:
    repeated = RepeatedRequests(1_000_000)
    repeated.put("one", _request(), OK, "ASK{}", 1)
    assert repeated.get("two", _request()) is None
    repeated.put("two", _request(parameters="query=other"), OK, "other", 1)
    assert repeated.get("one", _request()) is None
    assert repeated.get("two", _request()) is None


@pytest.mark.parametrize(
    ("request_", "response"),
    [
        (_request("POST"), OK),
        (_request("HEAD"), OK),
        (_request(), Response(200, {"Cache-Control": "no-store"}, b"x")),
        (_request(), Response(304, {"ETag": '"a"'})),
        (_request(), Response(200, {"ETag": '"a"'}, file=Path("x"), size=9)),
        (_request(), Response(200, {"ETag": '"a"'}, b"x" * 20_000)),
        (_request(parameters="x" * 20_000), OK),
    ],
)
def test_what_only_one_client_gets_or_is_large_is_not_kept(request_: Request, response: Response) -> None:
    repeated = RepeatedRequests(1_000_000)
    repeated.put("one", request_, response, "", None)
    assert repeated.size == 0


def test_no_bytes_keep_nothing() -> None:
    repeated = RepeatedRequests(0)
    repeated.put("one", _request(), OK, "", 1)
    assert repeated.size == 0


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Server]:
    with running(data_dir) as served:
        yield served


def test_the_second_answer_is_the_first_again(server: Server) -> None:
    first, second = server.open(ONE), server.open(ONE)
    assert (first.status_code, first.data, dict(first.headers)) == (200, second.data, dict(second.headers))
    assert server.open(ONE, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert server.open(ONE, headers={"If-None-Match": '"other"'}).data == first.data
    assert server.open(ONE, method="HEAD").data == b""
    assert server.open(ONE, headers={"Accept": "text/csv"}).mimetype == "text/csv"
    assert server.open(ONE, headers={"Accept": "text/html"}).mimetype == "text/html"
    metrics = server.open("/metrics").text
    assert 'chuncheng_queries_total{outcome="cached"}' in metrics
    assert 'chuncheng_queries_total{outcome="not_modified"} 1.0' in metrics


def test_a_host_that_is_not_answered_gets_nothing_from_memory(data_dir: Path) -> None:
    with running(data_dir, hosts="ledger.example") as served:
        assert served.open(ONE, headers={"Host": "ledger.example"}).status_code == 200
        assert served.open(ONE, headers={"Host": "other.example"}).status_code == 421
