"""Corrections in a published snapshot: a query sees what stands, and whoever asks finds what was read, who changed it and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyoxigraph import Quad
from rdflib import Graph

from chuncheng import main
from graph.corrections import correction_quads
from graph.rdf import quads
from graph.snapshot import Snapshot
from graph.validate import validate
from loaders.correction import Correction, Patch, apply
from loaders.facts import Extraction
from ontology.check import check_consistency
from ontology.identifiers import DEFAULT_BASE, graph_iri

CORRECTIONS = graph_iri(DEFAULT_BASE, "corrections")
PREFIXES = (
    "PREFIX ccl: <https://w3id.org/chuncheng/def/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX prov: <http://www.w3.org/ns/prov#> "
)
MISPRINT = "多印了一个零：见次日更正"


def ask(snapshot: Snapshot, query: str) -> list[tuple[str, ...]]:
    from graph.query import answer

    text = answer(snapshot, PREFIXES + query, format="csv", name="test").decode()
    return [tuple(row) for row in csv.reader(io.StringIO(text))][1:]


def correction(action: str, type: str, quote: str, **more: Any) -> Correction:
    return Correction(
        action, type, quote, **{"author": "林校对", "date": "2024-03-01", "reason": MISPRINT, **more}
    )  # type: ignore[arg-type]


def correct(extraction: Extraction, corrections: Sequence[Correction]) -> Extraction:
    article = extraction.article
    corrected, _, problems = apply([Patch(article.id, article.headline, tuple(corrections))], extraction)
    assert problems == ()
    return corrected


CHANGED = correction("change", "statement", "新增停车位1.2万个", set={"value": 1200, "bound": ">="})
ALL_ACTIONS = (
    correction("accept", "relation", "由昆明市城市管理局负责"),
    correction("change", "statement", "新建口袋公园30个", set={"value": 3}),
    correction("change", "entity", "昆明市城市管理局", set={"post": "主管部门"}),
    correction("reject", "entity", "昆明市", where={"name": "昆明市"}, occurrence=1),
    correction(
        "add",
        "relation",
        "这项工作",
        set={"subject": "昆明市城市管理局", "predicate": "partOf", "object": "昆明市"},
    ),
    correction("add", "entity", "口袋公园", set={"name": "口袋公园", "class": "Park", "kind": "UrbanPark"}),
)


@pytest.fixture(scope="module")
def corrected(report: Extraction) -> Extraction:
    return correct(report, [CHANGED])


@pytest.fixture(scope="module")
def every_action(plan: Extraction) -> Extraction:
    return correct(plan, ALL_ACTIONS)


@pytest.fixture(scope="module")
def snapshot(
    tmp_path_factory: pytest.TempPathFactory, every_action: Extraction, corrected: Extraction
) -> Snapshot:
    from graph.build import build

    data = tmp_path_factory.mktemp("corrected") / "data"
    return build(data, [every_action, corrected], base=DEFAULT_BASE)


def test_a_query_sees_the_corrected_value_only(snapshot: Snapshot) -> None:
    values = "SELECT ?value { ?claim ccl:indicator/rdfs:label '新增停车位'@zh ; ccl:value ?value }"
    assert ask(snapshot, values) == [("1200",)]
    bounds = "SELECT ?lower ?upper { ?c ccl:value 1200.0 ; ccl:lowerBound ?lower OPTIONAL { ?c ccl:upperBound ?upper } }"
    assert ask(snapshot, bounds) == [("1200", "")]
    assert ask(snapshot, "SELECT ?s { ?s ccl:surface '1.2万个' }") != [], "what was printed is kept"


def test_the_correction_is_found_with_reason_author_date_and_both_values(snapshot: Snapshot) -> None:
    rows = ask(
        snapshot,
        f"""SELECT ?why ?who ?when ?old ?new ?number ?words {{ GRAPH <{CORRECTIONS}> {{
            ?c a ccl:Correction ; ccl:action ccl:change ; ccl:reason ?why ; ccl:editor/rdfs:label ?who ; ccl:decided ?when ;
                ccl:changes ?change ; ccl:supersedes ?reading ; ccl:evidence/ccl:quote ?words .
            ?change ccl:field "value" ; ccl:asRead ?old ; ccl:asCorrected ?new . ?reading ccl:valueAsRead ?number
            FILTER(?new = "1200") }} }}""",
    )
    (row,) = rows
    assert row[:2] == (MISPRINT, "林校对")
    assert "2024-03-01" in row[2]
    assert row[3:] == ("12000", "1200", "12000", "2023年全市新增停车位1.2万个，完成率120%")


def test_the_statement_leads_to_the_correction_and_to_what_had_been_read(snapshot: Snapshot) -> None:
    rows = ask(
        snapshot,
        """SELECT ?reading ?label { ?s ccl:states/ccl:value 1200.0 ; ccl:checkedBy ?editor ; prov:wasRevisionOf ?reading ;
            prov:wasDerivedFrom ?c . ?c ccl:upholds ?s ; ccl:supersedes ?reading . ?reading rdfs:label ?label
            FILTER NOT EXISTS { ?s prov:wasGeneratedBy ?extraction } }""",
    )
    assert len(rows) == 1
    assert "1.2万个" in rows[0][1]


def test_what_a_person_made_stays_out_of_the_articles_graph(
    corrected: Extraction, report: Extraction
) -> None:
    own = set(quads(corrected, DEFAULT_BASE))
    assert own < set(quads(report, DEFAULT_BASE)), "nothing but what was read, and less"
    apart = list(correction_quads(corrected, DEFAULT_BASE))
    assert {q.graph_name.value for q in apart} == {CORRECTIONS}  # type: ignore[union-attr]
    assert not {_triple(q) for q in apart} & {_triple(q) for q in own}, "no triple stands twice"


def _triple(quad: Quad) -> tuple[object, ...]:
    return (quad.subject, quad.predicate, quad.object)


def test_a_rejected_reading_is_described_and_no_longer_stated(snapshot: Snapshot) -> None:
    described = "SELECT ?label { ?c ccl:action ccl:rejection ; ccl:supersedes ?r . ?r a ccl:SupersededReading ; rdfs:label ?label }"
    assert ask(snapshot, described) == [("AdministrativeArea 昆明市",)]
    assert ask(snapshot, "SELECT ?m { ?m a ccl:Mention ; ccl:quote '昆明市' }") == []


def test_the_other_articles_promise_stands_beside_the_changed_one(snapshot: Snapshot) -> None:
    values = (
        "SELECT ?value { ?c ccl:indicator/rdfs:label '新建口袋公园'@zh ; ccl:value ?value } ORDER BY ?value"
    )
    assert ask(snapshot, values) == [("3",), ("30",)]


def test_an_added_relation_and_thing_are_in_the_graph(snapshot: Snapshot) -> None:
    related = (
        "SELECT ?a { ?a ccl:partOf ?b . ?b rdfs:label '昆明市'@zh . ?a rdfs:label '昆明市城市管理局'@zh }"
    )
    assert len(ask(snapshot, related)) == 1
    parks = f"SELECT ?p {{ GRAPH <{CORRECTIONS}> {{ ?p a ccl:UrbanPark ; rdfs:label '口袋公园'@zh }} }}"
    assert len(ask(snapshot, parks)) == 1


def test_every_action_conforms_to_the_shapes_and_is_consistent(
    every_action: Extraction, corrected: Extraction
) -> None:
    for extraction in (every_action, corrected):
        written = [*quads(extraction, DEFAULT_BASE), *correction_quads(extraction, DEFAULT_BASE)]
        assert validate(extraction.article, written) == []
        lines = "\n".join(f"{q.subject} {q.predicate} {q.object} ." for q in written)
        assert check_consistency(Graph().parse(data=lines, format="nt")).sound


def test_without_corrections_nothing_is_written(plan: Extraction) -> None:
    assert list(correction_quads(plan, DEFAULT_BASE)) == []


# The whole way, from page and patch to snapshot

PAGE = "口袋公园进社区\n\n本报讯(记者 林小雨) 昆明市2024年将新建口袋公园300个。2024年新增停车位1.2万个。\n"
PATCH = """[article]
id = "0000000000000000"
headline = "口袋公园进社区"

[[correction]]
action = "change"
type = "statement"
quote = "口袋公园300个"
where = { value = 300 }
set = { value = 30 }
author = "林校对"
date = 2024-03-01
reason = "多印了一个零"
"""


def build(folder: Path, *more: str) -> Any:
    arguments = ["build", str(folder / "page.txt"), "--corrections", str(folder / "a.toml"), *more]
    return CliRunner().invoke(main, [*arguments, "--out", str(folder / "data")])


def current(folder: Path) -> Snapshot:
    from graph.snapshot import open_current

    return open_current(folder / "data")


PARKS = "SELECT ?v { ?c ccl:value ?v ; ccl:indicator/rdfs:label ?i FILTER(CONTAINS(?i, '口袋公园')) }"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    (tmp_path / "a.toml").write_text(PATCH, encoding="utf-8")
    return tmp_path


def test_a_rebuild_keeps_the_correction_also_where_the_article_gets_another_id(folder: Path) -> None:
    assert build(folder).exit_code == 0
    first = current(folder)
    assert ask(first, PARKS) == [("30",)]
    assert first.manifest["counts"]["corrections"] == 1
    assert build(folder).exit_code == 0
    assert current(folder).id == first.id, "the same pages and patches are the same snapshot"
    assert build(folder, "--published", "2024-01-22", "--publisher", "昆明新报", "--strict").exit_code == 0
    assert current(folder).id != first.id
    assert ask(current(folder), PARKS) == [("30",)]


def test_a_correction_whose_text_is_gone_is_told_and_an_error_with_strict(folder: Path) -> None:
    (folder / "page.txt").write_text(PAGE.replace("300个", "30个"), encoding="utf-8")
    told = build(folder)
    assert told.exit_code == 0
    assert "warning: " in told.stderr
    assert "but not the words “口袋公园300个”" in told.stderr
    assert "0 corrections applied, 1 problem" in told.stderr
    before = current(folder).id
    (folder / "page.txt").write_text(PAGE.replace("300个", "31个"), encoding="utf-8")
    strict = build(folder, "--strict")
    assert strict.exit_code == 1
    assert current(folder).id == before, "nothing is published"


def test_a_malformed_patch_stops_the_build_before_a_page_is_read(folder: Path) -> None:
    (folder / "a.toml").write_text(PATCH.replace("{ value = 30 }", '{ value = "30" }'), encoding="utf-8")
    result = build(folder)
    assert result.exit_code == 1
    assert "a.toml, line 5, correction 1: set.value: must be a number" in result.stderr
    assert not (folder / "data").exists()
