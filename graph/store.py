"""The Oxigraph store of a snapshot: loaded once, then only read."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from pyoxigraph import QueryTriples, RdfFormat, Store, parse

_RUN = 500_000  # lines sorted in memory at a time


def write_sorted(lines: Iterable[bytes], target: Path) -> int:
    """Writes the lines in byte order, each once; returns how many. Memory holds one run at a time."""
    runs: list[Path] = []
    source = iter(lines)
    while batch := list(itertools.islice(source, _RUN)):
        run = target.with_name(f"{target.name}.run{len(runs)}")
        run.write_bytes(b"".join(sorted(set(batch))))
        runs.append(run)
    count = 0
    last = None
    with target.open("wb") as out:
        files = [run.open("rb") for run in runs]
        try:
            for line in heapq.merge(*files):
                if line != last:
                    out.write(line)
                    count += 1
                    last = line
        finally:
            for file in files:
                file.close()
    for run in runs:
        run.unlink()
    return count


def load(folder: Path, nquads: Path) -> Store:
    """A new store in the folder with the quads of the file, by the bulk loader."""
    store = Store(str(folder))
    # Not bulk_load: that names blank nodes anew, and the dump and the merge must agree with the store.
    store.bulk_extend(parse(path=str(nquads), format=RdfFormat.N_QUADS))
    return store


def merge_into_default_graph(store: Store, scratch: Path) -> None:
    """Puts the RDF merge of all named graphs into the default graph, each triple once.

    Oxigraph's own union of graphs is a bag: a triple of two graphs would count twice (SPARQL 1.1, section 13.1).
    """
    merge = cast(QueryTriples, store.query("CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"))
    merge.serialize(output=str(scratch), format=RdfFormat.N_TRIPLES)
    if scratch.stat().st_size:
        store.bulk_extend(parse(path=str(scratch), format=RdfFormat.N_TRIPLES))
    scratch.unlink()


def lines_of(store: Store, scratch: Path) -> Iterator[bytes]:
    """The store's quads as N-Quads lines."""
    store.dump(str(scratch), format=RdfFormat.N_QUADS)
    with scratch.open("rb") as file:
        yield from file
    scratch.unlink()
