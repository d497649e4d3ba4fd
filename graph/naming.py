"""Names that things have over all articles, in lines of N-Quads: who is who, and what was renamed, is known only when all have been read.

An article's lines name its things by what it tells of them alone. Those that name persons, bodies, zones, parks or projects are held back
and come with the IRIs that these have over all articles: a person's own in each article, with tenures and conferrals, which begin with
it; a renamed thing's that of its last name, wherever it is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from tempfile import SpooledTemporaryFile

from loaders.identity import Sighting, is_reporter, same_persons
from loaders.succession import Key, last_names
from ontology.identifiers import SEGMENTS, entity_iri, entity_slug
from ontology.terms import RDFS, SKOS

_SPOOLED = 8 * 1024 * 1024  # bytes of lines that wait in memory, more of them in a file
_OF_PERSONS = ("Tenure", "Conferral")
#: Classes of things that get other names
RENAMED = ("Organization", "FunctionalZone", "Park", "Project")
_LABEL, _OTHER_NAME = f"<{RDFS.label}>".encode(), f"<{SKOS.altLabel}>".encode()


class LateNames:
    """Takes the lines of articles that name such things, and gives them back with one IRI for each."""

    def __init__(self, base: str) -> None:
        self._person = _beginning(base, "Person")
        self._of_person = tuple(_beginning(base, cls) for cls in _OF_PERSONS)
        self._sightings: list[Sighting] = []
        self._base = base
        self._renamings: set[tuple[Key, Key]] = set()
        self._held: list[tuple[str, int]] = []  # article and length of its lines
        self._file = SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115 - closed when its lines are given back

    def add(
        self, article: str, lines: bytes, persons: Iterable[Sighting], renamings: Iterable[tuple[Key, Key]]
    ) -> None:
        """Holds the lines of an article back; `renamings` are things by their former and their new names."""
        self._sightings += (person for person in persons if not is_reporter(person))
        self._renamings.update(renamings)
        self._held.append((article, len(lines)))
        self._file.write(lines)

    def lines(self) -> Iterator[bytes]:
        """The lines of each article, named as over all articles; then nothing is held any more."""
        persons: dict[str, dict[bytes, bytes]] = {}
        for (article, key), known in same_persons(self._sightings).items():
            persons.setdefault(article, {})[entity_slug(key).encode()] = entity_slug(known).encode()
        last = {
            f"<{entity_iri(self._base, *old)}>".encode(): f"<{entity_iri(self._base, *new)}>".encode()
            for old, new in last_names(self._renamings).items()
        }
        self._file.seek(0)
        for article, length in self._held:
            block = self._file.read(length)
            own = persons.get(article, {})
            if own or last:
                named = (self._named(line, own, last) for line in block.splitlines(keepends=True))
                block = b"".join(named)
            yield block
        self._file.close()

    def _named(self, line: bytes, persons: Mapping[bytes, bytes], last: Mapping[bytes, bytes]) -> bytes:
        subject, predicate, rest = line.split(b" ", 2)
        if subject in last and predicate == _LABEL:
            predicate = _OTHER_NAME  # the former name is one of its names, no longer the one that it goes by
        if rest.startswith(b"<"):
            object_, rest = rest.split(b" ", 1)
            rest = self._name(object_, persons, last) + b" " + rest
        return b" ".join((self._name(subject, persons, last), predicate, rest))

    def _name(self, term: bytes, persons: Mapping[bytes, bytes], last: Mapping[bytes, bytes]) -> bytes:
        if term in last:
            return last[term]
        if term.startswith(self._person):
            slug = term[len(self._person) : -1]
            return self._person + persons.get(slug, slug) + b">"
        for beginning in self._of_person:
            if term.startswith(beginning):
                person, _, own = term[len(beginning) : -1].rpartition(b"-")
                return beginning + persons.get(person, person) + b"-" + own + b">"
        return term


@cache
def named_late(base: str) -> re.Pattern[bytes]:
    """Finds in a line what names a thing whose IRI is known only over all articles: such a line is to be held back."""
    segments = "|".join(SEGMENTS[cls] for cls in ("Person", *_OF_PERSONS, *RENAMED))
    return re.compile(f"<{re.escape(base)}id/(?:{segments})/".encode())


def _beginning(base: str, cls: str) -> bytes:
    return f"<{base}id/{SEGMENTS[cls]}/".encode()
