"""Periods: from the ISO 8601 text of a statement to the dates that a query compares."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def days(value: str) -> tuple[str | None, str | None]:
    """First and last day of a period, both inclusive, as ISO dates; None where it is open.

    A year, month, date or an interval of them; `..` leaves an end open: "2024", "2023-12", "2024-01-16/2024-01-20",
    "2023-03/..", "../2024-04-12". Raises ValueError for anything else. ISO 8601-1:2019, 5.2 and 5.5; the open end is
    that of ISO 8601-2:2019.
    """
    first, slash, last = value.partition("/")
    start = None if slash and first == ".." else _first_and_last(first)[0]
    end = None if slash and last == ".." else _first_and_last(last if slash else first)[1]
    if (start is None and end is None) or (start and end and start > end):
        raise ValueError(f"no period: {value!r}")
    return (start.isoformat() if start else None), (end.isoformat() if end else None)


def year(value: str) -> int | None:
    """The year that the whole period lies in, else None; raises ValueError as `days` does."""
    first, last = days(value)
    return int(first[:4]) if first and last and first[:4] == last[:4] else None


def _first_and_last(text: str) -> tuple[date, date]:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"no ISO year, month or date: {text!r}")
    number, month, day = (int(part) if part else None for part in match.groups())
    assert number is not None
    if month is None:
        return date(number, 1, 1), date(number, 12, 31)
    if day is None:
        return date(number, month, 1), date(number, month, monthrange(number, month)[1])
    return date(number, month, day), date(number, month, day)
