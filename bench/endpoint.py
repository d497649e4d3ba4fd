"""The endpoint against native Oxigraph on the same data in one run: requests a second, as ratios.

    python bench/endpoint.py --harness DIR --data FILE.nq --oxigraph BIN [--seconds 4] [--rounds 2] [--write docs/performance.md]

FILE.nq is made by the harness's `gen.py` and has its parameters beside it. Builds our snapshot and the other's store in a
temporary folder, serves both on loopback and runs the harness three times: texts that repeat, texts that never do (with our
cache as it is by default), and a deadline. Ratios of one run count, nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(STR(?a) < STR(?d)) }"
GOALS = {"point": ("0.9", "3"), "join": ("3", "–"), "analytic": ("3", "–")}  # cold, repeated
BIN = Path(sys.executable).parent


def main() -> None:
    """Measure, and print or write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--harness", type=Path, default=Path("../shared/bench/perf"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--oxigraph", default="oxigraph")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, store = Path(folder, "data"), Path(folder, "oxigraph")
        run(BIN / "chuncheng", "build", "--rdf", given.data, "--out", data)
        run(given.oxigraph, "load", "-l", store, "-f", given.data)
        run(given.oxigraph, "optimize", "-l", store)
        with serving(given.oxigraph, data, store) as (native, ours):
            runs = {
                "cold": compare(given, native, ours, folder, "--cold"),
                "repeated": compare(given, native, ours, folder),
            }
            late = deadline(ours)
    report = write_report(given, runs, late)
    if given.write:
        given.write.write_text(report, encoding="utf-8")
    else:
        print(report)


def run(*command: object) -> None:
    """Run a program that must succeed."""
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def serving(oxigraph: str, data: Path, store: Path) -> Iterator[tuple[int, int]]:
    """Both servers on loopback: their ports."""
    native, ours = free_port(), free_port()
    environment = {**os.environ, "CHUNCHENG_CLIENT_BUDGET": "0", "CHUNCHENG_LOG": "off"}
    commands = (
        [oxigraph, "serve-read-only", "-l", str(store), "-b", f"127.0.0.1:{native}", "--union-default-graph"],
        [str(BIN / "chuncheng"), "serve", "--data", str(data), "--bind", f"127.0.0.1:{ours}"],
    )
    running = [subprocess.Popen(c, env=environment, stdout=subprocess.DEVNULL) for c in commands]
    try:
        for port in (native, ours):
            wait_for(port)
        yield native, ours
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until a server listens, at most two minutes."""
    for _ in range(1200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"no server came at port {port}")


def compare(given: argparse.Namespace, native: int, ours: int, folder: str, *more: str) -> dict[str, Any]:
    """What the harness measures, both servers in turns."""
    out = Path(folder, "result.json")
    command = [
        *(sys.executable, given.harness / "run.py"),
        *("--server", f"native=http://127.0.0.1:{native}/query", "--server", f"ours=http://127.0.0.1:{ours}/sparql"),
        *("--data", given.data, "--seconds", given.seconds, "--rounds", given.rounds),
        *("--clients", "1,8;analytic=1,4", "--json", out, *more),
    ]  # fmt: skip
    subprocess.run([str(part) for part in command], check=True)
    measured: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return measured


def deadline(port: int) -> list[float]:
    """How late, in milliseconds, a query past its deadline of a second is answered."""
    late = []
    for turn in range(10):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        began = time.perf_counter()
        connection.request("GET", f"/sparql?timeout=1&query={quote(f'{HEAVY} # {turn}')}")
        assert connection.getresponse().status == 504
        late.append((time.perf_counter() - began - 1) * 1000)
        connection.close()
    return late


def write_report(given: argparse.Namespace, runs: dict[str, dict[str, Any]], late: list[float]) -> str:
    """The tables as Markdown."""
    cold, repeated = runs["cold"], runs["repeated"]
    lines = [
        "# Performance",
        "",
        "Written by `bench/endpoint.py`; change that, not this.",
        "",
        f"Requests a second of `chuncheng serve` (killable workers, default settings, metering off) as a ratio to native Oxigraph {version('pyoxigraph')} on "
        f"RocksDB, in one interleaved run on {cold['data'].get('quads', '?')} quads; {given.rounds} rounds, {given.seconds:g} s a cell. "
        f"{os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}, granian {version('granian')}, "
        f"{datetime.now(UTC):%Y-%m-%d}. Every answer agreed with the other's.",
        "",
        "Cold: every text is unique, no cache hits. Repeated: sixty texts a template, most answers come from the cache.",
        "",
        "| kind | clients | cold | goal | repeated | goal |",
        "|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for cell, row in cold["kinds"].items():
        kind, clients = cell.split("/")
        goal_cold, goal_repeated = GOALS[kind]
        warm = repeated["kinds"][cell]["ours"]
        lines.append(
            f"| {kind} | {clients} | {row['ours']:.2f} | {goal_cold} | {warm:.2f} | {goal_repeated} |"
        )
    lines += ["", "| query | clients | native /s | ours cold /s | ratio | repeated | p50 cold, ms |", "|---|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    for one, other in zip(cold["cells"], repeated["cells"], strict=True):
        native, ours = one["servers"]["native"], one["servers"]["ours"]
        lines.append(
            f"| {one['query']} | {one['clients']} | {native['rps']:.1f} | {ours['rps']:.1f} | {ours['ratio']:.2f} | "
            f"{other['servers']['ours']['ratio']:.2f} | {ours['p50'] * 1000:.2f} |"
        )
    lines += [
        "",
        f"Deadline: of ten queries past a deadline of 1 s, the error came {statistics.median(late):.0f} ms late in the median, {max(late):.0f} ms at worst.",
        "",
        "The export (`a5`) has a goal of 2.5. Where a ratio is below its goal, the goal isn't reached.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
