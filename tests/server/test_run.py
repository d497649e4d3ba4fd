"""The real server in a process of its own, over loopback."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import rdflib

from server.run import PortInUseError, serve

_SERVE = "import sys; from pathlib import Path; from server.run import serve; serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))"


@dataclass
class Running:
    process: subprocess.Popen[str]
    port: int
    announced: str

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None):  # type: ignore[no-untyped-def]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def running(data_dir: Path) -> Iterator[Running]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(data_dir), "127.0.0.1", str(port)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Running(process, port, process.stdout.readline())
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(20)


def test_the_address_is_printed_once_the_port_is_open(running: Running) -> None:
    assert f"http://127.0.0.1:{running.port}/" in running.announced
    status, _, body = running.ask("GET", "/sparql?query=ASK%7B%7D")
    assert status == 200
    assert json.loads(body)["boolean"] is True


def test_a_query_of_chinese_text_survives_get_form_and_direct_post(running: Running) -> None:
    query = 'SELECT ("昆明市 é 😀 + %20" AS ?x) {}'
    form = urlencode({"query": query})
    answers = [
        running.ask("GET", "/sparql?" + form),
        running.ask("POST", "/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, form),
        running.ask("POST", "/sparql", {"Content-Type": "application/sparql-query"}, query.encode()),  # type: ignore[arg-type]
    ]
    for status, _, body in answers:
        assert status == 200
        assert json.loads(body)["results"]["bindings"][0]["x"]["value"] == "昆明市 é 😀 + %20"


def test_head_has_the_length_and_no_body(running: Running) -> None:
    for path in ("/sparql?query=ASK%7B%7D", "/doc/area/530111.ttl"):
        status, headers, body = running.ask("HEAD", path)
        assert (status, body) == (200, b"")
        assert int(headers["Content-Length"]) > 0


def test_rdflib_follows_a_thing_to_its_document(running: Running) -> None:
    graph = rdflib.Graph().parse(f"http://127.0.0.1:{running.port}/id/area/530111")
    assert len(graph) > 5


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * " + "{" * 5000 + "}" * 5000, 413),
        ("SELECT (" + "+".join("1" for _ in range(3000)) + " AS ?x) {}", 200),
        ("ASK { FILTER(" + "!" * 32_000 + "1) }", 200),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> {} }", 403),
    ],
    ids=["nesting", "sum", "negations", "service"],
)
def test_a_hostile_query_gets_its_answer_and_the_process_lives(
    running: Running, query: str, status: int
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert running.ask("POST", "/sparql", form, urlencode({"query": query}))[0] == status
    assert running.process.poll() is None
    assert running.ask("GET", "/sparql?query=ASK%7B%7D")[0] == 200


def test_a_body_that_is_too_large_is_refused(running: Running) -> None:
    status, _, body = running.ask(
        "POST", "/sparql", {"Content-Type": "application/sparql-query"}, "#" * 300_000
    )
    assert status == 413
    assert json.loads(body)["limit"] == 256 * 1024


def test_a_port_in_use_is_named(running: Running, data_dir: Path) -> None:
    with pytest.raises(PortInUseError, match=str(running.port)):
        serve(data_dir, "127.0.0.1", running.port)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_cleanly_when_told(data_dir: Path, told: signal.Signals) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(data_dir), "127.0.0.1", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        server = Running(process, port, "")
        assert server.ask("GET", "/sparql?query=ASK%7B%7D")[0] == 200
        os.kill(process.pid, told)
        _, errors = process.communicate(timeout=20)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
    assert process.returncode == 0
    assert errors == ""
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
