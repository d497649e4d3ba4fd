"""What a snapshot's store holds, as files that stores of others load: the dump, and the merge that is its default graph."""

from __future__ import annotations

from pathlib import Path

from graph.dumps import read_lines, unique_triples
from graph.snapshot import Snapshot


def write_dump(snapshot: Snapshot, target: Path) -> None:
    """The dump as plain N-Quads."""
    with target.open("wb") as out:
        out.writelines(read_lines(snapshot.path))


def write_merge(snapshot: Snapshot, target: Path) -> None:
    """Each triple once, as N-Triples: the default graph of a snapshot that was merged."""
    with target.open("wb") as out:
        out.writelines(unique_triples(read_lines(snapshot.path)))


def write_whole(snapshot: Snapshot, target: Path) -> None:
    """The dump and behind it the default graph, as N-Quads."""
    with target.open("wb") as out:
        out.writelines(read_lines(snapshot.path))
        out.writelines(unique_triples(read_lines(snapshot.path)))
