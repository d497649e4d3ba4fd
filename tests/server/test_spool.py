"""The folder of answers on their way: what a killed server left there doesn't fill the disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.spool import Spool

_LIVING = """
import sys, time
from server.spool import Spool
spool = Spool(sys.argv[1], 1 << 20, 60)
(spool.path / "answer").write_bytes(b"x")
print(spool.path, flush=True)
time.sleep(60)
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process with a spool in the same folder; its path is the first line it writes."""
    command = [sys.executable, "-c", _LIVING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def path_of(process: subprocess.Popen[str]) -> Path:
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def test_what_a_killed_server_left_goes_and_what_a_living_one_holds_stays(
    tmp_path: Path, other: subprocess.Popen[str]
) -> None:
    left = path_of(other)
    beside = Spool(str(tmp_path), 1 << 20, 60)
    assert (left / "answer").exists()
    other.kill()
    other.wait(20)
    after = Spool(str(tmp_path), 1 << 20, 60)
    assert not left.exists()
    assert set(tmp_path.iterdir()) == {beside.path, after.path}
    for spool in (beside, after):
        spool.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_spool_is_left_alone(tmp_path: Path) -> None:
    for name in ("chuncheng-dump-1", "chuncheng-spool-without-a-lock"):
        (tmp_path / name).mkdir()
    Spool(str(tmp_path), 1 << 20, 60).close()
    assert {path.name for path in tmp_path.iterdir()} == {
        "chuncheng-dump-1",
        "chuncheng-spool-without-a-lock",
    }
