"""A query of a page that takes long is asked once of a snapshot."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import NamedNode, Quad

from graph.build import build
from graph.snapshot import open_current
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.identifiers import DEFAULT_BASE
from ontology.terms import CCL, RDF
from server.costly_answers import CostlyAnswers
from server.current import Serving, no_kills
from server.engine import Answer, Engine, Question
from server.engine.pool import WorkerPool
from server.pages.panels import panel_query, read_kind
from server.pages.rows import fill, read_rows
from server.prepared_queries import prepared_queries
from server.settings import Settings
from server.warm import warm
from server.whole_queries import whole_queries
from tests.server.conftest import BASE, Publish

ARTICLES = Path(__file__).parent.parent.parent / "articles"
BROKEN = "SELECT * {"


@pytest.mark.parametrize(("least_seconds", "kept"), [(0.0, True), (60.0, False)])
def test_an_answer_is_kept_where_it_took_long_enough(
    least_seconds: float, kept: bool, tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> None:
    publish(tmp_path, ledger)

    async def ask_twice() -> bool:
        pool = WorkerPool(open_current(tmp_path), Settings(), tmp_path, no_kills())
        await pool.start()
        try:
            answers = CostlyAnswers(least_seconds)
            question = Question("SELECT * { ?s ?p ?o } LIMIT 1", format="json")
            return await answers.ask(pool, question) is await answers.ask(pool, question)
        finally:
            await pool.close()

    assert asyncio.run(ask_twice()) is kept


def test_what_pages_ask_of_the_whole_snapshot_is_asked_ahead_whatever_one_of_them_meets(
    tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> None:
    publish(tmp_path, ledger)

    async def prepare() -> list[str]:
        pool = WorkerPool(open_current(tmp_path), Settings(), tmp_path, no_kills())
        await pool.start()
        try:
            asked: list[str] = []

            class Broken(CostlyAnswers):
                async def ask(self, engine: Engine, question: Question) -> Answer:
                    asked.append(question.text)
                    return await super().ask(engine, question._replace(text=BROKEN))

            await warm(Serving(open_current(tmp_path), pool, contextlib.ExitStack(), costly=Broken()))
            return asked
        finally:
            await pool.close()

    assert asyncio.run(prepare()) == whole_queries(DEFAULT_BASE)


def told(answer: Answer) -> list[str]:
    """The rows of an answer in an order of their own."""
    return sorted(map(str, read_rows(answer.read())[1]))


def test_what_the_build_has_answered_is_not_asked_again(tmp_path: Path) -> None:
    queries = whole_queries(DEFAULT_BASE)  # of all that a build answers
    articles = extract_files([ARTICLES], Publication())
    snapshot = build(tmp_path, articles, base=DEFAULT_BASE, queries=prepared_queries(DEFAULT_BASE))

    async def ask() -> list[tuple[Answer, Answer]]:
        pool = WorkerPool(snapshot, Settings(), tmp_path, no_kills())
        await pool.start()
        try:
            serving = Serving(snapshot, pool, contextlib.ExitStack())
            asked = [Question(text, format="json") for text in queries]
            return [(await serving.costly.ask(pool, q), await pool.query(q)) for q in asked]
        finally:
            await pool.close()

    answers = asyncio.run(ask())
    assert all(kept.seconds == 0 for kept, _ in answers), "it was asked"
    assert [told(kept) for kept, _ in answers] == [told(now) for _, now in answers]
    assert all(told(kept) for kept, _ in answers)


def test_a_build_asks_what_the_pages_of_the_busiest_things_ask(busy: pyoxigraph.Store) -> None:
    texts = set(prepared_queries(BASE)(busy))
    thing = NamedNode(f"{BASE}id/programme/busy")
    promises = read_kind("promises")
    assert {fill("inverse_predicates", {"this": thing}), panel_query(promises, thing)} <= texts
    assert panel_query(promises, NamedNode(f"{BASE}id/programme/quiet")) not in texts


@pytest.fixture
def busy() -> pyoxigraph.Store:
    """Two programmes, 600 promises of one and 20 of the other."""
    store = pyoxigraph.Store()
    for name, number in (("busy", 600), ("quiet", 20)):
        programme = NamedNode(f"{BASE}id/programme/{name}")
        store.add(Quad(programme, NamedNode(RDF.type), NamedNode(CCL.Programme)))
        for each in range(number):
            promise = NamedNode(f"{BASE}id/commitment/{name}{each}")
            store.add(Quad(promise, NamedNode(RDF.type), NamedNode(CCL.Commitment)))
            store.add(Quad(promise, NamedNode(CCL.partOf), programme))
    return store
