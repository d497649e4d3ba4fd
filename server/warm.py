"""What pages ask of the whole snapshot is asked before somebody does: it takes the longer the more articles there are.

Before that the store is read ahead, since what is asked first would wait for the disk.
"""

from __future__ import annotations

import asyncio
import logging
from itertools import chain

from pyoxigraph import NamedNode

from graph.store import read_ahead
from server.current import Serving
from server.page_context import ask_for_page
from server.pages import standings
from server.pages.panels import panel_query, read_kind
from server.pages.rows import fill
from server.problem import Problem

#: Queries without a thing that they are about: of the home page, the map and the timeline.
WHOLE = ("home_figures", "home_articles", "home_commitments", "map_claims", "map_things", "timeline_years")
_DEADLINE = 120.0  # seconds of a query: nobody waits for it
_log = logging.getLogger(__name__)


async def warm(serving: Serving) -> None:
    """Ask them one after the other; an answer that can't be had is left for the page that wants it."""
    dataset = NamedNode(f"{serving.base}dataset")
    panels = (panel_query(read_kind(name), dataset) for name in standings.PANELS)
    store = serving.snapshot.path / "store"
    with serving.used():
        if store.is_dir():
            await asyncio.to_thread(read_ahead, store)
        for text in chain((fill(name, {}) for name in WHOLE), panels):
            try:
                await ask_for_page(serving, text, "json", _DEADLINE)
            except Problem as problem:
                _log.warning("a query about the whole snapshot has no answer: %s", problem)
