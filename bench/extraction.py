"""How fast pages are read, against jieba's part-of-speech tagging of the same text in the same run, and how it grows.

    python bench/extraction.py [--articles N] [--rounds N] [--memory N]

Prints: time to start, MB (UTF-8) a second and core of reading and of tagging in turns, the ratio; time against length for texts
that real pages never hold; resident memory over N articles. Measured by processor time. Needs jieba (extra `bench`).
"""

from __future__ import annotations

import argparse
import gc
import logging
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.corpus import articles
from bench.goals import Goal
from loaders.facts import Article
from loaders.pipeline import extract

TITLE = "Reading: megabytes a second against part-of-speech tagging"
_LENGTHS = 4  # times as long the longer of two texts is
_MARGIN = 1.5  # of what clocks tell
_TIMES = 3  # that each text is read; the shortest counts, since others hold what else the machine did
#: Texts that grow without a sentence's end, a clause's end, or with nothing but one mark.
_HOSTILE = {
    "opening quotes": "“",
    "quotes in quotes": "“昆明",
    "opening brackets": "(《",
    "digits": "1",
    "Chinese digits": "一万",
    "one line without a mark": "昆明市完成投资",
    "one sentence of clauses": "昆明市完成投资3亿元，增长5%，",
    "one list": "官渡区、",
    "one list of numbers": "公园3个、",
    "years": "2023年",
    "company after company": "有限公司",
    "appointments": "任命张三丰为昆明市市长",
    "honours": "昆明市荣获“先进”称号、",
    "changes": "由3个到",
    "programmes": "三年行动计划",
    "short lines": "新建公园8个\n",
}


def main() -> None:
    """Run all measurements and print them."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=300, help="articles of one round (default 300)")
    options.add_argument(
        "--rounds", type=int, default=5, help="rounds of reading and tagging in turns (default 5)"
    )
    options.add_argument(
        "--memory", type=int, default=5000, help="articles to watch the memory over (default 5000)"
    )
    chosen = options.parse_args()
    print("\n".join(tell(measure(chosen.articles, chosen.rounds, chosen.memory))))


def measure(count: int, rounds: int, memory: int, length: int = 32_000) -> dict[str, Any]:
    """All of it; `length` is that of the longer hostile texts, in characters."""
    corpus = list(articles(count))
    return {
        "start": _start_up(),
        "articles": count,
        "rounds": rounds,
        **_compare(corpus, rounds),
        "growth": _grow(length),
        "length": length,
        "memory": _remember(memory),
    }


def goals(found: dict[str, Any]) -> list[Goal]:
    """A megabyte a second, as fast as tagging at least, started within a second; linear in the text; flat memory."""
    reached = [
        Goal("reading, MB a second and core", found["reading"], 1.0, at_least=True, unit="MB/s"),
        Goal("from nothing to the first article", found["start"], 1.0, unit="s"),
    ]
    if found["tagging"]:
        told = "reading, to jieba's part-of-speech tagging of the same text"
        reached.append(Goal(told, found["reading"] / found["tagging"], 1.0, at_least=True))
    name, times = max(
        ((name, times) for name, times in found["growth"].items()), key=lambda each: _factor(each[1])
    )
    reached.append(
        Goal(f"time of a text four times as long, at worst ({name})", _factor(times), _LENGTHS * _MARGIN)
    )
    sizes = list(found["memory"].values())
    return [
        *reached,
        Goal("resident memory after all articles, to that after half of them", sizes[-1] / sizes[-2], 1.1),
    ]


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    against = "jieba is not installed: no yardstick"
    if found["tagging"]:
        against = f"jieba's part-of-speech tagging {found['tagging']:.3f}: reading is {found['reading'] / found['tagging']:.2f} times as fast"
    lines = [
        f"In one process, by processor time, over articles like the sample's ({found['articles']} in a round, median of {found['rounds']}): "
        f"{found['reading']:.3f} MB (UTF-8) a second; {against}. "
        f"From nothing to the first article: {found['start']:.2f} s. Resident memory, MB: "
        + ", ".join(f"{size:.0f} after {int(number):,} articles" for number, size in found["memory"].items())
        + ".",
        "",
        "<details><summary>Texts that real pages never hold</summary>",
        "",
        f"| text of nothing but | {found['length'] // _LENGTHS:,} characters, s | {found['length']:,} characters, s | times as long |",
        "|---|---:|---:|---:|",
    ]
    for name, times in found["growth"].items():
        lines.append(f"| {name} | {times[0]:.3f} | {times[1]:.3f} | {_factor(times):.1f} |")
    return [*lines, "", "</details>"]


def _factor(times: Sequence[float]) -> float:
    """How many times as long; times under a hundredth of a second mean nothing."""
    return max(times[1], 0.01) / max(times[0], 0.01)


def _start_up() -> float:
    code = "from loaders.pipeline import extract; from loaders.facts import Article; extract(Article('a', '', '昆明市新建公园8个。'))"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)
    return time.perf_counter() - began


def _compare(corpus: Sequence[Article], rounds: int) -> dict[str, float]:
    size = sum(len(a.body.encode()) for a in corpus) / 1e6
    tag = _tagger()
    read_times, tag_times = [], []
    for turn in range(rounds + 1):
        for times, work in ((read_times, lambda a: extract(a)), (tag_times, tag)):
            if work is not None:
                took = _timed(lambda work=work: [work(a) for a in corpus])  # type: ignore[misc]
                if turn:  # the first round warms up
                    times.append(took)
    return {
        "reading": size / statistics.median(read_times),
        "tagging": size / statistics.median(tag_times) if tag_times else 0.0,
    }


def _tagger() -> Callable[[Article], object] | None:
    try:
        import jieba
        import jieba.posseg
    except ImportError:
        return None
    jieba.setLogLevel(logging.WARNING)
    return lambda article: list(jieba.posseg.cut(article.body))


def _grow(length: int) -> dict[str, tuple[float, float]]:
    found = {}
    for name, unit in _HOSTILE.items():
        took = []
        for longer in (length // _LENGTHS, length):
            text = (unit * (longer // len(unit) + 1))[:longer]
            article = Article("hostile", "", text)
            took.append(min(_timed(partial(extract, article)) for _ in range(_TIMES)))
        found[name] = (took[0], took[1])
    return found


def _remember(count: int) -> dict[int, float]:
    """MB resident after so many articles."""
    found = {}
    for number, article in enumerate(articles(count, seed=2), 1):
        extract(article)
        if number in {max(1, count // 10), max(1, count // 2), count}:
            gc.collect()
            found[number] = _resident()
    return found


def _resident() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
