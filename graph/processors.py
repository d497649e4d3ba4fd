"""How much can be done at a time here."""

from __future__ import annotations

import os
from pathlib import Path

_OF_THIS_PROCESS = Path("/proc/self/cgroup")  # cgroups(7): a line "0::/path" in version 2
_CONTROL_GROUPS = Path("/sys/fs/cgroup")


def processors() -> int:
    """Processors that this process may use: those it is bound to, and no more than its container's share of their time."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(bound, int(_share() or bound)))


def _share() -> float | None:
    """How many processors' time the control group may take (`cpu.max`), None without a limit."""
    try:
        group = _OF_THIS_PROCESS.read_text("utf-8").split("0::/", 1)[1].split("\n", 1)[0]
        quota, period = (_CONTROL_GROUPS / group / "cpu.max").read_text("ascii").split()
        return int(quota) / int(period)
    except (OSError, ValueError, IndexError):  # not Linux, an older version, "max"
        return None
