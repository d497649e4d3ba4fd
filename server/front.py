"""Who answers which path: the SPARQL protocol and the server's own state here, pages and linked data in Flask.

One event loop serves all requests. Whatever takes time happens in worker processes or on threads.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from graph.views import BEFORE_ALL
from server import change_files, graph_store, memento, operations, protocol, static_files, wsgi_bridge
from server.answer_cache import AnswerCache
from server.app import create_app
from server.clients import ClientResolver, allowed_host, client_key
from server.connection_lender import ConnectionLender
from server.current import CurrentSnapshot, DataFolder, Serving, Source, no_kills
from server.engine import Cancel, Question
from server.http_server import BrokenBodyError, Exchange
from server.metering import Meter
from server.metrics import Metrics
from server.page_context import ENVIRON_KEY, PageContext, PageEngine, Served
from server.past import PastSnapshots, Then
from server.problem import Problem
from server.protocol import Query, Request, Response
from server.query_log import QueryLog
from server.remote_source import RemoteSource
from server.repeated_requests import RepeatedRequests
from server.settings import Settings
from server.sparql_service import SparqlService
from server.spool import Spool
from server.time_map_days import days_of
from server.warm import warm

SPARQL = "/sparql"
_BODY_SECONDS = 30.0  # for a client to send a request's body
_SWITCH_SECONDS = 0.0005  # after which a thread gives the interpreter's lock to the event loop
_SWEEP_SECONDS = 1.0
_REPEATED_SHARE = 4  # of the cache's bytes, this part is for requests that come again to the letter
_NEGOTIATED = (
    "accept",
    "accept-encoding",
    "if-none-match",
    memento.HEADER,
)  # headers that are parsed on the event loop
_NEGOTIATED_CHARACTERS = 4096
_log = logging.getLogger(__name__)

#: Headers of every response. Nothing here needs a script or another host, and all of it is for anyone to read.
COMMON_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Location, ETag, Link, Location, Memento-Datetime, Retry-After, Vary",
    "Server": "Chuncheng",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": protocol.METHODS,
    "Access-Control-Allow-Headers": "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class Front:
    """The application that the HTTP server calls; `start` before the first request, `close` after the last."""

    def __init__(self, data_dir: Path, settings: Settings) -> None:
        self._settings = settings
        limits = settings.limits
        self._spool = Spool(settings.spool, limits.spool_bytes, limits.transfer_seconds)
        killed = no_kills()
        kind = RemoteSource if settings.store else DataFolder
        source: Source = kind(data_dir, settings, self._spool.path, killed)
        self.current = CurrentSnapshot(source, killed, warm)
        repeated = RepeatedRequests(settings.cache_bytes // _REPEATED_SHARE)
        self._cache = AnswerCache(settings.cache_bytes - settings.cache_bytes // _REPEATED_SHARE)
        self._log = QueryLog(settings.log, with_text=settings.log_queries)
        self._metrics = Metrics(operations.State(self.current, self._cache, repeated, self._log))
        self._threads = ThreadPoolExecutor(settings.page_threads, thread_name_prefix="page")
        meter = Meter(limits.client_budget)
        self._past = PastSnapshots(data_dir, settings, self._spool.path, self.current.killed, meter)
        self._resolver = ClientResolver(settings.trusted_proxies)
        self.service = SparqlService(
            settings,
            spool=self._spool,
            cache=self._cache,
            repeated=repeated,
            meter=meter,
            metrics=self._metrics,
            log=self._log,
            executor=self._threads,
        )
        self._pages = create_app()
        self._static = static_files.StaticFiles()
        self._state = operations.Operations(settings, self.current, self._metrics)
        self._changes = change_files.ChangeFiles(self._spool)
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load the published snapshot; raises ChunchengError."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        await self.current.start()
        # What is here to stay isn't looked through for garbage: that would stop all answers for 80 ms now and then.
        gc.collect()
        gc.freeze()
        self._sweeping = asyncio.get_running_loop().create_task(self._sweep())

    async def close(self) -> None:
        """Let go of processes, threads and files."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self._past.close()
        await self.current.close()
        self.service.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._spool.close()
        self._log.close()

    def begin(self, exchange: Exchange) -> Coroutine[Any, Any, None] | None:
        """See `server.http_server.Application`; a request that comes again to the letter is answered at once."""
        try:
            request = self._read_head(exchange)
        except Problem as problem:
            exchange.send(protocol.refuse(problem))
            return None
        if exchange.method == "GET" and exchange.headers.get(memento.HEADER) is None:
            known = self.service.answer_repeated(self.current.serving, request)
            if known is not None:
                exchange.send(known)
                return None
        return self._answer_later(exchange, request)

    async def _answer_later(self, exchange: Exchange, request: Request) -> None:
        try:
            exchange.send(await self._respond(exchange, request))
        except Problem as problem:
            exchange.send(protocol.refuse(problem))
        except asyncio.CancelledError:
            exchange.abandon()  # the client has gone
        except Exception:
            _log.exception("failed at %s", exchange.path)
            exchange.send(
                protocol.refuse(Problem(500, "the server failed at this request; its log says why"))
            )

    def _read_head(self, exchange: Exchange) -> Request:
        """The request without its body; raises Problem."""
        headers = exchange.headers
        client = self._resolver.resolve(exchange.client, headers)
        host = client.host or exchange.authority or headers.get("host") or "localhost"
        if self._settings.hosts and not allowed_host(host, self._settings.hosts):
            raise Problem(421, f"this server doesn't answer for {host}")
        for name in _NEGOTIATED:
            if len(headers.get(name) or "") > _NEGOTIATED_CHARACTERS:
                raise Problem(431, f"the header {name} has more than {_NEGOTIATED_CHARACTERS} characters")
        return Request(
            exchange.method,
            f"{client.scheme or exchange.scheme}://{host}",
            exchange.path,
            exchange.query_string,
            headers.get("accept"),
            headers.get("content-type"),
            b"",
            headers.get("accept-encoding"),
            headers.get("if-none-match"),
            client_key(client.address),
            headers.get("range"),
            headers.get("if-range"),
        )

    async def _respond(self, exchange: Exchange, request: Request) -> Response:
        path = request.path
        is_sparql = path == SPARQL or path.startswith(SPARQL + ".")
        if request.method == "OPTIONS":
            allowed = protocol.METHODS if is_sparql else "GET, HEAD, OPTIONS"
            return Response(204, {"Allow": allowed, **_PREFLIGHT})
        if request.method not in ("GET", "HEAD"):
            request = request._replace(body=await self._read_body(exchange))
        serving = self.current.serving
        serving.users += 1  # its engine stays while a request uses it
        then = None
        try:
            is_of_time = memento.is_of_time(path)
            if is_of_time:
                then = await self._then(request, serving, exchange.headers.get(memento.HEADER))
            answer = self._sparql if is_sparql else self._answer_path
            response = await answer(request, then, serving, exchange)
            if then is None and (path.startswith(SPARQL) or not is_of_time):
                return (
                    response  # queries of the present say no more than that there is a past: see their Vary
                )
            return memento.label(response, request, serving.publications, _shown(then))
        finally:
            serving.users -= 1
            if then is not None:
                then.serving.users -= 1

    async def _then(self, request: Request, serving: Serving, accept_datetime: str | None) -> Then | None:
        """Who answers as of the day that the request names, None where it names none; to be let go of by `serving.users`."""
        day = memento.asked_day(request)
        if day is None and accept_datetime is not None:
            day = memento.negotiated_day(accept_datetime, serving.publications)
        if day is None:
            return None
        past = self._past.past(serving, day)
        data = request.path.startswith((SPARQL, "/dumps/", "/store", "/graph/", "/.well-known/"))
        return await self._past.then(serving, past, request.client, ledger=not data)

    async def _time_map(self, request: Request, serving: Serving) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise Problem(
                405, f"{request.method} means nothing here", headers={"Allow": "GET, HEAD, OPTIONS"}
            )
        mapped = request._replace(path=memento.mapped_path(request.path))
        days = await days_of(
            serving, mapped.path, self._settings.limits.deadline, undated=self._settings.undated
        )
        if days is None or not memento.is_of_time(mapped.path):
            raise Problem(404, f"nothing is known of what would be at {mapped.path}, so it has no past")
        return memento.time_map(memento.original(mapped.url, mapped.parameters), days)

    async def _answer_path(
        self, request: Request, then: Then | None, current: Serving, exchange: Exchange
    ) -> Response:
        serving, path = then.serving if then else current, request.path
        if graph_store.is_path(path):
            return await self._graph(request, serving, then, exchange)
        if path.startswith(change_files.PREFIX):
            return await self._changes.answer(request, current.snapshot)
        if path.startswith(static_files.PREFIX):
            return self._static.answer(request)
        if path.startswith(memento.TIME_MAP):
            return await self._time_map(request, serving)
        state = self._state.find(path)
        if state is not None:
            return state(request, serving)
        return await self._page(request, serving, then, exchange)

    async def _sparql(
        self, request: Request, then: Then | None, current: Serving, exchange: Exchange
    ) -> Response:
        serving = then.serving if then else current
        suffix = request.path[len(SPARQL) + 1 :]
        if protocol.wants_page(request, suffix):
            return await self._page(request, serving, then, exchange)
        query = protocol.read_query(request, suffix)
        if query is None:
            return self._state.describe_service(request, serving)
        return await self._answer(request, query, serving, exchange, is_past=then is not None)

    async def _graph(
        self, request: Request, serving: Serving, then: Then | None, exchange: Exchange
    ) -> Response:
        query, exists = graph_store.read(request, request.path, serving.base)
        if exists is not None:
            found = await serving.engine.query(Question(exists.text, format="json"))
            if b"false" in found.read():
                raise Problem(404, "this snapshot has no such graph")
        return await self._answer(request, query, serving, exchange, is_past=then is not None)

    async def _answer(
        self, request: Request, query: Query, serving: Serving, exchange: Exchange, *, is_past: bool
    ) -> Response:
        """A query's answer; a long one is ended when its client goes."""
        watching: list[asyncio.Task[None]] = []

        def watch(cancel: Cancel) -> None:
            watching.append(asyncio.get_running_loop().create_task(_cancel_without_client(exchange, cancel)))

        def offer() -> None:
            if not is_past and _may_be_lent(request, exchange):
                exchange.lender = ConnectionLender(serving, request, self.service)

        try:
            return await self.service.answer(request, query, serving, watch, offer, is_past=is_past)
        finally:
            for task in watching:
                task.cancel()

    async def _page(
        self,
        request: Request,
        serving: Serving,
        then: Then | None,
        exchange: Exchange,
    ) -> Response:
        exchange.by_thread = True
        loop = asyncio.get_running_loop()
        context = PageContext(
            Served(
                serving.snapshot,
                PageEngine(serving, self._settings, loop),
                then.past if then else None,
                then.ledger if then else None,
            ),
            self.service,
            serving,
            request.client,
            loop,
            self.current.serving.publications,
        )
        scheme, _, host = request.origin.partition("://")
        environ = wsgi_bridge.environ_of(exchange, request.body, host, scheme, {ENVIRON_KEY: context})
        status, headers, content = await loop.run_in_executor(
            self._threads, wsgi_bridge.call, self._pages, environ
        )
        size = len(content)
        if request.method == "HEAD":
            size = next((int(value) for name, value in headers if name == "Content-Length"), 0)
        kept = {name: value for name, value in headers if name != "Content-Length"}
        return Response(status, kept, content, size=size)

    async def _read_body(self, exchange: Exchange) -> bytes:
        """The body of a request; raises Problem 413 before more of it than allowed is read, 408 for one that doesn't come."""
        limit = self._settings.limits.body_bytes
        declared = exchange.headers.get("content-length")
        if declared is not None and declared.isdigit() and int(declared) > limit:
            raise _body_too_large(limit)
        parts, size = [], 0
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                async for part in exchange:
                    size += len(part)
                    if size > limit:
                        raise _body_too_large(limit)
                    parts.append(part)
        except TimeoutError:
            raise Problem(408, f"the body didn't come within {_BODY_SECONDS:g} s") from None
        except BrokenBodyError:
            raise Problem(400, "the body broke off or is badly encoded") from None
        return b"".join(parts)

    async def _sweep(self) -> None:
        snapshot = self.current.serving.snapshot.id
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            if self.current.serving.snapshot.id != snapshot:
                snapshot = self.current.serving.snapshot.id
                self._cache.clear()
                self._spool.forget_kept()
            self._spool.sweep()
            await self._past.sweep(snapshot)


def _shown(then: Then | None) -> tuple[str, str] | None:
    """The day asked for and the day of publication that it shows; before the first, that day itself."""
    if then is None:
        return None
    past = then.past
    return past.day, past.day if past.published == BEFORE_ALL else past.published


def _may_be_lent(request: Request, exchange: Exchange) -> bool:
    """Whether a request is one that a lane knows: `server.engine.lane`."""
    parameters = request.parameters
    return (
        request.method == "GET"
        and request.path == SPARQL
        and parameters.startswith("query=")
        and "&" not in parameters
        and request.if_none_match is None
        and request.range is None
        and exchange.authority is None
        and exchange.headers.get(memento.HEADER) is None
        and exchange.headers.get("content-length") is None
        and exchange.headers.get("transfer-encoding") is None
    )


async def _cancel_without_client(exchange: Exchange, cancel: Cancel) -> None:
    await exchange.client_disconnect()
    cancel()


def _body_too_large(limit: int) -> Problem:
    return Problem(
        413,
        f"the body has more than the {limit} bytes allowed; ask in smaller queries",
        fields={"limit": limit},
    )
