"""The index of the ledger's rows in a snapshot: filters with counts, words, and orders, without a scan.

A snapshot's folder `ledger/` holds a tantivy index, one document a row. What a row is filtered by are untokenised columns;
the row itself is kept as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import tantivy

from .ledger.row import LedgerRow, Named
from .ledger.storage import json_line

FOLDER = "ledger"
#: What rows are filtered and counted by.
FACETS = ("status", "year", "agent", "theme", "place", "indicator", "bound", "measured", "implied")
#: Bounds as the ontology calls them, for what stands in an address.
BOUND_NAMES: dict[str, str] = {
    "=": "exactly", ">=": "atLeast", ">": "moreThan", "<=": "atMost", "<": "lessThan", "~": "approximately",
}  # fmt: skip
#: What rows are sorted by: days since 1970 for dates, per cent for `completion`.
ORDERS = ("due", "promised", "completion")
_WRITER_BYTES = 50_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_GRAM = 2  # characters of the overlapping pieces that words are found by


def schema() -> tantivy.Schema:
    """The fields of a row."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("row", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("iri", tokenizer_name="raw", index_option="basic")
    for facet in FACETS:
        builder.add_text_field(facet, fast=True, tokenizer_name="raw", index_option="basic")
    for order in ("due", "promised"):
        builder.add_integer_field(order, fast=True, indexed=True)
    builder.add_float_field("completion", fast=True)
    builder.add_text_field("grams", tokenizer_name="raw", index_option="basic")
    return builder.build()


def write_ledger_index(rows: Iterable[LedgerRow], snapshot: Path) -> None:
    """Index the rows into a snapshot's folder that is being built."""
    folder = snapshot / FOLDER
    folder.mkdir()
    index = tantivy.Index(schema(), path=str(folder))
    # One thread: the order of the documents, and so that of equal rows, is the order of writing.
    writer = index.writer(_WRITER_BYTES, 1)
    for row in rows:
        writer.add_document(_document(row))
    writer.commit()
    writer.wait_merging_threads()


def grams(text: str) -> Iterator[str]:
    """Overlapping pairs of a text's letters and digits, lower case; a single character for itself."""
    kept = "".join(character for character in text.lower() if character.isalnum())
    if len(kept) < _GRAM:
        yield from kept
    for begin in range(len(kept) - _GRAM + 1):
        yield kept[begin : begin + _GRAM]


def _document(row: LedgerRow) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("row", json_line(row))
    document.add_text("iri", row.iri)
    for facet, values in _facets(row).items():
        for value in values:
            document.add_text(facet, value)
    for order, day in (("due", row.deadline or row.period_end), ("promised", row.promised_on)):
        if day is not None:
            document.add_integer(order, date.fromisoformat(day).toordinal() - _EPOCH)
    if row.completion is not None:
        document.add_float("completion", float(row.completion))
    words = [name for named in _named(row) for name in (named.zh, named.en) if name] + list(row.quotes)
    for gram in sorted({gram for text in words for gram in (*grams(text), *text.lower()) if gram.strip()}):
        document.add_text("grams", gram)
    return document


def _facets(row: LedgerRow) -> dict[str, list[str]]:
    day = row.period_end or row.deadline or row.period
    return {
        "status": [row.status],
        "year": [day[:4]] if day else [],
        "agent": [row.agent.iri] if row.agent else [],
        "theme": [theme.iri for theme in row.themes],
        "place": [place.iri for place in row.places],
        "indicator": [row.indicator.iri],
        "bound": [BOUND_NAMES[row.bound]] if row.bound else [],
        "measured": ["no" if row.target is None and row.target_low is None else "yes"],
        "implied": ["yes" if row.implied else "no"],
    }


def _named(row: LedgerRow) -> Iterator[Named]:
    yield row.indicator
    yield from (row.agent,) if row.agent else ()
    yield from row.places
    yield from row.themes
