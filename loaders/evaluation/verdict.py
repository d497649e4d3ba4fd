"""What an evaluation is made of: counts, a verdict on each fact, and all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .gold import Row

#: What a match is looked at for, in the order in which it is told.
ATTRIBUTES = ("kind", "bound", "aspect", "completion", "indicator", "period", "agent", "estimated")
#: What a strictly right statement must have right besides quantity and kind.
STRICT = ("bound", "aspect", "indicator")
_FATAL = frozenset({"missed", "wrong", "kind", "unit", *STRICT})


@dataclass(slots=True)
class Figure:
    """Counts of a class of facts: right, predicted and in gold, and precision, recall and F1 of them."""

    right: int = 0
    predicted: int = 0
    gold: int = 0

    def add(self, right: int, predicted: int, gold: int) -> None:
        """Adds an article's counts."""
        self.right += right
        self.predicted += predicted
        self.gold += gold

    @property
    def precision(self) -> float:
        """Right among the predicted; 0 where nothing is predicted."""
        return _share(self.right, self.predicted)

    @property
    def recall(self) -> float:
        """Right among the gold; 0 where there is none."""
        return _share(self.right, self.gold)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0


@dataclass(slots=True)
class Overlaps:
    """Counts of statements without a quantity, which are compared by their kind and whether their words overlap.

    Several may overlap one, so that gold that is found and predictions that fit are counted apart.
    """

    found: int = 0
    gold: int = 0
    fitting: int = 0
    predicted: int = 0

    @property
    def recall(self) -> float:
        """Required gold that some prediction without a quantity overlaps."""
        return _share(self.found, self.gold)

    @property
    def precision(self) -> float:
        """Predictions that overlap any gold of their kind, required or optional, with a quantity or without."""
        return _share(self.fitting, self.predicted)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one prediction or one gold fact. `wrong` names the fields that aren't right, or is `missed`, `wrong`.

    A prediction of a statement's number in another unit stands with that statement and has `unit` wrong; an entity that is
    only ever found by a mention has `name` wrong. `neutral` facts answer optional gold: they count neither way.
    """

    article: str
    type: str  # statement, unquantified, entity, relation
    read: Row | None
    gold: Row | None
    wrong: tuple[str, ...] = ()
    neutral: bool = False
    sentence: str = ""  # what the gold text says there, where it can be told

    @property
    def is_right(self) -> bool:
        """Whether the fact was read and nothing that counts is wrong with it: a statement strictly."""
        return self.read is not None and not _FATAL.intersection(self.wrong)


@dataclass(frozen=True, slots=True)
class TextFigures:
    """Counts of one article."""

    name: str
    same_kind: Figure
    any_kind: Figure
    entities: Figure


@dataclass(slots=True)
class Evaluation:
    """All figures over a set of gold articles, and the verdicts that they come from."""

    same_kind: Figure = field(default_factory=Figure)
    any_kind: Figure = field(default_factory=Figure)
    strict: Figure = field(default_factory=Figure)
    matched: int = 0  # pairs of the matching without kind, over which `attributes` are counted
    attributes: Counter[str] = field(default_factory=Counter)
    completion_gold: int = 0
    commitments: Overlaps = field(default_factory=Overlaps)
    outcomes: Overlaps = field(default_factory=Overlaps)
    entities: dict[str, Figure] = field(default_factory=dict)
    canonical: int = 0
    relations: Figure = field(default_factory=Figure)
    lenient_posts: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    texts: list[TextFigures] = field(default_factory=list)

    @property
    def unquantified(self) -> Overlaps:
        """Statements without a quantity, of both kinds."""
        a, b = self.commitments, self.outcomes
        return Overlaps(a.found + b.found, a.gold + b.gold, a.fitting + b.fitting, a.predicted + b.predicted)

    @property
    def all_entities(self) -> Figure:
        """The entities of all classes together."""
        return _sum(self.entities.values())

    def attribute(self, name: str) -> float:
        """Share of the matched statements that have the attribute right."""
        return _share(self.attributes[name], self.matched)

    @property
    def canonical_share(self) -> float:
        """Share of the entities found that are found by their canonical name."""
        return _share(self.canonical, self.all_entities.right)

    @property
    def lenient_recall(self) -> float:
        """Recall of relations where a post may hold the gold's post or be held in it."""
        return _share(self.lenient_posts, self.relations.gold)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _sum(figures: Iterable[Figure]) -> Figure:
    whole = Figure()
    for figure in figures:
        whole.add(figure.right, figure.predicted, figure.gold)
    return whole
