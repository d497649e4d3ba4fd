"""Writes graphs into a store: long ones piece by piece, short ones several at a time.

A graph costs a store more than its triples do: Virtuoso 7 takes 16 ms for the 150 triples of an article, the time of 1,600 triples in one
piece. So it gets several articles at a time, for its other processors.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain

from .address import RemoteStoreError
from .client import CONNECTIONS, StoreClient
from .layout import batches

_BATCH_BYTES = 4 * 1024 * 1024
_WAITING = 4 * CONNECTIONS  # short graphs that are read ahead


def fill(
    client: StoreClient, graph: str, lines: Iterable[bytes], on_sent: Callable[[int], None] = lambda _: None
) -> int:
    """Give the graph these triples (N-Triples lines, each once) and no others; returns their number.

    `on_sent` hears of each piece how many it had. Raises RemoteStoreError, also if the store then counts others.
    """
    return _write(client, graph, batches(lines, _BATCH_BYTES), on_sent)


def fill_all(
    client: StoreClient,
    graphs: Iterable[tuple[str, Iterable[bytes]]],
    on_sent: Callable[[int], None] = lambda _: None,
) -> Iterator[int]:
    """As `fill` for each graph, whose triples are read before the next graph is asked for; yields their numbers.

    Where a graph fails, none is begun after it, and those that were are waited for.
    """

    def finished(graph: Future[int]) -> int:
        count = graph.result()
        on_sent(count)
        return count

    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="fill") as threads:
        try:
            for graph, lines in graphs:
                blocks = batches(lines, _BATCH_BYTES)
                first, second = next(blocks, None), next(blocks, None)
                if first is not None and second is not None:
                    yield _write(client, graph, chain((first, second), blocks), on_sent)
                    continue
                waiting.append(threads.submit(_write, client, graph, () if first is None else (first,)))
                if len(waiting) > _WAITING:
                    yield finished(waiting.popleft())
            while waiting:
                yield finished(waiting.popleft())
        finally:
            for begun in waiting:
                begun.cancel()


def _write(
    client: StoreClient,
    graph: str,
    blocks: Iterable[tuple[bytes, int]],
    on_sent: Callable[[int], None] = lambda _: None,
) -> int:
    count = 0
    for number, (block, size) in enumerate(blocks):
        if number == 0:
            client.replace_graph(graph, block)
        else:
            client.add_to_graph(graph, block)
        count += size
        on_sent(size)
    if count == 0:
        client.drop_graph(graph)
    found = count_triples(client, graph)
    if found != count:
        raise RemoteStoreError(
            f"{client.address.given}: of {count:,} triples for <{graph}> the store holds {found:,}; "
            "does it change literals, or does somebody else write into it?"
        )
    return count


def count_triples(client: StoreClient, graph: str) -> int:
    """How many triples the graph has in the store; raises RemoteStoreError."""
    rows = client.rows(f"SELECT (COUNT(*) AS ?n) FROM <{graph}> {{ ?s ?p ?o }}", seconds=600)
    return int(rows[0]["n"]) if rows else 0
