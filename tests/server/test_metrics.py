"""What Prometheus is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.metrics import Metrics, Outcome, outcome_of


@dataclass
class Now:
    """A state of the server."""

    queue_length: int = 3
    workers: Mapping[str, int] = field(default_factory=lambda: {"idle": 2, "busy": 4})
    connections_lent: int = 6
    workers_killed: Mapping[str, int] = field(default_factory=lambda: {"deadline": 5})
    cache_bytes: int = 1_000
    cache_entries: int = 7
    cache_hits: int = 11
    cache_misses: int = 13
    snapshot_id: str | None = '2025-01"\\\n'
    snapshot_age: float | None = 17.5
    log_lines_dropped: int = 19


def _samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    content_type, body = metrics.render()
    assert content_type.startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_queries_are_counted_by_outcome_time_and_size() -> None:
    metrics = Metrics(Now())
    metrics.observe_query("ok", 0.002, 100)
    metrics.observe_query("ok", 0.0025, 50)
    metrics.observe_query("deadline", 31.0, 0)
    found = _samples(metrics)
    assert found["chuncheng_queries_total", "ok"] == 2
    assert found["chuncheng_queries_total", "deadline"] == 1
    assert found["chuncheng_queries_total", "failed"] == 0
    assert found["chuncheng_query_seconds_bucket", "0.001"] == 0
    assert found["chuncheng_query_seconds_bucket", "0.0025"] == 2
    assert found["chuncheng_query_seconds_bucket", "30.0"] == 2
    assert found["chuncheng_query_seconds_bucket", "+Inf"] == 3
    assert found[("chuncheng_query_seconds_count",)] == 3
    assert found[("chuncheng_query_seconds_sum",)] == pytest.approx(31.0045)
    assert found[("chuncheng_answer_bytes_total",)] == 150


def test_the_state_is_that_of_now() -> None:
    now = Now()
    metrics = Metrics(now)
    found = _samples(metrics)
    assert found[("chuncheng_queue_length",)] == 3
    assert found["chuncheng_workers", "busy"] == 4
    assert found[("chuncheng_connections_lent",)] == 6
    assert found["chuncheng_workers_killed_total", "deadline"] == 5
    assert found[("chuncheng_cache_bytes",)] == 1_000
    assert found[("chuncheng_cache_entries",)] == 7
    assert found[("chuncheng_cache_hits_total",)] == 11
    assert found[("chuncheng_cache_misses_total",)] == 13
    assert found["chuncheng_snapshot_info", '2025-01"\\\n'] == 1
    assert found[("chuncheng_snapshot_age_seconds",)] == 17.5
    assert found[("chuncheng_log_lines_dropped_total",)] == 19
    assert found[("process_resident_memory_bytes",)] > 1_000_000
    assert found[("process_open_fds",)] > 2
    now.queue_length = 0
    assert _samples(metrics)[("chuncheng_queue_length",)] == 0


def test_before_there_is_a_snapshot_nothing_is_said_of_it() -> None:
    found = _samples(Metrics(Now(snapshot_id=None, snapshot_age=None)))
    assert not any("snapshot" in name[0] for name in found)


def test_two_servers_in_one_process_count_apart() -> None:
    one, other = Metrics(Now()), Metrics(Now())
    one.observe_query("ok", 1, 1)
    assert _samples(other)["chuncheng_queries_total", "ok"] == 0


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, "syntax"),
        (403, "refused"),
        (405, "refused"),
        (406, "not_acceptable"),
        (413, "too_large"),
        (429, "budget"),
        (499, "disconnected"),
        (500, "failed"),
        (503, "busy"),
        (504, "deadline"),
        (507, "memory"),
    ],
)
def test_each_problem_has_an_outcome(status: int, outcome: str) -> None:
    assert outcome_of(status) == outcome
    assert outcome in get_args(Outcome)
