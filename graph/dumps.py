"""The dumps of a snapshot: all of its data as N-Quads, TriG and Turtle, compressed with zstd; never whole in memory.

N-Quads and TriG have every graph. Turtle has no graphs, so it has the RDF merge: each triple once.
"""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import zstandard
from pyoxigraph import RdfFormat, parse, serialize

from ontology.terms import PREFIXES

from .lines import sort_file
from .statistics import split_quad, split_quads

_BLOCK = 1 << 20
_LEVEL = 3  # of zstd: level 10 takes eight times as long for a dump a fifth smaller


@dataclass(frozen=True, slots=True)
class DumpFormat:
    """A format that dumps come in: its name for people, its file in a snapshot, its media type before compression."""

    name: str
    file: str
    media_type: str


NQUADS = DumpFormat("nquads", "data.nq.zst", "application/n-quads")
TRIG = DumpFormat("trig", "data.trig.zst", "application/trig")
TURTLE = DumpFormat("turtle", "data.ttl.zst", "text/turtle")
FORMATS = (NQUADS, TRIG, TURTLE)
BY_NAME = {format_.name: format_ for format_ in FORMATS}


def write_dumps(plain: Path, merged: Path, folder: Path) -> list[dict[str, Any]]:
    """Writes the other dumps beside that of N-Quads; returns file, media type, bytes and SHA-256 of each.

    `plain` holds the data as sorted N-Quads, `merged` the RDF merge of its graphs as N-Triples.
    """
    scratch = folder / "scratch.dump"
    with plain.open("rb") as lines:
        _write_trig(lines, scratch)
    compress(scratch, folder / TRIG.file)
    _write_turtle(merged, scratch)
    compress(scratch, folder / TURTLE.file)
    scratch.unlink()
    return [describe_dump(format_, folder) for format_ in (TRIG, TURTLE)]


def compress(plain: Path, target: Path) -> tuple[str, int]:
    """Writes a file compressed; returns the SHA-256 of its plain bytes and the number of its lines."""
    digest, lines = hashlib.sha256(), 0
    with (
        plain.open("rb") as source,
        target.open("wb") as out,
        zstandard.ZstdCompressor(level=_LEVEL, threads=-1).stream_writer(out) as packed,
    ):
        while block := source.read(_BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
            packed.write(block)
    return digest.hexdigest(), lines


def read_lines(folder: Path) -> Iterator[bytes]:
    """The sorted N-Quads lines of the snapshot in a folder; raises OSError or ZstdError where they can't be read."""
    with (
        (folder / NQUADS.file).open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as stream,
    ):
        yield from BufferedReader(stream, _BLOCK)


def read_dump(folder: Path, format_: DumpFormat) -> Iterator[bytes]:
    """A dump of the snapshot in a folder, in blocks; one that an older build didn't write is made from the N-Quads."""
    if (folder / format_.file).exists():
        with (
            (folder / format_.file).open("rb") as file,
            zstandard.ZstdDecompressor().stream_reader(file) as stream,
        ):
            while block := stream.read(_BLOCK):
                yield block
        return
    with tempfile.TemporaryDirectory(prefix="chuncheng-dump-") as scratch:
        made = Path(scratch) / "dump"
        if format_ is TURTLE:
            merged = made.with_name("merged.nt")
            with merged.open("wb") as out:
                out.writelines(unique_triples(read_lines(folder)))
            _write_turtle(merged, made)
        else:
            _write_trig(read_lines(folder), made)
        with made.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


def unique_triples(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The triples of sorted N-Quads lines as sorted N-Triples lines: a triple of several graphs once.

    Lines of one triple stand together, whatever their graphs: they differ only behind the triple.
    """
    for triple, _ in itertools.groupby(lines, key=lambda line: split_quad(line)[0]):
        yield triple + b" .\n"


def _write_turtle(triples: Path, target: Path) -> None:
    # Our own lines, here and below: their terms aren't checked again.
    merged = parse(path=str(triples), format=RdfFormat.N_TRIPLES, lenient=True)
    serialize(merged, str(target), format=RdfFormat.TURTLE, prefixes=dict(PREFIXES))


def _write_trig(lines: Iterable[bytes], target: Path) -> None:
    """Graph by graph, each in the order of its lines: put in order with the graph in front, since TriG names a graph where it begins."""
    keyed, ordered, grouped = (target.with_name(f"scratch.{name}") for name in ("keyed", "ordered", "nq"))
    with keyed.open("wb") as out:
        for subject, predicate, object_, graph in split_quads(lines, set()):
            out.write(b"%b\t%b %b %b\n" % (graph, subject, predicate, object_))
    sort_file(keyed, ordered)
    keyed.unlink()
    with ordered.open("rb") as source, grouped.open("wb") as out:
        for line in source:
            graph, _, triple = line[:-1].partition(b"\t")
            out.write(b"%b %b .\n" % (triple, graph))
    ordered.unlink()
    quads = parse(path=str(grouped), format=RdfFormat.N_QUADS, lenient=True)
    serialize(quads, str(target), format=RdfFormat.TRIG, prefixes=dict(PREFIXES))
    grouped.unlink()


def describe_dump(format_: DumpFormat, folder: Path) -> dict[str, Any]:
    """File, media type, bytes and SHA-256 of a dump that is written."""
    path = folder / format_.file
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "file": format_.file,
        "media_type": format_.media_type,
        "bytes": path.stat().st_size,
        "sha256": digest,
    }
