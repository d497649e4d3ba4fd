"""How fast pages are read, against jieba's part-of-speech tagging of the same text in the same run, and how it grows.

    python bench/extraction.py [--articles N] [--rounds N] [--memory N]

Prints: time to start, MB (UTF-8) a second and core of reading and of tagging in turns, the ratio; time against length for texts
that real pages never hold; resident memory over N articles. Measured by processor time. Needs `pip install jieba`.
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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.corpus import articles
from loaders.facts import Article
from loaders.pipeline import extract

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
    print(f"start-up (interpreter, readers, lexicons, first article): {_start_up():.2f} s")
    corpus = list(articles(chosen.articles))
    _compare(corpus, chosen.rounds)
    _grow()
    _remember(chosen.memory)


def _start_up() -> float:
    code = "from loaders.pipeline import extract; from loaders.facts import Article; extract(Article('a', '', '昆明市新建公园8个。'))"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)
    return time.perf_counter() - began


def _compare(corpus: Sequence[Article], rounds: int) -> None:
    size = sum(len(a.body.encode()) for a in corpus) / 1e6
    tag = _tagger()
    read_times, tag_times = [], []
    for turn in range(rounds + 1):
        for times, work in ((read_times, lambda a: extract(a)), (tag_times, tag)):
            if work is not None:
                took = _timed(lambda work=work: [work(a) for a in corpus])  # type: ignore[misc]
                if turn:  # the first round warms up
                    times.append(took)
    ours = size / statistics.median(read_times)
    print(f"reading: {ours:.3f} MB/s ({len(corpus)} articles, {size:.2f} MB, median of {rounds})")
    if tag_times:
        theirs = size / statistics.median(tag_times)
        print(
            f"jieba part-of-speech tagging: {theirs:.3f} MB/s; reading is {ours / theirs:.2f} times as fast"
        )


def _tagger() -> Callable[[Article], object] | None:
    try:
        import jieba
        import jieba.posseg
    except ImportError:
        print("jieba isn't installed: no yardstick")
        return None
    jieba.setLogLevel(logging.WARNING)
    return lambda article: list(jieba.posseg.cut(article.body))


def _grow() -> None:
    print("time by length, seconds (a factor of 4 in length, at most about 4 in time)")
    for name, unit in _HOSTILE.items():
        took = []
        for length in (8_000, 32_000):
            text = (unit * (length // len(unit) + 1))[:length]
            took.append(_timed(lambda text=text: extract(Article("hostile", "", text))))  # type: ignore[misc]
        print(f"  {name:28} {took[0]:7.3f} {took[1]:7.3f}  × {took[1] / max(took[0], 1e-4):.1f}")


def _remember(count: int) -> None:
    print(f"resident memory over {count} articles, MB")
    for number, article in enumerate(articles(count, seed=2), 1):
        extract(article)
        if number in {count // 10, count // 2, count}:
            gc.collect()
            print(f"  {number:8} {_resident():8.1f}")


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
