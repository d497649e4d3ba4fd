"""How likely a promise and a result are about the same thing: features, learned weights, and the reasons told.

A pair first has to be possible: units that compare, the same aspect, a result measured within the promise's period, places that don't
exclude each other, no word that sets one indicator apart from the other (养老保险, 失业保险). What then counts are the features of
`features`, weighed by a logistic model whose weights and thresholds are in `lexicon/matching_weights.toml`, learned from gold pairs by
`python -m loaders.evaluation.learn_matching`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from ..lexicon import table
from .claim import Claim
from .profile import Profile, aspect, measure, profile, scope, weight
from .scheme import related
from .where import body, is_public

_A_MONTH = 31  # days
_WHOLE = 0.99  # of an indicator's signs stand in the other
_SILENT = frozenset({("stage", "建成")})  # what any result may say, and few promises do
_MONTHS_APART = 62  # days by which an unfinished period may begin before the promise's own


@dataclass(frozen=True, slots=True)
class Score:
    """A probability with those of its features that hold."""

    probability: float
    features: Mapping[str, float]

    def explain(self) -> str:
        """The features that speak for and against, the weightiest first: +same indicator 3.1 -unit differs 0.7."""
        weights = _model()["weight"]
        told = sorted(
            ((weights[name] * value, name) for name, value in self.features.items()),
            key=lambda pair: (-abs(pair[0]), pair[1]),
        )
        return "；".join(f"{_NAMES[name]} {effect:+.2f}" for effect, name in told if abs(effect) >= 0.005)


_NAMES = {
    "bias": "起点 prior",
    "concept": "同一指标概念 same concept",
    "wider": "上下位概念 broader or narrower concept",
    "similar": "用词相近 similar words",
    "contained": "一方含另一方 one contains the other",
    "head": "中心词相同 same head word",
    "other_head": "一方另有中心词 one goes on to another thing",
    "other_thing": "一方说的是另一种事物 one ends in a telling word that the other lacks",
    "extra_mark": "一方多出区别词 a telling word on one side only",
    "rare": "同有少见的词 rare words shared",
    "left_over": "双方各有余词 words left over on both sides",
    "narrower": "一方只是部分 one is a part of the other",
    "act_differs": "所做之事不同 something else is done",
    "aspect_differs": "一说总数、一说增量或占比 one an amount, the other what was added, or a share",
    "unit": "单位相同 same unit",
    "agent": "主体相同 same agent",
    "agent_differs": "主体不同 different agents",
    "other_party": "主体并非同一家 another company or association",
    "place_unknown": "一方地点不明 a place isn't known",
    "programme": "同属一份清单 same programme",
    "concerns_differ": "所涉事物不同 different things concerned",
    "rate_fits": "所报完成率吻合 reported rate fits",
    "rate_misfits": "所报完成率不合 reported rate doesn't fit",
    "magnitude": "数量级相差 orders of magnitude apart",
    "generic": "指标过于笼统 indicator says little",
}


def _model() -> Mapping[str, Mapping[str, float]]:
    return table("matching_weights")


def accepts() -> float:
    """The probability from which a pair is a link."""
    return _model()["threshold"]["link"]


def accepts_alone() -> float:
    """The probability from which a pair is a link if nothing else comes near either of its sides."""
    return _model()["threshold"]["alone"]


def proposes() -> float:
    """The probability from which a pair is a candidate for a person."""
    return _model()["threshold"]["candidate"]


def compare(target: Claim, result: Claim, value: Decimal | None = None) -> Score | None:
    """The score of a promise and a result, None where they can't be a pair.

    `value` stands for the result's own where several results are summed.
    """
    if not possible(target, result):
        return None
    return weigh(features(target, result, value if value is not None else result.value))


def weigh(found: Mapping[str, float]) -> Score:
    """The score of these features."""
    weights = _model()["weight"]
    holding = {name: value for name, value in found.items() if value}
    logit = sum(weights[name] * value for name, value in holding.items())
    return Score(1 / (1 + math.exp(-logit)), holding)


def possible(target: Claim, result: Claim) -> bool:
    """Whether nothing rules the pair out: unit, aspect, period, place, telling words."""
    return (
        _same_family(target, result)
        and aspect(target) == aspect(result)
        and _comparand(target) == _comparand(result)
        and in_period(target, result)
        and _places_agree(target, result)
        and _words_agree(profile(target.indicator), profile(result.indicator))
    )


def in_period(target: Claim, result: Claim) -> bool:
    """Whether the result is of the promise's period: measured within it, and not begun before it.

    A promise for a day or a month is one by then: it counts what was done in that year.
    """
    if target.last is None or result.last is None or result.last > target.last:
        return False
    if target.first is None or (target.last - target.first).days <= _A_MONTH:
        return result.last.year == target.last.year
    if result.last < target.first:
        return False
    return result.first is None or (target.first - result.first).days <= _MONTHS_APART


def _same_family(target: Claim, result: Claim) -> bool:
    if target.value is None or result.value is None:
        return target.value is None and result.value is None
    return target.unit is not None and (
        target.unit == result.unit or measure(target.unit).family == measure(result.unit or "").family
    )


def _comparand(claim: Claim) -> str:
    return claim.comparand or "" if claim.aspect == "share" else ""


def _places_agree(target: Claim, result: Claim) -> bool:
    one, other = scope(target), scope(result)
    return not one or not other or bool(one & other)


def _words_agree(one: Profile, other: Profile) -> bool:
    certain = one.core != other.core or (one.named and other.named)
    if certain and one.concept and other.concept and not related(one.concept, other.concept):
        return False
    if not _same_concept(one, other) and (_goes_on_to_another(one, other) or _goes_on_to_another(other, one)):
        return False
    if ("undo" in one.acts) != ("undo" in other.acts):  # 取消新建图书室12个 is no result
        return False
    mine: dict[str, set[str]] = {}
    theirs: dict[str, set[str]] = {}
    for group, word in one.marks:
        mine.setdefault(group, set()).add(word)
    for group, word in other.marks:
        theirs.setdefault(group, set()).add(word)
    return all(mine[group] & theirs[group] for group in mine.keys() & theirs.keys())


def _same_concept(one: Profile, other: Profile) -> bool:
    return one.concept is not None and one.concept == other.concept


def features(target: Claim, result: Claim, value: Decimal | None) -> dict[str, float]:
    """The features of a possible pair, by name; those that don't hold are 0."""
    one, other = profile(target.indicator), profile(result.indicator)
    same = _same_concept(one, other)
    similar, contained = similarity(one, other)
    fits = rate_fits(target, result, value)
    agents = target.agent and body(target.agent), result.agent and body(result.agent)
    differ = bool(agents[0] and agents[1]) and agents[0] != agents[1]
    private = differ and not (is_public(agents[0] or "") and is_public(agents[1] or ""))
    return {
        "bias": 1.0,
        "concept": float(same or one.core == other.core),
        "wider": float(bool(one.concept and other.concept) and not same and one.core != other.core),
        "similar": similar,
        "contained": contained,
        "head": float(one.core[-2:] == other.core[-2:]),
        "other_head": float(contained > _WHOLE and one.core[-2:] != other.core[-2:]),
        "other_thing": float(_ends_in_own_mark(one, other) or _ends_in_own_mark(other, one)),
        "extra_mark": float(min(2, len({m for m in one.marks ^ other.marks if m not in _SILENT}))),
        "left_over": left_over(one, other),
        "narrower": float(one.narrow != other.narrow and contained > _WHOLE),
        "rare": rare(one, other),
        "act_differs": float(bool(one.acts and other.acts) and not one.acts & other.acts),
        "aspect_differs": float((target.aspect or "level") != (result.aspect or "level")),
        "unit": _unit_likeness(target, result),
        "agent": float(bool(agents[0]) and agents[0] == agents[1]),
        "agent_differs": float(differ),
        "other_party": float(private),
        "place_unknown": float(not scope(target) or not scope(result)),
        "programme": float(bool(target.programmes & result.programmes)),
        "concerns_differ": float(
            bool(target.concerns and result.concerns) and not target.concerns & result.concerns
        ),
        "rate_fits": float(fits is True),
        "rate_misfits": float(fits is False),
        "magnitude": _magnitude(target, result, value),
        "generic": float(len(one.core) <= 2 or len(other.core) <= 2),
    }


def similarity(one: Profile, other: Profile) -> tuple[float, float]:
    """How alike two indicators are, and how much of the shorter one stands in the longer one; 0 to 1 each."""
    if one.core == other.core:
        return 1.0, 1.0
    shared = sum(map(weight, sorted(one.pairs & other.pairs)))
    dice = 2 * shared / (sum(map(weight, sorted(one.pairs))) + sum(map(weight, sorted(other.pairs))))
    signs, others = set(one.core), set(other.core)
    both = len(signs & others)
    likeness = (dice + 2 * both / (len(signs) + len(others))) / 2
    return likeness, both / min(len(signs), len(others))


def _goes_on_to_another(one: Profile, other: Profile) -> bool:
    """Whether the first is the second and a known thing more: 农村公路|安防工程 is no 农村公路."""
    rest = one.core.removeprefix(other.core)
    return rest != one.core and any(word == rest for _, word in one.marks - other.marks)


def _ends_in_own_mark(one: Profile, other: Profile) -> bool:
    """Whether the first is about a thing of its own: 农村公路|安防工程 beside 农村公路."""
    return any(one.core.endswith(word) and word not in other.core for _, word in one.marks - other.marks)


def rare(one: Profile, other: Profile) -> float:
    """How much both say that few other things are told with: 0 for nothing, 1 for three rare pairs of characters or more."""
    return min(1.0, sum(map(weight, sorted(one.pairs & other.pairs))) / 3)


def left_over(one: Profile, other: Profile) -> float:
    """How much each indicator says that the other doesn't: 0 where one says all of the other, 1 where they share nothing."""
    signs, others = set(one.core), set(other.core)
    return min(len(signs - others) / len(signs), len(others - signs) / len(others))


def rate_fits(target: Claim, result: Claim, value: Decimal | None) -> bool | None:
    """Whether the result's reported rate is that of the result and the target, to a printed digit; None without a rate."""
    if target.value is None or value is None or not target.value or not (rates := result.rates):
        return None
    goal, reached = target.value * _factor(target), value * _factor(result)
    return any(agrees(reached, goal, rate, decimals) for rate, decimals, _ in rates)


def agrees(value: Decimal, goal: Decimal, rate: Decimal, decimals: int) -> bool:
    """Whether value ÷ goal rounds to the rate, in percent, give or take one in the last printed digit."""
    step = Decimal(10) ** -decimals
    return abs(completion(value, goal, decimals) - rate) <= step


def completion(value: Decimal, goal: Decimal, decimals: int) -> Decimal:
    """The completion rate in percent, rounded half up to the decimal places; raises ZeroDivisionError for a goal of zero."""
    if not goal:
        raise ZeroDivisionError("a target of zero has no completion rate")
    return (value * 100 / goal).quantize(Decimal(10) ** -decimals, rounding=ROUND_HALF_UP)


def converted(claim: Claim) -> Decimal:
    """The claim's value in the unit that its measure is compared in."""
    return claim.amount * _factor(claim)


def _factor(claim: Claim) -> Decimal:
    return measure(claim.unit).factor if claim.unit else Decimal(1)


def _unit_likeness(target: Claim, result: Claim) -> float:
    """1 for one measure or a general counting word (40个, 40处), half of it for other counting words (40台, 40部)."""
    if not target.unit or not result.unit:
        return float(target.unit == result.unit)
    one, other = measure(target.unit).name, measure(result.unit).name
    return 1.0 if one == other or {one, other} & _general() else 0.5


@cache
def _general() -> frozenset[str]:
    return frozenset(table("matching")["general"]["units"])


def _magnitude(target: Claim, result: Claim, value: Decimal | None) -> float:
    """Orders of magnitude between result and target beyond threefold; 0 where either has no value."""
    if not target.value or not value or value <= 0 or target.value <= 0:
        return 0.0
    apart = abs(math.log10(float(value * _factor(result) / (target.value * _factor(target)))))
    return max(0.0, apart - 0.5)
