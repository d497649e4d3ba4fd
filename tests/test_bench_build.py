"""The measurement of builds in its smallest form: it fails where a build is wrong, never on time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_builds_are_measured_and_right(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    command = [sys.executable, "bench/build.py", "--articles", "24", "--jobs", "2", "--write", str(report)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1:-1] for line in report.read_text().splitlines() if line.startswith("| 24 |")]
    assert len(rows) == 6, "time, growth, three rows of stages, disk; no ratio without Oxigraph's program"
