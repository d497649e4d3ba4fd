"""Answers that a build works out: those to queries that take the longer the more the data set holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeAlias, cast

import zstandard
from pyoxigraph import QueryResultsFormat, QuerySolutions, Store

from .processors import processors

ANSWERS = "answers.jsonl.zst"  #: name of the file in a snapshot that holds them
#: What gives queries to answer for a finished store.
Queries: TypeAlias = Callable[[Store], Iterable[str]]
_MOST_BYTES = 8 * 1024 * 1024  # of an answer: a larger one isn't kept


def write_answers(store: Store, queries: Iterable[str], folder: Path) -> None:
    """Asks SELECT queries of a finished store, in all processors, and writes their answers into the snapshot's folder."""
    texts = list(dict.fromkeys(queries))
    with (
        zstandard.open(folder / ANSWERS, "wt", encoding="utf-8") as out,
        ThreadPoolExecutor(processors()) as threads,
    ):
        for query, answer in zip(texts, threads.map(partial(answer_of, store), texts), strict=True):
            if len(answer) <= _MOST_BYTES:
                out.write(json.dumps({"query": query, "answer": answer.decode()}, ensure_ascii=False) + "\n")


def answer_of(store: Store, query: str) -> bytes:
    """The answer to a SELECT query, in SPARQL 1.1 JSON."""
    answer = cast(QuerySolutions, store.query(query)).serialize(format=QueryResultsFormat.JSON)
    assert answer is not None
    return answer


def read_answers(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The queries that a snapshot in a folder holds the answers to, with these; none in one of an older build."""
    file = folder / ANSWERS
    if not file.exists():
        return
    with zstandard.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            kept = json.loads(line)
            yield kept["query"], kept["answer"].encode()
