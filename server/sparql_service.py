"""A SPARQL request's way to its answer: cache, guard, metering, federation, engine, and back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeAlias

from server import federation, guard
from server.answer_cache import CACHEABLE, VARY, AnswerCache, Kept, Key, key_of, matches, tag_of
from server.compression import choose_coding, compress, etag_for, worth_compressing
from server.current import Serving
from server.engine import Answer, Cancel, Question
from server.engine.lending import Told
from server.guard import Checked
from server.metering import Meter
from server.metrics import Metrics, Outcome, outcome_of
from server.problem import Problem
from server.protocol import Query, Request, Response
from server.query_log import QueryLog
from server.repeated_requests import RepeatedRequests
from server.settings import Settings
from server.spool import Spool, Spooled

_QUICK_SECONDS = 0.003  # of an evaluation
_COMPRESSED_AT_ONCE = 32 * 1024  # bytes; longer bodies are compressed on another thread
#: Problems that lie in the query, so that who asks the same at the same time has them, too.
_SHARED_STATUS = frozenset({400, 406, 413, 500, 504, 507})
_CLIENT_GONE = 499  # in the log; nobody gets it
_CHECKED_AT_ONCE = 4096  # characters; longer texts are read on another thread
OnLong: TypeAlias = Callable[[Cancel], None]


class SparqlService:
    """Answers queries; for one event loop."""

    def __init__(
        self,
        settings: Settings,
        *,
        spool: Spool,
        cache: AnswerCache,
        repeated: RepeatedRequests,
        meter: Meter,
        metrics: Metrics,
        log: QueryLog,
        executor: ThreadPoolExecutor,
    ) -> None:
        self._settings = settings
        self._spool = spool
        self._cache = cache
        self._repeated = repeated
        self._meter = meter
        self._metrics = metrics
        self._log = log
        self._executor = executor
        # One thread: several would take the interpreter's lock from the event loop in turns.
        self._checking = ThreadPoolExecutor(1, thread_name_prefix="guard")
        self._asked_now: dict[Key, asyncio.Future[Problem | None]] = {}
        self._running: dict[str, list[float]] = {}  # by client, when its queries began

    def close(self) -> None:
        """Let go of the thread."""
        self._checking.shutdown(wait=False, cancel_futures=True)

    def answer_repeated(self, serving: Serving, request: Request) -> Response | None:
        """The response to a GET that was answered before and came again to the letter; None for any other."""
        began = time.perf_counter()
        found = self._repeated.get(serving.snapshot.id, request)
        if found is None:
            return None
        response = found.response
        outcome: Outcome = "cached"
        if request.if_none_match is not None:
            if request.if_none_match != found.etag:
                return None  # needs reading
            headers = {"ETag": found.etag, "Vary": VARY, "Cache-Control": CACHEABLE}
            response, outcome = Response(304, headers), "not_modified"
        self._tell(
            found.text,
            serving,
            began,
            outcome,
            response.status,
            rows=found.rows,
            size=len(response.body),
            content_type=response.headers.get("Content-Type"),
        )
        return response

    async def answer(
        self,
        request: Request,
        query: Query,
        serving: Serving,
        on_long: OnLong | None = None,
        on_quick: Callable[[], None] = lambda: None,
        *,
        is_past: bool = False,
    ) -> Response:
        """The response to a query operation; raises Problem.

        `on_long` gets a function that ends the query, once it has proved to be a long one; `on_quick` is called where it was
        evaluated in a moment, and is the same for everyone. What is asked of the past isn't kept for requests that repeat to the
        letter: these are of the present.
        """
        began = time.perf_counter()
        answer: Answer | None = None
        try:
            key = _key(query, request, serving)
            found = self._find(key, request)
            if found is not None:
                response, rows = await self._send_kept(found, key, request), found.rows
            else:
                response, answer = await self._anew(key, request, query, serving, on_long)
                rows = answer.rows if answer else None
        except Problem as problem:
            self._tell_problem(query, serving, began, problem)
            raise
        except asyncio.CancelledError:
            self._tell(query.text, serving, began, "disconnected", _CLIENT_GONE)
            raise
        outcome: Outcome = "ok" if answer else "cached"
        if response.status == 304:
            outcome = "not_modified"
        if answer is not None and answer.seconds < _QUICK_SECONDS and "ETag" in response.headers:
            on_quick()
        if answer is None and not is_past:  # what is asked once may never come again
            self._repeated.put(serving.snapshot.id, request, response, query.text, rows)
        self._tell(
            query.text,
            serving,
            began,
            outcome,
            response.status,
            answer.seconds if answer else 0.0,
            rows=rows,
            size=response.size or len(response.body),
            content_type=response.headers.get("Content-Type"),
        )
        return response

    def take_told(self, told: Told, serving: Serving, client: str) -> None:
        """Meter, count and log a query that was answered elsewhere; raises Problem 429 where the client may have no more."""
        self._meter.charge(client, told.evaluation)
        self._record(
            told.text,
            serving,
            "ok",
            200,
            told.evaluation,
            told.total,
            rows=told.rows,
            size=told.size,
            content_type=told.content_type,
        )
        self._meter.admit(client)

    async def ask_for_page(self, query: Query, serving: Serving, question: Question, client: str) -> Answer:
        """An answer to be shown to the client, counted and logged like any other; raises Problem.

        `question` says what isn't in the query: formats and size.
        """
        began = time.perf_counter()
        try:
            answer = await self._evaluate(query, await self._check(query), serving, question, client, None)
        except Problem as problem:
            self._tell_problem(query, serving, began, problem)
            raise
        self._tell(query.text, serving, began, "ok", 200, answer.seconds, rows=answer.rows, size=answer.size)
        return answer

    async def _check(self, query: Query) -> Checked:
        services = bool(self._settings.services)
        if len(query.text) <= _CHECKED_AT_ONCE:
            return guard.check(query.text, self._settings.limits, services=services)
        loop = asyncio.get_running_loop()
        check = partial(guard.check, query.text, self._settings.limits, services=services)
        return await loop.run_in_executor(self._checking, check)

    async def _evaluate(
        self,
        query: Query,
        checked: Checked,
        serving: Serving,
        question: Question,
        client: str,
        on_long: OnLong | None,
    ) -> Answer:
        limits = self._settings.limits
        now = time.monotonic()
        running = self._running.setdefault(client, [])
        self._meter.admit(client, sum([now - began for began in running]) if running else 0.0)
        deadline = min(query.timeout or limits.deadline, limits.max_deadline)
        text, left = query.text, deadline
        if checked.services:
            began = time.monotonic()
            text = await federation.resolve_services(
                checked, self._settings, deadline=deadline, executor=self._executor, base=serving.base
            )
            left = max(0.05, deadline - (time.monotonic() - began))
        question = Question(  # anew, which costs a fifth of to replace what differs
            text,
            question.accept,
            question.format,
            query.default_graphs,
            query.named_graphs,
            names_graphs=checked.names_graphs or bool(query.default_graphs or query.named_graphs),
            deadline=left,
            max_bytes=question.max_bytes,
            max_rows=limits.result_rows,
            coding=question.coding,
        )
        running.append(now)
        try:
            answer = await serving.engine.query(question, on_long)
        except Problem as problem:
            self._meter.charge(client, problem.seconds)
            raise
        finally:
            running.remove(now)
            if not running:
                self._running.pop(client, None)
        self._meter.charge(client, answer.seconds)
        return answer

    async def _anew(
        self, key: Key, request: Request, query: Query, serving: Serving, on_long: OnLong | None
    ) -> tuple[Response, Answer | None]:
        """Answer by evaluation; who asks what is being evaluated already shares that answer, or that problem."""
        checked = await self._check(query)
        if checked.volatile or checked.services:
            return await self._evaluate_for(key, request, query, checked, serving, on_long)
        if request.if_none_match not in (None, "*") and (known := _not_modified(key, request)):
            return known, None
        while (first := self._asked_now.get(key)) is not None:
            problem = await asyncio.shield(first)
            if problem is not None:
                raise Problem(problem.status, problem.detail, fields=problem.fields, headers=problem.headers)
            found = self._find(key, request)
            if found is not None:
                return await self._send_kept(found, key, request), None
        shared: asyncio.Future[Problem | None] = asyncio.get_running_loop().create_future()
        self._asked_now[key] = shared
        problem = None
        try:
            return await self._evaluate_for(key, request, query, checked, serving, on_long)
        except Problem as error:
            problem = error if error.status in _SHARED_STATUS else None
            raise
        finally:
            del self._asked_now[key]
            shared.set_result(problem)

    async def _evaluate_for(
        self,
        key: Key,
        request: Request,
        query: Query,
        checked: Checked,
        serving: Serving,
        on_long: OnLong | None,
    ) -> tuple[Response, Answer]:
        repeatable = not checked.volatile and not checked.services
        question = Question(
            query.text,
            request.accept,
            query.format,
            max_bytes=self._settings.limits.result_bytes,
            coding=choose_coding(request.accept_encoding),
        )
        answer = await self._evaluate(query, checked, serving, question, request.client, on_long)
        if answer.file is not None:
            return self._send_file(answer, key, request, repeatable=repeatable), answer
        assert answer.body is not None
        headers = {"Content-Type": answer.content_type, "Vary": VARY, "Cache-Control": CACHEABLE}
        if not repeatable:
            headers["Cache-Control"] = "no-store"
        tag = tag_of(key) if repeatable else ""
        kept = Kept(200, headers, answer.body, tag, answer.rows or 0)
        if repeatable:
            self._cache.put(key, kept)
        return await self._send(kept, key, request), answer

    def _find(self, key: Key, request: Request) -> Kept | Spooled | None:
        """The answer to the same question that was given before, if it is kept."""
        kept = self._cache.get(key)
        if kept is None and self._spool.bytes:
            return self._spool.get((*key, choose_coding(request.accept_encoding)))
        return kept

    async def _send_kept(self, kept: Kept | Spooled, key: Key, request: Request) -> Response:
        if isinstance(kept, Kept):
            return await self._send(kept, key, request)
        found = _not_modified(key, request)
        return found or Response(200, kept.headers, file=kept.path, size=kept.size)

    async def _send(self, kept: Kept, key: Key, request: Request) -> Response:
        """An answer that is in memory, in the coding that the client likes."""
        if kept.etag and request.if_none_match is not None and (found := _not_modified(key, request)):
            return found
        headers, body = kept.headers.copy(), kept.body
        coding = choose_coding(request.accept_encoding)
        if coding is not None and worth_compressing(headers["Content-Type"], len(body)):
            encoded = kept.encoded.get(coding)
            if encoded is None:
                if len(body) <= _COMPRESSED_AT_ONCE:
                    encoded = compress(body, coding)
                else:
                    loop = asyncio.get_running_loop()
                    encoded = await loop.run_in_executor(self._executor, compress, body, coding)
                self._cache.add_encoding(key, coding, encoded)
            body = encoded
            headers["Content-Encoding"] = coding
        if kept.etag:
            headers["ETag"] = etag_for(kept.etag, headers.get("Content-Encoding"))
        return Response(kept.status, headers, body)

    def _send_file(self, answer: Answer, key: Key, request: Request, *, repeatable: bool) -> Response:
        assert answer.file is not None
        headers = {"Content-Type": answer.content_type, "Vary": VARY}
        if answer.coding:
            headers["Content-Encoding"] = answer.coding
        if repeatable:
            headers |= {"Cache-Control": CACHEABLE, "ETag": etag_for(tag_of(key), answer.coding)}
        else:
            headers["Cache-Control"] = "no-store"
        kept_as = (*key, choose_coding(request.accept_encoding)) if repeatable else None
        spooled = self._spool.add(answer.file, answer.size, kept_as, headers, answer.rows)
        found = _not_modified(key, request) if repeatable else None
        return found or Response(200, headers, file=spooled.path, size=spooled.size)

    def _tell(
        self,
        text: str,
        serving: Serving,
        began: float,
        outcome: Outcome,
        status: int,
        seconds: float = 0.0,
        *,
        rows: int | None = None,
        size: int = 0,
        content_type: str | None = None,
    ) -> None:
        """Count and log a query that has ended just now."""
        total = time.perf_counter() - began
        self._record(
            text, serving, outcome, status, seconds, total, rows=rows, size=size, content_type=content_type
        )

    def _record(
        self,
        text: str,
        serving: Serving,
        outcome: Outcome,
        status: int,
        evaluation: float,
        total: float,
        *,
        rows: int | None,
        size: int,
        content_type: str | None,
    ) -> None:
        """Count and log a query."""
        self._metrics.observe_query(outcome, total, size)
        self._log.add(
            text=text,
            evaluation=evaluation,
            total=total,
            rows=rows,
            size=size,
            status=status,
            outcome=outcome,
            snapshot=serving.snapshot.id,
            format=content_type,
        )

    def _tell_problem(self, query: Query, serving: Serving, began: float, problem: Problem) -> None:
        too_long = problem.status == 507 and "unit" in problem.fields
        outcome = "result_size" if too_long else outcome_of(problem.status)
        self._tell(query.text, serving, began, outcome, problem.status, problem.seconds)


def _key(query: Query, request: Request, serving: Serving) -> Key:
    return key_of(
        serving.snapshot.id,
        query.text,
        request.accept,
        query.format,
        query.default_graphs,
        query.named_graphs,
    )


def _not_modified(key: Key, request: Request) -> Response | None:
    if request.if_none_match is None:
        return None
    tag = tag_of(key)
    for coding in (None, "zstd", "br", "gzip"):
        own = etag_for(tag, coding)
        if matches(request.if_none_match, own):
            sent = (
                own if request.if_none_match != "*" else etag_for(tag, choose_coding(request.accept_encoding))
            )
            return Response(304, {"ETag": sent, "Vary": VARY, "Cache-Control": CACHEABLE})
    return None
