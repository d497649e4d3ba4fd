"""Which path of this server stands for which IRI, and back: pages link here, RDF keeps the canonical IRIs."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from ontology.terms import PREFIXES

_DEFINITIONS = PREFIXES["ccl"]
_SAFE = "/:@!$&'()*+,;=~-._"
#: Names of the data sets that owl:sameAs leads to, by how their IRIs begin
_ELSEWHERE = {"http://www.wikidata.org/entity/": "Wikidata", "https://sws.geonames.org/": "GeoNames"}


def iri_of(path: str, base: str) -> str:
    """The IRI of the thing whose document is at `/doc/{path}`: `park/x` or `def/Commitment`."""
    if path == "def" or path.startswith("def/"):
        return _DEFINITIONS + path.removeprefix("def").removeprefix("/")
    return f"{base}id/{path}"


def canonical_document(path: str, base: str) -> str:
    """The address, wherever it is served, of the document at `/doc/{path}`; terms of the ontology lead to theirs."""
    return iri_of(path, base) if path == "def" or path.startswith("def/") else f"{base}doc/{path}"


def document_path(iri: str, base: str) -> str | None:
    """Path of the document about a thing on this server, None where the thing isn't ours."""
    if iri.startswith(_DEFINITIONS):
        return "/doc/def/" + quote(iri[len(_DEFINITIONS) :], safe=_SAFE)
    if iri.startswith(base + "id/"):
        return "/doc/" + quote(iri[len(base) + 3 :], safe=_SAFE)
    return None


@lru_cache(8192)  # a page links to the same few things again and again
def href(iri: str, base: str) -> str | None:
    """Where a page may link for an IRI: our document, else the web; None for schemes a click mustn't follow."""
    own = document_path(iri, base)
    if own is not None:
        return own
    return iri if iri.startswith(("http://", "https://")) else None


def short_name(iri: str) -> str:
    """An IRI as prefix:local where we know its prefix, else its last part, for want of a label; Wikidata Q182852."""
    for beginning, data_set in _ELSEWHERE.items():
        if iri.startswith(beginning):
            return f"{data_set} {iri.removeprefix(beginning).rstrip('/')}"
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1] or iri


def anchor(span: str) -> str:
    """The fragment at which an article's page shows a span: `span-` and the digest that ends the span's IRI."""
    return "span-" + span.rstrip("/").rsplit("/", 1)[-1]
