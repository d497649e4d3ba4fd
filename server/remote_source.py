"""A snapshot that was published into a remote store: watched, its files fetched once, answered from by `RemoteEngine`."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pyoxigraph import Store

from graph.remote.client import StoreClient, connect
from graph.remote.files import GRAPHS, fetch
from graph.remote.layout import read_graphs
from graph.remote.publication import Publication, publication_graph, read_publication, require_publication
from graph.snapshot import Snapshot, open_snapshot
from ontology.errors import ChunchengError
from server.current import Serving
from server.engine.pool import WorkerPool
from server.engine.remote import Confirm, RemoteEngine
from server.engine.remote_dataset import Held
from server.problem import Problem
from server.settings import Settings

_FOLDER = "remote"  # in the data folder, files of snapshots that were fetched
_LOOK_SECONDS = 1.0
_ANSWER_SECONDS = 5.0  # for the store to say what is published
_STALE_SECONDS = (
    10.0  # after which a store that says nothing counts as away: what it holds may have been exchanged
)
_KEPT = 3  # snapshots whose files stay
_PARSERS = 2  # processes that read queries before the store does
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class RemoteSource:
    """See `server.current.Source`."""

    def __init__(self, data_dir: Path, settings: Settings, spool: Path, killed: Counter[str]) -> None:
        self._data_dir = data_dir
        self._settings = settings
        self._spool = spool
        self._killed = killed
        self._base = _wanted_base()
        self._client: StoreClient | None = None
        self._said: Publication | None = None
        self._heard = 0.0
        self._looked = 0.0
        self._parser: WorkerPool | None = None
        # One thread of its own: the publication must be read while all others wait for long queries.
        self._thread = ThreadPoolExecutor(2, thread_name_prefix="publication")

    async def look(self) -> str | None:
        """See `Source`."""
        if self._client is not None and time.monotonic() - self._looked >= _LOOK_SECONDS:
            self._looked = time.monotonic()
            try:
                await self._read_publication()
            except ChunchengError as error:
                if self._is_reachable():
                    _log.warning("what is published can't be read now: %s", error)
        said = self._said
        return f"{said.served.merge} {said.served.sha256}" if said and said.served else None

    async def load(self) -> Serving:
        """See `Source`."""
        slots = self._settings.workers + self._settings.quick_workers
        if self._client is None:
            self._client = await self._apart(connect, self._settings.store, connections=slots)
        said = await self._apart(require_publication, self._client, self._base)
        self._hear(said)
        self._base = said.base
        placed = said.served
        assert placed is not None
        folder = await self._apart(self._fetched, said)
        snapshot = open_snapshot(folder)
        if self._parser is None:
            self._parser = await self._start_parser()
        address = self._client.address
        graphs = read_graphs((folder / GRAPHS).read_bytes())
        held = Held(
            said.base,
            placed.merge,
            graphs.keys(),
            publication_graph(said.base),
            address.graphs_of_its_own,
            address.lists_graphs,
        )
        engine = RemoteEngine(
            self._client,
            held,
            self._parser,
            self._settings,
            self._spool,
            self._killed,
            watch=functools.partial(self._watch, placed.merge),
            is_reachable=self._is_reachable,
        )
        return Serving(snapshot, engine, contextlib.ExitStack())

    async def close(self) -> None:
        """See `Source`."""
        if self._parser is not None:
            await self._parser.close()
        if self._client is not None:
            self._client.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _read_publication(self) -> Publication | None:
        assert self._client is not None
        said = await self._apart(read_publication, self._client, self._base, seconds=_ANSWER_SECONDS)
        if said is not None:  # else it is being written at this moment
            self._hear(said)
        return said

    def _hear(self, said: Publication) -> None:
        self._said, self._heard = said, time.monotonic()

    def _is_reachable(self) -> bool:
        return time.monotonic() - self._heard < _STALE_SECONDS

    def _watch(self, merge: str) -> Confirm:
        """What is published now, to be compared with what is when a query has ended."""
        return functools.partial(self._confirm, merge, self._said)

    async def _confirm(self, merge: str, before: Publication | None, graphs: tuple[str, ...] | None) -> None:
        """Raise Problem 503 unless the named graphs were those of one snapshot all the time."""
        try:
            now = await self._read_publication()
        except ChunchengError:
            now = None
        if before is None or now is None or now.served is None or now.served.merge != merge:
            raise _exchanging()
        if now.revision != before.revision and (now.is_replacing(graphs) or before.is_replacing(graphs)):
            raise _exchanging()
        if now.is_replacing(graphs):
            raise _exchanging()

    def _fetched(self, said: Publication) -> Path:
        """The folder with the snapshot's files, fetched unless they are there."""
        assert self._client is not None
        placed = said.served
        assert placed is not None
        parent = self._data_dir / _FOLDER
        try:
            parent.mkdir(parents=True, exist_ok=True)
            if not os.access(parent, os.W_OK):
                raise PermissionError
        except OSError:
            parent = Path(tempfile.gettempdir()) / f"chuncheng-{os.getuid()}-{_FOLDER}"
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = parent / f"{placed.id}-{placed.sha256[:12]}"
        if not folder.exists():
            fetch(self._client, placed, folder)
        os.utime(folder)
        own = sorted(
            (path for path in parent.iterdir() if path.is_dir() and path.name[0] != "."), key=_modified
        )
        for old in own[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return folder

    async def _start_parser(self) -> WorkerPool:
        """Worker processes over an empty store, which read queries and answer none."""
        folder = Path(tempfile.mkdtemp(prefix="parser-", dir=self._spool))
        Store(str(folder / "store")).flush()
        manifest = {"id": "none", "base": self._base, "store": {"quads": 0}}
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        settings = replace(self._settings, workers=_PARSERS, quick_workers=_PARSERS, in_memory="none")
        empty = Snapshot("none", folder, manifest)
        parser = WorkerPool(empty, settings, self._spool)
        await parser.start()
        return parser

    async def _apart(self, work: Callable[..., _T], /, *given: object, **more: object) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, functools.partial(work, *given, **more))


def require_store(settings: Settings) -> None:
    """Raise ChunchengError, saying what to do, where no snapshot is published in the store of the settings."""
    client = connect(settings.store)
    try:
        require_publication(client, _wanted_base())
    finally:
        client.close()


def _wanted_base() -> str | None:
    return os.environ.get("CHUNCHENG_BASE") or None


def _modified(path: Path) -> float:
    return path.stat().st_mtime


def _exchanging() -> Problem:
    return Problem(
        503,
        "a graph that this query names is being exchanged for that of a new snapshot; try again in a moment",
        headers={"Retry-After": "5"},
    )
