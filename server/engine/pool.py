"""Queries on disposable worker processes: a queue, lanes, deadlines kept by killing.

As many queries run at a time as there are `workers`. One that has computed for longer than the quantum is a long one;
while long ones run, `quick_workers` others may run beside them. Where so many prove long that there is no room for a
query that hasn't, the youngest of them is ended and put back into the queue, to begin again when its turn comes.

A query that would wait is sent to a worker already, behind the one that runs there, so that the worker finds it when it
is done: to sleep and be woken for each query costs more than most queries do. Where the one that runs takes its time,
those behind it are taken back.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import math
import os
import signal
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from graph.snapshot import Snapshot
from server.busy_polling import BusyPolling
from server.engine import Answer, Cancel, Question, wire
from server.engine.lanes import Lanes
from server.engine.lending import Desk, Lent, Tell, Terms
from server.engine.stores import available_memory, choose_memory
from server.engine.worker import out_of_memory
from server.engine.zygote_link import EngineError, WorkerProcess, Zygote
from server.problem import Problem
from server.settings import Settings

_STATUS_SECONDS = 1.0  # for the zygote to tell how a worker ended
_FORK_SECONDS = 60  # for the first worker to come
_TIMER_SECONDS = 0.001  # that a timer may ring too early
_KNOWN_LONG = 4096  # texts remembered as long ones
_BEHIND = 3  # queries sent to a worker behind the one that runs
_BEHIND_CHARACTERS = 4096  # of each at most, so that they fit into the socket
_BEHIND_SECONDS = 0.005  # that they wait for the one before them
#: Why workers end before their time.
REASONS = ("deadline", "memory", "stack", "disconnected", "preempted", "failed")
_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Job:
    question: Question
    future: asyncio.Future[Answer]
    key: bytes
    is_long: bool = False  # has computed longer than the quantum, now or before
    on_long: Callable[[Cancel], None] | None = None
    worker: _Worker | None = None
    number: int = 0  # among the questions that this worker has been sent
    began: float = 0.0
    due: float = 0.0  # when it is looked at: the end of its wait; the quantum's end, then the deadline


@dataclass(eq=False, slots=True)
class _Worker:
    process: WorkerProcess
    buffer: bytearray
    job: _Job | None = None
    behind: deque[_Job] = field(default_factory=deque)  # what it has been sent already and does next
    was_quick: bool = True  # the job before
    asked: int = 0  # questions that it has been sent
    unsent: bytearray = field(default_factory=bytearray)  # what the socket had no room for yet
    is_taking_back: bool = False  # what was behind the job; it hasn't said yet that it has forgotten them
    computed: float = 0.0  # seconds of processor time when it was last heard of
    status: int | None = None


class WorkerPool:
    """The engine over one snapshot; to be used from one event loop."""

    def __init__(
        self,
        snapshot: Snapshot,
        settings: Settings,
        spool: Path,
        killed: Counter[str] | None = None,
        *,
        lends: bool = False,
    ) -> None:
        self._snapshot = snapshot
        self._settings = settings
        self._spool = spool
        self._lends = lends
        self._loop = asyncio.get_running_loop()
        self._zygote = Zygote(self, self._loop)
        self._slots = settings.workers + settings.quick_workers
        self._idle: deque[_Worker] = deque()
        self._workers: dict[int, _Worker] = {}
        self._dying: dict[int, asyncio.Future[int]] = {}
        self._forking = 0
        self._queue: deque[_Job] = deque()
        self._running: set[_Job] = set()
        self._long_running = 0
        # One timer for all: most end before it rings, and one for each would cost more than to send the answer.
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = math.inf
        self._known_long: OrderedDict[bytes, None] = OrderedDict()
        self._came = asyncio.Event()
        self._receiver = wire.Receiver()
        self._polling = BusyPolling(self._loop)
        self._closed = False
        self.killed: Counter[str] = Counter() if killed is None else killed  # workers, by reason
        self._lanes = Lanes(0, self._fork_lane, self._loop, self._lane_ended)
        self.memory = "none"
        self.isolation = "none"
        self.allocator = "system"
        self.resident_bytes = 0

    async def start(self) -> None:
        """Load the snapshot and fork the first workers; raises EngineError."""
        quads = int(self._snapshot.manifest["store"]["quads"])
        self.memory = choose_memory(
            self._settings.in_memory, quads, available_memory(), processes=self._slots + 2
        )
        said = await self._zygote.start(
            {
                "snapshot": self._snapshot.id,
                "limits": asdict(self._settings.limits),
                "services": bool(self._settings.services),
                "folder": str(self._snapshot.path.resolve()),
                "memory": self.memory,
                "base": self._snapshot.base,
                "spool": str(self._spool),
                "memory_bytes": self._settings.limits.memory_bytes,
            }
        )
        self._lanes = Lanes(self._most_lanes(quads), self._fork_lane, self._loop, self._lane_ended)
        self.isolation = said["isolation"]
        self.allocator = said["allocator"]
        self.resident_bytes = said["resident_kib"] * 1024
        self._came.clear()
        self._fork_missing()
        try:
            await asyncio.wait_for(self._came.wait(), _FORK_SECONDS)
        except TimeoutError:
            raise EngineError(f"no worker process came within {_FORK_SECONDS} s") from None

    async def query(self, question: Question, on_long: Callable[[Cancel], None] | None = None) -> Answer:
        """See `server.engine.Engine`."""
        job = _Job(question, self._loop.create_future(), b"", on_long=on_long)
        if self._known_long:
            job.key = _key(question)
            job.is_long = job.key in self._known_long
        if self._closed:
            raise Problem(503, "the server is about to stop", headers={"Retry-After": "5"})
        if not (self._idle and self._has_slot(job)):
            self._enqueue(job)
        else:
            self._begin(job, self._idle.popleft())
        try:
            return await job.future
        except asyncio.CancelledError:
            self._abandon(job, "disconnected")
            raise

    def lend(self, connection: Lent, terms: Terms, tell: Tell) -> bool:
        """See `server.engine.Engine`."""
        return self._lanes.lend(connection, terms, tell)

    def recall(self, connection: Lent) -> None:
        """See `server.engine.Engine`."""
        self._lanes.recall(connection)

    def retire(self) -> None:
        """See `server.engine.Engine`."""
        self._lanes.retire()

    async def close(self) -> None:
        """See `server.engine.Engine`."""
        self._closed = True
        self._lanes.close()
        behind = [job for worker in self._workers.values() for job in worker.behind]
        for job in [*self._queue, *behind, *self._running]:
            self._fail(job, Problem(503, "the server is about to stop", headers={"Retry-After": "5"}))
        self._queue.clear()
        if self._alarm is not None:
            self._alarm.cancel()
        for worker in list(self._workers.values()):
            self._drop(worker)
        await self._zygote.close()

    @property
    def queue_length(self) -> int:
        """Queries that wait for a worker."""
        return len(self._queue) + sum(len(worker.behind) for worker in self._workers.values())

    @property
    def running(self) -> int:
        """Queries that are being evaluated."""
        return len(self._running)

    @property
    def idle(self) -> int:
        """Workers that wait for a query."""
        return len(self._idle)

    @property
    def lent(self) -> int:
        """Connections that are lent."""
        return len(self._lanes)

    @property
    def is_ready(self) -> bool:
        """Whether a query can be evaluated."""
        return not self._closed and bool(self._workers)

    @property
    def state(self) -> Mapping[str, str]:
        """See `server.engine.Engine`."""
        return {
            "network_isolation": self.isolation,
            "in_memory": self.memory,
            "allocator": self.allocator,
        }

    # What the zygote tells

    def worker_came(self, process: WorkerProcess) -> None:
        """See `zygote_link.Listener`."""
        self._forking = max(0, self._forking - 1)
        worker = _Worker(process, bytearray())
        if self._closed:
            process.kill()
            process.close()
            return
        self._workers[process.pid] = worker
        self._loop.add_reader(process.connection, self._readable, worker)
        self._idle.append(worker)
        self._came.set()
        self._dispatch()

    def lane_came(self, lane: WorkerProcess, desk: Desk) -> None:
        """See `zygote_link.Listener`."""
        self._lanes.came(lane, desk)

    def worker_went(self, pid: int, status: int) -> None:
        """See `zygote_link.Listener`."""
        known = self._dying.pop(pid, None)
        if known is not None and not known.done():
            known.set_result(status)
        elif pid in self._workers:
            self._workers[pid].status = status

    def zygote_went(self) -> None:
        """See `zygote_link.Listener`."""
        if self._closed:
            return
        _log.error("the engine's process has ended; it is started again")
        self._lanes.close()
        for worker in list(self._workers.values()):
            self._lose(worker)
        self._restarting = self._loop.create_task(self._restart())

    async def _restart(self) -> None:
        pause = 0.1
        while not self._closed:
            self._forking = 0
            self._zygote = Zygote(self, self._loop)
            try:
                await self.start()
            except EngineError as error:
                _log.error("%s", error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 30)
            else:
                return

    # Lanes

    def _most_lanes(self, quads: int) -> int:
        """How many there may be: none where their memory would be missed, or the platform lacks what they need."""
        most = self._settings.lanes
        if self.memory == "none" or not hasattr(os, "memfd_create") or not self._lends:
            return 0
        # Three quarters of the memory may be taken with them, a half without.
        room, processes = available_memory() * 3 // 2, self._slots + 2 + most
        held = choose_memory(self._settings.in_memory, quads, room, processes)
        return most if held == self.memory else 0

    def _fork_lane(self) -> None:
        self._zygote.fork("lane")

    def _lane_ended(self, reason: str) -> None:
        self.killed[reason] += 1

    # Slots and the queue

    def _has_slot(self, job: _Job) -> bool:
        workers, long_running = self._settings.workers, self._long_running
        if len(self._running) >= self._slots:
            return False
        if job.is_long:
            return long_running < workers
        return len(self._running) - long_running < max(self._settings.quick_workers, workers - long_running)

    def _enqueue(self, job: _Job) -> None:
        """Let a job wait, raising Problem 503 if too many do already; make room for it where a long job is in its way."""
        limit = self._settings.limits.queue
        # Workers that are idle or on their way take jobs in a moment: these don't count as waiting.
        if self.queue_length >= limit + (self._slots if self._idle or self._forking else 0):
            raise busy(f"{limit} queries wait already", limit)
        self._wait(job)
        self._dispatch()

    def _wait(self, job: _Job, *, first: bool = False) -> None:
        """Put a job into the queue, at its end or at its front."""
        if first:
            self._queue.appendleft(job)
        else:
            self._queue.append(job)
        self._watch(job, time.monotonic() + self._settings.limits.queue_seconds)

    def _waited(self, job: _Job) -> None:
        self._queue.remove(job)
        seconds = self._settings.limits.queue_seconds
        self._fail(job, busy(f"no worker was free within {seconds:g} s", self._settings.limits.queue))

    def _dispatch(self) -> None:
        """Begin what waits, the oldest first; long jobs are passed over while as many run as may."""
        self._fork_missing()
        while self._queue:
            job = self._next()
            if job is None:
                if not self._send_behind() and not self._preempt():
                    return
            elif self._idle:
                self._queue.remove(job)
                self._begin(job, self._idle.popleft())
            else:
                return  # a worker is on its way

    def _next(self) -> _Job | None:
        """The first in the queue that may begin."""
        first = self._queue[0]
        if self._has_slot(first):
            return first
        return next(
            (job for job in self._queue if job.is_long != first.is_long and self._has_slot(job)), None
        )

    def _send_behind(self) -> bool:
        """Send the first job of the queue to a busy worker, where nothing yet tells of a slow one; returns whether it was."""
        job = self._queue[0]
        if job.is_long or len(job.question.text) > _BEHIND_CHARACTERS:
            return False
        least, worker, latest = _BEHIND, None, time.monotonic() - _BEHIND_SECONDS
        for running in self._running:
            candidate = running.worker
            if candidate is None or running.is_long or running.began < latest:
                continue
            is_fit = candidate.was_quick and not candidate.unsent and not candidate.is_taking_back
            if is_fit and len(candidate.behind) < least:
                least, worker = len(candidate.behind), candidate
        if worker is None or worker.job is None:
            return False
        self._queue.popleft()
        worker.behind.append(job)
        job.worker = worker
        self._ask(worker, job)
        if not least:
            self._watch(worker.job, min(worker.job.due, worker.job.began + _BEHIND_SECONDS))
        return True

    def _take_back(self, worker: _Worker) -> None:
        """Have those behind a worker's job wait for others again, at the front of the queue."""
        worker.is_taking_back = True
        self._send(worker, wire.pack_taking_back(len(worker.behind)))
        self._requeue(worker)
        self._dispatch()

    def _requeue(self, worker: _Worker) -> None:
        while worker.behind:
            job = worker.behind.pop()
            job.worker = None
            if not job.future.done():
                self._wait(job, first=True)

    def _preempt(self) -> bool:
        """End the youngest long job beyond those that may run, and put it back, if a job waits that has not proved long."""
        if self._long_running <= self._settings.workers or all(job.is_long for job in self._queue):
            return False
        long_jobs = [job for job in self._running if job.is_long]
        job = max(long_jobs, key=lambda candidate: candidate.began)
        assert job.worker is not None
        worker = job.worker
        self._finish(job)
        self._kill(worker, "preempted")
        self._wait(job, first=True)
        self._fork_missing()
        return True

    def _fork_missing(self) -> None:
        """Keep one worker more than there are slots: the spare that stands in for a killed one."""
        if self._closed:
            return
        missing = self._slots + 1 - len(self._workers) - self._forking
        for _ in range(missing):
            self._forking += 1
            self._zygote.fork()

    # A job's way

    def _begin(self, job: _Job, worker: _Worker) -> None:
        self._run(job, worker)
        self._ask(worker, job)

    def _run(self, job: _Job, worker: _Worker) -> None:
        """A worker that has been sent a job, or is about to be, begins with it."""
        job.worker, worker.job = worker, job
        job.began = time.monotonic()
        self._running.add(job)
        self._long_running += job.is_long
        if job.is_long:
            self._watch_deadline(job)
        else:
            patience = _BEHIND_SECONDS if worker.behind else self._settings.quantum
            self._watch(job, job.began + min(patience, job.question.deadline))

    def _ask(self, worker: _Worker, job: _Job) -> None:
        worker.asked += 1
        job.number = worker.asked
        # Pages, which wait in threads, don't ask to be told: a loop that is awake would keep the interpreter's lock from them.
        alone = len(self._running) == 1 and not worker.behind and job.on_long is not None
        self._send(worker, wire.pack_question(job.question, alone=alone))
        if alone:
            self._polling.expect()

    def _send(self, worker: _Worker, frame: bytes) -> None:
        if worker.unsent:  # comes first
            worker.unsent += frame
            return
        try:
            sent = worker.process.connection.send(frame)
        except OSError:
            sent = 0  # it has ended: the closed connection tells
        if sent < len(frame):
            worker.unsent += frame[sent:]
            self._loop.create_task(self._send_rest(worker))

    def _watch(self, job: _Job, due: float) -> None:
        """Look at a job that runs, or waits in the queue, when its time has come."""
        job.due = due
        if due < self._alarm_at:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm_at = due
            self._alarm = self._loop.call_later(max(0.0, due - time.monotonic()), self._ring)

    def _ring(self) -> None:
        self._alarm, self._alarm_at = None, math.inf
        now = time.monotonic() + _TIMER_SECONDS
        for job in [job for job in self._queue if job.due <= now]:
            self._waited(job)
        for job in [job for job in self._running if job.due <= now]:
            if job not in self._running:
                continue  # it gave way to another
            if job.is_long:
                self._overdue(job)
            else:
                self._look(job)
        if self._running or self._queue:
            soonest = min([*self._running, *self._queue], key=lambda job: job.due)
            self._watch(soonest, soonest.due)

    def _watch_deadline(self, job: _Job) -> None:
        self._watch(job, job.began + job.question.deadline)
        if job.on_long:
            job.on_long(lambda: self._cancel(job))

    async def _send_rest(self, worker: _Worker) -> None:
        with contextlib.suppress(OSError):
            while rest := bytes(worker.unsent):  # more may come while it is sent
                await self._loop.sock_sendall(worker.process.connection, rest)
                del worker.unsent[: len(rest)]

    def _look(self, job: _Job) -> None:
        """See whether a job that has run for the quantum has also computed for so long, or only waited for a processor."""
        worker, quantum = job.worker, self._settings.quantum
        assert worker is not None
        if worker.behind:
            self._take_back(worker)
        running = time.monotonic() - job.began
        wait = min(quantum - worker.process.computed() + worker.computed, job.question.deadline - running)
        if wait > 0.001 and running < 5 * quantum:
            self._watch(job, job.began + running + wait)
            return
        job.is_long = True
        self._long_running += 1
        job.key = job.key or _key(job.question)
        self._known_long[job.key] = None
        if len(self._known_long) > _KNOWN_LONG:
            self._known_long.popitem(last=False)
        if job.future.done():  # nobody waits any more
            self._end(job, "disconnected", None)
            return
        self._watch_deadline(job)
        if self._queue:
            self._dispatch()

    def _overdue(self, job: _Job) -> None:
        seconds = job.question.deadline
        self._end(
            job,
            "deadline",
            overdue(seconds, self._settings.limits.max_deadline),
        )

    def _cancel(self, job: _Job) -> None:
        if not job.future.done():
            job.future.cancel()

    def _abandon(self, job: _Job, reason: str) -> None:
        """Nobody waits for the answer any more."""
        if job in self._queue:
            self._queue.remove(job)
        elif job in self._running:
            self._end(job, reason, None)

    def _end(self, job: _Job, reason: str, problem: Problem | None) -> None:
        worker = job.worker
        assert worker is not None
        self._finish(job)
        self._kill(worker, reason)
        if problem is not None:
            self._fail(job, problem)
        self._dispatch()

    def _finish(self, job: _Job) -> None:
        if job in self._running:
            self._running.discard(job)
            self._long_running -= job.is_long
        job.worker = None

    def _fail(self, job: _Job, problem: Problem) -> None:
        if job.began and not problem.seconds:
            problem.seconds = time.monotonic() - job.began
        if not job.future.done():
            job.future.set_exception(problem)

    # Workers

    def _readable(self, worker: _Worker) -> None:
        self._polling.heard()
        pending = worker.buffer
        try:
            received = self._receiver.read(worker.process.connection, pending)
        except BlockingIOError:
            return
        except (OSError, EOFError):
            self._lose(worker)
            return
        replies, used = wire.unpack_replies(received)
        self._receiver.keep(received, used, pending)
        for reply in replies:
            if reply is None:
                worker.is_taking_back = False
            else:
                self._take(worker, reply)
            if worker.job is None:
                self._go_on(worker)
        if self._queue:
            self._dispatch()

    def _take(self, worker: _Worker, reply: wire.Reply) -> None:
        worker.computed = reply.computed
        worker.was_quick = reply.seconds < _BEHIND_SECONDS
        job = worker.job
        if job is not None and job.number == reply.number:
            worker.job = None
            self._finish(job)
            self._deliver(job, reply)
        elif reply.file:  # to a question that the worker had begun when it was taken back
            Path(reply.file).unlink(missing_ok=True)

    def _go_on(self, worker: _Worker) -> None:
        """A worker has done its job."""
        if worker.behind:
            self._run(worker.behind.popleft(), worker)
        elif worker.is_taking_back:
            self._loop.call_later(self._settings.quantum, self._give_up, worker)
        else:
            self._idle.appendleft(worker)  # the one used last has its memory warm

    def _give_up(self, worker: _Worker) -> None:
        """End a worker that still answers what was taken back from it, if it has computed for the quantum."""
        if not worker.is_taking_back or worker.job is not None or worker.process.pid not in self._workers:
            return
        wait = self._settings.quantum - worker.process.computed() + worker.computed
        if wait > _TIMER_SECONDS:
            self._loop.call_later(wait, self._give_up, worker)
        else:
            self._kill(worker, "preempted")
            self._dispatch()

    def _deliver(self, job: _Job, reply: wire.Reply) -> None:
        if job.future.done():
            if reply.file:
                Path(reply.file).unlink(missing_ok=True)
        elif reply.problem is not None:
            reply.problem.seconds = reply.seconds
            job.future.set_exception(reply.problem)
        else:
            file = Path(reply.file) if reply.file else None
            body = None if file else reply.body
            job.future.set_result(
                Answer(reply.content_type, reply.size, body, file, reply.rows, reply.coding, reply.seconds)
            )

    def _lose(self, worker: _Worker) -> None:
        """A worker has ended by itself: tell why, as far as the status says."""
        job, worker.job = worker.job, None
        pid = worker.process.pid
        if job is None:
            self._drop(worker)
            self._dispatch()
            return
        self._finish(job)
        status: asyncio.Future[int] = self._loop.create_future()
        if worker.status is not None:
            status.set_result(worker.status)
        else:
            self._dying[pid] = status
        self._drop(worker)
        self._loop.create_task(self._explain(job, pid, status))
        self._dispatch()

    async def _explain(self, job: _Job, pid: int, status: asyncio.Future[int]) -> None:
        try:
            ended = await asyncio.wait_for(status, _STATUS_SECONDS)
        except TimeoutError:
            ended = 0
        self._dying.pop(pid, None)
        reason, problem = self._read_status(ended, job)
        self.killed[reason] += 1
        self._fail(job, problem)

    def _read_status(self, status: int, job: _Job) -> tuple[str, Problem]:
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if number in (signal.SIGABRT, signal.SIGKILL):  # the engine's allocator gives up; the kernel does
            return "memory", out_of_memory(self._settings.limits.memory_bytes)
        if number in (signal.SIGSEGV, signal.SIGBUS):
            return "stack", Problem(413, "the query is nested too deep for the parser; write it flatter")
        if number == signal.SIGXCPU:
            seconds = job.question.deadline
            return "deadline", Problem(504, f"the query was not answered within {seconds:g} s and was ended")
        _log.error("a worker ended with status %s", status)
        return "failed", Problem(500, "the query ended the process that evaluated it; the log says more")

    def _kill(self, worker: _Worker, reason: str) -> None:
        self.killed[reason] += 1
        worker.job = None
        self._drop(worker)

    def _drop(self, worker: _Worker) -> None:
        if self._workers.pop(worker.process.pid, None) is None:
            return
        if worker in self._idle:
            self._idle.remove(worker)
        self._requeue(worker)
        self._loop.remove_reader(worker.process.connection)
        worker.process.kill()
        worker.process.close()


def busy(why: str, limit: int) -> Problem:
    """What is said where too many wait."""
    return Problem(
        503,
        f"the server is busy: {why}; try again in a moment",
        fields={"limit": limit},
        headers={"Retry-After": "2"},
    )


def overdue(seconds: float, most: float) -> Problem:
    """What is said of a query that has not ended by its deadline, both in seconds."""
    return Problem(
        504,
        f"the query was not answered within {seconds:g} s and was ended; ask for less at a time, or for up to "
        f"{most:g} s with timeout=",
        fields={"limit": str(seconds) if seconds % 1 else int(seconds)},
    )


def _key(question: Question) -> bytes:
    """What a long query is remembered by."""
    parts = (question.text, *question.default_graphs, "", *question.named_graphs)
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
