"""What SHACL costs: articles checked by rudof, as a build does it, against pySHACL and against reading and writing the same articles.

    python bench/checking.py [--articles N] [--slow N]

Articles are checked in batches, as in a build; pySHACL gets the first N of them, in one batch. Processor time of one process.
Fails where the two don't agree that all is well.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import pyshacl
from rdflib import Graph

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.corpus import newspaper
from graph.lines import line_of
from graph.rdf import quads
from graph.statistics import split_quad
from graph.validate import validate_batch
from loaders.facts import Article
from loaders.pipeline import extract
from ontology.generate import ONTOLOGY
from ontology.identifiers import DEFAULT_BASE

TITLE = "Checking: SHACL"
_BATCH = 32  # articles, as in a build


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=1024)
    options.add_argument("--slow", type=int, default=32, help="articles for pySHACL (default 32)")
    chosen = options.parse_args()
    print("\n".join(tell(measure(chosen.articles, chosen.slow))))


def measure(count: int, slow: int) -> dict[str, Any]:
    """Seconds for so many articles, for pySHACL `slow` of them; raises AssertionError where an article doesn't conform."""
    articles = [
        Article(f"bench-{number}", told.headline, told.body, published=told.published.isoformat())
        for number, told in enumerate(islice(newspaper(count), count))
    ]
    began = time.process_time()
    read = [extract(article) for article in articles]
    at_read = time.process_time()
    written = [(each.article, sorted(set(map(line_of, quads(each, DEFAULT_BASE))))) for each in read]
    at_written = time.process_time()
    for first in range(0, count, _BATCH):
        violations = validate_batch(written[first : first + _BATCH])
        assert not violations, f"rudof finds {violations[0]}"
    at_checked = time.process_time()
    own = Graph().parse(ONTOLOGY)
    own.parse(
        data=b"\n".join(split_quad(line)[0] + b" ." for _, lines in written[:slow] for line in lines),
        format="nt",
    )
    shapes = Graph().parse(ONTOLOGY.with_name("shapes.ttl"))
    at_parsed = time.process_time()
    conforms, _, text = pyshacl.validate(own, shacl_graph=shapes, advanced=False, inplace=True)
    assert conforms, f"pySHACL finds {text}"
    return {
        "articles": count,
        "slow": min(slow, count),
        "read": at_read - began,
        "write": at_written - at_read,
        "rudof": at_checked - at_written,
        "pyshacl": time.process_time() - at_parsed,
    }


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    each = {name: 1000 * found[name] / found["articles"] for name in ("read", "write", "rudof")}
    slow = 1000 * found["pyshacl"] / found["slow"]
    return [
        f"Milliseconds of processor time an article, over {found['articles']:,} of a generated newspaper, in batches of {_BATCH} as in a build "
        f"(the first reads shapes and ontology, too): read {each['read']:.2f}, written as RDF {each['write']:.2f}, checked by rudof "
        f"{each['rudof']:.2f}. pySHACL takes {slow:.1f} in one batch of {found['slow']}: "
        f"{slow / each['rudof']:.0f} times as long. Checking is {100 * each['rudof'] / sum(each.values()):.0f} % of the three.",
    ]


if __name__ == "__main__":
    main()
