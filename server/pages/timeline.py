"""The timeline of a year: what was published, what was due, what began; by months and pages where that is much."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from flask import render_template
from pyoxigraph import Literal, NamedNode

from ontology.terms import XSD
from server.page_context import Served
from server.page_number import read_number
from server.pages.rows import Row, find_names, select, terms_in

_SHOWN = 200  # entries on a page
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_DATE = NamedNode(XSD.date)


@dataclass(frozen=True, slots=True)
class Selection:
    """What of the timeline is shown: some months of a year, or of all a page."""

    year: str
    month: str | None  # of several it is the one shown, for there are too many entries for all
    months: tuple[str, ...]  # YYYY-MM, those shown
    entries: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are: one at least."""
        return max(1, -(-self.entries // _SHOWN))

    def address(self, page: int) -> str:
        """The path of another page of the same."""
        month = f"&month={self.month[-2:]}" if self.month else ""
        return f"/timeline?year={self.year}{month}" + (f"&page={page}" if page > 1 else "")


def show(served: Served, year: str | None, month: str | None = None, page: str | None = None) -> str:
    """The page of a year as HTML, the newest with entries for none: as a whole, or by its months where it has more than a page of entries.

    What is no year, month or page of it is the newest, the first and the first.
    """
    found = select(served.engine, "timeline_months")
    entries = {row["month"].value: int(row["entries"].value) for row in found}
    entries = {each: number for each, number in entries.items() if _MONTH.fullmatch(each)}
    years = _by_year(entries)
    chosen = _choose(entries, years, year, month, page) if years else None
    rows = _rows(served, chosen) if chosen else []
    days = [(day, list(group)) for day, group in groupby(rows, key=lambda row: row["date"].value)]
    return render_template(
        "timeline.html",
        served=served,
        years=years,
        months=[(each, number) for each, number in entries.items() if chosen and each[:4] == chosen.year],
        chosen=chosen,
        days=days,
        names=find_names(served.engine, terms_in(rows)),
    )


def _choose(
    entries: Mapping[str, int],
    years: dict[str, int],
    year: str | None,
    month: str | None,
    page: str | None,
) -> Selection:
    chosen = year if year in years else max(years)
    months = tuple(each for each in entries if each.startswith(chosen))
    only = None
    if years[chosen] > _SHOWN:
        asked = f"{chosen}-{month}"
        only = asked if asked in months else months[0]
        months = (only,)
    first = Selection(chosen, only, months, sum(entries[each] for each in months), 1)
    return replace(first, page=min(read_number(page or "") or 1, first.pages))


def _by_year(entries: Mapping[str, int]) -> dict[str, int]:
    years: dict[str, int] = {}
    for month, number in entries.items():
        years[month[:4]] = years.get(month[:4], 0) + number
    return years


def _rows(served: Served, chosen: Selection) -> list[Row]:
    # Each day by itself: that is looked up, where a comparison would go through all dates there are.
    days = list(_days(chosen.months))
    return select(
        served.engine,
        "timeline",
        days=[Literal(day, datatype=_DATE) for day in days],
        written=[Literal(text) for text in (*days, *chosen.months)],
        limit=_SHOWN,
        offset=(chosen.page - 1) * _SHOWN,
    )


def _days(months: Iterable[str]) -> Iterator[str]:
    for each in months:
        year, month = each.split("-")
        for day in range(1, monthrange(int(year), int(month))[1] + 1):
            yield f"{each}-{day:02}"
