"""A full disk: told as one whoever met it, with nothing lost."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graph.disk import DiskError, is_full, room_needed

FULL = Path("/dev/full")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "any words"),
        OSError(errno.EDQUOT, "any words"),
        OSError("IO error: No space left on device: While appending to file: 000010.sst"),
        ValueError("An IO error occurred: 'No space left on device (os error 28)'"),
    ],
)
def test_a_full_disk_is_known_by_its_number_or_by_the_words_of_a_library(error: Exception) -> None:
    assert is_full(error)


@pytest.mark.parametrize(
    "error", [OSError(errno.EACCES, "Permission denied"), ValueError("not a number"), KeyError("room")]
)
def test_other_errors_stay_what_they_are(tmp_path: Path, error: Exception) -> None:
    assert not is_full(error)
    with pytest.raises(type(error)), room_needed(tmp_path):
        raise error


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_write_to_a_full_device_says_where_there_is_no_room(tmp_path: Path) -> None:
    with (
        pytest.raises(DiskError, match="no room is left on the disk") as caught,
        room_needed(tmp_path),
        FULL.open("wb", buffering=0) as out,
    ):
        out.write(b"x")
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("megabytes", [1, 12, 30])
def test_a_build_on_a_small_disk_ends_with_one_message(tmp_path: Path, megabytes: int) -> None:
    disk, page = tmp_path / "disk", tmp_path / "page.txt"
    disk.mkdir()
    page.write_text("口袋公园进社区\n\n昆明市2024年将新建口袋公园30个以上。\n", encoding="utf-8")
    build = (
        f"mount -t tmpfs -o size={megabytes}m tmpfs {disk} || exit 77; "
        f"{sys.executable} -m chuncheng build {page} --out {disk}/data; code=$?; ls {disk}/data; exit $code"
    )
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("this system has no unshare(1)")
    ended = subprocess.run(
        [unshare, "--map-root-user", "--mount", "sh", "-c", build],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
        check=False,
        timeout=120,
    )
    if ended.returncode == 77 or "unshare:" in ended.stderr:
        pytest.skip(f"no disk can be mounted here: {ended.stderr.strip()}")
    assert ended.returncode == 1
    assert ended.stderr.count("error: ") == 1
    assert "Traceback" not in ended.stderr
    assert "room" in ended.stderr
    assert "current" not in ended.stdout
