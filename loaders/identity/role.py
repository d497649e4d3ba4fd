"""What a post tells of who holds it: the sort of person, where, and how high."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias, cast

from ..facts import Holding
from ..gazetteer import Gazetteer, Place
from ..lexicon import table

Sort: TypeAlias = Literal["reporter", "citizen", "staff", "official"]


@dataclass(frozen=True, slots=True, order=True)
class Role:
    """A post as far as it tells persons apart.

    `area` is the gazetteer's code of the place that it is a post of, "" where it isn't known; `body` the name of its department, company,
    school, "" for the leading bodies of a place. `rank` counts half steps (正, 副), -1 where it isn't known.
    """

    sort: Sort
    title: str
    area: str = ""
    body: str = ""
    rank: int = -1
    past: bool = False

    @property
    def beside(self) -> bool:
        """Whether such a post is held beside another one."""
        return self.title.endswith(tuple(table("posts")["title"]["beside"]))

    @property
    def says_where(self) -> bool:
        """Whether a body or a place is known with it, so that it is no other's of the same title."""
        return bool(self.area or self.body)

    def is_same(self, other: Role) -> bool:
        """Whether it is the same post, over or not."""
        if (self.sort, self.title) != (other.sort, other.title):
            return False
        return self.area == other.area and self.body == other.body and self.says_where


def role_of(holding: Holding, kind: str | None) -> Role | None:
    """The role of a post; `kind` is that of its body in the ontology, None where it has none. None for a post that tells nothing: 代表, 专家."""
    sort = _sort(holding.title, kind)
    if sort is None:
        return None
    where = _place(holding)
    area = where.code if where is not None else ""
    if sort != "official":
        return Role(sort, holding.title, area, holding.body or "", -1, holding.past)
    department = "" if holding.body is None else _department(holding.body, where)
    if where is None and holding.body:
        department = holding.body
    return Role(sort, holding.title, area, department, _rank(holding.title, where, department), holding.past)


def is_within(area: str, other: str) -> bool:
    """Whether the one place is the other or lies in it, by their codes."""
    gazetteer = Gazetteer.default()
    if area == other:
        return True
    place = gazetteer.by_code.get(area)
    return place is not None and any(above.code == other for above in gazetteer.above(place))


def prefecture(area: str) -> Place | None:
    """The city or prefecture that a place is or lies in; for what lies in none, the province."""
    gazetteer = Gazetteer.default()
    place = gazetteer.by_code.get(area)
    if place is None:
        return None
    chain = [place, *gazetteer.above(place)]
    return next(
        (p for kind in ("PrefectureCity", "Province", "Country") for p in chain if p.kind == kind), None
    )


def shares_hierarchy(area: str, other: str) -> bool:
    """Whether both places lie in one prefecture, or one is the province or the country of the other."""
    one, two = prefecture(area), prefecture(other)
    return (
        one is not None
        and two is not None
        and (is_within(one.code, two.code) or is_within(two.code, one.code))
    )


@cache
def _sorts() -> tuple[tuple[str, Sort], ...]:
    words = [(word, cast(Sort, sort)) for sort, listed in table("posts")["sort"].items() for word in listed]
    return tuple(sorted(words, key=lambda pair: (-len(pair[0]), pair)))


def _sort(title: str, kind: str | None) -> Sort | None:
    told = next((sort for word, sort in _sorts() if title.endswith(word)), None)
    if told in ("reporter", "citizen") or told is None:
        return told
    by_body: Sort | None = table("posts")["kind"].get(kind)
    return by_body or told


def _place(holding: Holding) -> Place | None:
    gazetteer = Gazetteer.default()
    if holding.body is not None:
        return gazetteer.borne_by(holding.body)
    found = gazetteer.by_name.get(holding.place or "", ())
    return found[0] if len(found) == 1 else None


def _department(body: str, where: Place | None) -> str:
    """The body's name, or "" where it leads its place: 昆明市人民政府, 中共官渡区委员会."""
    rest = body.removeprefix("中共").removeprefix(where.name if where else "")
    return "" if rest in table("posts")["leading_body"]["words"] else body


def _rank(title: str, where: Place | None, department: str) -> int:
    words = table("posts")
    if title.endswith(tuple(words["title"]["village"])):
        return 0
    if where is None or where.kind not in words["rank"]:
        return -1
    rank: int = words["rank"][where.kind]
    leads = title.endswith((*words["title"]["leading"], "主任", "主席"))
    if department or not leads:
        rank -= 2
    deputy = any(word in title for word in words["title"]["deputy"]) or title.endswith("常委")
    return max(0, rank - 1 if deputy else rank)


def sorts(roles: Iterable[Role]) -> frozenset[Sort]:
    """The sorts of person that the roles tell."""
    return frozenset(role.sort for role in roles)
