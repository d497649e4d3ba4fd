"""What articles state, put by while they are read: the ledger is made of all of it, by whatever process."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import zstandard

from loaders.facts import Extraction
from loaders.reconcile import Decisions

from ..lines import line_of
from ..reason import follow
from ..records import read_records
from .quads import Ledger


def ledger_of(stated: IO[bytes], base: str, decisions: Decisions) -> Ledger:
    """The ledger of articles whose statements stand in a file as records (`graph.shard.Shard.facts`)."""
    ledger = Ledger(base, decisions)
    for extraction in read_records(stated):
        ledger.add(cast(Extraction, extraction))
    return ledger


@dataclass(frozen=True, slots=True)
class LedgerWriter:
    """Writes the ledger's lines, with what each leads to by itself, into a file; it can be sent to another process.

    `stated` is a file that `put_by` has written.
    """

    base: str
    decisions: Decisions
    stated: Path

    def __call__(self, target: Path) -> dict[str, Any]:
        """Writes them; returns what the manifest says of reconciliation."""
        with zstandard.open(self.stated, "rb") as stream:
            ledger = ledger_of(io.BufferedReader(cast(io.RawIOBase, stream)), self.base, self.decisions)
        with target.open("wb") as out:
            out.writelines(follow(map(line_of, ledger.quads()), self.base))
        return ledger.summary


def put_by(stated: Path) -> IO[bytes]:
    """Opens a file to put records into, for a LedgerWriter."""
    return cast(IO[bytes], zstandard.open(stated, "wb"))
