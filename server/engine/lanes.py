"""The server's side of lanes: connections lent to processes that answer by themselves, and what becomes of them.

A lane is for queries that end in a moment. One that doesn't is ended with its process, and asked again as any other is, as is what
ends its process by itself: so nothing can be had this way that couldn't be had the other.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from server.engine import lending
from server.engine.lending import Desk, Lent, Tell, Terms
from server.engine.zygote_link import WorkerProcess

_MOST_LENT = 64  # to one lane
_LOOK_SECONDS = 0.01
_PATIENCE = 0.02  # seconds of processor time that a query may take
_MOST_PATIENCE = 0.2  # by the clock
_HALTS, _HALT_SECONDS = 20, 0.001  # that an answer is given to be sent


@dataclass(eq=False, slots=True)
class _Lane:
    process: WorkerProcess
    desk: Desk
    lent: dict[int, tuple[Lent, Tell]] = field(default_factory=dict)
    unsent: dict[int, bytearray] = field(default_factory=dict)
    computed: float = 0.0  # processor time when the query was first seen that it evaluates
    seen: tuple[int, float] = (0, 0.0)  # that query: its loan, and when it began


class Lanes:
    """Lends connections to at most so many processes; for one event loop. They are forked when there is something to lend."""

    def __init__(
        self,
        most: int,
        fork: Callable[[], None],
        loop: asyncio.AbstractEventLoop,
        ended: Callable[[str], None],
    ) -> None:
        self._most = most
        self._fork = fork
        self._loop = loop
        self._ended = ended  # hears why a lane was ended
        self._lanes: dict[int, _Lane] = {}
        self._coming = 0
        self._where: dict[Lent, tuple[_Lane, int]] = {}
        self._last = 0
        self._looking: asyncio.TimerHandle | None = None
        self._closed = False

    def __len__(self) -> int:
        """Connections that are lent."""
        return len(self._where)

    def lend(self, connection: Lent, terms: Terms, tell: Tell) -> bool:
        """Lend a connection on which nothing is being answered; False where none can be lent, at present or ever.

        What is answered over it goes to `tell`. It comes back by `take_back`, though never before this returns.
        """
        if self._closed or not self._most:
            return False
        if len(self._lanes) + self._coming < self._most:
            self._coming += 1
            self._fork()
        lane = min(self._lanes.values(), key=lambda own: len(own.lent), default=None)
        if lane is None or len(lane.lent) >= _MOST_LENT:
            return False
        self._last = self._last % 0xFFFFFFFF + 1
        message = lending.pack(lending.LEND, self._last, terms.pack())
        handed = array.array("i", [connection.fileno()])
        try:
            lane.process.connection.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handed)])
        except OSError:  # it has much to do, or has ended
            return False
        lane.lent[self._last] = connection, tell
        self._where[connection] = lane, self._last
        if self._looking is None:
            self._looking = self._loop.call_later(_LOOK_SECONDS, self._look)
        return True

    def recall(self, connection: Lent) -> None:
        """Ask for a connection that is lent; it comes when what is being answered has been."""
        found = self._where.get(connection)
        if found is not None:
            lane, loan = found
            with contextlib.suppress(OSError):
                lane.process.connection.send(lending.pack(lending.RECALL, loan))

    def retire(self) -> None:
        """Lend no more, and ask for all that is lent."""
        self._closed = True
        for connection in list(self._where):
            self.recall(connection)

    def close(self) -> None:
        """End all lanes; what is lent comes back."""
        self._closed = True
        for lane in list(self._lanes.values()):
            self._end(lane)
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def came(self, process: WorkerProcess, desk: Desk) -> None:
        """A process has been forked."""
        self._coming = max(0, self._coming - 1)
        lane = _Lane(process, desk)
        self._lanes[process.pid] = lane
        self._loop.add_reader(process.connection, self._readable, lane)
        if self._closed:
            self._end(lane)

    # What a lane says

    def _readable(self, lane: _Lane) -> None:
        if not self._hear(lane):
            self._end(lane, "failed")

    def _hear(self, lane: _Lane) -> bool:
        """Read what it has said; False where it has ended."""
        while True:
            try:
                message = lane.process.connection.recv(2 * lending.MOST_BYTES)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not message:
                return False
            kind, loan, data = lending.unpack(message)
            if kind == lending.TOLD:
                for number, told in lending.unpack_told(data):
                    if number in lane.lent:
                        lane.lent[number][1](told)
            elif kind == lending.UNSENT:
                lane.unsent.setdefault(loan, bytearray()).extend(data)
            elif kind == lending.BACK:
                self._return(lane, loan, data)

    def _return(self, lane: _Lane, loan: int, data: bytes) -> None:
        found = lane.lent.pop(loan, None)
        unsent = bytes(lane.unsent.pop(loan, b""))
        if found is not None:
            connection, _ = found
            del self._where[connection]
            connection.take_back(data, unsent)

    # Those that take too long, or have ended

    def _look(self) -> None:
        self._looking = None
        for lane in list(self._lanes.values()):
            if lane.lent and self._is_overdue(lane):
                self._stop(lane)
        if self._where:
            self._looking = self._loop.call_later(_LOOK_SECONDS, self._look)

    def _is_overdue(self, lane: _Lane) -> bool:
        doing, loan, began = lane.desk.look()
        running = time.monotonic() - began
        if doing != "evaluating" or running < _PATIENCE:
            return False
        if lane.seen != (loan, began):
            lane.seen, lane.computed = (loan, began), lane.process.computed() - _LOOK_SECONDS
        return lane.process.computed() - lane.computed > _PATIENCE or running > _MOST_PATIENCE

    def _halt(self, lane: _Lane) -> None:
        """Have a lane do nothing more, with nothing half sent if that can be."""
        for _ in range(_HALTS):
            lane.process.stop()
            if not self._hear(lane) or lane.desk.look()[0] != "sending":
                return
            lane.process.go_on()
            time.sleep(_HALT_SECONDS)

    def _stop(self, lane: _Lane) -> None:
        """End a lane in the middle of a query, unless it has come to the answer just now."""
        lane.process.stop()
        if lane.desk.look()[0] == "evaluating":
            self._end(lane, "preempted")
        else:
            lane.process.go_on()

    def _end(self, lane: _Lane, why: str = "") -> None:
        """End a lane, if it hasn't ended; its connections come back, with the request that it was about."""
        if self._lanes.pop(lane.process.pid, None) is None:
            return
        self._halt(lane)
        self._loop.remove_reader(lane.process.connection)
        doing, about, _ = lane.desk.look()
        request = lane.desk.request() if doing == "evaluating" else b""
        lane.process.kill()
        lane.process.close()
        lane.desk.close()
        if why:
            self._ended(why)
        for loan, (connection, _) in list(lane.lent.items()):
            del self._where[connection]
            unsent = bytes(lane.unsent.pop(loan, b""))
            if loan == about and doing == "sending":
                connection.break_off()
            else:
                connection.take_back(request if loan == about else b"", unsent)
        lane.lent.clear()
