"""The Oxigraph store of a snapshot: loaded once by its bulk loader, then only read."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from pyoxigraph import RdfFormat, Store, parse


def load(store: Store, lines: Path, format: RdfFormat = RdfFormat.N_QUADS, *, blank_nodes: bool) -> None:
    """Adds the quads of a file of N-Quads or N-Triples lines by the bulk loader.

    Read by the store itself, in all threads, unless the file holds `blank_nodes`: those it would name anew, and then dump and store
    would disagree.
    """
    if not lines.stat().st_size:
        return
    if blank_nodes:
        store.bulk_extend(parse(path=str(lines), format=format))
    else:
        store.bulk_load(path=str(lines), format=format)


def read_ahead(folder: Path) -> None:
    """Lets the system read the store in a folder into its page cache, in order, up to half of the memory.

    RocksDB puts what it loads in bulk out of that cache, and looks things up block by block: each first lookup would wait for the disk.
    """
    if not hasattr(os, "posix_fadvise"):
        return
    left = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:  # RocksDB tidies up beside us
            left -= os.fstat(file.fileno()).st_size
            if left < 0:
                return
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
