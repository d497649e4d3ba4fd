"""Names over time: a renamed thing is one thing with all its names, wherever and in whatever order it is named."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from graph.build import article_lines
from graph.rdf import claim_iri
from loaders.facts import Extraction
from loaders.reconcile import Claims
from loaders.succession import last_names
from ontology.identifiers import DEFAULT_BASE

from .test_persons import told

BEFORE = told("2018-05-01", "昆明市工业和信息化委员会负责招商引资。")
RENAMED = told("2019-03-01", "2019年2月，昆明市工业和信息化委员会更名为昆明市工业和信息化局。")
AFTER = told("2020-05-01", "昆明市工业和信息化局负责招商引资。")
MERGED = told("2019-03-02", "昆明市规划局和昆明市国土资源局合并为昆明市自然资源和规划局。")
PREFIXES = """PREFIX ccl: <https://w3id.org/chuncheng/def/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


def store_of(*articles: Extraction) -> Store:
    store = Store()
    store.load(b"".join(article_lines(articles, DEFAULT_BASE, quotes_only=False)), format=RdfFormat.N_QUADS)
    return store


def rows(store: Store, query: str) -> list[list[str]]:
    found = store.query(PREFIXES + query, use_default_graph_as_union=True)
    return sorted([term.value if term else "" for term in row] for row in found)  # type: ignore[union-attr]


@pytest.mark.parametrize("order", list(permutations((BEFORE, RENAMED, AFTER))))
def test_a_renamed_body_is_one_thing_with_both_names(order: tuple[Extraction, ...]) -> None:
    store = store_of(*order)
    bodies = rows(store, "SELECT ?b ?label { ?b a ccl:GovernmentBody ; rdfs:label ?label }")
    assert [label for _, label in bodies] == ["昆明市工业和信息化局"]
    body = bodies[0][0]
    assert rows(store, f"SELECT ?other {{ <{body}> skos:altLabel ?other }}") == [["昆明市工业和信息化委员会"]]
    mentions = rows(
        store, f"SELECT DISTINCT ?a {{ ?m ccl:mentions <{body}> ; <http://www.w3.org/ns/oa#hasSource> ?a }}"
    )
    assert len(mentions) == 3


def test_the_words_that_tell_the_new_name_are_kept_with_when() -> None:
    [row] = rows(
        store_of(RENAMED),
        "SELECT ?former ?period ?quote { ?r a ccl:Renaming ; ccl:formerName ?former ; ccl:period ?period ; ccl:evidence/ccl:quote ?quote }",
    )
    assert row == [
        "昆明市工业和信息化委员会",
        "2019-02",
        "昆明市工业和信息化委员会更名为昆明市工业和信息化局",
    ]


def test_before_anybody_tells_of_it_both_names_are_names_of_their_own() -> None:
    bodies = rows(store_of(BEFORE, AFTER), "SELECT ?label { ?b a ccl:GovernmentBody ; rdfs:label ?label }")
    assert bodies == [["昆明市工业和信息化委员会"], ["昆明市工业和信息化局"]]


def test_what_was_merged_stays_what_it_was_and_leads_to_what_came_of_it() -> None:
    found = rows(
        store_of(MERGED),
        "SELECT ?was ?is { ?m a ccl:Merger ; ccl:predecessor/rdfs:label ?was ; ccl:successor/rdfs:label ?is }",
    )
    assert found == [
        ["昆明市国土资源局", "昆明市自然资源和规划局"],
        ["昆明市规划局", "昆明市自然资源和规划局"],
    ]


def test_a_promise_of_the_former_name_is_the_new_ones() -> None:
    promise = told("2018-05-01", "2018年，昆明市工业和信息化委员会将新建标准厂房50万平方米。")
    claims = Claims(lambda statement: claim_iri(DEFAULT_BASE, statement))
    for extraction in (promise, RENAMED):
        claims.add(extraction)
    assert {claim.agent for claim in claims.hand_over()} == {"昆明市工业和信息化局"}


@pytest.mark.parametrize(
    ("renamings", "last"),
    [
        ({("a", "b"), ("b", "c")}, {"a": "c", "b": "c"}),
        ({("a", "c"), ("b", "c")}, {"a": "c", "b": "c"}),
        ({("a", "b"), ("a", "c")}, {}),  # two articles disagree: nothing is put together
        ({("a", "b"), ("b", "a")}, {}),
        ({("a", "b"), ("b", "c"), ("c", "b")}, {}),
        ({("a", "a")}, {}),
    ],
)
def test_chains_of_names_lead_to_the_last(renamings: set[tuple[str, str]], last: dict[str, str]) -> None:
    assert last_names(renamings) == last


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))))
def test_a_last_name_leads_no_further(renamings: list[tuple[str, str]]) -> None:
    last = last_names(renamings)
    assert not set(last.values()) & set(last)
    assert last == last_names(renamings[::-1])
