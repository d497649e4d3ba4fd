"""Persons over all articles, in lines of N-Quads: who is who is known only when all articles have been read.

An article's lines name its persons by what it tells of them alone. Those lines are held back, and come with the names that the persons
have over all articles: a person's own, and those of tenures and conferrals, which begin with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from loaders.identity import Sighting, same_persons
from ontology.identifiers import SEGMENTS, entity_slug

_SPOOLED = 8 * 1024 * 1024  # bytes of lines that wait in memory, more of them in a file
_NAMED = ("Person", "Tenure", "Conferral")


class PersonLines:
    """Takes the lines of articles that name persons, and gives them back with one name for each person."""

    def __init__(self, base: str) -> None:
        self._begin = {cls: f"<{base}id/{SEGMENTS[cls]}/".encode() for cls in _NAMED}
        self._marks = tuple(self._begin.values())
        self._sightings: list[Sighting] = []
        self._held: list[tuple[str, int]] = []  # article and length of its lines
        self._file = SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115 - closed by `close`

    def add(self, article: str, lines: bytes, sightings: tuple[Sighting, ...]) -> None:
        """Holds the lines of an article back."""
        self._sightings += sightings
        self._held.append((article, len(lines)))
        self._file.write(lines)

    def lines(self) -> Iterator[bytes]:
        """The lines of each article, its persons named as over all articles; then nothing is held any more."""
        names: dict[str, dict[bytes, bytes]] = {}
        for (article, key), known in same_persons(self._sightings).items():
            names.setdefault(article, {})[entity_slug(key).encode()] = entity_slug(known).encode()
        self._file.seek(0)
        for article, length in self._held:
            block = self._file.read(length)
            if article in names:
                block = b"".join(
                    self._renamed(line, names[article]) for line in block.splitlines(keepends=True)
                )
            yield block
        self._file.close()

    def _renamed(self, line: bytes, names: dict[bytes, bytes]) -> bytes:
        subject, predicate, rest = line.split(b" ", 2)
        if rest.startswith(b"<"):
            object_, rest = rest.split(b" ", 1)
            return b" ".join((self._name(subject, names), predicate, self._name(object_, names), rest))
        return b" ".join((self._name(subject, names), predicate, rest))

    def _name(self, term: bytes, names: dict[bytes, bytes]) -> bytes:
        if not term.startswith(self._marks):
            return term
        head, slug = term[:-1].rsplit(b"/", 1)
        if term.startswith(self._begin["Person"]):
            return head + b"/" + names.get(slug, slug) + b">"
        person, _, own = slug.rpartition(b"-")
        return head + b"/" + names.get(person, person) + b"-" + own + b">"


def names_person(line: bytes, base: str) -> bool:
    """Whether the line may name a person, a tenure or a conferral: it is to be held back."""
    return any(f"<{base}id/{SEGMENTS[cls]}/".encode() in line for cls in _NAMED)
