"""What pages ask of the whole snapshot is asked before somebody does, unless its build did: it takes the longer the more articles there are.

Before that the store is read ahead, since what is asked first would wait for the disk.
"""

from __future__ import annotations

import asyncio
import logging

from graph.store import read_ahead
from server.current import Serving
from server.page_context import ask_for_page
from server.problem import Problem
from server.whole_queries import whole_queries

_DEADLINE = 120.0  # seconds of a query: nobody waits for it
_log = logging.getLogger(__name__)


async def warm(serving: Serving) -> None:
    """Ask them one after the other; an answer that can't be had is left for the page that wants it."""
    store = serving.snapshot.path / "store"
    with serving.used():
        if store.is_dir():
            await asyncio.to_thread(read_ahead, store)
        for text in whole_queries(serving.base):
            try:
                await ask_for_page(serving, text, "json", _DEADLINE)
            except Problem as problem:
                _log.warning("a query about the whole snapshot has no answer: %s", problem)
