"""What articles state, put by while they are read: the ledger is made of all of it, by whatever process."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import zstandard

from loaders.reconcile import Decisions

from ..lines import line_of
from ..reason import follow
from ..records import read_records
from .quads import Ledger


@dataclass(frozen=True, slots=True)
class LedgerWriter:
    """Writes the ledger's lines, with what each leads to by itself, into a file; it can be sent to another process.

    `stated` is a file that `put_by` has opened, of the articles' records (`graph.shard.Shard.facts`).
    """

    base: str
    decisions: Decisions
    stated: Path

    def __call__(self, target: Path) -> dict[str, Any]:
        """Writes them; returns what the manifest says of reconciliation."""
        ledger = Ledger(self.base, self.decisions)
        with zstandard.open(self.stated, "rb") as stream:
            for extraction in read_records(io.BufferedReader(cast(io.RawIOBase, stream))):
                ledger.add(extraction)
        with target.open("wb") as out:
            out.writelines(follow(map(line_of, ledger.quads()), self.base))
        return ledger.summary


def put_by(stated: Path) -> IO[bytes]:
    """Opens a file to put records into, for a LedgerWriter."""
    return cast(IO[bytes], zstandard.open(stated, "wb"))
