"""Extractions with the keys that their things have over all of them, as a graph of these articles has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from tempfile import SpooledTemporaryFile

from ..facts import AppliedCorrection, Entity, Extraction, Fact
from ..storage import extraction_line, read_extraction
from ..succession import Key, last_names, renamings
from .article import sightings
from .person import is_reporter, same_persons
from .sighting import Sighting

_SPOOLED = 8 * 1024 * 1024  # bytes of facts that wait in memory, more of them in a file


def named_across(extractions: Iterable[Extraction]) -> Iterator[Extraction]:
    """The extractions in order, once all have been read: who is who, and what was renamed, isn't known before."""
    seen: list[Sighting] = []
    renamed: set[tuple[Key, Key]] = set()
    with SpooledTemporaryFile(_SPOOLED) as file:
        for extraction in extractions:
            seen += (s for s in sightings(extraction) if not is_reporter(s))
            renamed |= renamings(extraction)
            file.write(extraction_line(extraction).encode())
        persons, last = same_persons(seen), last_names(renamed)
        file.seek(0)
        for line in file:
            yield _named(read_extraction(line), persons, last)


def _named(
    extraction: Extraction, persons: Mapping[tuple[str, str], str], last: Mapping[Key, Key]
) -> Extraction:
    def known(fact: Fact | None) -> Fact | None:
        if not isinstance(fact, Entity):
            return fact
        key = persons.get((extraction.article.id, fact.key)) if fact.cls == "Person" else None
        return replace(fact, key=key or last.get((fact.cls, fact.key), (fact.cls, fact.key))[1])

    def corrected(correction: AppliedCorrection) -> AppliedCorrection:
        return replace(correction, after=known(correction.after))

    return replace(
        extraction,
        entities=tuple(e for e in map(known, extraction.entities) if isinstance(e, Entity)),
        corrections=tuple(map(corrected, extraction.corrections)),
    )
