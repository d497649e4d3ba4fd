"""Reading on a cluster: the same pages read by one process, by the processes of this machine, and by the workers of a dask cluster on it.

    python bench/cluster.py [--articles N] [--jobs N]

All three must give the same lines. On one machine a cluster can win nothing: what is measured is what it costs.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.corpus import write_pages
from graph.cluster import cluster_workers
from graph.corpus import Corpus, Reading
from graph.processors import processors
from graph.shard import Making
from graph.workers import Workers
from ontology.identifiers import DEFAULT_BASE

TITLE = "Cluster: reading by the workers of dask"


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=1000)
    options.add_argument("--jobs", type=int, default=processors())
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_pages(Path(folder), chosen.articles)
        print("\n".join(tell(measure(Path(folder), chosen.jobs))))


def measure(pages: Path, jobs: int) -> dict[str, Any]:
    """Seconds of each way to read the pages of a folder; raises AssertionError where the results differ."""
    found: dict[str, float] = {}
    digests, articles = set(), 0
    # One process comes last: where rudof has run, its threads are missing in processes that are forked from there, and they wait for ever.
    ways: dict[str, AbstractContextManager[Workers]] = {
        f"{jobs} processes": Workers(jobs),
        f"{jobs} workers of a cluster": _cluster(jobs),
        "one process": Workers(1),
    }
    for name, way in ways.items():
        with way as workers:
            began, digest, articles = time.perf_counter(), hashlib.sha256(), 0
            for shard in Reading(Corpus([pages]), Making(DEFAULT_BASE), workers).shards():
                digest.update(shard.lines)
                articles += 1
            found[name] = time.perf_counter() - began
            digests.add(digest.digest())
    assert len(digests) == 1, "what was read differs"
    return {"articles": articles, "jobs": jobs, "seconds": found}


@contextmanager
def _cluster(jobs: int) -> Iterator[Workers]:
    from distributed import LocalCluster

    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0", local_directory=folder
        ) as cluster,
        cluster_workers(cluster.scheduler_address) as workers,
    ):
        yield workers


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    alone = found["seconds"]["one process"]
    lines = [
        f"{found['articles']:,} articles read, written as RDF and checked, the same to the byte in all three ways; {found['jobs']} processes, "
        "and as many dask workers on the same machine, where a cluster can win nothing: what is told is what it costs. That a worker may "
        "be killed in the middle is a test (`tests/graph/test_cluster.py`), not a measurement.",
        "",
        "| way | seconds | articles a second | times as fast as one process |",
        "|---|---:|---:|---:|",
    ]
    for name, seconds in found["seconds"].items():
        rate = found["articles"] / seconds
        lines.append(f"| {name} | {seconds:.1f} | {rate:.0f} | {alone / seconds:.2f} |")
    return lines


if __name__ == "__main__":
    main()
