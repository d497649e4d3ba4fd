"""How fast pages of things are answered on a graph of a million quads: median and 95th percentile by kind of page.

    python bench/pages.py [--articles 3600] [--data DIR] [--requests 200] [--write docs/page-speed.md]

Builds a snapshot from articles like the sample's (bench/corpus.py) in a temporary folder, or takes the one published in
DIR (built there where DIR doesn't exist), serves it on loopback and asks for pages over one connection. "Every page once"
asks for a different page each time, so that no answer is kept from before; "busiest" asks for the things with the most
links only, each once in a language. The server is as `chuncheng serve` starts it.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.corpus import articles, newspaper
from graph.build import build
from loaders.facts import Article, Extraction
from loaders.pipeline import extract
from ontology.identifiers import DEFAULT_BASE

GOAL = 50.0  # milliseconds, the median of an entity's page
_CCL = f"PREFIX ccl: <{DEFAULT_BASE}def/> "
# Kinds of pages by the class whose things they show; None for those with a path of their own.
KINDS: dict[str, str] = {
    "area": "ccl:AdministrativeArea",
    "park": "ccl:Park",
    "project": "ccl:Project",
    "zone": "ccl:FunctionalZone",
    "organization": "ccl:Organization",
    "person": "ccl:Person",
    "programme": "ccl:Programme",
    "event": "ccl:Event",
    "indicator": "ccl:Indicator",
    "promise": "ccl:Commitment",
    "result": "ccl:Outcome",
    "implied target": "ccl:ImpliedTarget",
    "article": "ccl:Article",
}
PATHS: dict[str, tuple[str, ...]] = {
    "home": ("/",),
    "ledger": (
        "/ledger", "/ledger?year=2023", "/ledger?status=exceeded", "/ledger?status=unknown&sort=due", "/ledger?view=table",
        "/ledger?measured=yes&sort=-completion", "/ledger?bound=atLeast", "/ledger?page=7", "/ledger?q=就业", "/ledger?year=2024&bound=exactly",
    ),
    "map": ("/map",),
    "timeline": ("/timeline",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """The times of the pages of a kind, in milliseconds."""

    kind: str
    times: list[float]
    largest: int  # bytes of the largest page

    @property
    def median(self) -> float:
        """Half of them are below it."""
        return statistics.median(self.times)

    @property
    def percentile(self) -> float:
        """Nineteen in twenty are below it."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def main() -> None:
    """Build, serve, ask, and print or write what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--articles", type=int, default=3600, help="to build from (default: 3600, a million quads)"
    )
    parser.add_argument("--data", type=Path, help="data folder to take, or to build into where there is none")
    parser.add_argument("--requests", type=int, default=200, help="pages of a kind (default: 200)")
    parser.add_argument("--only", nargs="*", help="kinds to ask for (default: all)")
    parser.add_argument("--write", type=Path, help="Markdown file to write the table to")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        data = chosen.data or Path(stack.enter_context(tempfile.TemporaryDirectory()), "data")
        if not (data / "current").exists():
            build(data, _corpus(chosen.articles), base=DEFAULT_BASE)
        manifest = json.loads((data / "current" / "manifest.json").read_text("utf-8"))
        port = stack.enter_context(serving(data))
        tables = _measure(port, chosen.requests, chosen.only)
    written = _report(tables, int(manifest["dump"]["quads"]))
    print(written)
    if chosen.write:
        chosen.write.write_text(written, "utf-8")


def _corpus(count: int) -> Iterator[Extraction]:
    """A quarter of the articles like the sample's, about parks, projects and people; the others a newspaper of many years."""
    first = date(2022, 1, 1)
    alike = count // 4
    for number, article in enumerate(articles(alike)):
        published = (first + timedelta(days=number * 1000 // alike)).isoformat()
        yield _sound(extract(replace(article, published=published, publisher="昆明日报")))
    for number, told in enumerate(newspaper(count - alike)):
        article = Article(f"bench-told-{number}", told.headline, told.body)
        yield _sound(
            extract(replace(article, published=told.published.isoformat(), publisher=told.publisher))
        )


def _sound(found: Extraction) -> Extraction:
    """Without the completion rates of promises: sentences in no order make such nonsense, which no build takes."""
    statements = tuple(
        replace(each, completion=None, completion_joint=False) if each.kind == "commitment" else each
        for each in found.statements
    )
    return replace(found, statements=statements)


@contextlib.contextmanager
def serving(data: Path) -> Iterator[int]:
    """A server over a data folder in a process of its own, at the port that this gives."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "chuncheng", "serve", "--data", str(data), "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "CHUNCHENG_LOG": "off"}
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline(), "the server ended before it was ready"
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _measure(port: int, requests: int, only: list[str] | None) -> dict[str, list[Measured]]:
    """By kind of measurement the kinds of pages with their times."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    choose = random.Random(1)
    once, busiest = [], []
    for kind, class_iri in KINDS.items():
        if only and kind not in only:
            continue
        found = things_of(port, class_iri)
        if not found:
            continue
        popular, others = found[:20], found[20:]
        sampled = choose.sample(others, min(requests, len(others))) or popular
        once.append(_time(connection, kind, sampled, "zh"))
        busiest.append(_time(connection, kind, popular, "en"))
    pages = [
        _time(connection, kind, list(paths), "zh")
        for kind, paths in PATHS.items()
        if not only or kind in only
    ]
    return {"Every page once": once, "The busiest of each kind": busiest, "Other pages": pages}


def things_of(port: int, class_: str) -> list[str]:
    """Paths of the documents of a class's things, those with the most links first; the class as a query writes it."""
    query = _CCL + (
        f"SELECT ?thing (COUNT(*) AS ?links) {{ ?thing a {class_} . ?other ?by ?thing }}"
        " GROUP BY ?thing ORDER BY DESC(?links) ?thing LIMIT 5000"
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Accept": "application/sparql-results+json"}
    connection.request("GET", "/sparql?" + urlencode({"query": query}), headers=headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    iris = [row["thing"]["value"] for row in answer["results"]["bindings"]]
    return ["/doc/" + urlsplit(iri).path.split("/id/", 1)[1] for iri in iris if "/id/" in iri]


def _time(connection: http.client.HTTPConnection, kind: str, paths: list[str], language: str) -> Measured:
    times, largest = [], 0
    for path in paths:
        began = time.perf_counter()
        connection.request(
            "GET", quote(path, safe="/?=&-"), headers={"Accept": "text/html", "Accept-Language": language}
        )
        response = connection.getresponse()
        body = response.read()
        times.append((time.perf_counter() - began) * 1000)
        assert response.status == 200, f"{path}: {response.status}"
        largest = max(largest, len(body))
    return Measured(kind, times, largest)


def _report(tables: dict[str, list[Measured]], quads: int) -> str:
    lines = [
        "# How fast pages are answered",
        "",
        f"Written by `python bench/pages.py`: {quads:,} quads built from articles like the sample's, one client on loopback,"
        f" {os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}.",
        f"The goal is a median below {GOAL:.0f} ms for the page of a thing. Times in milliseconds, from sending a request to its last byte.",
    ]
    for title, measured in tables.items():
        lines += [
            "",
            f"## {title}",
            "",
            "| page | pages | median | 95 % | largest, KB |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {m.kind} | {len(m.times)} | {m.median:.1f} | {m.percentile:.1f} | {m.largest / 1000:.0f} |"
            for m in measured
        ]
    things = [t for m in tables["Every page once"] for t in m.times]
    if things:
        lines += ["", f"All pages of things, every page once: median {statistics.median(things):.1f} ms."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
