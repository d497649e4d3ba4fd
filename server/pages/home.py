"""The home page: what this is, how much of it there is, where to begin."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, render_template, request

from server import schema_org
from server.language import say
from server.page_context import Served
from server.pages.ledger import headline
from server.pages.rows import find_names, select_all, terms_in
from server.pages.statements import gather

# What most people want to know of a promise, and the statuses that say so.
_ANSWERS = (
    ("kept", ("兑现了", "Kept"), ("kept", "exceeded")),
    ("onTrack", ("进行中", "On track"), ("onTrack",)),
    ("missed", ("没有兑现", "Missed"), ("missed", "overdue")),
    ("unknown", ("还不知道", "Unknown"), ("noResult", "notMeasurable")),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers to "was it kept?": its statuses with their counts, and its share of the bar from `start`, per cent."""

    code: str
    title: str
    statuses: tuple[str, ...]
    counts: list[tuple[str, int]]
    start: float
    share: float

    @property
    def count(self) -> int:
        """How many promises it is the answer for."""
        return sum(count for _, count in self.counts)


def show(served: Served) -> str:
    """The page as HTML."""
    figures, articles, rows = select_all(
        served.engine, ("home_figures", {}), ("home_articles", {}), ("home_commitments", {})
    )
    counted = headline(served)
    g.structured_data = schema_org.describe_dataset(served.snapshot, request.host_url.rstrip("/"))
    return render_template(
        "home.html",
        served=served,
        figures=figures[0] if figures else {},
        articles=articles,
        lines=gather(rows),
        answers=answers(dict(counted)) if counted else [],
        names=find_names(served.engine, terms_in(articles, rows)),
    )


def answers(counts: dict[str, int]) -> list[Answer]:
    """The four answers, none left out, with their shares of all promises."""
    whole = sum(counts.values()) or 1
    found, start = [], 0.0
    for code, title, statuses in _ANSWERS:
        own = [(status, counts[status]) for status in statuses if counts.get(status)]
        share = round(100 * sum(count for _, count in own) / whole, 2)
        found.append(Answer(code, say(*title), statuses, own, round(start, 2), share))
        start += share
    return found
