"""When a snapshot's articles were published: the days on which what was known became more."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from pyoxigraph import Literal, QuerySolutions, Store

_QUERY = Path(__file__).with_suffix(".rq").read_text(encoding="utf-8")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def count_publications(store: Store) -> dict[str, Any]:
    """Articles by day of publication for the manifest: `days` in order, and how many are `undated`."""
    days: dict[str, int] = {}
    undated = 0
    for solution in cast(QuerySolutions, store.query(_QUERY)):
        day, articles = solution["day"], cast(Literal, solution["articles"])
        if isinstance(day, Literal) and is_day(day.value):
            days[day.value] = int(articles.value)
        else:
            undated += int(articles.value)
    return {"days": dict(sorted(days.items())), "undated": undated}


def is_day(text: str) -> bool:
    """Whether the text is a day of the calendar as ISO 8601 writes it, from the year 1 on."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Publications:
    """The days on which a snapshot's articles were published, in order, and how many articles have no date."""

    days: tuple[str, ...]
    undated: int

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Publications | None:
        """What the manifest of a snapshot says; None in one of an older build."""
        said = manifest.get("published")
        return None if said is None else cls(tuple(said["days"]), int(said["undated"]))

    def latest(self, day: str) -> str | None:
        """The last day of publication up to a day, both ISO dates; None before the first."""
        place = bisect_right(self.days, day)
        return self.days[place - 1] if place else None

    def holds_all(self, day: str, *, undated: bool) -> bool:
        """Whether all articles were known on the day; `undated` says whether those without a date are."""
        return (undated or not self.undated) and (not self.days or self.days[-1] <= day)
