"""Quantities: number, unit and bound, and what looks like one but isn't.

A quantity is a number with a unit: 3500亿元, 22.46万个, 60余场, 三分之一, 七成, 每千人5.63批次. Ordinals (第十五水质净化厂),
names (“六大行动”, 8+N, 12348) and numbers without a unit are none. Conditions (10亿元以上项目, 60岁以上的长者) and lengths of
time (连续3年) are quantities that are marked, since only their sentence tells what they are good for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

import cn2an

from .facts import Bound
from .lexicon import alternation, rows, table
from .text import Text

_HAN_DIGITS = "零〇一二两三四五六七八九十百千万亿"
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_UNIT_KINDS = {row[0]: row[1] for row in rows("units")}
#: After a Chinese numeral these are words as often as units: 一手, 四方, 三门, 五步
_TOO_COMMON = frozenset("方度门手口层节步期")
_RANGE = r"(?:-|~|—|一|至|到)"


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


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = table("quantity")
    before = alternation(w for group in words["bound"]["before"].values() for w in group)
    after = alternation(w for group in words["bound"]["after"].values() for w in group)
    more = alternation(words["more"]["words"])
    unit = alternation(_UNIT_KINDS)
    arabic = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    han = rf"[{_HAN_DIGITS}]+(?:点[零一二三四五六七八九]+)?"
    scale = r"(?:[十百千]?[万亿]{1,2}|[百千](?!分))?"
    per = alternation(words["per"])
    number = rf"(?:(?P<arabic>{arabic})(?P<more1>{more})?(?P<scale>{scale})|(?P<han>{han}))"
    upper = rf"(?:{_RANGE}(?P<upper>{arabic})(?P<scale2>{scale}))?"
    fraction = rf"(?P<den>{arabic}|[{_HAN_DIGITS}]+)分之(?P<num>{arabic}|{han})"
    tail = rf"(?P<after>{after})?"
    return {
        "before": re.compile(rf"(?:{before})+$"),
        "fraction": re.compile(rf"{fraction}{tail}"),
        "number": re.compile(
            rf"{number}(?P<more2>{more})?{upper}(?P<unit1>%|‰)?(?:(?P<unit>{unit})(?P<over>/(?:{unit}|{per}))?"
            rf"(?P<more3>多|余)?)?{tail}"
        ),
        "per": re.compile(rf"每(?P<per>{per})(?:共|约|平均|达|达到|提供|不少于|不低于|超过|超)*$"),
        "ordinal": re.compile(rf"(?:{alternation(words['before_number']['ordinal'])})$"),
        "name": re.compile(alternation(words["after_unit"]["name"])),
        "vague": re.compile(rf"(?:{alternation(words['vague']['before'])})$"),
    }


def parse_number(text: str) -> Decimal:
    """Value of a numeral, Arabic or Chinese, with its scale: 22.46万, 1,200, 三百五十, 两, 十五点五.

    Raises ValueError for what is no numeral.
    """
    plain = text.replace(",", "")
    m = re.fullmatch(r"(\d+(?:\.\d+)?)([十百千万亿]*)", plain)
    if m:
        value = Decimal(m.group(1))
        for scale in m.group(2):
            value *= _SCALES[scale]
        return value
    if plain in _SCALES:  # 近百家, 上万人
        return Decimal(_SCALES[plain])
    return Decimal(str(cn2an.cn2an(plain.replace("两", "二").replace("〇", "零"), "smart")))


def read_quantities(text: Text) -> list[Quantity]:
    """All quantities of the text in order. Names in quotes hold none."""
    folded, found, at = text.folded, [], 0
    shut = [(s.start, s.end) for s in text.names_in_quotes]
    number, fraction = _patterns()["number"], _patterns()["fraction"]
    starts = re.compile(rf"[\d{_HAN_DIGITS}]")
    while m := starts.search(folded, at):
        at = m.start()
        hit = fraction.match(folded, at)
        quantity = _fraction(folded, hit) if hit else None
        if quantity is None:
            hit = number.match(folded, at)
            quantity = _number(folded, hit) if hit else None
        if quantity and not any(a <= quantity.number < b for a, b in shut):
            found.append(quantity)
        at = max(hit.end() if quantity and hit else _end_of_digits(folded, at), at + 1)
    return _share_bounds(folded, _join_ranges(folded, found))


def _end_of_digits(text: str, at: int) -> int:
    m = re.compile(rf"[\d.,+]+|[{_HAN_DIGITS}]+").match(text, at)
    return m.end() if m else at + 1


def _fraction(text: str, m: re.Match[str]) -> Quantity | None:
    try:
        top, bottom = parse_number(m["num"]), parse_number(m["den"])
    except ValueError:
        return None
    if not bottom or top > bottom:
        return None
    exact = top * 100 / bottom
    value = exact if bottom in (100, 1000, 10000) else exact.quantize(Decimal("0.01"))
    return _with_bound(text, m, value, "%", Decimal(0), more=False)


def _number(text: str, m: re.Match[str]) -> Quantity | None:
    unit = m["unit1"] or m["unit"]
    if unit is None or _is_name(text, m, unit):
        return None
    if m["unit1"] and m["unit"]:
        return None
    try:
        value = parse_number((m["arabic"] or m["han"]) + (m["scale"] or ""))
        upper = parse_number(m["upper"] + (m["scale2"] or "")) if m["upper"] else None
    except ValueError:
        return None
    if upper is not None:
        if (upper <= value and not m["scale"] and m["scale2"]) or (m["scale2"] and not m["scale"]):
            value = parse_number(m["arabic"] + m["scale2"])
        if upper <= value:
            return None
    if unit == "成":
        value, unit = value * 10, "%"
        if value > 100:
            return None
    if m["over"]:
        unit += m["over"]
    more = bool(m["more1"] or m["more2"] or m["more3"])
    return _with_bound(text, m, value, unit, upper or Decimal(0), more=more)


def _is_name(text: str, m: re.Match[str], unit: str) -> bool:
    """Ordinals (第3批), parts of names (G85, 8+N), 三年行动, 500强, 一个: no quantity."""
    before, after = text[max(0, m.start() - 4) : m.start()], text[m.end() : m.end() + 4]
    if _patterns()["ordinal"].search(before) or re.search(r"[A-Za-z+./_]$|[A-Za-z][\-—]$", before):
        return True
    if re.search(r"每隔?$", before) or (unit == "秒" and re.search(r"\d分$", before)):
        return True  # 每隔2公里: an interval; 5分30秒: the second half of a time
    if before[-1:] in "十百千万亿" and before and m["arabic"] is None:
        return True
    if m["han"] is not None:
        han = m["han"]
        if han[0] in "零〇":  # 零部件
            return True
        if _patterns()["vague"].search(before) or (
            han[0] in "百千万亿" and not re.search(r"(?:近|上|超|逾|过)$", before)
        ):
            return True
        if unit == "成":  # 七成企业, but not 三成立
            return han == "一" or bool(re.match(r"(?![的以左多])[\u4e00-\u9fff]", after))
        if han == "一" or _UNIT_KINDS[unit] == "time" or unit in _TOO_COMMON:
            return True
    return bool(_patterns()["name"].match(after)) or (
        unit in ("年", "月", "日") and _is_date(before, m, unit)
    )


def _is_date(before: str, m: re.Match[str], unit: str) -> bool:
    number = m["arabic"] or ""
    return (unit == "年" and len(number) == 4) or unit in ("月", "日") or before.endswith("年")


def _with_bound(
    text: str, m: re.Match[str], value: Decimal, unit: str, upper: Decimal, *, more: bool
) -> Quantity:
    words = table("quantity")["bound"]
    head = text[max(0, m.start() - 12) : m.start()]
    per = _patterns()["per"].search(head)
    if per:
        unit = f"{unit}/{table('quantity')['per'][per['per']]}"
    hit = _patterns()["before"].search(head)
    before = m.start() - (len(head) - hit.start()) if hit else m.start()
    bound: Bound = "="
    if hit:
        bound = _bound_before(hit.group(), words["before"])
    if more:
        bound = ">"
    if m["after"]:
        bound = next(b for b, group in words["after"].items() if m["after"] in group)
    kind = "ratio" if unit == "%" else _UNIT_KINDS.get(unit.split("/")[0], "ratio")
    if per:
        before = min(before, m.start() - (len(head) - per.start()))
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
    )


def _bound_before(words: str, groups: dict[str, list[str]]) -> Bound:
    """Bound of the words before a number; one that says more than = wins: 达到不少于."""
    for bound, group in groups.items():
        if bound != "=" and re.search(rf"(?:{alternation(group)})", words):
            if bound == "<" and re.search(r"不(?:低于|少于|小于)", words):
                return ">="
            if bound == ">" and re.search(r"不(?:超过|高于|多于|大于)", words):
                return "<="
            return bound  # type: ignore[return-value]
    return "="


def _is_condition(text: str, m: re.Match[str], kind: str) -> bool:
    """60岁以上的长者, 10亿元以上项目: a threshold that describes a noun, where counting words keep the count."""
    if kind == "age":
        return True
    if not m["after"] or kind in ("count", "person", "ratio"):
        return False
    after = text[m.end() : m.end() + 1]
    return bool(re.match(r"[\u4e00-\u9fff“(]", after)) and after not in "和及与并且其"


def _join_ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    """5%—6%, 400万元至500万元: one quantity with an upper end. 从3个到5个 is a change and stays two."""
    joined: list[Quantity] = []
    for quantity in found:
        last = joined[-1] if joined else None
        if (
            last
            and re.fullmatch(_RANGE, text[last.end : quantity.number])
            and last.unit == quantity.unit
            and last.value < quantity.value
            and text[last.before - 1 : last.before] not in ("从", "由")
        ):
            joined[-1] = replace(last, end=quantity.end, upper=quantity.value)
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
            shared[i] = replace(this, bound=following.bound, reach=max(following.end, following.reach))
    return shared
