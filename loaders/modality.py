"""Kind of a clause: a promise (what will be done) or a result (what has been done or measured).

By grammar first (将, 力争 … 已, 了, 累计 …), then by the year the clause speaks of, then by what governs it: the clause before
it in its sentence, the sentence before it, the head or lead-in of its section (2023年…完成情况为：), the headline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache

from .facts import StatementKind
from .lexicon import alternation, table
from .located import Located
from .text import Clause, Sentence, Text
from .time import TimeMention


@dataclass(frozen=True, slots=True)
class Mood:
    """Kind of a clause, the rule that told it, and whether its numbers are estimates (预计)."""

    kind: StatementKind
    rule: str
    estimated: bool = False


#: Markers that are part of another word: 主要, 需求, 未来产业, 为了, 获得感
_SPECIAL = {
    "将": r"(?<![部主大少小老])将(?![军士帅领官])",
    "要": r"(?<![主重需只必首紧摘纪概扼简])要(?![素求点闻塞么件领])",
    "需": r"(?<![急供内必所军])需(?![求要])",
    "计划": r"(?<![年度动保露目战业])计划(?!的|”|》|,|。|、|:|$|期|生育|单列|经济)",
    "未来": r"未来(?!产业|城|科技|学校|之|社区|型)",
    "目标": r"目标(?=是|为|:)",
    "努力": r"(?<!经过)(?<!共同)努力(?!下)",
    "了": r"(?<![为除解明不到])了(?!解|望)",
    "已": r"已(?!知)",
    "获得": r"获得(?!感)",
    "目前": r"(?<![项科])目前",
    "成功": r"成功(?!率)",
    "候选": r"候选",
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
        "年内",
        "有望",
    }
)
#: Words of having: what they say is as the lead-in has it, to be or done
_STATES = frozenset({"kind.拥有", "kind.现有", "kind.共有", "kind.目前", "kind.得到", "kind.获得"})
_UNTIL_YEAR = re.compile(r"(?:到|至)“?(?:20\d\d年|“?十[四五六]五”?)")
_HEAD_LENGTH = 32


@cache
def _markers() -> dict[str, re.Pattern[str]]:
    words = table("statement")
    marker = words["marker"]

    def compiled(group: list[str]) -> re.Pattern[str]:
        plain = [w for w in group if w not in _SPECIAL]
        return re.compile("|".join([*(_SPECIAL[w] for w in group if w in _SPECIAL), alternation(plain)]))

    return {
        "commitment": compiled(marker["commitment"]),
        "outcome": compiled(marker["outcome"]),
        "disposal": re.compile(rf"将[^,;。]*?(?:{alternation(marker['disposal'])})"),
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
    promised = _year_promised(text, plain, times, published)
    default = section = headline_mood(headline)
    moods: dict[int, Mood] = {}
    carried, paragraph = default, -1
    for sentence in text.sentences:
        if head := _section_mood(plain, sentence):
            section = carried = head
        elif sentence.paragraph != paragraph and _starts_anew(plain, sentence, times, subjects):
            carried = section
        paragraph = sentence.paragraph
        said: Mood | None = None
        for clause in sentence.clauses:
            own = _own_mood(plain, clause) or _mood_by_year(clause, times, promised, published)
            if own and said and said.rule == "kind.section" and own.rule in _STATES:
                own = None  # 目标任务：每千人口拥有托位4.1个
            if own is None and clause.closing == ":" and (lead := _lead_in(plain[clause.start : clause.end])):
                own = lead
            said = own or said
            mood = said or carried
            if estimate := _markers()["estimate"].search(plain, clause.start, clause.end):
                mood = Mood(mood.kind, mood.rule, estimated=bool(estimate))
            moods[clause.start] = mood
        if said is not None:
            carried = said
    return moods


def _starts_anew(plain: str, sentence: Sentence, times: Located[TimeMention], subjects: Set[int]) -> bool:
    """Whether a paragraph opens with its own time or subject and no promise: what held before it is over."""
    clauses = sentence.clauses
    if any((mood := _own_mood(plain, c)) and mood.kind == "commitment" for c in clauses):
        return False
    first = clauses[0] if clauses else None
    return first is not None and (
        bool(times.between(first.start, first.end)) or bool(subjects & {c.start for c in clauses[:2]})
    )


def _without_names(text: Text) -> str:
    """The folded text with what stands in quotes blanked: a name's words are no grammar."""
    chars = list(text.folded)
    for span in text.names_in_quotes:
        chars[span.start + 1 : span.end - 1] = "□" * (span.end - span.start - 2)
    return "".join(chars)


def _own_mood(plain: str, clause: Clause) -> Mood | None:
    markers = _markers()
    promise = markers["commitment"].search(plain, clause.start, clause.end)
    if promise and promise.group() == "将" and markers["disposal"].match(plain, promise.start(), clause.end):
        promise = markers["commitment"].search(plain, promise.end(), clause.end)
    promise = promise or _UNTIL_YEAR.search(plain, clause.start, clause.end)
    result = markers["outcome"].search(plain, clause.start, clause.end)
    if promise and promise.group() in _WEAK and not re.search(r"\d", plain[clause.start : clause.end]):
        promise = None
    if promise and (
        result is None or promise.start() <= result.start() or promise.group() in ("将", "力争", "确保")
    ):
        return Mood("commitment", f"kind.{promise.group()}")
    return Mood("outcome", f"kind.{result.group()}") if result else None


def _mood_by_year(
    clause: Clause, times: Located[TimeMention], promised: int | None, published: str | None
) -> Mood | None:
    """A year after the publication is a promise's, one before it a result's; likewise beside a promised year."""
    for time in times.between(clause.start, clause.end):
        if time.period:
            if time.point:
                return Mood("outcome", "kind.year")
            year = int(time.period.replace("../", "")[:4])
            if published is not None:
                if year != int(published[:4]):
                    return Mood("commitment" if year > int(published[:4]) else "outcome", "kind.year")
            elif promised is not None and year < promised:
                return Mood("outcome", "kind.year")
    return None


def _year_promised(text: Text, plain: str, times: Located[TimeMention], published: str | None) -> int | None:
    """The year that the article's promises are about, where one is printed beside 将 or its like."""
    if published is not None:
        return None
    years = []
    for sentence in text.sentences:
        if any((mood := _own_mood(plain, c)) and mood.kind == "commitment" for c in sentence.clauses):
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
