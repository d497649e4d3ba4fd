"""A query of a page that takes long is asked once of a snapshot."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pyoxigraph
import pytest

from graph.snapshot import open_current
from server.costly_answers import CostlyAnswers
from server.current import Serving, no_kills
from server.engine import Answer, Engine, Question
from server.engine.pool import WorkerPool
from server.pages.standings import PANELS
from server.settings import Settings
from server.warm import WHOLE, warm
from tests.server.conftest import Publish

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

    assert len(asyncio.run(prepare())) == len(WHOLE) + len(PANELS)
