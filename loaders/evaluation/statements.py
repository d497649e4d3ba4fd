"""Statements judged against gold: with a quantity by matching, without one by kind and overlap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from .gold import Gold, Row, right
from .locate import Finder, overlap
from .match import (
    Located,
    Matching,
    answers,
    fits,
    fits_but_for_unit,
    fits_in_kind,
    interval,
    match,
    pair_up,
    quantity,
    same_agent,
    similar,
)
from .verdict import ATTRIBUTES, STRICT, Evaluation, Figure, Overlaps, Verdict


def judge_statements(
    gold: Gold, finder: Finder, rows: Sequence[Row], result: Evaluation
) -> tuple[Figure, Figure]:
    """Adds an article's statements to the result; its counts with and without the kind."""
    numbers, plain = _split(finder, rows)
    figures = _Quantified(gold, finder, numbers).judge(result)
    _judge_unquantified(gold, finder, plain, result)
    return figures


def _split(finder: Finder, rows: Iterable[Row]) -> tuple[list[Located], list[Located]]:
    """Predictions with a quantity and those without; what lies wholly in the headline is left out."""
    numbers: list[Located] = []
    plain: list[Located] = []
    for row in rows:
        spans = finder.find(row)
        if spans and all(end <= finder.text.headline_end for _, end in spans):
            continue
        value = row.get("value")
        if isinstance(value, int | float) and not isinstance(value, bool):
            numbers.append(Located(row, spans, [quantity(value, row.get("unit"))]))
        else:
            plain.append(Located(row, spans))
    return numbers, plain


class _Quantified:
    """The quantified statements of one article, gold (`wanted`) and read."""

    def __init__(self, gold: Gold, finder: Finder, read: list[Located]) -> None:
        self.article, self.finder, self.read = gold.name, finder, read
        self.names = gold.names
        self.wanted = [
            Located(s, finder.text.find(s["quote"]), answers(s))
            for s in gold.statements
            if s["value"] is not None
        ]

    def judge(self, result: Evaluation) -> tuple[Figure, Figure]:
        """Adds figures, attributes and verdicts to the result."""
        loose = match(self.wanted, self.read, fits)
        same = match(self.wanted, self.read, fits_in_kind)
        # The right quantity of optional gold stays neutral though its kind is wrong.
        same.neutral.update(loose.neutral - set(same.pairs.values()))
        required = sum(not s.optional for s in self.wanted)
        same_kind = Figure(len(same.pairs), len(self.read) - len(same.neutral), required)
        any_kind = Figure(len(loose.pairs), len(self.read) - len(loose.neutral), required)
        exact = sum(not self._wrong(g, p, STRICT) for g, p in same.pairs.items())
        result.same_kind.add(same_kind.right, same_kind.predicted, required)
        result.any_kind.add(any_kind.right, any_kind.predicted, required)
        result.strict.add(exact, same_kind.predicted, required)
        self._count_attributes(loose, result)
        result.verdicts.extend(self._verdicts(same))
        return same_kind, any_kind

    def _wrong(self, g: int, p: int, fields: Iterable[str]) -> tuple[str, ...]:
        return _wrong_fields(self.wanted[g].row, self.read[p].row, self.names, fields)

    def _count_attributes(self, loose: Matching, result: Evaluation) -> None:
        for g, p in loose.pairs.items():
            wrong = self._wrong(g, p, ATTRIBUTES)
            result.matched += 1
            result.attributes.update(name for name in ATTRIBUTES if name not in wrong)
            result.completion_gold += self.wanted[g].row["completion"] is not None

    def _verdicts(self, same: Matching) -> Iterable[Verdict]:
        """A verdict on each prediction and on each required gold statement without one.

        The pairs of the same kind come first, so that the strictly right ones are those that the figure counts; among what
        they leave, a pair of another kind and then one of another unit is told as one error and not as two.
        """
        pairs = dict(same.pairs)
        by_unit: set[int] = set()
        for how in (fits, fits_but_for_unit):
            taken = set(pairs.values()) | same.neutral
            found = pair_up(
                {g: s for g, s in enumerate(self.wanted) if g not in pairs and not s.optional},
                {p: s for p, s in enumerate(self.read) if p not in taken},
                how,
            )
            pairs |= found
            by_unit = set(found)
        answered = {p: g for g, p in pairs.items()}
        for g, wanted in enumerate(self.wanted):
            if g in pairs:
                p = pairs[g]
                unit = ("unit",) if g in by_unit else ()
                yield self._verdict(self.read[p], wanted, (*unit, *self._wrong(g, p, ATTRIBUTES)))
            elif not wanted.optional:
                yield self._verdict(None, wanted, ("missed",))
        for p, read in enumerate(self.read):
            if p not in answered:
                neutral = p in same.neutral
                yield self._verdict(read, None, () if neutral else ("wrong",), neutral=neutral)

    def _verdict(
        self, read: Located | None, gold: Located | None, wrong: tuple[str, ...], *, neutral: bool = False
    ) -> Verdict:
        return _verdict(self.article, self.finder, "statement", read, gold, wrong, neutral=neutral)


def _judge_unquantified(gold: Gold, finder: Finder, read: Sequence[Located], result: Evaluation) -> None:
    every = [Located(s, finder.text.find(s["quote"])) for s in gold.statements]
    counts: dict[object, Overlaps] = {"commitment": result.commitments, "outcome": result.outcomes}
    for wanted in every:
        if wanted.row["value"] is None and not wanted.optional:
            kind = wanted.row["kind"]
            found = any(kind == s.row.get("kind") and overlap(wanted.spans, s.spans) for s in read)
            counts[kind].gold += 1
            counts[kind].found += found
            if not found:
                result.verdicts.append(_verdict(gold.name, finder, "unquantified", None, wanted, ("missed",)))
    # Required gold first, so that the verdict names what the prediction is most likely to mean.
    every.sort(key=lambda s: (s.optional, s.row["value"] is not None))
    for s in read:
        kind = s.row.get("kind")
        answer = next((g for g in every if kind in right(g.row, "kind") and overlap(g.spans, s.spans)), None)
        if kind in counts:
            counts[kind].predicted += 1
            counts[kind].fitting += answer is not None
        wrong = () if answer else ("wrong",)
        result.verdicts.append(_verdict(gold.name, finder, "unquantified", s, answer, wrong))


def _verdict(
    article: str,
    finder: Finder,
    kind: str,
    read: Located | None,
    gold: Located | None,
    wrong: tuple[str, ...],
    *,
    neutral: bool = False,
) -> Verdict:
    spans = (read.spans if read else ()) or (gold.spans if gold else ())
    sentence = finder.text.sentence(spans) if wrong else ""
    return Verdict(
        article, kind, read.row if read else None, gold.row if gold else None, wrong, neutral, sentence
    )


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
