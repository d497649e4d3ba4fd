"""A document as a flat table: what is said of a thing, and where each statement about it was read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from ontology.terms import CCL, OA, PREFIXES, RDFS
from server.pages.document import HYDRA

COLUMNS = (
    "subject",
    "property",
    "value",
    "value_label_zh",
    "value_label_en",
    "article",
    "start",
    "end",
    "quote",
)

# What leads to evidence, and what tells of the document.
_NO_STATEMENTS = frozenset({CCL.evidence, PREFIXES["foaf"] + "primaryTopic", HYDRA + "object"})


def write_table(triples: Iterable[Triple], thing: NamedNode) -> bytes:
    """CSV (RFC 4180) with a header: the thing's own statements first, then links to it; quotes with their spans, in code points."""
    every = list(triples)
    labels: dict[tuple[str, str], str] = {}
    spans: dict[str, dict[str, str]] = {}
    evidence: dict[str, list[str]] = {}
    for triple in every:
        subject, predicate, value = _plain(triple.subject), triple.predicate.value, triple.object
        if predicate == RDFS.label and isinstance(value, Literal):
            labels.setdefault((subject, (value.language or "")[:2]), value.value)
        if predicate in (CCL.quote, CCL.start, CCL.end, OA.hasSource):
            spans.setdefault(subject, {})[predicate] = _plain(value)
        if predicate == CCL.evidence:
            evidence.setdefault(subject, []).append(_plain(value))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for triple in every:
        about, said = _plain(triple.subject), _plain(triple.object)
        if thing.value not in (about, said) or triple.predicate.value in _NO_STATEMENTS:
            continue
        # The words that say so stand with the statement: its own, or those of the statement that points here.
        for span in evidence.get(about, [""]):
            words = spans.get(span, {})
            writer.writerow(
                [
                    *map(_safe, (about, triple.predicate.value, said)),
                    *(_safe(labels.get((said, language), "")) for language in ("zh", "en")),
                    words.get(OA.hasSource, ""),
                    words.get(CCL.start, ""),
                    words.get(CCL.end, ""),
                    _safe(words.get(CCL.quote, "")),
                ]
            )
    return out.getvalue().encode()


def _plain(term: object) -> str:
    """A term without what marks it as one; a triple as N-Triples write it."""
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


def _safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and text[1:] else text
