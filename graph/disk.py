"""A full disk, told as one: whatever writes fails in words of its own, and so does each library."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ontology.errors import ChunchengError

_FULL = (errno.ENOSPC, errno.EDQUOT)


class DiskError(ChunchengError):
    """No room on a disk; the message says where and what to do."""


@contextmanager
def room_needed(folder: Path) -> Iterator[None]:
    """Raises DiskError in place of any error that tells of a full disk, or a used-up share of one, while a snapshot is made in the folder."""
    try:
        yield
    except ChunchengError:
        raise
    except Exception as error:
        if not is_full(error):
            raise
        raise DiskError(
            f"{folder}: no room is left on the disk, here or in {tempfile.gettempdir()}, so nothing was published; what was published "
            "before stays, and what was read is kept. Make room or take another folder, and build again"
        ) from error


def is_full(error: Exception) -> bool:
    """Whether the error tells of a full disk; RocksDB and tantivy say so in the system's words alone."""
    told = str(error)
    return getattr(error, "errno", None) in _FULL or any(os.strerror(number) in told for number in _FULL)
