"""Serves the application with granian until it is told to stop."""

from __future__ import annotations

import socket
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from ontology.errors import ChunchengError
from server.app import create_app
from server.current import require_snapshot
from server.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

_START_SECONDS = 60  # for the port to open, which takes a fraction of one
_STOP_SECONDS = 10  # for requests that are being answered when the server is told to stop


class PortInUseError(ChunchengError):
    """Another program listens where the server was to listen."""


def serve(data_dir: Path, host: str, port: int) -> None:
    """Serve the snapshot published in a data folder at host:port until SIGTERM or SIGINT.

    Prints the address once the port is open. Raises ChunchengError before that: no snapshot, port not to be had.
    """
    require_snapshot(data_dir)
    settings = Settings()
    _require_port(host, port)
    server = Server(
        "server.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,  # a query that ends the process costs a second, not the service
        workers_kill_timeout=_STOP_SECONDS,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=partial(_load, data_dir.resolve(), settings, host, port), wrap_loader=False)


def _load(data_dir: Path, settings: Settings, host: str, port: int) -> Flask:
    """The application, made in the process that answers: a store is opened once in each."""
    app = create_app(data_dir, settings)
    threading.Thread(target=_announce, args=(host, port), daemon=True).start()
    return app


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
