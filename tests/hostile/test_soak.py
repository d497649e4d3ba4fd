"""A minute of the soak: good and hostile load, and snapshots exchanged beneath it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.watch import HAS_PROC

pytestmark = pytest.mark.alone

SOAK = Path(__file__).parent.parent.parent / "bench" / "soak.py"


@pytest.mark.skipif(not HAS_PROC, reason="needs /proc")
def test_a_minute_of_load_and_hot_swaps_brings_no_wrong_answer_no_dropped_request_and_no_growth(
    tmp_path: Path,
) -> None:
    run = subprocess.run(
        [sys.executable, str(SOAK), "--seconds", "60", "--swap", "4", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
