"""Figures: how many statements, entities and relations were read right, and each verdict by itself.

A quantified statement is right when its kind, value and unit are and its words overlap the gold's; strictly right when bound, aspect
and indicator are, too. Gold marked optional, and predictions wholly within the headline, count neither for nor against.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .gold import Gold, Row, right
from .locate import overlap
from .match import Located, answers, interval, match, quantity, same_agent, similar

CLASSES = (
    "AdministrativeArea",
    "FunctionalZone",
    "Park",
    "Project",
    "Organization",
    "Person",
    "Programme",
    "Event",
)
ATTRIBUTES = ("kind", "bound", "aspect", "completion", "indicator", "period", "agent", "estimated")


@dataclass(slots=True)
class Figure:
    """Counts of a class of facts: right, predicted and in gold, and precision, recall and F1 of them."""

    right: int = 0
    predicted: int = 0
    gold: int = 0

    def add(self, right: int, predicted: int, gold: int) -> None:
        """Adds an article's counts."""
        self.right, self.predicted, self.gold = (
            self.right + right,
            self.predicted + predicted,
            self.gold + gold,
        )

    @property
    def precision(self) -> float:
        """Right among the predicted; 0 where nothing is predicted."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Right among the gold; 0 where there is none."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one prediction or one gold fact. `wrong` names the fields that aren't right, or is `missed`, `wrong`.

    `neutral` facts answer optional gold: they count neither way.
    """

    article: str
    type: str  # statement, unquantified, entity, relation
    read: Row | None
    gold: Row | None
    wrong: tuple[str, ...] = ()
    neutral: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the fact was read and nothing that counts is wrong with it."""
        return self.read is not None and not set(self.wrong) & {
            "wrong",
            "missed",
            "kind",
            "bound",
            "aspect",
            "indicator",
        }


@dataclass(slots=True)
class Evaluation:
    """All figures over a set of gold articles."""

    same_kind: Figure = field(default_factory=Figure)
    any_kind: Figure = field(default_factory=Figure)
    strict: Figure = field(default_factory=Figure)
    matched: int = 0
    attributes: Counter[str] = field(default_factory=Counter)
    unquantified: Figure = field(
        default_factory=Figure
    )  # recall as in the shared scorer; precision over any gold statement
    commitments: Figure = field(default_factory=Figure)  # the unquantified ones among them
    entities: dict[str, Figure] = field(default_factory=dict)
    canonical: int = 0
    relations: Figure = field(default_factory=Figure)
    lenient_posts: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    texts: list[tuple[str, Figure, Figure, Figure]] = field(
        default_factory=list
    )  # name; statements, any kind, entities

    @property
    def all_entities(self) -> Figure:
        """The entities of all classes together."""
        whole = Figure()
        for figure in self.entities.values():
            whole.add(figure.right, figure.predicted, figure.gold)
        return whole


def evaluate(golds: Sequence[Gold], read: Callable[[Gold], Iterable[Row]]) -> Evaluation:
    """Figures of the rows that `read` gives for each gold article, in the contract's form."""
    used = {e["class"] for gold in golds for e in gold.entities}
    result = Evaluation(entities={c: Figure() for c in CLASSES if c in used})
    for gold in golds:
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in read(gold):
            rows[row["type"]].append(row)
        for article in rows["article"]:
            gold.text.place(str(article.get("article")), article.get("body") or "")
        names = {m: e["name"] for e in gold.entities for m in e["mentions"]}
        names |= {e["name"]: e["name"] for e in gold.entities}
        same, any_ = _statements(gold, rows["statement"], names, result)
        entities = _entities(gold, rows["entity"], result)
        _relations(gold, rows["relation"], names, result)
        result.texts.append((gold.name, same, any_, entities))
    return result


def _statements(
    gold: Gold, rows: Sequence[Row], names: Mapping[str, str], result: Evaluation
) -> tuple[Figure, Figure]:
    wanted = [
        Located(s, gold.text.find(s["quote"]), answers(s)) for s in gold.statements if s["value"] is not None
    ]
    read: list[Located] = []
    plain: list[Located] = []
    for row in rows:
        spans = gold.text.find_row(row)
        if spans and all(end <= gold.text.headline_end for _, end in spans):
            continue
        value = row.get("value")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            read.append(Located(row, spans, [quantity(value, row.get("unit"))]))
        else:
            plain.append(Located(row, spans, ()))
    needed = sum(not g.row.get("optional") for g in wanted)
    any_pairs, any_neutral = match(wanted, read, same_kind=False)
    pairs, neutral = match(wanted, read, same_kind=True)
    # the right quantity of optional gold stays neutral though its kind is wrong
    neutral |= any_neutral - set(pairs.values())
    exact = sum(
        not _wrong_fields(wanted[g].row, read[p].row, names, ("bound", "aspect", "indicator"))
        for g, p in pairs.items()
    )
    predicted = len(read) - len(neutral)
    result.same_kind.add(len(pairs), predicted, needed)
    result.strict.add(exact, predicted, needed)
    result.any_kind.add(len(any_pairs), len(read) - len(any_neutral), needed)
    _attributes(gold, wanted, read, any_pairs, any_neutral | neutral, names, result)
    _unquantified(gold, plain, result)
    return (
        Figure(len(pairs), predicted, needed),
        Figure(len(any_pairs), len(read) - len(any_neutral), needed),
    )


def _attributes(
    gold: Gold,
    wanted: Sequence[Located],
    read: Sequence[Located],
    pairs: Mapping[int, int],
    neutral: set[int],
    names: Mapping[str, str],
    result: Evaluation,
) -> None:
    for g, p in pairs.items():
        wrong = _wrong_fields(wanted[g].row, read[p].row, names, ATTRIBUTES)
        result.matched += 1
        result.attributes.update(field for field in ATTRIBUTES if field not in wrong)
        result.attributes["completion_gold"] += wanted[g].row["completion"] is not None
        result.verdicts.append(Verdict(gold.name, "statement", read[p].row, wanted[g].row, wrong))
    answered = set(pairs.values())
    for g, located in enumerate(wanted):
        if g not in pairs and not located.row.get("optional"):
            result.verdicts.append(Verdict(gold.name, "statement", None, located.row, ("missed",)))
    for p, located in enumerate(read):
        if p not in answered:
            verdict = Verdict(gold.name, "statement", located.row, None, ("wrong",), p in neutral)
            result.verdicts.append(verdict)


def _wrong_fields(gold: Row, read: Row, names: Mapping[str, str], fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in fields if not _RIGHT.get(name, _same)(gold, read, name, names))


def _same(gold: Row, read: Row, name: str, _: Mapping[str, str]) -> bool:
    return read.get(name) in right(gold, name)


def _right_indicator(gold: Row, read: Row, _: str, __: Mapping[str, str]) -> bool:
    return any(similar(wanted, read.get("indicator")) for wanted in right(gold, "indicator"))


def _right_period(gold: Row, read: Row, _: str, __: Mapping[str, str]) -> bool:
    return interval(read.get("period")) in [interval(wanted) for wanted in right(gold, "period")]


def _right_agent(gold: Row, read: Row, _: str, names: Mapping[str, str]) -> bool:
    return any(same_agent(wanted, read.get("agent"), names) for wanted in right(gold, "agent"))


def _right_estimate(gold: Row, read: Row, _: str, __: Mapping[str, str]) -> bool:
    return bool(gold["estimated"]) == bool(read.get("estimated"))


def _right_completion(gold: Row, read: Row, _: str, __: Mapping[str, str]) -> bool:
    wanted, found = gold["completion"], read.get("completion")
    return bool(wanted == found or (wanted is not None and found is not None and abs(wanted - found) < 1e-9))


_RIGHT: dict[str, Callable[[Row, Row, str, Mapping[str, str]], bool]] = {
    "indicator": _right_indicator,
    "period": _right_period,
    "agent": _right_agent,
    "estimated": _right_estimate,
    "completion": _right_completion,
}


def _unquantified(gold: Gold, read: Sequence[Located], result: Evaluation) -> None:
    every = [Located(s, gold.text.find(s["quote"]), ()) for s in gold.statements]
    figures = {"commitment": (result.unquantified, result.commitments), "outcome": (result.unquantified,)}
    for g in every:
        if g.row["value"] is None and not g.row.get("optional"):
            found = any(g.row["kind"] == r.row.get("kind") and overlap(g.spans, r.spans) for r in read)
            for figure in figures.get(g.row["kind"], ()):
                figure.gold += 1
                figure.right += found
            if not found:
                result.verdicts.append(Verdict(gold.name, "unquantified", None, g.row, ("missed",)))
    for r in read:
        told = any(g.row["kind"] == r.row.get("kind") and overlap(g.spans, r.spans) for g in every)
        for figure in figures.get(str(r.row.get("kind")), ()):
            figure.predicted += 1
        wrong = () if told else ("wrong",)
        result.verdicts.append(Verdict(gold.name, "unquantified", r.row, None, wrong))


def _entities(gold: Gold, rows: Sequence[Row], result: Evaluation) -> Figure:
    known: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, e in enumerate(gold.entities):
        for cls in right(e, "class"):
            for name in {e["name"], *e["mentions"]}:
                known[cls, name].append(i)
    hit: set[int] = set()
    exact: set[int] = set()
    wrong: dict[tuple[str, str], Row] = {}
    for row in rows:
        cls, name = str(row.get("class")), str(row.get("name"))
        if cls not in result.entities:
            continue
        found = known.get((cls, name))
        if not found:
            wrong.setdefault((cls, name), row)
        for i in found or ():
            hit.add(i)
            if gold.entities[i]["name"] == name:
                exact.add(i)
        neutral = bool(found) and all(gold.entities[i].get("optional") for i in found or ())
        wrong_by = () if found else ("wrong",)
        result.verdicts.append(Verdict(gold.name, "entity", row, None, wrong_by, neutral))
    needed = [i for i, e in enumerate(gold.entities) if not e.get("optional")]
    for i in needed:
        result.entities[gold.entities[i]["class"]].add(i in hit, i in hit, 1)
        result.canonical += i in exact
        if i not in hit:
            result.verdicts.append(Verdict(gold.name, "entity", None, gold.entities[i], ("missed",)))
    for cls, _ in wrong:
        result.entities[cls].add(0, 1, 0)
    return Figure(sum(i in hit for i in needed), sum(i in hit for i in needed) + len(wrong), len(needed))


def _relations(gold: Gold, rows: Sequence[Row], names: Mapping[str, str], result: Evaluation) -> None:
    want = {(r["subject"], r["predicate"], r["object"]): r for r in gold.relations}
    optional = {triple for triple, r in want.items() if r.get("optional")}
    got = {
        (names.get(r["subject"], r["subject"]), r["predicate"], names.get(r["object"], r["object"])): r
        for r in rows
    }
    needed = set(want) - optional
    result.relations.add(len(needed & set(got)), len(set(got) - optional), len(needed))
    for triple in needed:
        near = any(_same_post(triple, other) for other in got)
        result.lenient_posts += triple in got or near
        if triple not in got:
            result.verdicts.append(Verdict(gold.name, "relation", None, want[triple], ("missed",)))
    for triple, row in got.items():
        wrong = () if triple in want else ("wrong",)
        result.verdicts.append(
            Verdict(gold.name, "relation", row, want.get(triple), wrong, triple in optional)
        )


def _same_post(a: tuple[str, str, str], b: tuple[str, str, str]) -> bool:
    return a[:2] == b[:2] and a[1] == "holdsPost" and bool(b[2]) and (a[2] in b[2] or b[2] in a[2])
