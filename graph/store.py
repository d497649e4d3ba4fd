"""The Oxigraph store of a snapshot: loaded once by its bulk loader, then only read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from pyoxigraph import RdfFormat, Store, parse

from .memory import give_back
from .processors import processors

_PIECE = 16_000_000  # bytes that are loaded at once: the loader keeps six times that in memory, and takes no less time with more
_BLOCK = 1 << 20
_MUCH = 512_000_000  # bytes
_MOST = 4  # pieces at a time, about a tenth of a GB each


def load(store: Store, lines: Path, format: RdfFormat = RdfFormat.N_QUADS, *, blank_nodes: bool) -> None:
    """Adds the quads of a file of N-Quads or N-Triples lines by the bulk loader.

    Read by the store itself, a piece of the file in each thread, unless the file holds `blank_nodes`: those it would name anew, and
    then dump and store would disagree. Memory doesn't grow with the file. The lines are ours (`graph.lines.as_kept`), so terms aren't
    checked again, which takes the parser half of its time.
    """
    if not lines.stat().st_size:
        return
    _load(store, lines, format, blank_nodes=blank_nodes)
    give_back()


def _load(store: Store, lines: Path, format: RdfFormat, *, blank_nodes: bool) -> None:
    if blank_nodes:
        store.bulk_extend(parse(path=str(lines), format=format, lenient=True))
    elif lines.stat().st_size <= _PIECE:
        store.bulk_load(path=str(lines), format=format, lenient=True)
    else:
        with ThreadPoolExecutor(min(_MOST, processors())) as threads:
            for _ in threads.map(partial(_load_piece, store, lines, format), _pieces(lines)):
                pass


def is_much(size: int) -> bool:
    """Whether so many bytes of lines make a store that, loaded in many pieces, should be compacted before it is asked much."""
    return size > _MUCH


def _pieces(lines: Path) -> Iterator[tuple[int, int]]:
    """Where the pieces of a file begin and end, each at the end of a line."""
    begin, size = 0, lines.stat().st_size
    with lines.open("rb") as file:
        while begin < size:
            file.seek(begin + _PIECE)
            file.readline()
            end = min(size, file.tell())
            yield begin, end
            begin = end


def _load_piece(store: Store, lines: Path, format: RdfFormat, piece: tuple[int, int]) -> None:
    begin, end = piece
    own = lines.with_name(f"{lines.name}.{begin}")
    with lines.open("rb") as whole, own.open("wb") as part:
        whole.seek(begin)
        while whole.tell() < end:
            part.write(whole.read(min(_BLOCK, end - whole.tell())))
    try:
        store.bulk_load(path=str(own), format=format, lenient=True)
    finally:
        own.unlink()


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
