"""Work spread over the processes of an executor: results in order, a bounded number under way, lost processes replaced.

Any `concurrent.futures.Executor` will do; what runs in it must be a picklable function of picklable values.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from ontology.errors import ChunchengError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_WINDOW = 16  # items for each job
# Seconds between looks: a thread that has been joined is still seen until the system has ended it.
_UNTIL_ENDED = (0.001, 0.01, 0.05, 0.0)
_ALONE = 2  # times that work is tried alone, after a process was lost while it ran


class LostWorkerError(ChunchengError):
    """Work that ended its process each time it was tried; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Done(Generic[_Result]):
    """An item whose result is known already: it comes out among the others without going to a process."""

    result: _Result


@dataclass(frozen=True, slots=True)
class Parts(Generic[_Item, _Result]):
    """How an item comes apart into smaller ones, and their results come together as its own."""

    split: Callable[[_Item], Sequence[_Item]]
    join: Callable[[Sequence[_Result]], _Result]


class InProcess(Executor):
    """Runs everything in this process, at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The finished future of the call; what the call raises comes with it."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def process_pool(jobs: int, *, may_fork: bool = True) -> Executor:
    """Processes of this machine that end with this one, even where it is killed; one job runs here, without a process.

    With an open store they must not be forked: it has threads that Python doesn't know of.
    """
    if jobs <= 1:
        return InProcess()
    # Forked, the workers share what is loaded already; where threads may be running that isn't safe.
    forks = may_fork and _is_single_threaded()
    context = multiprocessing.get_context("fork" if forks else "spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin)


def _is_single_threaded() -> bool:
    """Whether nothing else runs in this process, threads of libraries included, whose locks a forked one would wait for without end."""
    for pause in _UNTIL_ENDED:
        try:
            if len(list(Path("/proc/self/task").iterdir())) == 1:
                return True
        except OSError:
            return False  # not Linux
        time.sleep(pause)
    return False


def _begin() -> None:
    """Leaves Ctrl-C to the parent, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


class Workers:
    """An executor that is made anew, by `make`, when one of its processes is lost."""

    def __init__(self, jobs: int = 1, make: Callable[[], Executor] | None = None) -> None:
        self.jobs = max(1, jobs)
        self._make = make or (lambda: process_pool(self.jobs))
        self._executor: Executor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def results(
        self,
        function: Callable[[_Item], _Result],
        items: Iterable[_Item | Done[_Result]],
        *,
        describe: Callable[[_Item], str] = str,
        parts: Parts[_Item, _Result] | None = None,
        on_result: Callable[[_Item, _Result], None] = lambda _item, _result: None,
    ) -> Iterator[tuple[_Item | Done[_Result], _Result]]:
        """Each item with its result in order; `on_result` gets them as they are finished. At most sixteen a job are under way or wait
        for one before them, so that a long one holds nothing up and memory stays bounded.

        Items of a lost process are tried again one by one, at last in their `parts`; raises LostWorkerError for what loses its process
        again and again, by the name that `describe` gives it, and whatever the function raises.
        """
        return _Run(self, function, iter(items), describe, parts, on_result).results()

    def submit(self, function: Callable[[_Item], _Result], item: _Item) -> tuple[Executor, Future[_Result]]:
        """The call on the executor of now, which is made anew if it is broken."""
        for _ in range(_ALONE):
            if self._executor is None:
                self._executor = self._make()
            try:
                return self._executor, self._executor.submit(function, item)
            except BrokenExecutor:
                self.replace(self._executor)
        raise LostWorkerError("no process can be started here: is there memory left? --jobs 1 does without")

    def replace(self, broken: Executor) -> None:
        """Gives up a broken executor."""
        if self._executor is broken:
            broken.shutdown(wait=True, cancel_futures=True)
            self._executor = None


class _Run(Generic[_Item, _Result]):
    """One call of `Workers.results`."""

    def __init__(
        self,
        workers: Workers,
        function: Callable[[_Item], _Result],
        items: Iterator[_Item | Done[_Result]],
        describe: Callable[[_Item], str],
        parts: Parts[_Item, _Result] | None,
        on_result: Callable[[_Item, _Result], None],
    ) -> None:
        self.workers, self.function, self.items = workers, function, items
        self.describe, self.parts, self.on_result = describe, parts, on_result
        self.window = _WINDOW * workers.jobs if workers.jobs > 1 else 1
        self.flying: dict[Future[_Result], tuple[int, _Item, Executor]] = {}
        self.lost: deque[tuple[int, _Item]] = deque()
        self.done: dict[int, tuple[_Item | Done[_Result], _Result]] = {}
        self.begun = self.given = 0

    def results(self) -> Iterator[tuple[_Item | Done[_Result], _Result]]:
        more = True
        try:
            while more or self.flying or self.lost or self.done:
                while more and not self.lost and len(self.flying) + len(self.done) < self.window:
                    more = self._begin_next()
                if self.flying:
                    self._collect(block=not self._is_ready())
                if not self.flying and self.lost:
                    self._alone(*self.lost.popleft())
                while self._is_ready():
                    self.given += 1
                    yield self.done.pop(self.given - 1)
        finally:
            for future in self.flying:
                future.cancel()

    def _is_ready(self) -> bool:
        return self.given in self.done

    def _begin_next(self) -> bool:
        try:
            item = next(self.items)
        except StopIteration:
            return False
        if isinstance(item, Done):
            self.done[self.begun] = (item, item.result)
        else:
            executor, future = self.workers.submit(self.function, item)
            self.flying[future] = (self.begun, item, executor)
        self.begun += 1
        return True

    def _collect(self, *, block: bool) -> None:
        finished, _ = wait(self.flying, timeout=None if block else 0, return_when=FIRST_COMPLETED)
        for future in finished:
            number, item, executor = self.flying.pop(future)
            try:
                result = future.result()
            except BrokenExecutor:
                self.workers.replace(executor)
                self.lost.append((number, item))
            else:
                self._finish(number, item, result)

    def _finish(self, number: int, item: _Item, result: _Result) -> None:
        self.on_result(item, result)
        self.done[number] = (item, result)

    def _alone(self, number: int, item: _Item) -> None:
        """Runs work that was in flight when a process was lost; alone, so that it is known whose fault it is."""
        self._finish(number, item, self._tried(item))

    def _tried(self, item: _Item) -> _Result:
        for _ in range(_ALONE):
            executor, future = self.workers.submit(self.function, item)
            try:
                return future.result()
            except BrokenExecutor:
                self.workers.replace(executor)
        if self.parts is not None and len(parts := self.parts.split(item)) > 1:
            return self.parts.join([self._tried(part) for part in parts])
        raise LostWorkerError(
            f"{self.describe(item)}: the process that works on it ends each time: out of memory, or killed. Nothing was published; "
            "what is finished is kept, so mend or leave out that source and build again"
        )
