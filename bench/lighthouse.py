"""Lighthouse's scores of the pages that people see first: performance, accessibility and best practices, mobile and desktop.

    python bench/lighthouse.py [--rounds 3]

Builds the sample articles into a temporary folder, serves them on loopback and has Lighthouse, an npm package whose versions
`bench/lighthouse/package-lock.json` fixes (`make bench` installs it, it is no part of what is shipped), visit them in the system's
Chromium, with the throttling that Lighthouse simulates by default. Each score is the median of the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.chromium import NO_CHROMIUM, find_chromium
from bench.goals import Goal
from bench.pages import things_of
from bench.servers import ROOT, chuncheng
from bench.workbench import LeftOutError
from graph.build import build
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.identifiers import DEFAULT_BASE

TITLE = "Lighthouse: what a browser makes of the pages"
FORMS = ("mobile", "desktop")
_PACKAGE = Path(__file__).with_name("lighthouse")
_INSTALLED = _PACKAGE / "node_modules/lighthouse/package.json"
_NODE = ROOT / ".venv/node/node"  # where the system's is too old (Makefile)
_GOAL = 95
_CATEGORIES = ("performance", "accessibility", "best-practices")


def main() -> None:
    """Build, serve, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="visits of each page (default: 3)")
    try:
        print("\n".join(tell(measure(parser.parse_args().rounds))))
    except LeftOutError as missing:
        sys.exit(str(missing))


def measure(rounds: int, most: int | None = None, forms: Sequence[str] = FORMS) -> dict[str, Any]:
    """Scores of the pages, or of the first `most` of them; raises LeftOutError where browser, node or Lighthouse are missing."""
    chromium, node = _programs()
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
        names = {path: name for name, path in list(pages.items())[:most]}
        command = [node, "measure.mjs", f"http://127.0.0.1:{port}", ",".join(forms), *names]
        visits = [visit for _ in range(rounds) for visit in _visit(command, chromium)]
    return {
        "rounds": rounds,
        "lighthouse": json.loads(_INSTALLED.read_text("utf-8"))["version"],
        "browser": " ".join(_told(chromium, "--version").split()[:2]),
        "pages": _medians(visits, names),
        "faults": sorted({fault for visit in visits for fault in visit["failed"]}),
    }


def can_be_measured() -> bool:
    """Whether browser, node and Lighthouse are there."""
    try:
        _programs()
    except LeftOutError:
        return False
    return True


def _programs() -> tuple[str, str]:
    """Chromium and node; raises LeftOutError where one of them, or Lighthouse, isn't there."""
    chromium = find_chromium()
    node = str(_NODE) if _NODE.exists() else shutil.which("node")
    if chromium is None:
        raise LeftOutError(NO_CHROMIUM)
    if node is None or not _INSTALLED.exists():
        raise LeftOutError("Lighthouse isn't installed: `make bench` does that")
    return chromium, node


def _visit(command: Sequence[str], chromium: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        command,
        cwd=_PACKAGE,
        env={**os.environ, "CHROMIUM": chromium},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _medians(visits: Sequence[dict[str, Any]], names: dict[str, str]) -> list[dict[str, Any]]:
    """Page, form, the scores of each category and `paint`, the milliseconds until the largest thing is painted: medians of all visits."""
    by_page: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for visit in visits:
        by_page[names[visit["path"]], visit["form"]].append(visit)
    return [
        {"page": page, "form": form}
        | {name: statistics.median(visit[name] for visit in own) for name in (*_CATEGORIES, "paint")}
        for (page, form), own in by_page.items()
    ]


def goals(found: dict[str, Any]) -> list[Goal]:
    """The worst page must still be good."""
    return [
        Goal(
            f"{name.replace('-', ' ')} of the worst page",
            min(page[name] for page in found["pages"]),
            _GOAL,
            at_least=True,
        )
        for name in _CATEGORIES
    ]


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    lines = [
        f"Lighthouse {found['lighthouse']}, {found['browser']}, the sample pages, median of {found['rounds']} visits; scores up to 100.",
        "",
        "| page | form | performance | accessibility | best practices | largest paint, s |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for page in found["pages"]:
        scores = " | ".join(f"{page[name]:g}" for name in _CATEGORIES)
        lines.append(f"| {page['page']} | {page['form']} | {scores} | {page['paint'] / 1000:.1f} |")
    if found["faults"]:
        lines += ["", "Audits below 90 in some visit: " + "; ".join(found["faults"]) + "."]
    return lines


if __name__ == "__main__":
    main()
