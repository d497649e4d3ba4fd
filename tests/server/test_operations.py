"""What the server says of itself, the graph store, caching and compression: request in, response out."""

from __future__ import annotations

import gzip
import json
import socket
from pathlib import Path
from urllib.parse import quote

import brotli
import pyoxigraph
import pytest
import rdflib
import zstandard
from pyoxigraph import RdfFormat
from rdflib import RDF, VOID

from ontology.terms import DCAT
from server.negotiate import GRAPH_FORMATS
from server.settings import Limits, describe
from tests.server.live import Server, running

GRAPH_A1 = "https://ledger.example/graph/article/a1"
TRIPLES = "/sparql?query=" + quote("SELECT * { ?s ?p ?o }")


def stored(quads: list[pyoxigraph.Quad]) -> set[pyoxigraph.Quad]:
    """The quads as a store gives them back: numbers by value."""
    store = pyoxigraph.Store()
    store.extend(quads)
    return set(store)


# Health, metrics, limits


def test_health_says_ready_and_which_snapshot(client: Server) -> None:
    reply = client.get("/health")
    assert (reply.status_code, reply.json["ready"], reply.json["live"]) == (200, True, True)
    assert reply.json["snapshot"]
    assert client.get("/health/live").json == {"live": True}


def test_metrics_count_queries_by_outcome(client: Server) -> None:
    def counted(outcome: str) -> float:
        lines = client.get("/metrics").text.splitlines()
        return float(next(li for li in lines if f'queries_total{{outcome="{outcome}"}}' in li).split()[-1])

    before = counted("ok"), counted("syntax")
    client.ask("ASK { } # counted")
    client.ask("ASK {")
    assert (counted("ok"), counted("syntax")) == (before[0] + 1, before[1] + 1)
    text = client.get("/metrics").text
    for name in (
        "query_seconds_bucket",
        "queue_length",
        "workers",
        "workers_killed_total",
        "snapshot_age_seconds",
    ):
        assert f"chuncheng_{name}" in text


def test_limits_are_shown_with_their_values_and_meanings(client: Server) -> None:
    shown = {limit["name"]: limit["value"] for limit in client.get("/limits").json["limits"]}
    assert shown == {name: value for name, value, _ in describe(Limits())}


def test_other_methods_are_told_which_are_allowed(client: Server) -> None:
    reply = client.post("/health", data="x", content_type="text/plain")
    assert (reply.status_code, reply.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


# Descriptions


@pytest.mark.parametrize("path", ["/.well-known/void", "/sparql"])
@pytest.mark.parametrize("format_", GRAPH_FORMATS, ids=lambda f: f.suffix)
def test_the_data_is_described_at_the_endpoint_and_its_well_known_place(
    client: Server, path: str, format_: object
) -> None:
    media_type = format_.media_types[0]  # type: ignore[attr-defined]
    reply = client.get(path, headers={"Accept": media_type})
    assert (reply.status_code, reply.mimetype) == (200, media_type)
    graph = rdflib.Dataset(default_union=True).parse(data=reply.data, format=media_type)
    dataset = rdflib.URIRef("https://ledger.example/dataset")
    assert (dataset, RDF.type, VOID.Dataset) in graph
    assert (dataset, RDF.type, rdflib.URIRef(DCAT.Dataset)) in graph
    assert int(next(graph.objects(dataset, VOID.triples))) > 50


def test_the_dump_is_the_data(client: Server, ledger: list[pyoxigraph.Quad]) -> None:
    reply = client.get("/dumps/data.nq.zst")
    assert (reply.status_code, reply.mimetype) == (200, "application/zstd")
    data = zstandard.ZstdDecompressor().stream_reader(reply.data).read()
    assert set(pyoxigraph.parse(data, format=RdfFormat.N_QUADS)) == stored(ledger)
    again = client.get("/dumps/data.nq.zst", headers={"If-None-Match": reply.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_openapi_is_served(client: Server) -> None:
    assert client.get("/openapi.json").json["openapi"].startswith("3.1")


# Graph store


def test_a_graph_is_had_by_its_name_and_at_its_own_address(
    client: Server, ledger: list[pyoxigraph.Quad]
) -> None:
    wanted = {quad.triple for quad in stored(ledger) if str(quad.graph_name) == f"<{GRAPH_A1}>"}
    for path in ("/store?graph=" + quote(GRAPH_A1, safe=""), "/graph/article/a1"):
        reply = client.get(path, headers={"Accept": "application/n-triples"})
        assert reply.status_code == 200
        got = {quad.triple for quad in pyoxigraph.parse(reply.data, format=RdfFormat.N_TRIPLES)}
        assert got == wanted


def test_the_default_graph_is_the_merge_of_all(client: Server, ledger: list[pyoxigraph.Quad]) -> None:
    reply = client.get("/store?default", headers={"Accept": "application/n-triples"})
    got = {quad.triple for quad in pyoxigraph.parse(reply.data, format=RdfFormat.N_TRIPLES)}
    assert got == {quad.triple for quad in stored(ledger)}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/store?graph=https%3A%2F%2Fledger.example%2Fnone", 404),
        ("/graph/none", 404),
        ("/store", 400),
        ("/store?graph=a&graph=b", 400),
        ("/store?graph=not+an+IRI", 400),
        ("/store?default&graph=a%3Ab", 400),
    ],
)
def test_a_graph_that_is_none_is_said(client: Server, path: str, status: int) -> None:
    assert client.get(path).status_code == status


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_writing_is_refused_with_what_to_do_instead(client: Server, method: str) -> None:
    for path in ("/store?default", "/graph/article/a1"):
        reply = client.open(path, method, data="<a:a> <a:a> <a:a> .", content_type="text/turtle")
        assert reply.status_code == 403
        assert "chuncheng build" in reply.json["detail"]


# Formats by suffix, conditional requests, compression


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [("csv", "text/csv"), ("json", "application/sparql-results+json"), ("tsv", "text/tab-separated-values")],
)
def test_a_suffix_names_the_format(client: Server, suffix: str, media_type: str) -> None:
    reply = client.get(f"/sparql.{suffix}?query=" + quote("SELECT * { ?s ?p ?o } LIMIT 1"))
    assert (reply.status_code, reply.mimetype) == (200, media_type)


def test_a_suffix_that_is_no_format_is_not_acceptable(client: Server) -> None:
    assert client.get("/sparql.docx?query=ASK%7B%7D").status_code == 406


def test_an_answer_that_a_client_has_is_not_sent_again(client: Server) -> None:
    first = client.get(TRIPLES)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    for known in (tag, f'"x", {tag}', "*", f"W/{tag}"):
        again = client.get(TRIPLES, headers={"If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"]
    assert client.get(TRIPLES, headers={"If-None-Match": '"x"'}).status_code == 200
    other = client.get(TRIPLES, headers={"Accept": "text/csv", "If-None-Match": tag})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "query", ["SELECT (RAND() AS ?x) {}", "SELECT (NOW() AS ?x) {}", "SELECT (UUID() AS ?x) {}"]
)
def test_an_answer_that_changes_is_never_kept(client: Server, query: str) -> None:
    replies = [client.ask(query) for _ in range(2)]
    assert replies[0].data != replies[1].data
    for reply in replies:
        assert reply.headers["Cache-Control"] == "no-store"
        assert "ETag" not in reply.headers


def test_white_space_makes_no_other_query(tmp_path: Path, data_dir: Path) -> None:
    log = tmp_path / "queries.log"
    with running(data_dir, log=log) as server:
        server.ask("SELECT * { ?s ?p 'a  b' }")
        server.ask("  SELECT  *  { ?s   ?p 'a  b' }\n")
        server.ask("SELECT * { ?s ?p 'a b' }")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["outcome"] for line in lines] == ["ok", "cached", "ok"]


UNPACK = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().stream_reader(data).read(),
}


@pytest.mark.parametrize("coding", UNPACK)
@pytest.mark.parametrize("times", [1, 40], ids=["small", "large"])
def test_answers_are_compressed_for_those_who_ask(client: Server, coding: str, times: int) -> None:
    values = " ".join(str(number) for number in range(times))
    query = f"SELECT * {{ ?s ?p ?o . ?a ?b ?c VALUES ?x {{ {values} }} }} LIMIT {times * 400}"
    plain = client.ask(query)
    packed = client.ask(query, headers={"Accept-Encoding": coding})
    assert packed.headers["Content-Encoding"] == coding
    assert packed.content_length == len(packed.data) < len(plain.data)
    assert UNPACK[coding](packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]


# Hosts, proxies, the log


def test_only_hosts_that_are_named_are_answered(data_dir: Path) -> None:
    with running(data_dir, hosts="ledger.example") as server:
        assert server.get("/health", headers={"Host": "ledger.example:8000"}).status_code == 200
        assert server.get("/health", headers={"Host": "evil.example"}).status_code == 421


def test_the_address_behind_a_proxy_counts_only_where_it_is_trusted(data_dir: Path) -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "ledger.example", "Accept": "text/turtle"}
    with running(data_dir, trusted_proxies="127.0.0.1") as server:
        assert "<https://ledger.example/sparql#service>" in server.get("/sparql", headers=forwarded).text
    with running(data_dir) as server:
        assert "<https://ledger.example/sparql#service>" not in server.get("/sparql", headers=forwarded).text


def test_the_log_has_a_line_for_each_query_without_its_text(data_dir: Path, tmp_path: Path) -> None:
    log = tmp_path / "queries.log"
    with running(data_dir, log=log) as server:
        server.ask("SELECT ('secret words' AS ?x) { ?s ?p ?o } LIMIT 3")
        server.ask("SELECT {")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["status"] for line in lines] == [200, 400]
    assert lines[0]["rows"] == 3
    assert lines[0]["bytes"] > 0
    assert "secret" not in log.read_text()


def test_the_log_has_texts_where_asked(data_dir: Path, tmp_path: Path) -> None:
    log = tmp_path / "queries.log"
    with running(data_dir, log=log, log_queries=True) as server:
        server.ask("ASK { } # words")
    assert json.loads(log.read_text())["query"] == "ASK { } # words"


# What leaks, and what doesn't


@pytest.mark.parametrize(
    "path", ["/", "/sparql?query=ASK%7B%7D", "/sparql?query=ASK%7B", "/nothing", "/health"]
)
def test_every_response_has_the_headers_of_a_careful_server(client: Server, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    assert not any(sign.isdigit() for sign in headers["Server"])


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /sparql?query=%FF HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /sparql?query=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 2\r\n\r\n\xff\xfe",
        b"GET /doc/%FF%FE%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /doc/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static/%2e%2e/app.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nAccept: \xff\r\n\r\n",
        b"GET " + b"/" * 300_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_no_request_shows_a_stack_trace_or_ends_the_server(client: Server, request_: bytes) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as connection:
        connection.sendall(request_.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        received = b""
        while part := connection.recv(1 << 16):
            received += part
            if len(received) > 1 << 20:
                break
    assert b"Traceback" not in received
    assert b" 500 " not in received.split(b"\r\n")[0]
    assert client.get("/health").status_code == 200
