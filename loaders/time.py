"""Times: the years, months, days and intervals that a text prints, as ISO 8601.

Periods are `2024`, `2024-01`, `2024-01-20`, `2024-01-16/2024-01-20`, `2023-03/..` (since), `../2024-04-12` (until).
A month and day without a year (1月20日) takes the nearest year printed in its paragraph, else the year of publication;
今年 and 去年 take the year of publication. Without either they stay unread: the year of a page is never guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import zip_longest

from .lexicon import alternation, table
from .text import Text

_HAN_YEAR = str.maketrans("〇零一二三四五六七八九", "00123456789")


#: 西山区2024首届运动潮玩节, 2024中国…博览会: a name with its year
_YEAR_IN_NAME = re.compile(r"(?<![\d.])20[0-4]\d(?=[首第中全昆云世国年“])(?!年)")


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A time as printed. `period` is None for an open one (近年来); `point` tells 截至 (a state on that day).

    `basis` is where the year was found: sentence, paragraph or published.
    """

    start: int
    end: int
    period: str | None
    point: bool = False
    basis: str = "sentence"


@cache
def _pattern() -> re.Pattern[str]:
    words = table("time")
    year = r"(?:19|20)\d\d|[一二]九[一二三四五六七八九〇零]{2}|二[〇零][〇零一二三四五六七八九]{2}"
    until = r"(?:—|-|~|至|到|一)"
    part = alternation(words["part"])
    relative = alternation(words["relative"])
    plan = alternation(words["plan"])
    month, day = r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12]\d|0?[1-9])"
    firsts = {w[0] for group in ("relative", "part", "plan") for w in words[group]}
    firsts |= {w[0] for w in words["open"]["words"]} | set("截到至即前12一二“3456789")
    return re.compile(
        rf"(?=[{''.join(sorted(firsts))}\d])(?P<until>截至|截止到?|到|至|即日起至)?(?:"
        rf"(?P<y1>{year})年?{until}(?P<y2>{year})年"
        rf"|(?:(?P<y>{year})年|(?P<rel>{relative}))?(?P<m>{month})月(?P<d>{day})日"
        rf"(?:{until}(?:(?P<yb>{year})年)?(?:(?P<mb>{month})月)?(?P<db>{day})日)?"
        rf"|(?:(?P<ym>{year})年|(?P<relm>{relative}))(?P<m1>{month})(?:月?{until}(?P<m2>{month}))?月份?"
        rf"|(?P<m3>{month})月?{until}(?P<m4>{month})月份?"
        rf"|(?:(?P<ye>{year})年|(?P<rele>{relative}))?前(?P<elapsed>{month}|[二两三四五六七八九十]|十一)个月"
        rf"|(?P<ms>{month})月(?:底|末|初|[上中下]旬)"
        rf"|(?:(?P<yp>{year})年|(?P<relp>{relative}))?(?P<part>{part})"
        rf"|(?P<yy>{year})年(?!代)(?P<end>底|末)?"
        rf"|“?(?P<plan>{plan})”?(?:时期|期间|规划)?(?P<planend>末|期末)?"
        rf"|(?P<rely>{relative})"
        rf"|(?P<open>{alternation(words['open']['words'])})"
        rf")(?P<since>以来|起|(?=[^,。;\d]{{1,8}}以来))?"
    )


def read_times(text: Text, published: str | None) -> list[TimeMention]:
    """All times of the text in order; `published` is the article's ISO date or None."""
    folded = text.folded
    hits = list(_pattern().finditer(folded))
    years = [(m.start(), y) for m in hits if (y := _printed_year(m)) is not None and _is_present(folded, m)]
    years += [(m.start(), int(m.group())) for m in _YEAR_IN_NAME.finditer(folded)]
    years.sort()
    this_year = int(published[:4]) if published else _this_year(folded, hits, years)
    dated = int(published[:4]) if published else _dateline(hits)
    found = [_read(folded, m, years, dated, "published" if published else "article", this_year) for m in hits]
    return [t for t in found if t and not _is_compared(folded, t)]


def _is_compared(folded: str, time: TimeMention) -> bool:
    """较去年同期提高, 比2022年增长, 2000年底前建成的: what a change is measured from, or a thing dates from, is not when it was."""
    return (
        folded[time.start - 1 : time.start] in ("较", "比", "同")
        or folded.startswith(("同期", "基础上", "的基础上"), time.end)
        or bool(_MEASURED_BY.match(folded, time.end))
        or bool(_BUILT_BEFORE.match(folded, time.end))
    )


#: 是2020年的1.8倍, 恢复至2019年的96%
_MEASURED_BY = re.compile(r"(?:底|末|同期)?[^,;。\d]{0,4}的(?:近|约|超)?[\d.]+(?:倍|%)")

#: 改造2000年底以前建成的老旧小区, 2010年前竣工的住宅
_BUILT_BEFORE = re.compile(
    r"(?:底|末)?(?:以前|之前|前)(?:已|已经)?(?:建成|建设|竣工|建造|修建|交付|投用|投入使用|注册|登记|出生|参加工作)[^,;。\d]{0,6}的"
)


def _printed_year(m: re.Match[str]) -> int | None:
    for group in ("y", "ym", "yp", "yy", "y1", "ye"):
        if m[group]:
            return int(m[group].translate(_HAN_YEAR))
    return None


def _read(
    folded: str,
    m: re.Match[str],
    years: list[tuple[int, int]],
    dated: int | None,
    dated_by: str,
    this_year: int | None,
) -> TimeMention | None:
    if m["open"]:
        return TimeMention(m.start(), m.end(), None)
    words = table("time")
    basis = "sentence"
    year = _printed_year(m)
    relative = m["rel"] or m["relm"] or m["relp"] or m["rele"] or m["rely"]
    if year is None and relative:
        if this_year is None:  # unread, but no year from elsewhere holds here either
            return TimeMention(m.start(), m.end(), None)
        year, basis = this_year + words["relative"][relative], dated_by
    if m["plan"]:
        first, last = words["plan"][m["plan"]]
        return TimeMention(m.start(), m.end(), str(last) if m["planend"] else f"{first}/{last}")
    if year is None:
        year, basis = _near_year(folded, m, years, dated, dated_by)
        if year is None:
            return None
    period = _period(m, year, words["part"])
    if period is None:
        return None
    until = m["until"] or ""
    if m["since"] in ("", "以来") or (m["since"] == "起" and not m["db"]):
        period = f"{period.split('/')[0]}/.."
    elif until == "即日起至":
        period = f"../{period}"
    return TimeMention(m.start(), m.end(), period, until.startswith("截"), basis)


def _years_between(years: list[tuple[int, int]], start: int, stop: int) -> list[int]:
    """The years printed in a stretch of the text; `years` are (offset, year) in order."""
    return [year for _, year in years[bisect_left(years, (start, 0)) : bisect_left(years, (stop, 0))]]


def _near_year(
    folded: str, m: re.Match[str], years: list[tuple[int, int]], dated: int | None, dated_by: str
) -> tuple[int | None, str]:
    """Year of a month and day without one: that of publication or of the dateline, else the latest of its sentence, else
    of its paragraph."""
    start = folded.rfind("。", 0, m.start()) + 1
    stop = folded.find("。", m.end())
    near = _years_between(years, start, stop if stop >= 0 else len(folded))
    if dated is not None and (dated_by == "published" or not near):
        return dated, dated_by
    if near:
        return max(near), "paragraph"
    start = folded.rfind("\n", 0, m.start()) + 1
    stop = folded.find("\n", m.end())
    near = _years_between(years, start, stop if stop >= 0 else len(folded))
    return (max(near), "paragraph") if near else (None, "")


#: How far into a body its dateline may stand: ——2024年1月18日在…会议上
_DATELINE = 60
_PROMISED = re.compile("将|力争|确保|计划|目标|拟")


def dateline_year(text: Text) -> int | None:
    """The year of the day that the body opens with: ——2024年1月18日在…会议上; None where it opens with none."""
    opening = Text(text.body[:_DATELINE]) if len(text.body) > _DATELINE else text
    return _dateline(list(_pattern().finditer(opening.folded)))


def _dateline(hits: list[re.Match[str]]) -> int | None:
    opening = next((m for m in hits if m["d"] and m["y"] and m.start() < _DATELINE), None)
    return _printed_year(opening) if opening else None


def _is_present(folded: str, m: re.Match[str]) -> bool:
    """Whether a printed year may be that of the days near it: not one compared with, nor one to come."""
    before = folded[max(0, m.start() - 3) : m.start()]
    return not (
        (m["until"] in ("到", "至") and not m["d"])
        or m["since"] is not None
        or before.endswith(
            ("较", "比", "同", "预计", "力争", "到", "至", "计划", "拟", "将于", "计划于", "预计于")
        )
        or folded.startswith("同期", m.end())
        or _MEASURED_BY.match(folded, m.end())
    )


def _this_year(folded: str, hits: list[re.Match[str]], years: list[tuple[int, int]]) -> int | None:
    """今年 of an undated article: the year of its dateline, else the one that it promises something for, else the year after the one it reports.

    Writers who look back at 2023年 by its number and then say 今年…将… mean the year after; where a year stands beside
    将 or 目标 itself (2024年，全区将…), 今年 is that year.
    """
    if (dated := _dateline(hits)) is not None:
        return dated
    after_report = False
    for m, following in zip_longest(hits, hits[1:]):
        ends = (
            folded.find("。", m.end()),
            folded.find("\n", m.end()),
            following.start() if following else -1,
        )
        stop = min((e for e in ends if e >= 0), default=len(folded))
        promised = _PROMISED.search(folded, m.end(), stop)
        year = _printed_year(m)
        if (
            year is not None
            and promised
            and not (m["until"] or m["since"] or m["d"] or m["y2"] or m["m1"] or m["part"])
        ):
            return year
        if (m["rely"] or m["relm"] or m["relp"] or "").startswith("今年") and promised:
            after_report = True
    if not after_report or not years:
        return None
    last = max(y for _, y in years)
    running = any(
        _printed_year(m) == last
        and (m["m1"] or m["d"] or m["part"])
        and not _PROMISED.search(folded, m.end(), m.end() + 30)
        for m in hits
    )
    return last if running else last + 1  # 2024年一季度: the year that runs


def _period(m: re.Match[str], year: int, parts: dict[str, list[int]]) -> str | None:
    try:
        if m["y2"]:
            last = int(m["y2"].translate(_HAN_YEAR))
            return f"{year}/{last}" if last > year else None
        if m["d"]:
            first = date(year, int(m["m"]), int(m["d"]))
            if not m["db"]:
                return first.isoformat()
            last_day = date(int(m["yb"] or year), int(m["mb"] or m["m"]), int(m["db"]))
            return f"{first.isoformat()}/{last_day.isoformat()}" if last_day > first else None
    except ValueError:
        return None
    months = next(((m[a], m[b]) for a, b in (("m1", "m2"), ("m3", "m4"), ("ms", "ms")) if m[a]), None)
    if months:
        first_month, last_month = int(months[0]), int(months[1] or months[0])
        if last_month < first_month:
            return None
        return _months(year, first_month, last_month)
    if m["elapsed"]:
        last = _MONTHS_ELAPSED.get(m["elapsed"]) or int(m["elapsed"])
        return _months(year, 1, last)
    if m["part"]:
        return _months(year, *parts[m["part"]])
    return str(year)


_MONTHS_ELAPSED = {
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
}


def _months(year: int, first: int, last: int) -> str:
    return f"{year}-{first:02}" if first == last else f"{year}-{first:02}/{year}-{last:02}"
