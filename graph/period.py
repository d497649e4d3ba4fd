"""Periods: from the ISO 8601 text of a statement to the dates that a query compares."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both inclusive, None where open; `year` where all of it lies in one."""

    start: date | None
    end: date | None

    @property
    def year(self) -> int | None:
        """The year in which it starts and ends."""
        if self.start is None or self.end is None or self.start.year != self.end.year:
            return None
        return self.start.year


def parse_period(text: str) -> Period:
    """The period of an ISO year, month, date or interval; `..` leaves an end of an interval open.

    "2024", "2023-12", "2023-12-31", "2024-01-16/2024-01-20", "2023-03/..", "../2024-04-12". Raises ValueError for
    anything else. ISO 8601-1:2019, 5.2 and 5.5; the open end is that of ISO 8601-2:2019.
    """
    first, slash, last = text.partition("/")
    if not slash:
        return Period(*_days(text))
    start = None if first == ".." else _days(first)[0]
    end = None if last == ".." else _days(last)[1]
    if (start is None and end is None) or (start and end and start > end):
        raise ValueError(f"no period: {text!r}")
    return Period(start, end)


def _days(text: str) -> tuple[date, date]:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"no ISO year, month or date: {text!r}")
    year, month, day = (int(part) if part else None for part in match.group("year", "month", "day"))
    assert year is not None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)
