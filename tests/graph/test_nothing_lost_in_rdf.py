"""Facts become quads: stable IRIs, exact numbers, nothing invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from graph.rdf import claim_iri, quads
from loaders.facts import Extraction, Statement
from ontology.identifiers import DEFAULT_BASE, entity_iri, graph_iri, iri
from ontology.terms import CCL, OA, RDF, RDFS, SCHEMA, XSD

BASE = DEFAULT_BASE


def values(written: list[Quad], subject: str, predicate: str) -> list[str]:
    return sorted(
        {q.object.value for q in written if q.subject.value == subject and q.predicate.value == predicate}
    )  # type: ignore[union-attr]


def of_class(written: list[Quad], cls: str) -> list[str]:
    return sorted(
        {q.subject.value for q in written if q.predicate.value == RDF.type and q.object == NamedNode(cls)}
    )  # type: ignore[union-attr]


def test_the_same_extraction_gives_the_same_quads_in_the_same_order(plan: Extraction) -> None:
    assert list(quads(plan, BASE)) == list(quads(plan, BASE))


def test_no_blank_node_is_written(plan: Extraction, report: Extraction) -> None:
    written = [*quads(plan, BASE), *quads(report, BASE)]
    assert not [q for q in written if BlankNode in (type(q.subject), type(q.object), type(q.graph_name))]


def test_every_quad_stands_in_the_articles_graph_or_in_that_of_the_entities(plan: Extraction) -> None:
    graphs = {q.graph_name.value for q in quads(plan, BASE)}  # type: ignore[union-attr]
    assert graphs == {graph_iri(BASE, "article", plan.article.id), graph_iri(BASE, "entities")}


def test_a_promise_in_two_articles_is_one_commitment_with_two_statements_and_two_quotes(
    plan: Extraction, report: Extraction
) -> None:
    written = [*quads(plan, BASE), *quads(report, BASE)]
    (promise,) = of_class(written, CCL.Commitment)
    statements = [s for s in of_class(written, CCL.Statement) if values(written, s, CCL.states) == [promise]]
    quotes = [values(written, span, CCL.quote)[0] for span in values(written, promise, CCL.evidence)]
    assert len(statements) == 2
    assert sorted(quotes) == ["2024年新建口袋公园不少于30个", "昆明市2024年将新建口袋公园30个以上"]
    assert len(values(written, promise, CCL.article)) == 2
    assert len(values(written, promise, RDFS.label)) == 1, (
        "the label doesn't depend on the words of an article"
    )


def _result(report: Extraction) -> Statement:
    return report.statements[1]


@pytest.mark.parametrize(
    "change",
    [
        {"completion": None},
        {"surface": "12000个"},
        {"period_basis": "headline"},
        {"value": 12000.0},
        {"confidence": 0.9},
        {"reported_by": "昆明市城市管理局"},
    ],
)
def test_how_a_result_is_told_doesnt_make_it_another(report: Extraction, change: dict[str, object]) -> None:
    result = _result(report)
    assert claim_iri(BASE, replace(result, **change)) == claim_iri(BASE, result)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"agent": "安宁市"},
        {"agent": None},
        {"indicator": "停车位"},
        {"value": 12001},
        {"unit": "户"},
        {"bound": ">="},
        {"aspect": "growth"},
        {"period": "2024"},
        {"kind": "commitment"},
        {"concerns": ("云溪公园",)},
        {"estimated": True},
    ],
)
def test_what_a_result_says_makes_it_another(report: Extraction, change: dict[str, object]) -> None:
    result = _result(report)
    assert claim_iri(BASE, replace(result, **change)) != claim_iri(BASE, result)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (350000000000, "350000000000"),
        (400.2, "400.2"),
        (0.00001, "0.00001"),
        (33.33, "33.33"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_a_number_is_an_exact_decimal_without_an_exponent(
    report: Extraction, value: float, written: str
) -> None:
    result = replace(_result(report), value=value)
    found = {
        q.object for q in quads(replace(report, statements=(result,)), BASE) if q.predicate.value == CCL.value
    }
    assert found == {Literal(written, datatype=NamedNode(XSD.decimal))}


@pytest.mark.parametrize(
    ("bound", "lower", "upper"),
    [("=", 1, 1), (">=", 1, 0), (">", 1, 0), ("<=", 0, 1), ("<", 0, 1), ("~", 0, 0)],
)
def test_a_bound_closes_the_side_that_it_closes(
    report: Extraction, bound: str, lower: int, upper: int
) -> None:
    result = replace(_result(report), bound=bound)  # type: ignore[arg-type]
    written = list(quads(replace(report, statements=(result,)), BASE))
    (outcome,) = of_class(written, CCL.Outcome)
    assert len(values(written, outcome, CCL.lowerBound)) == lower
    assert len(values(written, outcome, CCL.upperBound)) == upper


def test_what_the_paper_doesnt_say_isnt_written(report: Extraction) -> None:
    written = list(quads(report, BASE))
    article = iri(BASE, "Article", report.article.id)
    (promise,) = of_class(written, CCL.Commitment)
    assert values(written, article, CCL.published) == []
    assert values(written, article, CCL.kicker) == []
    for term in (CCL.completionRate, CCL.estimated, CCL.completionJoint, CCL.comparand, CCL.place):
        assert values(written, promise, term) == []


def test_a_name_that_the_article_doesnt_mention_as_an_entity_gets_no_guessed_class(
    report: Extraction,
) -> None:
    statements = tuple(replace(s, agent="云溪水务") for s in report.statements)
    written = list(quads(replace(report, statements=statements), BASE))
    (promise,) = of_class(written, CCL.Commitment)
    (agent,) = values(written, promise, CCL.agent)
    assert values(written, agent, RDF.type) == [CCL.Thing]
    assert values(written, agent, RDFS.label) == ["云溪水务"]


def test_a_place_that_only_the_headline_names_is_the_gazetteer_s(report: Extraction) -> None:
    written = list(quads(report, BASE))
    (promise,) = of_class(written, CCL.Commitment)
    assert values(written, promise, CCL.agent) == [f"{BASE}id/area/530100"]


def test_an_area_is_called_by_its_code(plan: Extraction) -> None:
    written = list(quads(plan, BASE))
    (promise,) = of_class(written, CCL.Commitment)
    assert values(written, promise, CCL.agent) == [entity_iri(BASE, "AdministrativeArea", "530100")]
    assert values(written, entity_iri(BASE, "AdministrativeArea", "530100"), RDF.type) == [
        CCL.AdministrativeArea,
        CCL.PrefectureCity,
    ]


def test_evidence_is_the_very_slice_of_the_body_with_its_selectors(plan: Extraction) -> None:
    written = list(quads(plan, BASE))
    body = plan.article.body
    spans = of_class(written, CCL.EvidenceSpan)
    assert len(spans) == 2
    for span in spans:
        (start,), (end,), (quote,) = (values(written, span, term) for term in (CCL.start, CCL.end, CCL.quote))
        assert body[int(start) : int(end)] == quote
        assert values(written, f"{span}/words", OA.exact) == [quote]
        assert values(written, f"{span}/position", OA.start) == [start]
        (before,), (after,) = (values(written, f"{span}/words", term) for term in (OA.prefix, OA.suffix))
        assert f"{before}{quote}{after}" in body
    assert values(written, iri(BASE, "Article", plan.article.id), SCHEMA.articleBody) == [body]


def test_the_ontology_stays_where_it_is_and_things_move_with_the_base(plan: Extraction) -> None:
    moved = "https://ledger.example.org/"
    here, there = list(quads(plan, BASE)), list(quads(plan, moved))
    assert not [q for q in there if q.subject.value.startswith(BASE)]  # type: ignore[union-attr]
    assert {q.predicate for q in here} == {q.predicate for q in there}
    slugs = [
        sorted({q.subject.value.removeprefix(base) for q in written})
        for base, written in ((BASE, here), (moved, there))
    ]  # type: ignore[union-attr]
    assert slugs[0] == slugs[1], "what a thing is called under its base doesn't depend on the base"
