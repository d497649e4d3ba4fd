"""Replicas: a snapshot pushed and pulled, and three servers behind a balancer that go over to the next one under load.

    python bench/replicas.py --data DIR

Pushing and pulling are measured against copying the same files. Without HAProxy the servers are left out. Fails where a request fails
or a copy isn't what was sent.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.load import load, request
from bench.servers import ROOT, chuncheng, free_port, serving
from graph.replicas import Location, pull, push
from graph.snapshot import Snapshot, build_snapshot, open_current, verify

TITLE = "Replicas: copying, and a change of snapshot under load"
SERVERS = 3
_EVERY = 0.5  # seconds between two looks of a server
_PATIENCE = 60.0
_BASE = "https://ledger.example/"
_ASKED = "/sparql?query=" + quote(f"SELECT ?version {{ <{_BASE}data> <{_BASE}version> ?version }}", safe="")
_CSV = "text/csv"
_BALANCER = ROOT / "tests/server/haproxy.cfg"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="data folder with a snapshot")
    given = parser.parse_args()
    print("\n".join(tell(measure(given.data, haproxy()))))


def haproxy() -> str | None:
    """HAProxy's program, where there is one."""
    return shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")


def measure(data: Path, balancer: str | None, seconds: float = 4.0) -> dict[str, Any]:
    """Copying, and with a balancer the servers; raises AssertionError for a wrong answer or a damaged copy."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        found = _copying(open_current(data), folder)
        if balancer:
            found["servers"] = _serving(balancer, folder / "servers", seconds)
    return found


def _copying(snapshot: Snapshot, folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    shutil.copytree(snapshot.path, folder / "copied")
    copied = time.perf_counter()
    there = Location(str(folder / "there"))
    sent = push(snapshot, there)
    pushed = time.perf_counter()
    received = pull(folder / "data", there)
    pulled = time.perf_counter()
    verify(open_current(folder / "data"))
    assert received is not None
    assert received.bytes == sent.bytes, "what came isn't what was sent"
    again = push(snapshot, there)
    assert not again.bytes, "what is there was sent again"
    for used in ("copied", "there", "data"):
        shutil.rmtree(folder / used)
    return {
        "megabytes": sent.bytes / 1e6,
        "copy": copied - began,
        "push": pushed - copied,
        "pull": pulled - pushed,
    }


def _serving(program: str, folder: Path, seconds: float) -> dict[str, Any]:
    """One server alone, then three behind the balancer, and the next snapshot while clients ask."""
    folder.mkdir()
    origin, there = folder / "origin", folder / "there"
    push(_version(origin, 1), Location(str(there)))
    follow = ("--follow", there, "--every", _EVERY)
    target = [request(_ASKED, _CSV)]
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(chuncheng(folder / f"data{n}", *follow)) for n in range(SERVERS)]
        front = stack.enter_context(_balancer(program, ports, folder))
        direct = load(ports[0], target, 8, seconds)
        balanced = load(front, target, 8, seconds)
        failed: list[str] = []
        asked = [0]
        over = threading.Event()

        def ask() -> None:
            while not over.is_set():
                status, body = _ask(front)
                asked[0] += 1
                if (status, body) not in ((200, "1"), (200, "2")):
                    failed.append(f"{status} {body}")

        clients = [threading.Thread(target=ask) for _ in range(4)]
        for client in clients:
            client.start()
        try:
            push(_version(origin, 2), Location(str(there)))
            began = time.perf_counter()
            while any(_ask(port) != (200, "2") for port in ports):
                assert time.perf_counter() - began < _PATIENCE, "the next snapshot isn't served"
                time.sleep(0.02)
            swapped = time.perf_counter() - began
        finally:
            over.set()
            for client in clients:
                client.join()
    assert not direct.errors, "requests to one server failed under load"
    assert not balanced.errors, "requests to the balancer failed under load"
    assert not failed, f"{len(failed)} of {asked[0]} requests failed while the snapshot changed: {failed[0]}"
    return {
        "direct": direct.rate,
        "balanced": balanced.rate,
        "swap": swapped,
        "every": _EVERY,
        "asked": asked[0],
    }


def _version(data: Path, number: int) -> Snapshot:
    quad = Quad(
        NamedNode(f"{_BASE}data"), NamedNode(f"{_BASE}version"), Literal(str(number)), NamedNode(f"{_BASE}g")
    )
    return build_snapshot(data, iter([f"{quad} .\n".encode()]), base=_BASE, reason=False)


def _ask(port: int) -> tuple[int, str]:
    """Status and version of the answer; status 0 where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", _ASKED, headers={"Accept": _CSV})
        response = connection.getresponse()
        return response.status, response.read().decode().split("\r\n")[1]
    except (OSError, http.client.HTTPException, IndexError) as error:
        return 0, repr(error)
    finally:
        connection.close()


@contextlib.contextmanager
def _balancer(program: str, ports: list[int], folder: Path) -> Iterator[int]:
    port = free_port()
    listed = "".join(f"    server s{n} 127.0.0.1:{own}\n" for n, own in enumerate(ports))
    config = folder / "haproxy.cfg"
    config.write_text(_BALANCER.read_text("utf-8").format(port=port, servers=listed))
    with serving(port, "/health", program, "-f", config, "-q"):
        yield port


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    size = found["megabytes"]
    lines = [
        f"{size:,.0f} MB to a folder and from there, every byte checked by SHA-256:",
        "",
        "| | seconds | MB a second | to copying the files |",
        "|---|---:|---:|---:|",
    ]
    for name in ("copy", "push", "pull"):
        seconds = found[name]
        lines.append(f"| {name} | {seconds:.1f} | {size / seconds:,.0f} | {seconds / found['copy']:.2f} |")
    own = found.get("servers")
    if own:
        lines += [
            "",
            f"{SERVERS} servers behind HAProxy that look for another snapshot every {own['every']:g} s: all serve a new one "
            f"{own['swap']:.1f} s after it was pushed; of {own['asked']:,} requests meanwhile none failed and none was answered wrongly.",
            "",
            f"A question that repeats, 8 clients: {own['direct']:,.0f} answers a second from one server, {own['balanced']:,.0f} through the "
            f"balancer (× {own['balanced'] / own['direct']:.2f}). Balancer, servers and clients share these processors, so this is what a "
            "balancer costs, not what replicas win.",
        ]
    return lines


if __name__ == "__main__":
    main()
