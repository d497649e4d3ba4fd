"""What a build costs: time of each stage, memory of all its processes, disk, and how all of it grows with the corpus.

    python bench/build.py [--articles N ...] [--jobs N] [--oxigraph BIN] [--unchecked] [--folder DIR] [--write FILE]

For each size: a newspaper is generated (`bench/corpus.py`), built from nothing, built again from what was kept of it, and its dump built
as RDF of others. Beside them Oxigraph's own program, where it is given, loads the dump, and all that the store holds in the end: the
dump and the default graph, which is the merge of all graphs.
Fails where a build is wrong: another snapshot from the kept shards than from the pages, a damaged dump, quads lost, a ledger without
matches. Never fails on time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import Store

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import machine
from bench.corpus import write_pages
from bench.goals import Goal, figure
from bench.whole import write_dump, write_whole
from graph.processors import processors
from graph.snapshot import Snapshot, open_current, verify
from ontology.identifiers import DEFAULT_BASE

ROOT = Path(__file__).parent.parent
TITLE = "Building: time, memory and disk, against `oxigraph load`"
_COLD, _WITHOUT_READING, _LINEAR = 3.0, 1.3, 1.1  # goals, as ratios
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
    measured: dict[str, Any] = field(default_factory=dict)  # on what machine, when
    jobs: int = 0
    checked: bool = True  # by SHACL
    statements: int = 0
    quads: int = 0
    pages: float = 0.0
    cold: Run = field(default_factory=Run)
    warm: Run = field(default_factory=Run)
    unchanged: Run | None = None
    rdf: Run | None = None
    load: Run | None = None
    load_whole: Run | None = None
    quads_whole: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    warm_stages: dict[str, float] = field(default_factory=dict)
    rdf_stages: dict[str, float] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)  # processor seconds of reading, cold
    disk: dict[str, float] = field(default_factory=dict)
    reasoning: list[dict[str, Any]] = field(default_factory=list)  # what each rule took


def main() -> None:
    """Measure each size and print or write the tables."""
    if sys.argv[1:2] == ["--one"]:
        _build(**json.loads(sys.argv[2]))
        return
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, nargs="+", default=[1000])
    options.add_argument("--jobs", type=int, default=processors())
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
    measured: dict[str, Any] = {}
    if chosen.folder:
        chosen.folder.mkdir(parents=True, exist_ok=True)
    for articles in chosen.articles:
        with tempfile.TemporaryDirectory(dir=chosen.folder) as scratch:
            folder = chosen.folder / str(articles) if chosen.folder else Path(scratch)
            found = measure(folder, articles, chosen.jobs, chosen.oxigraph, check=not chosen.unchecked)
        measured = merged(measured, {"sizes": [found]})
        report = "\n".join(tell(measured))
        if chosen.write:
            chosen.write.write_text(report + "\n", encoding="utf-8")
    print(report)


def measure(
    folder: Path, articles: int, jobs: int, oxigraph: str | None, *, check: bool = True, rdf: bool = True
) -> dict[str, Any]:
    """One size, in a folder of its own; raises AssertionError or CalledProcessError where something is wrong.

    The snapshot stays in the folder `data` there. Without `rdf` the dump isn't built as RDF of others.
    """
    pages, data, other = folder / "pages", folder / "data", folder / "rdf"
    for old in (pages, data, other):
        shutil.rmtree(old, ignore_errors=True)
    write_pages(pages, articles)
    found = Measured(articles, machine.describe(), jobs, check, pages=_size(pages))
    said = {"pages": str(pages), "data": str(data), "jobs": jobs, "check": check}
    found.cold, found.stages = _run_build(said)
    first = open_current(data)
    _check(first, articles)
    found.warm, found.warm_stages = _run_build({**said, "anew": True})
    assert open_current(data).id == first.id, "the kept shards make another snapshot than the pages"
    found.unchanged, unchanged_stages = _run_build(said)
    assert "load" not in unchanged_stages, "a snapshot was built though nothing has changed"
    found.quads, found.statements = (
        first.manifest["counts"]["quads"],
        first.manifest["counts"]["statements"],
    )
    found.quads_whole = first.manifest["store"]["quads"]
    found.reasoning = first.manifest["reasoning"]["rules"]
    found.steps = first.manifest["build"]["processor_seconds"]
    found.disk = {
        "store": _size(first.path / "store"),
        "dump": _size(first.path / "data.nq.zst"),
        "snapshot": _size(first.path),
        "cache": _size(data / "cache"),
    }
    plain, whole = folder / "data.nq", folder / "whole.nq"
    write_dump(first, plain)
    found.disk["plain"] = _size(plain)
    if rdf:
        found.rdf, found.rdf_stages = _run_build({"rdf": str(plain), "data": str(other), "jobs": jobs})
        assert open_current(other).manifest["counts"]["quads"] == found.quads, "quads were lost on the way"
        shutil.rmtree(other)
    if oxigraph:
        found.load, found.disk["oxigraph"] = _load(oxigraph, folder / "oxigraph", plain, found.quads)
        write_whole(first, whole)
        found.load_whole, found.disk["oxigraph_whole"] = _load(
            oxigraph, folder / "oxigraph", whole, found.quads_whole
        )
        whole.unlink()
    plain.unlink()
    return asdict(found)


def _load(oxigraph: str, store: Path, quads: Path, count: int) -> tuple[Run, float]:
    """Oxigraph's own program loads a file: what it took, and the size of its store in MB."""
    shutil.rmtree(store, ignore_errors=True)
    run = _run([oxigraph, "load", "--location", str(store), "--file", str(quads)])
    loaded = len(Store.read_only(str(store)))
    assert loaded == count, f"oxigraph load took {loaded} quads of {count}"
    size = _size(store)
    shutil.rmtree(store)
    return run, size


def merged(before: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Results with those of before for sizes that weren't measured again."""
    sizes = {size["articles"]: size for size in (*before.get("sizes", ()), *found["sizes"])}
    return {"sizes": [sizes[articles] for articles in sorted(sizes)]}


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
    data: str,
    jobs: int,
    told: str,
    pages: str | None = None,
    rdf: str | None = None,
    check: bool = True,
    anew: bool = False,
) -> None:
    """A build in this process, as `chuncheng build` does it; its stages go to the file `told`."""
    from graph.build import build
    from graph.corpus import Corpus, Reading
    from graph.shard import Making
    from graph.stages import Stages
    from graph.workers import Workers
    from server.prepared_queries import prepared_queries

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
        queries=prepared_queries(DEFAULT_BASE),
        stages=stages,
        anew=anew,
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


def _measured(found: dict[str, Any]) -> list[Measured]:
    """The sizes of what was measured, out of JSON."""
    sizes = []
    for size in found["sizes"]:
        own = Measured(**size)
        for name in ("cold", "warm", "unchanged", "rdf", "load", "load_whole"):
            run = getattr(own, name)
            setattr(own, name, Run(**run) if run else None)
        sizes.append(own)
    return sizes


def _with_goals(m: Measured) -> tuple[tuple[str, Run | None, float], ...]:
    """Each way to build, with what it took and how many times that of `oxigraph load` it may take."""
    return (
        ("cold", m.cold, _COLD),
        ("warm", m.warm, _WITHOUT_READING),
        ("unchanged", m.unchanged, _WITHOUT_READING),
        ("RDF", m.rdf, _WITHOUT_READING),
    )


def goals(found: dict[str, Any]) -> list[Goal]:
    """Time against `oxigraph load` at the largest size, and growth from each size to the next."""
    sizes = _measured(found)
    reached = []
    largest = sizes[-1]
    for what, load in (("the dump", largest.load), ("all that the store holds", largest.load_whole)):
        for kind, run, goal in _with_goals(largest):
            if load and run:
                told = f"{largest.articles:,} articles, {kind} build, time to `oxigraph load` of {what}"
                reached.append(Goal(told, run.wall / load.wall, goal))
    for smaller, larger in itertools.pairwise(sizes):
        times = larger.articles / smaller.articles
        steps = f"{smaller.articles:,} to {larger.articles:,} articles, growth over that of articles:"
        reached += [
            Goal(
                f"{steps} processor time, cold",
                larger.cold.processor / smaller.cold.processor / times,
                _LINEAR,
            ),
            Goal(f"{steps} memory", larger.cold.memory / smaller.cold.memory / times, _LINEAR),
            Goal(f"{steps} disk", larger.disk["snapshot"] / smaller.disk["snapshot"] / times, _LINEAR),
        ]
    return reached


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    sizes = _measured(found)
    lines = [
        "Generated newspapers (`bench/corpus.py`). Cold: from the pages. Warm: every article known from an earlier build, so without "
        "extraction, and the snapshot made anew. Unchanged: the same in the same folder, where the build finds that nothing has changed. "
        "RDF: the dump as RDF of others, so without extraction, reasoning and ledger. Load of the dump: `oxigraph load` of the same quads, "
        "which writes no default graph, no dump, no index and doesn't optimise the store. Load of the whole: "
        "`oxigraph load` of all that our store holds in the end, the dump and the merge of its graphs as default graph. Wall-clock "
        "seconds depend on what else the machine does; processor seconds less so, and are of all processes of a build.",
        "",
        "| articles | measured | processes | quads | with default graph | statements | cold, s | warm, s | unchanged, s | RDF, s "
        "| load of the dump, s | of the whole, s |",
        f"|---:|---|{'---:|' * 10}",
    ]
    for m in sizes:
        when = f"{m.measured['time']}, load {m.measured['load']}{'' if m.checked else ', **without SHACL**'}"
        seconds = " | ".join(
            _seconds(run) for run in (m.cold, m.warm, m.unchanged, m.rdf, m.load, m.load_whole)
        )
        lines.append(
            f"| {m.articles:,} | {when} | {m.jobs} | {m.quads:,} | {m.quads_whole:,} | {m.statements:,} | {seconds} |"
        )
    lines += [
        "",
        "Memory of all processes at a time, in MB (what they share counts once), and processor seconds:",
        "",
        "| articles | memory: cold | warm | RDF | load of the dump | load of the whole | processor: cold | warm | RDF | load of the dump | load of the whole |",
        f"|{'---:|' * 11}",
    ]
    for m in sizes:
        runs = (m.cold, m.warm, m.rdf, m.load, m.load_whole)
        memory = [f"{run.memory:,.0f}" if run else "–" for run in runs]
        processor = [f"{run.processor:.1f}" if run else "–" for run in runs]
        lines.append(f"| {m.articles:,} | {' | '.join(memory + processor)} |")
    for table in (_ratios, _growth, _stages, _reasoning, _disk):
        lines += ["", *own] if (own := table(sizes)) else []
    return lines


def charts(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Rows of the charts by their names."""
    sizes = _measured(found)
    names = {
        "cold": "cold build",
        "warm": "warm build",
        "rdf": "build from RDF",
        "load": "oxigraph load, dump",
        "load_whole": "oxigraph load, whole",
    }
    times, disk = [], []
    for m in sizes:
        for name, told in names.items():
            run: Run | None = getattr(m, name)
            if run:
                times += [
                    {"quads": m.quads, "run": told, "what": "wall clock, s", "value": run.wall},
                    {"quads": m.quads, "run": told, "what": "memory, MB", "value": run.memory},
                ]
        for name, told in (("snapshot", "snapshot"), ("plain", "N-Quads, plain"), ("dump", "dump (zstd)")):
            disk.append({"quads": m.quads, "run": told, "what": "disk, MB", "value": m.disk[name]})
    largest = sizes[-1]
    stages = [
        {"build": kind, "stage": name, "seconds": seconds, "order": order}
        for kind, own in (
            ("cold", largest.stages),
            ("warm", largest.warm_stages),
            ("RDF", largest.rdf_stages),
        )
        for order, (name, seconds) in enumerate(own.items())
        if name != "all"
    ]
    return {"build-growth": times + disk, "build-stages": stages}


def _seconds(run: Run | None) -> str:
    return f"{run.wall:.1f}" if run else "–"


def _ratios(sizes: Sequence[Measured]) -> list[str]:
    lines = [
        "### Ratio to `oxigraph load` alone",
        "",
        f"Wall clock; processor seconds in brackets. Goals: cold ≤ {_COLD:g}, without extraction (warm, unchanged, RDF) ≤ {_WITHOUT_READING:g}; "
        "✗ marks what isn't reached.",
        "",
        "| articles | `oxigraph load` of | cold | warm | unchanged | RDF |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for m in sizes:
        for what, load in (("the dump", m.load), ("all that the store holds", m.load_whole)):
            if load is None:
                continue
            cells = []
            for _, run, goal in _with_goals(m):
                if run is None:
                    cells.append("–")
                    continue
                ratio = run.wall / load.wall
                mark = "" if ratio <= goal else " ✗"
                cells.append(f"{figure(ratio)}{mark} ({figure(run.processor / load.processor)})")
            lines.append(f"| {m.articles:,} | {what} | {' | '.join(cells)} |")
    return lines if len(lines) > 6 else []


def _growth(sizes: Sequence[Measured]) -> list[str]:
    """Cost of an article at each size: flat where a build is linear."""
    lines = [
        "### Growth: what an article costs at each size",
        "",
        "| articles | quads | processor, ms: cold | warm | wall, ms: cold | warm | store, kB | memory, kB |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for m in sizes:
        each = 1000 / m.articles
        lines.append(
            f"| {m.articles:,} | {m.quads / m.articles:.0f} | {m.cold.processor * each:.1f} | {m.warm.processor * each:.1f} | {m.cold.wall * each:.1f} "
            f"| {m.warm.wall * each:.1f} | {m.disk['store'] * each:.1f} | {m.cold.memory * each:.1f} |"
        )
    return lines


def _stages(sizes: Sequence[Measured]) -> list[str]:
    names = list(dict.fromkeys(name for m in sizes for name in m.stages if name != "all"))
    lines = [
        "### Seconds of each stage",
        "",
        "Reading holds extraction, RDF and SHACL of the articles. Stages may run beside others, so their sum is more than the whole.",
        "",
        f"| articles | build | {' | '.join(names)} |",
        f"|---:|---|{'---:|' * len(names)}",
    ]
    for m in sizes:
        for kind, stages in (("cold", m.stages), ("warm", m.warm_stages), ("RDF", m.rdf_stages)):
            if stages:
                cells = (f"{stages[name]:.1f}" if name in stages else "–" for name in names)
                lines.append(f"| {m.articles:,} | {kind} | {' | '.join(cells)} |")
    if steps := sizes[-1].steps:
        told = ", ".join(f"{step} {seconds:.1f}" for step, seconds in steps.items())
        lines += [
            "",
            f"Processor seconds of reading {sizes[-1].articles:,} articles, cold, in all processes: {told}.",
        ]
    return lines


def _reasoning(sizes: Sequence[Measured]) -> list[str]:
    """The costliest rules at the largest size, and what reasoning takes in all."""
    lines = [
        "### Reasoning",
        "",
        "| articles | step or rule | seconds | triples | share of the cold build |",
        "|---:|---|---:|---:|---:|",
    ]
    for m in sizes:
        costs = sorted(m.reasoning, key=lambda cost: -cost["seconds"])
        every = {"name": "all", **{key: sum(cost[key] for cost in costs) for key in ("seconds", "triples")}}
        for cost in (every, *costs[: 5 if m is sizes[-1] else 0]):
            share = 100 * cost["seconds"] / m.cold.wall
            lines.append(
                f"| {m.articles:,} | {cost['name']} | {cost['seconds']:.2f} | {cost['triples']:,} | {share:.1f} % |"
            )
    return lines


def _disk(sizes: Sequence[Measured]) -> list[str]:
    lines = [
        "### Disk, MB",
        "",
        "| articles | pages | N-Quads, plain | dump (zstd) | store | whole snapshot | kept shards | store of `oxigraph load` of the dump | of the whole |",
        f"|{'---:|' * 9}",
    ]
    for m in sizes:
        disk = m.disk
        others = [f"{disk[name]:,.1f}" if name in disk else "–" for name in ("oxigraph", "oxigraph_whole")]
        lines.append(
            f"| {m.articles:,} | {m.pages:,.1f} | {disk['plain']:,.1f} | {disk['dump']:,.1f} | {disk['store']:,.1f} | {disk['snapshot']:,.1f} "
            f"| {disk['cache']:,.1f} | {' | '.join(others)} |"
        )
    return lines


if __name__ == "__main__":
    main()
