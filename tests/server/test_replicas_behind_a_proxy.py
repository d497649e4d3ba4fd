"""Three servers that follow one location, behind a load balancer: snapshots change and a server dies under load."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from graph.replicas import Location, push
from graph.snapshot import Snapshot, build_snapshot
from tests.hostile.watch import HAS_PROC, family, wait_until
from tests.server.live import Server, free_port, running

BASE = "https://ledger.example/"
ASKED = "/sparql?query=" + quote(f"SELECT ?s {{ ?s <{BASE}says> ?o }}")
PATIENCE = 30.0
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not HAPROXY, reason="needs haproxy (Debian: apt-get install haproxy)"),
    pytest.mark.skipif(not HAS_PROC, reason="needs /proc"),
]

BALANCER = Path(__file__).with_name("haproxy.cfg")


def publish(data: Path, name: str) -> Snapshot:
    """A snapshot in which `name` says something."""
    line = f"<{BASE}{name}> <{BASE}says> <{BASE}it> <{BASE}g> .\n".encode()
    return build_snapshot(data, iter([line]), base=BASE, reason=False)


@contextlib.contextmanager
def balancer(servers: list[Server], folder: Path) -> Iterator[int]:
    """The port of a balancer in front of the servers."""
    port = free_port()
    listed = "".join(f"    server s{n} 127.0.0.1:{s.port}\n" for n, s in enumerate(servers))
    config = folder / "haproxy.cfg"
    config.write_text(BALANCER.read_text("utf-8").format(port=port, servers=listed))
    process = subprocess.Popen([str(HAPROXY), "-f", str(config), "-q"])
    try:
        wait_for(lambda: ask(port)[0] == 200)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def ask(port: int) -> tuple[int, str]:
    """Status and body of the query's answer; status 0 where there was none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", ASKED, headers={"Accept": "text/csv"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return 0, repr(error)
    finally:
        connection.close()


def wait_for(holds: Callable[[], bool]) -> None:
    assert wait_until(holds, PATIENCE), "it didn't come to hold in time"


class Load:
    """Clients that ask without pause, and what they were answered."""

    def __init__(self, port: int, clients: int = 4) -> None:
        self.answers: Counter[tuple[int, str]] = Counter()
        self._port, self._stop, self._lock = port, threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def _ask(self) -> None:
        while not self._stop.is_set():
            answer = ask(self._port)
            with self._lock:
                self.answers[answer] += 1

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self, count: int) -> None:
        """Until so many more requests have been answered."""
        goal = self.answers.total() + count
        wait_for(lambda: self.answers.total() >= goal)


def test_snapshots_change_and_a_server_dies_and_no_client_notices(tmp_path: Path) -> None:
    origin, there = tmp_path / "origin", Location(str(tmp_path / "there"))
    push(publish(origin, "first"), there)
    follow = ["--follow", str(tmp_path / "there"), "--every", "0.2"]
    first, second = (f"s\r\n{BASE}{name}\r\n" for name in ("first", "second"))
    with contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(running(tmp_path / f"data{n}", arguments=follow, in_memory="none"))
            for n in range(3)
        ]
        port = stack.enter_context(balancer(servers, tmp_path))
        with Load(port) as load:
            load.wait_for_more(100)
            push(publish(origin, "second"), there)
            wait_for(lambda: all(ask(server.port) == (200, second) for server in servers))
            load.wait_for_more(100)
            for process in family(servers[0].process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            load.wait_for_more(200)
        assert set(load.answers) == {(200, first), (200, second)}
        assert ask(servers[0].port)[0] == 0
