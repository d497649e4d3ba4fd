"""Lighthouse's scores of the pages that people see first: performance, accessibility and best practices, mobile and desktop.

    python bench/lighthouse.py [--rounds 3] [--write docs/lighthouse.md]

Builds the sample articles into a temporary folder, serves them on loopback and has Lighthouse, an npm package whose versions
`bench/lighthouse/package-lock.json` fixes (installed on first use, no part of what is shipped), visit them in the system's
Chromium, with the throttling that Lighthouse simulates by default. Each score is the median of the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.pages import things_of
from bench.servers import chuncheng
from graph.build import build
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.identifiers import DEFAULT_BASE

ROOT = Path(__file__).parent.parent
_PACKAGE = Path(__file__).with_name("lighthouse")
_GOAL = 95
_CATEGORIES = ("performance", "accessibility", "best-practices")


def main() -> None:
    """Build, serve, measure, and print or write the table; the exit code is 1 where a score is below the goal."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="visits of each page (default: 3)")
    parser.add_argument("--write", type=Path, help="Markdown file to write the table to")
    chosen = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no Chromium: run `make chromium`, or name it by CHROMIUM=")
    if not (_PACKAGE / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--loglevel", "error"], cwd=_PACKAGE, check=True)
    with contextlib.ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()), "data")
        build(data, extract_files([ROOT / "articles"], Publication()), base=DEFAULT_BASE)
        port = stack.enter_context(chuncheng(data))
        pages = {
            "home": "/",
            "ledger": "/ledger",
            "district": "/doc/area/530100",
            "promise": things_of(port, "ccl:Commitment")[0],
            "article": things_of(port, "ccl:Article")[0],
        }
        found = [
            visit for _ in range(chosen.rounds) for visit in _visit(port, list(pages.values()), chromium)
        ]
    written, reached = _report(pages, found, chosen.rounds, chromium)
    print(written)
    if chosen.write:
        chosen.write.write_text(written, "utf-8")
    sys.exit(0 if reached else 1)


def _visit(port: int, paths: list[str], chromium: str) -> list[dict[str, Any]]:
    command = ["node", "measure.mjs", f"http://127.0.0.1:{port}", *paths]
    environment = {**os.environ, "CHROMIUM": chromium}
    told = subprocess.run(command, cwd=_PACKAGE, env=environment, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in told.stdout.splitlines() if line.startswith("{")]


def _report(
    pages: dict[str, str], found: list[dict[str, Any]], rounds: int, chromium: str
) -> tuple[str, bool]:
    """The table, and whether all scores reach the goal."""
    visits: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for visit in found:
        visits[visit["path"], visit["form"]].append(visit)
    browser = subprocess.run(
        [chromium, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    lighthouse = json.loads((_PACKAGE / "node_modules/lighthouse/package.json").read_text("utf-8"))["version"]
    lines = [
        "# Lighthouse",
        "",
        f"Written by `python bench/lighthouse.py`: Lighthouse {lighthouse}, {' '.join(browser.split()[:2])}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}, median of {rounds} visits. The goal is {_GOAL} everywhere.",
        "",
        "| page | form | performance | accessibility | best practices | largest paint |",
        "|---|---|---|---|---|---|",
    ]
    reached, faults = True, set()
    for name, path in pages.items():
        for form in ("mobile", "desktop"):
            own = visits[path, form]
            scores = [round(statistics.median(visit[category] for visit in own)) for category in _CATEGORIES]
            reached = reached and min(scores) >= _GOAL
            faults.update(fault for visit in own for fault in visit["failed"])
            lines.append(f"| {name} | {form} | {' | '.join(map(str, scores))} | {own[0]['paint']} |")
    if faults:
        lines += ["", "Audits below 90 in some visit: " + "; ".join(sorted(faults)) + "."]
    return "\n".join(lines) + "\n", reached


if __name__ == "__main__":
    main()
