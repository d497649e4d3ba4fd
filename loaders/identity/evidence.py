"""What two sets of roles say of whether one person has both: the same, apart, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from ..lexicon import table
from .role import Role, is_within, shares_hierarchy, sorts

#: How sure a join is, the surest first: one post, one body, one hierarchy
Strength: TypeAlias = Literal[0, 1, 2]
Verdict: TypeAlias = Strength | Literal["apart"] | None
SAME_POST: Strength = 0
SAME_BODY: Strength = 1
SAME_HIERARCHY: Strength = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """Roles, and the first and the last day on which they were told, "" where no day is known."""

    roles: tuple[Role, ...]
    first: str = ""
    last: str = ""


def judge(one: Seen, other: Seen) -> Verdict:
    """How sure it is that both are one person, "apart" where they can't be, None where nothing tells."""
    if not one.roles or not other.roles:
        return "apart" if "reporter" in sorts((*one.roles, *other.roles)) else None
    if any(a.is_same(b) for a in one.roles for b in other.roles):
        return SAME_POST
    if len(kinds := sorts((*one.roles, *other.roles))) > 1 and not kinds <= {"official", "staff"}:
        return "apart"
    found: list[Strength] = []
    for a in _standing(one.roles):
        for b in _standing(other.roles):
            verdict = _judge_roles(a, b, one, other)
            if verdict == "apart":
                return "apart"
            if verdict is not None:
                found.append(verdict)
    return min(found, default=None)


def _standing(roles: Iterable[Role]) -> list[Role]:
    """The roles that aren't told to be over, or all where all are."""
    roles = list(roles)
    return [role for role in roles if not role.past] or roles


def _judge_roles(a: Role, b: Role, one: Seen, other: Seen) -> Verdict:
    if a.sort != b.sort:
        return "apart"  # an official and a manager: only words that name both posts of one person join them
    if a.sort == "reporter":
        return "apart" if a.body and b.body and a.body != b.body else SAME_BODY
    if a.sort == "citizen":
        return "apart"  # of a citizen nothing is known but the words
    if a.sort == "staff":
        return _judge_staff(a, b)
    return _judge_officials(a, b, one, other)


def _judge_staff(a: Role, b: Role) -> Verdict:
    if a.body and b.body:
        return SAME_BODY if _abbreviates(a.body, b.body) else "apart"
    return None if a.title == b.title else "apart"


def _abbreviates(one: str, other: str) -> bool:
    """Whether the characters of the shorter name stand in the longer one in their order: 惠图公司, 云南惠图科技有限公司."""
    short, long = sorted((one, other), key=len)
    letters = iter(long)
    return all(letter in letters for letter in short)


def _judge_officials(a: Role, b: Role, one: Seen, other: Seen) -> Verdict:
    limits = table("posts")["succession"]
    gap = days_between(one, other)
    if gap is not None and gap < 0:
        a, b, gap = b, a, -gap  # a is the earlier one from here on
    if not a.area or not b.area:
        if a.body and b.body and _abbreviates(a.body, b.body):
            return SAME_BODY
        far = min(a.rank, b.rank) >= 0 and abs(a.rank - b.rank) > limits["at_once"]
        return "apart" if far else None
    if not shares_hierarchy(a.area, b.area):
        return "apart"
    if a.body and a.body == b.body:
        return SAME_BODY
    ranked = min(a.rank, b.rank) >= 0
    rise = b.rank - a.rank if ranked else 0
    if _at_once(a, b) and abs(rise) <= limits["at_once"]:
        return SAME_HIERARCHY
    if gap is None:
        return "apart"
    promoted = is_within(a.area, b.area) and rise > 0
    after = 1 if promoted else limits["moves_after"]
    plausible = -limits["falls_by"] <= rise <= limits["rises_by"]
    return SAME_HIERARCHY if gap >= after and plausible else "apart"


def _at_once(a: Role, b: Role) -> bool:
    """Whether one person may hold both at a time: 市委常委 and 区委书记, 副市长 and 公安局局长, 区委副书记 and 区长; not two bureaus, not two districts."""
    if not (is_within(a.area, b.area) or is_within(b.area, a.area)):
        return False
    if a.beside or b.beside:
        return True
    led = tuple(table("posts")["succession"]["led_by_deputies"])
    bureaus = [role.body for role in (a, b) if role.body]
    return a.area == b.area and (not bureaus or (len(bureaus) == 1 and bureaus[0].endswith(led)))


def days_between(one: Seen, other: Seen) -> int | None:
    """Days from the last of the one to the first of the other, below 0 the other way round; None where they overlap or aren't known."""
    if not one.first or not other.first:
        return None
    if one.last < other.first:
        return _days(one.last, other.first)
    if other.last < one.first:
        return -_days(other.last, one.first)
    return None


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days
