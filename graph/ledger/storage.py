"""Rows of the ledger as flat records: JSON lines on disk (zstd where the name ends in .zst), JSON lines and CSV for people.

A thing is three fields: `agent` its Chinese label (its IRI where it has none), `agent_iri`, `agent_en`; `places` and `themes` are lists of
the same length each. Numbers are JSON numbers, exact to 15 digits. `reason` is Chinese, `reason_en` English.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import zstandard

from .asked import LedgerError
from .row import LedgerRow, Named

_NAMED = ("indicator", "agent", "unit")
_LISTS = ("places", "themes")
_NUMBERS = ("target", "target_low", "target_high", "outcome", "completion", "completion_reported")
_BETWEEN = " | "  # the items of a list in one cell of CSV


def write_ledger(rows: Iterable[LedgerRow], path: Path) -> int:
    """Writes the rows as JSON lines; returns how many."""
    count = 0
    with _opened(path, "w") as file:
        for row in rows:
            file.write(json_line(row))
            count += 1
    return count


def read_ledger(path: Path) -> Iterator[LedgerRow]:
    """The rows of a file that `write_ledger` wrote; raises LedgerError for any other."""
    try:
        with _opened(path, "r") as file:
            for line in file:
                yield read_row(json.loads(line, parse_float=Decimal))
    except (OSError, ValueError, KeyError, TypeError, zstandard.ZstdError) as error:
        raise LedgerError(
            f"{path}: no ledger that can be read ({error}); build the snapshot again"
        ) from error


def json_line(row: LedgerRow) -> str:
    """One row as a line of JSON, with its line feed."""
    return json.dumps(record(row), ensure_ascii=False, default=_number) + "\n"


def csv_lines(rows: Iterable[LedgerRow]) -> Iterator[str]:
    """The rows as CSV (RFC 4180, UTF-8), header first; lists with bars between their items.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    for number, row in enumerate(rows):
        flat = record(row)
        if number == 0:
            yield _csv_line(list(flat))
        yield _csv_line([_cell(value) for value in flat.values()])


def record(row: LedgerRow) -> dict[str, Any]:
    """The row as one flat mapping, in the order of its fields."""
    flat: dict[str, Any] = {}
    for field in fields(LedgerRow):
        value = getattr(row, field.name)
        if field.name in _NAMED:
            flat[field.name] = None if value is None else value.zh or value.iri
            flat[f"{field.name}_iri"] = None if value is None else value.iri
            flat[f"{field.name}_en"] = None if value is None else value.en
        elif field.name in _LISTS:
            flat[field.name] = [n.zh or n.iri for n in value]
            flat[f"{field.name}_iri"] = [n.iri for n in value]
            flat[f"{field.name}_en"] = [n.en for n in value]
        elif field.name == "reason_zh":
            flat["reason"] = value
        else:
            flat[field.name] = list(value) if isinstance(value, tuple) else value
    return flat


def _opened(path: Path, mode: str) -> Any:
    if path.suffix == ".zst":
        return zstandard.open(path, f"{mode}t", encoding="utf-8")
    return path.open(mode, encoding="utf-8")


def _number(value: object) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is no value of a ledger row")


def read_row(flat: Mapping[str, Any]) -> LedgerRow:
    """The row of a mapping that `record` made; raises KeyError, TypeError or ValueError for any other."""
    values: dict[str, Any] = {}
    for field in fields(LedgerRow):
        name = field.name
        if name in _NAMED:
            values[name] = _named(flat[f"{name}_iri"], flat[name], flat[f"{name}_en"])
        elif name in _LISTS:
            parts = zip(flat[f"{name}_iri"], flat[name], flat[f"{name}_en"], strict=True)
            values[name] = tuple(_named(*part) for part in parts)
        elif name == "reason_zh":
            values[name] = flat["reason"]
        elif name in _NUMBERS:
            values[name] = None if flat[name] is None else Decimal(flat[name])
        else:
            values[name] = tuple(flat[name]) if isinstance(flat[name], list) else flat[name]
    return LedgerRow(**values)


def _named(iri: str | None, zh: str | None, en: str | None) -> Named | None:
    return None if iri is None else Named(iri, None if zh == iri else zh, en)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    shown = (
        _BETWEEN.join("" if v is None else str(v) for v in value) if isinstance(value, list) else str(value)
    )
    return f"'{shown}" if shown[:1] in "=+-@\t\r" and shown[1:] else shown


def _csv_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
