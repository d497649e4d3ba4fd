"""How things get their IRIs: stable, readable, from content alone.

Three levels under one configurable base: `id/{class}/{slug}` the thing, `doc/…` the document about it, `def/` the
ontology, which stays where it is whatever the base. The same content gives the same IRI in any build and any order.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

DEFAULT_BASE = "https://w3id.org/chuncheng/"
_SLUG_LENGTH = 64
_NOT_SLUG = re.compile(r"[^a-z0-9]+")

#: Path segment of each class in `id/{segment}/…`.
SEGMENTS = {
    "AdministrativeArea": "area",
    "FunctionalZone": "zone",
    "Park": "park",
    "Project": "project",
    "Organization": "organization",
    "Person": "person",
    "Programme": "programme",
    "Event": "event",
    "Thing": "thing",
    "Theme": "theme",
    "Honour": "honour",
    "Post": "post",
    "Indicator": "indicator",
    "Unit": "unit",
    "Article": "article",
    "Commitment": "commitment",
    "Outcome": "outcome",
    "Withdrawal": "withdrawal",
    "ImpliedTarget": "implied-target",
    "Statement": "statement",
    "Relation": "relation",
    "PhaseReport": "phase-report",
    "Span": "span",
    "Tenure": "tenure",
    "Conferral": "conferral",
    "Succession": "succession",
    "Source": "source",
    "Activity": "activity",
    "Rule": "rule",
    "Correction": "correction",
    "Reading": "reading",
    "Editor": "editor",
    "Query": "query",
    "Reconciliation": "reconciliation",
    "MatchCandidate": "candidate",
    "Finding": "finding",
}


def digest(*parts: object, length: int = 16) -> str:
    """Hex digest of the parts in order; a missing part differs from an empty one.

    `length` is in hex digits: 16 keep a chance of collision below 1 in 10⁷ among a million things.
    """
    text = "\x1f".join("\x00" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:length]


@lru_cache(maxsize=65536)
def slug(name: str) -> str:
    """Readable, unique slug: pinyin of the name and six hex digits of it, since different names share a pinyin."""
    from pypinyin import (  # its table of phrases takes a fifth of a second: only who writes names waits
        Style,
        lazy_pinyin,
    )

    latin = _NOT_SLUG.sub("-", "-".join(lazy_pinyin(name, style=Style.NORMAL)).lower()).strip("-")
    if len(latin) > _SLUG_LENGTH:
        latin = latin[:_SLUG_LENGTH].rsplit("-", 1)[0]
    return f"{latin}-{digest(name, length=6)}" if latin else digest(name)


def entity_slug(key: str) -> str:
    """Slug of an entity by its key: a code of the gazetteer (530111, LA, zone-…) as it is, anything else by `slug`."""
    return key.lower() if re.fullmatch(r"\d{6,12}|[A-Z]{2}|zone-[a-z-]+", key) else slug(key)


def iri(base: str, cls: str, slug_: str) -> str:
    """IRI of the thing of class `cls` with that slug; raises KeyError for a class without a path segment."""
    return f"{base}id/{SEGMENTS[cls]}/{slug_}"


def entity_iri(base: str, cls: str, key: str) -> str:
    """IRI of an entity by its class and key."""
    return iri(base, cls, entity_slug(key))


def graph_iri(base: str, *path: str) -> str:
    """IRI of a named graph: `graph_iri(base, "article", id)`, `graph_iri(base, "places")`."""
    return base + "graph/" + "/".join(path)


def article_id(publisher: str | None, published: str | None, headline: str, body: str) -> str:
    """Id of an article by its content, white space aside: the same article in two files is one article."""
    return digest(publisher, published, "".join(headline.split()), "".join(body.split()))
