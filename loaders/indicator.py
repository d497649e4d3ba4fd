"""Indicators: what a number counts, as short as it can be and still stand alone.

工业投资 in 确保工业投资增长15%, 一刻钟便民生活圈 in 打造10个一刻钟便民生活圈, 省级开发区亩均产值 in 国家、省级开发区亩均产值分别达到….
"""

from __future__ import annotations

import re
from functools import cache

from .lexicon import alternation, guarded, table

_NOUN = re.compile(r"[\u4e00-\u9fff“《A-Za-z]")
_PLACE_ONLY = re.compile(r"[,\s]*(?:全[市省区县州国]|我[市省区县州]|全市各地|辖区|各地)?")
_LEVELS = ("国家", "省", "市", "州", "县", "区", "乡", "镇", "部", "全国")


_NUMBERED = (
    r"(?:到|至|截至)?20\d\d年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:底|末|初|度)?(?:前)?|[一二三四五六七八九十]+是|第[一二三四五六七八九十]+[,、]|[一二三四五六七八九十]+、|"
    r"\([一二三四五六七八九十\d]+\)|\d+[.、](?!\d)"
)
_COMPARED = r"(?:分别)?(?:较|比|与)[^,;。]{0,8}?(?:同期|上年|去年|上半年|一季度|前三季度|平时|年初|上月|前年|往年|以往|计划|20\d\d年)(?:度|末|同期|底|相比)?"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = table("statement")
    change = [*words["change"]["growth"], *words["change"]["decline"]]
    tail = "|".join(
        {"均": "(?<![日年月人户亩平场])均", "到": "(?<![实应])到", "计": "(?<![统设合总共会审估预累])计"}.get(
            w, re.escape(w)
        )
        for w in sorted(words["strip"]["tail"], key=lambda w: -len(w))
    )
    return {
        "lead": re.compile(rf"(?:{_NUMBERED}|{guarded(words['strip']['lead'])}|[\s\"”,:;()、])+"),
        "verb": re.compile(rf"(?:{guarded(words['strip']['verb'])})+"),
        "weak verb": re.compile(rf"(?:{guarded(words['strip']['weak_verb'])})+"),
        "ending verb": re.compile(rf"(?:{alternation(words['strip']['verb'])})(?:了|出|成|过|共|约|近|超)?$"),
        "tail": re.compile(rf"(?:{tail}|{_COMPARED}|[\s,:])+$"),
        "change tail": re.compile(rf"(?:{alternation(change)})$"),
    }


def trim_before(text: str) -> str:
    """The noun phrase in what stands before a number: 力争磨憨口岸进出口货物总量达 → 磨憨口岸进出口货物总量."""
    text = _strip_parenthesis(text)
    previous = None
    while previous != text:
        previous = text
        text = _patterns()["tail"].sub("", text)
        text = _patterns()["change tail"].sub("", text)
    text = "" if _PLACE_ONLY.fullmatch(text) else trim_lead(_ONCE_BUILT.sub("", text))
    return "" if _patterns()["lead"].fullmatch(text) else text


#: 全部投产后预计可实现|年产值
_ONCE_BUILT = re.compile(r"^.{0,8}(?:投产|建成|达产|投用|投运|竣工|签约)后,?")


def trim_lead(text: str) -> str:
    """Without what opens the clause: connectives, adverbs, modals."""
    m = _patterns()["lead"].match(text)
    while m and m.group() and len(text) - m.end() >= 2:
        text = text[m.end() :]
        m = _patterns()["lead"].match(text)
    return text.strip(' ,;:、。"')


def trim_verb(text: str) -> str:
    """Without a verb that only says that the thing is done: 实施市级重大项目 → 市级重大项目."""
    m = _patterns()["weak verb"].match(text)
    if m and len(text) - m.end() >= 2 and text[m.end()] not in "的了":
        return text[m.end() :]
    return text


def is_only_verb(text: str) -> bool:
    """Whether nothing but verbs and adverbs stands there: the thing comes after the number."""
    rest = _patterns()["lead"].sub("", text, count=1) if _patterns()["lead"].match(text) else text
    return not rest or bool(_patterns()["verb"].fullmatch(rest))


_DEED = r"(?:新?开工(?:建设)?|启动建设|(?:已?完成)?建设|建成(?:投用|投产)?|完工|竣工|投产|投用|投入(?:运营|使用)|运营|交付|入住|通车|验收|立案|办结|办复|落地)"
_OPENING_DEED = re.compile(_DEED)
_BARE_DEED = re.compile(rf"(?:并|基本|全部|已|正式|均)*{_DEED}(?:并{_DEED})?")
_ENDING_DEED = re.compile(rf"(?:已|并|基本|全部|新)*{_DEED}$")


def is_bare_deed(text: str) -> bool:
    """基本建成, 投入运营: the stage of something named before."""
    return bool(_BARE_DEED.fullmatch(text))


def noun_of(text: str) -> str:
    """The thing without its stage: 保障性租赁住房新开工建设 → 保障性租赁住房; 启动建设老年幸福食堂 → 老年幸福食堂."""
    head = _OPENING_DEED.match(text)
    if head and len(text) - head.end() >= 2:
        return text[head.end() :]
    return _ENDING_DEED.sub("", text) or text


def ends_in_verb(text: str) -> bool:
    """Whether the last word before the number is a verb whose object follows: 省委组织部命名|100个党组织."""
    return bool(_patterns()["ending verb"].search(text))


_GOING = re.compile(r"(?<=[\u4e00-\u9fff]{2})(?:赴|前往|奔赴)")  # 驻点招商队|赴长三角招商
_NO_NOUN = re.compile(r"^的|(?:(?<![高初国其])中|时|后|等|之内|以上)$")
_NOT_AFTER = re.compile(r"(?:以上|左右|以内|以下|大关|关口|台阶|和|及|与|或|至|到|的(?!\S)|后|时|内)")


def noun_after(text: str) -> str:
    """The noun phrase after a number, up to its clause's end."""
    text = _NO_NOUN.sub("", _GOING.split(text.strip(), maxsplit=1)[0])
    return text.strip(' ,;:、。“”"') if text.count("“") != text.count("”") else text.strip(' ,;:、。"')


def starts_with_noun(text: str) -> bool:
    """Whether the thing follows the number at once: 50个|重大项目建设, but not 67所|，."""
    return bool(_NOUN.match(text)) and not _NOT_AFTER.match(text)


def split_heads(head: str, count: int) -> list[str] | None:
    """Coordinated heads of 分别: 国家、省级开发区亩均产值 → 国家级开发区亩均产值, 省级开发区亩均产值.

    None where there are not `count` of them: no guess.
    """
    items = [i for i in re.split(r"[、和及与]", head) if i]
    if len(items) != count:
        return None
    last = items[-1]
    tail = ""
    if level := next((lv for lv in _LEVELS if last.startswith(lv + "级")), None):
        tail = last[len(level) + 1 :]
        return [f"{i.removesuffix('级')}级{tail}" if i.removesuffix("级") in _LEVELS else i for i in items]
    if all(len(i) <= 3 for i in items[:-1]) and len(last) > len(items[0]) + 1:
        tail = last[len(items[0]) :]
        return [i + tail for i in items[:-1]] + [last]
    return items


def _strip_parenthesis(text: str) -> str:
    return _PARENTHESIS.sub("", text) if text.endswith(")") else text


_PARENTHESIS = re.compile(r"\([^()]*\)$")
