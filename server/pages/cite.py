"""How to cite a thing, a statement or an article: GB/T 7714-2015 and BibTeX, with the words that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import render_template
from pyoxigraph import NamedNode

from server.page_context import Served
from server.pages.rows import Names, Row, find_names, select, terms_in
from server.text_display import show as shown

_LEDGER = "春城账本"
_BIBTEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_BIBTEX |= {character: "\\" + character for character in "{}%&#_$"}
_KEY = re.compile(r"[^0-9A-Za-z]+")


@dataclass(slots=True)
class Source:
    """An article that is cited, with the words of it that state something."""

    article: str
    headline: str
    newspaper: str | None
    published: str | None
    reporters: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)

    def gbt(self, accessed: str) -> str:
        """As GB/T 7714-2015 section 8.5 writes an article of a newspaper, `[N/OL]` for one read online."""
        who = ", ".join(self.reporters[:3]) + (", 等" if len(self.reporters) > 3 else "")
        where = f" {self.newspaper}," if self.newspaper else ""
        when = f" {self.published}" if self.published else ""
        return f"{who + '. ' if who else ''}{self.headline}[N/OL].{where}{when}[{accessed}]. {self.article}."


@dataclass(frozen=True, slots=True)
class Citation:
    """A thing of the ledger as others cite it. Dates are ISO 8601; `updated` is that of the snapshot."""

    iri: str
    title: str
    updated: str
    accessed: str
    snapshot: str
    sources: list[Source]

    @property
    def gbt(self) -> str:
        """As GB/T 7714-2015 section 8.8 writes an entry of an online database."""
        return f"{_LEDGER}. {self.title}[DB/OL]. ({self.updated})[{self.accessed}]. {self.iri}."

    @property
    def bibtex(self) -> str:
        """As a BibTeX entry; the words and where they were printed are its note."""
        said = "; ".join(
            f"“{quote}” ({', '.join(part for part in (source.headline, source.newspaper, source.published) if part)})"
            for source in self.sources
            for quote in source.quotes
        )
        fields = {
            "author": "{Chuncheng Ledger}",
            "title": "{" + _escape(self.title) + "}",
            "year": self.updated[:4],
            "url": self.iri,
            "urldate": self.accessed,
            "version": _escape(self.snapshot),
        }
        if said:
            fields["note"] = _escape(said)
        key = "chuncheng-" + _KEY.sub("-", self.iri.rsplit("/id/", 1)[-1]).strip("-")
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        return f"@misc{{{key},\n{lines}\n}}\n"


def cite(served: Served, thing: NamedNode) -> Citation:
    """The citation of a thing; raises Problem."""
    rows = select(served.engine, "cite", this=thing)
    names = find_names(served.engine, [thing, *terms_in(rows)])
    return Citation(
        thing.value,
        shown(names.of(thing)),
        str(served.snapshot.manifest.get("created", ""))[:10],
        f"{datetime.now(UTC):%Y-%m-%d}",
        served.snapshot.id,
        _sources(rows, names),
    )


def show(served: Served, thing: NamedNode, path: str) -> str:
    """The page as HTML; `path` is that of the thing's documents, without suffix."""
    return render_template(
        "cite.html",
        served=served,
        thing=thing,
        path=path,
        citation=cite(served, thing),
        names=find_names(served.engine, [thing]),
    )


def _sources(rows: list[Row], names: Names) -> list[Source]:
    found: dict[str, Source] = {}
    for row in rows:
        iri = row["article"].value
        headline, published, publisher = row.get("headline"), row.get("published"), row.get("publisher")
        source = found.setdefault(
            iri,
            Source(
                iri,
                shown(headline.value) if headline else shown(names.of(row["article"])),
                shown(names.of(publisher)) if publisher else None,
                published.value if published else None,
            ),
        )
        for value, kept in ((row.get("reporter"), source.reporters), (row.get("quote"), source.quotes)):
            text = shown(names.of(value)) if value is not None else None
            if text and text not in kept:
                kept.append(text)
    return list(found.values())


def _escape(text: str) -> str:
    return "".join(_BIBTEX.get(character, character) for character in text)
