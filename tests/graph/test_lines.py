"""N-Quads lines: as the store has them, and in order whatever sorts them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

import graph.lines
import graph.statistics
from graph.disk import DiskError
from graph.lines import as_kept, merge_sorted, merged_lines, sort_file, write_sorted
from graph.statistics import count_quads

ODD = """<x:s> <x:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> <x:g> .
<x:s>   <x:p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<x:s> <x:p> "\\u4e2d\\n\\"x"@ZH <x:g> .
<x:s> <x:p> "5 <x"^^<x:type> <x:g> .
<x:s> <x:p> "a <x:b>" <x:g> .
<x:s> <x:p> "a _:b" .
<x:s> <x:p> "x"^^<http://www.w3.org/2001/XMLSchema#string> .
_:b <x:p> _:c <x:g> . # a comment
"""


def test_lines_are_those_that_the_store_gives_back() -> None:
    store = Store()
    store.load(ODD, format=RdfFormat.N_QUADS)
    dumped = store.dump(format=RdfFormat.N_QUADS)
    assert dumped is not None
    lines = list(as_kept(ODD.encode().splitlines(keepends=True)))
    ours = sorted(line for line in lines if b"_:" not in line[:3])
    assert ours == sorted(line for line in dumped.splitlines(keepends=True) if b"_:" not in line[:3])
    assert b'"1"^^' in b"".join(ours)


@pytest.fixture(params=["sort(1)", "without"])
def _sorting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph.lines, "_RUN", 50)
    if request.param == "without":
        monkeypatch.setattr(graph.lines, "_sort_program", lambda: None)


@pytest.mark.usefixtures("_sorting")
def test_sorted_in_byte_order_each_once(tmp_path: Path) -> None:
    choose = random.Random(1)
    lines = [
        f'<x:{choose.randrange(200)}> <x:p> "{choose.choice("春城aÉ~")}" .\n'.encode() for _ in range(500)
    ]
    write_sorted(iter(lines), tmp_path / "sorted")
    assert (tmp_path / "sorted").read_bytes() == b"".join(sorted(set(lines)))
    more = tmp_path / "more"
    more.write_bytes(lines[0] + b"<x:0> <x:a> <x:b> .\n")
    sort_file(more, tmp_path / "ordered")
    merge_sorted([tmp_path / "sorted", tmp_path / "ordered"], tmp_path / "all")
    expected = sorted({*lines, b"<x:0> <x:a> <x:b> .\n"})
    with merged_lines([tmp_path / "sorted", tmp_path / "ordered"]) as merged:
        assert list(merged) == expected
    with merged_lines([tmp_path / "sorted"]) as alone:
        assert list(alone) == sorted(set(lines))
    assert (tmp_path / "all").read_bytes() == b"".join(expected)
    assert {file.name for file in tmp_path.iterdir()} == {"sorted", "more", "ordered", "all"}


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    if graph.lines._sort_program() is None:
        pytest.skip("no sort(1) here")
    with pytest.raises(DiskError, match="is there room on the disk"):
        sort_file(tmp_path / "missing", tmp_path / "sorted")
    with (
        pytest.raises(DiskError, match="missing"),
        merged_lines([tmp_path / "missing", tmp_path / "gone"]) as lines,
    ):
        list(lines)


def test_figures_are_the_same_where_memory_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    choose = random.Random(2)
    lines = sorted(
        {
            f"<x:{choose.randrange(60)}> <x:p{choose.randrange(4)}> <x:{choose.randrange(300)}> <x:g> .\n".encode()
            for _ in range(2000)
        }
    )
    whole = count_quads(lines)
    monkeypatch.setattr(graph.statistics, "_MOST_HASHES", 100)
    monkeypatch.setattr(graph.statistics, "_LOOK", 50)
    assert count_quads(lines) == whole
    assert whole.objects == len({line.split()[2] for line in lines})
    assert whole.properties[b"<x:p1>"].objects == len(
        {line.split()[2] for line in lines if line.split()[1] == b"<x:p1>"}
    )


def test_a_literal_that_ends_like_a_graph_is_none() -> None:
    counted = count_quads(sorted(as_kept(ODD.encode().splitlines(keepends=True))))
    assert counted.graphs == {b"<x:g>"}
    assert counted.blank_nodes
