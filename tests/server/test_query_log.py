"""The log of queries."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import query_log
from server.query_log import QueryLog
from server.settings import SettingsError


def _add(log: QueryLog, text: str = "ASK {}", **changes: object) -> None:
    values: dict = {
        "evaluation": 0.0012345,
        "total": 0.25,
        "rows": 3,
        "size": 99,
        "status": 200,
        "outcome": "ok",
        "snapshot": "s1",
        "format": "json",
    }
    log.add(text=text, **values | changes)


def test_a_query_is_one_line_of_json_without_its_text(tmp_path: Path) -> None:
    file = tmp_path / "queries.log"
    file.write_text("before\n")
    log = QueryLog(str(file))
    _add(log)
    _add(log, rows=None, format=None)
    log.close()
    before, first, second = file.read_text("ascii").splitlines()
    assert before == "before"
    line = json.loads(first)
    assert line.pop("time")[10:].startswith("T") and first.index("Z") > 0
    assert line == {
        "hash": hashlib.sha256(b"ASK {}").hexdigest()[:16],
        "evaluation_ms": 1.234,
        "total_ms": 250.0,
        "rows": 3,
        "bytes": 99,
        "status": 200,
        "outcome": "ok",
        "snapshot": "s1",
        "format": "json",
    }
    assert json.loads(second)["rows"] is None
    assert log.dropped == 0


@pytest.mark.parametrize("text", ['a\n{"x": 1}', "\u2028\x85\r\x1b[2J", "\ud800", "春城\0"])
def test_no_text_ends_a_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "queries.log"
    log = QueryLog(str(file), with_text=True)
    _add(log, text)
    log.close()
    (line,) = file.read_bytes().decode("ascii").splitlines()
    assert line.isprintable()
    assert json.loads(line)["query"] == text


@given(st.text(), st.floats(0, 1e6), st.floats(0, 4e9))
def test_every_entry_can_be_formatted(text: str, seconds: float, ended: float) -> None:
    entry = query_log._Entry(ended, text, seconds, seconds, 1, 1, 200, "ok", "s", None)
    line = query_log._format(entry, with_text=True)
    assert line.endswith("}\n") and line.count("\n") == 1
    assert json.loads(line)["query"] == text
    assert len(json.loads(line)["time"]) == len("2025-01-01T00:00:00.000Z")


def test_a_reader_that_doesnt_read_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setitem(query_log._STREAMS, "stdout", writer)
    log = QueryLog("stdout", with_text=True)
    began = time.perf_counter()
    for _ in range(30_000):
        _add(log, "x" * 100)
    assert log.dropped > 0
    waiting = log.dropped
    log.close()
    assert time.perf_counter() - began < 10
    _add(log)
    assert log.dropped == waiting + 1
    os.close(reader)  # the thread's write fails now, and so it ends
    log._thread.join(10)
    assert not log._thread.is_alive()
    assert log.dropped > waiting + 1
    os.close(writer)


def test_long_queries_dont_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_log, "_WRITE_SECONDS", 60.0)
    log = QueryLog(str(tmp_path / "log"))
    for _ in range(1_000):
        _add(log, "x" * 32_768)
    assert 0 < 1_000 - log.dropped <= 512
    log.close()


def test_a_stream_that_was_made_non_blocking_gets_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    monkeypatch.setitem(query_log._STREAMS, "stderr", writer)
    log = QueryLog("stderr", with_text=True)
    for _ in range(2_000):
        _add(log, "x" * 100)
    log._closing.set()
    found = b""
    while found.count(b"\n") < 2_000:
        found += os.read(reader, 65_536)
    log.close()
    assert log.dropped == 0
    assert all(json.loads(line) for line in found.splitlines())
    os.close(reader)
    os.close(writer)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_only_loses_lines() -> None:
    log = QueryLog("/dev/full")
    _add(log)
    log.close()
    assert log.dropped == 1


def test_off_writes_nothing() -> None:
    log = QueryLog("off")
    _add(log)
    log.close()
    assert log.dropped == 0


def test_a_file_that_cant_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere/log can't be written"):
        QueryLog(str(tmp_path / "nowhere" / "log"))


def test_the_logs_of_the_process_itself_stay_open(capfd: pytest.CaptureFixture[str]) -> None:
    log = QueryLog("stderr")
    _add(log)
    log.close()
    print("still here", file=sys.stderr)
    written = capfd.readouterr().err
    assert '"status": 200' in written and "still here" in written
