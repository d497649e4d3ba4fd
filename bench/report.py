"""All measurements in one run, told in one report: what is reached of the goals, and each part with its tables and charts.

    python bench/report.py [--articles 1000 10000] [--only build,endpoint] [--work DIR] [--write docs/performance.md]
    python bench/report.py --render

Newspapers are generated and built once in the sizes asked for, and what is served is measured on the largest of them. Each part can be
measured alone; the others keep what was measured of them before, with its own date. Results stand beside the report in a JSON file,
charts in a folder of its name: `--render` writes report and charts anew from there, without measuring.

Without a folder to work in everything is built in a temporary one; in a folder that is given it stays, so that another run can take
it. `--brief` measures everything in its smallest form, in seconds: it shows that all works, its figures say nothing.

The exit code is 1 where a part fails or finds a wrong answer, never because of time; other parts are measured all the same. A part whose
programs aren't there is left out, and the report says so. Ctrl-C and SIGTERM end the part that runs, too, with its servers and builds; what
was measured before stays in the report.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import (
    build,
    checking,
    cluster,
    drawing,
    endpoint,
    extraction,
    goals,
    lighthouse,
    machine,
    pages,
    process_group,
    publishing,
    reconciliation,
    replicas,
    search,
)
from bench.workbench import LeftOutError, Workbench
from graph.processors import processors

REPORT = Path(__file__).parent.parent / "docs/performance.md"
SERVED_MOST = (
    10_000  # articles of the snapshot on which the endpoint is compared: peers in memory must hold it, too
)
PUBLISHED_MOST = 1000  # articles of the snapshot that is sent to stores of others


@dataclass(frozen=True)
class Part:
    """A measurement: its module tells of it; `needs` are modules that have to be installed."""

    tells: ModuleType
    measure: Callable[[Workbench], dict[str, Any]]
    needs: tuple[str, ...] = ()


def _measure_build(bench: Workbench) -> dict[str, Any]:
    return {
        "sizes": [
            build.measure(bench.work / str(size), size, bench.jobs, bench.oxigraph, rdf=not bench.brief)
            for size in bench.articles
        ]
    }


def _measure_endpoint(bench: Workbench) -> dict[str, Any]:
    options = endpoint.Options(bench.oxigraph_program, bench.virtuoso, bench.harness, seconds=bench.seconds)
    if bench.brief:
        options = endpoint.Options(bench.oxigraph_program, None, None, ("native",), 0.01, 1, 1)
    return endpoint.measure(bench.built(SERVED_MOST), options)


def _measure_publishing(bench: Workbench) -> dict[str, Any]:
    stores = publishing.STORES[:1] if bench.brief else publishing.STORES
    data = bench.built(PUBLISHED_MOST)
    return publishing.measure(data, bench.oxigraph_program, bench.virtuoso, 1 if bench.brief else 20, stores)


#: In the order of the report.
PARTS: dict[str, Part] = {
    "build": Part(build, _measure_build),
    "checking": Part(checking, lambda b: checking.measure(16 if b.brief else 1024, 4 if b.brief else 32)),
    "reading": Part(
        extraction,
        lambda b: extraction.measure(5, 1, 5, 400) if b.brief else extraction.measure(300, 5, 5000),
    ),
    "reconciliation": Part(
        reconciliation,
        lambda b: reconciliation.measure((200, 400) if b.brief else (10_000, 100_000)),
    ),
    "pages": Part(pages, lambda b: pages.measure(b.built(), 2 if b.brief else 100)),
    "search": Part(search, lambda b: search.measure(*((100, 1) if b.brief else (search.ENTRIES, 3)))),
    "endpoint": Part(endpoint, _measure_endpoint),
    "cluster": Part(
        cluster, lambda b: cluster.measure(b.pages(min(1000, *b.articles)), b.jobs), ("distributed",)
    ),
    "publishing": Part(publishing, _measure_publishing),
    "replicas": Part(
        replicas,
        lambda b: replicas.measure(b.built(), replicas.haproxy(), 0.1 if b.brief else 4.0),
    ),
    "lighthouse": Part(
        lighthouse, lambda b: lighthouse.measure(1, 1, ("mobile",)) if b.brief else lighthouse.measure(3)
    ),
}


def main() -> None:
    """Measure what is asked for and write the report after each part; exits with 1 where a part failed."""
    process_group.exit_when_asked()
    options = _options()
    results_file = options.write.with_suffix(".json")
    results: dict[str, Any] = json.loads(results_file.read_text("utf-8")) if results_file.exists() else {}
    failed = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        bench = _bench(options, Path(scratch))
        for name in () if options.render else options.only:
            print(f"{name} …", flush=True)
            try:
                # Each in a fresh process: no part inherits another's memory, threads or open stores.
                found = process_group.call(_measured, name, bench)
            except LeftOutError as missing:
                print(f"{name} is left out: {missing}", flush=True)
                results.setdefault(name, {"left_out": str(missing)})
                continue
            except Exception:  # whatever it is, the other parts are worth measuring
                traceback.print_exc()
                failed.append(name)
                continue
            before = results.get(name, {}).get("results", {})
            merge = getattr(PARTS[name].tells, "merged", lambda _, own: own)
            results[name] = {**found, "results": merge(before, found["results"])}
            _write(results, options.write)
            print("\n".join(PARTS[name].tells.tell(results[name]["results"])), flush=True)
    _write(results, options.write)
    print("\n".join(_reached(results)))
    print(f"written: {options.write}, with results and charts beside it")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--articles", type=int, nargs="+", metavar="N", help="sizes of newspapers (default: 1000 10000)"
    )
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(PARTS),
        metavar="PART,…",
        help=f"measure these parts alone: {', '.join(PARTS)}",
    )
    parser.add_argument("--render", action="store_true", help="measure nothing, write the report anew")
    parser.add_argument("--brief", action="store_true", help="everything in its smallest form")
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="build here, or take what was built here, and keep it"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="serve pages and replicas from this data folder, not from the largest size",
    )
    parser.add_argument("--jobs", type=int, default=processors(), metavar="N")
    parser.add_argument(
        "--seconds",
        type=float,
        default=1.0,
        help="of load on the endpoint for each question, number of clients and server (default: 1)",
    )
    parser.add_argument("--oxigraph", default=_beside_python("oxigraph"), metavar="BIN")
    parser.add_argument("--virtuoso", default=shutil.which("virtuoso-t"), metavar="BIN")
    parser.add_argument(
        "--harness",
        type=Path,
        default=endpoint.HARNESS,
        metavar="DIR",
        help="the shared harness of the endpoint",
    )
    parser.add_argument("--write", type=Path, default=REPORT, metavar="FILE.md")
    options = parser.parse_args()
    if unknown := [name for name in options.only if name not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    options.articles = options.articles or ([24] if options.brief else [1000, 10_000])
    return options


def _beside_python(program: str) -> str | None:
    own = Path(sys.executable).with_name(program)
    return str(own) if own.exists() else shutil.which(program)


def _bench(options: argparse.Namespace, scratch: Path) -> Workbench:
    work = (options.work or scratch).resolve()
    work.mkdir(parents=True, exist_ok=True)
    harness = options.harness if (options.harness / "run.py").exists() else None
    return Workbench(
        work,
        tuple(sorted(options.articles)),
        options.jobs,
        options.oxigraph,
        options.virtuoso,
        harness,
        options.data,
        options.seconds,
        options.brief,
    )


def _measured(name: str, bench: Workbench) -> dict[str, Any]:
    part = PARTS[name]
    if absent := [module for module in part.needs if importlib.util.find_spec(module) is None]:
        raise LeftOutError(f"{', '.join(absent)} isn't installed (extra `bench`)")
    before, began = machine.describe(), time.monotonic()
    found = part.measure(bench)
    return {"measured": before, "seconds": round(time.monotonic() - began), "results": found}


def _write(results: dict[str, Any], report: Path) -> None:
    """Report, results and charts."""
    report.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {name: _rounded(results[name]) for name in PARTS if name in results}, ensure_ascii=False, indent=1
    )
    report.with_suffix(".json").write_text(text + "\n", "utf-8")
    ordered = json.loads(text)
    folder = report.with_suffix("")
    folder.mkdir(exist_ok=True)
    drawn = {name: _draw(name, part, folder) for name, part in ordered.items()}
    report.write_text("\n".join(_tell(ordered, drawn, report.with_suffix(".json").name)) + "\n", "utf-8")


def _draw(name: str, part: dict[str, Any], folder: Path) -> list[Path]:
    """The charts of a part; none where the part has none or was left out, or there is nothing to draw them with."""
    rows: dict[str, Any] = (
        getattr(PARTS[name].tells, "charts", lambda _: {})(part["results"]) if "results" in part else {}
    )
    if rows and importlib.util.find_spec("vl_convert") is None:
        print(f"no charts of {name}: vl-convert-python isn't installed (extra `bench`)")
        return []
    files = []
    for chart, own in rows.items():
        files.append(folder / f"{chart}.svg")
        drawing.write(chart, own, files[-1])
    return files


def _rounded(value: Any) -> Any:
    """Floats with five digits: more mean nothing."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {name: _rounded(own) for name, own in value.items()}
    return [_rounded(own) for own in value] if isinstance(value, (list, tuple)) else value


def _tell(results: dict[str, Any], drawn: dict[str, list[Path]], kept: str) -> list[str]:
    """The report; `kept` names the file with the results beside it."""
    measured = {name: part for name, part in results.items() if "results" in part}
    lines = [
        "# Performance",
        "",
        f"Written by `make bench` (`bench/report.py`); change that, not this. The figures stand in [{kept}]({kept}), too. "
        "Each part can be measured anew by itself, the others keep their figures and dates: `python bench/report.py --help`.",
        "",
        "Ratios within one run count; absolute figures are those of the machine below, and of what else it did.",
        "",
        *_machines(measured),
        "",
        "## Goals",
        "",
        *_reached(results),
    ]
    for name, part in results.items():
        own = PARTS[name].tells
        lines += ["", f"## {own.TITLE}", ""]
        if "results" not in part:
            lines.append(f"Left out where this was written: {part['left_out']}.")
            continue
        lines.append(
            f"`python bench/report.py --only {name}`, {part['measured']['time']}, {part['seconds']:,} s."
        )
        lines += ["", *own.tell(part["results"])]
        for file in drawn[name]:
            lines += ["", f"![{own.TITLE}]({file.parent.name}/{file.name})"]
    if missing := [name for name in PARTS if name not in results]:
        lines += ["", f"Not measured yet: {', '.join(missing)}."]
    return [
        *lines,
        "",
        "How far one machine goes is in [scale.md](scale.md).",
    ]


def _machines(measured: dict[str, Any]) -> list[str]:
    """Each machine with its versions, and the parts that were measured there."""
    places: dict[str, list[str]] = {}
    for name, part in measured.items():
        own = part["measured"]
        versions = ", ".join(f"{package} {version}" for package, version in own["versions"].items())
        places.setdefault(f"{own['machine']}; {versions}", []).append(name)
    lines = [f"- {place}: {', '.join(names)}." for place, names in places.items()]
    return [
        *lines,
        "",
        "| part | measured | load when it began | took, s |",
        "|---|---|---:|---:|",
        *(
            f"| {name} | {part['measured']['time']} | {part['measured']['load']} | {part['seconds']:,} |"
            for name, part in measured.items()
        ),
    ]


def _reached(results: dict[str, Any]) -> list[str]:
    """All goals: how many are reached, and what was measured of these and of the others."""
    every: Sequence[tuple[str, goals.Goal]] = [
        (name, goal)
        for name, part in results.items()
        if "results" in part
        for goal in getattr(PARTS[name].tells, "goals", lambda _: [])(part["results"])
    ]
    lines = [f"{sum(goal.reached for _, goal in every)} of {len(every)} are reached."]
    for title, reached in (("Not reached", False), ("Reached", True)):
        own = [each for each in every if each[1].reached is reached]
        lines += ["", f"### {title}", "", *goals.table(own)] if own else []
    return lines


if __name__ == "__main__":
    main()
