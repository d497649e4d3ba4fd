"""The ledger as rows: what was promised, what came of it, how it stands and why, as known on a day."""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import cast

from pyoxigraph import Store

from loaders.facts import Bound
from ontology.terms import CCL

from ..rdf import ASPECT_WORDS, BOUND_SIGNS, BOUNDS, printed
from .asked import Asked, Standing, kept_once
from .row import LedgerRow, Named, Status

_SIGNS = {term: cast(Bound, sign) for sign, term in BOUNDS.items()}
_ENGLISH_BOUNDS = {
    "=": "",
    ">=": "at least ",
    ">": "more than ",
    "<=": "at most ",
    "<": "less than ",
    "~": "about ",
}
_ENGLISH_ASPECTS = {"level": "", "growth": "growth of ", "decline": "decline of ", "share": "share of "}


def ledger_rows(store: Store, as_of: str | None = None, undated: bool = True) -> Iterator[LedgerRow]:
    """One row for each commitment and implied target, by deadline, then in the order in which they were said.

    `as_of` (an ISO date, by default the day up to which the data tells) takes in only what articles published until then say; those
    without a date count if `undated`. A commitment told in several wordings is one row, an implied target that a promise confirms
    has none. Raises LedgerError for what is no date. A handful of queries, none per row.
    """
    return rows_of(Asked(store, as_of, undated=undated))


def rows_of(asked: Asked) -> Iterator[LedgerRow]:
    """The rows as `ledger_rows` tells them, of the store and for the day that is asked."""
    return _Book(asked).rows()


@dataclass(frozen=True, slots=True)
class _Source:
    article: str
    published: str | None
    quote: str
    start: int


@dataclass(frozen=True, slots=True, order=True)
class _Revision:
    """What became of a promise later: another number, or that it is dropped, in the words and by the agent that say so."""

    on: str
    value: str  # empty of what is dropped
    quote: str
    who: str  # empty where nobody is named
    who_english: str = ""


class _Book:
    """The answers to all queries, joined."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.parts: dict[str, list[str]] = defaultdict(list)
        for row in asked.rows("parts"):
            self.parts[row["whole"]].append(row["part"])
        self.sources: dict[str, list[_Source]] = defaultdict(list)
        for row in asked.rows("sources"):
            article, on = sys.intern(_end(row["article"])), kept_once(row.get("on"))
            source = _Source(article, on, row["quote"], int(row["start"]))
            self.sources[row["claim"]].append(source)
        self.related: dict[str, dict[str, list[str]]] = defaultdict(dict)  # by property, then target
        for row in asked.rows("related"):
            self.related[row["property"]].setdefault(row["target"], []).append(row["thing"])
        self.named = self._labels()
        self.revisions: dict[str, dict[str, _Revision]] = defaultdict(dict)
        for row in asked.rows("revisions"):
            told = _Revision(row["on"], row.get("value", ""), row.get("quote", ""), row.get("who", ""))
            told = replace(told, who_english=row.get("whoEnglish", told.who))
            known = self.revisions[row["earlier"]].get(row["later"], told)
            self.revisions[row["earlier"]][row["later"]] = min(known, told)
        self.stands = {standing.target: standing for standing in asked.standings}

    def _labels(self) -> dict[str, Named]:
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in self.asked.rows("labels"):
            language = row.get("label@", "zh").split("-")[0]
            known = found[row["thing"]].get(language)
            if known is None or row["label"] < known:
                found[row["thing"]][language] = row["label"]
        return {iri: Named(iri, labels.get("zh"), labels.get("en")) for iri, labels in found.items()}

    def rows(self) -> Iterator[LedgerRow]:
        targets = {row["target"]: row for row in self.asked.rows("targets") if row["target"] in self.stands}
        # Put in order before they are made: a row with its sentences takes far more memory than what it is made of.
        for iri in sorted(targets, key=lambda iri: self._place(iri, targets[iri])):
            yield self._row(iri, targets[iri])

    def _place(self, iri: str, row: Mapping[str, str]) -> tuple[object, ...]:
        """Where a target stands: by deadline, then by when and where it was promised, else reported, first."""
        first = min(self._promised(iri), key=_told, default=None) or min(
            self._reported(iri), key=_told, default=None
        )
        return (row.get("end") or "9999", *(_told(first)[:3] if first else ("9999", "", 0)), iri)

    def _promised(self, iri: str) -> Iterator[_Source]:
        return (s for claim in (iri, *self.parts.get(iri, ())) for s in self.sources.get(claim, ()))

    def _reported(self, iri: str) -> Iterator[_Source]:
        return (s for claim in self._outcomes(iri) for s in self.sources.get(claim, ()))

    def _outcomes(self, iri: str) -> list[str]:
        return sorted(self.parts.get(self.stands[iri].reconciliation or "", ()))

    def _row(self, iri: str, row: Mapping[str, str]) -> LedgerRow:
        stands = self.stands[iri]
        implied = row["implied"] == "true"
        outcomes = self._outcomes(iri)
        promised = _in_order(self._promised(iri))
        reported = _in_order(self._reported(iri))
        bound = _SIGNS.get(row.get("bound", ""))
        made = LedgerRow(
            iri=iri,
            indicator=_joined(self._names(iri, CCL.indicator)),
            agent=next(iter(self._names(iri, CCL.agent)), None),
            target=_number(row.get("value")),
            target_low=_number(row.get("low")),
            target_high=_number(row.get("high")),
            unit=next(iter(self._names(iri, CCL.unit)), None),
            bound=bound,
            aspect=row["aspect"].removeprefix(CCL.level.removesuffix("level")) if "aspect" in row else None,
            period=row.get("period"),
            period_start=row.get("start"),
            period_end=row.get("end"),
            deadline=row.get("end"),
            places=self._names(iri, CCL.place),
            themes=self._names(iri, CCL.theme),
            status=cast(Status, _end(stands.status)),
            reason_zh="",
            reason_en="",
            outcome=_number(stands.result),
            outcomes=tuple(outcomes),
            completion=_number(stands.computed),
            completion_reported=_number(stands.reported),
            implied=implied,
            joint=stands.joint == "true",
            promised_in=tuple(dict.fromkeys(s.article for s in promised)),
            promised_on=min((s.published for s in promised if s.published), default=None),
            reported_in=tuple(dict.fromkeys(s.article for s in reported)),
            reported_on=min((s.published for s in reported if s.published), default=None),
            quotes=tuple(dict.fromkeys(s.quote for s in (*promised, *reported))),
            revised_by=tuple(sorted(self.revisions.get(iri, ()))),
            as_of=self.asked.day.isoformat(),
        )
        return replace(
            made,
            reason_zh=self._reason(made, row, stands, "zh"),
            reason_en=self._reason(made, row, stands, "en"),
        )

    def _names(self, target: str, property_: str) -> tuple[Named, ...]:
        things = set(self.related[property_].get(target, ()))
        named = [self.named.get(thing, Named(thing, None, None)) for thing in things]
        return tuple(sorted(named, key=lambda n: (n.zh or "", n.iri)))

    def _reason(self, made: LedgerRow, row: Mapping[str, str], stands: Standing, language: str) -> str:
        sentences = _sentences()
        low, high = _shown(made.target_low, made, language), _shown(made.target_high, made, language)
        words = {
            "result": _shown(made.outcome, made, language),
            "target": _shown(made.target, made, language, bound=made.bound)
            if made.target is not None
            else f"{low}–{high}",
            "completion": _plain(
                made.completion if made.completion is not None else made.completion_reported
            ),
            "reported": _plain(made.completion_reported),
            "due": made.deadline or "",
            "asOf": made.as_of,
            "measured": stands.measured or "",
            "elapsed": _plain(_percent(stands.elapsed)),
            "count": str(len(self.parts.get(stands.reconciliation or "", ()))),
            "low": low,
            "high": high,
            "arithmetic": row.get("arithmetic", ""),
        }
        told = [sentences["case"][stands.because][language].format_map(words)]
        notes = sentences["note"]
        if made.joint and len(made.outcomes) > 1 and made.outcome is not None:
            told.append(notes["joint"][language])
        if made.implied:
            told.append(
                notes["implied" if made.target is not None else "rate_only"][language].format_map(words)
            )
        elif _differ(made):
            told.append(notes["rate_differs"][language].format_map(words))
        for revision in sorted(self.revisions.get(made.iri, {}).values()):
            words = {
                "on": revision.on,
                "quote": revision.quote,
                "who": revision.who if language == "zh" else revision.who_english,
            }
            if revision.value:
                words["later"] = _shown(Decimal(revision.value), made, language)
            note = "revised" if revision.value else "withdrawn" if revision.who else "withdrawn_by_nobody"
            told.append(notes[note][language].format_map(words))
        return ("" if language == "zh" else " ").join(told)


def _differ(row: LedgerRow) -> bool:
    """Whether the reported rate isn't the computed one, by more than one in the last printed digit."""
    if row.completion is None or row.completion_reported is None:
        return False
    finest = min(int(rate.as_tuple().exponent) for rate in (row.completion, row.completion_reported))
    return abs(row.completion - row.completion_reported) > Decimal(1).scaleb(min(0, finest))


def _shown(value: Decimal | None, row: LedgerRow, language: str, *, bound: Bound | None = None) -> str:
    """A number as people write it: 不少于23000户, at least 23,000 户."""
    if value is None:
        return ""
    unit = row.unit.zh or "" if row.unit else ""
    aspect = row.aspect or "level"
    if language == "zh":
        sign = BOUND_SIGNS[bound or "="]
        return f"{ASPECT_WORDS.get(aspect, '')}{sign}{printed(float(value))}{unit}"
    gap = "" if unit in ("", "%", "‰") else " "
    return (
        f"{_ENGLISH_ASPECTS.get(aspect, '')}{_ENGLISH_BOUNDS[bound or '=']}{value.normalize():,f}{gap}{unit}"
    )


@cache
def _sentences() -> dict[str, dict[str, dict[str, str]]]:
    with (Path(__file__).parent / "reasons.toml").open("rb") as file:
        return tomllib.load(file)


def _joined(names: tuple[Named, ...]) -> Named:
    """Several indicators that share a target as one name; the IRI is that of the first."""
    if not names:
        return Named("", None, None)
    if len(names) == 1:
        return names[0]
    english = [n.en for n in names if n.en]
    chinese = "、".join(n.zh or "" for n in names)
    return Named(names[0].iri, chinese, ", ".join(english) if len(english) == len(names) else None)


def _in_order(sources: Iterator[_Source]) -> list[_Source]:
    return sorted(set(sources), key=_told)


def _told(source: _Source) -> tuple[str, str, int, str]:
    """By what sources come in order: those without a date last."""
    return (source.published or "9999", source.article, source.start, source.quote)


def _end(iri: str) -> str:
    return iri.rsplit("/", 1)[-1]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _percent(text: str | None) -> Decimal | None:
    return None if text is None else (Decimal(text) * 100).quantize(Decimal(1))


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
