"""What can be found in a data set, read in one pass over its sorted N-Quads: things with a name, and quoted words."""

from __future__ import annotations

import itertools
import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from ontology.generate import ONTOLOGY
from ontology.terms import CCL, OA, PREFIXES, RDF, RDFS, SCHEMA, SKOS

from .forms import has_han

_NAMES = (
    RDFS.label,
    SKOS.prefLabel,
    CCL.headline,
    SCHEMA.name,
    "https://schema.org/name",
    "http://xmlns.com/foaf/0.1/name",
    "http://purl.org/dc/terms/title",
    "http://purl.org/dc/elements/1.1/title",
)
_OTHER_NAMES = (
    SKOS.altLabel,
    "http://www.w3.org/2004/02/skos/core#hiddenLabel",
    "http://schema.org/alternateName",
    "https://schema.org/alternateName",
)
_TYPE, _QUOTE = f"<{RDF.type}>".encode(), f"<{CCL.quote}>".encode()
_NAMED = frozenset(f"<{iri}>".encode() for iri in _NAMES)
_READ = _NAMED | {f"<{iri}>".encode() for iri in (*_OTHER_NAMES, RDF.type, CCL.quote, OA.hasSource)}
_TERMS = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")  # of an ontology
_BATCH = 2_000  # things whose lines are parsed at a time
_MOST_NAMES = 40  # of one thing
_LONGEST_NAME = 1000  # characters of a name that are kept
_OF_NO_KIND = 3.0
_RESOURCE = "http://www.w3.org/2000/01/rdf-schema#Resource"
_OWL = PREFIXES["owl"]
_GENERAL = frozenset(
    (
        CCL.Thing,
        CCL.Place,
        CCL.Agent,
        CCL.Claim,
        f"{_OWL}Thing",
        f"{_OWL}NamedIndividual",
        f"{_OWL}Restriction",
    )
)


@dataclass(frozen=True, slots=True)
class Kind:
    """The class that a thing is counted under, and how things of it are found: see `kinds.toml`."""

    iri: str
    rank: float = _OF_NO_KIND
    spoken: bool = True
    words: bool = False
    left_out: bool = False
    links: bool = True  # whether it stands nearer to the front the more points to it


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that can be found. `kind` tells how, `classes` are all of its classes (IRIs).

    `names` and `aliases` are pairs of text and language tag. A quotation has `words` and the IRI of its `source` instead of a name.
    """

    iri: str
    kind: Kind
    classes: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    aliases: tuple[tuple[str, str], ...]
    words: str | None = None
    source: str | None = None

    @property
    def zh(self) -> str | None:
        """The Chinese name; one without a language counts as what its characters are."""
        return self._name(chinese=True)

    @property
    def en(self) -> str | None:
        """The English name, or one in another language of Latin letters."""
        return next((n for n, tag in self.names if tag.startswith("en")), None) or self._name(chinese=False)

    def _name(self, *, chinese: bool) -> str | None:
        return next((n for n, tag in self.names if _is_chinese(n, tag) == chinese), None)


def read_entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Entries of N-Quads lines as Oxigraph writes them, in byte order: all quads of a subject stand together."""
    things = _things(lines)
    while batch := list(itertools.islice(things, _BATCH)):
        told = b"".join(line for thing in batch for line in thing.lines)
        quads = parse(told, format=RdfFormat.N_QUADS, lenient=True)
        by_subject = itertools.groupby(quads, key=lambda quad: quad.subject)
        for thing, (_, own) in zip(batch, by_subject, strict=True):
            entry = _entry(thing, own)
            if entry is not None:
                yield entry


def importance(entry: Entry, links: float) -> float:
    """From 0.5 to 14: how much nearer to the front the thing stands than others that a query fits as well."""
    linked = min(6.0, math.log2(1 + links)) if entry.kind.links else 0.0
    length = min((len(name) for name, _ in entry.names), default=40)
    return 0.5 + entry.kind.rank + linked + max(0.0, 1.5 - length / 20)


@lru_cache(maxsize=4096)
def kind_of(classes: frozenset[str]) -> tuple[Kind, tuple[str, ...]]:
    """The first kind of `kinds.toml` that fits, else the thing's own class; and all of its classes.

    Classes that our ontology puts above them are theirs, whether or not the data says so; those of everything don't count.
    """
    own = classes.union(*(_wider().get(cls, ()) for cls in classes))
    named = tuple(sorted(own - _GENERAL))
    for cls, kind in _kinds().items():
        if cls in own:
            return kind, named
    return Kind(next(iter(named or sorted(own)), _RESOURCE)), named


@dataclass(frozen=True, slots=True)
class _Thing:
    """What has a name, or words that are found: its kind, all of its classes, and the lines that tell more of it."""

    iri: str
    kind: Kind
    classes: tuple[str, ...]
    lines: list[bytes]


def _things(lines: Iterable[bytes]) -> Iterator[_Thing]:
    """Most subjects are none, so lines are looked through before they are parsed."""
    for subject, own in itertools.groupby(_told(lines), key=itemgetter(0)):
        classes, predicates, told = set[str](), set[bytes](), list[bytes]()
        for _, predicate, rest, line in own:
            if predicate == _TYPE:
                if rest.startswith(b"<") and not rest.startswith(b"<<"):
                    classes.add(rest[1 : rest.index(b">")].decode())
            else:
                predicates.add(predicate)
                told.append(line)
        if told:
            kind, all_classes = kind_of(frozenset(classes))
            has_words = kind.words and _QUOTE in predicates
            if not kind.left_out and (has_words or not _NAMED.isdisjoint(predicates)):
                yield _Thing(subject[1:-1].decode(), kind, all_classes, told)


def _told(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Subject, predicate, what follows, and the whole, of lines that tell something of an entry."""
    for line in lines:
        subject, predicate, rest = line.split(b" ", 2)
        if predicate in _READ and subject.startswith(b"<"):
            yield subject, predicate, rest, line


def _entry(thing: _Thing, quads: Iterable[Quad]) -> Entry | None:
    names: dict[tuple[str, str], int] = {}
    aliases: dict[tuple[str, str], None] = {}
    words, source = None, None
    for quad in quads:
        predicate, value = quad.predicate.value, quad.object
        if isinstance(value, NamedNode):
            if predicate == OA.hasSource:
                source = value.value
        elif isinstance(value, Literal):
            named = (value.value[:_LONGEST_NAME].strip(), (value.language or "").lower())
            if predicate == CCL.quote:
                words = words or named[0]
            elif predicate in _NAMES and len(names) < _MOST_NAMES:
                names.setdefault(named, _NAMES.index(predicate))
            elif predicate in _OTHER_NAMES and len(aliases) < _MOST_NAMES:
                aliases[named] = None
    if not names and not (thing.kind.words and words):
        return None
    ordered = tuple(sorted(names, key=lambda name: (names[name], name)))
    return Entry(
        thing.iri,
        thing.kind,
        thing.classes,
        ordered,
        tuple(alias for alias in aliases if alias not in names),
        words if thing.kind.words else None,
        source,
    )


def _is_chinese(name: str, tag: str) -> bool:
    if tag:
        return tag.startswith("zh") and "latn" not in tag
    return has_han(name) or not name.isascii()


@cache
def _wider() -> dict[str, frozenset[str]]:
    above: dict[str, set[str]] = defaultdict(set)
    for quad in parse(path=str(ONTOLOGY), format=RdfFormat.TURTLE):
        own = isinstance(quad.object, NamedNode) and quad.object.value.startswith(PREFIXES["ccl"])
        if quad.predicate.value == RDFS.subClassOf and own:
            above[quad.subject.value].add(quad.object.value)
    return {cls: frozenset(_climb(cls, above)) for cls in list(above)}


def _climb(cls: str, above: dict[str, set[str]]) -> Iterator[str]:
    for wider in above.get(cls, ()):
        yield wider
        yield from _climb(wider, above)


@cache
def _kinds() -> dict[str, Kind]:
    with Path(__file__).with_name("kinds.toml").open("rb") as file:
        table: dict[str, dict[str, Any]] = tomllib.load(file)
    kinds = {}
    for name, row in table.items():
        cls = getattr(CCL, name)
        kinds[cls] = Kind(getattr(CCL, row.pop("of", name)), **row)
    for name in _TERMS:
        kinds[_OWL + name] = Kind(_OWL + name, rank=1.0, links=False)
    return kinds
