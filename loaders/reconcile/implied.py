"""Targets that follow from a result and its completion rate: 67 ÷ 167.5 % = 40. Nobody said them, so they are no commitments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ..completion import implied_interval, implied_target
from .claim import Claim, Report
from .match import Pair, merged
from .score import agrees, converted


@dataclass(frozen=True, slots=True)
class Implied:
    """A target derived from results (several where the rate is theirs together) and a rate in percent.

    `low` and `high` enclose it; `value` is the one number of at most two significant digits between them, None where there is none
    or more than one. `moved` tells that arithmetic with a known promise gave the rate to another number than the one beside it.
    """

    results: tuple[Claim, ...]
    rate: Decimal
    decimals: int
    low: Decimal
    high: Decimal
    value: Decimal | None
    joint: bool
    moved: bool
    confirmed_by: tuple[Claim, ...] = ()
    denied_by: tuple[Claim, ...] = ()

    @property
    def arithmetic(self) -> str:
        """The calculation, written out."""
        numbers = " + ".join(_plain(r.amount) for r in self.results)
        whole = f"({numbers})" if len(self.results) > 1 else numbers
        rate = f"{self.rate:.{self.decimals}f}"
        line = f"{whole} ÷ {rate}% → [{_plain(self.low)}, {_plain(self.high)}]"
        return f"{line} ∋ {_plain(self.value)}" if self.value is not None else line


def implied_targets(claims: Iterable[Claim], links: Sequence[Pair]) -> list[Implied]:
    """The implied target of every rate, in order of its results' IRIs, held against the promises that are linked."""
    goals: dict[str, list[Claim]] = defaultdict(list)
    for pair in links:
        if pair.value is not None and len(pair.results) == 1:
            goals[pair.results[0].iri].append(pair.target)
    shared = {tuple(r.iri for r in pair.results): pair.target for pair in links if pair.joint}
    found: dict[tuple[object, ...], Implied] = {}
    for (rate, decimals), carriers, sentence in _rates(claims):
        for results, joint, moved in _owners(rate, decimals, carriers, sentence, goals):
            key = (tuple(r.iri for r in results), rate)
            implied = _derive(results, rate, decimals, joint=joint, moved=moved)
            known = [*goals[results[0].iri]] if len(results) == 1 else []
            if (together := shared.get(tuple(r.iri for r in results))) is not None:
                known.append(together)
            previous = found.get(key)
            if previous is None or (previous.decimals, previous.moved) < (decimals, moved):
                found[key] = _held_against(implied, known)
    return [found[key] for key in sorted(found, key=str)]


def _rates(
    claims: Iterable[Claim],
) -> Iterable[tuple[tuple[Decimal, int], tuple[Claim, ...], tuple[Claim, ...]]]:
    """Each printed rate with the results that carry it and all results of its sentence, in the order of the text."""
    sentences: dict[tuple[str, int], list[tuple[Report, Claim]]] = defaultdict(list)
    for claim in claims:
        if claim.kind == "outcome" and claim.value is not None:
            for report in claim.reports:
                sentences[report.article, report.sentence].append((report, claim))
    for place in sorted(sentences):
        said = sorted(sentences[place], key=lambda pair: (pair[0].start, pair[1].iri))
        for rate in sorted({r.rate for r, _ in said if r.rate is not None}):
            carrying = [(r, c) for r, c in said if r.rate == rate]
            yield (
                (rate, max(r.decimals for r, _ in carrying)),
                tuple(dict.fromkeys(c for _, c in carrying)),
                tuple(dict.fromkeys(c for _, c in said)),
            )


def _owners(
    rate: Decimal,
    decimals: int,
    carriers: tuple[Claim, ...],
    sentence: tuple[Claim, ...],
    goals: dict[str, list[Claim]],
) -> list[tuple[tuple[Claim, ...], bool, bool]]:
    """(results, whether the rate is joint, whether it was moved): by a known promise if one fits, else as the text reads."""
    if len(carriers) == 1 and not _fits(carriers[0], rate, decimals, goals):
        others = [c for c in sentence if c not in carriers and _fits(c, rate, decimals, goals)]
        if len(others) == 1:
            return [((others[0],), False, True)]
    if len(carriers) > 1 and rate != 100:
        own = [c for c in carriers if _fits(c, rate, decimals, goals)]
        if len(own) == 1:
            return [((own[0],), False, True)]
        return [(tuple(sorted(carriers, key=lambda c: c.iri)), True, False)]
    return [((c,), len(carriers) > 1, False) for c in carriers]


def _fits(claim: Claim, rate: Decimal, decimals: int, goals: dict[str, list[Claim]]) -> bool:
    return any(g.amount and agrees(converted(claim), converted(g), rate, decimals) for g in goals[claim.iri])


def _derive(results: tuple[Claim, ...], rate: Decimal, decimals: int, *, joint: bool, moved: bool) -> Implied:
    value = merged(results).amount
    low, high = implied_interval(value, rate, decimals)
    return Implied(
        results,
        rate,
        decimals,
        _rounded(low, ROUND_CEILING),
        _rounded(high, ROUND_FLOOR),
        implied_target(value, rate, decimals),
        joint,
        moved,
    )


def _rounded(value: Decimal, rounding: str) -> Decimal:
    """Seven significant digits, inwards: the interval never promises more than the digits give."""
    return value.quantize(Decimal(1).scaleb(value.adjusted() - 6), rounding=rounding).normalize()


def _held_against(implied: Implied, promises: Iterable[Claim]) -> Implied:
    known = sorted({p.iri: p for p in promises}.values(), key=lambda p: p.iri)
    value = converted(merged(implied.results))
    fitting = tuple(
        p for p in known if p.amount and agrees(value, converted(p), implied.rate, implied.decimals)
    )
    return replace(implied, confirmed_by=fitting, denied_by=tuple(p for p in known if p not in fitting))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():,f}"
