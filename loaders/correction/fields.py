"""The fields of a fact that a person may set: how a patch names them, and what each may hold."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypeAlias, get_args

from ..facts import (
    Aspect,
    Bound,
    Entity,
    EntityClass,
    Fact,
    Predicate,
    Relation,
    Span,
    Statement,
    StatementKind,
)
from ..gazetteer import Gazetteer

FactType: TypeAlias = Literal["statement", "entity", "relation"]
Check: TypeAlias = Callable[[object], Any]

#: The classes of the ontology below each class of the contract.
KINDS: dict[str, tuple[str, ...]] = {
    "AdministrativeArea": (
        *("Country", "Province", "PrefectureCity", "District", "County", "CountyCity"),
        *("Town", "Township", "Subdistrict", "Village", "Community"),
    ),
    "FunctionalZone": (),
    "Park": (
        *("IndustrialPark", "ChemicalPark", "LogisticsPark"),
        *("UrbanPark", "WetlandPark", "ArchaeologicalPark"),
    ),
    "Project": (),
    "Organization": (
        *("GovernmentBody", "PartyBody", "CongressBody", "ConsultativeBody", "JudicialBody", "Company"),
        *("University", "School", "Hospital", "MediaOrganization", "Association"),
    ),
    "Person": (),
    "Programme": (),
    "Event": ("Meeting",),
}


class FieldError(ValueError):
    """A field that a fact hasn't, or a value that the field can't hold: the message says what it can."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: the attribute of the record, what it may hold, whether an added fact needs it, whether it may be empty."""

    attribute: str
    check: Check
    needed: bool = False
    clears: bool = False


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise FieldError("must be a text that isn't empty")
    return value


def _number(value: object) -> int | float:
    # TOML knows inf and nan; bool is an int in Python.
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FieldError("must be a number in the base unit, without 万 or 亿")
    return value


def _rate(value: object) -> int | float:
    rate = _number(value)
    if rate <= 0:
        raise FieldError("must be a percentage above 0")
    return rate


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise FieldError("must be true or false")
    return value


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise FieldError('must be a list of names: ["呈贡区"]')
    return tuple(_text(item) for item in value)


def _one_of(literal: Any) -> Check:
    known = get_args(literal)

    def check(value: object) -> object:
        if value not in known:
            raise FieldError(f"must be one of: {', '.join(known)}")
        return value

    return check


def _kind(value: object) -> object:
    known = sorted({*KINDS, *(kind for kinds in KINDS.values() for kind in kinds)})
    if value not in known:
        raise FieldError(f"must be one of: {', '.join(known)}")
    return value


_MOMENT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def _period(value: object) -> str:
    """ISO 8601 year, month, date or interval, as `loaders.iso_period` reads it."""
    wrong = FieldError(
        "must be an ISO 8601 year, month, date or interval: 2024, 2024-01, 2024-01-16/2024-01-20, 2023-03/.."
    )
    first, slash, last = _text(value).partition("/")
    if slash and first == last == "..":
        raise wrong
    try:
        start = date.min if slash and first == ".." else _days(first)[0]
        end = date.max if slash and last == ".." else _days(last if slash else first)[1]
    except ValueError:
        raise wrong from None
    if start > end:
        raise wrong
    return str(value)


def _days(moment: str) -> tuple[date, date]:
    """First and last day of a year, month or date; raises ValueError for anything else."""
    match = _MOMENT.fullmatch(moment)
    if match is None:
        raise ValueError(moment)
    year, month, day = (int(part) if part else None for part in match.groups())
    first = date(year or 0, month or 1, day or 1)
    if day is not None:
        return first, first
    month = month or 12
    return first, date(first.year, month, monthrange(first.year, month)[1])


FIELDS: dict[FactType, dict[str, Field]] = {
    "statement": {
        "kind": Field("kind", _one_of(StatementKind), needed=True),
        "agent": Field("agent", _text, clears=True),
        "indicator": Field("indicator", _text, needed=True),
        "value": Field("value", _number, clears=True),
        "unit": Field("unit", _text, clears=True),
        "bound": Field("bound", _one_of(Bound), clears=True),
        "aspect": Field("aspect", _one_of(Aspect), clears=True),
        "period": Field("period", _period, clears=True),
        "completion": Field("completion", _rate, clears=True),
        "completion_joint": Field("completion_joint", _truth),
        "estimated": Field("estimated", _truth),
        "withdrawn": Field("withdrawn", _truth),
        "surface": Field("surface", _text, clears=True),
        "comparand": Field("comparand", _text, clears=True),
        "places": Field("places", _names),
        "concerns": Field("concerns", _names),
        "reported_by": Field("reported_by", _text, clears=True),
        "section": Field("section", _text, clears=True),
        "programme": Field("programme", _text, clears=True),
        "themes": Field("themes", _names),
    },
    "entity": {
        "name": Field("name", _text, needed=True),
        "class": Field("cls", _one_of(EntityClass), needed=True),
        "kind": Field("kind", _kind),
        "post": Field("post", _text, clears=True),
    },
    "relation": {
        "subject": Field("subject", _text, needed=True),
        "predicate": Field("predicate", _one_of(Predicate), needed=True),
        "object": Field("object", _text, needed=True),
    },
}


def type_of(fact: Fact) -> FactType:
    """The contract's name for the type of the fact."""
    if isinstance(fact, Statement):
        return "statement"
    return "entity" if isinstance(fact, Entity) else "relation"


def checked(fact_type: FactType, name: str, value: object) -> Any:
    """The value as the record holds it; raises FieldError where the fact has no such field or it can't hold that."""
    return _field(fact_type, name).check(value)


def may_be_empty(fact_type: FactType, name: str) -> bool:
    """Whether the field may be empty; raises FieldError where the fact has no such field."""
    return _field(fact_type, name).clears


def _field(fact_type: FactType, name: str) -> Field:
    known = FIELDS[fact_type]
    if name not in known:
        raise FieldError(f"no field of a {fact_type}; it has: {', '.join(known)}")
    return known[name]


def needed(fact_type: FactType) -> list[str]:
    """The fields that an added fact must have."""
    return [name for name, field in FIELDS[fact_type].items() if field.needed]


def value_of(fact: Fact, name: str) -> Any:
    """The fact's value of the field that a patch calls `name`."""
    return getattr(fact, FIELDS[type_of(fact)][name].attribute)


def with_fields(fact: Fact, values: Mapping[str, Any]) -> Fact:
    """The fact with these fields, which no rule answers for any more; raises FieldError where they contradict each other."""
    names = FIELDS[type_of(fact)]
    changes: dict[str, Any] = {names[name].attribute: value for name, value in values.items()}
    if isinstance(fact, Entity):
        changed: Fact = replace(fact, **changes)
        if {"name", "cls"} & changes.keys():
            changed = _renamed(replace(fact, **changes), fixed_kind="kind" in changes)
    elif isinstance(fact, Statement):
        if "period" in changes:
            changes["period_basis"] = None  # it was found in no sentence: a person says so
        changed = replace(fact, **changes, rules=(), confidence=None)
    else:
        changed = replace(fact, **changes, rules=(), holding=None)  # what was read around another post
    _check_whole(changed)
    return changed


def new_fact(fact_type: FactType, span: Span, quote: str, values: Mapping[str, Any]) -> Fact:
    """A fact that a person adds; raises FieldError where its fields contradict each other."""
    blank: dict[FactType, Fact] = {
        "statement": Statement(span, quote, "commitment", ""),
        "entity": Entity(span, quote, quote, "Event", "Event", quote),
        "relation": Relation(span, quote, "", "partOf", ""),
    }
    return with_fields(blank[fact_type], values)


def _renamed(entity: Entity, *, fixed_kind: bool) -> Entity:
    """The entity with the key and the kind that go with its name and class."""
    kind = entity.kind
    if not fixed_kind and kind not in KINDS[entity.cls]:
        kind = entity.cls
    key = entity.name
    if entity.cls in ("AdministrativeArea", "FunctionalZone"):
        places = Gazetteer.default().by_name.get(entity.name, [])
        zones = [p for p in places if (p.kind == "FunctionalZone") == (entity.cls == "FunctionalZone")]
        if len(zones) == 1:
            key, kind = zones[0].code, kind if fixed_kind else zones[0].kind
    return replace(entity, key=key, kind=kind)


def _check_whole(fact: Fact) -> None:
    if isinstance(fact, Entity) and fact.kind not in (fact.cls, *KINDS[fact.cls]):
        below = ", ".join((fact.cls, *KINDS[fact.cls]))
        raise FieldError(f"kind {fact.kind} is no {fact.cls}; it may be: {below}")
    if not isinstance(fact, Statement):
        return
    about_number = {"unit": fact.unit, "bound": fact.bound, "aspect": fact.aspect}
    if fact.value is not None and (lacking := [n for n, v in about_number.items() if v is None]):
        raise FieldError(f"a value needs unit, bound and aspect too; set {', '.join(lacking)}")
    if fact.value is None and (fact.bound or fact.aspect):
        raise FieldError("without a value there is no bound and no aspect; unset them too")
    if fact.kind == "commitment" and fact.completion is not None:
        raise FieldError("a commitment has no completion rate: that is a result's")
    if fact.withdrawn and fact.kind != "commitment":
        raise FieldError("only a commitment is withdrawn; set kind to commitment, too")
    if fact.surface is not None and fact.surface not in fact.quote:
        raise FieldError(f"surface “{fact.surface}” isn't printed in “{fact.quote}”")


def describe(fact: Fact) -> str:
    """The fact in a few words, for messages and labels."""
    if isinstance(fact, Entity):
        return f"{fact.cls} {fact.name}"
    if isinstance(fact, Relation):
        return f"{fact.subject} {fact.predicate} {fact.object}"
    amount = ""
    if fact.value is not None:
        aspect = "" if fact.aspect in (None, "level") else f" ({fact.aspect})"
        amount = f" {fact.bound} {written(fact.value)} {fact.unit}{aspect}"
    return f"{fact.claims} {fact.indicator}{amount}"


def written(value: Any) -> str | None:
    """A field's value as text: numbers in plain digits, names one after the other, nothing for an empty one."""
    if value is None or value == ():
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "、".join(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
