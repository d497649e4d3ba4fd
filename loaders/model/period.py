"""Whether the text bears a period out: its years are printed or follow from the date of publication."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ..facts import Article, Span
from ..text import Text, fold
from ..time import TimeMention, read_times

_END = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?![\d.])")


class Periods:
    """The times that an article fixes."""

    def __init__(self, article: Article, text: Text, times: Sequence[TimeMention]) -> None:
        self._text = text
        heads = "\n".join([article.headline, article.kicker or "", *article.subheads])
        self._times = times
        self._fixed = {
            "article": _ends_of(times, printed=True) | set(_YEAR.findall(text.folded)),
            "headline": _ends_of(read_times(Text(heads), article.published))
            | set(_YEAR.findall(fold(heads))),
            "published": _ends_of(times),
        }

    def find(self, period: str | None, span: Span) -> tuple[str, str] | None:
        """The period and where it was found (sentence, article, headline, published), or None where the text doesn't fix it."""
        if period is None or (ends := _ends(period)) is None:
            return None
        sentence = self._text.sentence_at(span.start)
        here = [
            t for t in self._times if sentence and sentence.start <= t.start < max(sentence.end, span.end)
        ]
        for basis, fixed in {"sentence": _ends_of(here, printed=True), **self._fixed}.items():
            if ends <= fixed:
                return period, basis
        return None


def _ends(period: str) -> set[str] | None:
    """The ends of an ISO 8601 year, month, date or interval without its open one; None for anything else."""
    first, slash, last = period.partition("/")
    ends = [end for end in ((first, last) if slash else (first,)) if not (slash and end == "..")]
    if not ends or not all(map(_is_iso, ends)):
        return None
    # compared as far as both go: 2024/2024-03 is an interval, 2024-03/2023 is none
    if len(ends) == 2 and ends[0][: len(ends[1])] > ends[1][: len(ends[0])]:
        return None
    return set(ends)


def _is_iso(end: str) -> bool:
    m = _END.fullmatch(end)
    try:
        return bool(m and date(int(m[1]), int(m[2] or 1), int(m[3] or 1)))
    except ValueError:
        return False


def _ends_of(times: Sequence[TimeMention], *, printed: bool = False) -> set[str]:
    """The ends of the times, with the years and months that they lie in; with `printed` without those that the date fixed."""
    return {
        part
        for time in times
        if time.period and not (printed and time.basis == "published")
        for end in time.period.split("/")
        for part in _within(end)
    }


def _within(end: str) -> Iterator[str]:
    """2024-01-20, 2024-01, 2024."""
    while end != ".." and end:
        yield end
        end = end.rpartition("-")[0]
