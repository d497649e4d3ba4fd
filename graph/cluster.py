"""Workers on many machines: an executor over the scheduler of a dask cluster (extra `cluster`).

The same functions run there as in the processes of one machine. Dask gives work of a lost worker to another; work that loses its
worker again and again comes back as a BrokenExecutor, which `graph.workers` understands. Workers need this very code, and see the
pages under the same paths or URLs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ontology.errors import ChunchengError

from .origin import code_version
from .workers import Workers

if TYPE_CHECKING:
    from distributed import Client

_SECONDS = 30  # for the scheduler to answer, and for a first worker to come


class ClusterError(ChunchengError):
    """A cluster that can't be used; the message names it and says what to do."""


@contextmanager
def cluster_workers(address: str, tell: Callable[[str], None] = lambda _: None) -> Iterator[Workers]:
    """The workers of the cluster whose scheduler is at the address (tcp://host:8786), as long as the context lasts.

    `tell` hears where dask's dashboard is. Raises ClusterError where no scheduler answers, no worker comes, or one runs other code.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(
            f"{address}: a cluster needs dask: install chuncheng[cluster] ({error})"
        ) from error
    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)
        client.wait_for_workers(1, timeout=_SECONDS)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"{address}: no dask scheduler with workers answers there ({error}); start `dask scheduler` and `dask worker {address}`"
        ) from error
    with client:
        _require_same_code(client, address)
        threads = sum(client.nthreads().values())
        tell(f"{threads} workers at {address}, dashboard {client.dashboard_link}")
        yield Workers(threads, lambda: _ClientExecutor(client, address))


def _require_same_code(client: Client, address: str) -> None:
    """Results are the same to the byte only where the code is."""
    try:
        found: dict[str, str] = client.run(code_version)
    except Exception as error:  # whatever a worker without our packages raises
        raise ClusterError(
            f"{address}: its workers can't import chuncheng: install it there ({error})"
        ) from error
    if odd := sorted(worker for worker, version in found.items() if version != code_version()):
        raise ClusterError(
            f"{address}: {odd[0]} has other code or tables than this machine; install the same version"
        )


class _ClientExecutor(Executor):
    """Dask's executor, with errors as `concurrent.futures` knows them."""

    def __init__(self, client: Client, address: str) -> None:
        self._executor = client.get_executor(pure=False)
        self._address = address

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The call's future; BrokenExecutor where its workers were lost, ClusterError where the scheduler was."""
        given: Future[Any] = Future()
        asked = self._executor.submit(fn, *args, **kwargs)

        def pass_on(done: Future[Any]) -> None:
            if given.cancelled():
                return
            if done.cancelled():
                given.set_exception(
                    ClusterError(f"{self._address}: the scheduler has gone; start it and build again")
                )
            elif (error := done.exception()) is not None:
                lost = type(error).__name__ == "KilledWorker"
                given.set_exception(BrokenExecutor(str(error)) if lost else error)
            else:
                given.set_result(done.result())

        def cancel(given: Future[Any]) -> None:
            if given.cancelled():
                asked.cancel()

        given.add_done_callback(cancel)
        asked.add_done_callback(pass_on)
        return given

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more work; with `cancel_futures` what runs is given up."""
        self._executor.shutdown(wait=wait and not cancel_futures)
