"""Entities: every mention of a named thing, with its class, its canonical name and the key of its IRI.

Readers of places, bodies, names and persons propose; the outermost of overlapping names stands. The canonical name is the
fullest form that the article prints, the official one for governing bodies and places.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .body import read_bodies
from .candidate import Candidate, choose
from .entity_canonical import canonical
from .entity_division import read_divisions
from .entity_homonym import drop_everyday_words
from .entity_party import read_democratic_parties
from .entity_referred import read_anaphors, read_secretariats
from .facts import Article, Entity, Span
from .name import read_names
from .person import read_persons
from .place import find_home, find_places, read_places
from .rules import pattern
from .text import Text, fold


def read_entities(article: Article, text: Text | None = None) -> list[Entity]:
    """All mentions in the order of the text; each quote is the very slice of the body."""
    text = text or Text(article.body)
    folded = text.folded
    hits = drop_everyday_words(folded, find_places(folded))
    of_headline = find_places(fold(article.headline))
    home = find_home(hits, of_headline, article.publisher)
    candidates = [
        *read_places(folded, hits, of_headline, home),
        *read_divisions(folded, hits),
        *read_bodies(folded, hits, home),
        *read_democratic_parties(folded),
        *read_names(text, hits),
        *read_persons(article, folded),
    ]
    candidates = [c for c in candidates if not _is_quoted_title(folded, c)]
    chosen = choose(candidates)
    mentions = [
        *chosen,
        *read_anaphors(folded, chosen),
        *read_secretariats(folded, chosen),
        *_in_titles(candidates, chosen),
        *_leading_areas(candidates, chosen),
    ]
    # a mention names one thing: the first proposed
    one_each = {(c.start, c.end): c for c in reversed(mentions)}
    ordered = sorted(one_each.values(), key=lambda c: (c.start, -c.end))
    return [_entity(text, c) for c in canonical([_with_dash(c) for c in ordered])]


def _entity(text: Text, c: Candidate) -> Entity:
    quote = text.body[c.start : c.end]
    name = _as_printed(c.name, text.folded[c.start : c.end], quote) if "(" in c.name else c.name
    return Entity(Span(c.start, c.end), quote, name, c.cls, c.kind, c.key or c.name, c.post, (c.rule,))


def _as_printed(name: str, folded: str, printed: str) -> str:
    """佳沃（弥勒）公司: brackets stay as wide as the paper sets them."""
    at = folded.find(name)
    if at < 0:
        return name
    return "".join(p if f in "()" else f for f, p in zip(name, printed[at : at + len(name)], strict=True))


def _with_dash(c: Candidate) -> Candidate:
    """磨憨一磨丁经济合作区: a scan's 一 for the dash between two places, mended in the name (never in the quote)."""
    if "一" not in c.name:
        return c
    name = pattern("entity.scanned-dash").sub("—", c.name)
    return c if name == c.name else replace(c, name=name)


def _is_quoted_title(folded: str, c: Candidate) -> bool:
    """“云岭先锋红旗党支部”: a body's word that fills its quotation marks is an honour's name."""
    return (
        c.cls == "Organization" and folded[c.start - 1 : c.start] == "“" and folded[c.end : c.end + 1] == "”"
    )


def _leading_areas(candidates: Sequence[Candidate], chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """昆明市十五届人大四次会议 names 昆明市, too: a full name that opens a body's or an event's."""
    opened = {c.start + (c.rule == "name.titled"): c for c in chosen if c.cls != "AdministrativeArea"}
    for c in candidates:
        outer = opened.get(c.start)
        if outer is None or c.end >= outer.end or c.kind == "Country":
            continue
        zone = c.cls == "FunctionalZone" and outer.cls == "Organization"
        if zone or (c.rule == "place.full" and outer.cls not in ("Person", "FunctionalZone")):
            yield c


def _in_titles(candidates: Sequence[Candidate], chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """Zones and parks inside a 《title》 are mentions, too."""
    titles = [c for c in chosen if c.rule == "name.titled"]
    if not titles:
        return
    starts = [t.start for t in titles]
    inner = []
    for c in candidates:
        if c.cls in ("FunctionalZone", "Park"):
            at = bisect_left(starts, c.start)
            if at and c.end < titles[at - 1].end:
                inner.append(c)
    yield from choose(inner)
