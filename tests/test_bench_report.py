"""The measurements in their smallest form: they fail where something is wrong, never on time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench import build, lighthouse, report
from bench.endpoint import Address, Question, _compare, ratios
from bench.goals import Goal

ROOT = Path(__file__).resolve().parent.parent
#: Publishing has tests with the same stores (tests/remote), and the build of a snapshot indexes names as `search` does.
MEASURED = [name for name in report.PARTS if name not in ("publishing", "search")]
if not lighthouse.can_be_measured():  # as the tests in a browser, which are skipped without one
    MEASURED.remove("lighthouse")


def _report(folder: Path, *more: str) -> str:
    command = [sys.executable, "bench/report.py", "--write", str(folder / "performance.md"), *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / "performance.md").read_text("utf-8")


def test_all_is_measured_and_right_and_told(tmp_path: Path) -> None:
    told = _report(tmp_path, "--brief", "--only", ",".join(MEASURED), "--jobs", "2")
    results = json.loads((tmp_path / "performance.json").read_text("utf-8"))
    assert list(results) == MEASURED
    assert all("results" in part for part in results.values()), "nothing may be left out where tests run"
    assert [size["articles"] for size in results["build"]["results"]["sizes"]] == [24]
    assert results["endpoint"]["results"]["sets"][0]["problems"] == []
    assert all(f"## {report.PARTS[name].tells.TITLE}" in told for name in MEASURED)
    for name in ("build-growth", "build-stages", "endpoint", "pages"):
        assert f"](performance/{name}.svg)" in told
    drawn = {file.name: file.read_bytes() for file in (tmp_path / "performance").iterdir()}
    assert all(b"<svg" in chart for chart in drawn.values())
    assert _report(tmp_path, "--render") == told, "a report from its results is the same report"
    assert {name: (tmp_path / "performance" / name).read_bytes() for name in drawn} == drawn


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_what_a_part_started_ends_with_the_report(how: signal.Signals, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [
        sys.executable,
        "bench/report.py",
        "--write",
        str(tmp_path / "told.md"),
        "--brief",
        "--only",
        "pages",
    ]
    report_ = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_take_interrupts,
    )
    try:
        assert _within(60, lambda: any(" -m chuncheng " in told for told in _running(scratch).values()))
    finally:
        report_.send_signal(how)
        code = report_.wait(60)
    assert _within(30, lambda: not _running(scratch)), _running(scratch)
    if how != signal.SIGKILL:
        assert not list(scratch.iterdir())
    assert code == {signal.SIGTERM: 143, signal.SIGINT: -signal.SIGINT, signal.SIGKILL: -signal.SIGKILL}[how]


def _running(scratch: Path) -> dict[int, str]:
    """Command lines of the processes that have this folder for their temporary files: the report's own and all that come of it."""
    found = {}
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdigit() and f"TMPDIR={scratch}".encode() in (
                folder / "environ"
            ).read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def _take_interrupts() -> None:
    """As in a terminal: what a shell started in the background ignores Ctrl-C, and so would what that starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held


def test_what_is_not_measured_again_stays() -> None:
    before = {"sizes": [{"articles": 1000, "quads": 1}, {"articles": 10, "quads": 2}]}
    found = {"sizes": [{"articles": 10, "quads": 3}]}
    assert build.merged(before, found) == {
        "sizes": [{"articles": 10, "quads": 3}, {"articles": 1000, "quads": 1}]
    }


def test_a_part_that_is_left_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "performance.json").write_text(json.dumps({"endpoint": {"left_out": "no program"}}))
    assert "Left out where this was written: no program." in _report(tmp_path, "--render")


@pytest.mark.parametrize(
    ("goal", "reached"),
    [
        (Goal("a", 3.0, 3.0), True),
        (Goal("a", 3.1, 3.0), False),
        (Goal("a", 3.1, 3.0, at_least=True), True),
    ],
)
def test_a_goal_is_reached_or_not(goal: Goal, reached: bool) -> None:
    assert goal.reached is reached


@contextmanager
def _answering(value: str) -> Iterator[Address]:
    """A server that answers every query with this one value."""
    body = json.dumps({"results": {"bindings": [{"x": {"type": "literal", "value": value}}]}}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Address(server.server_port, "/sparql")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_another_answer_than_the_baseline_gives_is_found() -> None:
    question = Question("one", "question", rows_matter=True, texts=("SELECT ?x {}",))
    with _answering("1") as native, _answering("1") as same, _answering("2") as ours:
        assert not list(_compare({"native": native, "ours": same}, [question]))
        (problem,) = _compare({"native": native, "ours": ours}, [question])
    assert problem["server"] == "ours"
    assert "differ" in problem["problem"]


def test_a_peer_that_gives_no_answer_is_no_yardstick() -> None:
    def cell(peer: float) -> dict[str, object]:
        servers = {"ours": {"rps": 6.0, "ratio": 3.0}, "native": {"rps": 2.0, "ratio": 1.0}}
        return {
            "kind": "export",
            "clients": 1,
            "servers": servers | {"virtuoso": {"rps": peer, "ratio": peer / 2}},
        }

    assert ratios([cell(1.0), cell(0.0)]) == {("export", 1): {"native": pytest.approx(3), "virtuoso": 6.0}}
