"""The snapshot that is served now: opened once, exchanged when another one is published."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from graph.snapshot import Snapshot, open_current
from ontology.errors import ChunchengError
from server.engine import Engine
from server.engine.in_process import InProcessEngine
from server.settings import Settings

_LINK = "current"  # in the data folder, a symbolic link to the published snapshot
_log = logging.getLogger(__name__)


class NoSnapshotError(ChunchengError):
    """The data folder holds no snapshot."""


@dataclass(frozen=True, slots=True)
class Served:
    """One snapshot with the engine that answers over it."""

    snapshot: Snapshot
    engine: Engine

    @property
    def base(self) -> str:
        """Canonical base IRI of the things in it."""
        return self.snapshot.base


class CurrentSnapshot:
    """Gives the published snapshot of a data folder; safe for threads.

    Publishing exchanges the link `current`; reading that link costs a microsecond, so every request looks. A query
    that runs keeps the engine it began with.
    """

    def __init__(self, data_dir: Path, settings: Settings) -> None:
        self._data_dir = data_dir
        self._settings = settings
        self._lock = threading.Lock()
        self._link = self._read_link()
        self._served = self._open()

    def get(self) -> Served:
        """The snapshot to answer from; the last good one if a new one can't be opened."""
        if self._read_link() != self._link:
            with self._lock:
                link = self._read_link()
                if link != self._link:
                    self._link = link
                    try:
                        self._served = self._open()
                    except (ChunchengError, OSError) as error:
                        _log.error(
                            "the snapshot just published can't be opened, the old one is served: %s", error
                        )
        return self._served

    def _read_link(self) -> str | None:
        try:
            return os.readlink(self._data_dir / _LINK)  # noqa: PTH115 — no Path object for each request
        except OSError:
            return None

    def _open(self) -> Served:
        require_snapshot(self._data_dir)
        snapshot = open_current(self._data_dir)
        store = snapshot.open_store()
        return Served(snapshot, InProcessEngine(store, base=snapshot.base, threads=self._settings.threads))


def require_snapshot(data_dir: Path) -> None:
    """Raise NoSnapshotError, saying what to do, where no snapshot has been published."""
    if not (data_dir / _LINK).exists():
        what = "holds no snapshot" if data_dir.is_dir() else "doesn't exist"
        raise NoSnapshotError(
            f"the data folder {data_dir} {what}: run `chuncheng build SOURCE… --out {data_dir}` first"
        )
