"""The server's end of a zygote: starts the process, asks for workers, hears when they end."""

from __future__ import annotations

import array
import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ontology.errors import ChunchengError
from server.engine import allocator
from server.engine.lending import Desk

if TYPE_CHECKING:
    from server.engine.zygote import Kind

_LOADING_SECONDS = 600  # for a snapshot to load into memory


_STOP_LOOKS, _STOP_SECONDS = 100, 0.0001


class EngineError(ChunchengError):
    """The engine's processes can't be started."""


class Listener(Protocol):
    """Who hears what a zygote tells."""

    def worker_came(self, worker: WorkerProcess) -> None:
        """A worker has been forked and waits for its first query."""

    def lane_came(self, lane: WorkerProcess, desk: Desk) -> None:
        """A process has been forked to which connections may be lent (`server.engine.lane`)."""

    def worker_went(self, pid: int, status: int) -> None:
        """A process has ended, with the status of waitpid."""

    def zygote_went(self) -> None:
        """The zygote itself has ended."""


@dataclass(slots=True)
class WorkerProcess:
    """A forked worker: its connection, and what to kill it by."""

    pid: int
    connection: socket.socket
    descriptor: int | None  # of the process (pidfd), where there are such

    def send(self, number: signal.Signals) -> None:
        """Send the process a signal; nothing if it has ended already."""
        with contextlib.suppress(ProcessLookupError):
            if self.descriptor is not None:
                signal.pidfd_send_signal(self.descriptor, number)
            else:
                os.kill(self.pid, number)

    def stop(self) -> None:
        """Have it do nothing more, and wait until it does: for a moment, and not where the platform doesn't tell."""
        self.send(signal.SIGSTOP)
        for _ in range(_STOP_LOOKS):
            try:
                state = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
            except (OSError, IndexError):
                return
            if state in (b"T", b"Z", b"X"):
                return
            time.sleep(_STOP_SECONDS)

    def go_on(self) -> None:
        """Have it go on after `stop`."""
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        """End the process at once; nothing if it has ended already."""
        self.send(signal.SIGKILL)

    def computed(self) -> float:
        """Seconds of processor time that it has taken; 0 where the platform doesn't tell."""
        try:
            # The clock of another process, as clock_getcpuclockid(3) makes it.
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return 0.0

    def close(self) -> None:
        """Let go of the descriptors."""
        self.connection.close()
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


class Zygote:
    """A running zygote; to be used from one event loop."""

    def __init__(self, listener: Listener, loop: asyncio.AbstractEventLoop) -> None:
        self._listener = listener
        self._loop = loop
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: asyncio.Future[dict[str, Any]] = loop.create_future()

    async def start(self, told: dict[str, Any]) -> dict[str, Any]:
        """Start it and wait until it has loaded its snapshot; returns what it says of itself. Raises EngineError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._control = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "server.engine.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=allocator.environment(os.environ),
        )
        theirs.close()
        self._loop.add_reader(ours, self._readable)
        ours.send(json.dumps(told).encode())
        try:
            return await asyncio.wait_for(asyncio.shield(self._ready), _LOADING_SECONDS)
        except TimeoutError:
            raise EngineError(f"the snapshot was not loaded within {_LOADING_SECONDS} s") from None

    def fork(self, kind: Kind = "worker") -> None:
        """Ask for a process of that kind; it comes to the listener."""
        if self._control is not None:
            with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                self._control.send(kind.encode())

    async def close(self) -> None:
        """End it and its workers."""
        self._detach()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def _detach(self) -> None:
        if self._control is not None:
            self._loop.remove_reader(self._control)
            self._control.close()
            self._control = None

    def _readable(self) -> None:
        descriptors = array.array("i")
        assert self._control is not None
        try:
            data, attached, _, _ = self._control.recvmsg(1 << 16, socket.CMSG_LEN(3 * descriptors.itemsize))
        except BlockingIOError:
            return
        except ConnectionResetError:
            data, attached = b"", []
        for level, kind, sent in attached:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors.frombytes(sent[: len(sent) - len(sent) % descriptors.itemsize])
        if not data:
            self._detach()
            if not self._ready.done():
                self._ready.set_exception(
                    EngineError("the engine's process ended while it loaded the snapshot")
                )
            self._listener.zygote_went()
            return
        self._hear(json.loads(data), list(descriptors))

    def _hear(self, message: dict[str, Any], descriptors: list[int]) -> None:
        if "worker" in message:
            self._listener.worker_came(_process(message["worker"], descriptors))
        elif "lane" in message:
            desk = descriptors.pop()
            self._listener.lane_came(_process(message["lane"], descriptors), Desk(desk))
            os.close(desk)
        elif "gone" in message:
            self._listener.worker_went(message["gone"], message["status"])
        elif self._ready.done():
            return
        elif "failed" in message:
            self._ready.set_exception(EngineError(f"the snapshot can't be loaded: {message['failed']}"))
        else:
            self._ready.set_result(message)


def _process(pid: int, descriptors: list[int]) -> WorkerProcess:
    connection = socket.socket(fileno=descriptors[0])
    connection.setblocking(False)
    return WorkerProcess(pid, connection, descriptors[1] if descriptors[1:] else None)
