"""How well promises meet their results: read from a generated world's pages, matched, held against what belongs together."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..facts import Extraction, Statement
from ..pipeline import extract, load_articles
from ..read import Publication
from ..reconcile import Claim, Claims, Limits, Pair, match
from .paraphrase import Key, World


@dataclass(frozen=True, slots=True)
class Found:
    """The links of a world. `wrong` are links that belong to nothing or to another promise, `missed` pairs without a link."""

    right: frozenset[Key]
    wrong: tuple[Pair, ...]
    missed: frozenset[Key]
    candidates: tuple[Pair, ...]

    @property
    def precision(self) -> float:
        """Share of the links that are right; 1 where there is none."""
        links = len(self.right) + len(self.wrong)
        return len(self.right) / links if links else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs that are linked."""
        pairs = len(self.right) + len(self.missed)
        return len(self.right) / pairs if pairs else 1.0


class Reading:
    """A world as the loaders read it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.extractions = _read(world)
        self.headline: Mapping[str, str] = {e.article.id: e.article.headline for e in self.extractions}
        gathered = Claims(_name)
        for extraction in self.extractions:
            gathered.add(extraction)
        self.claims = gathered.hand_over()

    def keys(self, claim: Claim) -> set[Key]:
        """What the claim is about, by the pages that say it; empty where they say no such number."""
        value = None if claim.value is None else claim.value.normalize()
        return {key for a in claim.articles for key in self.world.keys(self.headline[a], claim.kind, value)}

    def belong(self, target: Claim, *results: Claim) -> set[Key]:
        """The pairs that promise and results are; empty where they don't belong together."""
        about = self.keys(target) & {key for r in results for key in self.keys(r)}
        return about & self.world.pairs

    def found(self, limits: Limits | None = None) -> Found:
        """The links that `match` makes, with the learned thresholds or these."""
        matches = match(self.claims, limits=limits)
        right: set[Key] = set()
        wrong = []
        for pair in matches.links:
            together = self.belong(pair.target, *pair.results)
            right |= together
            if not together:
                wrong.append(pair)
        return Found(frozenset(right), tuple(wrong), self.world.pairs - right, matches.candidates)


def _name(statement: Statement) -> str:
    """A name for what a statement claims: equal content, equal name."""
    s = statement
    about = (
        s.claims,
        s.agent,
        s.indicator,
        s.value,
        s.unit,
        s.bound,
        s.aspect,
        s.period,
        s.comparand,
        s.estimated,
    )
    return "|".join(map(str, (*about, *sorted(s.concerns))))


def _read(world: World) -> list[Extraction]:
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(world.pages.values()):
            (Path(folder) / f"{number:05}.md").write_text(text, encoding="utf-8")
        return [extract(a) for a in load_articles([Path(folder)], Publication(None, None))]
