"""The ledger's rows as a snapshot's index answers for them: filtered, counted by facet, sorted, paged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode

import tantivy
from werkzeug.datastructures import MultiDict

from graph.ledger_index import FACETS, FOLDER, ORDERS, grams, schema
from server.page_number import read_number

Entry: TypeAlias = dict[str, Any]
PAGE_ROWS = 50
_MOST_ROWS = 10_000  # of an export in one answer
_FACET_VALUES = 30  # counted of a facet
_WORDS = 100  # characters of a search that count
_VALUES = 20  # chosen of one facet
_OPENED = 8  # snapshots and days of the past whose index stays open
_LARGEST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows, and in which order: what the query string of the ledger's page says."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: str = "due"
    descending: bool = True
    view: str = "cards"
    page: int = 1
    as_of: str = ""  # a day, where one was asked for

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> Selection:
        """From a query string; what isn't understood is as if it weren't there."""
        chosen = {facet: tuple(dict.fromkeys(given.getlist(facet)))[:_VALUES] for facet in FACETS}
        order = given.get("sort", "-due")
        return cls(
            given.get("q", "").strip()[:_WORDS],
            {facet: values for facet, found in chosen.items() if (values := tuple(v for v in found if v))},
            order.removeprefix("-") if order.removeprefix("-") in ORDERS else "due",
            order.startswith("-") if order.removeprefix("-") in ORDERS else True,
            "table" if given.get("view") == "table" else "cards",
            min(read_number(given.get("page", "")) or 1, _LARGEST_PAGE),
        )

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query string that means this selection, in its shortest form."""
        found = [("q", self.words)] if self.words else []
        found += [(facet, value) for facet in FACETS for value in self.chosen.get(facet, ())]
        if (self.order, self.descending) != ("due", True):
            found.append(("sort", ("-" if self.descending else "") + self.order))
        if self.view != "cards":
            found.append(("view", self.view))
        if self.page > 1:
            found.append(("page", str(self.page)))
        if self.as_of:
            found.append(("asof", self.as_of))
        return found

    def address(self, path: str = "/ledger") -> str:
        """The path of this selection, or of another form of it."""
        parameters = urlencode(self.parameters)
        return f"{path}?{parameters}" if parameters else path

    def toggled(self, facet: str, value: str) -> Selection:
        """The same with a value of a facet chosen, or no longer chosen; from its first page."""
        before = self.chosen.get(facet, ())
        after = tuple(v for v in before if v != value) if value in before else (*before, value)
        return replace(self, chosen={**self.chosen, facet: after}, page=1)

    def on_page(self, page: int) -> Selection:
        """The same on another page."""
        return replace(self, page=page)

    def seen_as(self, view: str) -> Selection:
        """The same as cards or as a table."""
        return replace(self, view=view)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a selection: how many there are, those of the page, and what the facets count."""

    total: int
    rows: list[Entry]
    facets: dict[str, list[tuple[str, int]]]

    def pages(self, rows: int = PAGE_ROWS) -> int:
        """How many pages they fill."""
        return max(1, -(-self.total // rows))


class LedgerIndex:
    """The index of one snapshot; for any thread."""

    def __init__(self, folder: Path) -> None:
        self._schema = schema()
        self._searcher = tantivy.Index(self._schema, path=str(folder)).searcher()

    def find(self, selection: Selection) -> Found:
        """One page of rows with the facets. A facet counts what would be there without its own choice."""
        offset = (selection.page - 1) * PAGE_ROWS
        total, rows = self._rows(selection, offset, PAGE_ROWS)
        facets = self._count(selection, [facet for facet in FACETS if facet not in selection.chosen])
        for facet in selection.chosen:
            others = {name: values for name, values in selection.chosen.items() if name != facet}
            facets |= self._count(replace(selection, chosen=others), [facet])
        return Found(total, rows, facets)

    def as_of(self) -> str | None:
        """The day that the statuses are as of, ISO 8601; None without rows."""
        _, rows = self._rows(Selection(), 0, 1)
        return rows[0]["as_of"] if rows else None

    def export(self, selection: Selection) -> Found:
        """All rows of a selection, at most ten thousand; `total` tells how many there are."""
        total, rows = self._rows(selection, 0, _MOST_ROWS)
        return Found(total, rows, {})

    def count(self, facet: str) -> dict[str, int]:
        """How many rows each value of a facet has."""
        return dict(self._count(Selection(), [facet])[facet])

    def get(self, iris: Iterable[str]) -> dict[str, Entry]:
        """Rows by the IRI of their commitment or implied target; those that there are."""
        wanted = sorted(set(iris))
        if not wanted:
            return {}
        query = tantivy.Query.term_set_query(self._schema, "iri", wanted)
        hits = self._searcher.search(query, limit=len(wanted), count=False).hits
        return {row["iri"]: row for row in (self._row(address) for _, address in hits)}

    def _rows(self, selection: Selection, offset: int, limit: int) -> tuple[int, list[Entry]]:
        order = tantivy.Order.Desc if selection.descending else tantivy.Order.Asc
        result = self._searcher.search(
            self._query(selection),
            limit=limit,
            offset=offset,
            order_by_field=selection.order,
            order=order,
            count=True,
        )
        total: int = result.count or 0  # type: ignore[attr-defined]  # its stub leaves it out
        return total, [self._row(address) for _, address in result.hits]

    def _row(self, address: tantivy.DocAddress) -> Entry:
        row: Entry = json.loads(self._searcher.doc(address)["row"][0])
        return row

    def _count(self, selection: Selection, facets: list[str]) -> dict[str, list[tuple[str, int]]]:
        if not facets:
            return {}
        asked = {facet: {"terms": {"field": facet, "size": _FACET_VALUES}} for facet in facets}
        counted = self._searcher.aggregate(self._query(selection), asked)
        return {
            facet: [(bucket["key"], bucket["doc_count"]) for bucket in counted[facet]["buckets"]]
            for facet in facets
        }

    def _query(self, selection: Selection) -> tantivy.Query:
        must = [
            (tantivy.Occur.Must, tantivy.Query.term_set_query(self._schema, facet, list(values)))
            for facet, values in selection.chosen.items()
        ]
        must += [
            (tantivy.Occur.Must, tantivy.Query.term_query(self._schema, "grams", gram))
            for word in selection.words.split()
            for gram in sorted(set(grams(word)))
        ]
        return tantivy.Query.boolean_query(must) if must else tantivy.Query.all_query()


@lru_cache(maxsize=_OPENED)
def open_ledger(snapshot: Path) -> LedgerIndex | None:
    """The index in a snapshot's folder, None for a snapshot that has none: one of other people's RDF, or an older one."""
    folder = snapshot / FOLDER
    return LedgerIndex(folder) if folder.is_dir() else None
