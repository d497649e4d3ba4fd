"""Kind of a clause: a promise (what will be done) or a result (what has been done or measured).

By grammar first (将, 力争 … 已, 了, 累计 …), then by the year the clause speaks of, then by what governs it: the clause before
it in its sentence, the sentence before it, the head or lead-in of its section (2023年…完成情况为：), the headline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache

from . import iso_period
from .facts import StatementKind
from .lexicon import alternation, table
from .located import Located
from .rules import expand, pattern, patterns
from .text import Clause, Sentence, Text
from .time import TimeMention, dateline_year


@dataclass(frozen=True, slots=True)
class Mood:
    """Kind of a clause, the rule that told it and the word that it went by, and whether its numbers are estimates (预计)."""

    kind: StatementKind
    rule: str
    estimated: bool = False
    cue: str = ""
    carried: bool = False  # said in another clause


#: Markers that are part of other words, too, and the pattern of the table that tells them apart
_GUARDED = {
    "将": "kind.将",
    "要": "kind.要",
    "需": "kind.需",
    "计划": "kind.计划",
    "未来": "kind.未来",
    "目标": "kind.目标",
    "努力": "kind.努力",
    "了": "kind.了",
    "已": "kind.已",
    "获得": "kind.获得",
    "拥有": "kind.拥有",
    "目前": "kind.目前",
    "成功": "kind.成功",
    "年内": "kind.年内",
}
#: Words of resolve: they promise where something is counted, else they only colour what is told
_WEAK = frozenset(
    {
        "确保",
        "努力",
        "要",
        "需",
        "必须",
        "应当",
        "力求",
        "旨在",
        "奋力",
        "主攻",
        "要求",
        "不少于",
        "不低于",
        "有望",
    }
)
#: Words of having: what they say is as the lead-in has it, to be or done
#: 市财政局要盯紧全年目标: after the one who is bidden these promise as 将 does
_BIDDING = frozenset({"要", "需", "必须", "应当"})
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"\d{4}")
#: What may stand in a promise, too: 计划完成投资62亿元，同比增长9%左右; 到2025年，累计建成30个
_IN_PROMISES = frozenset({"同比", "环比", "累计"})
_OF_CLAUSE = frozenset({"年初定下"})
_STATES = frozenset({"拥有", "现有", "共有", "目前", "得到", "获得"})
_HEAD_LENGTH = 32
_YEAR_IS_YOUNG = 3  # until March nobody reports on the year as a whole


@cache
def _markers() -> dict[str, re.Pattern[str]]:
    words = table("statement")
    marker = words["marker"]

    def compiled(group: list[str]) -> re.Pattern[str]:
        plain = [w for w in group if w not in _GUARDED]
        guarded = [expand(patterns()[_GUARDED[w]].regex) for w in group if w in _GUARDED]
        return re.compile("|".join([*guarded, alternation(plain)]))

    return {
        "commitment": compiled(marker["commitment"]),
        "outcome": compiled(marker["outcome"]),
        "estimate": re.compile(alternation(marker["estimate"])),
        "section commitment": re.compile(alternation(words["section"]["commitment"])),
        "section outcome": re.compile(alternation(words["section"]["outcome"])),
    }


def headline_mood(headline: str) -> Mood:
    """What the headline alone says: 全部完成, 增长7% tell results; 将, 惠民实事 without 完成 tell promises."""
    markers = _markers()
    if re.search(
        r"完成|落实|突破|已|开通|举办|获|实现|增长|达|启用|投用|通车|回顾|公布.*结果", headline
    ) and not re.search(r"将|力争|确保|计划|目标|力推|今年要", headline):
        return Mood("outcome", "kind.headline")
    if markers["commitment"].search(headline) or markers["section commitment"].search(headline):
        return Mood("commitment", "kind.headline")
    return Mood("outcome", "kind.default")


def read_moods(
    text: Text,
    mentions: Sequence[TimeMention],
    headline: str,
    published: str | None,
    subjects: Set[int] = frozenset(),
) -> dict[int, Mood]:
    """Mood of every clause, by the clause's start; `subjects` are the starts of clauses that name who acts."""
    times = Located(mentions, lambda t: t.start)
    plain = _without_names(text)
    markers = _markers()
    year = int(published[:4]) if published else dateline_year(text)
    told = {c.start: _own_mood(plain, c, markers, subjects, year) for s in text.sentences for c in s.clauses}
    promised = _year_promised(text, told, times, published)
    default = section = headline_mood(headline)
    moods: dict[int, Mood] = {}
    carried, paragraph = default, -1
    for sentence in text.sentences:
        if head := _section_mood(plain, sentence):
            section = carried = head
        elif sentence.paragraph != paragraph and _starts_anew(told, sentence, times, subjects):
            carried = section
        paragraph = sentence.paragraph
        said: Mood | None = None
        built = False
        expected = False  # 预计 holds on in its sentence until a word of another kind
        for clause in sentence.clauses:
            own = told[clause.start] or _mood_by_year(plain, clause, times, promised, year, published)
            if own is None or own.cue in _STATES:
                own = _once_built(plain, clause, built) or own
            built = bool(pattern("kind.once-built").search(plain, clause.start, clause.end))
            if own and own.cue in _STATES and _goes_on(said, carried):
                own = None  # 目标任务：每千人口拥有托位4.1个
            if clause.closing == ":" and (own is None or own.cue == "了"):
                own = _lead_in(text.folded[clause.start : clause.end]) or own
            if own and said and own.cue in _IN_PROMISES and said.kind == "commitment":
                own = None
            if own and said and own.cue == "年内" and said.kind == "outcome":
                own = None  # 累计62户，年内净增9户
            expected = expected and own is None and clause.closing != ";"
            local = own is not None and (
                own.cue in _OF_CLAUSE or (own.cue in _WEAK and own.kind == "commitment")
            )
            said = own if own and not local else said
            mood = (own if local else said) or carried
            estimated = expected or markers["estimate"].search(plain, clause.start, clause.end) is not None
            expected = estimated
            inherited = own is None and mood.rule not in ("kind.headline", "kind.default", "kind.section")
            if inherited or estimated != mood.estimated:
                mood = Mood(mood.kind, mood.rule, estimated, mood.cue, inherited)
            moods[clause.start] = mood
        if said is not None and said.rule != "kind.once-built":
            carried = said
    return moods


def _once_built(plain: str, clause: Clause, after: bool) -> Mood | None:
    """项目建成后，预计年产值达…: what a thing will do when it stands is promised; what it does since then is not."""
    built = pattern("kind.once-built").search(plain, clause.start, clause.end)
    start = built.end() if built else clause.start
    if (after or built) and pattern("kind.expected").search(plain, start, clause.end):
        return Mood("commitment", "kind.once-built", cue="建成后")
    return None


def _goes_on(said: Mood | None, carried: Mood) -> bool:
    """Whether a word of having says how much there is to be: in a section's list, or among promises."""
    before = said or carried
    return before.rule == "kind.section" or (before.kind == "commitment" and before.rule == "kind.promise")


def _starts_anew(
    told: dict[int, Mood | None], sentence: Sentence, times: Located[TimeMention], subjects: Set[int]
) -> bool:
    """Whether a paragraph opens with its own time or subject and no promise: what held before it is over."""
    clauses = sentence.clauses
    if any((mood := told[c.start]) and mood.kind == "commitment" for c in clauses):
        return False
    first = clauses[0] if clauses else None
    return first is not None and (
        bool(times.between(first.start, first.end)) or bool(subjects & {c.start for c in clauses[:2]})
    )


def _without_names(text: Text) -> str:
    """The folded text with what stands in quotes blanked: a name's words are no grammar."""
    if not text.names_in_quotes:
        return text.folded
    chars = list(text.folded)
    for span in text.names_in_quotes:
        chars[span.start + 1 : span.end - 1] = "□" * (span.end - span.start - 2)
    return "".join(chars)


def _own_mood(
    plain: str,
    clause: Clause,
    markers: dict[str, re.Pattern[str]],
    subjects: Set[int] = frozenset(),
    today: int | None = None,
) -> Mood | None:
    promise = markers["commitment"].search(plain, clause.start, clause.end)
    if (
        promise
        and promise.group() == "将"
        and pattern("kind.disposal").match(plain, promise.start(), clause.end)
    ):
        promise = markers["commitment"].search(plain, promise.end(), clause.end)
    if promise is None and (until := pattern("kind.until-year").search(plain, clause.start, clause.end)):
        year = _YEAR.search(until.group())
        over = (
            year is not None and today is not None and int(year.group()) < today
        )  # 到2023年底, told in 2024
        promise = None if over else until
    result = markers["outcome"].search(plain, clause.start, clause.end) or pattern("kind.elapsed").search(
        plain, clause.start, clause.end
    )
    bidden = promise is not None and promise.group() in _BIDDING and clause.start in subjects
    if (
        promise
        and promise.group() in _WEAK
        and not bidden
        and not _DIGIT.search(plain, clause.start, clause.end)
    ):
        promise = None
    if promise and (
        result is None or promise.start() <= result.start() or promise.group() in ("将", "力争", "确保")
    ):
        return Mood("commitment", "kind.promise", cue="将" if bidden else promise.group())
    return Mood("outcome", "kind.result", cue=result.group()) if result else None


def _mood_by_year(
    plain: str,
    clause: Clause,
    times: Located[TimeMention],
    promised: int | None,
    today: int | None,
    published: str | None,
) -> Mood | None:
    """A year after the publication is a promise's, one before it a result's; likewise beside a promised year."""
    for time in times.between(clause.start, clause.end):
        if time.period:
            if time.point:
                return Mood("outcome", "kind.year")
            year = int(time.period.replace("../", "")[:4])
            if today is not None:
                if year != today:
                    return Mood("commitment" if year > today else "outcome", "kind.year")
                if published and _yet_to_come(plain, time, published):
                    return Mood("commitment", "kind.year")
            elif promised is not None and year < promised:
                return Mood("outcome", "kind.year")
    return None


def _yet_to_come(plain: str, time: TimeMention, published: str) -> bool:
    """Whether a time of the year of publication was still to come: told in February, 2024年底前 was, and 2024年 as a whole."""
    if int(published[5:7]) > _YEAR_IS_YOUNG or not time.period:
        return False
    first, last = iso_period.days(time.period)
    if last is None or last <= published:
        return False
    whole = first is not None and first.endswith("-01-01") and last.endswith("-12-31")
    return (whole and pattern("kind.whole-year").match(plain, time.start) is not None) or (
        first or ""
    ) > published


def _year_promised(
    text: Text, told: dict[int, Mood | None], times: Located[TimeMention], published: str | None
) -> int | None:
    """The year that the article's promises are about, where one is printed beside 将 or its like."""
    if published is not None:
        return None
    years = []
    for sentence in text.sentences:
        if any((mood := told[c.start]) and mood.kind == "commitment" for c in sentence.clauses):
            years += [
                int(t.period[:4])
                for t in times.between(sentence.start, sentence.end)
                if t.period and t.period[:4].isdigit() and not t.point
            ]
    return max(years, default=None)


def _section_mood(plain: str, sentence: Sentence) -> Mood | None:
    """A short line of its own without a sentence's end, or one that ends in a colon, governs what follows it."""
    line = plain[sentence.start : sentence.end].strip()
    if len(line) > _HEAD_LENGTH or not (line.endswith(":") or line[-1:] not in "。!?;,…"):
        return None
    return _lead_in(line)


def _lead_in(line: str) -> Mood | None:
    markers = _markers()
    if markers["section outcome"].search(line):
        return Mood("outcome", "kind.section")
    if markers["section commitment"].search(line):
        return Mood("commitment", "kind.section")
    return None
