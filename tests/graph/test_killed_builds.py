"""Real processes, really killed: whatever the moment, what was published before goes on answering."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from pyoxigraph import Literal

from graph.build import build
from graph.snapshot import SnapshotError, list_snapshots, open_current, verify
from ontology.identifiers import DEFAULT_BASE

OLD, NEW = 50, 12_000  # quads: the new build takes long enough to be killed at many moments
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
STAGES = ("load", "merge", "verify", "publish")

# Builds FILE into DATA. At the stage or the system call that MOMENT names, the process kills itself or, for `hold`, waits.
BUILDER = """
import os, signal, sys
from pathlib import Path
from graph.build import build
from graph.stages import Stages

file, data, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def on_stage(stage):
    if moment == "hold" and stage == "load":
        print("held", flush=True)
        sys.stdin.read()
    if stage == moment:
        die()

def around(name, number, *, after):
    real, calls = getattr(Path, name), iter(range(99))
    def call(self, target):
        if next(calls) == number and not after:
            die()
        result = real(self, target)
        if after:
            die()
        return result
    setattr(Path, name, call)

if ":" in moment:
    name, when = moment.split(":")
    around(name, 0, after=when == "after")
build(data, None, [file], base="https://w3id.org/chuncheng/", stages=Stages(on_stage))
"""


def write_quads(path: Path, number: int, graph: str) -> Path:
    path.write_text(
        "".join(f'<x:s{i}> <x:p> "{i} 个公园"@zh <x:{graph}> .\n' for i in range(number)),
        encoding="utf-8",
    )
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a published snapshot of OLD quads."""
    build(tmp_path / "data", None, [write_quads(tmp_path / "old.nq", OLD, "old")], base=DEFAULT_BASE)
    return tmp_path / "data"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_quads(tmp_path / "new.nq", NEW, "new")


def start(file: Path, data: Path, moment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(BUILDER), str(file), str(data), moment],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def served(data: Path) -> int:
    snapshot = open_current(data)
    verify(snapshot)
    solution = next(iter(snapshot.open_store().query(COUNT)))  # type: ignore[arg-type, var-annotated]
    assert isinstance(solution["n"], Literal)
    return int(solution["n"].value)


def assert_a_new_build_works(data: Path, file: Path) -> None:
    build(data, None, [file], base=DEFAULT_BASE)
    assert served(data) == NEW
    assert not list((data / "building").glob("*")), "what dead builds left is gone"
    assert [s.manifest["counts"]["quads"] for s in list_snapshots(data)] == [OLD, NEW]


@pytest.mark.parametrize("stage", STAGES)
def test_a_build_killed_at_a_stage_leaves_what_was_published(data: Path, file: Path, stage: str) -> None:
    before = open_current(data).id
    process = start(file, data, stage)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert (open_current(data).id, served(data)) == (before, OLD)
    assert_a_new_build_works(data, file)


@pytest.mark.parametrize(
    ("moment", "now"),
    [("rename:before", OLD), ("rename:after", OLD), ("replace:before", OLD), ("replace:after", NEW)],
)
def test_the_last_rename_is_the_one_moment_at_which_the_new_snapshot_is_there(
    data: Path, file: Path, moment: str, now: int
) -> None:
    process = start(file, data, moment)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert served(data) == now
    assert_a_new_build_works(data, file)


def test_a_build_killed_at_any_time_leaves_what_was_published(data: Path, file: Path) -> None:
    before = open_current(data).id
    scratch = data.with_name("scratch")
    began = time.monotonic()
    start(file, scratch, "never").communicate()
    whole = time.monotonic() - began
    killed = 0
    for part in range(1, 11):
        process = start(file, data, "never")
        try:
            process.communicate(timeout=whole * part / 12)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        if process.returncode == 0:  # a fast machine: it was done before its time
            break
        assert process.returncode == -signal.SIGKILL
        killed += 1
        if open_current(data).id != before:  # killed after its last rename: then it is whole
            assert served(data) == NEW
            break
        assert served(data) == OLD
    assert killed >= 5
    assert_a_new_build_works(data, file)


def test_a_second_build_at_the_same_time_is_refused_and_a_dead_one_blocks_nobody(
    data: Path, file: Path
) -> None:
    process = start(file, data, "hold")
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(SnapshotError, match="another build"):
            build(data, None, [file], base=DEFAULT_BASE)
        assert served(data) == OLD
    finally:
        process.kill()
        process.communicate()
    assert_a_new_build_works(data, file)
