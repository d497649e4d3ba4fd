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
from pyoxigraph import RdfFormat, Store, parse, serialize

from ontology.terms import PREFIXES

from .statistics import split_quad

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


def write_dumps(store: Store, plain: Path, folder: Path) -> list[dict[str, Any]]:
    """Writes the other dumps beside that of N-Quads; returns file, media type, bytes and SHA-256 of each.

    `store` holds the data before it is merged into the default graph, `plain` the same as sorted N-Quads.
    """
    scratch = folder / "scratch.trig"
    store.dump(str(scratch), format=RdfFormat.TRIG, prefixes=dict(PREFIXES))
    compress(scratch, folder / TRIG.file)
    scratch.unlink()
    scratch = folder / "scratch.ttl"
    with plain.open("rb") as lines:
        _write_turtle(lines, scratch)
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
            _write_turtle(read_lines(folder), made)
        else:
            plain = Path(scratch) / "data.nq"
            with plain.open("wb") as out:
                out.writelines(read_lines(folder))
            quads = parse(path=str(plain), format=RdfFormat.N_QUADS)
            serialize(quads, str(made), format=RdfFormat.TRIG, prefixes=dict(PREFIXES))
        with made.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


def unique_triples(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The triples of sorted N-Quads lines as sorted N-Triples lines: a triple of several graphs once.

    Lines of one triple stand together, whatever their graphs: they differ only behind the triple.
    """
    for triple, _ in itertools.groupby(lines, key=lambda line: split_quad(line)[0]):
        yield triple + b" .\n"


def _write_turtle(lines: Iterable[bytes], target: Path) -> None:
    scratch = target.with_name("scratch.nt")
    with scratch.open("wb") as out:
        out.writelines(unique_triples(lines))
    triples = (quad.triple for quad in parse(path=str(scratch), format=RdfFormat.N_TRIPLES))
    serialize(triples, str(target), format=RdfFormat.TURTLE, prefixes=dict(PREFIXES))
    scratch.unlink()


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
