"""The scheme of indicators: concepts with their names, synonyms and broader concepts (`loaders/lexicon/indicators.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ontology.errors import ChunchengError

from ..lexicon import table

_MARKS = re.compile(r"[“”‘’\"'《》〈〉()（）\s·,，:：、。;；\-—]")


def without_marks(name: str) -> str:
    """A name without quotation marks, brackets, spaces and other signs between words."""
    return _MARKS.sub("", name)


class SchemeError(ChunchengError):
    """A row of the indicator scheme that can't be: a name of two concepts, a broader concept that isn't there."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of the scheme; `less` is true where a lower number is the better one."""

    id: str
    zh: str
    en: str
    synonyms: tuple[str, ...] = ()
    broader: str | None = None
    theme: str | None = None
    less: bool = False


@cache
def concepts() -> Mapping[str, Concept]:
    """All concepts by id; raises SchemeError where a row can't be."""
    found = {
        id_: Concept(
            id_,
            row["zh"],
            row["en"],
            tuple(row.get("synonyms", ())),
            row.get("broader"),
            row.get("theme"),
            row.get("less", False),
        )
        for id_, row in table("indicators").items()
    }
    for concept in found.values():
        if concept.broader is not None and concept.broader not in found:
            raise SchemeError(
                f"lexicon/indicators.toml: {concept.id} is below {concept.broader}, which has no row: add it or correct it"
            )
    return found


@cache
def _by_name() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for concept in concepts().values():
        for name in dict.fromkeys(map(without_marks, (concept.zh, *concept.synonyms))):
            if names.setdefault(name, concept.id) != concept.id:
                raise SchemeError(
                    f"lexicon/indicators.toml: {name} names {names[name]} and {concept.id}: keep it in one of them"
                )
    return names


def concept_of(name: str) -> str | None:
    """The concept that has this name, marks aside; None where there is none."""
    return _by_name().get(without_marks(name))


def forget_names() -> None:
    """Drops what was read from the table of indicators, after a change of it."""
    concepts.cache_clear()
    _by_name.cache_clear()


def broader(concept: str) -> tuple[str, ...]:
    """The concepts above, the nearest first; raises SchemeError for a circle."""
    above: list[str] = []
    at = concepts()[concept].broader
    while at is not None:
        if at == concept or at in above:
            raise SchemeError(f"lexicon/indicators.toml: {concept} lies above itself by way of {at}")
        above.append(at)
        at = concepts()[at].broader
    return tuple(above)


def related(one: str, other: str) -> bool:
    """Whether one concept is the other, or lies above it."""
    return one == other or one in broader(other) or other in broader(one)
