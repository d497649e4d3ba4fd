"""What reconciliation finds, as quads in graph/ledger: pairings, implied targets, versions, contradictions, findings, candidates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from loaders.completion import printed_half
from loaders.facts import Extraction
from loaders.reconcile import (
    Claim,
    Claims,
    Decisions,
    Groups,
    Implied,
    Pair,
    Withdrawn,
    completion,
    group,
    implied_targets,
    match,
    merged,
    precedence,
    withdraw,
)
from ontology.identifiers import digest, graph_iri, iri
from ontology.terms import CCL, PROV, RDF, RDFS

from ..rdf import BOUNDS, claim_iri, printed
from ..terms import boolean, day, decimal, en, integer, node, text, zh
from .scheme import scheme_quads, wording_quads


class Ledger:
    """Collects extractions article by article; what it writes doesn't depend on their order. `summary` counts it once it is written."""

    def __init__(self, base: str, decisions: Decisions | None = None) -> None:
        self.base, self.decisions = base, decisions or Decisions()
        self.graph = node(graph_iri(base, "ledger"))
        self.claims = Claims(lambda statement: claim_iri(base, statement))
        self._findings: set[str] = set()
        self.summary: dict[str, Any] = {}

    def add(self, extraction: Extraction) -> None:
        """Takes an article's statements in."""
        self.claims.add(extraction)

    def quads(self) -> Iterator[Quad]:
        """All quads of graph/ledger but the statuses, which are told for a day, and those of graph/indicators.

        To be asked once: the claims go with it.
        """
        claims = self.claims.hand_over()
        yield from scheme_quads(self.base)
        yield from wording_quads(self.base, (claim.indicator for claim in claims))
        matches = match(claims, self.decisions)
        implied = implied_targets(claims, matches.links)
        yield from self._reconciliations(matches.links, implied)
        for candidate in matches.candidates:
            yield from self._candidate(candidate)
        yield from self._groups(group(claims))
        withdrawals = withdraw(claims, self.decisions)
        for dropped in withdrawals.dropped:
            yield from self._dropped(dropped)
        for waiting in withdrawals.candidates:
            yield from self._candidate(waiting)
        for target in implied:
            yield from self._implied(target)
        self.summary = {
            "links": len(matches.links),
            "withdrawn": len(withdrawals.dropped),
            "candidates": len(matches.candidates) + len(withdrawals.candidates),
            "findings": len(self._findings),
            "unknown_decisions": [
                f"{d.target} ← {', '.join(d.outcomes)}" for d in (*matches.unknown, *withdrawals.unknown)
            ],
        }

    def _say(self, s: NamedNode, p: str, o: NamedNode | Literal) -> Quad:
        return Quad(s, node(p), o, self.graph)

    def _iri(self, cls: str, *parts: str) -> NamedNode:
        return node(iri(self.base, cls, digest(*parts)))

    # Pairings

    def _reconciliations(self, links: Sequence[Pair], implied: Sequence[Implied]) -> Iterator[Quad]:
        rates = {(*(r.iri for r in i.results),): i for i in implied}
        by_target: dict[str, list[Pair]] = {}
        for pair in links:
            by_target.setdefault(pair.target.iri, []).append(pair)
            for result in pair.results:
                yield self._say(node(result.iri), CCL.fulfils, node(pair.target.iri))
        for pairs in by_target.values():
            ordered = sorted(pairs, key=lambda p: _first_comes(p.target, p.results))
            for number, pair in enumerate(ordered, 1):
                rate = rates.get(tuple(r.iri for r in pair.results))
                yield from self._pairing(pair.target.iri, pair.target, pair, number, rate)
        for target in implied:
            me = self.implied_iri(target)
            pair = Pair(
                target.results[0], target.results, merged(target.results).amount, 1.0, target.arithmetic
            )
            yield from self._pairing(me, None, pair, 1, target)

    def _pairing(
        self, target: str, promise: Claim | None, pair: Pair, number: int, rate: Implied | None
    ) -> Iterator[Quad]:
        me = self._iri("Reconciliation", target, *(r.iri for r in pair.results))
        yield self._say(me, RDF.type, node(CCL.Reconciliation))
        yield self._say(me, CCL.ofTarget, node(target))
        for result in pair.results:
            yield self._say(me, CCL.ofOutcome, node(result.iri))
        yield self._say(me, CCL.precedence, integer(number))
        yield self._say(me, CCL.score, decimal(round(pair.probability, 4)))
        yield self._say(me, CCL.explanation, text(pair.why))
        if pair.decided:
            yield self._say(me, CCL.decidedBy, text(pair.decided))
        if pair.joint or (rate is not None and rate.joint):
            yield self._say(me, CCL.joint, boolean(True))
        measured = max((r.last for r in pair.results if r.last), default=None)
        if measured:
            yield self._say(me, CCL.measured, day(measured.isoformat()))
            elapsed = _elapsed(promise, pair) if promise else None
            if elapsed is not None:
                yield self._say(me, CCL.elapsed, decimal(elapsed))
        if rate is not None:
            yield self._say(me, CCL.reportedRate, decimal(rate.rate))
        if pair.value is None:
            return
        yield self._say(me, CCL.resultValue, decimal(_plain(pair.value)))
        yield self._say(me, CCL.resultBound, node(BOUNDS[_bound(pair.results)]))
        yield self._say(me, CCL.tolerance, decimal(_plain(_tolerance(pair))))
        goal = promise.value if promise else (rate.value if rate else None)
        if goal:
            computed = completion(pair.value, goal, rate.decimals if rate else 1)
            yield self._say(me, CCL.computedRate, decimal(computed))

    def _candidate(self, pair: Pair | Withdrawn) -> Iterator[Quad]:
        me = self._iri("MatchCandidate", *pair.key)
        yield self._say(me, RDF.type, node(CCL.MatchCandidate))
        yield self._say(me, CCL.ofTarget, node(pair.target.iri))
        if isinstance(pair, Withdrawn):
            yield self._say(me, CCL.ofWithdrawal, node(pair.withdrawal.iri))
        else:
            for result in pair.results:
                yield self._say(me, CCL.ofOutcome, node(result.iri))
        yield self._say(me, CCL.score, decimal(round(pair.probability, 4)))
        yield self._say(me, CCL.explanation, text(pair.why))

    # Versions and contradictions

    def _groups(self, groups: Groups) -> Iterator[Quad]:
        kinds = {"raises": CCL.raises, "lowers": CCL.lowers, "amends": CCL.amends}
        for version in groups.versions:
            later, earlier = node(version.later.iri), node(version.earlier.iri)
            yield self._say(later, kinds[version.kind], earlier)
            yield self._say(later, PROV.wasRevisionOf, earlier)
        for claim, first in groups.restated:
            term = CCL.restates if claim.kind == "commitment" else PROV.alternateOf
            yield self._say(node(claim.iri), term, node(first.iri))
        rank: dict[str, set[str]] = {}
        known: dict[str, Claim] = {}
        for one, other in groups.contradictions:
            yield self._say(node(one.iri), CCL.contradicts, node(other.iri))
            yield self._say(node(other.iri), CCL.contradicts, node(one.iri))
            yield from self._finding(
                (one, other),
                f"数字不一：{one.indicator} {_number(one)} 与 {_number(other)}",
                f"Two numbers for one thing: {_number(one)} and {_number(other)}",
            )
            for claim, against in ((one, other), (other, one)):
                rank.setdefault(claim.iri, set()).add(against.iri)
                known[claim.iri] = claim
        for iri_, rivals in rank.items():
            ordered = sorted((known[i] for i in (*rivals, iri_)), key=precedence)
            place = next(n for n, c in enumerate(ordered, 1) if c.iri == iri_)
            yield self._say(node(iri_), CCL.precedence, integer(place))

    def _dropped(self, dropped: Withdrawn) -> Iterator[Quad]:
        withdrawal, target = node(dropped.withdrawal.iri), node(dropped.target.iri)
        yield self._say(withdrawal, CCL.withdraws, target)
        yield self._say(withdrawal, PROV.wasRevisionOf, target)
        yield self._say(withdrawal, CCL.score, decimal(dropped.probability))
        yield self._say(withdrawal, CCL.explanation, text(dropped.why))
        if dropped.decided:
            yield self._say(withdrawal, CCL.decidedBy, text(dropped.decided))

    def _finding(self, about: Sequence[Claim], chinese: str, english: str, extra: str = "") -> Iterator[Quad]:
        me = self._iri("Finding", english, extra, *sorted(c.iri for c in about))
        self._findings.add(me.value)
        yield self._say(me, RDF.type, node(CCL.Finding))
        yield self._say(me, RDFS.label, zh(chinese))
        yield self._say(me, RDFS.label, en(english))
        for claim in about:
            yield self._say(me, CCL.about, node(claim.iri))
        if extra:
            yield self._say(me, CCL.about, node(extra))

    # Implied targets

    def implied_iri(self, target: Implied) -> str:
        """IRI of an implied target, from its results and its rate."""
        parts = (*(r.iri for r in target.results), f"{target.rate.normalize():f}")
        return iri(self.base, "ImpliedTarget", digest(*parts))

    def _implied(self, target: Implied) -> Iterator[Quad]:
        me = node(self.implied_iri(target))
        first = target.results[0]
        names = "、".join(r.indicator for r in target.results)
        number = f"{printed(float(target.value))}{first.unit or ''}" if target.value is not None else "区间"
        yield self._say(me, RDF.type, node(CCL.ImpliedTarget))
        yield self._say(me, RDFS.label, zh(f"{names} 推算目标 {number}（{first.period or '时段不详'}）"))
        for result in target.results:
            yield self._say(me, CCL.impliedBy, node(result.iri))
        yield self._say(me, CCL.intervalLow, decimal(_plain(target.low)))
        yield self._say(me, CCL.intervalHigh, decimal(_plain(target.high)))
        yield self._say(me, CCL.arithmetic, text(target.arithmetic))
        yield self._say(me, CCL.reportedRate, decimal(target.rate))
        if target.value is not None:
            yield self._say(me, CCL.impliedValue, decimal(_plain(target.value)))
        if target.joint:
            yield self._say(me, CCL.joint, boolean(True))
        for promise in target.confirmed_by:
            yield self._say(me, CCL.confirmedBy, node(promise.iri))
        for promise in target.denied_by:
            yield self._say(me, CCL.deniedBy, node(promise.iri))
            yield from self._finding(
                (promise, *target.results),
                f"所报完成率与承诺不符：承诺{_number(promise)}，由完成率推算 {target.arithmetic}",
                f"The reported rate isn't that of the promise: {_number(promise)} promised, {target.arithmetic}",
                me.value,
            )
        if target.moved:
            yield from self._finding(
                target.results,
                f"完成率{target.rate:f}%按承诺核算属于{names}",
                f"By the promise, the rate of {target.rate:f} % belongs to another number of the sentence",
                me.value,
            )


def _first_comes(target: Claim, results: Sequence[Claim]) -> tuple[object, ...]:
    """Sorts the results of a target: those of its whole period first, then the later measured, then by `precedence`."""
    measured = max((r.last.toordinal() for r in results if r.last), default=0)
    final = target.last is not None and measured >= target.last.toordinal()
    return (not final, -measured, -len(results), *precedence(results[0]), *(r.iri for r in results))


def _elapsed(target: Claim, pair: Pair) -> Decimal | None:
    """Share of the target's period that had passed on the day that the result was measured."""
    last = max((r.last for r in pair.results if r.last), default=None)
    if target.first is None or target.last is None or last is None:
        return None
    whole = (target.last - target.first).days + 1
    return (Decimal((last - target.first).days + 1) / whole).quantize(Decimal("0.0001"))


def _bound(results: Sequence[Claim]) -> str:
    """The bound of a sum: exact only where all parts are; a least where one is; else rough."""
    bounds = {r.bound or "=" for r in results}
    if len(bounds) == 1:
        return bounds.pop()
    return ">=" if bounds <= {"=", ">", ">="} else "~"


def _tolerance(pair: Pair) -> Decimal:
    """How far rounding may have moved the sum, in the target's unit."""
    value = sum((r.amount for r in pair.results), Decimal(0))
    half = sum((printed_half(r.amount) for r in pair.results), Decimal(0))
    return half * pair.value / value if pair.value and value else half


def _number(claim: Claim) -> str:
    return f"{printed(float(claim.amount))}{claim.unit or ''}"


def _plain(value: Decimal) -> Decimal:
    """The number without trailing zeros and never in exponent form."""
    return Decimal(f"{value.normalize():f}")
