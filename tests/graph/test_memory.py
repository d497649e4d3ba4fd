"""Memory that is free goes back to the system."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Quad

from graph.lines import forget, line_of
from graph.memory import give_back
from graph.terms import decimal, node

BLOCKS, BYTES = 50_000, 1_000


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only glibc keeps what is freed below what is not"
)
def test_what_was_freed_below_what_is_still_held_is_given_back() -> None:
    blocks = [bytes(BYTES) for _ in range(BLOCKS)]
    held = bytes(BYTES)
    del blocks
    before = resident()
    give_back()
    assert before - resident() > BLOCKS * BYTES / 2
    assert len(held) == BYTES


def test_terms_that_are_remembered_are_let_go_of() -> None:
    iri = node("https://ledger.example/id/area/530100")
    written = line_of(Quad(iri, iri, decimal(12.5), DefaultGraph()))
    assert node(iri.value) is iri
    forget()
    assert node(iri.value) is not iri
    assert line_of(Quad(iri, iri, decimal(12.5), DefaultGraph())) == written


def resident() -> int:
    """Bytes of this process that are in memory."""
    told = Path("/proc/self/smaps_rollup").read_text()
    return 1024 * int(next(line for line in told.splitlines() if line.startswith("Rss:")).split()[1])
