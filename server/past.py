"""Snapshots as they were known on a day, ready to answer: made when somebody asks, one at a time, a few kept.

A view (graph.views) is made by a process of its own and served by an engine of its own, so every limit of queries holds. Whoever
asks for days that nobody has asked for pays for the making out of the evaluation time that a client gets.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
import time
from collections import Counter, OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from graph.snapshot import SnapshotError
from graph.views import FOLDER, Past, ViewError, Views, past_of
from server.current import Serving
from server.engine.pool import WorkerPool
from server.engine.zygote_link import EngineError
from server.metering import Meter
from server.problem import Problem
from server.settings import Settings

_MOST_WAITING = 8  # views that are being made or wait for it
_IDLE_SECONDS = 600.0  # after which the engine of a view that nobody asks for ends
_LONGEST_MAKING = 3600.0
_MOST_CHARGED = 0.4  # of a client's budget, for one view
_PAUSE = 0.05  # between two looks whether an engine is idle
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Then:
    """What answers as of a day: the past it shows, who serves it, and the folder of that day's ledger where it was asked for."""

    past: Past
    serving: Serving
    ledger: Path | None


@dataclass(eq=False, slots=True)
class _Ready:
    serving: Serving
    of: str  # the snapshot that it is a view of
    used: float


class PastSnapshots:
    """The views that are served; for one event loop."""

    def __init__(
        self, data_dir: Path, settings: Settings, spool: Path, killed: Counter[str], meter: Meter
    ) -> None:
        self._folder = Path(settings.views_folder) if settings.views_folder else data_dir / FOLDER
        self._spool = spool
        self._settings = settings
        self._engine_settings = replace(settings, workers=1, quick_workers=1)
        self._killed = killed
        self._meter = meter
        self._ready: OrderedDict[tuple[str, str], _Ready] = OrderedDict()
        self._making: dict[tuple[str, str, bool], asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()
        # A thread that lives as long as this: the process that makes views ends with the thread that started it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="views")
        self._process: subprocess.Popen[str] | None = None
        self._views: Views | None = None
        self._closed = False

    def past(self, current: Serving, day: str) -> Past:
        """What was known on a day; raises Problem 400 for what is no day, 501 where the past can't be told."""
        try:
            return past_of(current.snapshot, day, undated=self._settings.undated)
        except ViewError as error:
            raise Problem(400 if "day" in str(error) or "years" in str(error) else 501, str(error)) from None

    async def then(self, current: Serving, past: Past, client: str, *, ledger: bool) -> Then:
        """Who answers as of the past; its `serving.users` has been counted up. Raises Problem: 503 where making takes longer.

        With `ledger` the rows of the day are made, too.
        """
        deadline = time.monotonic() + self._settings.limits.view_seconds
        while True:
            found = self._find(current, past, ledger=ledger)
            if found is not None:
                found.serving.users += 1
                return found
            task = self._task(current, past, client, ledger=ledger)
            try:
                await asyncio.wait_for(asyncio.shield(task), max(0.01, deadline - time.monotonic()))
            except TimeoutError:
                raise _later(
                    f"what was known on {past.day} is being put together; ask again in a moment"
                ) from None

    async def close(self) -> None:
        """End all engines and what is being made."""
        self._closed = True
        for task in self._making.values():
            task.cancel()
        if self._process is not None:
            self._process.kill()
        for ready in self._ready.values():
            await _end(ready.serving)
        self._ready.clear()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def sweep(self, current: str) -> None:
        """End the engines that nobody has used for long, and those of another snapshot than the current."""
        now = time.monotonic()
        for key, ready in list(self._ready.items()):
            if _is_idle(ready.serving) and (ready.of != current or now - ready.used > _IDLE_SECONDS):
                del self._ready[key]
                await _end(ready.serving)

    def _find(self, current: Serving, past: Past, *, ledger: bool) -> Then | None:
        serving = current
        if not past.whole:
            key = current.snapshot.id, past.name
            ready = self._ready.get(key)
            if ready is None:
                return None
            ready.used = time.monotonic()
            self._ready.move_to_end(key)
            serving = ready.serving
        folder = None
        if ledger and current.snapshot.manifest["counts"].get("articles"):
            folder = self._in_folder().find_ledger(current.snapshot, past)
            if folder is None:
                return None
        return Then(past, serving, folder)

    def _task(self, current: Serving, past: Past, client: str, *, ledger: bool) -> asyncio.Task[None]:
        key = current.snapshot.id, past.ledger_name if ledger else past.name, ledger
        task = self._making.get(key)
        if task is None:
            if len(self._making) >= _MOST_WAITING:
                raise _later(f"{_MOST_WAITING} other days are being put together already")
            self._meter.admit(client)
            current.users += 1
            task = asyncio.get_running_loop().create_task(self._make(current, past, client, ledger=ledger))
            self._making[key] = task

            def done(ended: asyncio.Task[None]) -> None:
                del self._making[key]
                current.users -= 1
                if not ended.cancelled():
                    ended.exception()  # was told to those who waited

            task.add_done_callback(done)
        return task

    async def _make(self, current: Serving, past: Past, client: str, *, ledger: bool) -> None:
        async with self._turn:
            began = time.monotonic()
            try:
                await self._prepare(current, past, ledger=ledger)
            finally:
                # Never all that a client gets, so that the answer it waits for can be given.
                most = self._settings.limits.client_budget * _MOST_CHARGED
                self._meter.charge(client, min(time.monotonic() - began, most))

    async def _prepare(self, current: Serving, past: Past, *, ledger: bool) -> None:
        """Have the view made where it isn't there, and an engine started over it."""
        views = self._in_folder()
        view = views.find(current.snapshot, past)
        if view is None or (ledger and views.find_ledger(current.snapshot, past) is None):
            await self._run(current, past, views, ledger=ledger)
        if past.whole or (current.snapshot.id, past.name) in self._ready:
            return
        await self._make_room()
        view = views.find(current.snapshot, past)
        if view is None:
            raise _later("the view that was made has gone again")
        hold = contextlib.ExitStack()
        try:
            hold.enter_context(view.hold())
        except SnapshotError:
            raise _later("the view that was made has gone again") from None
        engine = WorkerPool(view, self._engine_settings, self._spool, self._killed)
        try:
            await engine.start()
        except BaseException as error:
            hold.close()
            await engine.close()
            if isinstance(error, EngineError):
                _log.error("a view of the past can't be served: %s", error)
                raise Problem(
                    500, "what was known then can't be served; the server's log says why"
                ) from error
            raise
        ready = _Ready(Serving(view, engine, hold), current.snapshot.id, time.monotonic())
        self._ready[current.snapshot.id, past.name] = ready

    async def _run(self, current: Serving, past: Past, views: Views, *, ledger: bool) -> None:
        told = {
            "snapshot": str(current.snapshot.path.resolve()),
            "views": str(views.folder),
            "max_bytes": views.max_bytes,
            "day": past.day,
            "undated": past.undated,
            "ledger": ledger,
        }
        loop = asyncio.get_running_loop()
        said = await loop.run_in_executor(self._thread, self._run_process, json.dumps(told))
        if said is not None:
            _log.error("a view of the past can't be made: %s", said)
            raise Problem(
                501 if "view_bytes" in said else 500, f"what was known on {past.day} can't be told: {said}"
            )

    def _run_process(self, told: str) -> str | None:
        """Run the process that makes a view; returns what went wrong."""
        if self._closed:
            return "the server is about to stop"
        process = subprocess.Popen(
            [sys.executable, "-m", "server.make_view", told],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._process = process
        try:
            _, errors = process.communicate(timeout=_LONGEST_MAKING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return f"it took more than {_LONGEST_MAKING:g} s"
        finally:
            self._process = None
        if process.returncode == 0:
            return None
        return errors.strip() or f"its process ended with {process.returncode}"

    async def _make_room(self) -> None:
        """End the least recently used engines, so that one more is no more than may be."""
        while len(self._ready) >= self._settings.limits.views:
            key = next((key for key, ready in self._ready.items() if _is_idle(ready.serving)), None)
            if key is None:
                await asyncio.sleep(_PAUSE)  # queries have deadlines, so one becomes idle
                continue
            await _end(self._ready.pop(key).serving)

    def _in_folder(self) -> Views:
        """The folder of the views; the one for answers on their way where the data folder can't be written to."""
        if self._views is None:
            folder = self._folder
            try:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / ".lock").touch()
            except OSError:
                folder = self._spool / FOLDER
            self._views = Views(folder, self._settings.limits.view_bytes)
        return self._views


def _is_idle(serving: Serving) -> bool:
    return not serving.users and not serving.engine.running


async def _end(serving: Serving) -> None:
    await serving.engine.close()
    serving.hold.close()


def _later(why: str) -> Problem:
    return Problem(503, why, headers={"Retry-After": "5"})
