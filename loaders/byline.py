"""Bylines: who wrote an article, by the grammar of the genre.

本报讯(记者 甲 乙 见习记者 丙), 本报记者 甲 乙 文/图, 新华社昆明1月20日电(记者甲), □ 本报记者 甲, 作者：甲. A role holds until the next one;
names stand apart by spaces, 、 or commas. The paper is never told by 本报 alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from .lexicon import alternation, table
from .text import fold

_NAME = r"[\u4e00-\u9fff·]{2,5}"


@dataclass(frozen=True, slots=True)
class Byline:
    """`reporters` are (name, role) in print order; `start` and `end` span it in its line, code points."""

    reporters: tuple[tuple[str, str], ...]
    start: int
    end: int


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = table("page")["byline"]
    role = alternation(words["roles"])
    ours, listed = r"(?:本报|本台|本刊)", r"[\u4e00-\u9fff·\s、,/:]*"
    people = rf"(?:{ours}|新华社|中新社|我报)?(?:{role})[\s:]*{listed}"
    agency = r"(?:本报|[\u4e00-\u9fff]{2,8}(?:社|报|网|台))[\u4e00-\u9fff]{0,8}(?:\d+月\d+日)?(?:电|讯)"
    dateline = rf"(?:{alternation(words['dateline'])}|{agency}|[\u4e00-\u9fff]{{2,6}}讯)"
    names = r"[\u4e00-\u9fff·]{2,4}(?:[\s、]+[\u4e00-\u9fff·]{2,4})*"
    work = r"(?:文/图|图/文|文图|摄影报道|报道|摄|文|图)"
    return {
        "opening": re.compile(
            rf"\s*(?:{dateline})\s*(?:\((?P<people>{people})\)|(?P<bare>(?:{role})\s*(?:{_NAME})(?=[\s,])))?"
        ),
        "line": re.compile(
            rf"[\s□■◎●○☆★/]*(?P<people>{ours}?(?:{role})[\s:]{listed}|{ours}(?:{role}){listed}"
            rf"|\(?(?:{role})[:\s]*{_NAME}(?:[\s、,]+(?:(?:{role})[:\s]*)?{_NAME})*\)?)\s*"
        ),
        "credit": re.compile(rf"\s*(?P<name>{_NAME})\s*/\s*(?P<role>文|图|摄)\s*"),
        "closing": re.compile(rf"\s*\((?P<people>{people})\)\s*$"),
        "signed": re.compile(rf"\s*\((?P<names>{names})\s*{work}\)\s*$"),
        "reported": re.compile(
            rf"\s*(?:[\u4e00-\u9fff]{{2,6}})?(?P<role>{role})\s*(?P<names>{names})\s+{work}(?=\s)"
        ),
        "role": re.compile(rf"(?:本报|本台|本刊|新华社|中新社|我报)?(?P<role>{role})"),
    }


def read_opening(line: str) -> Byline | None:
    """The 本报讯(记者 …) or agency line that opens a body, or None."""
    folded = fold(line)
    if reported := _patterns()["reported"].match(folded):  # 云报全媒体记者 甲 报道 …
        people = tuple((name, reported["role"]) for name in _names(reported["names"]))
        return Byline(people, reported.start(), reported.end())
    m = _patterns()["opening"].match(folded)
    if m is None or not m.group().strip():
        return None
    printed = m["people"] or m["bare"]
    if printed is None and not re.match(
        rf"\s*(?:{alternation(table('page')['byline']['dateline'])})", folded
    ):
        return None
    return Byline(_people(printed) if printed else (), m.start(), m.end())


def read_line(line: str) -> Byline | None:
    """A byline that has its line for itself: 本报记者 甲 乙, □ 记者 甲, 甲/文; or None."""
    folded = fold(line)
    if len(folded.strip()) > 60:
        return None
    for name in ("line", "credit"):
        m = _patterns()[name].fullmatch(folded)
        if m:
            people = _people(m["people"]) if name == "line" else ((m["name"], m["role"]),)
            if people:
                return Byline(people, 0, len(line))
    return None


def read_closing(line: str) -> Byline | None:
    """The (记者 甲) that closes a body, or None."""
    folded = fold(line)
    if signed := _patterns()["signed"].search(folded):  # (甲 乙 文/图)
        return Byline(tuple((name, "记者") for name in _names(signed["names"])), signed.start(), signed.end())
    m = _patterns()["closing"].search(folded)
    if m is None:
        return None
    people = _people(m["people"])
    return Byline(people, m.start(), m.end()) if people else None


def _people(text: str) -> tuple[tuple[str, str], ...]:
    """(name, role) of a list; a role without a name before the next role names nobody."""
    roles = list(_patterns()["role"].finditer(text))
    found: list[tuple[str, str]] = []
    for i, m in enumerate(roles):
        end = roles[i + 1].start() if i + 1 < len(roles) else len(text)
        if m["role"] not in table("page")["byline"]["reporters"] and m["role"] != "作者":
            continue
        found += [(name, m["role"]) for name in _names(text[m.end() : end])]
    return tuple(dict.fromkeys(found))


def _names(text: str) -> list[str]:
    """Names of a list; 王 宁 between wider names is one name of two characters printed apart."""
    tokens = [t for t in re.split(r"[\s、,/:()]+", text.strip()) if t]
    names: list[str] = []
    i = 0
    while i < len(tokens):
        if len(tokens[i]) == 1 and i + 1 < len(tokens) and len(tokens[i + 1]) == 1:
            names.append(tokens[i] + tokens[i + 1])
            i += 2
            continue
        if 2 <= len(tokens[i]) <= 5:
            names.append(tokens[i])
        i += 1
    return names
