"""A whole newspaper page against the gold of its articles: how it was cut, and which predicted article is which gold one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .gold import Gold, Row
from .locate import squeeze

_CUT_RIGHT = 0.95  # share of three-character strings that a rightly cut article and its gold have in common


@dataclass(frozen=True, slots=True)
class Cut:
    """How many articles of the gold were cut right, and had headline, kicker and reporters right."""

    predicted: int
    gold: int
    right: int
    headlines: int
    kickers: int
    reporters: int

    @property
    def share(self) -> float:
        """Share of the gold's articles that were cut right."""
        return self.right / self.gold

    def line(self) -> str:
        """The figures in a line."""
        n = self.gold
        return (
            f"articles: predicted {self.predicted}, gold {n}, cut right {self.right}/{n}, headline {self.headlines}/{n}, "
            f"kicker {self.kickers}/{n}, reporters {self.reporters}/{n}"
        )


def assign(golds: Sequence[Gold], rows: Iterable[Row]) -> tuple[Cut, dict[str, list[Row]]]:
    """How the page was cut, and the rows for each gold article's name: those of the articles whose bodies share most with it."""
    rows = list(rows)
    grams = {gold.name: _trigrams(gold.text.raw.partition("\n\n")[2]) for gold in golds}
    articles = [row for row in rows if row["type"] == "article"]
    place: dict[str, str] = {}
    best: dict[str, tuple[float, Row]] = {}
    for article in articles:
        mine = _trigrams(article.get("body") or "")
        shared = {name: len(mine & theirs) for name, theirs in grams.items()}
        name = max(shared, key=lambda n: shared[n])
        if shared[name]:
            place[article["article"]] = name
            whole = 2 * shared[name] / (len(mine) + len(grams[name]))
            if name not in best or whole > best[name][0]:
                best[name] = (whole, article)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.get("article") in place:
            found[place[row["article"]]].append(row)
    by_name = {gold.name: gold for gold in golds}
    pairs = [(by_name[name], article) for name, (_, article) in best.items()]
    return Cut(
        len(articles),
        len(golds),
        sum(share >= _CUT_RIGHT for share, _ in best.values()),
        sum(_plain(a.get("headline")) in {_plain(h) for h in g.headlines} for g, a in pairs),
        sum(_plain(a.get("kicker")) in {_plain(k) for k in g.kickers} for g, a in pairs),
        sum(sorted(a.get("reporters") or []) == sorted(g.reporters) for g, a in pairs),
    ), found


def _plain(text: str | None) -> str:
    return squeeze(text or "")[0]


def _trigrams(text: str) -> set[str]:
    squeezed = _plain(text)
    return {squeezed[i : i + 3] for i in range(len(squeezed) - 2)}
