"""What the server says of itself: health, metrics, limits, descriptions of the service and its data, dumps."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph
from pyoxigraph import RdfFormat

from ontology.terms import PREFIXES
from server import dumps
from server.answer_cache import AnswerCache, matches
from server.current import CurrentSnapshot, Serving
from server.description import describe_service
from server.metrics import Metrics
from server.negotiate import GRAPH_FORMATS, choose
from server.problem import Problem
from server.protocol import Request, Response
from server.query_log import QueryLog
from server.repeated_requests import RepeatedRequests
from server.settings import Settings, describe

Answering: TypeAlias = Callable[[Request, Serving], Response]
_OPENAPI = Path(__file__).with_name("openapi.json")
_DESCRIPTIONS = 64  # kept: a host header makes the address, so there may be many
_NO_STORE = {"Cache-Control": "no-store"}


class State:
    """What Prometheus is told of the present moment (server.metrics.Readings)."""

    def __init__(
        self, current: CurrentSnapshot, cache: AnswerCache, repeated: RepeatedRequests, log: QueryLog
    ) -> None:
        self._current = current
        self._cache = cache
        self._repeated = repeated
        self._log = log

    @property
    def queue_length(self) -> int:
        """See `server.metrics.Readings`, as for the others."""
        return self._current.serving.engine.queue_length

    @property
    def workers(self) -> Mapping[str, int]:  # noqa: D102
        engine = self._current.serving.engine
        return {"idle": engine.idle, "busy": engine.running}

    @property
    def connections_lent(self) -> int:  # noqa: D102
        return self._current.serving.engine.lent

    @property
    def workers_killed(self) -> Mapping[str, int]:  # noqa: D102
        return self._current.killed

    @property
    def cache_bytes(self) -> int:  # noqa: D102
        return self._cache.size + self._repeated.size

    @property
    def cache_entries(self) -> int:  # noqa: D102
        return len(self._cache)

    @property
    def cache_hits(self) -> int:  # noqa: D102
        return self._cache.hits + self._repeated.hits

    @property
    def cache_misses(self) -> int:  # noqa: D102
        return self._cache.misses

    @property
    def snapshot_id(self) -> str | None:  # noqa: D102
        return self._current.serving.snapshot.id

    @property
    def snapshot_age(self) -> float | None:  # noqa: D102
        created = datetime.fromisoformat(self._current.serving.snapshot.manifest["created"])
        return (datetime.now(UTC) - created).total_seconds()

    @property
    def log_lines_dropped(self) -> int:  # noqa: D102
        return self._log.dropped


class Operations:
    """The paths about the server itself."""

    def __init__(self, settings: Settings, current: CurrentSnapshot, metrics: Metrics) -> None:
        self._settings = settings
        self._current = current
        self._metrics = metrics
        self._described: dict[tuple[str, str, str], bytes] = {}
        self._paths: dict[str, Answering] = {
            "/health": self._health,
            "/health/live": self._live,
            "/health/ready": self._health,
            "/metrics": self._show_metrics,
            "/limits": self._limits,
            "/limits.json": self._limits,
            "/.well-known/void": self._void,
            "/openapi.json": self._openapi,
        }

    def find(self, path: str) -> Answering | None:
        """What answers a path, None where it isn't one of these."""
        found = self._paths.get(path)
        if found is None and path.startswith(dumps.PREFIX):
            found = self._dump
        return None if found is None else lambda request, serving: _reading(request, serving, found)

    def describe_service(self, request: Request, serving: Serving) -> Response:
        """The Service Description, in the RDF format that the client likes; raises Problem 406."""
        choice = choose(request.accept, None, GRAPH_FORMATS)
        key = (serving.snapshot.id, request.url, choice.format.suffix)
        body = self._described.get(key)
        if body is None:
            if len(self._described) >= _DESCRIPTIONS:
                self._described.clear()
            body = describe_service(request.url, choice.format, serving.snapshot, self._settings)
            self._described[key] = body
        return Response(200, {"Content-Type": choice.content_type, "Vary": "Accept"}, body)

    def _live(self, _: Request, __: Serving) -> Response:
        return _json(200, {"live": True})

    def _health(self, _: Request, __: Serving) -> Response:
        ready = self._current.is_ready
        state: dict[str, Any] = {"live": True, "ready": ready}
        if ready:
            serving = self._current.serving
            engine = serving.engine
            state |= {
                "snapshot": serving.snapshot.id,
                "queries": {"running": engine.running, "waiting": engine.queue_length},
                "workers": {"idle": engine.idle, "busy": engine.running},
            }
        return _json(200 if ready else 503, state)

    def _show_metrics(self, _: Request, __: Serving) -> Response:
        content_type, body = self._metrics.render()
        return Response(200, {"Content-Type": content_type, **_NO_STORE}, body)

    def _limits(self, _: Request, __: Serving) -> Response:
        engine = self._current.serving.engine
        return _json(
            200,
            {
                "limits": [
                    {"name": name, "value": value, "meaning": meaning}
                    for name, value, meaning in describe(self._settings.limits)
                ],
                "services": list(self._settings.services),
                "workers": self._settings.workers,
                **engine.state,
            },
        )

    def _void(self, request: Request, serving: Serving) -> Response:
        choice = choose(request.accept, None, GRAPH_FORMATS)
        triples = serving.snapshot.description()
        assert isinstance(choice.format.writes, RdfFormat)
        body = pyoxigraph.serialize(triples, format=choice.format.writes, prefixes=dict(PREFIXES)) or b""
        return Response(200, {"Content-Type": choice.content_type, "Vary": "Accept"}, body)

    def _openapi(self, _: Request, __: Serving) -> Response:
        return Response(200, {"Content-Type": "application/json"}, _OPENAPI.read_bytes())

    def _dump(self, request: Request, serving: Serving) -> Response:
        return dumps.send(request, serving.snapshot, self._current.serving.snapshot)


def _reading(request: Request, serving: Serving, answer: Answering) -> Response:
    if request.method not in ("GET", "HEAD"):
        raise Problem(405, f"{request.method} means nothing here", headers={"Allow": "GET, HEAD, OPTIONS"})
    response = answer(request, serving)
    tag = response.headers.get("ETag")
    if tag and request.if_none_match is not None and matches(request.if_none_match, tag):
        return Response(304, {"ETag": tag})
    return response


def _json(status: int, body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    return Response(status, {"Content-Type": "application/json", **_NO_STORE}, text.encode())
