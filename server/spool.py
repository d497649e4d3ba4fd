"""Large answers on their way: files of a folder of our own, sent by the HTTP server, removed when nobody needs them.

The HTTP server reads a file as fast as the client does, so a slow client costs a file and no memory. It doesn't tell
when it is done; that shows in the descriptors which this process holds. An answer that may be asked for again stays
until the space is needed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path

from server.problem import Problem

_GRACE = 5.0  # seconds within which the HTTP server has opened a file that it was told to send
_DESCRIPTORS = Path("/proc/self/fd")
_PREFIX, _NEW = "chuncheng-spool-", "new-"
_LOCK = ".lock"


@dataclass(eq=False, slots=True)
class Spooled:
    """A file of the spool."""

    path: Path
    size: int
    key: Hashable | None
    headers: dict[str, str]
    rows: int | None = None
    used: float = field(default_factory=time.monotonic)
    removed: bool = False  # its name is gone, it takes space while somebody reads it


class Spool:
    """The folder, with a bound on what all of its files take; for one event loop.

    `total` bytes may lie there, waiting or kept; a client has `transfer_seconds` to read its answer, then the file is
    emptied, which the client sees as a transfer cut short. What servers that were killed have left behind goes first.
    """

    def __init__(self, folder: str, total: int, transfer_seconds: float) -> None:
        parent = Path(folder or tempfile.gettempdir())
        _remove_orphans(parent)
        new = Path(tempfile.mkdtemp(prefix=_NEW + _PREFIX, dir=parent))
        self._lock = (new / _LOCK).open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Named as a spool once it is locked: no other server takes it for an orphan.
        self.path = new.rename(parent / new.name.removeprefix(_NEW))
        self._total = total
        self._transfer_seconds = transfer_seconds
        self._files: dict[Path, Spooled] = {}
        self._kept: OrderedDict[Hashable, Spooled] = OrderedDict()
        self.bytes = 0

    def add(
        self, path: Path, size: int, key: Hashable | None, headers: dict[str, str], rows: int | None
    ) -> Spooled:
        """Take charge of a file that a worker has written; raises Problem 503 where there is no space for it.

        With a key it is kept for the next who asks, with the headers of its response.
        """
        spooled = Spooled(path, size, key, headers, rows)
        if self.bytes + size > self._total:
            self.sweep()
        while self._kept and self.bytes + size > self._total:
            self._forget(next(iter(self._kept.values())))
            self.sweep()
        if self.bytes + size > self._total:
            path.unlink(missing_ok=True)
            raise Problem(
                503,
                "too many large answers are on their way to slow clients; try again in a while",
                fields={"limit": self._total},
                headers={"Retry-After": "30"},
            )
        self._files[path] = spooled
        self.bytes += size
        if key is not None:
            self._kept[key] = spooled
        return spooled

    def get(self, key: Hashable) -> Spooled | None:
        """The file kept under that key."""
        spooled = self._kept.get(key)
        if spooled is not None:
            self._kept.move_to_end(key)
            spooled.used = time.monotonic()
        return spooled

    def forget_kept(self) -> None:
        """Keep no file for later: another snapshot is served."""
        for spooled in list(self._kept.values()):
            self._forget(spooled)

    def sweep(self) -> None:
        """Remove what has been sent, and end transfers that take too long; to be called every second or so."""
        now = time.monotonic()
        old = [spooled for spooled in self._files.values() if now - spooled.used > _GRACE]
        if not old:
            return
        read_now = _open_files()
        for spooled in old:
            is_read = read_now is None or str(spooled.path) in read_now
            if is_read and now - spooled.used > self._transfer_seconds:
                self._forget(spooled)
                self._cut(spooled)
                self._let_go(spooled)
            elif spooled.key is None or spooled.removed:
                self._remove(spooled)
                if not is_read:
                    self._let_go(spooled)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()

    def _forget(self, spooled: Spooled) -> None:
        """Send it to nobody else. The file stays where it is: the HTTP server may be about to open it."""
        if spooled.key is not None:
            if self._kept.get(spooled.key) is spooled:
                del self._kept[spooled.key]
            spooled.key = None

    def _remove(self, spooled: Spooled) -> None:
        """Take its name away; a reader keeps the file."""
        if not spooled.removed:
            spooled.removed = True
            # Renamed, not unlinked: while it is read it may have to be cut.
            spooled.path = spooled.path.rename(spooled.path.with_name(spooled.path.name + ".sent"))

    def _let_go(self, spooled: Spooled) -> None:
        spooled.path.unlink(missing_ok=True)
        for path in [path for path, own in self._files.items() if own is spooled]:
            del self._files[path]
            self.bytes -= spooled.size

    def _cut(self, spooled: Spooled) -> None:
        with contextlib.suppress(OSError):
            os.truncate(spooled.path, 0)


def _remove_orphans(parent: Path) -> None:
    """Removes our own spools that no process holds any more: a lock dies with its processes."""
    for path in parent.glob(_PREFIX + "*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or held: BlockingIOError
            if path.lstat().st_uid != os.getuid():
                continue
            with (path / _LOCK).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path)


def _open_files() -> set[str] | None:
    """Paths of the files that this process has open, None where the platform doesn't tell."""
    found = set()
    try:
        for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 — plain names, many of them
            with contextlib.suppress(OSError):
                found.add(os.readlink(f"{_DESCRIPTORS}/{name}"))  # noqa: PTH115
    except OSError:
        return None
    return found
