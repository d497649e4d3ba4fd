"""The limits of the server in one place: what it refuses before any work is done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of a request; sizes are bytes."""

    query_bytes: int = 32 * 1024
    nesting: int = 64  # brackets: the engine parses by recursion and its stack is finite
    body_bytes: int = 256 * 1024  # a query of Chinese text grows threefold in a form, beside its dataset


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server runs with."""

    limits: Limits = Limits()
    threads: int = 4  # requests answered at the same time
