"""Promise meets result: every result is held against the promises of its period, and the best pair stands or is proposed.

A pair stands where its score reaches the threshold, no other promise comes near it, and no other result answers the promise better.
A lower score will do where the places are known and nothing else comes near either side. Everything else from the threshold of candidates
on is for a person to decide. Promises that differ in their number only (versions, contradictions)
have the same results. Nothing depends on the order of the claims.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from .claim import Claim
from .decision import Decision, Decisions
from .group import same_thing
from .profile import aspect, conjuncts, measure, profile, scope
from .score import Score, accepts, accepts_alone, compare, converted, possible, proposes, similarity

_FAR = 1.1  # in logits: how far everything else has to be for a pair to stand alone
_NEAR = 0.7  # in logits: a second promise that near makes the first one a guess
_LOOKED_AT = 40  # promises whose words are nearest a result's
_OWN_WORDS = 0.5  # likeness of a result to the one item of several under its title
_SAME_ITEM = 0.75  # likeness of the title that a result stands under to an item of a list of promises


@dataclass(frozen=True, slots=True)
class Pair:
    """A target with the results that answer it, in order of their IRIs; several where they share it.

    `value` is their number in the target's unit, None where the target has none. `decided` names who accepted it by hand.
    """

    target: Claim
    results: tuple[Claim, ...]
    value: Decimal | None
    probability: float
    why: str
    decided: str | None = None

    @property
    def joint(self) -> bool:
        """Whether several results share the target."""
        return len(self.results) > 1

    @property
    def key(self) -> tuple[str, ...]:
        """What identifies it: the IRIs of target and results."""
        return (self.target.iri, *(r.iri for r in self.results))


@dataclass(frozen=True, slots=True)
class Limits:
    """The probabilities from which a pair is a link: among others, and where nothing else comes near it."""

    link: float
    alone: float


@dataclass(frozen=True, slots=True)
class Matches:
    """What stands and what waits for a person, each in order of its key; `unknown` are decisions on what isn't there (any more)."""

    links: tuple[Pair, ...]
    candidates: tuple[Pair, ...]
    unknown: tuple[Decision, ...] = ()


def match(
    claims: Sequence[Claim], decisions: Decisions | None = None, limits: Limits | None = None
) -> Matches:
    """Pairs the outcomes among the claims with the commitments among them; `limits` stand for the learned thresholds."""
    limits = limits or Limits(accepts(), accepts_alone())
    decisions = decisions or Decisions()
    targets = [c for c in claims if c.kind == "commitment"]
    results = [c for c in claims if c.kind == "outcome"]
    found = [
        *_measured(
            targets, [*((r,) for r in results if r.value is not None), *joint_results(results)], limits
        ),
        *_by_parts(targets, results, limits.link),
        *_items(targets, results),
        *_deeds(targets, results, limits.link),
    ]
    best: dict[tuple[str, ...], tuple[Pair, bool]] = {}
    for pair, stands in found:
        known = best.get(pair.key)
        if known is None or (stands, pair.probability) > (known[1], known[0].probability):
            best[pair.key] = (pair, stands)
    unknown = decisions.add_accepted(best, claims, "outcome", _by_hand)
    links, candidates = decisions.sort_out(best.values())
    answered: dict[str, set[str]] = defaultdict(set)
    for pair in links:
        answered[pair.target.iri].update(r.iri for r in pair.results)
    open_ = [c for c in candidates if not answered[c.target.iri].issuperset(r.iri for r in c.results)]
    return Matches(tuple(sorted(links, key=_key)), tuple(sorted(open_, key=_key)), unknown)


def _by_hand(target: Claim, results: tuple[Claim, ...]) -> Pair:
    """The pair that a person makes of them, whatever their score."""
    score = compare(target, merged(results))
    numbers = target.value is not None and all(r.value is not None for r in results)
    value = sum((converted(r) for r in results), Decimal(0)) if numbers else None
    factor = measure(target.unit or "").factor
    probability = score.probability if score else 0.0
    return Pair(target, results, None if value is None else value / factor, probability, "")


def _key(pair: Pair) -> tuple[str, ...]:
    return pair.key


def joint_results(results: Iterable[Claim]) -> list[tuple[Claim, ...]]:
    """Results that an article reports with one rate for all of them: 名师317名、名长21名，完成率482.9%.

    A rate of 100 % says that each of them is done, and joins none.
    """
    together: dict[tuple[object, ...], dict[str, Claim]] = defaultdict(dict)
    for result in results:
        for report in result.reports:
            if report.joint and report.rate not in (None, 100) and result.value is not None:
                together[report.article, report.sentence, report.rate][result.iri] = result
    groups = {tuple(group[iri] for iri in sorted(group)) for group in together.values() if len(group) > 1}
    return sorted(
        (g for g in groups if len({measure(c.unit or "").family for c in g}) == 1),
        key=lambda group: [c.iri for c in group],
    )


def merged(results: Sequence[Claim]) -> Claim:
    """Several results as one, with their sum in the unit of the first."""
    first = results[0]
    if len(results) == 1:
        return first
    total = sum((converted(r) for r in results), Decimal(0))
    factor = measure(first.unit or "").factor
    return replace(first, indicator="、".join(r.indicator for r in results), value=total / factor)


_ANYWHERE = "*"  # where a result without a place looks
_COMMON = 1000  # promises that share a word: it tells nothing to a result that could be anywhere


def _indexed(target: Claim) -> tuple[str, ...]:
    """Where results look for the promise: its places, or nowhere in particular, and anywhere."""
    return (*(scope(target) or ("",)), _ANYWHERE)


def _looked_up(result: Claim) -> tuple[str, ...]:
    """Where a result looks for promises."""
    places = scope(result)
    return (*places, "") if places else (_ANYWHERE,)


class _Index:
    """Finds the promises whose words are near those of a result, by unit, aspect, year and place."""

    def __init__(self, targets: Iterable[Claim]) -> None:
        self._by_word: dict[tuple[object, ...], list[Claim]] = defaultdict(list)
        self._every: dict[tuple[object, ...], int] = Counter()
        for target in targets:
            for block in _blocks(target):
                self._every[block] += 1
                for place in _indexed(target):
                    for word in _words(target):
                        self._by_word[*block, place, word].append(target)

    def near(self, result: Claim) -> list[Claim]:
        if result.last is None:
            return []
        block = (*_kind(result), result.last.year)
        weights: Counter[str] = Counter()
        known: dict[str, Claim] = {}
        total = self._every[block]
        for place, word in product(_looked_up(result), _words(result)):
            listed = self._by_word.get((*block, place, word), ())
            if place == _ANYWHERE and len(listed) > _COMMON:
                continue
            rarity = 1 + int(10 * math.log((1 + total) / (1 + len(listed))))
            for target in listed:
                weights[target.iri] += rarity
                known[target.iri] = target
        order = sorted(weights, key=lambda iri: (-weights[iri], iri))[:_LOOKED_AT]
        return [known[iri] for iri in order]


def _kind(claim: Claim) -> tuple[str, str]:
    return (measure(claim.unit).family if claim.unit else "", aspect(claim))


def _blocks(target: Claim) -> Iterator[tuple[object, ...]]:
    if target.last is None:
        return
    first = target.first.year if target.first else target.last.year
    for year in range(first, target.last.year + 1):
        yield (*_kind(target), year)


def _words(claim: Claim) -> Iterator[str]:
    found = profile(claim.indicator)
    yield from sorted(found.pairs)
    if found.concept:
        yield f"concept:{found.concept}"


def _logit(probability: float) -> float:
    return math.log(max(probability, 1e-12) / max(1 - probability, 1e-12))


def possible_pairs(claims: Iterable[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Each promise with each single result that its words come near and that nothing rules out."""
    said = [c for c in claims if c.value is not None]
    index = _Index(c for c in said if c.kind == "commitment")
    for result in said:
        if result.kind == "outcome":
            yield from ((target, result) for target in index.near(result) if possible(target, result))


def _measured(
    targets: Sequence[Claim], groups: Iterable[tuple[Claim, ...]], limits: Limits
) -> Iterator[tuple[Pair, bool]]:
    """Pairs by score; each with whether it stands."""
    index = _Index(t for t in targets if t.value is not None)
    scored: list[tuple[Claim, tuple[Claim, ...], Score]] = []
    for group in groups:
        whole = merged(group)
        for target in index.near(whole):
            score = compare(target, whole)
            if score is not None and score.probability >= proposes():
                scored.append((target, group, score))
    by_result: dict[tuple[str, ...], list[tuple[Claim, Score]]] = defaultdict(list)
    by_target: dict[str, list[tuple[tuple[Claim, ...], Score]]] = defaultdict(list)
    for target, group, score in scored:
        by_result[tuple(c.iri for c in group)].append((target, score))
        by_target[target.iri].append((group, score))
    for target, group, score in scored:
        promises, answers = by_result[tuple(c.iri for c in group)], by_target[target.iri]
        if score.probability >= limits.link:
            stands = _is_best(score, target, promises) and _answers_best(score, group, answers)
            yield _pair(target, group, score), stands
        elif score.probability >= limits.alone and _is_alone(score, target, group, promises, answers):
            yield _pair(target, group, score, "别无相近者 nothing else comes near"), True
        else:
            yield _pair(target, group, score), False


def _is_alone(
    score: Score,
    target: Claim,
    group: tuple[Claim, ...],
    promises: Iterable[tuple[Claim, Score]],
    answers: Iterable[tuple[tuple[Claim, ...], Score]],
) -> bool:
    """Whether the places are known and no other promise, no other result comes anywhere near."""
    if not scope(target) or not all(map(scope, group)):
        return False
    limit, whole = _logit(score.probability) - _FAR, merged(group)
    others = [s for t, s in promises if not same_thing(t, target)]
    others += [s for g, s in answers if g != group and not same_thing(merged(g), whole, period=False)]
    return all(_logit(other.probability) < limit for other in others)


def _is_best(score: Score, target: Claim, rivals: Iterable[tuple[Claim, Score]]) -> bool:
    """Whether no other promise comes near; versions of this one are no rivals."""
    here = _logit(score.probability)
    return not any(
        _logit(other.probability) > here - _NEAR and not same_thing(target, rival) for rival, other in rivals
    )


def _answers_best(
    score: Score, group: tuple[Claim, ...], rivals: Iterable[tuple[tuple[Claim, ...], Score]]
) -> bool:
    """Whether no other result answers the promise better; reports of the same thing, at any time, are no rivals.

    A sum beats each of its own parts.
    """
    mine, whole = {c.iri for c in group}, merged(group)
    for rival, other in rivals:
        theirs = {c.iri for c in rival}
        if theirs == mine:
            continue
        if mine < theirs and other.probability >= score.probability - 0.05:
            return False
        if mine & theirs or same_thing(whole, merged(rival), period=False):
            continue
        if other.probability > score.probability or _measured_together(whole, merged(rival), score, other):
            return False
    return True


def _measured_together(one: Claim, other: Claim, score: Score, rival: Score) -> bool:
    """Whether two results of one article tie: then it isn't known which of them the promise meant."""
    return rival.probability == score.probability and bool(one.articles & other.articles)


def _pair(target: Claim, group: tuple[Claim, ...], score: Score, note: str = "") -> Pair:
    factor = measure(target.unit or "").factor
    total = sum((converted(r) for r in group), Decimal(0)) / factor
    why = f"{note}；{score.explain()}" if note else score.explain()
    return Pair(target, group, total, round(score.probability, 4), why)


def _by_parts(
    targets: Sequence[Claim], results: Sequence[Claim], threshold: float
) -> Iterator[tuple[Pair, bool]]:
    """Targets for several things together (示范学校和示范幼儿园10所) whose parts, or parts of them, an article reports one by one."""
    split = [(t, conjuncts(t.indicator)) for t in targets if t.value is not None]
    by_block: dict[tuple[object, ...], list[tuple[Claim, list[str]]]] = defaultdict(list)
    for target, parts in split:
        if len(parts) > 1:
            for block, place in product(_blocks(target), _indexed(target)):
                by_block[*block, place].append((target, parts))
    if not by_block:
        return
    by_article: dict[tuple[str, tuple[str, str, int]], list[Claim]] = defaultdict(list)
    for result in results:
        if result.value is not None and result.last is not None:
            for article in result.articles:
                by_article[article, (*_kind(result), result.last.year)].append(result)
    for (_, block), said in sorted(by_article.items()):
        places = sorted({place for result in said for place in _looked_up(result)})
        near = {t.iri: (t, parts) for place in places for t, parts in by_block.get((*block, place), ())}
        for target, parts in near.values():
            found = _of_parts(target, parts, said)
            if found is not None:
                group, weakest = found
                note = "各部分之和 sum of the parts"
                yield _pair(target, group, weakest, note), weakest.probability >= threshold


def _of_parts(
    target: Claim, parts: Sequence[str], said: Sequence[Claim]
) -> tuple[tuple[Claim, ...], Score] | None:
    """The results that answer the parts of a target and the weakest score; None unless every part has one of its own.

    Several results of one part (省一级示范幼儿园: 二等3所、三等9所) are its parts, too, unless they speak of it in the same words.
    """
    of_part: dict[str, list[tuple[Claim, Score]]] = defaultdict(list)
    for result in said:
        scored = [(part, _score_of_part(target, part, result)) for part in parts]
        likely = [(score.probability, part, score) for part, score in scored if score]
        if not likely:
            continue
        probability, part, score = max(likely, key=lambda found: found[:2])
        if probability >= accepts():
            of_part[part].append((result, score))
    if len(of_part) < len(set(parts)):
        return None
    for found in of_part.values():
        if len({profile(r.indicator).core for r, _ in found}) < len(found):
            return None
    chosen = {r.iri: (r, score) for found in of_part.values() for r, score in found}
    weakest = min((score for _, score in chosen.values()), key=lambda s: s.probability)
    return tuple(chosen[iri][0] for iri in sorted(chosen)), weakest


def _score_of_part(target: Claim, part: str, result: Claim) -> Score | None:
    """The score of a result as an answer to a part of a target; its own number can be any share of the whole."""
    return compare(replace(target, indicator=part, value=result.value), result)


def _items(targets: Sequence[Claim], results: Sequence[Claim]) -> Iterator[tuple[Pair, bool]]:
    """Items of a yearly list of promises that have no number, with the results that an article reports under their title."""
    lists: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for target in targets:
        if target.value is None:
            for programme, place in product(sorted(target.programmes), _indexed(target)):
                lists[programme, place].append(target)
    under: dict[tuple[str, str, str, str], dict[str, Claim]] = defaultdict(dict)
    known: dict[str, tuple[Claim, float]] = {}
    for result in results:
        for report in result.reports:
            if not report.programme or not report.section:
                continue
            listed = [t for place in _looked_up(result) for t in lists.get((report.programme, place), ())]
            for target, likeness in _item_of(result, report.section, listed):
                under[target.iri, report.article, report.programme, report.section][result.iri] = result
                known[target.iri] = (target, max(likeness, known.get(target.iri, (target, 0.0))[1]))
    for (iri, _, programme, section), said in sorted(under.items()):
        target, likeness = known[iri]
        group = tuple(said[r] for r in sorted(said))
        why = f"同属《{programme}》，列于“{section}”之下 under the item's title in the same list"
        yield Pair(target, group, None, round(likeness, 4), why), True


def _item_of(result: Claim, section: str, items: Sequence[Claim]) -> list[tuple[Claim, float]]:
    """The items that the result's title names, or that stand under the same title; of several the one in the result's own words."""
    near = [
        (max(_alike(section, t.indicator), *(_alike(section, r.section) for r in t.reports)), t)
        for t in items
    ]
    titled = [(t, likeness) for likeness, t in near if likeness >= _SAME_ITEM]
    if len(titled) > 1 and not all(same_thing(titled[0][0], t) for t, _ in titled):
        own = [(max(_alike(result.indicator, t.indicator), 0.0), t, likeness) for t, likeness in titled]
        top = max(alike for alike, _, _ in own)
        best = [(t, likeness) for alike, t, likeness in own if alike == top and top >= _OWN_WORDS]
        return best if len(best) == 1 else []
    return titled


def _alike(title: str, item: str) -> float:
    """Likeness of a title to the most like part of an item: 新建改建农村公路，新增机动车停车位 is two."""
    return max(
        max(similarity(profile(one), profile(other))) if len(one) >= 4 and len(other) >= 4 else 0.0
        for one in (title, *conjuncts(title))
        for other in (item, *conjuncts(item))
    )


def _deeds(
    targets: Sequence[Claim], results: Sequence[Claim], threshold: float
) -> Iterator[tuple[Pair, bool]]:
    """Promises without a number, and deeds in nearly the same words: 加快石寨山遗址公园立项, 已完成立项."""
    index = _Index(t for t in targets if t.value is None)
    for result in results:
        if result.value is not None:
            continue
        for target in index.near(result):
            score = compare(target, result)
            if score is not None and score.probability >= proposes():
                yield (
                    Pair(target, (result,), None, round(score.probability, 4), score.explain()),
                    (
                        score.probability >= threshold
                        and profile(target.indicator).core == profile(result.indicator).core
                    ),
                )


def by_target(pairs: Iterable[Pair]) -> Mapping[str, list[Pair]]:
    """The pairs of each target, by its IRI."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[pair.target.iri].append(pair)
    return found
