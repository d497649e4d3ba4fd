"""Work that goes on beside the stages of a build, in other processes where there is much to do: reconciliation while lines are sorted,
and, while the store is worked on, what a snapshot holds beside it: index of names, dumps, changes.
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
_MOST = 2  # processes: there are two things to do at most
_T = TypeVar("_T")
_Given = TypeVar("_Given")


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
    """Work that goes on beside the stages of a build."""

    def __init__(self, executor: Executor, stages: Stages) -> None:
        self._executor = executor
        self._stages = stages

    def begin(self, name: str, work: Callable[[_Given], _T], given: _Given) -> Callable[[], _T]:
        """Begins the work, a picklable function, as a stage; what is returned waits for its result, and raises what it raises.

        Raises LostProcessError where its process was ended.
        """
        if isinstance(self._executor, InProcess):
            self._stages.begin(name)
        future: Future[_Timed[_T]] = self._executor.submit(_timed, work, given)

        def result() -> _T:
            try:
                timed = future.result()
            except BrokenExecutor as error:
                raise LostProcessError(
                    f"the process for this stage was ended: {name}. Out of memory, or killed? What was read is kept: build again"
                ) from error
            if not isinstance(self._executor, InProcess):
                self._stages.beside(name, timed.seconds)
            return timed.result

        return result


@contextmanager
def beside(lines: Path, stages: Stages, *, may_fork: bool = False) -> Iterator[Beside]:
    """Takes work on a file of lines that goes on while something else is done with them; its end is waited for.

    With an open store processes must not be forked (`graph.workers.process_pool`).
    """
    much = lines.stat().st_size >= _MUCH
    with process_pool(min(_MOST, processors()), may_fork=may_fork) if much else InProcess() as executor:
        yield Beside(executor, stages)


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


def _timed(work: Callable[[_Given], _T], given: _Given) -> _Timed[_T]:
    began = time.monotonic()
    return _Timed(work(given), round(time.monotonic() - began, 2))
