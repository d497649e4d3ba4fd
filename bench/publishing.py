"""Stores of others: a snapshot published into Oxigraph's server and Virtuoso, and pages served from there, against the embedded store.

    python bench/publishing.py --data DIR [--stores oxigraph virtuoso] [--requests 20]

Fails where publishing does, or where a page isn't there.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.goals import figure
from bench.pages import times_of
from bench.servers import ROOT, chuncheng, oxigraph, run, virtuoso
from bench.whole import write_dump
from graph.snapshot import open_current

TITLE = "Stores of others: publishing, and pages from there"
STORES = ("oxigraph", "virtuoso")
_NAMES = {"embedded": "the embedded store", "oxigraph": "Oxigraph's server", "virtuoso": "Virtuoso"}
_PASSWORD = {"CHUNCHENG_STORE_USER": "dba", "CHUNCHENG_STORE_PASSWORD": "dba"}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="data folder with a snapshot")
    parser.add_argument("--stores", nargs="+", choices=STORES, default=STORES)
    parser.add_argument("--requests", type=int, default=20, help="pages of a kind (default: 20)")
    given = parser.parse_args()
    program = str(Path(sys.executable).with_name("oxigraph"))
    found = measure(given.data, program, shutil.which("virtuoso-t"), given.requests, given.stores)
    print("\n".join(tell(found)))


def measure(
    data: Path,
    oxigraph_program: str,
    virtuoso_program: str | None,
    requests: int,
    stores: Sequence[str] = STORES,
) -> dict[str, Any]:
    """Seconds of publishing and milliseconds of pages, by store."""
    snapshot = open_current(data)
    found: dict[str, Any] = {"quads": snapshot.manifest["counts"]["quads"], "published": {}, "pages": {}}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_dump(snapshot, folder / "data.nq")
        began = time.perf_counter()
        run(oxigraph_program, "load", "-l", folder / "loaded", "-f", folder / "data.nq")
        found["load"] = time.perf_counter() - began
        with chuncheng(data) as port:
            found["pages"]["embedded"] = times_of(port, requests)
        for store in stores:
            program = virtuoso_program if store == "virtuoso" else oxigraph_program
            if program is None:
                continue
            with _store(store, program, folder / store) as (url, environment):
                began = time.perf_counter()
                _publish(data, url, environment)
                found["published"][store] = time.perf_counter() - began
                with chuncheng(data, "--store", url, **environment) as port:
                    found["pages"][store] = times_of(port, requests)
    return found


@contextlib.contextmanager
def _store(kind: str, program: str, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of an empty store, and what a client needs to write into it."""
    if kind == "virtuoso":
        with virtuoso(program, folder, folder) as (web, _):
            yield f"http://127.0.0.1:{web}", _PASSWORD
    else:
        with oxigraph(program, store=folder) as port:
            yield f"http://127.0.0.1:{port}", {}


def _publish(data: Path, url: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "chuncheng", "publish", "--to", url, "--data", str(data)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert not done.returncode, f"publishing into {url} failed: {done.stderr}"


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    stores = list(found["published"])
    embedded = found["pages"]["embedded"]
    lines = [
        f"{found['quads']:,} quads, sent by `chuncheng publish` with the default graph and the snapshot's files over HTTP; "
        f"`oxigraph load` of the quads alone, from a file, takes {found['load']:.1f} s. Then the same pages from the store, every page once: "
        "median in milliseconds, with the ratio to the embedded store.",
        "",
        f"| | {' | '.join(_NAMES[name] for name in ('embedded', *stores))} |",
        f"|---|{'---:|' * (len(stores) + 1)}",
        "| publishing, s | – | " + " | ".join(f"{found['published'][name]:.1f}" for name in stores) + " |",
        "| to `oxigraph load` | – | "
        + " | ".join(figure(found["published"][name] / found["load"]) for name in stores)
        + " |",
    ]
    for kind, base in embedded.items():
        cells = []
        for name in stores:
            median = found["pages"][name].get(kind)
            cells.append("–" if median is None else f"{median:.0f} (× {figure(median / base)})")
        lines.append(f"| {kind} | {base:.1f} | {' | '.join(cells)} |")
    medians = {name: statistics.median(own.values()) for name, own in found["pages"].items()}
    cells = [f"{medians[name]:.0f} (× {figure(medians[name] / medians['embedded'])})" for name in stores]
    return [*lines, f"| median of the kinds | {medians['embedded']:.1f} | {' | '.join(cells)} |"]


if __name__ == "__main__":
    main()
