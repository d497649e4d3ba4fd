"""Dumps in three formats, what a publication changes, and what is gone since."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse

from graph.changes import compare, compare_triples, read_changes, when_gone
from graph.dumps import FORMATS, NQUADS, TRIG, TURTLE, read_dump
from graph.snapshot import Snapshot, build_snapshot, rollback
from graph.statistics import split_quad

BASE = "https://x.example/"
A, B, C = (f"{BASE}id/park/{name}" for name in "abc")


def publish(data: Path, *quads: str) -> Snapshot:
    return build_snapshot(data, iter(f"{quad} .\n".encode() for quad in quads), base=BASE, reason=False)


def triples(blocks: Iterable[bytes], format_: RdfFormat) -> list[Triple]:
    return [quad.triple for quad in parse(b"".join(blocks), format=format_)]


QUADS = (
    f'<{A}> <x:p> "1" <x:g>',
    f'<{A}> <x:p> "1" <x:h>',
    f'<{A}> <x:p> "1"@en <x:g>',
    f'<{A}> <x:p> "ends <x:g>"',
    f'<{A}> <x:p> "ends _:b"',
    f"<{B}> <x:p> _:b <x:g>",
    f"<{B}> <x:p> <{A}>",
)


def test_all_dumps_hold_the_data_and_turtle_each_triple_once(tmp_path: Path) -> None:
    snapshot = publish(tmp_path, *QUADS)
    nquads = list(parse(b"".join(read_dump(snapshot.path, NQUADS)), format=RdfFormat.N_QUADS))
    assert len(nquads) == len(QUADS)
    trig = list(parse(b"".join(read_dump(snapshot.path, TRIG)), format=RdfFormat.TRIG))
    assert sorted(map(str, trig)) == sorted(map(str, nquads))
    turtle = triples(read_dump(snapshot.path, TURTLE), RdfFormat.TURTLE)
    assert len(turtle) == len(QUADS) - 1
    assert set(turtle) == {quad.triple for quad in nquads}


def test_a_snapshot_without_further_dumps_has_them_made(tmp_path: Path) -> None:
    snapshot = publish(tmp_path, *QUADS)
    written = {
        format_: sorted(map(str, triples(read_dump(snapshot.path, format_), rdf))) for format_, rdf in _RDF
    }
    for format_ in (TRIG, TURTLE):
        (snapshot.path / format_.file).unlink()
    assert {f: sorted(map(str, triples(read_dump(snapshot.path, f), rdf))) for f, rdf in _RDF} == written


_RDF = ((TRIG, RdfFormat.TRIG), (TURTLE, RdfFormat.TURTLE))


def test_the_manifest_tells_size_and_checksum_of_each_dump(tmp_path: Path) -> None:
    snapshot = publish(tmp_path, *QUADS)
    told = snapshot.manifest["dumps"]
    assert [dump["file"] for dump in told] == [format_.file for format_ in FORMATS]
    assert [dump["bytes"] for dump in told] == [(snapshot.path / f.file).stat().st_size for f in FORMATS]


@pytest.mark.parametrize(
    ("line", "triple", "graph"),
    [
        (b"<a> <b> <c> .\n", b"<a> <b> <c>", b""),
        (b"<a> <b> <c> <g> .\n", b"<a> <b> <c>", b"<g>"),
        (b'<a> <b> "x <g>" .\n', b'<a> <b> "x <g>"', b""),
        (b'<a> <b> "x _:g" .\n', b'<a> <b> "x _:g"', b""),
        (b'<a> <b> "x <y"^^<t:t> .\n', b'<a> <b> "x <y"^^<t:t>', b""),
        (b'<a> <b> "x <y"^^<t:t> _:g .\n', b'<a> <b> "x <y"^^<t:t>', b"_:g"),
        (b"<a> <b> <<( <c> <d> <e> )>> .\n", b"<a> <b> <<( <c> <d> <e> )>>", b""),
        (b"<a> <b> <<( <c> <d> <e> )>> <g> .\n", b"<a> <b> <<( <c> <d> <e> )>>", b"<g>"),
    ],
)
def test_a_line_is_cut_into_triple_and_graph(line: bytes, triple: bytes, graph: bytes) -> None:
    assert split_quad(line) == (triple, graph)


_LINES = st.sets(
    st.tuples(st.sampled_from("abc/"), st.sampled_from("pq"), st.sampled_from("123")), max_size=12
)


@given(_LINES, _LINES)
def test_a_comparison_tells_exactly_what_differs(
    old: set[tuple[str, ...]], new: set[tuple[str, ...]]
) -> None:
    before, after = (
        sorted(
            f"<{subject}> <{predicate}> <{object_}> .\n".encode() for subject, predicate, object_ in chosen
        )
        for chosen in (old, new)
    )
    changes = list(compare(before, after))
    assert set(itertools.chain(*(change.added for change in changes))) == set(after) - set(before)
    assert set(itertools.chain(*(change.removed for change in changes))) == set(before) - set(after)
    subjects = [{line.split()[0] for line in lines} for lines in (before, after)]
    assert {change.subject.strip() for change in changes if change.is_gone} == subjects[0] - subjects[1]
    assert {change.subject.strip() for change in changes if change.is_new} == subjects[1] - subjects[0]
    assert all(change.added or change.removed for change in changes)


def test_a_publication_tells_what_it_changed(tmp_path: Path) -> None:
    first = publish(tmp_path, f'<{A}> <x:p> "1"', f'<{B}> <x:p> "1"')
    assert "from" not in read_changes(first.path)
    second = publish(tmp_path, f'<{A}> <x:p> "2"', f'<{C}> <x:p> "1"', f'<{C}> <x:p> "2"')
    told = read_changes(second.path)
    assert (told["from"], told["added"], told["removed"]) == (first.id, 3, 2)
    assert told["things"] == {"park": {"added": 1, "removed": 1, "changed": 1}}


def test_a_triple_that_only_moves_to_another_graph_is_no_changed_triple(tmp_path: Path) -> None:
    first = publish(tmp_path, f'<{A}> <x:p> "1" <x:g>')
    second = publish(tmp_path, f'<{A}> <x:p> "1" <x:h>', f'<{A}> <x:q> "2" <x:h>')
    (change,) = compare_triples(first.path, second.path)
    assert (change.added, change.removed) == ([f'<{A}> <x:q> "2" .\n'.encode()], [])


def test_what_is_gone_is_remembered_until_it_comes_back(tmp_path: Path) -> None:
    held = [f'<{A}> <x:p> "1"', f'<{B}> <x:p> "1"']
    first = publish(tmp_path, *held)
    second = publish(tmp_path, held[0])
    assert when_gone(second.path, B) == first.manifest["created"]
    assert when_gone(second.path, A) is None
    third = publish(tmp_path, held[0], f'<{C}> <x:p> "1"')
    assert when_gone(third.path, B) == first.manifest["created"]
    fourth = publish(tmp_path, held[1])
    assert when_gone(fourth.path, B) is None
    assert when_gone(fourth.path, A) is not None
    assert when_gone(fourth.path, C) is not None
    # The very first snapshot again, now after others: it is the same, what it follows is not.
    fifth = publish(tmp_path, *held)
    assert fifth.id == first.id
    assert when_gone(fifth.path, C) == third.manifest["created"]
    assert read_changes(fifth.path)["from"] == fourth.id


def test_among_many_things_that_are_gone_each_is_found(tmp_path: Path) -> None:
    names = [f"{BASE}id/park/{number}" for number in range(300)] + [f"{BASE}id/park/", f"{BASE}id/park/1/x"]
    publish(tmp_path, *(f'<{name}> <x:p> "1"' for name in names))
    snapshot = publish(tmp_path, f'<{BASE}id/park/other> <x:p> "1"')
    assert all(when_gone(snapshot.path, name) for name in names)
    for never in (
        f"{BASE}id/park",
        f"{BASE}id/park/300",
        "x",
        "",
        f"{BASE}id/zoo/\ud800",
        f"{BASE}id/area/1",
    ):
        assert when_gone(snapshot.path, never) is None


def test_a_snapshot_before_that_cannot_be_read_stops_no_build(tmp_path: Path) -> None:
    first = publish(tmp_path, f'<{A}> <x:p> "1"')
    (first.path / NQUADS.file).write_bytes(b"broken")
    second = publish(tmp_path, f'<{B}> <x:p> "1"')
    assert first.id in read_changes(second.path)["unknown"]


def test_rolled_back_data_is_served_without_what_came_later(tmp_path: Path) -> None:
    first = publish(tmp_path, f'<{A}> <x:p> "1"')
    publish(tmp_path, f'<{B}> <x:p> "1"')
    assert rollback(tmp_path).id == first.id
    third = publish(tmp_path, f'<{C}> <x:p> "1"')
    assert read_changes(third.path)["from"] == first.id
    assert when_gone(third.path, A)
