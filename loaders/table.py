"""Tables in running text: a header line of cells and rows with as many, parted by tabs, wide spaces or bars.

项目　年度目标　完成情况　完成率 says what its columns hold: what a thing is called, what was to be done, what has been done, and at
what rate. A table whose header names no such column isn't read as one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .facts import Bound, Span, StatementKind
from .located import Located
from .quantity import Quantity, is_unit, parse_number
from .rules import pattern
from .text import Sentence, Text

_CELL = re.compile(r"[^\s|│]+")
_GAP = re.compile(r"[\t\u3000|│]| {2,}")
_RULE_LINE = re.compile(r"[|│\s:\-—]+")
_UNIT_IN_NAME = re.compile(r"[(（](?:单位[:：])?(?P<scale>[十百千万亿]*)(?P<unit>[^()（）]{1,8})[)）]$")
_NUMBER = re.compile(r"[\d.,]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A promise or a result of a table's row: from the name's cell to the last cell that it was read from."""

    span: Span
    kind: StatementKind
    indicator: str
    value: Decimal
    unit: str
    bound: Bound
    surface: Span
    completion: Decimal | None = None


def read_rows(text: Text, quantities: Sequence[Quantity]) -> dict[int, list[Row]]:
    """What each row tells, by the start of its line (`Sentence.start`); a table's header and rulers have an empty list."""
    found: dict[int, list[Row]] = {}
    located = Located(quantities, lambda q: q.number)
    columns: list[str] = []
    paragraph = -2
    for sentence in text.sentences:
        cells = _cells(text, sentence)
        heads = [_column(text.folded[c.start : c.end]) for c in cells]
        if len(cells) >= 3 and heads[0] == "name" and {"target", "result"} & set(heads):
            columns = heads
            found[sentence.start] = []
        elif columns and sentence.paragraph <= paragraph + 1 and _is_ruler(text, sentence):
            found[sentence.start] = []
        elif columns and sentence.paragraph <= paragraph + 1 and len(cells) == len(columns):
            found[sentence.start] = _row(text, cells, columns, located)
        else:
            columns = []
        paragraph = sentence.paragraph
    return found


def _cells(text: Text, sentence: Sentence) -> list[Span]:
    if not _GAP.search(text.body, sentence.start, sentence.end):
        return []
    return [Span(*m.span()) for m in _CELL.finditer(text.folded, sentence.start, sentence.end)]


def _is_ruler(text: Text, sentence: Sentence) -> bool:
    return bool(_RULE_LINE.fullmatch(text.folded[sentence.start : sentence.end]))


def _column(words: str) -> str:
    for kind in ("rate", "name", "target", "result"):
        if pattern(f"table.{kind}").fullmatch(words):
            return kind
    return "other"


def _row(text: Text, cells: list[Span], columns: list[str], located: Located[Quantity]) -> list[Row]:
    name = cells[columns.index("name")]
    words = text.folded[name.start : name.end]
    unit = _UNIT_IN_NAME.search(words)
    indicator = words[: unit.start()] if unit else words
    rate = _rate(text, cells, columns)
    rows = []
    for cell, column in zip(cells, columns, strict=True):
        if column not in ("target", "result"):
            continue
        amount = _amount(text, cell, unit, located)
        if amount is None:
            continue
        value, of, bound = amount
        last = rate[0] if rate and column == "result" else cell
        rows.append(
            Row(
                Span(name.start, max(cell.end, last.end)),
                "commitment" if column == "target" else "outcome",
                indicator,
                value,
                of,
                bound,
                cell,
                rate[1] if rate and column == "result" else None,
            )
        )
    return rows


def _rate(text: Text, cells: list[Span], columns: list[str]) -> tuple[Span, Decimal] | None:
    if "rate" not in columns:
        return None
    cell = cells[columns.index("rate")]
    words = text.folded[cell.start : cell.end].rstrip("%")
    return (cell, parse_number(words)) if _NUMBER.fullmatch(words) else None


def _amount(
    text: Text, cell: Span, unit: re.Match[str] | None, located: Located[Quantity]
) -> tuple[Decimal, str, Bound] | None:
    """Value, unit and bound of a cell: a quantity of its own, or a bare number with the unit that the name gives."""
    own = located.between(cell.start, cell.end)
    if own:
        return own[0].value, own[0].unit, own[0].bound
    words = text.folded[cell.start : cell.end]
    if unit is None or not _NUMBER.fullmatch(words) or not is_unit(unit["unit"]):
        return None
    return parse_number(words + unit["scale"]), unit["unit"], "="
