"""Queries answered by a remote store, behind the same limits as those of worker processes.

A query is read twice: first by an engine of our own over an empty store, which refuses what is no SPARQL 1.1 with line and column and
settles the format; then by the store. Its answer is read as it comes, counted, and written in the format that was asked for, whole
or not at all. The deadline cuts the connection; the store has to end the query by itself (docs/remote-stores.md).
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
import secrets
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

import pyoxigraph
import urllib3
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat

from graph.abort import AbortHandle
from graph.remote.address import RemoteStoreError
from graph.remote.client import (
    JSON_RESULTS,
    N_TRIPLES,
    StoreClient,
    StoreRefusedError,
    StoreUnreachableError,
)
from server.engine import Answer, Cancel, Question
from server.engine.evaluate import write_triples
from server.engine.lending import Lent, Tell, Terms
from server.engine.pool import WorkerPool, busy, overdue
from server.engine.remote_dataset import Held, Written, write
from server.engine.sink import Sink, SizeExceeded
from server.engine.worker import too_large
from server.negotiate import BOOLEAN_FORMATS, GRAPH_FORMATS, TABLE_FORMATS, Choice, choose
from server.problem import Problem
from server.settings import Settings

_PARSING_SECONDS = (
    0.5  # errors of syntax come at once: what takes longer is evaluation, which has no use here
)
_PARSED_BYTES = 64 * 1024
_BLOCK = 64 * 1024
_RETRY = {"Retry-After": "5"}
_OUT_OF_TIME = re.compile(r"S1T00|time ?d? ?out|timeout|estimated execution time", re.IGNORECASE)
_TOO_MANY_ROWS = re.compile(r"SR353|exceeds the limit|more than \d+ rows", re.IGNORECASE)
# Virtuoso writes booleans as 1 and 0; a quote inside a JSON string has a backslash before it.
_BOOLEAN = re.compile(rb'(XMLSchema#boolean",\s*"value":\s*")([01])"')
_BOOLEAN_TAIL = 64  # bytes that may be the beginning of one
_log = logging.getLogger(__name__)

#: Given the named graphs that a query read (None: all), raises Problem 503 where they may have been exchanged since it began.
Confirm: TypeAlias = Callable[[tuple[str, ...] | None], Awaitable[None]]


class RemoteEngine:
    """The engine over a snapshot in a store; to be used from one event loop.

    `watch` is called before a query that reads named graphs, and what it gives afterwards. `is_reachable` says whether the store
    answered lately.
    """

    def __init__(
        self,
        client: StoreClient,
        held: Held,
        parser: WorkerPool,
        settings: Settings,
        spool: Path,
        killed: Counter[str],
        *,
        watch: Callable[[], Confirm],
        is_reachable: Callable[[], bool],
    ) -> None:
        self._client = client
        self._held = held
        self._parser = parser
        self._settings = settings
        self._spool = spool
        self._killed = killed
        self._watch = watch
        self._is_reachable = is_reachable
        self._slots = settings.workers + settings.quick_workers
        self._threads = ThreadPoolExecutor(self._slots, thread_name_prefix="store")
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._exchanges: set[AbortHandle] = set()
        self._closed = False

    @property
    def is_ready(self) -> bool:
        """See `server.engine.Engine`, as for the others."""
        return not self._closed and self._is_reachable()

    @property
    def running(self) -> int:  # noqa: D102
        return self._running

    @property
    def queue_length(self) -> int:  # noqa: D102
        return len(self._waiting)

    @property
    def idle(self) -> int:  # noqa: D102
        return self._slots - self._running

    @property
    def lent(self) -> int:  # noqa: D102
        return 0

    @property
    def state(self) -> Mapping[str, str]:  # noqa: D102
        return {"network_isolation": "store", "in_memory": "store", "store": self._client.address.kind}

    def lend(self, connection: Lent, terms: Terms, tell: Tell) -> bool:  # noqa: ARG002, D102
        return False

    def recall(self, connection: Lent) -> None:
        """See `server.engine.Engine`: nothing is lent."""

    def retire(self) -> None:
        """See `server.engine.Engine`: nothing is lent."""

    async def close(self) -> None:
        """See `server.engine.Engine`."""
        self._closed = True
        for abort in list(self._exchanges):
            abort.abort()
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(_stopping())
        self._waiting.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def query(self, question: Question, on_long: Callable[[Cancel], None] | None = None) -> Answer:
        """See `server.engine.Engine`; also raises Problem 502 and 503 for a store that fails or can't be reached."""
        if self._closed:
            raise _stopping()
        await self._refuse_what_is_wrong(question)
        written = write(question.text, self._held, question.default_graphs, question.named_graphs)
        choice = choose(question.accept, question.format, _formats_of(written.form))
        if not self._is_reachable():
            raise _unreachable()
        await self._take_slot()
        began = time.monotonic()
        confirm = self._watch()
        try:
            answer = await self._run(question, written, choice, on_long)
            if written.reads != ():
                await self._confirmed(confirm(written.reads), answer)
        except Problem as problem:
            problem.seconds = time.monotonic() - began
            raise
        finally:
            self._give_slot()
        return answer._replace(seconds=time.monotonic() - began)

    async def _confirmed(self, confirmation: Awaitable[None], answer: Answer) -> None:
        try:
            await confirmation
        except BaseException:
            if answer.file is not None:
                answer.file.unlink(missing_ok=True)
            raise

    async def _refuse_what_is_wrong(self, question: Question) -> None:
        """Raise what the parser of our own says of syntax, nesting and formats."""
        tried = question._replace(deadline=_PARSING_SECONDS, max_bytes=_PARSED_BYTES, coding=None)
        try:
            answer = await self._parser.query(tried)
        except Problem as problem:
            if problem.status not in (500, 504, 507):
                raise
        else:
            if answer.file is not None:
                answer.file.unlink(missing_ok=True)

    async def _run(
        self, question: Question, written: Written, choice: Choice, on_long: Callable[[Cancel], None] | None
    ) -> Answer:
        loop = asyncio.get_running_loop()
        abort = AbortHandle()
        self._exchanges.add(abort)
        work = loop.run_in_executor(self._threads, self._answer, question, written, choice, abort)
        long = None
        if on_long is not None:
            asking = asyncio.current_task()

            def cancel() -> None:
                if asking is not None:
                    asking.cancel()

            long = loop.call_later(self._settings.quantum, on_long, cancel)
        try:
            outcome = await asyncio.wait_for(asyncio.shield(work), question.deadline)
        except TimeoutError:
            self._killed["deadline"] += 1
            self._abandon(work, abort)
            raise overdue(question.deadline, self._settings.limits.max_deadline) from None
        except asyncio.CancelledError:
            self._killed["disconnected"] += 1
            self._abandon(work, abort)
            raise
        finally:
            self._exchanges.discard(abort)
            if long is not None:
                long.cancel()
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    def _abandon(self, work: asyncio.Future[Answer | Problem], abort: AbortHandle) -> None:
        """End an exchange whose answer nobody waits for; should it come all the same, its file goes."""
        abort.abort()

        def forget(done: asyncio.Future[Answer | Problem]) -> None:
            outcome = None if done.cancelled() or done.exception() is not None else done.result()
            if isinstance(outcome, Answer) and outcome.file is not None:
                outcome.file.unlink(missing_ok=True)

        work.add_done_callback(forget)

    # Slots and the queue

    async def _take_slot(self) -> None:
        if self._running < self._slots:
            self._running += 1
            return
        limits = self._settings.limits
        if len(self._waiting) >= limits.queue:
            raise busy(f"{limits.queue} queries wait already", limits.queue)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait_for(asyncio.shield(turn), limits.queue_seconds)
        except BaseException as error:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif turn.done() and not turn.cancelled() and turn.exception() is None:
                self._give_slot()  # it came at the same moment
            if isinstance(error, TimeoutError):
                raise busy(f"no place was free within {limits.queue_seconds:g} s", limits.queue) from None
            raise

    def _give_slot(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)  # the slot goes on to it
                return
        self._running -= 1

    # On a thread

    def _answer(
        self, question: Question, written: Written, choice: Choice, abort: AbortHandle
    ) -> Answer | Problem:
        """Ask the store and write its answer, or what is wrong.

        No exception leaves the thread: it would hold the parser of the answer, which may not go to another one.
        """
        sink = Sink(
            choice.format.suffix,
            max_bytes=question.max_bytes,
            max_rows=question.max_rows,
            coding=question.coding,
            new_file=lambda: self._spool / f"store-{secrets.token_hex(8)}",
        )
        accept = N_TRIPLES if written.form in ("CONSTRUCT", "DESCRIBE") else JSON_RESULTS
        try:
            with self._client.ask(
                written.text,
                accept,
                default_graph=written.default_graph,
                deadline=question.deadline,
                seconds=question.deadline + 1,
                abort=abort,
            ) as response:
                _require_whole(response)
                _copy(response, written.form, choice, sink)
                rows = sink.finish()
                _require_not_cut(response, rows)
        except Exception as error:
            sink.discard()
            return self._problem(error, question)
        return Answer(
            choice.content_type,
            sink.sent_bytes,
            None if sink.path else sink.body or b"",
            sink.path,
            rows,
            sink.coding,
        )

    def _problem(self, error: Exception, question: Question) -> Problem:
        if isinstance(error, SizeExceeded):
            return too_large(error, question)
        if isinstance(error, StoreUnreachableError):
            _log.warning("%s", error)
            return _unreachable()
        if isinstance(error, StoreRefusedError):
            return self._refused(error, question)
        if isinstance(error, (SyntaxError, ValueError, RemoteStoreError)):
            _log.error("the store's answer can't be read: %s", error)
            return Problem(502, "the store behind this endpoint gave an answer that can't be read; try again")
        if isinstance(error, Problem):
            return Problem(error.status, error.detail, fields=error.fields, headers=error.headers)
        _log.error("asking the store failed", exc_info=error)
        return Problem(500, "the query could not be answered; the log says more")

    def _refused(self, error: StoreRefusedError, question: Question) -> Problem:
        if error.status in (408, 504) or _OUT_OF_TIME.search(error.said):
            return overdue(question.deadline, self._settings.limits.max_deadline)
        if _TOO_MANY_ROWS.search(error.said):
            return Problem(
                507,
                "the query needs more rows than the store behind this endpoint gives; ask for it in parts",
            )
        _log.error("%s", error)
        if error.status in (429, 503):
            return Problem(
                503, "the store behind this endpoint is busy; try again in a moment", headers=_RETRY
            )
        if error.status in (401, 403):
            return Problem(502, "the store behind this endpoint refuses this server; its log says more")
        return Problem(
            500, f"the query could not be evaluated by the store behind this endpoint: {error.said}"
        )


def _formats_of(form: str) -> tuple[Any, ...]:
    if form == "ASK":
        return BOOLEAN_FORMATS
    return TABLE_FORMATS if form == "SELECT" else GRAPH_FORMATS


def _copy(response: urllib3.HTTPResponse, form: str, choice: Choice, sink: Sink) -> None:
    """Read the store's answer and write it in the chosen format, in bounded memory."""
    source = cast(IO[bytes], io.BufferedReader(_Source(response, form), _BLOCK))
    out = cast(IO[bytes], sink)
    if form in ("CONSTRUCT", "DESCRIBE"):
        triples = (quad.triple for quad in pyoxigraph.parse(source, format=RdfFormat.N_TRIPLES))
        write_triples(triples, choice.format.writes, out)
        return
    results = pyoxigraph.parse_query_results(source, format=QueryResultsFormat.JSON)
    assert isinstance(choice.format.writes, QueryResultsFormat)
    if form == "ASK" and isinstance(results, QuerySolutions):
        results = _truth(results)
    results.serialize(output=out, format=choice.format.writes)


def _truth(rows: QuerySolutions) -> QueryBoolean:
    """The answer of an ASK that Virtuoso gives as a row with a number."""
    values = [
        term.value
        for row in rows
        for term in row
        if term is not None and not isinstance(term, pyoxigraph.Triple)
    ]
    text = b'{"head":{},"boolean":%s}' % (b"true" if values[:1] in (["1"], ["true"]) else b"false")
    return cast(QueryBoolean, pyoxigraph.parse_query_results(text, format=QueryResultsFormat.JSON))


class _Source(io.RawIOBase):
    """The body of a response as a file, with booleans of Virtuoso's JSON as the standard writes them."""

    def __init__(self, response: urllib3.HTTPResponse, form: str) -> None:
        self._blocks = self._corrected(response) if form == "SELECT" else _blocks(response)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    @staticmethod
    def _corrected(response: urllib3.HTTPResponse) -> Iterator[bytes]:
        if not response.headers.get("Server", "").startswith("Virtuoso"):
            yield from _blocks(response)
            return
        held = b""
        for block in _blocks(response):
            held = _BOOLEAN.sub(
                lambda match: match[1] + (b'true"' if match[2] == b"1" else b'false"'), held + block
            )
            cut = max(0, len(held) - _BOOLEAN_TAIL)
            yield held[:cut]
            held = held[cut:]
        yield held


def _blocks(response: urllib3.HTTPResponse) -> Iterator[bytes]:
    while block := response.read(_BLOCK, decode_content=True):
        yield block


def _require_whole(response: urllib3.HTTPResponse) -> None:
    """Raise RemoteStoreError for a body whose end can't be told from a connection that broke, or that is cut already."""
    if response.headers.get("X-SQL-State"):
        raise StoreRefusedError(504, "timeout: the store gave up half way", "")
    if not response.chunked and response.length_remaining is None:
        raise RemoteStoreError("the answer has no length")


def _require_not_cut(response: urllib3.HTTPResponse, rows: int | None) -> None:
    """Raise Problem where the store left rows out without an error, as Virtuoso does at its ResultSetMaxRows."""
    most = response.headers.get("X-SPARQL-MaxRows", "")
    if most.isdigit() and (rows is None or rows >= int(most)):
        raise Problem(
            507,
            f"the answer has more than the {int(most):,} rows that the store behind this endpoint gives; ask for it in parts, "
            "with LIMIT and OFFSET under an ORDER BY",
            fields={"limit": int(most), "unit": "rows"},
        )


def _unreachable() -> Problem:
    return Problem(
        503, "the store behind this endpoint can't be reached; try again in a moment", headers=_RETRY
    )


def _stopping() -> Problem:
    return Problem(503, "the server is about to stop", headers=_RETRY)
