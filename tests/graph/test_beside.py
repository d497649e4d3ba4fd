"""The index and the dumps are the same whoever writes them, and a process that is lost is told of."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from graph import beside as module
from graph.beside import LostProcessError, beside
from graph.dumps import FORMATS
from graph.search.index import read_about
from graph.snapshot import Snapshot, build_snapshot, verify
from graph.stages import Stages

BASE = "https://w3id.org/chuncheng/"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
LINES = [
    f'<{BASE}id/area/{number}> {LABEL} "地方{number}"@zh <{BASE}graph/places> .\n'.encode()
    for number in range(300)
]


def built(data: Path, stages: Stages) -> Snapshot:
    return build_snapshot(data, iter(LINES), base=BASE, reason=False, stages=stages)


def test_other_processes_write_the_same_index_and_dumps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = Stages(), Stages()
    alone = built(tmp_path / "alone", here)
    monkeypatch.setattr(module, "_MUCH", 0)
    monkeypatch.setattr(module, "processors", lambda: 2)
    shared = built(tmp_path / "shared", elsewhere)
    verify(shared)
    assert shared.id == alone.id
    for format_ in FORMATS:
        assert (shared.path / format_.file).read_bytes() == (alone.path / format_.file).read_bytes(), (
            format_.name
        )
    assert read_about(shared.path) == read_about(alone.path)
    assert {"search", "dump"} <= here.seconds().keys() & elsewhere.seconds().keys()


def end_oneself(_given: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_lost_process_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MUCH", 0)
    monkeypatch.setattr(module, "processors", lambda: 2)
    plain = tmp_path / "data.nq"
    plain.write_bytes(b"".join(LINES))
    with (
        pytest.raises(LostProcessError, match="build again"),
        beside(plain, Stages()) as others,
    ):
        others.begin("search", end_oneself, None)()
