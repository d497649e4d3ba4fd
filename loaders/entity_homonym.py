"""Places whose official names are everyday words: 城区, 东区, 和县 are divisions somewhere, and seldom meant.

Such a name stands for the place only where the article says so: straight after the name of what it lies in (晋城市城区),
or beside the name of its own city elsewhere in the article.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from .gazetteer import Gazetteer, Place
from .lexicon import table
from .place import PlaceHit


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    words = table("entities")["everyday"]
    return frozenset(words["names"]), frozenset(words["parts"])


def drop_everyday_words(folded: str, hits: Sequence[PlaceHit]) -> list[PlaceHit]:
    """The hits without everyday words and without beginnings of longer words (和平区|域)."""
    whole = [h for h in hits if folded[h.end - 1 : h.end + 1] not in _words()[1]]
    named = {p.code for h in whole if h.form == "full" and len(h.places) == 1 for p in h.places}
    ends = {h.end: h for h in whole}
    kept = []
    for hit in whole:
        places = hit.places
        if hit.form == "full" and _is_everyday(hit):
            before = ends.get(hit.start)
            codes = {p.code for p in before.places} if before else set()
            places = tuple(p for p in hit.places if _lies_in(p, codes) or _is_beside(hit, p, named))
        if places:
            kept.append(hit if places == hit.places else PlaceHit(hit.start, hit.end, hit.form, places))
    return kept


def _is_everyday(hit: PlaceHit) -> bool:
    name = hit.places[0].name
    return name in _words()[0] or (len(name) == 2 and all(p.kind == "County" for p in hit.places))


def _lies_in(place: Place, codes: Iterable[str]) -> bool:
    above = {p.code for p in Gazetteer.default().above(place) if p.kind != "Country"}
    return not above.isdisjoint(codes)


def _is_beside(hit: PlaceHit, place: Place, named: set[str]) -> bool:
    """Whether a name of two characters has its own city in the article; 城区 beside 晋城市 still says nothing."""
    return hit.places[0].name not in _words()[0] and place.parent in named
