"""The ledger: what is known across articles. `Ledger` writes it, `ledger_rows` reads it back as rows with status and reason."""

from __future__ import annotations

from .asked import LedgerError
from .quads import Ledger
from .row import STATUSES, LedgerRow, Named, Status
from .rows import ledger_rows
from .storage import csv_lines, json_line, read_ledger, write_ledger

__all__ = [
    "STATUSES", "Ledger", "LedgerError", "LedgerRow", "Named", "Status", "csv_lines", "json_line", "ledger_rows", "read_ledger",
    "write_ledger",
]  # fmt: skip
