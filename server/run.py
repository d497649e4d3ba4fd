"""Serves the application with granian until it is told to stop."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from ontology.errors import ChunchengError
from server.current import require_snapshot
from server.front import Front
from server.remote_source import require_store
from server.settings import Settings

_START_SECONDS = 60  # for the port to open, which takes a fraction of one
_STOP_SECONDS = 10  # for requests that are being answered when the server is told to stop
_HEADER_BYTES = 128 * 1024  # a GET of a query of 32 KB, percent-encoded, with its dataset
_CONNECTIONS = 1024
_BACKLOG = 1024


class PortInUseError(ChunchengError):
    """Another program listens where the server was to listen."""


def serve(data_dir: Path, host: str, port: int, settings: Settings | None = None) -> None:
    """Serve the snapshot published in a data folder, or in the store of the settings, at host:port until SIGTERM or SIGINT.

    Prints the address once queries are answered. Raises ChunchengError before that: no snapshot, port not to be had.
    """
    settings = settings or Settings()
    if settings.store:
        require_store(settings)
    else:
        require_snapshot(data_dir)
    _require_port(host, port)
    server = Server(
        "server.front:Front",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        runtime_mode=RuntimeModes.st,  # measured: with one loop to feed, one thread is the fastest
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=_HEADER_BYTES),
        workers=1,
        backlog=_BACKLOG,
        backpressure=_CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
        websockets=False,
        log_level=LogLevels.warning,
    )
    load = partial(_load, data_dir.resolve(), settings, host, port)
    server.serve(target_loader=cast(Callable[..., Any], load), wrap_loader=False)


def _load(data_dir: Path, settings: Settings, host: str, port: int) -> Front:
    """The application, made in the process that answers."""
    waiting = threading.Thread(target=_announce, args=(host, port), daemon=True)
    return Front(data_dir, settings, waiting.start)


def _announce(host: str, port: int) -> None:
    """Print the address as soon as the port is open, which granian tells nobody."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    for _ in range(_START_SECONDS * 50):
        try:
            socket.create_connection((reachable, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            shown = f"[{host}]" if ":" in host else host
            print(
                f"春城账本 Chuncheng Ledger: http://{shown}:{port}/ (SPARQL: http://{shown}:{port}/sparql)",
                flush=True,
            )
            return


def _require_port(host: str, port: int) -> None:
    """Raise PortInUseError, naming the port, where host:port can't be listened at."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise PortInUseError(
            f"can't listen at {host}:{port} ({error.strerror or error}): choose another port with --bind"
        ) from error
