"""Promises and results as rows of a page: the quantity readable, the quotes gathered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from pyoxigraph import NamedNode

from server.engine import Term
from server.language import Language
from server.pages.rows import Row

# Before the number; after it in the few places where Chinese wants it so, no page does.
BOUNDS: dict[str, tuple[str, str]] = {
    "exactly": ("", ""),
    "atLeast": ("不低于 ", "at least "),
    "moreThan": ("超过 ", "more than "),
    "atMost": ("不高于 ", "at most "),
    "lessThan": ("低于 ", "less than "),
    "approximately": ("约 ", "about "),
}
ASPECTS: dict[str, tuple[str, str]] = {
    "level": ("", ""),
    "growth": ("增长 ", "growth of "),
    "decline": ("下降 ", "decline of "),
    "share": ("占比 ", "share of "),
}
_SCALES = ((Decimal(10**12), "万亿"), (Decimal(10**8), "亿"), (Decimal(10**4), "万"))
_ENGLISH_SCALES = ((Decimal(10**9), " billion"), (Decimal(10**6), " million"))
_DIGITS_SHOWN = 6  # more digits than this and the number is clearer unscaled


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an article that say something."""

    text: str
    article: Term | None
    headline: str | None
    span: Term | None = None


@dataclass(slots=True)
class Line:
    """One promise or result with everything that a list shows of it."""

    statement: Term
    row: Row
    roles: list[Term] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    outcomes: list[Row] = field(default_factory=list)  # of a promise: outcome, value, unit, completionRate
    status: str | None = None  # how the ledger says that a promise stands

    @property
    def is_outcome(self) -> bool:
        """Whether it is a result, not a promise."""
        return _local(self.row.get("kind")) == "Outcome"


def quote_of(row: Row) -> Quote | None:
    """The words of a row with their article, None for a row without."""
    if "quote" not in row:
        return None
    headline = row.get("headline")
    return Quote(
        row["quote"].value, row.get("article"), headline.value if headline else None, row.get("span")
    )


def gather(rows: Iterable[Row]) -> list[Line]:
    """One line a statement, in the order of the rows; its roles, quotes and results from all its rows, each once."""
    lines: dict[Term, Line] = {}
    for row in rows:
        line = lines.setdefault(row["statement"], Line(row["statement"], row))
        if "role" in row and row["role"] not in line.roles:
            line.roles.append(row["role"])
        words = quote_of(row)
        if words is not None and words not in line.quotes:
            line.quotes.append(words)
        if "outcome" in row and all(row["outcome"] != known["outcome"] for known in line.outcomes):
            line.outcomes.append(_outcome(row))
    return list(lines.values())


def _outcome(row: Row) -> Row:
    columns = {
        "outcome": "outcome",
        "reached": "value",
        "reachedUnit": "unit",
        "completionRate": "completionRate",
    }
    return {shown: row[column] for column, shown in columns.items() if column in row}


def quantity(row: Row, unit: str | None, language: Language = "zh") -> str:
    """The value of a statement in words: 增长 不低于 5.5%, 3500亿元, at least 120; empty without a value."""
    value = row.get("value")
    if value is None:
        return ""
    column = int(language == "en")
    aspect = ASPECTS.get(_local(row.get("aspect")), ("", ""))[column]
    bound = BOUNDS.get(_local(row.get("bound")), ("", ""))[column]
    gap = " " if column and unit and unit[0].isalnum() else ""
    return aspect + bound + readable_number(value.value, language) + gap + (unit or "")


def readable_number(digits: str, language: Language = "zh") -> str:
    """A decimal as papers print it: 350000000000 → 3500亿 or 350 billion, 12345.5 → 12,345.5."""
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return digits
    for scale, name in _SCALES if language == "zh" else _ENGLISH_SCALES:
        if abs(number) >= scale:
            scaled = (number / scale).normalize()
            # 3500亿, not 0.35万亿; and a number with many digits stays as it is.
            if abs(number) < scale * 10 and scaled != scaled.to_integral_value() and name == "万亿":
                continue
            if len(scaled.as_tuple().digits) <= _DIGITS_SHOWN:
                return f"{scaled:f}{name}"
    return f"{number.normalize():,f}" if abs(number) >= 10_000 else f"{number.normalize():f}"


def _local(term: Term | None) -> str:
    return term.value.rsplit("/", 1)[-1] if isinstance(term, NamedNode) else ""
