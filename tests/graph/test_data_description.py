"""What a snapshot says of its own data, and how long it is kept."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import NamedNode, RdfFormat

from graph.snapshot import Snapshot, SnapshotError, build_snapshot, list_snapshots, open_current, prune
from graph.statistics import count_quads
from ontology.terms import DCAT, RDF, VOID

BASE = "https://ledger.example/"
QUADS = b"""<x:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <x:Park> <x:g1> .
<x:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <x:Park> <x:g2> .
<x:a> <x:name> "two words <x:no>" .
<x:a> <x:name> "two words"@en <x:g1> .
<x:b> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <x:Park> _:g3 .
<x:b> <x:near> <x:a> <x:g1> .
"""


def build(data: Path, quads: bytes = QUADS) -> Snapshot:
    return build_snapshot(data, iter(quads.splitlines(keepends=True)), base=BASE, reason=False)


def test_figures_are_those_of_the_merge_of_all_graphs() -> None:
    counted = count_quads(sorted(QUADS.splitlines(keepends=True)))
    assert (counted.triples, counted.subjects, counted.objects) == (5, 2, 4)
    assert counted.entities == {b"<x:Park>": 2}
    assert counted.of_class[b"<x:Park>"][b"<x:name>"] == 2
    assert counted.properties[b"<x:name>"].triples == 2
    assert counted.properties[b"<x:name>"].subjects == 1
    assert counted.graphs == {b"<x:g1>", b"<x:g2>", b"_:g3"}


def test_figures_agree_with_sparql_over_the_same_data(tmp_path: Path) -> None:
    snapshot = build(tmp_path)
    store = snapshot.open_store()
    described = {
        t.predicate.value: t.object for t in snapshot.description() if t.subject.value == f"{BASE}dataset"
    }
    for term, query in (
        (VOID.triples, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        (VOID.distinctSubjects, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        (VOID.distinctObjects, "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        (VOID.properties, "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        (VOID.classes, "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s a ?o }"),
        (VOID.entities, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?o }"),
    ):
        assert described[term] == next(iter(store.query(query)))["n"]  # type: ignore[call-overload]


def test_the_description_has_no_blank_nodes_and_tells_where_the_dump_is(tmp_path: Path) -> None:
    triples = build(tmp_path).description()
    assert not any(isinstance(term, pyoxigraph.BlankNode) for t in triples for term in (t.subject, t.object))
    about = {(t.subject.value, t.predicate.value) for t in triples}
    for kind in ("nq", "trig", "ttl"):
        assert (f"{BASE}dataset/dump/{kind}", DCAT.byteSize) in about
    kinds = {t.object.value for t in triples if t.predicate.value == RDF.type}
    assert {VOID.Dataset, DCAT.Dataset, DCAT.Distribution, DCAT.DataService} <= kinds


def test_data_of_others_is_left_as_it_is(tmp_path: Path) -> None:
    snapshot = build(tmp_path)
    assert snapshot.manifest["counts"]["quads"] == 6
    assert not list(snapshot.open_store().quads_for_pattern(NamedNode(f"{BASE}dataset"), None, None))


def test_the_same_data_in_another_order_is_described_alike(tmp_path: Path) -> None:
    lines = QUADS.splitlines(keepends=True)
    first, second = build(tmp_path / "a"), build(tmp_path / "b", b"".join(reversed(lines)))
    assert first.id == second.id
    # When it was built differs.
    one, other = ({t for t in s.description() if "dateTime" not in str(t.object)} for s in (first, second))
    assert one == other


def test_a_snapshot_that_somebody_reads_is_not_pruned(tmp_path: Path) -> None:
    read = build(tmp_path)
    build(tmp_path, QUADS + b"<x:c> <x:name> 'c' .\n".replace(b"'", b'"'))
    with read.hold():
        assert prune(tmp_path, 1) == []
        assert len(list_snapshots(tmp_path)) == 2
    assert prune(tmp_path, 1) == [read.id]
    assert [s.id for s in list_snapshots(tmp_path)] == [open_current(tmp_path).id]
    with pytest.raises(SnapshotError, match="gone"), read.hold():
        pass


def test_what_a_killed_prune_left_is_removed_by_the_next(tmp_path: Path) -> None:
    build(tmp_path)
    left = tmp_path / "removed" / "half"
    left.mkdir(parents=True)
    prune(tmp_path, 1)
    assert not (tmp_path / "removed").exists()


def test_a_snapshot_of_an_older_build_has_no_description(tmp_path: Path) -> None:
    snapshot = build(tmp_path)
    (snapshot.path / "void.nt").unlink()
    assert snapshot.description() == []
    assert pyoxigraph.serialize(snapshot.description(), format=RdfFormat.N_TRIPLES) == b""
