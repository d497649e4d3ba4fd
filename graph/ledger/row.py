"""One row of the ledger, as Python values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["kept", "exceeded", "onTrack", "missed", "overdue", "noResult", "notMeasurable"]
STATUSES: tuple[Status, ...] = (
    "kept",
    "exceeded",
    "onTrack",
    "missed",
    "overdue",
    "noResult",
    "notMeasurable",
)
BoundSign: TypeAlias = Literal["=", ">=", ">", "<=", "<", "~"]


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that a row names: its IRI and its labels, None in a language that it has no label in."""

    iri: str
    zh: str | None
    en: str | None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A commitment or implied target, and how it stands on a day.

    `target` and `outcome` are in `unit`; `outcome` is the sum where several results share the target (`joint`). `completion` is
    computed from both, in percent, to the decimal places of the reported rate or one; `completion_reported` is as printed. Of an
    implied target that is only known as an interval `target` is None and `target_low`, `target_high` enclose it. Dates are ISO dates;
    `promised_on` and `reported_on` are the earliest publication dates of the articles that say so, None where those have none.
    `promised_in` and `reported_in` are ids of articles, `quotes` their words, promise first.
    """

    iri: str
    indicator: Named
    agent: Named | None
    target: Decimal | None
    target_low: Decimal | None
    target_high: Decimal | None
    unit: Named | None
    bound: BoundSign | None
    aspect: str | None
    period: str | None
    period_start: str | None
    period_end: str | None
    deadline: str | None
    places: tuple[Named, ...]
    themes: tuple[Named, ...]
    status: Status
    reason_zh: str
    reason_en: str
    outcome: Decimal | None
    outcomes: tuple[str, ...]
    completion: Decimal | None
    completion_reported: Decimal | None
    implied: bool
    joint: bool
    promised_in: tuple[str, ...]
    promised_on: str | None
    reported_in: tuple[str, ...]
    reported_on: str | None
    quotes: tuple[str, ...]
    revised_by: tuple[str, ...]
    as_of: str
