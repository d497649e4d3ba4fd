"""What a snapshot holds beside its store, made from its lines while the store is worked on: index of names, dumps, changes.

Where there is much to do, other processes do it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from ontology.errors import ChunchengError

from .changes import record_changes
from .dumps import write_dumps
from .processors import processors
from .search.index import write_search_index
from .search.links import count_links
from .stages import Stages
from .workers import InProcess, process_pool

_MUCH = 64_000_000  # bytes of N-Quads: to start a process takes a second
_MOST = 2  # processes: there are two things to do
_T = TypeVar("_T")


class LostProcessError(ChunchengError):
    """A process that worked for a build was ended from outside."""


@dataclass(frozen=True, slots=True)
class _Timed(Generic[_T]):
    """A result with the seconds that it took."""

    result: _T
    seconds: float


@dataclass(frozen=True, slots=True)
class Data:
    """What to work from, which nobody changes: sorted N-Quads, and the RDF merge of their graphs as N-Triples; and the snapshot's folder."""

    plain: Path
    merged: Path
    folder: Path


class Beside:
    """Work on the lines of a snapshot, for its folder."""

    def __init__(self, data: Data, executor: Executor, stages: Stages) -> None:
        self.data = data
        self._executor = executor
        self._stages = stages

    def begin(self, name: str, work: Callable[[Data], _T]) -> Callable[[], _T]:
        """Begins the work, a picklable function, as a stage; what is returned waits for its result, and raises what it raises.

        Raises LostProcessError where its process was ended.
        """
        if isinstance(self._executor, InProcess):
            self._stages.begin(name)
        future: Future[_Timed[_T]] = self._executor.submit(_timed, work, self.data)

        def result() -> _T:
            try:
                timed = future.result()
            except BrokenExecutor as error:
                raise LostProcessError(
                    "a process that writes the index and the dumps was ended: out of memory, or killed. What was read is kept: build again"
                ) from error
            if not isinstance(self._executor, InProcess):
                self._stages.beside(name, timed.seconds)
            return timed.result

        return result


@contextmanager
def beside(data: Data, stages: Stages) -> Iterator[Beside]:
    """Takes work that goes on while the store is changed; its end is waited for."""
    much = data.plain.stat().st_size >= _MUCH
    with process_pool(min(_MOST, processors()), may_fork=False) if much else InProcess() as executor:
        yield Beside(data, executor, stages)


def index_names(data: Data) -> int:
    """Writes the search index; returns the number of its entries."""
    with data.plain.open("rb") as lines, count_links(data.plain) as links:
        return write_search_index(lines, links, data.folder)


@dataclass(frozen=True, slots=True)
class Publication:
    """What only a published snapshot has: dumps in other formats, and what it changes of what was published before it, in `previous`."""

    previous: Path | None
    base: str

    def __call__(self, data: Data) -> list[dict[str, Any]]:
        """Writes them; returns what is to be said of the dumps."""
        record_changes(self.previous, data.plain, data.folder, self.base)
        return write_dumps(data.plain, data.merged, data.folder)


def _timed(work: Callable[[Data], _T], data: Data) -> _Timed[_T]:
    began = time.monotonic()
    return _Timed(work(data), round(time.monotonic() - began, 2))
