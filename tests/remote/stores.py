"""Real stores of others, started on loopback by the tests: Oxigraph's server and Virtuoso."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from graph.remote.client import StoreClient, connect
from tests.server.live import free_port

START_SECONDS = 60
OXIGRAPH = str(Path(sys.executable).with_name("oxigraph"))
VIRTUOSO = shutil.which("virtuoso-t") or "/usr/bin/virtuoso-t"
PASSWORD = "dba"
VIRTUOSO_SETTINGS = Path(__file__).with_name("virtuoso.ini")


@dataclass
class RunningStore:
    """A store in a process of its own, which can be killed and started again on the same data and port."""

    kind: str
    folder: Path
    port: int
    sql_port: int = 0
    rows: int = 1_000_000  # that Virtuoso gives at most
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs to write."""
        if self.kind == "virtuoso":
            return {"CHUNCHENG_STORE_USER": "dba", "CHUNCHENG_STORE_PASSWORD": PASSWORD}
        return {}

    def start(self) -> None:
        if self.kind == "virtuoso":
            settings = VIRTUOSO_SETTINGS.read_text(
                "utf-8"
            ).format(
                home=self.folder,
                loads_from=self.folder,
                sql=self.sql_port,
                web=self.port,
                rows=self.rows,
                buffers=4000,
                dirty_buffers=3000,
                threads=20,
                seconds=30,  # of a query that tells no deadline: publishing counts, on a machine that may be busy
            )
            (self.folder / "virtuoso.ini").write_text(settings, "utf-8")
            command = [VIRTUOSO, "-f", "-c", str(self.folder / "virtuoso.ini")]
        else:
            command = [
                OXIGRAPH,
                "serve",
                "-l",
                str(self.folder),
                "-b",
                f"127.0.0.1:{self.port}",
                "--timeout-s",
                "10",
            ]
        self.process = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(START_SECONDS * 10):
            assert self.process.poll() is None, f"{self.kind} ended while it started"
            if self._answers():
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.kind} didn't come within {START_SECONDS} s")

    def _answers(self) -> bool:
        """Whether it answers a request: Virtuoso takes connections, and breaks them, before it can."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("HEAD", "/sparql" if self.kind == "virtuoso" else "/")
            connection.getresponse().read()
            return True
        return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
            # A killed Virtuoso leaves its lock file, and starts all the same.
            (self.folder / "virtuoso.lck").unlink(missing_ok=True)


@contextlib.contextmanager
def running_store(kind: str, folder: Path) -> Iterator[RunningStore]:
    """An empty store of that kind; skips the test where Virtuoso can't be had."""
    if kind == "virtuoso" and not Path(VIRTUOSO).exists():
        pytest.skip("no virtuoso-t here; Debian has it in the package virtuoso-opensource-7-bin")
    folder.mkdir(parents=True, exist_ok=True)
    store = RunningStore(kind, folder, free_port(), free_port())
    store.start()
    try:
        yield store
    finally:
        store.kill()


@contextlib.contextmanager
def client_of(handler: type[BaseHTTPRequestHandler]) -> Iterator[StoreClient]:
    """A client of a server on loopback that answers as the handler does, as if it were Oxigraph's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        client = connect(f"http://127.0.0.1:{server.server_port}", {"CHUNCHENG_STORE_KIND": "oxigraph"})
        try:
            yield client
        finally:
            client.close()
            server.shutdown()
            thread.join()


def publish(store: RunningStore, data: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """`chuncheng publish` as people call it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHUNCHENG_")}
    return subprocess.run(
        [sys.executable, "-m", "chuncheng", "publish", "--to", store.url, "--data", str(data), *more],
        env=environment | store.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
