"""The example queries as data: found by their class, with titles in both languages, and run as they are stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Quad, Store

from graph.examples import Example, ExampleError, example_quads, find_examples, read_examples
from ontology.identifiers import DEFAULT_BASE
from tests.conftest import ROOT

SH = "http://www.w3.org/ns/shacl#"
FIND = f"""PREFIX sh: <{SH}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?query ?text ?zh ?en {{ ?query a sh:SPARQLExecutable ; sh:select|sh:construct|sh:ask ?text .
  ?query rdfs:label ?zh , ?en FILTER(LANG(?zh) = "zh" && LANG(?en) = "en") }} ORDER BY ?query"""


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    folder = find_examples()
    assert folder == ROOT / "queries"
    return read_examples(folder)


@pytest.fixture(scope="module")
def store(examples: list[Example]) -> Store:
    made = Store()
    for quad in example_quads(examples, DEFAULT_BASE):
        made.add(Quad(quad.subject, quad.predicate, quad.object))
    return made


def test_every_file_is_found_by_its_class_with_both_titles(store: Store) -> None:
    rows = list(store.query(FIND))
    assert [row["query"].value.rsplit("/", 1)[-1] for row in rows] == sorted(
        file.stem for file in (ROOT / "queries").glob("*.rq")
    )
    assert all(row["zh"].value and row["en"].value for row in rows)


def test_every_stored_query_can_be_run_as_it_is(store: Store) -> None:
    for row in store.query(FIND):
        store.query(row["text"].value)


def test_every_query_is_an_executable_of_its_own_form(store: Store) -> None:
    query = f"""PREFIX sh: <{SH}> SELECT (COUNT(*) AS ?n) {{
      {{ ?q a sh:SPARQLSelectExecutable ; sh:select ?t }} UNION {{ ?q a sh:SPARQLConstructExecutable ; sh:construct ?t }}
      UNION {{ ?q a sh:SPARQLAskExecutable ; sh:ask ?t }} }}"""
    assert int(next(iter(store.query(query)))["n"].value) == len(list((ROOT / "queries").glob("*.rq")))


def test_prefixes_are_declared_once_for_all(store: Store) -> None:
    query = f"""PREFIX sh: <{SH}> SELECT ?prefix ?namespace {{
      ?q a sh:SPARQLExecutable ; sh:prefixes ?all . ?all sh:declare ?one . ?one sh:prefix ?prefix ; sh:namespace ?namespace }}"""
    declared = {(row["prefix"].value, row["namespace"].value) for row in store.query(query)}
    assert ("ccl", "https://w3id.org/chuncheng/def/") in declared
    assert len({prefix for prefix, _ in declared}) == len(declared)


def test_no_prefix_means_two_things_in_two_files(examples: list[Example]) -> None:
    declared = {pair for example in examples for pair in example.prefixes.items()}
    assert len({prefix for prefix, _ in declared}) == len(declared)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# What?\n# 什么？\nSELECT * {}\n", "title in zh"),
        ("# What?\n# title@zh 题\n# title@en T\nSELECT * {}\n", "title in zh"),
        ("# What?\n# 什么？\n# title@zh 题\n# title@en T\nDESCRIBE <x:a>\n", "neither SELECT"),
    ],
)
def test_a_file_that_says_too_little_is_refused_by_name(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "11-bad.rq").write_text(text, encoding="utf-8")
    with pytest.raises(ExampleError, match=rf"11-bad\.rq.*{complaint}"):
        read_examples(tmp_path)


def test_a_construct_is_stored_as_such(tmp_path: Path) -> None:
    text = "# What?\n# 什么？\n# title@zh 题\n# title@en T\nPREFIX x: <x:>\nCONSTRUCT { ?a x:b ?c } WHERE { ?a x:c ?c }\n"
    (tmp_path / "q.rq").write_text(text, encoding="utf-8")
    predicates = {quad.predicate.value for quad in example_quads(read_examples(tmp_path), DEFAULT_BASE)}
    assert f"{SH}construct" in predicates
    assert f"{SH}select" not in predicates
