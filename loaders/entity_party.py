"""Committees of the democratic parties: 民进昆明市委 is no committee of the Communist Party.

A proposal's movers are named so: the party, the place, 省委/市委/区委 or a branch. The name stays as printed: the official one
(中国民主促进会昆明市委员会) is seldom what a paper writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .candidate import Candidate
from .lexicon import alternation, table


@cache
def _pattern() -> re.Pattern[str]:
    parties = alternation(table("entities")["democratic_party"]["words"])
    branch = "省委会|市委会|区委会|省委|市委|区委|县委|委员会|总支|支部|基层委"
    return re.compile(
        rf"(?:{parties})(?:[\u4e00-\u9fff]{{2,8}}?(?:{branch})|中央|[省市区](?:委会|委))(?!员(?!会))"
    )


def read_democratic_parties(folded: str) -> Iterator[Candidate]:
    """Candidates that win over the Communist Party's committee in their last characters."""
    for m in _pattern().finditer(folded):
        yield Candidate(
            m.start(), m.end(), "Organization", "PartyBody", m.group(), "party.democratic", weight=2
        )
