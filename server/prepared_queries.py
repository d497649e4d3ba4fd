"""What a build asks ahead for pages: the queries about the whole snapshot, and those of the pages of what most is said of.

Who opens such a page first would wait, the longer the more articles there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pyoxigraph import NamedNode, Store

from graph.answers import answer_of
from server.engine import Term
from server.pages import entity
from server.pages.rows import Row, fill, read_rows
from server.whole_queries import whole_queries

_BUSY = 500  # promises, results, wordings and articles that name a thing, from which on its page takes long
_MOST = 64  # pages: what a server keeps of a snapshot in memory


def prepared_queries(base: str) -> Callable[[Store], Iterator[str]]:
    """What gives the texts of the queries, as pages ask them, for a snapshot's store with that base IRI; some come twice."""
    return partial(_prepared, base)


def _prepared(base: str, store: Store) -> Iterator[str]:
    yield from whole_queries(base)
    for row in _ask(store, "busy_things", least=_BUSY, limit=_MOST):
        thing = row["thing"]
        if isinstance(thing, NamedNode):
            properties = _ask(store, "entity_properties", this=thing)
            links = _ask(store, "inverse_predicates", this=thing)
            yield fill("inverse_predicates", {"this": thing})
            yield from entity.asked(thing, properties, links).queries


def _ask(store: Store, query: str, **values: Term | int) -> list[Row]:
    return read_rows(answer_of(store, fill(query, values)))[1]
