"""The ledger for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..rdf import ASPECT_WORDS, BOUND_SIGNS, printed
from ..table import render_table
from .row import STATUSES, LedgerRow

_HEADER = ["status", "indicator", "agent", "target", "outcome", "%", "reported", "period", "reason"]


def table_lines(rows: Iterable[LedgerRow]) -> Iterator[str]:
    """The rows as a table with how many there are of each status below, each line with its line feed."""
    known = list(rows)
    for line in render_table(_HEADER, [_cells(row) for row in known], cell_width=44):
        yield f"{line}\n"
    counts = Counter(row.status for row in known)
    told = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    yield f"\n{len(known)} rows{': ' if told else ''}{told}\n"


def _cells(row: LedgerRow) -> list[str]:
    unit = row.unit.zh or "" if row.unit else ""
    aspect = ASPECT_WORDS.get(row.aspect or "level", "")
    target = outcome = ""
    if row.target is not None:
        target = f"{aspect}{BOUND_SIGNS[row.bound or '=']}{printed(float(row.target))}{unit}"
    if row.outcome is not None:
        outcome = f"{aspect}{printed(float(row.outcome))}{unit}"
    if row.target is None and row.target_low is not None and row.target_high is not None:
        target = f"{printed(float(row.target_low))}–{printed(float(row.target_high))}{unit}"
    return [
        row.status,
        row.indicator.zh or row.indicator.iri,
        (row.agent.zh or row.agent.iri) if row.agent else "",
        f"({target})" if row.implied else target,
        outcome,
        "" if row.completion is None else f"{row.completion:f}",
        "" if row.completion_reported is None else f"{row.completion_reported:f}",
        row.period or "",
        row.reason_zh,
    ]
