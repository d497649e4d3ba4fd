"""Articles for measurements, the same for the same seed: the sample pages' sentences varied, and whole newspapers of many years.

`articles` takes the samples' sentences with other numbers and places. `newspaper` invents what places promise year by year and lets
papers tell it: an article that promises, one at half-time, one that reports, each dated, their numbers in agreement, so that a ledger has
promises to match with results. `write_pages` writes such a newspaper as pages for `chuncheng build`; from the shell:

    python bench/corpus.py FOLDER --articles 100000
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from loaders.facts import Article
from loaders.gazetteer import Gazetteer, Place
from loaders.pipeline import load_articles
from loaders.read import Publication

SAMPLES = Path(__file__).parent.parent / "articles"
_NUMBER = re.compile(r"(?<![\d.年])\d+(?:\.\d+)?(?=[万亿]?[\u4e00-\u9fff%])(?!年|月|日)")
_PLACES = ("五华区", "盘龙区", "官渡区", "西山区", "呈贡区", "晋宁区", "安宁市", "富民县", "宜良县", "嵩明县")
_PLACE = re.compile("|".join(_PLACES))

PAGE = 8  #: articles of one page, all of one paper and day
_LONG_EVERY = 2_000  # one article in so many is a work report
_LONG = 250  # items of a work report: a hundred times a common article
_ITEMS = ((1, 2, 3), (75, 20, 5))  # promises or results of a common article, and how often
_STAGES = ("plan", "interim", "report")
_STRIDE = 97  # a prime: neighbours in a paper are about different places and themes


def articles(count: int, seed: int = 1) -> Iterator[Article]:
    """`count` articles of about the length of the samples', one after the other, none kept."""
    samples = list(load_articles([SAMPLES], Publication()))
    sentences = [s + "。" for a in samples for s in re.split(r"[。\n]", a.body) if len(s) > 6]
    length = sum(len(a.body) for a in samples) // len(samples)
    choose = random.Random(seed)
    for number in range(count):
        body = ""
        while len(body) < length:
            body += _vary(choose.choice(sentences), choose) + choose.choice(("", "", "\n"))
        sample = choose.choice(samples)
        yield Article(f"bench-{seed}-{number}", _vary(sample.headline, choose), body.strip())


def _vary(text: str, choose: random.Random) -> str:
    changed = _NUMBER.sub(lambda m: _number(m.group(), choose), text)
    return _PLACE.sub(lambda _: choose.choice(_PLACES), changed)


def _number(printed: str, choose: random.Random) -> str:
    """Another number with as many digits and decimals."""
    whole, _, decimals = printed.partition(".")
    other = str(choose.randint(10 ** (len(whole) - 1), 10 ** len(whole) - 1))
    return f"{other}.{choose.randint(0, 10 ** len(decimals) - 1):0{len(decimals)}}" if decimals else other


@dataclass(frozen=True, slots=True)
class Told:
    """An article of a generated newspaper, before it stands on a page."""

    publisher: str
    published: date
    headline: str
    body: str


@dataclass(frozen=True, slots=True)
class _Goal:
    """What a place promises for a year under one indicator, and what it reaches."""

    indicator: str
    unit: str
    least: int
    half: int
    done: int

    @property
    def rate(self) -> str:
        return f"{100 * self.done / self.least:.1f}".removesuffix(".0")


def newspaper(count: int, seed: int = 1) -> Iterator[Told]:
    """`count` articles of several papers, places and years: a page of promises, then two pages that tell what came of them.

    One in two thousand is a work report a hundred times as long as the others. No two are the same.
    """
    for number in range(count):
        page, column = divmod(number, PAGE)
        issue, stage = divmod(page, len(_STAGES))
        yield _tell(issue, column, _STAGES[stage], seed, long=number % _LONG_EVERY == _LONG_EVERY // 2)


def write_pages(folder: Path, count: int, seed: int = 1) -> int:
    """Writes `newspaper` as Markdown pages of eight articles; returns how many. A folder holds a thousand of them.

    Memory doesn't grow with `count`.
    """
    pages = 0
    told = newspaper(count, seed)
    while own := list(islice(told, PAGE)):
        target = folder / f"{pages // 1000:04}"
        target.mkdir(parents=True, exist_ok=True)
        text = "".join(f"# {t.headline}\n\n{t.body}\n\n" for t in own)
        (target / f"{pages:06}.md").write_text(
            f"---\npublished: {own[0].published}\npublisher: {own[0].publisher}\n---\n\n{text}",
            encoding="utf-8",
        )
        pages += 1
    return pages


def _tell(issue: int, column: int, stage: str, seed: int, *, long: bool) -> Told:
    words, places = _words(), _places()
    year = words["first_year"] + issue % words["years"]
    themes = words["theme"]
    # Of a year, each place and theme once before any comes again.
    round_, nth = divmod(issue // words["years"] * PAGE + column, len(places) * len(themes))
    at, of = divmod(nth * _STRIDE % (len(places) * len(themes)), len(places))
    theme, place = themes[at], places[of]
    story = f"{seed} {issue} {column}"
    choose = random.Random(story)
    goals = list(_goals(theme["items"], choose, round_))[: choose.choices(*_ITEMS)[0]]
    if long:
        every = [item for t in themes for item in t["items"]]
        goals = [goal for part in range(_LONG // len(every) + 1) for goal in _goals(every, choose, part + 1)]
    phrases = random.Random(f"{story} {stage}")
    telling = words[stage]
    fixed = {"place": place.name, "year": year, "theme": theme["name"]}
    sentences = []
    for number, goal in enumerate(goals):
        shape = phrases.choice(telling["first" if number == 0 else "more"])
        sentences.append(shape.format(**fixed, **asdict(goal), rate=goal.rate))
        if number % 5 == 4:
            sentences.append("\n\n")
    body = "".join(sentences)
    if phrases.random() < 0.2:
        body += words["byline"]["duty"].format(place=place.name, office=phrases.choice(words["offices"]))
    if phrases.random() < 0.2:
        name = phrases.choice(words["surnames"]) + phrases.choice(words["given"])
        body = f"本报讯（记者 {name}） {body}"
    paper = words["papers"][random.Random(f"{seed} {issue} {stage}").randrange(len(words["papers"]))]
    headline = phrases.choice(telling["headlines"]).format(**fixed)
    return Told(paper, _day(stage, year, issue), headline, body)


def _goals(items: Sequence[Any], choose: random.Random, round_: int) -> Iterator[_Goal]:
    for indicator, unit, low, high in items:
        least = _rounded(choose.randint(low, high)) + round_
        done = max(1, round(least * choose.choice((0.6, 0.9, 1.0, 1.0, 1.05, 1.2, 1.5))))
        yield _Goal(indicator, unit, least, max(1, round(done * choose.uniform(0.3, 0.6))), done)


def _rounded(number: int) -> int:
    """Two significant digits: promises are round."""
    scale = 10 ** max(0, len(str(number)) - 2)
    return number // scale * scale


def _day(stage: str, year: int, issue: int) -> date:
    """Congresses meet in January; half-time is told in July, the year in the next January."""
    first = {"plan": date(year, 1, 8), "interim": date(year, 7, 4), "report": date(year + 1, 1, 8)}[stage]
    return first + timedelta(days=issue * 7 % 20)


@cache
def _words() -> dict[str, Any]:
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _places() -> tuple[Place, ...]:
    """The counties and towns of Kunming whose names stand for one place only."""
    gazetteer = Gazetteer.default()
    return tuple(
        place
        for place in gazetteer.areas()
        if place.code.startswith("5301")
        and place.code != "530100"
        and len(gazetteer.by_name[place.name]) == 1
    )


def main() -> None:
    """Write a newspaper into a folder."""
    options = argparse.ArgumentParser(description="Write a generated newspaper as pages.")
    options.add_argument("folder", type=Path)
    options.add_argument("--articles", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    print(f"{write_pages(chosen.folder, chosen.articles, chosen.seed):,} pages")


if __name__ == "__main__":
    main()
