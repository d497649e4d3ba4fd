"""What a measurement was made on: processors, memory, kernel, versions, day and load."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from graph.processors import processors

#: Packages whose versions the figures depend on; one that isn't installed isn't told.
_PACKAGES = ("pyoxigraph", "httptools", "tantivy", "pyrudof", "jieba", "distributed")


def describe() -> dict[str, Any]:
    """The machine as it is now, and the time, as JSON can hold it."""
    versions = {"Python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "machine": f"{processors()} × {_processor()}, {_memory():.0f} GB, {platform.system()} "
        + platform.release().split("-")[0],
        "versions": versions,
        "time": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _memory() -> float:
    """In GB."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
