"""Target and result of a row of the ledger in words, in the page's language."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from graph.ledger_index import BOUND_NAMES
from server.language import current, say
from server.pages.statements import ASPECTS, BOUNDS, readable_number
from server.text_display import show as shown


def target(row: dict[str, Any]) -> str:
    """What was promised: 不低于 120亿元, growth of about 6%, 39.9–40.1; empty where no number was named."""
    if row["target"] is not None:
        bound = say(*BOUNDS[BOUND_NAMES[row["bound"]]]) if row["bound"] else ""
        return say(*ASPECTS.get(row["aspect"] or "level", ("", ""))) + bound + _amount(row, "target")
    if row["target_low"] is None or row["target_high"] is None:
        return ""
    return f"{readable_number(str(Decimal(str(row['target_low']))), current())}–{_amount(row, 'target_high')}"


def reached(row: dict[str, Any]) -> str:
    """What came of it; empty where no result with a number is known."""
    if row["outcome"] is None:
        return ""
    return say(*ASPECTS.get(row["aspect"] or "level", ("", ""))) + _amount(row, "outcome")


def _amount(row: dict[str, Any], column: str) -> str:
    label = (row["unit_en"] if current() == "en" else None) or row["unit"] or ""
    unit = shown(label) if label else ""
    gap = " " if current() == "en" and unit[:1].isalnum() else ""
    return readable_number(str(Decimal(str(row[column]))), current()) + gap + unit
