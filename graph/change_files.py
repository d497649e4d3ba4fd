"""What differs between two snapshots, as a file of RDF or as an RDF Patch.

A change is described with PROV: an activity that used one snapshot and generated another. As a data set (N-Quads, TriG, JSON-LD)
it holds the triples, too, in two graphs, `…#added` and `…#removed`: those of the merge of all graphs, so that a triple which only
moved between articles is neither. Formats without graphs have the description alone. The patch (https://afs.github.io/rdf-patch/)
has quads: applied to a store that holds the one snapshot, it makes the other of it.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from ontology.terms import DCAT, DCT, PREFIXES, PROV, RDF, RDFS, VOID, XSD

from .changes import SubjectChange, compare_quads, compare_triples, read_changes
from .dumps import NQUADS
from .snapshot import Snapshot, open_snapshot
from .terms import en, integer, node, zh

#: RDF formats of a change by suffix, and whether they hold the triples.
RDF_FORMATS: dict[str, tuple[RdfFormat, bool]] = {
    "trig": (RdfFormat.TRIG, True),
    "nq": (RdfFormat.N_QUADS, True),
    "jsonld": (RdfFormat.JSON_LD, True),
    "ttl": (RdfFormat.TURTLE, False),
    "nt": (RdfFormat.N_TRIPLES, False),
    "rdf": (RdfFormat.RDF_XML, False),
}
PATCH = "rdfp"  #: suffix of a patch
_PREFIXED = frozenset({RdfFormat.TRIG, RdfFormat.TURTLE, RdfFormat.RDF_XML})


def change_iri(base: str, old: str, new: str) -> str:
    """IRI of the change between the snapshots with these ids."""
    return f"{base}changes/{old}..{new}"


def write_change(old: Snapshot, new: Snapshot, suffix: str, target: Path) -> None:
    """Writes the change to a file; memory holds one subject. Raises SnapshotError, OSError or ZstdError where a dump can't be read."""
    with old.hold(), new.hold():
        if suffix == PATCH:
            _write_patch(old, new, target)
        else:
            _write_rdf(old, new, suffix, target)


def _write_patch(old: Snapshot, new: Snapshot, target: Path) -> None:
    with target.open("wb") as out:
        out.write(f"H id <{change_iri(new.base, old.id, new.id)}> .\nTX .\n".encode())
        for change in compare_quads(old.path, new.path):
            out.writelines(b"D " + line for line in change.removed)
            out.writelines(b"A " + line for line in change.added)
        out.write(b"TC .\n")


def _write_rdf(old: Snapshot, new: Snapshot, suffix: str, target: Path) -> None:
    format_, has_triples = RDF_FORMATS[suffix]
    change = change_iri(new.base, old.id, new.id)
    scratch = {name: target.with_name(f"{target.name}.{name}") for name in ("added", "removed")}
    try:
        counts = _split(compare_triples(old.path, new.path), scratch)

        def quads() -> Iterator[Quad]:
            yield from _describe(old, new, counts)
            if has_triples:
                for name, file in scratch.items():
                    graph = NamedNode(f"{change}#{name}")
                    for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES):
                        yield Quad(quad.subject, quad.predicate, quad.object, graph)

        prefixes = dict(PREFIXES) if format_ in _PREFIXED else None
        written = quads() if has_triples else (quad.triple for quad in quads())
        serialize(written, str(target), format=format_, prefixes=prefixes)
    finally:
        for file in scratch.values():
            file.unlink(missing_ok=True)


def _split(changes: Iterator[SubjectChange], files: dict[str, Path]) -> dict[str, int]:
    counts = dict.fromkeys(files, 0)
    with contextlib.ExitStack() as stack:
        out = {name: stack.enter_context(file.open("wb")) for name, file in files.items()}
        for change in changes:
            for name, lines in (("added", change.added), ("removed", change.removed)):
                out[name].writelines(lines)
                counts[name] += len(lines)
    return counts


_NAMES = {
    "added": (zh("新增的三元组"), en("Triples added")),
    "removed": (zh("删去的三元组"), en("Triples removed")),
}


def _describe(old: Snapshot, new: Snapshot, counts: dict[str, int]) -> Iterator[Quad]:
    base = new.base
    me = node(change_iri(base, old.id, new.id))
    said: list[tuple[NamedNode, str, NamedNode | Literal]] = [
        (me, RDF.type, node(f"{PREFIXES['prov']}Activity")),
        (me, RDFS.label, zh(f"数据集的变更：{old.id} → {new.id}")),
        (me, RDFS.label, en(f"Change of the data set: {old.id} → {new.id}")),
        (me, PROV.used, node(f"{base}snapshot/{old.id}")),
        (me, f"{PREFIXES['prov']}generated", node(f"{base}snapshot/{new.id}")),
    ]
    for name, count in counts.items():
        part = node(f"{me.value}#{name}")
        said += [
            (me, f"{PREFIXES['dct']}hasPart", part),
            (part, RDF.type, node(VOID.Dataset)),
            (part, VOID.triples, integer(count)),
            *((part, RDFS.label, label) for label in _NAMES[name]),
        ]
    for snapshot in {old.id: old, new.id: new}.values():
        own = node(f"{base}snapshot/{snapshot.id}")
        published = read_changes(snapshot.path).get("published", snapshot.manifest["created"])
        said += [
            (own, RDF.type, node(f"{PREFIXES['prov']}Entity")),
            (own, RDF.type, node(DCAT.Dataset)),
            (own, f"{PREFIXES['dct']}isVersionOf", node(f"{base}dataset")),
            (own, f"{PREFIXES['dct']}identifier", Literal(snapshot.id)),
            (own, DCT.issued, Literal(published, datatype=node(XSD.dateTime))),
            (own, VOID.dataDump, node(f"{base}dumps/{snapshot.id}/{NQUADS.file}")),
        ]
    for subject, predicate, value in said:
        yield Quad(subject, node(predicate), value, DefaultGraph())


def main() -> None:
    """Writes a change in a process of its own: `python -m graph.change_files OLD NEW SUFFIX TARGET`, folders of snapshots first."""
    parser = argparse.ArgumentParser()
    for name in ("old", "new", "target"):
        parser.add_argument(name, type=Path)
    parser.add_argument("suffix")
    given = parser.parse_args()
    write_change(open_snapshot(given.old), open_snapshot(given.new), given.suffix, given.target)


if __name__ == "__main__":
    main()
