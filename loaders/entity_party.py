"""Committees of the democratic parties: 民进昆明市委 is no committee of the Communist Party.

A proposal's movers are named so: the party, the place, 省委/市委/区委 or a branch. The name stays as printed: the official one
(中国民主促进会昆明市委员会) is seldom what a paper writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from .candidate import Candidate
from .rules import pattern


def read_democratic_parties(folded: str) -> Iterator[Candidate]:
    """Candidates that win over the Communist Party's committee in their last characters."""
    for m in pattern("party.committee").finditer(folded):
        yield Candidate(
            m.start(), m.end(), "Organization", "PartyBody", m.group(), "party.democratic", weight=2
        )
