"""Phases of a project: the stages there are, which of them were reported and which is the latest, and the reports by time."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import Any

from pyoxigraph import NamedNode

from ontology.terms import CCL
from server.pages.rows import Row

#: In the order in which a project goes through them.
STAGES = tuple(
    NamedNode(iri)
    for iri in (CCL.planning, CCL.started, CCL.underConstruction, CCL.completed, CCL.inOperation)
)


def lay_out(rows: list[Row], current: Collection[object]) -> dict[str, Any]:
    """What the panel's template shows of reports in order of time; `current` is the phase that the project is in."""
    told = {row["phase"] for row in rows}
    return {
        "stages": [(stage, stage in told, stage in current) for stage in STAGES],
        "times": [(time, list(found)) for time, found in groupby(rows, key=_time)],
    }


def _time(row: Row) -> str:
    """The time that a report tells, else the day on which it was printed, else nothing."""
    found = row.get("period") or row.get("published")
    return found.value if found is not None else ""
