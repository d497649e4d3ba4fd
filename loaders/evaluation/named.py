"""Entities and relations judged against gold, by their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .gold import Gold, Row, right
from .locate import Finder
from .verdict import Evaluation, Figure, Verdict

_Triple = tuple[str, str, str]


def judge_entities(gold: Gold, finder: Finder, rows: Sequence[Row], result: Evaluation) -> Figure:
    """Adds an article's entities to the result; its counts.

    An entity is found when a row has its class and its name or one of its mentions. Each entity, and each wrong name, counts
    once, however often it is mentioned.
    """
    rows = [row for row in rows if row.get("class") in result.entities]
    known = _known(gold)
    meant = [known.get((row["class"], row.get("name")), []) for row in rows]
    found = {i for places in meant for i in places}
    exact = {
        i
        for row, places in zip(rows, meant, strict=True)
        for i in places
        if gold.entities[i]["name"] == row["name"]
    }
    wrong = {(r["class"], r.get("name")) for r, places in zip(rows, meant, strict=True) if not places}
    required = [i for i, entity in enumerate(gold.entities) if not entity.get("optional")]
    for i in required:
        result.entities[gold.entities[i]["class"]].add(i in found, i in found, 1)
        result.canonical += i in exact
        if i not in found:
            result.verdicts.append(_missed_entity(gold, gold.entities[i]))
    for cls, _ in wrong:
        result.entities[cls].add(0, 1, 0)
    for row, places in zip(rows, meant, strict=True):
        result.verdicts.append(_read_entity(gold, finder, row, places, exact))
    hits = len(found.intersection(required))
    return Figure(hits, hits + len(wrong), len(required))


def _known(gold: Gold) -> dict[tuple[str, str | None], list[int]]:
    """The places in the gold of what a class and a name may mean."""
    known: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for i, entity in enumerate(gold.entities):
        for cls in right(entity, "class"):
            for name in {entity["name"], *entity["mentions"]}:
                known[cls, name].append(i)
    return dict(known)


def _missed_entity(gold: Gold, entity: Row) -> Verdict:
    spans = next(filter(None, map(gold.text.find, entity["mentions"])), [])
    return Verdict(gold.name, "entity", None, entity, ("missed",), sentence=gold.text.sentence(spans))


def _read_entity(gold: Gold, finder: Finder, row: Row, places: Sequence[int], exact: set[int]) -> Verdict:
    neutral = bool(places) and all(gold.entities[i].get("optional") for i in places)
    if not places:
        wrong: tuple[str, ...] = ("wrong",)
    else:
        wrong = () if neutral or exact.intersection(places) else ("name",)
    sentence = gold.text.sentence(finder.find(row)) if wrong else ""
    answer = gold.entities[places[0]] if places else None
    return Verdict(gold.name, "entity", row, answer, wrong, neutral, sentence)


def judge_relations(gold: Gold, finder: Finder, rows: Sequence[Row], result: Evaluation) -> None:
    """Adds an article's relations to the result: the same triple after mentions are resolved, each once."""
    names = gold.names

    def name(mention: str | None) -> str:
        return names.get(mention or "", mention or "")

    wanted: dict[_Triple, Row] = {(r["subject"], r["predicate"], r["object"]): r for r in gold.relations}
    read: dict[_Triple, Row] = {
        (name(r.get("subject")), str(r.get("predicate")), name(r.get("object"))): r for r in rows
    }
    optional = {triple for triple, r in wanted.items() if r.get("optional")}
    required = [triple for triple in wanted if triple not in optional]
    result.relations.add(
        sum(triple in read for triple in required), len(read.keys() - optional), len(required)
    )
    for triple in required:
        result.lenient_posts += triple in read or any(_same_post(triple, other) for other in read)
        if triple not in read:
            row = wanted[triple]
            sentence = gold.text.sentence(gold.text.find(row.get("quote")))
            result.verdicts.append(Verdict(gold.name, "relation", None, row, ("missed",), sentence=sentence))
    for triple, row in read.items():
        wrong = () if triple in wanted else ("wrong",)
        sentence = gold.text.sentence(finder.find(row)) if wrong else ""
        answer = wanted.get(triple)
        result.verdicts.append(
            Verdict(gold.name, "relation", row, answer, wrong, triple in optional, sentence)
        )


def _same_post(a: _Triple, b: _Triple) -> bool:
    return a[:2] == b[:2] and a[1] == "holdsPost" and bool(b[2]) and (a[2] in b[2] or b[2] in a[2])
