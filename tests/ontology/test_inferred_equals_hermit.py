"""What the materialiser puts into graph/inferred is what HermiT infers: of each thing, every class of ours and every property of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse
from rdflib import Graph
from rdflib import namespace as ns

from graph.build import rebuilt_lines
from graph.ledger.asked import Asked
from graph.ledger.status import judge
from graph.lines import write_sorted
from graph.reason import Reasoner, derivations, follow, settle
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.check import realize
from ontology.generate import NAMESPACE
from ontology.identifiers import DEFAULT_BASE, graph_iri
from ontology.terms import CCL, RDF

ARTICLES = Path(__file__).parents[2] / "articles"
# Officials, of whom the sample pages name none: a body's, a place's, one of the past, one of a town, one of the city.
OFFICIALS = """---
published: 2024-03-01
---
# 官渡区召开教育工作会议

3月1日，官渡区教育体育局局长赵勇作报告，官渡区副区长张丽主持会议，金马街道党工委书记钱伟发言。昆明市副市长孙亮到会指导，富民县县长周敏参加。
呈贡区政协主席吴军、原西山区区长郑华应邀出席。
"""
Triples = set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def asserted(tmp_path_factory: pytest.TempPathFactory) -> list[Quad]:
    """What the sample pages and the officials' say, without anything inferred.

    Of the gazetteer only the areas that something is said of, with those around them: HermiT takes a minute for all 4,772, since it
    tests the transitive property pair by pair, and seconds for these. Links to other data sets stay out: HermiT would say all things
    once more of Wikidata's IRIs, which the materialiser leaves to whoever follows the links (docs/ontology.md).
    """
    folder = tmp_path_factory.mktemp("hermit")
    officials = folder / "officials.md"
    officials.write_text(OFFICIALS, encoding="utf-8")
    lines = rebuilt_lines(
        extract_files([ARTICLES, officials], Publication()), DEFAULT_BASE, quotes_only=False
    )
    store = Store()
    store.bulk_extend(parse(b"".join(lines), format=RdfFormat.N_QUADS))
    away = {graph_iri(DEFAULT_BASE, name) for name in ("inferred", "dataset", "ontology", "places", "links")}
    kept = [q for q in store if isinstance(q.graph_name, NamedNode) and q.graph_name.value not in away]
    places = list(store.quads_for_pattern(None, None, None, NamedNode(graph_iri(DEFAULT_BASE, "places"))))
    above = {q.subject: q.object for q in places if q.predicate.value == CCL.within}
    wanted = {term for q in kept for term in (q.subject, q.object)} & {q.subject for q in places}
    for place in list(wanted):
        while place in above:
            place = above[place]
            wanted.add(place)
    return [*kept, *(q for q in places if q.subject in wanted)]


@pytest.fixture(scope="module")
def given(asserted: list[Quad]) -> list[Quad]:
    """That with what our own rules derive, which no axiom says, and with statuses."""
    store = Store()
    store.extend(asserted)
    graph = NamedNode(graph_iri(DEFAULT_BASE, "inferred"))
    for text in derivations(Asked(store, None, undated=True).day).values():
        for t in list(store.query(text, use_default_graph_as_union=True)):  # type: ignore[arg-type]
            store.add(Quad(t.subject, t.predicate, t.object, graph))
    store.extend(judge(Asked(store, None, undated=True), DEFAULT_BASE))
    return list(store)


@pytest.fixture(scope="module")
def inferred(asserted: list[Quad], tmp_path_factory: pytest.TempPathFactory) -> Triples:
    """What the materialiser makes of it, step by step as a build does."""
    return ours(materialise(asserted, tmp_path_factory.mktemp("rules")))


def materialise(quads: list[Quad], folder: Path) -> list[Quad]:
    file = folder / "said.nq"
    write_sorted(follow((f"{q} .\n".encode() for q in quads), DEFAULT_BASE), file)
    settled = folder / "settled.nq"
    with file.open("rb") as lines:
        settle(lines, settled, DEFAULT_BASE)
    store = Store()
    store.bulk_extend(parse(path=str(settled), format=RdfFormat.N_QUADS))
    reasoner = Reasoner(store, DEFAULT_BASE, store.extend)
    reasoner.derive(Asked(store, None, undated=True).day)
    store.extend(judge(Asked(store, None, undated=True), DEFAULT_BASE))
    reasoner.infer()
    return list(store)


@pytest.fixture(scope="module")
def by_hermit(given: list[Quad]) -> Triples:
    graph = Graph()
    lines = dict.fromkeys(f"{q.subject} {q.predicate} {q.object} ." for q in given)
    graph.parse(data="\n".join(lines), format="nt")
    return {
        (str(s), str(p), str(o))
        for s, p, o in realize(graph)
        if is_ours(str(o) if p == ns.RDF.type else str(p)) and not str(s).startswith(NAMESPACE)
    }


def is_ours(iri: str) -> bool:
    return iri.startswith(NAMESPACE)


def ours(quads: list[Quad]) -> Triples:
    """Types and links between things, by classes and properties of ours that HermiT knows as such."""
    ontology = Graph().parse(Path(__file__).parents[2] / "ontology" / "chuncheng.ttl")
    links = {str(p) for p in ontology.subjects(ns.RDF.type, ns.OWL.ObjectProperty)}
    return {
        (q.subject.value, q.predicate.value, q.object.value)
        for q in quads
        if isinstance(q.subject, NamedNode)
        and isinstance(q.object, NamedNode)
        and not is_ours(q.subject.value)
        and (
            is_ours(q.object.value)
            if q.predicate.value == RDF.type
            else q.predicate.value in links and is_ours(q.predicate.value)
        )
    }


def test_nothing_that_hermit_infers_is_missing(inferred: Triples, by_hermit: Triples) -> None:
    assert len(by_hermit) > 5000
    assert not sorted(by_hermit - inferred)


def test_nothing_is_inferred_that_hermit_does_not(inferred: Triples, by_hermit: Triples) -> None:
    assert not sorted(inferred - by_hermit)


@pytest.mark.parametrize(
    "name",
    [
        "FulfilledCommitment",
        "ExceededTarget",
        "ConfirmedTarget",
        "CurrentDistrictOfficial",
        "CountyLevelBody",
    ],
)
def test_each_defined_class_has_members_that_only_reasoning_gives(
    name: str, asserted: list[Quad], by_hermit: Triples
) -> None:
    members = {s for s, p, o in by_hermit if p == RDF.type and o == NAMESPACE + name}
    assert members
    assert not members & {q.subject.value for q in asserted if q.object == NamedNode(NAMESPACE + name)}  # type: ignore[union-attr]


def label(quads: list[Quad], thing: str) -> str:
    return next(
        q.object.value  # type: ignore[union-attr]
        for q in quads
        if q.subject == NamedNode(thing) and q.predicate.value == str(ns.RDFS.label)
    )


def test_current_officials_of_a_district_are_those_and_no_others(
    asserted: list[Quad], inferred: Triples
) -> None:
    officials = {label(asserted, s) for s, p, o in inferred if o == CCL.CurrentDistrictOfficial}
    assert officials == {"赵勇", "张丽", "周敏", "吴军"}
