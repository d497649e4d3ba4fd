"""The endpoint against its peers on the same data in one run: requests a second, as ratios.

    python bench/endpoint.py --harness DIR --data FILE.nq --oxigraph BIN [--virtuoso BIN] [--write docs/performance.md]

FILE.nq is made by the harness's `gen.py` and has its parameters beside it. Builds our snapshot and the others' stores in a
temporary folder, serves all on loopback and runs the harness twice, with texts that never repeat and with texts that do
(our caches as they are by default), then measures a deadline. The peers are native Oxigraph on disk (the baseline) and in
memory, and Virtuoso where its program is given. Ratios of one run count, nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import platform
import shutil
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

# Ten thousand million rows to count: time without memory, whatever the data.
HEAVY = "SELECT (COUNT(*) AS ?n) {{ {} }}".format(
    " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(100)))} }}" for name in "abcde")
)
GOALS = {  # kind: to native Oxigraph (cold, repeated), to Virtuoso (cold, repeated)
    "point": ("0.9", "3", "3", "5"),
    "join": ("3", "–", "0.95 at 8 clients", "–"),
    "analytic": ("3", "–", "0.8", "1"),
    "export": ("2.5", "–", "10", "–"),
}
TITLES = {
    "native": "To native Oxigraph on disk (RocksDB)",
    "memory": "To native Oxigraph in memory, for fairness: no deadline, no limits",
    "virtuoso": "To Virtuoso 7",
}
EXPORT = "a5"
VIRTUOSO_SETTINGS = Path(__file__).resolve().parent.parent / "tests/remote/virtuoso.ini"
BIN = Path(sys.executable).parent


def main() -> None:
    """Measure, and print or write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--harness", type=Path, default=Path("../shared/bench/perf"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--oxigraph", default="oxigraph")
    parser.add_argument("--virtuoso", help="path of virtuoso-t; left out where not given")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, store = Path(folder, "data"), Path(folder, "oxigraph")
        run(BIN / "chuncheng", "build", "--rdf", given.data, "--out", data)
        run(given.oxigraph, "load", "-l", store, "-f", given.data)
        run(given.oxigraph, "optimize", "-l", store)
        with contextlib.ExitStack() as stack:
            servers = {
                "native": stack.enter_context(oxigraph_on_disk(given.oxigraph, store)),
                "ours": stack.enter_context(chuncheng(data)),
                "memory": stack.enter_context(oxigraph_in_memory(given.oxigraph, given.data)),
            }
            if given.virtuoso:
                servers["virtuoso"] = stack.enter_context(virtuoso(given.virtuoso, given.data, Path(folder)))
            runs = {
                "cold": compare(given, servers, folder, "--cold"),
                "repeated": compare(given, servers, folder),
            }
            late = deadline(servers["ours"])
    report = write_report(given, runs, late)
    if given.write:
        given.write.write_text(report, encoding="utf-8")
    else:
        print(report)


def run(*command: object) -> None:
    """Run a program that must succeed."""
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def serving(port: int, *command: object, cwd: Path | None = None) -> Iterator[None]:
    """A server that listens at a port, ended with the block."""
    environment = {**os.environ, "CHUNCHENG_CLIENT_BUDGET": "0", "CHUNCHENG_LOG": "off"}
    process = subprocess.Popen(
        [str(part) for part in command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd
    )  # fmt: skip
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(60)


@contextlib.contextmanager
def chuncheng(data: Path) -> Iterator[str]:
    """Ours, with default settings: its query address."""
    port = free_port()
    with serving(port, BIN / "chuncheng", "serve", "--data", data, "--bind", f"127.0.0.1:{port}"):
        yield f"http://127.0.0.1:{port}/sparql"


@contextlib.contextmanager
def oxigraph_on_disk(program: str, store: Path) -> Iterator[str]:
    """Native Oxigraph on RocksDB."""
    port = free_port()
    with serving(
        port, program, "serve-read-only", "-l", store, "-b", f"127.0.0.1:{port}", "--union-default-graph"
    ):
        yield f"http://127.0.0.1:{port}/query"


@contextlib.contextmanager
def oxigraph_in_memory(program: str, quads: Path) -> Iterator[str]:
    """Native Oxigraph without a location."""
    port = free_port()
    with serving(port, program, "serve", "-b", f"127.0.0.1:{port}", "--union-default-graph"):
        with quads.open("rb") as file:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
            connection.request("POST", "/store", file, {"Content-Type": "application/n-quads"})
            assert connection.getresponse().status in (200, 201, 204)
        yield f"http://127.0.0.1:{port}/query"


@contextlib.contextmanager
def virtuoso(program: str, quads: Path, folder: Path) -> Iterator[str]:
    """Virtuoso with the buffers that the harness advises, loaded by its bulk loader."""
    sql, web, home = free_port(), free_port(), folder / "virtuoso"
    home.mkdir()
    settings = home / "virtuoso.ini"
    written = VIRTUOSO_SETTINGS.read_text("utf-8").format(
        home=home,
        loads_from=quads.resolve().parent,
        sql=sql,
        web=web,
        rows=1_000_000,
        buffers=170_000,
        dirty_buffers=130_000,
        threads=64,
        seconds=600,
    )
    settings.write_text(written, "utf-8")
    with serving(web, program, "-f", "-c", settings, cwd=home):
        wait_for(sql)
        load = f"ld_dir('{quads.resolve().parent}', '{quads.name}', 'http://example.org/none'); rdf_loader_run(); checkpoint;"
        isql = shutil.which("isql-vt") or shutil.which("isql-virtuoso") or "isql"
        run(isql, f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={load}")
        yield f"http://127.0.0.1:{web}/sparql"


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


def compare(given: argparse.Namespace, servers: dict[str, str], folder: str, *more: str) -> dict[str, Any]:
    """What the harness measures, all servers in turns."""
    out = Path(folder, "result.json")
    command = [
        *(sys.executable, given.harness / "run.py"),
        *(part for name, address in servers.items() for part in ("--server", f"{name}={address}")),
        *("--data", given.data, "--seconds", given.seconds, "--rounds", given.rounds),
        *("--clients", "1,8;analytic=1,4", "--json", out, *more),
    ]  # fmt: skip
    subprocess.run(
        [str(part) for part in command], check=False
    )  # its status tells of any server's differences
    measured: dict[str, Any] = json.loads(out.read_text("utf-8"))
    if any(problem["server"] == "ours" for problem in measured["problems"]):
        raise SystemExit("our answers differ from native Oxigraph's: the figures are worth nothing")
    return measured


def deadline(address: str) -> list[float]:
    """How late, in milliseconds, a query past its deadline of a second is answered."""
    late = []
    host = address.split("/")[2]
    for turn in range(10):
        connection = http.client.HTTPConnection(host, timeout=30)
        began = time.perf_counter()
        connection.request("GET", f"/sparql?timeout=1&query={quote(f'{HEAVY} # {turn}')}")
        assert connection.getresponse().status == 504
        late.append((time.perf_counter() - began - 1) * 1000)
        connection.close()
    return late


def write_report(given: argparse.Namespace, runs: dict[str, dict[str, Any]], late: list[float]) -> str:
    """The tables as Markdown."""
    cold, repeated = ratios(runs["cold"]), ratios(runs["repeated"])
    quads = f"{runs['cold']['data'].get('quads', 0):,}"
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"
    lines = [
        "# Performance",
        "",
        "Written by `bench/endpoint.py`; change that, not this.",
        "",
        f"Requests a second of `chuncheng serve` (killable workers, default settings, metering off) as a ratio to its peers' in one interleaved run "
        f"on {quads} quads; "
        f"{given.rounds} rounds, {given.seconds:g} s a cell and server, the client on the same cores. {machine}, Oxigraph {version('pyoxigraph')}, "
        f"httptools {version('httptools')}, {datetime.now(UTC):%Y-%m-%d}. Our answers agreed with native Oxigraph's.",
        "",
        "Cold: every text is unique, no cache hits. Repeated: sixty texts a template, most answers come from a cache. "
        "A goal that isn't reached is marked ✗.",
    ]  # fmt: skip
    peers = ["native", *(peer for peer in ("memory", "virtuoso") if peer in next(iter(cold.values())))]
    for peer in peers:
        goals = {"native": (0, 1), "virtuoso": (2, 3)}.get(peer)
        lines += ["", f"## {TITLES[peer]}", ""]
        lines += ["| kind | clients | cold | goal | repeated | goal |", "|---|---:|---:|---:|---:|---:|"]
        for (kind, clients), row in sorted(cold.items(), key=lambda item: list(GOALS).index(item[0][0])):
            cells = []
            for mode, found in enumerate((row, repeated[kind, clients])):
                goal = GOALS[kind][goals[mode]] if goals else "–"
                ratio = found["ours"] / found[peer]
                cells += [f"{ratio:.2f}{missed(ratio, goal, clients)}", goal]
            lines.append(f"| {kind} | {clients} | {' | '.join(cells)} |")
    lines += ["", "## Each query", "", f"| query | clients | {' | '.join(f'{peer} /s' for peer in peers)} | ours cold /s | p50, ms | ours repeated /s |",
              f"|---|---:|{'---:|' * (len(peers) + 3)}"]  # fmt: skip
    for one, other in zip(runs["cold"]["cells"], runs["repeated"]["cells"], strict=True):
        found = one["servers"]
        rates = " | ".join(f"{found[peer]['rps']:,.1f}" for peer in peers)
        lines.append(
            f"| {one['query']} | {one['clients']} | {rates} | {found['ours']['rps']:,.1f} | "
            f"{found['ours']['p50'] * 1000:.2f} | {other['servers']['ours']['rps']:,.1f} |"
        )
    lines += [
        "",
        f"Deadline: of ten queries past a deadline of 1 s, the error came {statistics.median(late):.0f} ms late in the median, "
        f"{max(late):.0f} ms at worst (goal: 50 ms).",
    ]  # fmt: skip
    lines += [
        "",
        "The gap at the points is the price of safety: what native Oxigraph answers in a tenth of a millisecond crosses a tokenizer and two "
        "processes here, in Python. A question that comes again costs no query at all.",
    ]
    differing = sorted({(p["server"], p["query"]) for p in runs["cold"]["problems"]})
    lines += [
        "",
        *(f"{server}'s answers to `{query}` differ from native Oxigraph's." for server, query in differing),
    ]
    return "\n".join(lines).rstrip() + "\n"


def ratios(measured: dict[str, Any]) -> dict[tuple[str, int], dict[str, float]]:
    """By kind and clients: each server's requests a second as a ratio to the baseline's, geometric mean of the templates."""
    found: dict[tuple[str, int], dict[str, list[float]]] = {}
    for cell in measured["cells"]:
        kind = "export" if cell["query"].startswith(EXPORT) else cell["kind"]
        row = found.setdefault((kind, cell["clients"]), {})
        for server, figures in cell["servers"].items():
            row.setdefault(server, []).append(max(figures["ratio"], 1e-9))
    return {
        key: {server: statistics.geometric_mean(each) for server, each in row.items()}
        for key, row in found.items()
    }


def missed(ratio: float, goal: str, clients: int) -> str:
    """A mark where a ratio is below its goal; a goal at so many clients holds for no other number."""
    figure, _, condition = goal.partition(" at ")
    applies = figure != "–" and condition in ("", f"{clients} clients")
    return " ✗" if applies and ratio < float(figure) else ""


if __name__ == "__main__":
    main()
