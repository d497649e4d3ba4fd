"""Persons: reporters of the byline, and names beside a post or in the forms of appointments and speech.

董事长孙某表示, 任命张某为…, 免去王某的…职务, 市长李某某. A name needs a surname of the table and a sure context on its right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .candidate import Candidate
from .facts import Article
from .lexicon import alternation, table
from .rules import pattern

_HAN = "[\u4e00-\u9fff]"


def read_persons(article: Article, folded: str) -> Iterator[Candidate]:
    """Mentions of named persons, with the post printed beside the name."""
    known: dict[str, str | None] = {}
    for name, role in article.reporters:
        for m in re.finditer(
            re.escape(name), folded[:120] + "\x00" + folded[-60:] if len(folded) > 200 else folded
        ):
            at = m.start() if m.start() < 120 or len(folded) <= 200 else len(folded) - 60 + m.start() - 121
            if folded[at : at + len(name)] == name:
                yield Candidate(
                    at, at + len(name), "Person", "Person", name, "person.byline", post=role, weight=3
                )
    for m in pattern("person.after-post").finditer(folded):
        printed = _without_preposition(m["name"])
        name = printed.replace(" ", "")
        if _is_name(name):
            post = m["post"]
            start, end = m.start("name"), m.start("name") + len(printed)
            if m["post"] in table("entities")["post"]["layman"] and len(name) < 2:
                continue
            known.setdefault(name, post)
            yield Candidate(
                start,
                end,
                "Person",
                "Person",
                name,
                "person.post",
                post=post,
                weight=2,
            )
            yield from _listed(folded, end, post)
    for m in pattern("person.speaks").finditer(folded):
        if _is_name(m["name"]):
            known.setdefault(m["name"], None)
            yield Candidate(
                m.start("name"), m.end("name"), "Person", "Person", m["name"], "person.speech", weight=1
            )
    if pattern("person.appointments").search(folded) or pattern("person.appointments").search(
        article.headline
    ):
        for kind in _FORMS:
            for m in pattern(_FORMS[kind]).finditer(folded):
                name = m["name"].replace(" ", "")
                if _in_appointment(folded, m, kind) and _is_name(name):
                    known.setdefault(name, m["post"])
                    yield Candidate(
                        m.start("name"),
                        m.end("name"),
                        "Person",
                        "Person",
                        name,
                        f"person.{kind}",
                        post=m["post"].removeprefix("的"),
                        weight=2,
                    )
    for name, known_post in known.items():
        if len(name) < 3:
            continue
        for m in re.finditer(re.escape(name), folded):
            yield Candidate(
                m.start(), m.end(), "Person", "Person", name, "person.again", post=known_post, weight=1
            )


#: The forms of appointments, and their patterns
_FORMS = {"appoint": "person.appointed", "remove": "person.removed", "resign": "person.resigned"}


def _listed(folded: str, at: int, post: str) -> Iterator[Candidate]:
    """副主任甲、乙、丙和委员: the names that go on after the first one share its post."""
    while m := pattern("person.listed").match(folded, at):
        name = m["name"].replace(" ", "")
        if not _is_surname(name) or not _is_name(name):
            return
        yield Candidate(
            m.start("name"), m.end("name"), "Person", "Person", name, "person.list", post=post, weight=2
        )
        at = m.end("name")


def _in_appointment(folded: str, m: re.Match[str], kind: str) -> bool:
    """Whether the match stands in a list of appointments or removals, not in a sentence like 王家村为示范村."""
    line = folded[folded.rfind("\n", 0, m.start()) + 1 : m.start()]
    before = folded[max(0, m.start() - 160) : m.start()]
    verb = "免去|接受|辞去" if kind in ("remove", "resign") else "任命|任|推荐|选举|补选|公示|拟"
    posts = alternation(table("entities")["post"]["words"])
    if kind == "resign":  # the form is its own
        return True
    return (
        bool(re.search(verb, before + m.group()[:4]))
        and (
            not line.strip()
            or bool(re.search(r"[;、,:。]\s*$|任命$|免去$|选举$|决定$|补选$", line))
            or m.group().startswith(("任命", "决定任命", "选举", "补选"))
        )
        and bool(re.search(rf"(?:{posts}|长|员|书记|主任)", m["post"]))
    )


def _without_preposition(name: str) -> str:
    """马骏在(调研时强调): a third character that opens the predicate, and no given name ends with."""
    return name[:2] if len(name) == 3 and " " not in name and name[2] in _NO_GIVEN else name


#: Characters that open a predicate and close no given name: 李娜|告诉, 陈蓉|代表
_NO_GIVEN = (
    "在说称率赴向对到曾还也的告表介要代作做带致发出参主宣受等和与及有被把给来走看就是都又为任正将已获当"
)


_PLACE_WORD = re.compile(r"[们省市区县镇乡村路街厅局委办院校司组队会站所等]$")


def _is_surname(name: str) -> bool:
    words = table("entities")["surname"]
    return name[:2] in words["double"] or name[0] in words["single"]


def _is_name(name: str) -> bool:
    return not pattern("person.no-name").match(name) and not _PLACE_WORD.search(name) and _is_surname(name)
