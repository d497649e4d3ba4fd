"""Names by their last word: bodies, parks, zones, projects, programmes, events.

A suffix tells the class (…有限公司, …化工园区, …水质净化厂); the name is what stands before it, back to a mark, a function word
or a verb that takes it as its object. A head that makes it a common noun (各大学, 公办幼儿园) is no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .candidate import Candidate
from .facts import EntityClass
from .lexicon import alternation, table
from .place import PlaceHit
from .rules import pattern
from .text import Text

_REACH = 28  # characters that a name may have before its suffix
_HAN = r"[\u4e00-\u9fff]"
_NO_FUNCTION_WORD = (
    r"(?![的了在和与及等是为将被把对向从以于由有开实推获举启召组进]|[^\u4e00-\u9fff])[\u4e00-\u9fff]"
)


def read_names(text: Text, hits: list[PlaceHit]) -> Iterator[Candidate]:
    """Candidates of all classes but places and persons."""
    folded = text.folded
    starts = {h.start: h.end for h in hits}
    companies = list(_companies(folded, starts))
    yield from companies
    yield from _short_companies(folded, companies)
    yield from _suffixed(folded, starts, "park", "Park")
    yield from _coordinated_parks(folded)
    yield from _zones(folded, starts)
    yield from _projects(folded, starts)
    yield from _programmes(text, starts)
    yield from _events(folded, starts)


def left_edge(folded: str, end: int, starts: dict[int, int], reach: int = _REACH) -> int:
    """Where the name that goes on at `end` begins: after the last mark, function word or governing verb before it."""
    hard = table("entities")["stop"]["hard"] + "■●"
    low = end
    while low > max(0, end - reach) and folded[low - 1] not in hard:
        if folded[low - 2 : low] == "——":
            break
        if folded[low - 1] == ")" and "(" not in folded[max(0, low - 8) : low]:
            break
        if folded[low - 1] == "(" and ")" not in folded[low:end]:
            break
        low -= 1
    # a function word inside ends the name before it, unless it is part of a place's name
    for at in range(end - 1, low, -1):
        if folded[at - 1] in "有和与及在对向把被将由从等以于为让使给至" and not _part_of_word(
            folded, at - 1, starts
        ):
            low = at
            break
    for inner in pattern("name.inner").finditer(folded, low, end):
        low = inner.end()
    if time := _TIME_BEFORE.match(folded, low, end):
        low = time.end()
    while low < end:
        if low in starts and starts[low] < end:
            break
        stop = pattern("name.stop").match(folded, low, end)
        if stop is None:
            break
        low = stop.end()
    return low


_JOINED = re.compile(
    r"有限|有机|有色|国有|所有|有轨|有线|和平|和谐|太和|祥和|人和|和美|在线|等级|对外|为民|以太|将军|对口|等离子|与会|自由|由来|向阳|共和|让利|使馆|给水|中和|和园|中以"
)


#: 2023年已建成…: a time is no part of the name after it, but 2024中国…博览会 is
_TIME_BEFORE = re.compile(
    r"(?:[一二三四]季度|上半年|下半年|前三季度|\d{4}年|\d{1,2}月份?|\d{1,2}日|今年|去年|明年|全年)+(?!度|第?[一二三四]季度)"
)


def _part_of_word(folded: str, at: int, starts: dict[int, int]) -> bool:
    if folded[at] == "至" and any(starts.get(s) == at for s in range(at - 12, at)):  # 南宁至玉林铁路
        return True
    window = folded[max(0, at - 2) : at + 3]
    offset = at - max(0, at - 2)
    if any(m.start() <= offset < m.end() for m in _JOINED.finditer(window)):
        return True
    return any(starts.get(s, 0) > at for s in range(at - 12, at + 1))


#: Rule of a body's name by the kind that its last word tells
_RULE_OF_KIND = {
    "Company": "name.company",
    "School": "name.school",
    "University": "name.school",
    "Hospital": "name.hospital",
    "Association": "name.association",
}


def _is_generic(head: str) -> bool:
    return (
        len(head) < 2
        or bool(pattern("name.generic").fullmatch(head))
        or bool(pattern("name.generic-row").match(head))
    )


def _split_place(folded: str, low: int, end: int, starts: dict[int, int]) -> int:
    """官渡区|云南滇约…公司: a district in front of another place's name is no part of the company's name."""
    if (
        low in starts
        and starts[low] in starts
        and starts[low] < end - 2
        and folded[starts[low] - 1] in "区县市镇道"
    ):
        return starts[low]
    return low


def _without_district(folded: str, low: int, end: int, starts: dict[int, int]) -> int:
    """晋宁区|南滇池国家湿地公园: the district before a park's own name."""
    stop = starts.get(low, low)
    own = end - stop >= 6 and folded[stop - 1] in "区县" and stop > low
    return stop if own else low


def _companies(folded: str, starts: dict[int, int]) -> Iterator[Candidate]:
    kinds = table("entities")["organization"]
    for m in pattern("name.organization").finditer(folded):
        suffix, kind = m.group(), kinds[m.group()]
        if suffix == "集团" and re.match("公司|有限", folded[m.end() :]):
            continue
        if suffix == "股份" and not re.match("、|,|。|等|公司", folded[m.end() : m.end() + 2]):
            continue
        low = left_edge(folded, m.start(), starts)
        if kind != "Association":
            low = _split_place(folded, low, m.end(), starts)
        head = folded[low : m.start()]
        if _is_generic(head) or re.search(r"\d[个家所户]|^\d", head):
            continue
        if kind in (
            "School",
            "Hospital",
            "Organization",
            "GovernmentBody",
            "PartyBody",
            "Association",
            "University",
        ) and not _is_named(folded, low, m.start(), starts, kind):
            continue
        if suffix == "医院" and head.endswith("公立"):
            continue
        if kind == "GovernmentBody" and suffix == "人民政府":
            continue  # the table of bodies reads these with their full names
        end = m.end()
        branch = re.match(
            r"(?:第[一二三四五六七八九十]{1,4})?(?:党支部|党总支|党委|工会|分公司|研究院)", folded[end:]
        )
        if branch and kind in ("Company", "University", "Hospital", "School"):
            whole = folded[low : end + branch.end()]
            branch_kind = "PartyBody" if "党" in branch.group() else "Organization"
            yield Candidate(low, end + branch.end(), "Organization", branch_kind, whole, "name.branch")
        yield Candidate(low, end, "Organization", kind, folded[low:end], _RULE_OF_KIND.get(kind, "name.body"))


def _short_companies(folded: str, companies: Sequence[Candidate]) -> Iterator[Candidate]:
    """惠图公司: two to four characters of a company's name that the article prints in full, before 公司."""
    names = {c.name for c in companies if c.kind == "Company" and len(c.name) > 8}
    for m in re.finditer(r"(?P<stem>[\u4e00-\u9fff]{2,4})公司", folded):
        for length in range(len(m["stem"]), 1, -1):
            stem = m["stem"][-length:]
            if any(
                stem in name and name.endswith("公司") and stem not in ("有限", "责任", "集团", "份有限")
                for name in names
            ):
                start = m.end() - length - 2
                yield Candidate(
                    start, m.end(), "Organization", "Company", folded[start : m.end()], "name.short"
                )
                break


def _is_named(folded: str, low: int, end: int, starts: dict[int, int], kind: str) -> bool:
    """Whether a body's head is a proper one: it begins with a place, or is short and names a school of its own."""
    head = folded[low:end]
    if low in starts or any(s in starts for s in range(low, end)):
        return True
    if re.match(r"[市区县省州]", head) and kind in (
        "Association",
        "GovernmentBody",
        "Organization",
        "Hospital",
    ):
        return False
    if kind == "University":
        return 2 <= len(head) <= 8
    if kind == "Association":
        return 3 <= len(head) <= 14
    if kind == "PartyBody":
        return len(head) >= 3
    return 3 <= len(head) <= 8 and kind in ("School", "Hospital") and not re.search("[学医]", head[:1])


def _suffixed(folded: str, starts: dict[int, int], group: str, cls: EntityClass) -> Iterator[Candidate]:
    kinds = table("entities")[group]
    for m in pattern(f"name.{group}").finditer(folded):
        low = _split_place(folded, left_edge(folded, m.start(), starts, 20), m.end(), starts)
        head = folded[low : m.start()]
        if _is_generic(head) or re.match(r"\d", head) or re.search(r"\d+[个家所座]", head) or len(head) > 16:
            continue
        end = m.end()
        if m.group() == "公园" and re.match(r"\d|绿地|社区|城市|[^,。;、]{0,2}\d+[个座处]", folded[end:]):
            continue  # 口袋公园12个, 人均公园绿地: a common noun
        if more := re.match(r"\(?[一二三四五]期\)?", folded[end:]):
            end += more.end()
        low = _without_district(folded, low, end, starts)
        yield Candidate(low, end, cls, kinds[m.group()], folded[low:end], "name.park")


def _coordinated_parks(folded: str) -> Iterator[Candidate]:
    """海口和二街化工园区: two parks share a suffix."""
    kinds = table("entities")["park"]
    suffix = alternation(w for w in kinds if w.endswith("园区"))
    for m in re.finditer(
        rf"(?P<first>(?:{_HAN}{{2}}、)*{_HAN}{{2}})和(?P<last>{_HAN}{{2}})(?P<suffix>{suffix})", folded
    ):
        at = m.start()
        for item in m["first"].split("、"):
            clean = pattern("name.stop").match(item)
            if not (clean and clean.end() == len(item)):
                yield Candidate(
                    at,
                    at + len(item),
                    "Park",
                    kinds[m["suffix"]],
                    item + m["suffix"],
                    "name.coordinated",
                    weight=1,
                )
            at += len(item) + 1


def _zones(folded: str, starts: dict[int, int]) -> Iterator[Candidate]:
    for m in pattern("name.zone").finditer(folded):
        low = left_edge(folded, m.start(), starts, 20)
        if low in starts and folded[starts[low] - 1] == "区" and starts[low] + 3 < m.start():
            low = starts[low]  # 磨憨—磨丁经济合作区|进口贸易促进创新示范区
        head = folded[low : m.start()]
        if folded.startswith("城市", m.end()):
            continue
        if not head or _is_generic(head) or re.match(r"\d|国家$|省级|国家级|全国|边境|经济|沿边$|各类", head):
            continue
        if (
            low not in starts
            and not any(s in starts for s in range(low, m.start()))
            and len(m.group()) < 4
            and len(head) > 6
        ):
            continue
        yield Candidate(low, m.end(), "FunctionalZone", "FunctionalZone", folded[low : m.end()], "name.zone")


def _projects(folded: str, starts: dict[int, int]) -> Iterator[Candidate]:
    for m in pattern("name.project").finditer(folded):
        low = _split_place(folded, left_edge(folded, m.start(), starts, 16), m.end(), starts)
        head = folded[low : m.start()]
        if _is_generic(head) and not re.fullmatch(r"第[一二三四五六七八九十]{1,4}", head):
            continue
        if (
            re.search(r"[\d一两二三四五六七八九十][个家所座公条栋幢]", head)
            or len(head) > 14
            or (re.match(r"[沪昆中新老成]?$", head) and len(head) < 1)
        ):
            continue
        yield Candidate(low, m.end(), "Project", "Project", folded[low : m.end()], "name.project")
    for m in pattern("name.rail-line").finditer(folded):
        low = m.start()
        before = next((s for s in starts if starts[s] == low), None)
        yield Candidate(
            before if before is not None else low,
            m.end(),
            "Project",
            "Project",
            folded[before if before is not None else low : m.end()],
            "name.line",
        )
    for m in pattern("name.founded").finditer(folded):
        name = m["name"]
        if name.startswith(("社区", "村", "校园", "乡村", "街道")) or re.match(
            r"[\d等]", folded[m.end() : m.end() + 1]
        ):
            continue  # 食堂25个: a common noun that is counted
        if not re.match(r"了|一|各|多|全|首|新|\d|集|个|区域|国家|更|省|市", name) and not _is_generic(
            re.sub(r"(?:中心|站|队|广场)$", "", name)
        ):
            cls: EntityClass = (
                "Organization" if name.endswith(("车队", "之家", "联盟", "中心")) else "Project"
            )
            yield Candidate(
                m.start("name"),
                m.end("name"),
                cls,
                "Organization" if cls == "Organization" else "Project",
                name,
                "name.founded",
            )
            for other in re.finditer(re.escape(name), folded):
                yield Candidate(
                    other.start(),
                    other.end(),
                    cls,
                    "Organization" if cls == "Organization" else "Project",
                    name,
                    "name.founded",
                )
            if more := re.match(
                rf"[和及、](?P<name>{_HAN}{{2,8}}?(?:{alternation(['车队', '驿站', '之家', '中心'])}))",
                folded[m.end() :],
            ):
                start = m.end() + more.start("name")
                yield Candidate(
                    start, start + len(more["name"]), cls, "Organization", more["name"], "name.founded"
                )
    for m in pattern("name.list-of-projects").finditer(folded):
        yield from _listed_projects(folded, m, starts)
    for m in pattern("name.capacity").finditer(folded):
        yield Candidate(m.start(), m.end(), "Project", "Project", m.group(), "name.capacity", weight=1)
    if "轨道" in folded or "地铁" in folded:
        for m in pattern("name.bare-line").finditer(folded):
            yield Candidate(m.start(), m.end(), "Project", "Project", m.group(), "name.line")


def _listed_projects(folded: str, m: re.Match[str], starts: dict[int, int]) -> Iterator[Candidate]:
    """云南氢能(二期)、环宇智能科技产业园等50个重大项目: each item of the list is one."""
    at = max((folded.rfind(mark, max(0, m.start() - 160), m.start()) for mark in ",;。:!?\n"), default=-1) + 1
    at = max(at, m.start() - 160)
    items = folded[at : m.start()]
    while lead := pattern("name.stop").match(items):
        if at in starts:
            break
        items, at = items[lead.end() :], at + lead.end()
    for item in re.split("[、和]", items):
        end = at + len(item)
        if 3 <= len(item) <= 24 and not re.search(r"\d+[个家项]|的|[,;]", item):
            park = pattern("name.park").search(item)
            if not (park and park.end() == len(item)):
                yield Candidate(at, end, "Project", "Project", item, "name.listed")
        at = end + 1


def _programmes(text: Text, starts: dict[int, int]) -> Iterator[Candidate]:
    folded = text.folded
    for m in pattern("name.quoted").finditer(folded):
        inner, after, head = m["inner"], m["after"], m["head"]
        before = folded[max(0, m.start() - 12) : m.start()]
        if re.search(r"[,。;!?]", inner) or (
            re.search(r"(?:获评|荣获|获得|授予|命名为|年度|为)$", before) and not after
        ):
            continue
        if pattern("name.programme-in-quotes").match(inner) or after:
            if (
                re.match(r"(?:企业|病|党支部|党组织|提案$|患者|人员|筛查)", folded[m.end() : m.end() + 4])
                and not after
            ):
                continue
            if after == "项目" and not pattern("name.programme-in-quotes").match(inner):
                continue
            whole = f"{head}“{inner}”{after}"
            name = (
                inner
                if not after and not head and pattern("name.programme-in-quotes").match(inner)
                else whole
            )
            start = m.start() + (len(head) if head in ("全市", "城市", "春城") else 0)
            if inner == "一带一路":
                if folded.startswith(("国家", "沿线"), m.end()):
                    continue
                name = "共建“一带一路”"
            yield Candidate(
                start,
                m.end(),
                "Programme",
                "Programme",
                name if start == m.start() else whole.removeprefix(head),
                "name.quoted",
                weight=1,
            )
        line = re.match(r"(?:观光)?(?:旅游)?(?:专线|线路)(?:公交)?", folded[m.end() :])
        if line and not after:
            end = m.end() + line.end()
            yield Candidate(m.start(), end, "Project", "Project", folded[m.start() : end], "name.quoted-line")
        model = re.match(r"[\u4e00-\u9fff]{0,2}高铁列车|专列", folded[m.end() :])
        if model and not after:
            continue
    for m in pattern("name.titled").finditer(folded):
        yield Candidate(m.start(), m.end(), "Programme", "Programme", m["inner"], "name.titled", weight=4)
    for m in pattern("name.promises").finditer(folded):
        year = m["y1"] or m["y2"]
        name = f"{year}年{m['n']}{m['unit']}{m['what']}" if year else f"{m['n']}{m['unit']}{m['what']}"
        start = m.start("y1") if m["y1"] else m.start("y2") if m["y2"] else m.start("n")
        yield Candidate(start, m.end(), "Programme", "Programme", name, "name.promises", weight=1)
    for m in pattern("name.promises-bare").finditer(folded):
        yield Candidate(
            m.start(), m.end(), "Programme", "Programme", f"{m['y']}年{m['what']}", "name.promises"
        )
    for m in pattern("name.known").finditer(folded):
        if folded.startswith(("国家", "沿线"), m.end()):
            continue
        name = "共建“一带一路”" if "一带一路" in m.group() else m.group()
        yield Candidate(m.start(), m.end(), "Programme", "Programme", name, "name.known")
    for m in pattern("name.model").finditer(folded):
        if "、" not in m["name"]:
            yield Candidate(m.start("name"), m.end("name"), "Programme", "Programme", m["name"], "name.model")
    for m in pattern("name.programme").finditer(folded):
        low = left_edge(folded, m.start(), starts, 18)
        while (
            low < m.start()
            and (more := re.compile("深入|全面|大力|城镇(?=保障)|认真|落实").match(folded, low))
            and more.group() != "城镇"
        ):
            low = more.end()
        low = _with_coordination(folded, m.start(), low)
        head = folded[low : m.start()]
        if _is_generic(head) or (re.search(r"区$", head) and m.group() == "发展战略"):
            continue
        if len(head) < 2 or len(head) > 14 or re.search(r"\d+[个项条]|^[该本此各]", head):
            continue
        yield Candidate(low, m.end(), "Programme", "Programme", folded[low : m.end()], "name.programme")


def _with_coordination(folded: str, end: int, low: int) -> int:
    """口岸建设与发展三年行动: what 与 joins belongs to the name."""
    m = re.search(
        r"[\u4e00-\u9fff]{2,4}(?:建设|保护|治理|改革|开发)[与和](?:发展|保护|治理|利用|提升|开放|修复)$",
        folded[max(0, end - 12) : end],
    )
    if m is None:
        return low
    start = end - len(m.group())
    while lead := pattern("name.stop").match(folded, start, end - 6):
        start = lead.end()
    return start


def _events(folded: str, starts: dict[int, int]) -> Iterator[Candidate]:
    kinds = table("entities")["event"]
    ends = {e: s for s, e in starts.items()}
    for m in pattern("name.session").finditer(folded):
        low = m.start()
        for prefix in ("政协", "市委", "省委", "区委", "市", "省"):
            if low not in ends and folded[:low].endswith(prefix):
                low -= len(prefix)
                break
        if low in ends:
            low = ends[low]
            low -= 2 if folded[:low].endswith(("政协", "中共")) else 0
        end = m.end()
        if more := re.match(r"主席团第[一二三四五六七八九十]{1,4}次会议", folded[end:]):
            yield Candidate(
                low,
                end + more.end(),
                "Event",
                "Meeting",
                folded[low : end + more.end()],
                "name.session",
                weight=2,
            )
        elif secretariat := re.match(r"(?:秘书处|主席团)", folded[end:]):
            whole = folded[low : end + secretariat.end()]
            yield Candidate(
                low,
                end + secretariat.end(),
                "Organization",
                "CongressBody",
                whole,
                "name.session-body",
                weight=2,
            )
        yield Candidate(low, end, "Event", "Meeting", folded[low:end], "name.session", weight=1)
    for m in pattern("name.event").finditer(folded):
        suffix = m.group()
        low = _event_edge(folded, m.start(), starts)
        if year := _YEAR_OF_EVENT.search(folded, max(0, low - 8), low):
            low = year.start()
        head = folded[low : m.start()]
        if suffix == "两会":
            if low in starts or m.start() in ends:
                start = ends.get(m.start(), low)
                yield Candidate(start, m.end(), "Event", "Meeting", folded[start : m.end()], "name.event")
            continue
        if (
            len(head) < 3
            or len(head) > 24
            or (suffix == "节" and re.search(r"[环季关细情调小时章礼]$|\d$|春$", head))
        ):
            continue
        if suffix == "会议" and folded.startswith(("中心", "厅", "室", "纪要", "精神"), m.end()):
            continue
        if suffix in ("会议", "节", "仪式", "全会", "大赛", "论坛") and not (
            low in starts or re.search(r"第[一二三四五六七八九十\d]+[届次]|首届|20\d\d|“", head)
        ):
            continue
        yield Candidate(
            low,
            m.end(),
            "Event",
            kinds[suffix],
            folded[low : m.end()],
            "name.event",
            weight=1 if "“" in head else 0,
        )


_YEAR_OF_EVENT = re.compile(r"(?<!\d)20\d\d年(?:上半年|下半年)?$")


def _event_edge(folded: str, end: int, starts: dict[int, int]) -> int:
    """As `left_edge`, but a quoted name inside belongs to the event: 度假区“…”专线通车仪式."""
    open_quote = folded.rfind("“", max(0, end - 24), end)
    close_quote = folded.rfind("”", max(0, end - 24), end)
    if open_quote >= 0 and close_quote > open_quote and not re.search("[,。;:、]", folded[close_quote:end]):
        return left_edge(folded, open_quote, starts, 12)
    return left_edge(folded, end, starts)
