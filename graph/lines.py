"""N-Quads lines: as the store gives them back, and sorted in byte order within bounded memory."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeGuard

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from .disk import DiskError
from .terms import node

_RUN = 500_000  # lines sorted in memory at a time, where there is no sort(1)
_MEMORY = "64M"  # of sort(1), which is no faster with more
_BLOCK = 1 << 20
_BATCH = 10_000  # lines parsed at a time
_TYPED = '"^^<'  # stands in each literal with a datatype, and may stand in the words of another
_AS_WRITTEN = frozenset(
    {"http://www.w3.org/2001/XMLSchema#string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}
)


def line_of(quad: Quad) -> bytes:
    """The quad as an N-Quads line, as the store gives it back: Oxigraph keeps numbers by value, "01" as 1."""
    line = f"{quad} .\n"
    if _TYPED in line and _is_kept_otherwise(object_ := quad.object):
        line = f"{Quad(quad.subject, quad.predicate, _as_kept(object_), quad.graph_name)} .\n"
    return line.encode()


def _is_kept_otherwise(term: Any) -> TypeGuard[Literal | Triple]:
    return isinstance(term, Triple) or (isinstance(term, Literal) and term.datatype.value not in _AS_WRITTEN)


def as_kept(lines: Iterable[bytes]) -> Iterator[bytes]:
    """N-Quads lines of any make as the store gives them back; raises SyntaxError for what is none."""
    source = iter(lines)
    while batch := b"".join(itertools.islice(source, _BATCH)):
        yield from map(line_of, parse(batch, format=RdfFormat.N_QUADS))


def forget() -> None:
    """Lets go of the terms that are remembered: after many articles they lie everywhere in memory, and nothing around them can be given back."""
    node.cache_clear()
    _as_kept.cache_clear()


@lru_cache(maxsize=8192)
def _as_kept(term: Literal | Triple) -> Literal | Triple:
    store = Store()
    store.add(Quad(NamedNode("x:s"), NamedNode("x:p"), term))
    kept = next(iter(store)).object
    assert isinstance(kept, Literal | Triple)
    return kept


def write_sorted(lines: Iterable[bytes], target: Path) -> None:
    """Writes the lines (each item one or more, whole) in byte order, each once. Memory stays bounded; raises DiskError."""
    raw = target.with_name(f"{target.name}.raw")
    with raw.open("wb") as out:
        out.writelines(lines)
    sort_file(raw, target)
    raw.unlink()


def sort_file(source: Path, target: Path, *, each_once: bool = True) -> None:
    """Sorts a file's lines in byte order, each once or as often as it stands there, by sort(1) where that is; raises DiskError."""
    if _sort_program():
        _run_sort([*(["-u"] if each_once else []), "-S", _MEMORY, str(source)], target)
    else:
        _sort_in_runs(source, target, each_once=each_once)


def merge_sorted(sources: Sequence[Path], target: Path) -> None:
    """Merges sorted files into one, each line once; raises DiskError."""
    if _sort_program():
        _run_sort(["-u", "-m", *map(str, sources)], target)
    else:
        _merge(sources, target)


@contextlib.contextmanager
def merged_lines(sources: Sequence[Path]) -> Iterator[Iterator[bytes]]:
    """The lines of sorted files in byte order, each once where there are several files, while another process merges them; raises DiskError."""
    if len(sources) == 1:
        with sources[0].open("rb") as lines:
            yield lines
    elif program := _sort_program():
        command = [program, "-u", "-m", *map(str, sources)]
        with subprocess.Popen(
            command, bufsize=_BLOCK, env=_in_byte_order(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as sort:
            assert sort.stdout is not None
            assert sort.stderr is not None
            yield sort.stdout
            told = sort.stderr.read()
        if sort.returncode:
            raise _not_sorted(sources[0].parent, told)
    else:
        with _merging(sources) as lines:
            yield lines


def _sort_program() -> str | None:
    return shutil.which("sort")


def _in_byte_order() -> dict[str, str]:
    """The environment of sort(1)."""
    return {**os.environ, "LC_ALL": "C"}


def _run_sort(arguments: Sequence[str], target: Path) -> None:
    done = subprocess.run(
        [str(_sort_program()), "-T", str(target.parent), "-o", str(target), *arguments],
        env=_in_byte_order(),
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise _not_sorted(target.parent, done.stderr)


def _not_sorted(folder: Path, told: bytes) -> DiskError:
    why = told.decode(errors="replace").strip()
    return DiskError(f"{folder}: the data can't be sorted here: {why}; is there room on the disk?")


def _sort_in_runs(source: Path, target: Path, *, each_once: bool) -> None:
    runs: list[Path] = []
    with source.open("rb") as lines:
        while batch := list(itertools.islice(lines, _RUN)):
            run = target.with_name(f"{target.name}.run{len(runs)}")
            run.write_bytes(b"".join(sorted(set(batch) if each_once else batch)))
            runs.append(run)
    _merge(runs, target, each_once=each_once)
    for run in runs:
        run.unlink()


def _merge(sources: Sequence[Path], target: Path, *, each_once: bool = True) -> None:
    with _merging(sources, each_once=each_once) as lines, target.open("wb") as out:
        out.writelines(lines)


@contextlib.contextmanager
def _merging(sources: Sequence[Path], *, each_once: bool = True) -> Iterator[Iterator[bytes]]:
    with contextlib.ExitStack() as files:
        merged = heapq.merge(*(files.enter_context(source.open("rb")) for source in sources))
        yield (line for line, _ in itertools.groupby(merged)) if each_once else merged
