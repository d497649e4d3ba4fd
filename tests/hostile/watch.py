"""What is looked at while a server is under attack: a pulse, a listener, and what its processes take."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.server.live import Server

HAS_PROC = Path("/proc/self/fd").is_dir()
_PAUSE = 0.02  # between two beats: a person's clicks, not a load


class Listener:
    """An address on loopback that counts who connects, and answers nothing."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/"
        self.connections = 0
        threading.Thread(target=self._count, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._socket.close()

    def _count(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                connection.close()


@dataclass(frozen=True)
class Beat:
    """One harmless request and what became of it; status 0 for none."""

    path: str
    seconds: float
    status: int
    in_flood: bool


@dataclass
class Pulse:
    """Asks for the health and a cheap query that nobody asked before, in turns, on a thread of its own."""

    server: Server
    beats: list[Beat] = field(default_factory=list)
    in_flood: bool = False  # more is asked than the queue holds, so a query may be told to come again
    _over: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def beating(self) -> Iterator[Pulse]:
        thread = threading.Thread(target=self._beat)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    @contextlib.contextmanager
    def flood(self) -> Iterator[None]:
        self.in_flood = True
        try:
            yield
        finally:
            self.in_flood = False

    @property
    def p95(self) -> float:
        """Seconds within which 95 of 100 beats were answered, those in a flood only where they ask for the health."""
        return percentile95([b.seconds for b in self.beats if not b.in_flood or b.path == "/health"])

    @property
    def failures(self) -> list[Beat]:
        """Beats without the answer they should have."""
        return [
            beat
            for beat in self.beats
            if beat.status != 200 and not (beat.in_flood and beat.path == "/sparql" and beat.status == 503)
        ]

    def _beat(self) -> None:
        for number in itertools.count():
            if self._over.wait(_PAUSE):
                return
            path = "/sparql" if number % 2 else "/health"
            began, flooded = time.perf_counter(), self.in_flood
            try:
                if path == "/health":
                    reply = self.server.get(path, timeout=10)
                else:
                    reply = self.server.ask(f"ASK {{ ?s ?p ?o }} # {number} {time.time_ns()}", timeout=10)
                status = reply.status_code
            except OSError:
                status = 0
            seconds = time.perf_counter() - began
            self.beats.append(Beat(path, seconds, status, flooded or self.in_flood))


def percentile95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


@dataclass(frozen=True)
class Footprint:
    """What a process takes together with all processes that it started."""

    processes: int
    resident: int  # bytes
    lasting: int  # bytes of it that are of the processes that live on, not of the workers, which come and go
    descriptors: int

    def is_within(self, before: Footprint) -> bool:
        """Whether it is no more than before; memory may differ by a fifth or 50 MB, allocators keep some."""
        return (
            self.processes == before.processes
            and self.descriptors <= before.descriptors
            and self.resident <= max(before.resident * 1.2, before.resident + 50_000_000)
        )

    def __str__(self) -> str:
        return (
            f"{self.processes} processes, {self.resident / 1e6:.0f} MB, of which {self.lasting / 1e6:.0f} MB are of those "
            f"that live on, {self.descriptors} descriptors"
        )


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children = _children()
    found = [pid]
    for known in found:
        found += children.get(known, [])
    return found


def elders(pid: int) -> list[int]:
    """Those of the family that started others: the server, what serves, what forks the workers. They have to live on."""
    children = _children()
    return [member for member in family(pid) if member in children]


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The name of the program, in brackets, may hold blanks.
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found.setdefault(parent, []).append(int(entry.name))
    return found


def footprint(pid: int) -> Footprint:
    """What the process and its descendants take now."""
    processes = resident = lasting = descriptors = 0
    old = elders(pid)
    for member in family(pid):
        with contextlib.suppress(OSError):
            pages = int(Path(f"/proc/{member}/statm").read_text().split()[1])
            descriptors += len(os.listdir(f"/proc/{member}/fd"))  # noqa: PTH208 — names only
            resident += pages * os.sysconf("SC_PAGE_SIZE")
            lasting += pages * os.sysconf("SC_PAGE_SIZE") * (member in old)
            processes += 1
    return Footprint(processes, resident, lasting, descriptors)


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes true within so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
