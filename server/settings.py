"""The limits of the server in one place: what it refuses before any work is done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of a request and of a page; sizes are bytes, the others are counts."""

    query_bytes: int = 32 * 1024
    nesting: int = 64  # brackets: the engine parses by recursion and its stack is finite
    body_bytes: int = 256 * 1024  # a query of Chinese text grows threefold in a form, beside its dataset
    inverse_links: int = 200  # a predicate, in a document about an entity
    page_rows: int = 500  # a list or table of an HTML page


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server runs with."""

    limits: Limits = Limits()
    threads: int = 4  # requests answered at the same time
