"""A snapshot is the same for the same data, and what was published before stays until a new one is whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, QueryBoolean, QuerySolutions

from graph.build import DECISIONS
from graph.dumps import BY_NAME, NQUADS, read_dump
from graph.snapshot import (
    Snapshot,
    SnapshotError,
    list_snapshots,
    open_current,
    prune,
    rollback,
    verify,
)
from graph.stages import Stages
from graph.validate import InvalidGraphError
from loaders.facts import Extraction
from loaders.reconcile import Decision, Decisions, read_decisions
from ontology.errors import ChunchengError

COMMITMENTS = "SELECT (COUNT(?c) AS ?n) { ?c a ccl:Commitment }"


def ask(snapshot: Snapshot, query: str) -> list[tuple[str | None, ...]]:
    """Rows of a SELECT or the answer of an ASK, as plain values, sorted."""
    results = snapshot.open_store().query(f"PREFIX ccl: <https://w3id.org/chuncheng/def/> {query}")
    if isinstance(results, QueryBoolean):
        return [(str(bool(results)),)]
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    terms = ([solution[name] for name in names] for solution in results)
    return sorted(
        (
            tuple(None if t is None else t.value if isinstance(t, Literal) else str(t) for t in row)
            for row in terms
        ),
        key=repr,
    )


@pytest.fixture
def rdf(tmp_path: Path) -> Any:
    """Writes an RDF file of that name."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_promise_of_two_articles_counts_once_without_graph_and_twice_by_its_evidence(
    two_articles: Snapshot,
) -> None:
    snapshot = two_articles
    assert ask(snapshot, COMMITMENTS) == [("1",)]
    assert ask(snapshot, "SELECT (COUNT(*) AS ?n) { ?c a ccl:Commitment ; ccl:value ?v }") == [("1",)]
    assert ask(snapshot, "SELECT (COUNT(?e) AS ?n) { ?c a ccl:Commitment ; ccl:evidence ?e }") == [("2",)]
    in_graphs = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?c a ccl:Commitment ; ccl:value ?v } }"
    assert ask(snapshot, in_graphs) == [("2",)], "the trap is there: the triple stands in two graphs"


def test_building_again_in_another_order_gives_the_same_snapshot(
    publish: Any, data: Path, plan: Extraction, report: Extraction, two_articles: Snapshot
) -> None:
    again = publish([report, plan])
    assert (again.id, again.manifest["dump"]) == (two_articles.id, two_articles.manifest["dump"])
    assert publish([plan, report], anew=True).id == again.id
    assert [s.id for s in list_snapshots(data)] == [again.id]


def stages_of(publish: Any, *args: object, **options: object) -> tuple[Snapshot, list[str]]:
    """The snapshot that is published then, and the stages that it took to get there."""
    begun: list[str] = []
    return publish(*args, stages=Stages(begun.append), **options), begun


NOTHING_TO_BUILD = ["read", "reconcile", "sort", "verify"]


def test_where_nothing_has_changed_nothing_is_built(
    publish: Any, data: Path, plan: Extraction, report: Extraction
) -> None:
    first = publish([plan, report])
    again, stages = stages_of(publish, [report, plan])
    assert (again, stages) == (first, NOTHING_TO_BUILD)
    assert not (data / "building").exists()
    for options in ({"anew": True}, {"base": "https://ledger.example.org/"}, {"default_graph": "own"}):
        assert "load" in stages_of(publish, [plan, report], **options)[1], options
        publish([plan, report])
    assert "load" in stages_of(publish, [plan])[1]


def test_each_stage_after_sorting_tells_how_long_it_still_takes(
    publish: Any, rdf: Any, plan: Extraction
) -> None:
    for sources, also in (
        (([plan],), {"reconcile"}),
        ((None, [rdf("one.nt", "<x:a> <x:p> <x:b> .")]), set()),
    ):
        left: dict[str, float | None] = {}
        stages = Stages(lambda name: left.update({name: stages.left}))  # noqa: B023 - called before the next
        publish(*sources, stages=stages)
        assert "load" in left
        assert {name for name, seconds in left.items() if seconds is None} == {
            "read", "sort", "search", "dump", "publish",
        } | also  # fmt: skip


def test_other_rules_build_the_same_lines_anew(
    publish: Any, plan: Extraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish([plan])
    assert stages_of(publish, [plan])[1] == NOTHING_TO_BUILD
    monkeypatch.setattr("graph.origin.code_version", lambda: "another")
    assert "load" in stages_of(publish, [plan])[1]


def test_a_decision_makes_another_snapshot_even_if_it_changes_no_line(
    publish: Any, plan: Extraction, report: Extraction
) -> None:
    before = publish([plan, report])
    decisions = Decisions(
        (Decision(True, "commitment/none", ("outcome/none",), "林小雨", "2024-03-01", "同"),)
    )
    after, stages = stages_of(publish, [plan, report], decisions=decisions)
    assert "load" in stages
    assert (after.id != before.id, after.manifest["dump"]) == (True, before.manifest["dump"])
    assert after.manifest["reconciliation"]["unknown_decisions"] == ["commitment/none ← outcome/none"]
    assert read_decisions(after.path / DECISIONS) == decisions
    again, stages = stages_of(publish, [plan, report], decisions=decisions)
    assert (again, stages) == (after, NOTHING_TO_BUILD)


def test_a_damaged_snapshot_is_built_anew_though_nothing_has_changed(publish: Any, plan: Extraction) -> None:
    first = publish([plan])
    (first.path / NQUADS.file).write_bytes(b"")
    again, stages = stages_of(publish, [plan])
    assert "load" in stages
    assert again.id == first.id
    verify(again)


def test_other_data_another_base_or_another_default_graph_make_another_snapshot(
    publish: Any, rdf: Any
) -> None:
    one, two = rdf("one.nt", "<x:a> <x:p> <x:b> ."), rdf("two.nt", "<x:a> <x:p> <x:c> .")
    snapshots = [
        publish(rdf=[one]),
        publish(rdf=[one, two]),
        publish(rdf=[one], base="https://ledger.example.org/"),
        publish(rdf=[one], default_graph="own"),
    ]
    assert len({s.id for s in snapshots}) == 4


def test_the_manifest_tells_sources_counts_and_versions_and_no_path(two_articles: Snapshot) -> None:
    manifest = two_articles.manifest
    assert [(s["name"], s["sha256"]) for s in manifest["sources"]] == [
        ("plan.txt", "a" * 64),
        ("report.txt", "b" * 64),
    ]
    assert (manifest["counts"]["articles"], manifest["counts"]["statements"]) == (2, 3)
    assert {"chuncheng", "pyoxigraph"} <= manifest["versions"].keys()
    assert manifest["build"]["seconds"]["load"] > 0
    assert manifest["build"]["processor_seconds"]["SHACL"] > 0
    assert str(two_articles.path.parent) not in repr(manifest)


def test_what_the_rules_infer_stands_in_a_graph_of_its_own(two_articles: Snapshot) -> None:
    snapshot = two_articles
    inferred = "GRAPH <https://w3id.org/chuncheng/graph/inferred>"
    assert ask(snapshot, f"SELECT ?d {{ {inferred} {{ ?c ccl:deadline ?d }} }}") == [("2024-12-31",)]
    assert ask(snapshot, f"ASK {{ {inferred} {{ ?c a ccl:Claim }} }}") == [("True",)]
    twice = (
        f"ASK {{ {inferred} {{ ?s ?p ?o }} GRAPH ?g {{ ?s ?p ?o }} FILTER(!STRENDS(STR(?g), '/inferred')) }}"
    )
    assert ask(snapshot, twice) == [("False",)], "what is asserted isn't inferred again"


def test_rdf_alone_serves_just_that_data(publish: Any, rdf: Any) -> None:
    file = rdf("little.nq", "<x:a> <x:p> <x:b> <x:g> .\n<x:a> <x:p> <x:c> .\n")
    snapshot = publish(rdf=[file])
    assert ask(snapshot, "SELECT * { ?s ?p ?o }") == [
        ("<x:b>", "<x:p>", "<x:a>"),
        ("<x:c>", "<x:p>", "<x:a>"),
    ]
    assert ask(snapshot, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }") == [("<x:g>",)]


def test_triples_go_to_a_graph_named_after_their_file(publish: Any, rdf: Any) -> None:
    snapshot = publish(rdf=[rdf("little.ttl", "<x:a> <x:p> 1 ."), rdf("other.nt", "<x:a> <x:p> <x:b> .\n")])
    graphs = [row[0] or "" for row in ask(snapshot, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]
    assert [
        g.startswith(f"<https://w3id.org/chuncheng/graph/file/{name}-")
        for g, name in zip(graphs, ("little", "other"), strict=True)
    ] == [True, True]


def test_the_own_default_graph_is_the_data_as_it_is(publish: Any, rdf: Any) -> None:
    trig = rdf("little.trig", "<x:a> <x:p> 1 . <x:g> { <x:a> <x:p> 1, 2 }")
    turtle = rdf("little.ttl", "<x:a> <x:p> 3 .")
    default = "SELECT ?o { ?s ?p ?o }"
    assert ask(publish(rdf=[trig, turtle], default_graph="own"), default) == [("1",), ("3",)]
    assert ask(publish(rdf=[trig, turtle], default_graph="merge"), default) == [("1",), ("2",), ("3",)]


def test_the_dump_holds_the_data_without_the_merge(publish: Any, rdf: Any) -> None:
    snapshot = publish(rdf=[rdf("little.trig", "<x:a> <x:p> <x:b> . <x:g> { <x:a> <x:p> <x:c> }")])
    lines = b"".join(read_dump(snapshot.path, NQUADS))
    assert lines == b"<x:a> <x:p> <x:b> .\n<x:a> <x:p> <x:c> <x:g> .\n"


def test_a_dump_makes_the_same_snapshot_again(publish: Any, tmp_path: Path, two_articles: Snapshot) -> None:
    snapshot = two_articles
    for kind, name in (("nquads", "all.nq"), ("trig", "all.trig")):
        copy = tmp_path / name
        copy.write_bytes(b"".join(read_dump(snapshot.path, BY_NAME[kind])))
        assert publish(rdf=[copy]).id == snapshot.id


def test_blank_nodes_of_two_files_stay_apart(publish: Any, rdf: Any) -> None:
    files = [rdf("one.nt", "_:x <x:p> <x:one> .\n"), rdf("two.nt", "_:x <x:p> <x:two> .\n")]
    assert ask(publish(rdf=files), "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }") == [("2",)]


def test_the_same_file_with_blank_nodes_gives_the_same_snapshot(publish: Any, rdf: Any) -> None:
    file = rdf("little.ttl", "<x:a> <x:p> [ <x:q> 1 ] .")
    assert publish(rdf=[file]).id == publish(rdf=[file]).id


def test_a_blank_node_is_the_same_in_its_graph_and_in_the_merge(publish: Any, rdf: Any) -> None:
    snapshot = publish(rdf=[rdf("little.nq", "_:b <x:p> <x:o> <x:g> .\n")])
    assert ask(snapshot, "SELECT ?g { GRAPH ?g { ?s ?p ?o } ?s ?p ?o }") == [("<x:g>",)]


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("broken.ttl", "<x:a> <x:p> <x:b> .\n<x:a> <x:p> nonsense .\n", "line 2, column 13"),
        ("broken.nq", "<x:a> <x:p> <x:b> <x:g> .\n<x:a> <x:p> .\n", "line 2, column 13"),
        (
            "broken.rdf",
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n<open",
            "broken.rdf",
        ),
        ("notes.docx", "<x:a> <x:p> <x:b> .\n", "unknown kind of RDF file"),
    ],
)
def test_a_broken_rdf_file_is_named_with_its_line_and_nothing_is_published(
    publish: Any, data: Path, rdf: Any, name: str, text: str, where: str
) -> None:
    before = publish(rdf=[rdf("sound.nt", "<x:a> <x:p> <x:b> .")])
    with pytest.raises(ChunchengError) as error:
        publish(rdf=[rdf(name, text)])
    assert name in str(error.value)
    assert where in str(error.value)
    assert open_current(data).id == before.id
    assert [s.id for s in list_snapshots(data)] == [before.id]
    verify(before)


def test_a_missing_rdf_file_is_named(publish: Any, tmp_path: Path) -> None:
    with pytest.raises(ChunchengError, match=r"absent\.ttl"):
        publish(rdf=[tmp_path / "absent.ttl"])


def test_a_graph_that_violates_its_shapes_is_refused_by_article_and_statement(
    publish: Any, data: Path, rdf: Any, plan: Extraction, report: Extraction
) -> None:
    before = publish(rdf=[rdf("sound.nt", "<x:a> <x:p> <x:b> .")])
    wrong = replace(report.statements[1], quote="2023年全市新增停车位9万个")
    with pytest.raises(InvalidGraphError) as error:
        publish([plan, replace(report, statements=(report.statements[0], wrong))])
    message = str(error.value)
    assert report.article.headline in message
    assert report.article.id in message
    assert wrong.quote in message
    assert plan.article.headline not in message, "the sound article isn't blamed"
    assert open_current(data).id == before.id


def test_a_district_that_is_a_person_is_refused(publish: Any, plan: Extraction) -> None:
    area, body = plan.entities
    person = replace(area, kind="Person")
    with pytest.raises(InvalidGraphError, match="no place, body or event"):
        publish([replace(plan, entities=(person, body))])


def test_without_a_snapshot_the_message_says_how_to_make_one(data: Path) -> None:
    with pytest.raises(SnapshotError, match="chuncheng build"):
        open_current(data)


@pytest.fixture
def three(publish: Any, data: Path, rdf: Any) -> list[Snapshot]:
    """Three snapshots, as if published on three days one after the other."""
    for day, name in enumerate(("one", "two", "three"), 1):
        manifest = publish(rdf=[rdf(f"{name}.nt", f"<x:{name}> <x:p> <x:b> .")]).path / "manifest.json"
        told = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.write_text(
            json.dumps(told | {"created": f"2026-03-0{day}T08:00:00+00:00"}), encoding="utf-8"
        )
    return list_snapshots(data)


def test_rollback_serves_the_snapshot_with_that_id(data: Path, three: list[Snapshot]) -> None:
    for wanted in three:
        assert rollback(data, wanted.id[:10]).id == open_current(data).id == wanted.id
    with pytest.raises(SnapshotError, match="no-such"):
        rollback(data, "no-such")
    assert open_current(data).id == three[-1].id


def test_rollback_without_an_id_serves_the_snapshot_before(data: Path, three: list[Snapshot]) -> None:
    assert open_current(data).id == three[2].id
    assert rollback(data).id == open_current(data).id == three[1].id
    assert rollback(data).id == open_current(data).id == three[0].id


def test_rollback_past_the_first_says_so(data: Path, publish: Any, rdf: Any) -> None:
    publish(rdf=[rdf("one.nt", "<x:a> <x:p> <x:b> .")])
    with pytest.raises(SnapshotError, match="no snapshot before"):
        rollback(data)


def test_prune_keeps_what_is_served_whatever_its_age(data: Path, three: list[Snapshot]) -> None:
    first, *others = three
    rollback(data, first.id)
    assert set(prune(data, 0)) == {s.id for s in others}
    assert [s.id for s in list_snapshots(data)] == [first.id] == [open_current(data).id]
    assert ask(open_current(data), "SELECT ?s { ?s ?p ?o }") == [("<x:one>",)]


def test_prune_keeps_as_many_as_it_is_told(data: Path, three: list[Snapshot]) -> None:
    assert prune(data, 3) == []
    assert len(prune(data, 1)) == 2
    assert [s.id for s in list_snapshots(data)] == [three[-1].id]


@pytest.fixture
def small(three: list[Snapshot]) -> Snapshot:
    return three[-1]


def test_verify_finds_any_flipped_byte_of_the_dump_that_changes_the_data(small: Snapshot) -> None:
    verify(small)
    file = small.path / small.manifest["dump"]["file"]
    whole, data = file.read_bytes(), b"".join(read_dump(small.path, NQUADS))
    found = 0
    for position in range(len(whole)):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        try:
            verify(small)
        except SnapshotError:
            found += 1
        else:  # a bit of the compressed frame that means nothing
            assert b"".join(read_dump(small.path, NQUADS)) == data
    assert found > len(data) // 2


def test_verify_finds_a_changed_manifest(small: Snapshot) -> None:
    small.manifest["dump"]["quads"] += 1
    with pytest.raises(SnapshotError, match="manifest says"):
        verify(small)


def test_verify_finds_that_the_store_lost_a_file(small: Snapshot) -> None:
    for file in (small.path / "store").glob("*.sst"):
        file.unlink()
    with pytest.raises(SnapshotError):
        verify(small)


def test_reading_never_writes(small: Snapshot) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {str(p): (p.stat().st_mtime_ns, p.stat().st_size) for p in small.path.rglob("*")}

    before = state()
    ask(small, COMMITMENTS)
    verify(small)
    assert state() == before


def test_a_blank_node_inside_a_triple_term_stays_the_one_outside(tmp_path: Path) -> None:
    from graph.foreign import read_rdf

    file = tmp_path / "said.nt"
    file.write_text(
        "_:a <http://e.org/says> <<( _:a <http://e.org/is> _:b )>> .\n_:b <http://e.org/is> _:a .\n",
        encoding="utf-8",
    )
    says, is_ = read_rdf(file, "http://e.org/", keep_default_graph=True)
    assert says.object.subject == says.subject == is_.object  # type: ignore[union-attr]
    assert says.object.object == is_.subject  # type: ignore[union-attr]
