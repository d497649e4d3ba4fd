"""Quantities: number, unit and bound, and what looks like one but isn't.

A quantity is a number with a unit: 3500亿元, 22.46万个, 60余场, 三分之一, 七成, 每千人5.63批次. Ordinals (第十五水质净化厂),
names (“六大行动”, 8+N, 12348) and numbers without a unit are none. Conditions (10亿元以上项目, 60岁以上的长者) and lengths of
time (连续3年) are quantities that are marked, since only their sentence tells what they are good for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

import cn2an

from .facts import Bound
from .lexicon import alternation, rows, table
from .located import Located
from .rules import pattern
from .text import Text

_HAN_DIGITS = "零〇一二两三四五六七八九十百千万亿"
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_UNIT_KINDS = {row[0]: row[1] for row in rows("units")}
#: After a Chinese numeral these are words as often as units: 一手, 四方, 三门, 五步
_TOO_COMMON = frozenset("分番方度门手口层节步期道段字副孔串粒")
_RANGE_MARKS = frozenset("-~—一至到")
_RANGE = f"[{''.join(sorted(_RANGE_MARKS))}]"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit.

    `start` and `end` hold number, unit and the bound word after it; `number` is where the digits start, `before` where
    the bound word before it starts. `value` is in `unit`, without 万 and 亿. `kind` is the unit's kind of `units.tsv`.
    """

    start: int
    end: int
    number: int
    before: int
    value: Decimal
    unit: str
    kind: str
    bound: Bound
    condition: bool = False
    upper: Decimal | None = None  # of a range 10至15
    reach: int = 0  # end of the word that gives its bound, where that stands after a later number
    rules: tuple[str, ...] = ("quantity.number",)


@dataclass(frozen=True, slots=True)
class Passed:
    """A number that was seen and is no quantity, with the reason as an id of the table of reasons."""

    start: int
    end: int
    reason: str


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = table("quantity")
    before = alternation(w for group in words["bound"]["before"].values() for w in group)
    after = alternation(w for group in words["bound"]["after"].values() for w in group)
    more = alternation(words["more"]["words"])
    shut = words["unit_not_before"]
    longest = sorted(_UNIT_KINDS, key=lambda u: (-len(u), u))
    unit = "|".join(re.escape(u) + (f"(?![{shut[u]}])" if u in shut else "") for u in longest)
    arabic = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d.])|\d+(?:\.\d+)?"
    han = rf"[{_HAN_DIGITS}]+(?:点[零一二三四五六七八九]+)?"
    scale = r"(?:[十百千]?[万亿]{1,2}|百(?!分)|千(?![分米瓦克伏]))?"
    per = alternation(words["per"])
    number = rf"(?:(?P<arabic>{arabic})(?P<more1>{more})?(?P<scale>{scale})|(?P<han>{han}))"
    upper = rf"(?:{_RANGE}(?P<upper>{arabic})(?P<scale2>{scale}))?"
    fraction = (
        rf"(?:(?P<den>{arabic}|[{_HAN_DIGITS}]+)分之(?P<num>{arabic}|{han})|(?P<half>一半|半数)(?!天|夜|路|人)"
        r"|(?<=[的占为约达])(?P<top>\d{1,3})/(?P<bottom>\d{1,3})(?![\d/]))"
    )
    tail = rf"(?P<after>{after})?"
    return {
        "before": re.compile(rf"(?:{before})+$"),
        "fraction": re.compile(rf"{fraction}{tail}"),
        "number": re.compile(
            rf"{number}(?P<more2>{more})?{upper}(?P<unit1>%|‰)?(?:(?<=[\d万亿]) )?"
            r"(?:成(?P<tenth>[一二三四五六七八九])(?![一二三四五六七八九十])"
            rf"|(?P<unit>{unit})(?P<over>/(?:{unit}|{per}))?(?P<more3>多|余)?)?{tail}"
        ),
        "start": re.compile(rf"[\d{_HAN_DIGITS}]"),
        "digits": re.compile(rf"[\d.,+]+|[{_HAN_DIGITS}]+"),
    }


_LONGEST_NUMERAL = 24
_SCALED = re.compile(r"(\d+(?:\.\d+)?)([十百千万亿]*)")


def parse_number(text: str) -> Decimal:
    """Value of a numeral, Arabic or Chinese, with its scale: 22.46万, 1,200, 三百五十, 两, 十五点五.

    Raises ValueError for what is no numeral.
    """
    plain = text.replace(",", "").replace(" ", "")
    if len(plain) > _LONGEST_NUMERAL:
        raise ValueError(f"no numeral has {len(plain)} characters")
    m = _SCALED.fullmatch(plain)
    if m:
        value = Decimal(m.group(1))
        for scale in m.group(2):
            value *= _SCALES[scale]
        return value
    if plain[:1] in _SCALES and plain[0] != "十":  # 近百家, 突破百万人次
        plain = "一" + plain
    try:
        return Decimal(str(cn2an.cn2an(plain.replace("两", "二").replace("〇", "零"), "smart")))
    except KeyError as error:  # what cn2an raises for some rows of digits that are no numeral
        raise ValueError(f"no numeral: {text}") from error


def is_unit(word: str) -> bool:
    """Whether the word is a unit of `units.tsv`."""
    return word in _UNIT_KINDS


def read_quantities(text: Text, passed: list[Passed] | None = None) -> list[Quantity]:
    """All quantities of the text in order; numbers that are none go to `passed`. Names in quotes hold none."""
    found: list[Quantity] = []
    folded, at = text.folded, 0
    shut = Located(text.names_in_quotes, lambda s: s.start)
    patterns = _patterns()
    number, fraction, digits = patterns["number"], patterns["fraction"], patterns["digits"]
    search = patterns["start"].search
    while m := search(folded, at):
        at = m.start()
        hit = fraction.match(folded, at)
        quantity = _fraction(folded, hit) if hit else None
        reason: str | None = None
        if quantity is None:
            hit = number.match(folded, at)
            quantity, reason = (
                _number(folded, hit, _implied_unit(folded, hit, found)) if hit else (None, None)
            )
        name = shut.before(at + 1) if quantity or reason else None
        if name is not None and at < name.end:
            quantity, reason = None, "name.quoted"
        run = digits.match(folded, at)
        end = hit.end() if quantity and hit else max(run.end() if run else 0, at + 1)
        if quantity:
            found.append(quantity)
        elif passed is not None and (reason or folded[at].isdigit()):
            passed.append(Passed(at, hit.end() if reason and hit else end, reason or "no-unit"))
        at = end
    return _share_bounds(folded, _join_ranges(folded, _share_units(folded, found)))


def _fraction(text: str, m: re.Match[str]) -> Quantity | None:
    if m["half"]:  # 占全国一半以上
        told = "占" in text[max(0, m.start() - 10) : m.start()]
        return (
            _with_bound(text, m, Decimal(50), "%", Decimal(0), "quantity.fraction", more=False)
            if told
            else None
        )
    try:
        top, bottom = parse_number(m["num"] or m["top"]), parse_number(m["den"] or m["bottom"])
    except ValueError:
        return None
    if not bottom or top > bottom:
        return None
    exact = top * 100 / bottom
    value = exact if bottom in (100, 1000, 10000) else exact.quantize(Decimal("0.01"))
    return _with_bound(text, m, value, "%", Decimal(0), "quantity.fraction", more=False)


def _implied_unit(text: str, m: re.Match[str], found: Sequence[Quantity]) -> str | None:
    """阅读量5.2亿, 旅客57.6万人次，同比净增31万: the unit that a number with 万 or 亿 leaves out."""
    if not m["arabic"] or not m["scale"] or m["scale"][-1] not in "万亿" or m["unit"] or m["unit1"]:
        return None
    for unit, nouns in table("quantity")["implied_after"].items():
        if text.startswith(tuple(nouns), m.end()):
            return str(unit)
    if text[m.end() : m.end() + 1] not in ("", ",", "。", ";", "、", ")", "\n", "和"):
        return None
    before = text[max(0, m.start() - 12) : m.start()]
    if named := pattern("quantity.implied-unit").search(before):
        return str(table("quantity")["implied_unit"][named["thing"]])
    last = found[-1] if found else None
    if last and pattern("aspect.thing-changes").search(before) and "。" not in text[last.end : m.start()]:
        return last.unit
    return None


def _number(text: str, m: re.Match[str], implied: str | None = None) -> tuple[Quantity | None, str | None]:
    """The quantity, or why the number is none; `implied` is the unit of a number that has none of its own."""
    unit = m["unit1"] or m["unit"] or ("成" if m["tenth"] else implied)
    if unit is None or (m["unit1"] and m["unit"]):
        return None, None
    if reason := _why_no_quantity(text, m, unit):
        return None, reason
    try:
        value = parse_number((m["arabic"] or m["han"]) + (m["scale"] or ""))
        upper = parse_number(m["upper"] + (m["scale2"] or "")) if m["upper"] else None
    except ValueError:
        return None, "word"
    if upper is not None:
        if (upper <= value and not m["scale"] and m["scale2"]) or (m["scale2"] and not m["scale"]):
            value = parse_number(m["arabic"] + m["scale2"])
        if upper <= value:
            return None, "name"
    rule = (
        "quantity.implied-unit"
        if implied and not (m["unit1"] or m["unit"] or m["tenth"])
        else "quantity.number"
    )
    if unit == "番":  # 翻两番: four times as much
        if "翻" not in text[max(0, m.start() - 2) : m.start()] or value not in (1, 2, 3):
            return None, "word"
        value, unit, rule = (2**value - 1) * 100, "%", "quantity.doubling"
    if unit == "成":
        value, unit, rule = (
            value * 10 + (parse_number(m["tenth"]) if m["tenth"] else 0),
            "%",
            "quantity.tenths",
        )
        if value > 100:
            return None, "word"
    if m["over"]:
        unit += m["over"]
    more = bool(m["more1"] or m["more2"] or m["more3"])
    return _with_bound(text, m, value, unit, upper or Decimal(0), rule, more=more), None


def _why_no_quantity(text: str, m: re.Match[str], unit: str) -> str | None:
    """Ordinals (第3批), parts of names (G85, 8+N), 三年行动, 500强, 一个: the reason, or None for a quantity."""
    before, after = text[max(0, m.start() - 4) : m.start()], text[m.end() : m.end() + 4]
    if pattern("quantity.ordinal").search(before):
        return "ordinal"
    if pattern("quantity.latin-name").search(before) and not _counts_acronym(before, unit):
        return "name"
    if pattern("quantity.interval").search(before):
        return "interval"
    if (unit == "秒" and re.search(r"\d分$", before)) or (unit == "分" and before.endswith(("点", "时"))):
        return "time"  # 5分30秒, 7点30分: the second half of a time
    if before[-1:] in "十百千万亿" and before and m["arabic"] is None:
        return "word"
    if m["han"] is not None and (reason := _why_no_numeral(m["han"], unit, before, after)):
        return reason
    if pattern("quantity.name").match(text, m.end(), m.end() + 4):
        return "name"
    return "date" if unit in ("年", "月", "日") and _is_date(before, m, unit) else None


def _counts_acronym(before: str, unit: str) -> bool:
    """AED552台: whether the number counts a thing known by its initials, rather than being the end of a code."""
    return (
        bool(pattern("quantity.acronym").search(before)) and unit in table("quantity")["acronym"]["measure"]
    )


_WORD_OF_TENTHS = re.compile(r"[立为功长果员本品就熟都交分型效绩群人年家片批套语见活器因份色像]")


def _why_no_numeral(han: str, unit: str, before: str, after: str) -> str | None:
    """A Chinese numeral is a word more often than a number: 零部件, 数十家, 一个, 三成立."""
    if han[0] in "零〇":
        return "word"
    if pattern("quantity.vague").search(before):
        return "vague"
    if han[0] in "百千万亿" and before[-1:] not in ("近", "上", "超", "逾", "过", "破", "达"):
        return "vague"
    if unit == "成":  # 七成企业, 六成二, but not 三成立
        word = not after.startswith(tuple("一二三四五六七八九")) and _WORD_OF_TENTHS.match(after)
        whole = (
            han != "一" or after[:1] in ("多", "以", "左") or before[-1:] in ("占", "近", "约", "达", "超")
        )
        return "word" if word or not whole else None
    if unit == "番":
        return None
    if han == "一" or _UNIT_KINDS[unit] == "time" or unit in _TOO_COMMON:
        return "word"
    return None


def _is_date(before: str, m: re.Match[str], unit: str) -> bool:
    number = m["arabic"] or ""
    return (unit == "年" and len(number) == 4) or unit in ("月", "日") or before.endswith("年")


def _with_bound(
    text: str, m: re.Match[str], value: Decimal, unit: str, upper: Decimal, rule: str, *, more: bool
) -> Quantity:
    words = table("quantity")["bound"]
    head = text[max(0, m.start() - 14) : m.start()].rstrip(" ")
    rules = [rule]
    per = pattern("quantity.per").search(head) if "每" in head else None
    if per:
        unit = f"{unit}/{table('quantity')['per'][per['per']]}"
        rules.append("quantity.per")
    hit = _patterns()["before"].search(head) if head[-1:] in _last_of_bounds() else None
    share = None
    if not hit:
        share = (
            pattern("bound.of-share").search(head) if unit == "%" else pattern("bound.of-deed").search(head)
        )
    stop = m.start() - (text[max(0, m.start() - 14) : m.start()].endswith(" "))
    before = stop - (len(head) - hit.start()) if hit else stop
    bound: Bound = "="
    if hit and (bound := _bound_before(hit.group())) != "=":
        rules.append("bound.before")
    if share:
        bound = _bound_before(share["bound"])
        rules.append("bound.before")
    if more:
        bound = ">"
        rules.append("bound.more")
    if m["after"]:
        bound = next(b for b, group in words["after"].items() if m["after"] in group)
        rules.append("bound.after")
    if upper:
        rules.append("quantity.range")
    kind = "ratio" if unit == "%" else _UNIT_KINDS.get(unit.split("/")[0], "ratio")
    if per:
        before = min(before, stop - (len(head) - per.start()))
    return Quantity(
        start=m.start(),
        end=m.end(),
        number=m.start(),
        before=before,
        value=value,
        unit=unit,
        kind=kind,
        bound=bound,
        condition=_is_condition(text, m, kind),
        upper=upper or None,
        rules=tuple(rules),
    )


@cache
def _last_of_bounds() -> frozenset[str]:
    """Characters that a bound word ends in: most numbers have none before them."""
    return frozenset(w[-1] for group in table("quantity")["bound"]["before"].values() for w in group)


@cache
def _bound_words() -> dict[str, re.Pattern[str]]:
    return {
        bound: re.compile(alternation(group))
        for bound, group in table("quantity")["bound"]["before"].items()
        if bound != "="
    }


def _bound_before(words: str) -> Bound:
    """Bound of the words before a number; one that says more than = wins: 达到不少于."""
    for bound, group in _bound_words().items():
        if group.search(words):
            if bound == "<" and re.search(r"不(?:低于|少于|小于)", words):
                return ">="
            if bound == ">" and re.search(r"不(?:超过|高于|多于|大于)", words):
                return "<="
            return bound  # type: ignore[return-value]
    return "="


def _is_condition(text: str, m: re.Match[str], kind: str) -> bool:
    """60岁以上的长者, 10亿元以上项目: a threshold that describes a noun, where counting words keep the count."""
    if kind == "age":
        return not pattern("quantity.measured-age").search(text[max(0, m.start() - 12) : m.start()])
    if not m["after"] or kind in ("count", "person", "ratio"):
        return False
    return bool(pattern("quantity.condition-goes-on").match(text[m.end() : m.end() + 1]))


_BARE = re.compile(
    r"(?<![\d.,第A-Za-z年月%])(?P<number>\d+(?:\.\d+)?)(?:[、和及与]|(?<=[\u4e00-\u9fff]\d)、[\u4e00-\u9fff]{1,8}|(?<=[\u4e00-\u9fff]\d\d)、[\u4e00-\u9fff]{1,8}|(?<=[\u4e00-\u9fff]\d{3})、[\u4e00-\u9fff]{1,8})$"
)


def _share_units(text: str, found: list[Quantity]) -> list[Quantity]:
    """分别增长5、6和7.5个百分点: numbers of a list without a unit take that of the next one, its 万 or 亿 with it."""
    shared: list[Quantity] = []
    for quantity in reversed(found):
        following = shared[-1] if shared else None
        joined = following is not None and text[quantity.end : following.before] in ("、", "和", "及", "与")
        if joined and following and quantity.unit == "个" and following.unit == "个百分点":
            quantity = replace(quantity, unit=following.unit, kind=following.kind)
        shared.append(quantity)
        while bare := _BARE.search(text, max(0, shared[-1].number - 14), shared[-1].number):
            scale = _scale_of(text[shared[-1].number : shared[-1].end])
            shared.append(
                replace(
                    shared[-1],
                    start=bare.start(),
                    end=bare.end("number"),
                    number=bare.start(),
                    before=bare.start(),
                    value=parse_number(bare["number"] + scale),
                    bound="=",
                    upper=None,
                    reach=max(shared[-1].end, shared[-1].reach),
                    rules=("quantity.number", "quantity.shared-unit"),
                )
            )
    return shared[::-1]


def _scale_of(surface: str) -> str:
    m = re.match(r"[\d.,]+([十百千万亿]*)", surface)
    return m.group(1) if m else ""


def _join_ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    """5%—6%, 400万元至500万元: one quantity with an upper end. 从3个到5个 is a change and stays two."""
    joined: list[Quantity] = []
    for quantity in found:
        last = joined[-1] if joined else None
        if (
            last
            and text[last.end : quantity.number] in _RANGE_MARKS
            and last.unit == quantity.unit
            and last.value < quantity.value
            and text[last.before - 1 : last.before] not in ("从", "由")
        ):
            joined[-1] = replace(
                last, end=quantity.end, upper=quantity.value, rules=(*last.rules, "quantity.range")
            )
        else:
            joined.append(quantity)
    return joined


def _share_bounds(text: str, found: list[Quantity]) -> list[Quantity]:
    """分别达到400万元、300万元以上: the word after the last one holds for the whole list of the same unit."""
    shared = list(found)
    for i in range(len(shared) - 2, -1, -1):
        this, following = shared[i], shared[i + 1]
        if (
            text[this.end : following.before] in ("、", "和", "及", "与")
            and this.unit == following.unit
            and this.bound == "="
            and following.bound in (">=", "<=", "~")
            and not following.condition
            and text[following.number : following.end].endswith(("以上", "以内", "以下", "左右", "上下"))
        ):
            shared[i] = replace(
                this,
                bound=following.bound,
                reach=max(following.end, following.reach),
                rules=(*this.rules, "bound.shared"),
            )
    return shared
