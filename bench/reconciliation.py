"""How long reconciliation takes as claims grow: linear where twice the claims take twice the time.

    python bench/reconciliation.py [10000 100000 …]

Half promises, half results, of the things in `tests/gold/pairs/development`, in counties all over the country and in twenty years; every
second article of results tells of the things of an article of promises, in other words. Articles are only made as facts, since reading them is
measured by bench/extraction.py.
"""

from __future__ import annotations

import random
import re
import resource
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from graph.rdf import claim_iri
from loaders.facts import Article, Extraction, Span, Statement
from loaders.gazetteer import Gazetteer
from loaders.reconcile import Claims, group, implied_targets, match
from ontology.identifiers import DEFAULT_BASE

_GOLD = Path(__file__).parent.parent / "tests" / "gold" / "pairs" / "development" / "wordings.toml"
_EACH = 8  # statements an article


def _articles(count: int) -> Iterator[Extraction]:
    chance = random.Random(1)
    things = [(e["unit"], e["words"]) for e in tomllib.loads(_GOLD.read_text(encoding="utf-8")).values()]
    counties = [p.name for p in Gazetteer.default().areas() if p.kind in ("District", "County", "CountyCity")]
    place, year, told = "", "", things[:_EACH]
    for number in range(count // _EACH):
        kind = "outcome" if number % 2 else "commitment"
        if number % 4 != 1:
            place, year = chance.choice(counties), str(chance.randint(2010, 2029))
            told = chance.sample(things, _EACH)
        said, body = [], ""
        for unit, words in told:
            indicator = re.sub(r"\{[nv]\}.?", "", chance.choice(words))
            span = Span(len(body), len(body) + len(indicator))
            body += f"{indicator}。"
            value = chance.randint(10, 99)
            said.append(
                Statement(
                    span,
                    indicator,
                    kind,
                    indicator,
                    agent=place,
                    value=value,
                    unit=unit,
                    bound="=",
                    aspect="level",
                    period=year,
                )
            )
        headline = f"{place}{year}年{kind}"
        yield Extraction(
            Article(f"{number:016x}", headline, body, published=f"{year}-06-01"), statements=tuple(said)
        )


def main() -> None:
    """Print seconds for each size."""
    for size in map(int, sys.argv[1:] or ("10000", "100000")):
        began = time.perf_counter()
        gathered = Claims(lambda s: claim_iri(DEFAULT_BASE, s))
        for extraction in _articles(size):
            gathered.add(extraction)
        claims = gathered.all()
        taken = [time.perf_counter() - began]
        matches = match(claims)
        taken.append(time.perf_counter() - began - taken[0])
        implied_targets(claims, matches.links)
        group(claims)
        taken.append(time.perf_counter() - began - sum(taken))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{len(claims):,} claims: gathered in {taken[0]:.1f} s, matched in {taken[1]:.1f} s ({len(matches.links):,} links, "
            f"{len(matches.candidates):,} candidates), grouped in {taken[2]:.1f} s; {peak:.0f} MiB"
        )


if __name__ == "__main__":
    main()
