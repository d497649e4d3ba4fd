"""Articles made of the sample pages' sentences with other numbers and places, for measurements: the same for the same seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from loaders.facts import Article
from loaders.pipeline import load_articles
from loaders.read import Publication

SAMPLES = Path(__file__).parent.parent / "articles"
_NUMBER = re.compile(r"(?<![\d.年])\d+(?:\.\d+)?(?=[万亿]?[\u4e00-\u9fff%])(?!年|月|日)")
_PLACES = ("五华区", "盘龙区", "官渡区", "西山区", "呈贡区", "晋宁区", "安宁市", "富民县", "宜良县", "嵩明县")
_PLACE = re.compile("|".join(_PLACES))


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
