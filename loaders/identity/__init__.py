"""Who is who: persons of one name told apart, and one person's posts kept together, within an article and across articles.

`with_persons` gives each mention of a person its key; `sightings` is what an article tells of its persons, apart from all others;
`same_persons` decides over all articles, whatever their order; `named_across` gives them with what was decided. docs/persons.md tells the rules.
"""

from __future__ import annotations

from .across import named_across
from .article import reporter_key, sightings, with_persons
from .person import is_reporter, same_persons
from .role import Role
from .sighting import Sighting

__all__ = [
    "Role",
    "Sighting",
    "is_reporter",
    "named_across",
    "reporter_key",
    "same_persons",
    "sightings",
    "with_persons",
]
