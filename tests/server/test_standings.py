"""Who kept how much, places ranked, values over the years: the published queries on a small graph, and how rows are put in order."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

from ontology.identifiers import DEFAULT_BASE
from ontology.terms import CCL
from server.app import create_app
from server.pages import ranking, series
from server.pages.panels import panel_query, read_kind
from server.pages.rows import Names, Row

DATA = """
@prefix ccl: <https://w3id.org/chuncheng/def/> . @prefix : <https://w3id.org/chuncheng/id/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:wuhua a ccl:District, ccl:AdministrativeArea . :panlong a ccl:District, ccl:AdministrativeArea . :kunming a ccl:PrefectureCity .
:growth ccl:concept :gdp . :gdp-growth ccl:concept :gdp . :waste ccl:concept :dirt . :dirt ccl:lessIsBetter true .
:c1 a ccl:Commitment ; ccl:status ccl:exceeded ; ccl:agent :wuhua ; ccl:theme :t1, :t2 ; ccl:periodEnd "2023-12-31"^^xsd:date ;
  ccl:indicator :growth ; ccl:value 5 ; ccl:year 2023 .
:c2 a ccl:Commitment ; ccl:status ccl:overdue ; ccl:agent :kunming ; ccl:place :wuhua ; ccl:theme :t1 ; ccl:periodEnd "2022-12-31"^^xsd:date .
:c3 a ccl:Commitment ; ccl:status ccl:kept ; ccl:agent :panlong ; ccl:theme :t1 ; ccl:periodEnd "2023-12-31"^^xsd:date .
:c4 a ccl:Commitment ; ccl:status ccl:noResult ; ccl:agent :panlong ; ccl:periodEnd "2024-12-31"^^xsd:date .
:c5 a ccl:Commitment ; ccl:status ccl:kept ; ccl:agent :panlong ; ccl:restates :c3 .
:i1 a ccl:ImpliedTarget ; ccl:status ccl:kept ; ccl:agent :panlong ; ccl:indicator :growth ; ccl:impliedValue 4 ; ccl:year 2022 .
:o1 a ccl:Outcome ; ccl:indicator :growth ; ccl:agent :wuhua ; ccl:value 6.5 ; ccl:year 2023 .
:o2 a ccl:Outcome ; ccl:indicator :gdp-growth ; ccl:agent :kunming ; ccl:place :panlong ; ccl:value 7 ; ccl:year 2023 .
:o3 a ccl:Outcome ; ccl:indicator :growth ; ccl:place :wuhua, :panlong ; ccl:value 99 ; ccl:year 2023 .
:o4 a ccl:Outcome ; ccl:indicator :growth ; ccl:agent :wuhua ; ccl:value 3 ; ccl:year 2022 .
:o5 a ccl:Outcome ; ccl:indicator :waste ; ccl:agent :wuhua ; ccl:value 10 ; ccl:year 2023 .
:o6 a ccl:Outcome ; ccl:indicator :waste ; ccl:agent :panlong ; ccl:value 10 ; ccl:year 2023 .
:o7 a ccl:Outcome ; ccl:indicator :waste ; ccl:place :chenggong ; ccl:value 8 ; ccl:year 2023 . :chenggong a ccl:District .
"""


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.load(DATA.encode(), RdfFormat.TURTLE)
    return store


def rows(store: Store, panel: str, thing: str = "x") -> list[Row]:
    text = panel_query(read_kind(panel), NamedNode(f"{DEFAULT_BASE}id/{thing}"))
    solutions = cast(QuerySolutions, store.query(text))
    names = [variable.value for variable in solutions.variables]
    return [{name: solution[name] for name in names if solution[name] is not None} for solution in solutions]


def short(term: object) -> str:
    assert isinstance(term, (NamedNode, Literal))
    return term.value.rsplit("/", 1)[-1]


@pytest.mark.parametrize(
    ("panel", "expected"),
    [
        (
            "standings_agent",
            {"wuhua": ("1", "1", "100"), "panlong": ("2", "1", "100"), "kunming": ("1", "1", "0")},
        ),
        ("standings_theme", {"t2": ("1", "1", "100"), "t1": ("3", "3", "66.7")}),
        ("standings_year", {"2023": ("2", "2", "100"), "2022": ("1", "1", "0"), "2024": ("1", "0", None)}),
        ("standings_district", {"panlong": ("2", "1", "100"), "wuhua": ("2", "2", "50")}),
    ],
)
def test_the_share_kept_is_of_the_promises_that_can_be_judged(
    store: Store, panel: str, expected: dict[str, tuple[str, str, str | None]]
) -> None:
    found = {
        short(row["group"]): (
            short(row["promises"]),
            short(row["decided"]),
            short(row["share"]) if "share" in row else None,
        )
        for row in rows(store, panel)
    }
    assert found == expected


def test_places_are_ranked_by_their_own_results_alone(store: Store) -> None:
    with create_app().test_request_context("/"):
        (best,) = ranking.rank(rows(store, "ranking", "growth"), Names({}, {}))
        assert [(place, short(row["place"])) for place, row in best.rows] == [(1, "panlong"), (2, "wuhua")]
        (same,) = ranking.rank(rows(store, "ranking", "dirt"), Names({}, {}))
        assert same.less_is_better
        ranked = [(place, short(row["place"])) for place, row in same.rows]
        assert ranked == [(1, "chenggong"), (2, "panlong"), (2, "wuhua")]


def test_a_series_holds_all_wordings_of_an_indicator_for_one_place(store: Store) -> None:
    with create_app().test_request_context("/"):
        found = series.group(rows(store, "series", "gdp"), Names({}, {}))
    drawn = {each.title: [(p.category, p.target, p.result) for p in each.points] for each in found}
    both = next(title for title in drawn if "panlong" in title and "wuhua" in title)
    assert drawn == {
        "wuhua": [("2022", None, 3), ("2023", 5, Decimal("6.5"))],
        "panlong": [("2022", 4, None), ("2023", None, 7)],
        both: [],
    }


def test_indicators_that_can_be_compared_are_listed(store: Store) -> None:
    found = {
        short(row["indicator"]): (short(row["years"]), short(row["places"]))
        for row in rows(store, "standings_indicators")
    }
    assert found == {"gdp": ("2", "2"), "dirt": ("1", "3")}


@pytest.mark.parametrize("panel", ["series", "ranking"])
def test_wordings_of_a_concept_share_its_answer(panel: str, store: Store) -> None:
    def iri(name: str) -> NamedNode:
        return NamedNode(f"{DEFAULT_BASE}id/{name}")

    kind = read_kind(panel)
    wording: list[Row] = [{"property": NamedNode(CCL.concept), "value": iri("gdp")}]
    assert kind.asked_of(iri("growth"), wording) == kind.asked_of(iri("gdp"), []) == iri("gdp")
    assert rows(store, panel, "growth") == rows(store, panel, "gdp-growth") == rows(store, panel, "gdp") != []
    of_two: list[Row] = [*wording, {"property": NamedNode(CCL.concept), "value": iri("dirt")}]
    assert kind.asked_of(iri("growth"), of_two) == iri("growth")
