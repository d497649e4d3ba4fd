"""What a page needs of the server around it: the snapshot, an engine that may be waited for, and who asks.

Pages are made on threads, the engine belongs to the event loop; this is the bridge between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from graph.publication import Publications
from graph.snapshot import Snapshot
from graph.views import Past
from server.current import Serving
from server.engine import Answer, Question
from server.protocol import Query
from server.settings import Settings
from server.sparql_service import SparqlService

ENVIRON_KEY = "chuncheng.context"
_PAGE_BYTES = 8 * 1024 * 1024  # of an answer that is read to be shown
_T = TypeVar("_T")


async def ask_for_page(serving: Serving, text: str, format: str, deadline: float) -> Answer:
    """The answer to one of our own queries, in a format by its name, kept from before where it took long; raises Problem."""
    question = Question(
        text,
        format=format,
        names_graphs="GRAPH" in text or "FROM" in text,
        deadline=deadline,
        max_bytes=_PAGE_BYTES,
    )
    return await serving.costly.ask(serving.engine, question)


class PageEngine:
    """Answers the queries of pages; to be called from any thread but the event loop's."""

    def __init__(self, serving: Serving, settings: Settings, loop: asyncio.AbstractEventLoop) -> None:
        self._serving = serving
        self._deadline = settings.limits.deadline
        self._at_once = max(1, settings.workers)
        self._loop = loop

    def query(self, text: str, *, format: str) -> Answer:
        """The answer to one of our own queries, in a format by its name; raises Problem."""
        return _wait(self._ask(text, format), self._loop)

    def query_all(self, texts: Sequence[str], *, format: str) -> list[Answer]:
        """The answers to several queries, as many at once as there are workers, in their order; raises Problem."""

        async def ask() -> list[Answer]:
            # One page must not fill the queue that everybody waits in.
            room = asyncio.Semaphore(self._at_once)

            async def ask_one(text: str) -> Answer:
                async with room:
                    return await self._ask(text, format)

            return await asyncio.gather(*map(ask_one, texts))

        return _wait(ask(), self._loop)

    async def _ask(self, text: str, format: str) -> Answer:
        return await ask_for_page(self._serving, text, format, self._deadline)


@dataclass(frozen=True, slots=True)
class Served:
    """One snapshot as pages see it; `past` says as of which day, with that day's ledger, where a day was asked for."""

    snapshot: Snapshot
    engine: PageEngine
    past: Past | None = None
    day_ledger: Path | None = None

    @property
    def state(self) -> str:
        """Of what a page tells: changes whenever the page may."""
        return self.snapshot.id if self.past is None else f"{self.snapshot.id} {self.past.day}"

    @property
    def ledger(self) -> Path:
        """The folder that holds the ledger's index: of the day asked for, or of the snapshot."""
        return self.day_ledger or self.snapshot.path

    @property
    def base(self) -> str:
        """Canonical base IRI of the things in it."""
        return self.snapshot.base


@dataclass(frozen=True, slots=True)
class PageContext:
    """The surroundings of one request for a page."""

    served: Served
    service: SparqlService
    serving: Serving
    client: str
    loop: asyncio.AbstractEventLoop
    publications: Publications | None = None  # of the snapshot that is served now, whatever day is asked for

    def ask(self, query: Query, accept: str) -> Answer:
        """The answer to a person's query, within what the client may still have; raises Problem."""
        question = Question(query.text, accept=accept, max_bytes=_PAGE_BYTES)
        return _wait(self.service.ask_for_page(query, self.serving, question, self.client), self.loop)


def _wait(work: Coroutine[Any, Any, _T], loop: asyncio.AbstractEventLoop) -> _T:
    return asyncio.run_coroutine_threadsafe(work, loop).result()
