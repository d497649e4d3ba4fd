"""The real server in a process of its own, over loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import rdflib

from server.run import PortInUseError, serve
from tests.server.live import Server
from tests.server.live import running as serving


@pytest.fixture(scope="module")
def running(data_dir: Path) -> Iterator[Server]:
    with serving(data_dir) as server:
        yield server


def test_the_address_is_printed_once_the_port_is_open(running: Server) -> None:
    assert f"http://127.0.0.1:{running.port}/" in running.announced
    reply = running.get("/sparql?query=ASK%7B%7D")
    assert reply.status_code == 200
    assert reply.json["boolean"] is True


def test_a_query_of_chinese_text_survives_get_form_and_direct_post(running: Server) -> None:
    query = 'SELECT ("昆明市 é 😀 + %20" AS ?x) {}'
    form = urlencode({"query": query})
    answers = [
        running.get("/sparql?" + form),
        running.post("/sparql", data=form, content_type="application/x-www-form-urlencoded"),
        running.post("/sparql", data=query, content_type="application/sparql-query"),
        running.open("/sparql", "QUERY", data=query, content_type="application/sparql-query"),
    ]
    for reply in answers:
        assert reply.status_code == 200
        assert reply.json["results"]["bindings"][0]["x"]["value"] == "昆明市 é 😀 + %20"


def test_head_has_the_length_and_no_body(running: Server) -> None:
    for path in ("/sparql?query=ASK%7B%7D", "/doc/area/530111.ttl"):
        reply = running.head(path)
        assert (reply.status_code, reply.data) == (200, b"")
        assert reply.content_length == len(running.get(path).data) > 0


def test_rdflib_follows_a_thing_to_its_document(running: Server) -> None:
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
    running: Server, query: str, status: int
) -> None:
    assert running.post("/sparql", data={"query": query}).status_code == status
    assert running.process.poll() is None
    assert running.get("/sparql?query=ASK%7B%7D").status_code == 200


def test_a_body_that_is_too_large_is_refused(running: Server) -> None:
    reply = running.post("/sparql", data="#" * 300_000, content_type="application/sparql-query")
    assert reply.status_code == 413
    assert reply.json["limit"] == 256 * 1024


def test_a_port_in_use_is_named(running: Server, data_dir: Path) -> None:
    with pytest.raises(PortInUseError, match=str(running.port)):
        serve(data_dir, "127.0.0.1", running.port)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_cleanly_when_told_and_leaves_no_process(
    data_dir: Path, told: signal.Signals, tmp_path: Path
) -> None:
    with serving(data_dir, spool=tmp_path) as server:
        assert server.get("/sparql?query=ASK%7B%7D").status_code == 200
        family = descendants(server.process.pid)
        assert len(family) >= 3  # the process that answers, the one that forks, workers
        os.kill(server.process.pid, told)
        assert server.process.wait(20) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0
    assert [pid for pid in family if is_alive(pid)] == []
    assert list(tmp_path.iterdir()) == []


def test_settings_that_cannot_be_are_told_before_the_start(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "chuncheng.toml"
    file.write_text("[limits]\ndeadlin = 3\n")
    command = [sys.executable, "-m", "chuncheng", "serve", "--data", str(data_dir), "--config", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "deadlin" in ended.stderr
    assert str(file) in ended.stderr
    assert "Traceback" not in ended.stderr


def descendants(pid: int) -> list[int]:
    """Processes below one, by /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
