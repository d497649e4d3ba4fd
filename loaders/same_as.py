"""What other data sets call the places of the gazetteer, by the cited table `lexicon/places/same_as.csv`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from .gazetteer import Gazetteer, GazetteerError, read_table

#: Data sets that links may lead to, by the form of their IRIs: those that name things, not the pages about them
DATASETS = {
    "wikidata": re.compile(r"http://www\.wikidata\.org/entity/Q[1-9]\d*"),
    "geonames": re.compile(r"https://sws\.geonames\.org/[1-9]\d*/"),
}


@dataclass(frozen=True, slots=True)
class SameAs:
    """A place, by its code in the gazetteer, and its IRI in another data set; `source` says where that stands."""

    code: str
    iri: str
    dataset: str  # a key of DATASETS
    source: str
    checked: str  # ISO date


@cache
def same_as() -> tuple[SameAs, ...]:
    """The links of the table in its order; raises GazetteerError for a row that can't be."""
    return check(read_table("same_as"), Gazetteer.default())


def check(rows: Iterable[Mapping[str, str]], gazetteer: Gazetteer) -> tuple[SameAs, ...]:
    """The rows as links. Raises GazetteerError for a code or an IRI of no known form, and where two places would be one thing."""
    links: list[SameAs] = []
    places: dict[str, str] = {}
    for row in rows:
        code, iri = row["code"], row["same_as"]
        if code not in gazetteer.by_code:
            raise GazetteerError(f"lexicon/places/same_as.csv: no place has the code {code}: correct it")
        dataset = next((name for name, form in DATASETS.items() if form.fullmatch(iri)), None)
        if dataset is None:
            raise GazetteerError(
                f"lexicon/places/same_as.csv: {iri} ({code}) is no IRI of a thing in {' or '.join(DATASETS)}"
            )
        other = places.setdefault(iri, code)
        if other != code:
            raise GazetteerError(f"lexicon/places/same_as.csv: {iri} would be both {other} and {code}")
        if not row["source"] or not row["checked"]:
            raise GazetteerError(f"lexicon/places/same_as.csv: {iri} ({code}) needs a source and a day")
        links.append(SameAs(code, iri, dataset, row["source"], row["checked"]))
    return tuple(links)
