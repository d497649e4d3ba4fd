"""Serves the application until it is told to stop: one process answers, another starts it again should it end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

import uvloop

from ontology.errors import ChunchengError
from server.current import require_snapshot
from server.engine.isolation import follow_parent
from server.front import COMMON_HEADERS, Front
from server.http_server import HttpServer
from server.remote_source import require_store
from server.settings import Settings

_STOPPING = (signal.SIGTERM, signal.SIGINT)
_STOP_SECONDS = 10  # for requests that are being answered when the server is told to stop
_AGAIN_SECONDS = 1.0  # before the process that answers is started again
_log = logging.getLogger(__name__)


class PortInUseError(ChunchengError):
    """Another program listens where the server was to listen."""


def serve(data_dir: Path, host: str, port: int, settings: Settings | None = None) -> None:
    """Serve the snapshot published in a data folder, or in the store of the settings, at host:port until SIGTERM or SIGINT.

    Prints the address once queries are answered. Raises ChunchengError before that: no snapshot, port not to be had; and
    SystemExit with the status of the process that answers where that can't start.
    """
    settings = settings or Settings()
    if settings.store:
        require_store(settings)
    else:
        require_snapshot(data_dir)
    with _bind(host, port) as bound:
        status = _keep(partial(_answer, data_dir.resolve(), host, settings, bound))
    if status:
        raise SystemExit(status)


def _keep(answer: Callable[[], None]) -> int:
    """Run a function in a process of its own, again whenever a signal from elsewhere has ended it; returns its exit status.

    SIGTERM and SIGINT are passed on.
    """
    told: list[int] = []
    child = 0

    def stop(number: int, _: FrameType | None) -> None:
        told.append(number)
        if child:
            os.kill(child, signal.SIGTERM)

    for number in _STOPPING:
        signal.signal(number, stop)
    while not told:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            _run_and_exit(answer)
        if told:  # just now, when there was nobody to pass it on to
            os.kill(child, signal.SIGTERM)
        _, status = os.waitpid(child, 0)
        child = 0
        if os.WIFEXITED(status):
            return os.WEXITSTATUS(status)
        if not told:
            ended = os.WTERMSIG(status)
            _log.error("the process that answers was ended by signal %s; it is started again", ended)
            time.sleep(_AGAIN_SECONDS)
    return 0


def _run_and_exit(answer: Callable[[], None]) -> None:
    """Run the function as a process that ends with its parent."""
    status = 1
    try:
        for number in _STOPPING:
            signal.signal(number, signal.SIG_DFL)
        follow_parent()
        answer()
        status = 0
    except ChunchengError as error:
        print(f"Error: {error}", file=sys.stderr)
    except BaseException:
        _log.exception("the server has failed")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _answer(data_dir: Path, host: str, settings: Settings, bound: socket.socket) -> None:
    """Answer requests until SIGTERM or SIGINT."""
    uvloop.run(_serve(data_dir, host, settings, bound))


async def _serve(data_dir: Path, host: str, settings: Settings, bound: socket.socket) -> None:
    told = asyncio.current_task()
    assert told is not None
    for number in _STOPPING:
        asyncio.get_running_loop().add_signal_handler(number, told.cancel)
    front = Front(data_dir, settings)
    server = HttpServer(front, COMMON_HEADERS, settings.limits.transfer_seconds)
    try:
        await front.start()
        await server.listen(bound)
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{bound.getsockname()[1]}"
        print(f"春城账本 Chuncheng Ledger: {address}/ (SPARQL: {address}/sparql)", flush=True)
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await server.close(_STOP_SECONDS)
    finally:
        await front.close()


def _bind(host: str, port: int) -> socket.socket:
    """A socket bound to host:port that doesn't listen yet; raises PortInUseError, naming the port, where it can't be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Two sockets may be bound to a port as long as none listens: whether another does is found out by listening.
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise PortInUseError(
            f"can't listen at {host}:{port} ({error.strerror or error}): choose another port with --bind"
        ) from error
    return bound
