"""The allocator that the engine runs with: which one, by whose choice, and that limits hold with each."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote

import pytest

from server.engine import allocator
from tests.server.live import running

pytestmark = pytest.mark.alone

MEBIBYTE = 1024 * 1024
NUMBERS = " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(100)))} }}" for name in "abcde")
#: One piece that grows, and millions that stay small.
HUNGRY = (
    f"SELECT (GROUP_CONCAT(STR(?a)) AS ?all) {{ {NUMBERS} }}",
    f"SELECT (COUNT(DISTINCT CONCAT(STR(?a), '-', STR(?b), '-', STR(?c), '-', STR(?d), '-', STR(?e))) AS ?n) {{ {NUMBERS} }}",
)
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {NUMBERS} }}"
needs_jemalloc = pytest.mark.skipif(allocator.installed() is None, reason="jemalloc isn't installed")


@pytest.mark.parametrize(
    ("preloaded", "name"), [pytest.param(None, "jemalloc", marks=needs_jemalloc), ("", "glibc")]
)
def test_limits_hold_with_each_allocator(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, preloaded: str | None, name: str
) -> None:
    for variable in ("LD_PRELOAD", "GLIBC_TUNABLES"):
        monkeypatch.delenv(variable, raising=False)
    if preloaded is not None:
        monkeypatch.setenv("LD_PRELOAD", preloaded)
    limits = {"memory_bytes": 64 * MEBIBYTE, "deadline": 10, "client_budget": 0}
    with running(data_dir, workers=1, **limits) as server:
        assert server.get("/limits").json["allocator"].startswith(f"{name} ")
        for hungry in HUNGRY:
            reply = server.ask(hungry)
            assert (reply.status_code, reply.json.get("limit")) == (507, 64 * MEBIBYTE)
            assert server.ask(f"ASK {{ ?s ?p ?o }} # after {len(hungry)}").status_code == 200
        began = time.monotonic()
        assert server.get("/sparql?timeout=0.5&query=" + quote(ENDLESS)).status_code == 504
        assert time.monotonic() - began < 3
        assert server.ask("ASK { ?s ?p ?o }").status_code == 200


@needs_jemalloc
def test_jemalloc_is_loaded_where_nobody_chose_an_allocator() -> None:
    chosen = allocator.environment({"PATH": "/bin"})
    assert chosen["LD_PRELOAD"] == allocator.installed()
    assert "retain:false" in chosen["MALLOC_CONF"]
    assert chosen["PATH"] == "/bin"


@pytest.mark.parametrize(
    "given",
    [
        {"LD_PRELOAD": ""},
        {"LD_PRELOAD": "libother.so"},
        {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=7"},
        {"LD_PRELOAD": "libother.so", "GLIBC_TUNABLES": ""},
    ],
)
def test_what_an_operator_chose_stays(given: dict[str, str]) -> None:
    chosen = allocator.environment(given)
    assert {name: chosen[name] for name in given} == given
    assert chosen.get("LD_PRELOAD") == given.get("LD_PRELOAD")
    assert "MALLOC_CONF" not in chosen


def test_without_jemalloc_the_c_library_is_tuned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator, "installed", lambda: None)
    chosen = allocator.environment({})
    assert "LD_PRELOAD" not in chosen
    assert "tcache_count" in chosen["GLIBC_TUNABLES"]
