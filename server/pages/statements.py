"""Promises and results as rows of a page: the quantity readable, the quotes gathered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from pyoxigraph import NamedNode

from server.engine import Term
from server.pages.rows import Row

_BOUNDS = {
    "exactly": "",
    "atLeast": "不低于 ",
    "moreThan": "超过 ",
    "atMost": "不高于 ",
    "lessThan": "低于 ",
    "approximately": "约 ",
}
_ASPECTS = {"level": "", "growth": "增长 ", "decline": "下降 ", "share": "占比 "}
_SCALES = ((Decimal(10**12), "万亿"), (Decimal(10**8), "亿"), (Decimal(10**4), "万"))
_DIGITS_SHOWN = 6  # more digits than this and the number is clearer unscaled


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an article that say something."""

    text: str
    article: Term | None
    headline: str | None


@dataclass(slots=True)
class Line:
    """One promise or result with everything that a list shows of it."""

    statement: Term
    row: Row
    roles: list[Term] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)

    @property
    def is_outcome(self) -> bool:
        """Whether it is a result, not a promise."""
        return _local(self.row.get("kind")) == "Outcome"


def gather(rows: Iterable[Row]) -> list[Line]:
    """One line a statement, in the order of the rows; its roles and quotes from all its rows, each once."""
    lines: dict[Term, Line] = {}
    for row in rows:
        line = lines.setdefault(row["statement"], Line(row["statement"], row))
        if "role" in row and row["role"] not in line.roles:
            line.roles.append(row["role"])
        if "quote" in row:
            headline = row.get("headline")
            quote = Quote(row["quote"].value, row.get("article"), headline.value if headline else None)
            if quote not in line.quotes:
                line.quotes.append(quote)
    return list(lines.values())


def quantity(row: Row, unit: str | None) -> str:
    """The value of a statement in words: 增长 不低于 5.5%, 3500亿元; empty without a value."""
    value = row.get("value")
    if value is None:
        return ""
    aspect = _ASPECTS.get(_local(row.get("aspect")), "")
    return aspect + _BOUNDS.get(_local(row.get("bound")), "") + readable_number(value.value) + (unit or "")


def readable_number(digits: str) -> str:
    """A decimal as Chinese papers print it: 350000000000 → 3500亿, 12345.5 → 12,345.5."""
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return digits
    for scale, name in _SCALES:
        if abs(number) >= scale:
            scaled = (number / scale).normalize()
            # 3500亿, not 0.35万亿; and a number with many digits stays as it is.
            if abs(number) < scale * 10 and scaled != scaled.to_integral_value() and name == "万亿":
                continue
            if len(scaled.as_tuple().digits) <= _DIGITS_SHOWN:
                return f"{scaled:f}{name}"
    return f"{number.normalize():,f}" if abs(number) >= _SCALES[-1][0] else f"{number.normalize():f}"


def _local(term: Term | None) -> str:
    return term.value.rsplit("/", 1)[-1] if isinstance(term, NamedNode) else ""
