"""What a page is about in the words of schema.org, as JSON-LD within the HTML: for search engines and whoever reads pages.

The element is a data block, which no browser runs and which the Content-Security-Policy doesn't concern.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from graph.dataset import LICENCE
from graph.snapshot import Snapshot
from ontology.terms import CCL, PREFIXES, RDF, RDFS
from server import links
from server.page_context import Served
from server.pages.rows import Row, find_names, select

_CONTEXT = "https://schema.org"
_NAMES = frozenset({RDFS.label, PREFIXES["skos"] + "prefLabel"})
_OTHER_NAMES = PREFIXES["skos"] + "altLabel"
_DEFINITION = PREFIXES["skos"] + "definition"
_SAME = PREFIXES["owl"] + "sameAs"
_CLAIMS = frozenset({CCL.Commitment, CCL.Outcome, CCL.ImpliedTarget, CCL.Withdrawal})
_MOST_VALUES = 50  # of a property
# In a script element only these could end it or begin a comment; as escapes they are the same JSON.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def write_element(described: dict[str, Any] | None) -> Markup:
    """The script element that holds a description; nothing for none."""
    if not described:
        return Markup()
    text = json.dumps(described, ensure_ascii=False).translate(_ESCAPES)
    return Markup(f'<script type="application/ld+json">{text}</script>')


def describe(served: Served, thing: NamedNode, properties: Iterable[Row], host: str) -> dict[str, Any]:
    """A thing with what schema.org has words for; a claim with the words that say so and the articles they stand in."""
    table = _table()
    # Which of two languages comes first, each store decides for itself.
    rows = sorted(
        (row for row in properties if isinstance(row["property"], NamedNode)),
        key=lambda row: (row["property"].value, str(row["value"])),
    )
    classes = {row["value"].value for row in rows if row["property"].value == RDF.type}
    own = PREFIXES["ccl"]
    described: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": next((kind for name, kind in table["types"].items() if own + name in classes), "Thing"),
        "@id": thing.value,
        "url": host + (links.document_path(thing.value, served.base) or ""),
    }
    if thing.value.startswith(own):
        described |= {"@type": "DefinedTerm", "inDefinedTermSet": own}
    linked = [row for row in rows if row["property"].value.removeprefix(own) in table["links"]]
    names = find_names(served.engine, (row["value"] for row in linked))
    for row in rows:
        predicate, value = row["property"].value, row["value"]
        local = predicate.removeprefix(own)
        if predicate in _NAMES:
            _add(described, "name", _text(value))
        elif predicate == _OTHER_NAMES:
            _add(described, "alternateName", _text(value))
        elif predicate == _DEFINITION:
            _add(described, "description", _text(value))
        elif predicate == _SAME:
            _add(described, "sameAs", value.value)
        elif local in table["values"] and isinstance(value, Literal):
            _add(described, table["values"][local], value.value)
        elif local in table["links"]:
            named = {"@id": value.value} if isinstance(value, NamedNode) else {}
            _add(described, table["links"][local], {**named, "name": names.of(value)})
    if described["@type"] == "NewsArticle":
        described.setdefault("name", described.get("headline", thing.value))
    if classes & _CLAIMS:
        _add_words(served, thing, described)
    return described


def describe_dataset(snapshot: Snapshot, host: str) -> dict[str, Any]:
    """The data set, where it is to be had and under which licence."""
    manifest = snapshot.manifest
    downloads = [
        {
            "@type": "DataDownload",
            "contentUrl": f"{host}/dumps/{dump['file']}",
            "encodingFormat": dump["media_type"],
            "contentSize": f"{dump['bytes']} B",
            "sha256": dump["sha256"],
        }
        for dump in manifest.get("dumps", ())
    ]
    return {
        "@context": _CONTEXT,
        "@type": "Dataset",
        "@id": f"{snapshot.base}dataset",
        "url": f"{host}/",
        "name": [_in("zh", "春城账本"), _in("en", "Chuncheng Ledger")],
        "description": [
            _in("zh", "昆明承诺了什么、结果如何，以及哪句原文这样说：从报纸版面读出的知识图谱。"),
            _in(
                "en",
                "What Kunming promised, what came of it, and the exact words that say so, read from newspaper pages.",
            ),
        ],
        "license": LICENCE,
        "creator": {"@type": "Organization", "name": "Chuncheng Ledger"},
        "isAccessibleForFree": True,
        "inLanguage": ["zh", "en"],
        "dateModified": manifest["created"],
        "version": snapshot.id,
        "distribution": [
            *downloads,
            {
                "@type": "DataDownload",
                "contentUrl": f"{host}/sparql",
                "encodingFormat": "application/sparql-results+json",
            },
        ],
    }


def _add_words(served: Served, thing: NamedNode, described: dict[str, Any]) -> None:
    for row in select(served.engine, "schema_org_evidence", this=thing):
        article: dict[str, Any] = {"@type": "NewsArticle", "@id": row["article"].value}
        if "headline" in row:
            article["headline"] = row["headline"].value
        if "published" in row:
            article["datePublished"] = row["published"].value
        quotation = {"@type": "Quotation", "text": row["quote"].value, "isPartOf": article}
        _add(described, "appearance", quotation)


def _add(described: dict[str, Any], name: str, value: Any) -> None:
    values = described.setdefault(name, [])
    if isinstance(values, list) and value not in values and len(values) < _MOST_VALUES:
        values.append(value)


def _text(term: object) -> Any:
    if isinstance(term, Literal) and term.language:
        return _in(term.language, term.value)
    return getattr(term, "value", str(term))


def _in(language: str, text: str) -> dict[str, str]:
    return {"@value": text, "@language": language}


@cache
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = tomllib.loads(
        Path(__file__).with_name("schema_org.toml").read_text(encoding="utf-8")
    )
    return table
