"""The stores that workers answer from: the snapshot's own on disk, or copies of its graphs in memory.

In memory a store answers joins three to seven times as fast as on disk. The default graph has a store of its own:
beside the named graphs each of its triples would stand among copies that every lookup has to step over, which costs a
third of the speed. Queries that name graphs go to a store with all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import zstandard
from pyoxigraph import QueryTriples, RdfFormat, Store

from server.settings import InMemory

# Of a store in memory with jemalloc, measured on a million quads; with glibc a fifth less.
BYTES_PER_QUAD = 520
_ALL_OF_DEFAULT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def choose_memory(
    wanted: InMemory, quads: int, available: int, processes: int
) -> Literal["all", "default", "none"]:
    """What to hold in memory of a snapshot whose store has so many quads.

    Each process comes to hold pages of its own, because queries count references: so the copies of all processes must
    fit into half of the memory that is available, in bytes.
    """
    if wanted != "auto":
        return wanted
    room = available / 2 / processes / BYTES_PER_QUAD
    if quads * 1.5 <= room:
        return "all"
    return "default" if quads * 0.5 <= room else "none"


def available_memory() -> int:
    """Bytes that programs can still take, by /proc/meminfo; 4 GiB where there is none."""
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 4 * 1024**3


@dataclass(slots=True)
class Stores:
    """The stores of one snapshot in one process; those on disk are opened when a query needs them."""

    folder: Path
    default: Store | None = None
    whole: Store | None = None
    _on_disk: Store | None = None

    def of(self, *, names_graphs: bool) -> Store:
        """The store to answer from."""
        if not names_graphs and self.default is not None:
            return self.default
        if self.whole is not None:
            return self.whole
        if self._on_disk is None:
            self._on_disk = Store.read_only(str(self.folder / "store"))
        return self._on_disk

    @property
    def opens_disk(self) -> bool:
        """Whether the next query that names graphs opens the store on disk."""
        return self.whole is None and self._on_disk is None


def load(folder: Path, memory: Literal["all", "default", "none"]) -> Stores:
    """The stores of the snapshot in the folder; raises OSError, RuntimeError or SyntaxError for a damaged one.

    For processes without threads only: a child process reads the store on disk, since that starts threads.
    """
    stores = Stores(folder)
    if memory != "none":
        stores.default = Store()
        with _default_graph(folder) as triples:
            stores.default.bulk_load(input=triples, format=RdfFormat.N_TRIPLES)
    if memory == "all":
        stores.whole = Store()
        with (
            (folder / "data.nq.zst").open("rb") as file,
            zstandard.ZstdDecompressor().stream_reader(file) as quads,
        ):
            stores.whole.bulk_load(input=quads, format=RdfFormat.N_QUADS)
        with _default_graph(folder) as triples:
            stores.whole.bulk_load(input=triples, format=RdfFormat.N_TRIPLES)
    return stores


@contextmanager
def _default_graph(folder: Path) -> Iterator[IO[bytes]]:
    """The triples of the default graph on disk as N-Triples, written by a child process into a pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            triples = Store.read_only(str(folder / "store")).query(_ALL_OF_DEFAULT)
            assert isinstance(triples, QueryTriples)
            with os.fdopen(writing, "wb") as out:
                triples.serialize(output=out, format=RdfFormat.N_TRIPLES)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as triples_in:
        yield triples_in
    if os.waitpid(child, 0)[1] != 0:
        raise OSError(f"{folder}: the store can't be read")
