"""What a build costs: time of each stage, memory of all its processes, disk, and how all of it grows with the corpus.

    python bench/build.py [--articles N ...] [--jobs N] [--oxigraph BIN] [--unchecked] [--folder DIR] [--write FILE]

For each size: a newspaper is generated (`bench/corpus.py`), built from nothing, built again from what was kept of it, and its dump built
as RDF of others; beside them Oxigraph's own program loads the same quads, where it is given.
Fails where a build is wrong: another snapshot from the kept shards than from the pages, a damaged dump, quads lost, a ledger without
matches. Never fails on time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import zstandard

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.corpus import write_pages
from graph.snapshot import Snapshot, open_current, verify
from ontology.identifiers import DEFAULT_BASE

ROOT = Path(__file__).parent.parent
_SAMPLE = 0.2  # seconds between two looks at the memory
_MEGABYTE = 1e6


@dataclass(slots=True)
class Run:
    """One program: seconds of wall clock and of processors, and the most memory that its processes had at a time, in MB."""

    wall: float = 0.0
    processor: float = 0.0
    memory: float = 0.0


@dataclass(slots=True)
class Measured:
    """One size of corpus; sizes on disk in MB."""

    articles: int
    statements: int = 0
    quads: int = 0
    pages: float = 0.0
    cold: Run = field(default_factory=Run)
    warm: Run = field(default_factory=Run)
    rdf: Run = field(default_factory=Run)
    load: Run | None = None
    stages: dict[str, float] = field(default_factory=dict)
    warm_stages: dict[str, float] = field(default_factory=dict)
    rdf_stages: dict[str, float] = field(default_factory=dict)
    disk: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Measure each size and print or write the tables."""
    if sys.argv[1:2] == ["--one"]:
        _build(**json.loads(sys.argv[2]))
        return
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, nargs="+", default=[1000])
    options.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    options.add_argument(
        "--oxigraph",
        default=None,
        metavar="BIN",
        help="Oxigraph's program (PyPI package oxigraph), to compare with",
    )
    options.add_argument("--unchecked", action="store_true", help="leave SHACL out")
    options.add_argument("--folder", type=Path, help="work here, and keep what was built")
    options.add_argument("--write", type=Path, help="write the report to this file")
    chosen = options.parse_args()
    measured = []
    for articles in chosen.articles:
        with tempfile.TemporaryDirectory(dir=chosen.folder) as scratch:
            folder = chosen.folder / str(articles) if chosen.folder else Path(scratch)
            measured.append(
                measure(folder, articles, chosen.jobs, chosen.oxigraph, check=not chosen.unchecked)
            )
        report = "\n".join(tell(measured, chosen.jobs, check=not chosen.unchecked))
        if chosen.write:
            chosen.write.write_text(report, encoding="utf-8")
    print(report)


def measure(folder: Path, articles: int, jobs: int, oxigraph: str | None, *, check: bool) -> Measured:
    """One size, in a folder of its own; raises AssertionError or CalledProcessError where something is wrong."""
    pages, data, other = folder / "pages", folder / "data", folder / "rdf"
    for old in (pages, data, other):
        shutil.rmtree(old, ignore_errors=True)
    write_pages(pages, articles)
    found = Measured(articles, pages=_size(pages))
    said = {"pages": str(pages), "data": str(data), "jobs": jobs, "check": check}
    found.cold, found.stages = _run_build(said)
    first = open_current(data)
    _check(first, articles)
    found.warm, found.warm_stages = _run_build(said)
    assert open_current(data).id == first.id, "the kept shards make another snapshot than the pages"
    found.quads, found.statements = (
        first.manifest["counts"]["quads"],
        first.manifest["counts"]["statements"],
    )
    found.disk = {
        "store": _size(first.path / "store"),
        "dump": _size(first.path / "data.nq.zst"),
        "snapshot": _size(first.path),
        "cache": _size(data / "cache"),
    }
    plain = folder / "data.nq"
    with (first.path / "data.nq.zst").open("rb") as source, plain.open("wb") as target:
        zstandard.ZstdDecompressor().copy_stream(source, target)
    found.disk["plain"] = _size(plain)
    found.rdf, found.rdf_stages = _run_build({"rdf": str(plain), "data": str(other), "jobs": jobs})
    assert open_current(other).manifest["counts"]["quads"] == found.quads, "quads were lost on the way"
    if oxigraph:
        store = folder / "oxigraph"
        shutil.rmtree(store, ignore_errors=True)
        found.load = _run([oxigraph, "load", "--location", str(store), "--file", str(plain)])
        found.disk["oxigraph"] = _size(store)
        shutil.rmtree(store)
    plain.unlink()
    shutil.rmtree(other)
    return found


def _check(snapshot: Snapshot, articles: int) -> None:
    verify(snapshot)
    assert snapshot.manifest["counts"]["articles"] == articles
    rows = list(snapshot.ledger())
    matched = sum(bool(row.outcomes) for row in rows)
    assert matched > len(rows) // 2, f"of {len(rows)} promises only {matched} met their result"


def _run_build(said: dict[str, Any]) -> tuple[Run, dict[str, float]]:
    with tempfile.NamedTemporaryFile("r", suffix=".json") as told:
        command = [sys.executable, str(Path(__file__)), "--one", json.dumps({**said, "told": told.name})]
        run = _run(command)
        return run, json.load(told)


def _build(
    data: str, jobs: int, told: str, pages: str | None = None, rdf: str | None = None, check: bool = True
) -> None:
    """A build in this process, as `chuncheng build` does it; its stages go to the file `told`."""
    from graph.build import build
    from graph.corpus import Corpus, Reading
    from graph.shard import Making
    from graph.stages import Stages
    from graph.workers import Workers

    stages = Stages()
    reading = None
    if pages:
        reading = Reading(
            Corpus([Path(pages)]),
            Making(DEFAULT_BASE, check=check),
            Workers(jobs),
            cache=Path(data) / "cache" / "shards.sqlite",
        )
    build(
        Path(data),
        None,
        [Path(rdf)] if rdf else [],
        shards=reading.shards() if reading else None,
        base=DEFAULT_BASE,
        stages=stages,
    )
    Path(told).write_text(json.dumps(stages.seconds()), encoding="utf-8")


def _run(command: Sequence[str]) -> Run:
    """Runs a program to its end while it watches the memory of all its processes; raises CalledProcessError."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    run = Run()
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        run.memory = max(run.memory, _memory(process.pid))
        time.sleep(_SAMPLE)
    process.returncode = os.waitstatus_to_exitcode(status)
    run.wall = time.monotonic() - began
    run.processor = usage.ru_utime + usage.ru_stime  # with those of the processes that it waited for
    run.memory = max(run.memory, usage.ru_maxrss * 1024 / _MEGABYTE)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return run


def _memory(root: int) -> float:
    """MB of a process and all below it; what they share counts once (PSS)."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        own = waiting.pop()
        waiting += parents.get(own, ())
        try:
            rollup = Path(f"/proc/{own}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return total * 1024 / _MEGABYTE


def _size(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / _MEGABYTE


def tell(measured: Sequence[Measured], jobs: int, *, check: bool) -> list[str]:
    """The report as lines of Markdown."""
    lines = [
        "# What a build costs",
        "",
        "Written by `bench/build.py`; change that, not this.",
        "",
        f"Generated newspapers (`bench/corpus.py`), {jobs} processes of {os.cpu_count()} processors, Linux {platform.release()}, "
        f"Python {platform.python_version()}, Oxigraph {version('pyoxigraph')}, {datetime.now(UTC).date()}. "
        + ("" if check else "**Without SHACL.** ")
        + f"Load average when it ended: {os.getloadavg()[2]:.1f}. Wall-clock seconds depend on what else the machine does; processor seconds "
        "don't, and are of all processes of a build.",
        "",
        "## Time, memory, disk",
        "",
        "Cold: from the pages. Warm: every article known from an earlier build. RDF: the dump as RDF of others, so without extraction, reasoning and "
        "ledger. Load: `oxigraph load` of the same quads, which writes no default graph, no dump, no index and doesn't optimise the store.",
        "",
        "| articles | quads | quads an article | statements | cold, s | warm, s | RDF, s | load, s | memory, MB: cold | warm | RDF | load |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for m in measured:
        load = f"{m.load.wall:.1f}" if m.load else "–"
        memory = f"{m.load.memory:.0f}" if m.load else "–"
        lines.append(
            f"| {m.articles:,} | {m.quads:,} | {m.quads / m.articles:.0f} | {m.statements:,} | {m.cold.wall:.1f} | {m.warm.wall:.1f} | {m.rdf.wall:.1f} "
            f"| {load} | {m.cold.memory:.0f} | {m.warm.memory:.0f} | {m.rdf.memory:.0f} | {memory} |"
        )
    lines += ["", *_ratios(measured), "", *_growth(measured), "", *_stages(measured), "", *_disk(measured)]
    return [*lines, ""]


def _ratios(measured: Sequence[Measured]) -> list[str]:
    lines = [
        "## Ratio to `oxigraph load` alone",
        "",
        "| articles | cold, wall (goal 3) | cold, processor | warm, wall (goal 1.3) | warm, processor | RDF, wall (goal 1.3) | RDF, processor |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for m in measured:
        if m.load:
            cells = [f"{m.articles:,}"]
            for run, goal in ((m.cold, 3.0), (m.warm, 1.3), (m.rdf, 1.3)):
                ratio = run.wall / m.load.wall
                cells += [
                    f"{ratio:.2f}{'' if ratio <= goal else ' ✗'}",
                    f"{run.processor / m.load.processor:.2f}",
                ]
            lines.append(f"| {' | '.join(cells)} |")
    return lines if len(lines) > 4 else []


def _growth(measured: Sequence[Measured]) -> list[str]:
    """Cost of an article at each size: flat where a build is linear."""
    lines = [
        "## Growth: what an article costs at each size",
        "",
        "| articles | quads | processor, ms: cold | warm | wall, ms: cold | warm | store, kB | memory, kB |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for m in measured:
        each = 1000 / m.articles
        lines.append(
            f"| {m.articles:,} | {m.quads / m.articles:.0f} | {m.cold.processor * each:.1f} | {m.warm.processor * each:.1f} | {m.cold.wall * each:.1f} "
            f"| {m.warm.wall * each:.1f} | {m.disk['store'] * each:.1f} | {m.cold.memory * each:.1f} |"
        )
    return lines


def _stages(measured: Sequence[Measured]) -> list[str]:
    names = [name for name in measured[-1].stages if name != "all"]
    lines = [
        "## Seconds of each stage",
        "",
        f"| articles | build | {' | '.join(names)} |",
        f"|---:|---|{'---:|' * len(names)}",
    ]
    for m in measured:
        for kind, stages in (("cold", m.stages), ("warm", m.warm_stages), ("RDF", m.rdf_stages)):
            cells = (f"{stages[name]:.1f}" if name in stages else "–" for name in names)
            lines.append(f"| {m.articles:,} | {kind} | {' | '.join(cells)} |")
    return lines


def _disk(measured: Sequence[Measured]) -> list[str]:
    lines = [
        "## Disk, MB",
        "",
        "| articles | pages | N-Quads, plain | dump (zstd) | store | whole snapshot | kept shards | store of `oxigraph load` |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for m in measured:
        disk = m.disk
        other = f"{disk['oxigraph']:.1f}" if "oxigraph" in disk else "–"
        lines.append(
            f"| {m.articles:,} | {m.pages:.1f} | {disk['plain']:.1f} | {disk['dump']:.1f} | {disk['store']:.1f} | {disk['snapshot']:.1f} "
            f"| {disk['cache']:.1f} | {other} |"
        )
    return lines


if __name__ == "__main__":
    main()
