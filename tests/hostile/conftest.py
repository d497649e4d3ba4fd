"""A snapshot that is small to load and large to multiply, and an address that nobody may call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.snapshot import build_snapshot
from tests.hostile.watch import Listener

BASE = "https://hostile.example/"
FRIENDS, RING = 60, 1000


def lines() -> Iterator[bytes]:
    """60 things that all know each other, a ring of 1,000, and a label for each of it."""

    def quad(subject: str, predicate: str, value: str, graph: str) -> bytes:
        return f"<{BASE}{subject}> <{BASE}{predicate}> {value} <{BASE}graph/{graph}> .\n".encode()

    for own in range(FRIENDS):
        for other in range(FRIENDS):
            if own != other:
                yield quad(f"friend/{own}", "knows", f"<{BASE}friend/{other}>", "friends")
    for own in range(RING):
        yield quad(f"ring/{own}", "next", f"<{BASE}ring/{(own + 1) % RING}>", "ring")
        yield quad(f"ring/{own}", "label", f'"昆明第{own}站"@zh', "labels")


@pytest.fixture(scope="session")
def hostile_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    build_snapshot(folder, lines(), base=BASE, reason=False)
    return folder


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()
