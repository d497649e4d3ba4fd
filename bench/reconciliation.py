"""How long reconciliation takes as claims grow: linear where twice the claims take twice the time.

    python bench/reconciliation.py [10000 100000 …]

Half promises, half results, of the things in `tests/gold/pairs/development`, in counties all over the country and in twenty years; every
second article of results tells of the things of an article of promises, in other words. Articles are only made as facts, since reading them is
measured by bench/extraction.py.
"""

from __future__ import annotations

import itertools
import random
import re
import resource
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.goals import Goal
from graph.rdf import claim_iri
from loaders.facts import Article, Extraction, Span, Statement
from loaders.gazetteer import Gazetteer
from loaders.reconcile import Claims, group, implied_targets, match
from ontology.identifiers import DEFAULT_BASE

_GOLD = Path(__file__).parent.parent / "tests" / "gold" / "pairs" / "development" / "wordings.toml"
TITLE = "Reconciling: promises and results put together"
_LINEAR = 1.1
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
    print("\n".join(tell(measure([int(size) for size in sys.argv[1:] or ("10000", "100000")]))))


def measure(sizes: Sequence[int]) -> dict[str, Any]:
    """Seconds and memory for each number of claims, each in a process of its own."""
    return {"sizes": [_in_a_process(size) for size in sizes]}


def goals(found: dict[str, Any]) -> list[Goal]:
    """Linear from each size to the next."""
    return [
        Goal(
            f"{smaller['claims']:,} to {larger['claims']:,} claims, growth of the time over that of claims",
            _seconds(larger) / _seconds(smaller) / (larger["claims"] / smaller["claims"]),
            _LINEAR,
        )
        for smaller, larger in itertools.pairwise(found["sizes"])
    ]


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    lines = [
        "In one process, processor seconds.",
        "",
        "| claims | gathered, s | matched, s | links | candidates | grouped, s | µs a claim | memory, MB |",
        f"|{'---:|' * 8}",
    ]
    for size in found["sizes"]:
        each = 1e6 * _seconds(size) / size["claims"]
        lines.append(
            f"| {size['claims']:,} | {size['gathered']:.1f} | {size['matched']:.1f} | {size['links']:,} | {size['candidates']:,} "
            f"| {size['grouped']:.1f} | {each:.0f} | {size['memory']:,.0f} |"
        )
    return lines


def _seconds(size: dict[str, Any]) -> float:
    return float(size["gathered"] + size["matched"] + size["grouped"])


def _in_a_process(size: int) -> dict[str, Any]:
    # A fresh interpreter, so that memory is that of this size alone.
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_reconcile, size).result()


def _reconcile(size: int) -> dict[str, Any]:
    began = time.process_time()
    gathered = Claims(lambda s: claim_iri(DEFAULT_BASE, s))
    for extraction in _articles(size):
        gathered.add(extraction)
    claims = gathered.hand_over()
    at_gathered = time.process_time()
    matches = match(claims)
    at_matched = time.process_time()
    implied_targets(claims, matches.links)
    group(claims)
    ended = time.process_time()
    return {
        "claims": len(claims),
        "gathered": at_gathered - began,
        "matched": at_matched - at_gathered,
        "links": len(matches.links),
        "candidates": len(matches.candidates),
        "grouped": ended - at_matched,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }


if __name__ == "__main__":
    main()
