"""Memory that a build has let go of."""

from __future__ import annotations

import ctypes
import gc
from functools import cache
from typing import Any


def give_back() -> None:
    """Gives free memory back to the system, that of what refers to itself, too.

    glibc keeps it for each thread that ever asked for some, and a stage that follows asks anew: after the bulk loader nine tenths of
    what the process holds is such memory. That does nothing where the C library isn't glibc.
    """
    gc.collect()
    trim()


def trim() -> None:
    """Gives back what is free already, which takes milliseconds."""
    malloc_trim = _malloc_trim()
    if malloc_trim is not None:
        malloc_trim(0)


@cache
def _malloc_trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or no POSIX system
        return None
