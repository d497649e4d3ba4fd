"""How fast names are found in a large index: `python bench/search.py [ENTRIES]`, by default as many as 10 million quads of articles have.

The index is made of the gazetteer's names and of bodies, projects, promises, headlines and quotations put together from them, in the
proportions that a corpus of articles has (51,000 articles, 10 million quads: 250,000 entries beside the gazetteer). Each text is
asked for as it grows under somebody's fingers; times are of the index, without HTTP.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyoxigraph import Quad

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.goals import Goal
from graph.places import places_quads
from graph.search.index import FOLDER, write_search_index
from loaders.gazetteer import Gazetteer
from ontology.identifiers import DEFAULT_BASE
from server.search import SearchIndex, Selection, open_search

TITLE = "Search: suggestions out of a large index"
ENTRIES = 250_000  #: what 10 million quads of articles name
#: What is typed, by what it is; each beginning of it is asked for, too.
TYPED = {
    "characters": ("昆明市水务局", "滇池流域", "呈贡区污水处理厂", "新建公办幼儿园"),
    "short forms": ("市工信局", "高新区", "昆明市发改委"),
    "pinyin": ("dianchi", "kunmingshi", "chenggongqu"),
    "initials": ("kmsswj", "dc", "xsbn"),
    "English": ("Kunming City", "Chenggong District"),
    "slips": ("dainchi", "kunmign", "呈贡取", "成贡区", "昆明市水物局", "Chengong Distrct"),
}
_KINDS = (
    ("EvidenceSpan", 30),
    ("Article", 21),
    ("Outcome", 20),
    ("Commitment", 20),
    ("Organization", 4),
    ("Project", 3),
    ("Person", 2),
)
_BODIES = (
    "水务局",
    "工业和信息化局",
    "发展和改革委员会",
    "教育体育局",
    "住房和城乡建设局",
    "人民政府",
    "城市管理局",
)
_WORKS = (
    "污水处理厂",
    "公办幼儿园",
    "口袋公园",
    "停车位",
    "老旧小区改造",
    "产业园区",
    "滇池流域治理",
    "农村公路",
    "高新技术企业",
)
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
_DEF = "https://w3id.org/chuncheng/def/"


def lines(entries: int, seed: int = 1) -> Iterator[bytes]:
    """Sorted N-Quads of so many entries and of the gazetteer."""
    choose = random.Random(seed)
    gazetteer = Gazetteer.default()
    yield from sorted(_line(quad) for quad in places_quads(gazetteer, DEFAULT_BASE))
    places = [place.name for place in gazetteer.areas()]
    names, weights = zip(*_KINDS, strict=True)
    for number in range(entries):
        kind = choose.choices(names, weights)[0]
        iri = f"<{DEFAULT_BASE}id/x/{number:09}>"
        yield f"{iri} {_TYPE} <{_DEF}{kind}> .\n".encode()
        name = f"<{_DEF}quote>" if kind == "EvidenceSpan" else _LABEL
        yield f"{iri} {name} {json.dumps(_name(kind, places, choose), ensure_ascii=False)} .\n".encode()


def _name(kind: str, places: list[str], choose: random.Random) -> str:
    place, work, number = choose.choice(places), choose.choice(_WORKS), choose.randrange(1, 100_000)
    match kind:
        case "Organization":
            return place + choose.choice(_BODIES)
        case "Project":
            return f"{place}第{number % 90 + 1}{work}"
        case "Person":
            return "".join(choose.choice(places)[0] for _ in range(3))
        case "EvidenceSpan":
            return f"{choose.randrange(2015, 2026)}年,{place}新建{work}{number}个,完成率{number % 200}%"
        case "Article":
            return f"{place}今年{choose.choice(('新建', '完成', '改造'))}{work}{number}个"
        case _:
            return f"新建{work} ≥{number}个（{choose.randrange(2015, 2026)}）"


def _line(quad: Quad) -> bytes:
    return f"{quad} .\n".encode()


def typed(index: SearchIndex) -> Iterator[tuple[str, str, float]]:
    """Kind, text and milliseconds of each suggestion."""
    for kind, texts in TYPED.items():
        for text in texts:
            for end in range(1, len(text) + 1):
                begun = time.perf_counter()
                index.suggest(text[:end], 10)
                yield kind, text[:end], (time.perf_counter() - begun) * 1000


def main() -> None:
    """Print the figures as a table."""
    print("\n".join(tell(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES))))


def measure(entries: int, rounds: int = 3) -> dict[str, Any]:
    """An index of so many entries beside the gazetteer's, asked for every text in so many rounds."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        count = write_search_index(lines(entries), lambda _: 1.0, Path(folder))
        seconds = time.perf_counter() - begun
        size = sum(file.stat().st_size for file in Path(folder, FOLDER).iterdir())
        index = open_search(Path(folder))
        assert index is not None
        list(typed(index))  # once for the file system
        runs = [found for _ in range(rounds) for found in typed(index)]
        begun = time.perf_counter()
        found = index.find(Selection("昆明"))
        page = (time.perf_counter() - begun) * 1000
        assert found.total, "nothing was found"
    kinds = {}
    for kind in (*TYPED, "all"):
        times = sorted(ms for own, _, ms in runs if kind in (own, "all"))
        slowest = max((ms, text) for own, text, ms in runs if kind in (own, "all"))
        kinds[kind] = {
            "median": statistics.median(times),
            "p95": times[int(len(times) * 0.95)],
            "slowest": slowest[0],
            "text": slowest[1],
        }
    return {
        "entries": count,
        "seconds": seconds,
        "megabytes": size / 1e6,
        "kinds": kinds,
        "page": page,
        "found": found.total,
    }


def goals(found: dict[str, Any]) -> list[Goal]:
    """The median of all texts."""
    told = f"a suggestion out of {found['entries']:,} names, without HTTP, median"
    return [Goal(told, found["kinds"]["all"]["median"], 50, unit="ms")]


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    table = [
        f"| {kind} | {times['median']:.1f} | {times['p95']:.1f} | {times['slowest']:.0f} ({times['text']}) |"
        for kind, times in found["kinds"].items()
    ]
    return [
        f"Out of {found['entries']:,} names (10 million quads of articles have 250,000), indexed in {found['seconds']:.0f} s, "
        f"{found['megabytes']:.0f} MB; texts as they grow under somebody's fingers, asked of the index alone. A page of results with "
        f"counts of {found['found']:,}: {found['page']:.0f} ms.",
        "",
        "| typed | median, ms | 95 in 100 | slowest |",
        "|---|---:|---:|---:|",
        *table,
    ]


if __name__ == "__main__":
    main()
