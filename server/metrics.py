"""What Prometheus is told: counts and times of queries, and the state of everything at the moment it asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Literal, Protocol, TypeAlias, get_args

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.utils import floatToGoString

Outcome: TypeAlias = Literal[
    "ok",
    "cached",
    "not_modified",
    "syntax",
    "refused",
    "too_large",
    "budget",
    "busy",
    "deadline",
    "memory",
    "result_size",
    "not_acceptable",
    "disconnected",
    "failed",
]
_OUTCOMES: dict[int, Outcome] = {
    400: "syntax",
    403: "refused",
    406: "not_acceptable",
    413: "too_large",
    429: "budget",
    499: "disconnected",  # nginx's number for a client that has gone
    503: "busy",
    504: "deadline",
    507: "memory",
}
#: Upper bounds in seconds, each at least twice the one before.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_BUCKET_NAMES = [*map(floatToGoString, _BUCKETS), "+Inf"]


def outcome_of(status: int) -> Outcome:
    """How a query ended that got a problem with this HTTP status; what a client did wrong otherwise is `refused`.

    507 stands for memory: an answer that grew too large says `result_size` itself.
    """
    return _OUTCOMES.get(status) or ("refused" if 400 <= status < 500 else "failed")


class Readings(Protocol):
    """The state of the server as far as others keep it, read anew whenever Prometheus asks."""

    @property
    def queue_length(self) -> int:
        """Queries that wait for a worker."""

    @property
    def workers(self) -> Mapping[str, int]:
        """Number of worker processes by state (idle, busy)."""

    @property
    def connections_lent(self) -> int:
        """Connections over which a lane answers."""

    @property
    def workers_killed(self) -> Mapping[str, int]:
        """Worker processes that were ended, by reason, since the start."""

    @property
    def cache_bytes(self) -> int:
        """Size of the answer cache."""

    @property
    def cache_entries(self) -> int:
        """Answers in the cache."""

    @property
    def cache_hits(self) -> int:
        """Answers found in the cache since the start."""

    @property
    def cache_misses(self) -> int:
        """Answers not found in the cache since the start."""

    @property
    def snapshot_id(self) -> str | None:
        """The snapshot that is served, None before there is one."""

    @property
    def snapshot_age(self) -> float | None:
        """Seconds since it was published."""

    @property
    def log_lines_dropped(self) -> int:
        """Lines of the query log that weren't written, since the start."""


class Metrics:
    """Counts queries and renders all metrics; for one thread, so that counting needs no locks.

    It is its own collector with plain numbers: prometheus_client's counters, made for many threads, cost five times
    as much a query.
    """

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._queries: dict[Outcome, int] = dict.fromkeys(get_args(Outcome), 0)
        self._in_bucket = [0] * len(_BUCKET_NAMES)
        self._seconds = 0.0
        self._bytes = 0
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def observe_query(self, outcome: Outcome, seconds: float, bytes_: int) -> None:
        """Count a query that has ended: time from its arrival in seconds, size of its answer's body as sent."""
        self._queries[outcome] += 1
        self._in_bucket[bisect_left(_BUCKETS, seconds)] += 1
        self._seconds += seconds
        self._bytes += bytes_

    def render(self) -> tuple[str, bytes]:
        """Content type and body of /metrics (Prometheus text format)."""
        return CONTENT_TYPE_LATEST, generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """All metrics of now, as prometheus_client's registry asks for them."""
        yield _counters("queries", "Queries that have ended, by outcome", "outcome", self._queries)
        buckets = list(zip(_BUCKET_NAMES, accumulate(self._in_bucket), strict=True))
        seconds = HistogramMetricFamily(
            "chuncheng_query_seconds", "Time from a query's arrival to its answer"
        )
        seconds.add_metric([], buckets, self._seconds)
        yield seconds
        yield _counter("answer_bytes", "Bytes of answers sent, without headers", self._bytes)
        now = self._readings
        yield _gauge("queue_length", "Queries that wait for a worker", now.queue_length)
        workers = GaugeMetricFamily("chuncheng_workers", "Worker processes by state", labels=["state"])
        for state, number in now.workers.items():
            workers.add_metric([state], number)
        yield workers
        yield _gauge("connections_lent", "Connections over which a lane answers", now.connections_lent)
        yield _counters("workers_killed", "Worker processes ended, by reason", "reason", now.workers_killed)
        yield _gauge("cache_bytes", "Size of the answer cache", now.cache_bytes)
        yield _gauge("cache_entries", "Answers in the cache", now.cache_entries)
        yield _counter("cache_hits", "Answers found in the cache", now.cache_hits)
        yield _counter("cache_misses", "Answers not found in the cache", now.cache_misses)
        yield _counter("log_lines_dropped", "Lines of the query log not written", now.log_lines_dropped)
        if now.snapshot_id is not None:
            snapshot = GaugeMetricFamily(
                "chuncheng_snapshot_info", "The snapshot that is served", labels=["id"]
            )
            snapshot.add_metric([now.snapshot_id], 1)
            yield snapshot
        if now.snapshot_age is not None:
            yield _gauge("snapshot_age_seconds", "Time since the snapshot was published", now.snapshot_age)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"chuncheng_{name}", meaning, value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"chuncheng_{name}", meaning, value)


def _counters(
    name: str, meaning: str, label: str, values: Mapping[Outcome, int] | Mapping[str, int]
) -> Metric:
    family = CounterMetricFamily(f"chuncheng_{name}", meaning, labels=[label])
    for labelled, value in values.items():
        family.add_metric([labelled], value)
    return family
