"""A snapshot's dump laid out for a store: its default graph, and its named graphs one after the other, in bounded memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from graph.dumps import read_lines
from graph.lines import write_sorted
from graph.snapshot import Snapshot
from graph.statistics import split_quads


class Layout:
    """Files in a working folder; `graphs` tells each named graph's digest and number of triples.

    Blank nodes become IRIs (RDF 1.1, section 3.5): in the default graph and in a named one, sent in pieces, they must stay the same.
    """

    def __init__(self, snapshot: Snapshot, work: Path) -> None:
        self._snapshot = snapshot
        self._by_graph = work / "by-graph"
        self._genid = f"{snapshot.base}.well-known/genid/".encode()
        write_sorted(self._keyed(), self._by_graph)
        self.graphs: dict[str, tuple[str, int]] = {}
        for name, triples in self.named():
            digest, count = hashlib.sha256(), 0
            for triple in triples:
                digest.update(triple)
                count += 1
            self.graphs[name] = (digest.hexdigest()[:32], count)

    def default(self) -> Iterator[bytes]:
        """The triples of the snapshot's default graph as N-Triples lines, each once."""
        merged = self._snapshot.default_graph == "merge"
        before = b""
        for triple, graph in self._quads():
            if (merged or not graph) and triple != before:
                yield triple
                before = triple

    def named(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each named graph with its triples as N-Triples lines, by name; read one before taking the next."""
        with self._by_graph.open("rb") as file:
            pairs = (line.split(b"\t", 1) for line in file)
            for name, own in groupby(pairs, key=lambda pair: pair[0]):
                yield name.decode(), (triple for _, triple in own)

    def _keyed(self) -> Iterator[bytes]:
        for triple, graph in self._quads():
            if graph:
                yield graph + b"\t" + triple

    def _quads(self) -> Iterator[tuple[bytes, bytes]]:
        """Each quad of the dump as a line of its triple, and the IRI of its graph."""
        for own, predicate, object_, graph in split_quads(read_lines(self._snapshot.path), set()):
            if own.startswith(b"_:"):
                own = self._named_blank(own)
            if object_.startswith(b"_:"):
                object_ = self._named_blank(object_)
            if graph.startswith(b"_:"):
                graph = self._named_blank(graph)
            yield b"%b %b %b .\n" % (own, predicate, object_), graph[1:-1]

    def _named_blank(self, node: bytes) -> bytes:
        return b"<" + self._genid + node[2:] + b">"


def batches(lines: Iterable[bytes], most: int) -> Iterator[tuple[bytes, int]]:
    """The lines in blocks of about so many bytes, each with its number of lines."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= most:
            yield _block(held), len(held)
            held, size = [], 0
    if held:
        yield _block(held), len(held)


def _block(lines: list[bytes]) -> bytes:
    """The lines, a short one first: Virtuoso 7 tells by the first 64 KiB of a text whether it is RDF."""
    shortest = min(range(len(lines)), key=lambda number: len(lines[number]))
    lines[0], lines[shortest] = lines[shortest], lines[0]
    return b"".join(lines)


def write_graphs(graphs: dict[str, tuple[str, int]], path: Path) -> None:
    """Write the table of named graphs."""
    with path.open("w", encoding="utf-8") as out:
        for name, (digest, count) in sorted(graphs.items()):
            out.write(json.dumps([name, digest, count], ensure_ascii=False) + "\n")


def read_graphs(text: bytes) -> dict[str, tuple[str, int]]:
    """The table of named graphs that `write_graphs` wrote."""
    rows = (json.loads(line) for line in text.splitlines())
    return {name: (digest, count) for name, digest, count in rows}
