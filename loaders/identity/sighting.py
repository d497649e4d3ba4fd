"""A person as one article shows them."""

from __future__ import annotations

from dataclasses import dataclass

from .role import Role


@dataclass(frozen=True, slots=True)
class Sighting:
    """What an article tells of a person. `key` is the one that the article's own facts have; `day` its date of publication, "" without.

    `areas` are codes of the places that the article speaks of; `anchor` says in words where the person belongs.
    """

    name: str
    key: str
    article: str
    day: str
    roles: tuple[Role, ...]
    areas: tuple[str, ...] = ()
    anchor: str = ""
