"""A process takes no more processors than it is given: a container that gets half of one gets one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graph import processors as module
from graph.processors import processors


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this process's control group, on a machine of eight processors."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(module, "_OF_THIS_PROCESS", tmp_path / "cgroup")
    monkeypatch.setattr(module, "_CONTROL_GROUPS", tmp_path)
    (tmp_path / "cgroup").write_text("0::/system.slice/ledger.service\n")
    folder = tmp_path / "system.slice/ledger.service"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("max 100000", 8),
        ("200000 100000", 2),
        ("350000 100000", 3),
        ("50000 100000", 1),
        ("6400000 100000", 8),
        ("", 8),
    ],
)
def test_a_share_of_time_is_a_number_of_processors(group: Path, limit: str, expected: int) -> None:
    (group / "cpu.max").write_text(f"{limit}\n")
    assert processors() == expected


@pytest.mark.usefixtures("group")
def test_without_a_limit_all_may_be_used() -> None:
    assert processors() == 8


def test_an_older_kernel_tells_no_limit(group: Path, tmp_path: Path) -> None:
    (group / "cpu.max").write_text("100000 100000\n")
    (tmp_path / "cgroup").write_text("4:cpu,cpuacct:/system.slice\n")
    assert processors() == 8
