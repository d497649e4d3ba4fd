"""Servers on loopback that measurements ask: ours, Oxigraph's, Virtuoso. Each ends with its block."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

VIRTUOSO_SETTINGS = Path(__file__).resolve().parent.parent / "tests/remote/virtuoso.ini"
ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 120  # seconds until a server answers


def run(*command: object) -> None:
    """Run a program that must succeed; raises CalledProcessError."""
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


@contextlib.contextmanager
def serving(
    port: int, path: str, *command: object, cwd: Path | None = None, environment: Mapping[str, str] = {}
) -> Iterator[None]:
    """A program that answers requests for the path at a port; raises RuntimeError where it ends or doesn't come."""
    process = subprocess.Popen(
        [str(part) for part in command],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=cwd or ROOT,
    )
    try:
        _wait_for(process, port, path)
        yield
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait_for(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    """Until it answers: Virtuoso takes connections, and breaks them, before it can."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r}: ended with {process.returncode} before it answered")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            if connection.getresponse().status < 500:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r}: no answer within {_PATIENCE} s")


@contextlib.contextmanager
def chuncheng(data: Path, *options: object, **environment: str) -> Iterator[int]:
    """Ours over a data folder, with default settings but for metering and the log: its port."""
    port = free_port()
    command = (sys.executable, "-m", "chuncheng", "serve", "--data", data, "--bind", f"127.0.0.1:{port}")
    settings = {"CHUNCHENG_CLIENT_BUDGET": "0", "CHUNCHENG_LOG": "off", **environment}
    with serving(port, "/health", *command, *options, environment=settings):
        yield port


@contextlib.contextmanager
def oxigraph(program: str, *options: object, store: Path | None = None) -> Iterator[int]:
    """Native Oxigraph that can be written to, on disk with a store, else in memory: its port."""
    port = free_port()
    location = ("-l", store) if store else ()
    with serving(port, "/", program, "serve", *location, "-b", f"127.0.0.1:{port}", *options):
        yield port


@contextlib.contextmanager
def oxigraph_read_only(program: str, store: Path, *options: object) -> Iterator[int]:
    """Native Oxigraph on RocksDB, read-only: its port."""
    port = free_port()
    with serving(port, "/", program, "serve-read-only", "-l", store, "-b", f"127.0.0.1:{port}", *options):
        yield port


@contextlib.contextmanager
def virtuoso(
    program: str, folder: Path, loads_from: Path, buffers: int = 170_000
) -> Iterator[tuple[int, int]]:
    """An empty Virtuoso in a folder, with 170,000 buffers (1.4 GB) if not told otherwise: its ports for HTTP and SQL."""
    sql, web = free_port(), free_port()
    folder.mkdir(parents=True)
    settings = folder / "virtuoso.ini"
    written = VIRTUOSO_SETTINGS.read_text("utf-8").format(
        home=folder,
        loads_from=loads_from.resolve(),
        sql=sql,
        web=web,
        rows=1_000_000,
        buffers=buffers,
        dirty_buffers=buffers * 3 // 4,
        threads=64,
        seconds=600,
    )
    settings.write_text(written, "utf-8")
    with serving(web, "/sparql", program, "-f", "-c", settings, cwd=folder):
        yield web, sql


def load_into_virtuoso(sql: int, file: Path, graph: str) -> None:
    """Loads a file by Virtuoso's bulk loader; triples go to the graph."""
    isql = shutil.which("isql-vt") or shutil.which("isql-virtuoso") or "isql"
    load = f"ld_dir('{file.resolve().parent}', '{file.name}', '{graph}'); rdf_loader_run(); checkpoint;"
    run(isql, f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={load}")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
