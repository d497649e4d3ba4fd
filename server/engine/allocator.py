"""Which allocator the engine's processes take their memory from: jemalloc where it is installed, else that of the C library.

A query is parsed into hundreds of small pieces, and grouped in hundreds of thousands, beside a snapshot of millions. On a
million quads joins, groups and exports take a tenth to a third less time with jemalloc than with glibc as it is set here, for a
fifth more memory.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from collections.abc import Mapping
from functools import cache

# The processes have one thread. What is freed goes back to the system: addresses are what the limit of memory counts, and
# jemalloc would keep them, and take ever larger pieces at a time.
_JEMALLOC = {"MALLOC_CONF": "narenas:1,retain:false"}
# glibc keeps seven freed pieces of a size at hand and looks through the heap of the whole snapshot for the next. With thousands
# of them (at worst a quarter of a GiB) a point query on a million quads takes half the time, and one that groups a fifth less.
_GLIBC = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=8192"}
# glibc's other arenas take 128 MiB of addresses each, which is what the limit of memory counts.
_ONE_ARENA = {"MALLOC_ARENA_MAX": "1"}
_CHOSEN_BY = ("LD_PRELOAD", "GLIBC_TUNABLES")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process of the engine; one that chooses or tunes an allocator, if only with nothing, keeps it."""
    preloaded: dict[str, str] = {}
    if sys.platform == "linux" and not any(name in given for name in _CHOSEN_BY):
        jemalloc = installed()
        if jemalloc is not None:
            preloaded = {"LD_PRELOAD": jemalloc, **_JEMALLOC}
    return {**_GLIBC, **preloaded, **given, **_ONE_ARENA}


@cache
def installed() -> str | None:
    """The name that jemalloc is loaded by, None where it isn't installed."""
    return ctypes.util.find_library("jemalloc")


def running() -> str:
    """The allocator of this process: "jemalloc 5.3.0", or that of the C library, "glibc 2.36"; "system" where neither tells."""
    program = ctypes.CDLL(None)
    try:
        version, size = ctypes.c_char_p(), ctypes.c_size_t(ctypes.sizeof(ctypes.c_char_p))
        if program.mallctl(b"version", ctypes.byref(version), ctypes.byref(size), None, 0) == 0:
            return f"jemalloc {(version.value or b'').decode().partition('-')[0]}"
    except AttributeError:  # it isn't in this process
        pass
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or "system"
    except (OSError, ValueError):  # no glibc
        return "system"
