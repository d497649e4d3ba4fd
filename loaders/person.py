"""Persons: reporters of the byline, and names beside a post or in the forms of appointments and speech.

董事长孙某表示, 任命张某为…, 免去王某的…职务, 市长李某某. A name needs a surname of the table and a sure context on its right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from .candidate import Candidate, mentions
from .facts import Article
from .lexicon import table
from .rules import pattern

_SHORT = 200  # a text so short is searched whole for its reporters
_OPENING, _CLOSING = 120, 60  # characters at either end in which a longer one prints its byline
_BYLINE = 24  # characters on either side of a reporter's name in which the byline prints 记者
_MARKS = re.compile(r"[,。;:!?“”()\n]")
_BEFORE_NAME = 160  # characters before a name in which the verb of its appointment stands
#: The forms of appointments, each with the rule that its names carry and the verbs that must stand before
_FORMS = {
    "person.appointed": ("person.appoint", "person.verb-of-appointment"),
    "person.removed": ("person.remove", "person.verb-of-removal"),
    "person.resigned": ("person.resign", None),  # the form is its own
    "person.elected": ("person.elect", None),
}


def read_persons(article: Article, folded: str) -> Iterator[Candidate]:
    """Mentions of named persons, with the post printed beside the name."""
    yield from _reporters(article, folded)
    known: dict[str, str | None] = {}
    layman = table("entities")["post"]["layman"]
    for m in pattern("person.after-post").finditer(folded):
        printed = _without_predicate(m["name"])
        name, post = printed.replace(" ", ""), m["post"]
        if not _is_name(name) or (post in layman and len(name) < 2):
            continue
        known.setdefault(name, post)
        start = m.start("name")
        end = start + len(printed)
        yield _person(start, end, name, "person.post", post, weight=2)
        yield from _listed(folded, end, post)
    for m in pattern("person.after-title").finditer(folded):
        name = m["name"]
        if name not in known and not pattern("person.predicate").search(name) and _is_name(name):
            known[name] = m["post"]
            yield _person(*m.span("name"), name, "person.post", m["post"], weight=1)
    for m in chain(pattern("person.speaks").finditer(folded), pattern("person.spoken").finditer(folded)):
        if _is_name(m["name"]):
            known.setdefault(m["name"], None)
            yield _person(*m.span("name"), m["name"], "person.speech", None, weight=1)
    appointments = pattern("person.appointments")
    if appointments.search(folded) or appointments.search(article.headline):
        for c in _appointed(folded):
            known.setdefault(c.name, c.post)
            yield c
    for name, start in mentions(folded, [name for name in known if len(name) > 2]):
        yield _person(start, start + len(name), name, "person.again", known[name], weight=1)


def _person(start: int, end: int, name: str, rule: str, post: str | None, *, weight: int) -> Candidate:
    return Candidate(start, end, "Person", "Person", name, rule, post=post, weight=weight)


def _reporters(article: Article, folded: str) -> Iterator[Candidate]:
    """The names of the byline, where it stands: at the opening or at the end."""
    length = len(folded)
    whole = length <= _SHORT
    windows = [(0, length)] if whole else [(0, _OPENING), (length - _CLOSING, length)]
    for name, role in article.reporters:
        for low, high in windows:
            at = folded.find(name, low, high)
            while name and at >= 0:
                end = at + len(name)
                # 省委书记王宁 in an article by a reporter 王宁: away from the byline any other reading of the name wins
                weight = 3 if role in _beside(folded, at, end) else 0
                yield _person(at, end, name, "person.byline", role, weight=weight)
                at = folded.find(name, end, high)


def _beside(folded: str, start: int, end: int) -> str:
    """What stands beside a name up to the next mark of a sentence: the byline that it is in, 记者 甲 乙 摄影报道."""
    before = _MARKS.split(folded[max(0, start - _BYLINE) : start])[-1]
    return before + _MARKS.split(folded[end : end + _BYLINE])[0]


def _listed(folded: str, at: int, post: str) -> Iterator[Candidate]:
    """副主任甲、乙、丙和委员: the names that go on after the first one share its post."""
    listed = pattern("person.listed")
    while m := listed.match(folded, at):
        name = m["name"].replace(" ", "")
        if not _is_name(name):
            return
        yield _person(*m.span("name"), name, "person.list", post, weight=2)
        at = m.end("name")


def _appointed(folded: str) -> Iterator[Candidate]:
    """Who is appointed, removed or resigns, with the post."""
    for form, (rule, verbs) in _FORMS.items():
        for m in pattern(form).finditer(folded):
            name = m["name"].replace(" ", "")
            sure = (
                pattern("person.office").search(m["post"]) if verbs is None else _is_of_list(folded, m, verbs)
            )
            if sure and _is_name(name):
                yield _person(*m.span("name"), name, rule, m["post"].removeprefix("的"), weight=2)


def _is_of_list(folded: str, m: re.Match[str], verbs: str) -> bool:
    """Whether the match stands in a list of appointments or removals, not in a sentence like 王家村为示范村."""
    start = m.start()
    low = max(0, start - _BEFORE_NAME)
    if not pattern("person.office").search(m["post"]) or not pattern(verbs).search(folded, low, start + 4):
        return False
    line = folded[max(low, folded.rfind("\n", low, start) + 1) : start]
    return (
        not line.strip()
        or pattern("person.list-opens").search(line) is not None
        or m.group().startswith(("任命", "决定任命", "选举", "补选"))
    )


def _without_predicate(name: str) -> str:
    """马骏在(调研时强调): a third character that opens the predicate, and no given name ends with."""
    return name[:2] if len(name) == 3 and pattern("person.predicate").search(name) else name


def _is_name(name: str) -> bool:
    return (
        not pattern("person.no-name").match(name)
        and not pattern("person.place-word").search(name)
        and pattern("person.surname").match(name) is not None
    )
