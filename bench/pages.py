"""How fast pages of things are answered on a graph of a million quads: median and 95th percentile by kind of page.

    python bench/pages.py [--articles 3600] [--data DIR] [--requests 200] [--write FILE]

Builds a snapshot from articles like the sample's (bench/corpus.py) in a temporary folder, or takes the one published in
DIR (built there where DIR doesn't exist), serves it on loopback and asks for pages over one connection. "Every page once"
asks for a different page each time, so that no answer is kept from before; "busiest" asks for the things with the most
links only, each once in a language. Suggestions are asked for as a name is typed. The server is as `chuncheng serve` starts it.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.corpus import articles, newspaper
from bench.goals import Goal
from bench.servers import chuncheng
from graph.build import build
from graph.snapshot import open_current
from loaders.facts import Article, Extraction
from loaders.pipeline import extract
from ontology.identifiers import DEFAULT_BASE

TITLE = "Pages: entities, ledger and suggestions"
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
    "suggestion": tuple(
        f"/suggest?q={text[:end]}"
        for text in ("昆明市水务局", "呈贡区污水处理厂", "新建公办幼儿园", "dianchi", "kmsswj", "Chenggong", "dainchi", "呈贡取")
        for end in range(1, len(text) + 1)
    ),
}  # fmt: skip
_ONCE, _BUSY, _OTHERS = "Every page once", "The busiest of each kind", "Other pages"
_BUSIEST = 20  # things of a kind
_COUNTED = 100  # things whose links are counted by one query


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
        written = "\n".join(tell(measure(data, chosen.requests, chosen.only)))
    print(written)
    if chosen.write:
        chosen.write.write_text(written + "\n", "utf-8")


def measure(data: Path, requests: int, only: Sequence[str] | None = None) -> dict[str, Any]:
    """Times of the pages of a data folder's snapshot, by table and kind; raises AssertionError for a page that isn't there."""
    with chuncheng(data) as port:
        tables = _measure(port, requests, only)
    things = [ms for row in tables[_ONCE] for ms in row["times"]]
    for rows in tables.values():
        for row in rows:
            del row["times"]
    return {
        "quads": open_current(data).manifest["dump"]["quads"],
        "things": statistics.median(things or [0.0]),
        "tables": tables,
    }


def times_of(port: int, requests: int) -> dict[str, float]:
    """The medians of the kinds of pages of a server, each page once, in milliseconds."""
    tables = _measure(port, requests, None)
    return {row["kind"]: row["median"] for row in (*tables[_ONCE], *tables[_OTHERS])}


def goals(found: dict[str, Any]) -> list[Goal]:
    """Medians of pages of things, of the ledger with facets, and of suggestions."""
    tables = found["tables"]
    things = [row for row in tables[_ONCE] if row["pages"]]
    reached = []
    if things:
        slowest = max(things, key=lambda row: row["median"])
        reached = [
            Goal("page of a thing, median", found["things"], GOAL, unit="ms"),
            Goal(
                f"page of a thing, median of the slowest kind ({slowest['kind']})",
                slowest["median"],
                GOAL,
                unit="ms",
            ),
        ]
    for row in tables[_OTHERS]:
        if row["kind"] in ("ledger", "suggestion"):
            reached.append(Goal(f"{row['kind']}, median", row["median"], GOAL, unit="ms"))
    return reached


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    lines = [
        f"On {found['quads']:,} quads, one client on loopback. The goal is a median below {GOAL:.0f} ms for the page of a thing, the ledger with "
        "facets and a suggestion. Times in milliseconds, from sending a request to its last byte. "
        f"All pages of things, every page once: median {found['things']:.1f} ms.",
    ]
    for title, rows in found["tables"].items():
        if rows:
            lines += [
                "",
                f"### {title}",
                "",
                "| page | pages | median | 95 % | largest, KB |",
                "|---|---:|---:|---:|---:|",
            ]
            lines += [
                f"| {row['kind']} | {row['pages']} | {row['median']:.1f} | {row['p95']:.1f} | {row['largest'] / 1000:.0f} |"
                for row in rows
            ]
    return lines


def charts(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Rows of the charts by their names."""
    rows = [
        {"table": title, "page": row["kind"], "median": row["median"], "goal": GOAL, "order": order}
        for title, own in found["tables"].items()
        for order, row in enumerate(own)
    ]
    return {"pages": rows}


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


def _measure(port: int, requests: int, only: Sequence[str] | None) -> dict[str, list[dict[str, Any]]]:
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
        popular, others = found[:_BUSIEST], found[_BUSIEST:]
        sampled = choose.sample(others, min(requests, len(others))) or popular[:requests]
        once.append(_time(connection, kind, sampled, "zh"))
        busiest.append(_time(connection, kind, popular[:requests], "en"))
    pages = [
        _time(connection, kind, list(paths), "zh")
        for kind, paths in PATHS.items()
        if not only or kind in only
    ]
    return {_ONCE: once, _BUSY: busiest, _OTHERS: pages}


def things_of(port: int, class_: str) -> list[str]:
    """Paths of the documents of a class's things, those with the most links first; the class as a query writes it.

    Of a large class five thousand, as they come: a store's order has nothing to do with names.
    """
    things = [row["thing"] for row in _asked(port, f"SELECT ?thing {{ ?thing a {class_} }} LIMIT 5000")]
    links: dict[str, int] = {}
    for begin in range(0, len(things), _COUNTED):
        some = " ".join(f"<{thing}>" for thing in things[begin : begin + _COUNTED])
        query = f"SELECT ?thing (COUNT(*) AS ?links) {{ VALUES ?thing {{ {some} }} ?other ?by ?thing }} GROUP BY ?thing"
        links |= {row["thing"]: int(row["links"]) for row in _asked(port, query)}
    things.sort(key=lambda thing: (-links.get(thing, 0), thing))
    return ["/doc/" + urlsplit(iri).path.split("/id/", 1)[1] for iri in things if "/id/" in iri]


def _asked(port: int, query: str) -> list[dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Accept": "application/sparql-results+json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/sparql", urlencode({"query": _CCL + query}), headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return [{name: term["value"] for name, term in row.items()} for row in answer["results"]["bindings"]]


def _time(
    connection: http.client.HTTPConnection, kind: str, paths: list[str], language: str
) -> dict[str, Any]:
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
    times.sort()
    return {
        "kind": kind,
        "times": times,
        "pages": len(times),
        "median": statistics.median(times),
        "p95": times[min(len(times) - 1, int(len(times) * 0.95))],
        "largest": largest,
    }


if __name__ == "__main__":
    main()
