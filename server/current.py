"""The snapshot that is served now: loaded beside the old one, exchanged when it is ready."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from graph.answers import read_answers
from graph.publication import Publications
from graph.snapshot import Snapshot, open_current
from ontology.errors import ChunchengError
from server.costly_answers import CostlyAnswers
from server.engine import Answer, Engine
from server.engine.pool import REASONS, WorkerPool
from server.negotiate import JSON_RESULTS
from server.settings import Settings

_LINK = "current"  # in the data folder, a symbolic link to the published snapshot
_LOOK_SECONDS = 0.25
_log = logging.getLogger(__name__)


class NoSnapshotError(ChunchengError):
    """The data folder holds no snapshot."""


@dataclass(eq=False, slots=True)
class Serving:
    """One snapshot with the engine that answers over it, and how many requests use them now."""

    snapshot: Snapshot
    engine: Engine
    hold: contextlib.ExitStack
    since: float = field(default_factory=time.time)
    users: int = 0
    retired: bool = False
    costly: CostlyAnswers = field(default_factory=CostlyAnswers)
    publications: Publications | None = field(init=False)  # None for a snapshot of an older build

    def __post_init__(self) -> None:
        self.publications = Publications.of(self.snapshot.manifest)
        for text, body in read_answers(self.snapshot.path):
            self.costly.keep(text, JSON_RESULTS.suffix, Answer(JSON_RESULTS.media_types[0], len(body), body))

    @property
    def base(self) -> str:
        """Canonical base IRI of the things in it."""
        return self.snapshot.base

    @property
    def is_used(self) -> bool:
        """Whether anybody is still being answered."""
        return bool(self.users or self.engine.running or self.engine.lent)

    @contextlib.contextmanager
    def used(self) -> Iterator[Serving]:
        """Keep the engine while a request uses it, also past the moment when another snapshot is served."""
        self.users += 1
        try:
            yield self
        finally:
            self.users -= 1


class Source(Protocol):
    """Where snapshots are published; used from one event loop."""

    async def look(self) -> str | None:
        """A text that is another one once another snapshot is published; None while that can't be told."""

    async def load(self) -> Serving:
        """What is published now, with an engine that is ready; raises ChunchengError."""

    async def close(self) -> None:
        """Let go of what isn't a snapshot's own."""


class DataFolder:
    """Snapshots published in a data folder by its link `current`."""

    def __init__(self, data_dir: Path, settings: Settings, spool: Path, killed: Counter[str]) -> None:
        self._data_dir = data_dir
        self._settings = settings
        self._spool = spool
        self._killed = killed

    async def look(self) -> str | None:
        """See `Source`."""
        try:
            return os.readlink(self._data_dir / _LINK)  # noqa: PTH115 — no Path object for each look
        except OSError:
            return None

    async def load(self) -> Serving:
        """See `Source`."""
        require_snapshot(self._data_dir)
        snapshot = open_current(self._data_dir)
        hold = contextlib.ExitStack()
        hold.enter_context(snapshot.hold())
        engine = WorkerPool(snapshot, self._settings, self._spool, self._killed, lends=True)
        try:
            await engine.start()
        except BaseException:
            hold.close()
            await engine.close()
            raise
        return Serving(snapshot, engine, hold)

    async def close(self) -> None:
        """See `Source`."""


#: What is done with a snapshot once it is served, while it is.
Prepare: TypeAlias = Callable[[Serving], Coroutine[Any, Any, None]]


class CurrentSnapshot:
    """Serves the published snapshot of a source; to be used from one event loop.

    The source is looked at several times a second; a new snapshot is loaded while the old one is served, and a query that runs keeps
    the engine it began with.
    """

    def __init__(self, source: Source, killed: Counter[str], prepare: Prepare | None = None) -> None:
        self._source = source
        self._prepare = prepare
        self._preparing: asyncio.Task[None] | None = None
        self._seen: str | None = None
        self._serving: Serving | None = None
        self._retired: list[Serving] = []
        self.killed = killed  # workers, by reason, of all snapshots
        self._watching: asyncio.Task[None] | None = None

    @property
    def serving(self) -> Serving:
        """What to answer from."""
        assert self._serving is not None, "start() comes first"
        return self._serving

    @property
    def is_ready(self) -> bool:
        """Whether queries can be answered."""
        return self._serving is not None and self._serving.engine.is_ready

    async def start(self) -> None:
        """Load the published snapshot and begin to watch for others; raises ChunchengError."""
        self._seen = await self._source.look()
        self._serving = await self._source.load()
        self._begin_to_prepare()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """Stop watching and end all engines."""
        for task in (self._watching, self._preparing):
            if task is not None:
                task.cancel()
        for serving in [*self._retired, *([self._serving] if self._serving else [])]:
            await self._end(serving)
        await self._source.close()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            seen = await self._source.look()
            if seen != self._seen and seen is not None:
                self._seen = seen
                await self._exchange()
            for old in self._retired:
                old.engine.retire()  # asks once more for what is lent
            for serving in [own for own in self._retired if not own.is_used]:
                self._retired.remove(serving)
                await self._end(serving)

    async def _exchange(self) -> None:
        try:
            fresh = await self._source.load()
        except Exception as error:
            # Whatever is wrong with what was published, the old snapshot answers.
            _log.error("the snapshot just published can't be served, the old one is: %s", error)
            return
        old, self._serving = self._serving, fresh
        if old is not None:
            old.retired = True
            old.engine.retire()
            self._retired.append(old)
        self._begin_to_prepare()

    def _begin_to_prepare(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()
        if self._prepare is not None and self._serving is not None:
            self._preparing = asyncio.get_running_loop().create_task(self._prepare(self._serving))

    async def _end(self, serving: Serving) -> None:
        await serving.engine.close()
        serving.hold.close()


def no_kills() -> Counter[str]:
    """A count of ended workers by reason, all of them none."""
    return Counter(dict.fromkeys(REASONS, 0))


def require_snapshot(data_dir: Path) -> None:
    """Raise NoSnapshotError, saying what to do, where no snapshot has been published."""
    if not (data_dir / _LINK).exists():
        what = "holds no snapshot" if data_dir.is_dir() else "doesn't exist"
        raise NoSnapshotError(
            f"the data folder {data_dir} {what}: run `chuncheng build SOURCE… --out {data_dir}` first"
        )
