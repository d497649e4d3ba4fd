"""`chuncheng ledger`: every promise and what came of it, printed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graph import snapshot as snapshots_of

from .options import as_of_options, data_option


@click.command()
@data_option("--data")
@as_of_options
@click.option(
    "--format", "format_", type=click.Choice(["table", "jsonl", "csv"]), default="table", show_default=True
)
def ledger(data: Path, as_of: str | None, undated: bool, format_: str) -> None:
    """Print the ledger: every promise, what came of it, and how it stands by the published rules.

    One row for each commitment and for each target that a reported completion rate implies. As of a day, promise and result meet
    in what articles published until then say, and statuses are those of that day. Statuses: kept, exceeded, onTrack, missed, overdue, noResult, notMeasurable.

    \b
    chuncheng ledger
    chuncheng ledger --as-of 2023-06-30 --no-undated
    chuncheng ledger --format csv > ledger.csv
    """
    from graph.ledger import csv_lines, json_line, ledger_rows
    from graph.ledger.table import table_lines
    from graph.views import LAST_DAY, open_as_of

    snapshot = snapshots_of.open_current(data)
    if as_of is None and undated and (snapshot.path / snapshots_of.LEDGER).exists():
        rows = snapshot.ledger()
    elif as_of is None and undated:
        rows = ledger_rows(snapshot.open_store())
    else:
        view, past = open_as_of(data, as_of or LAST_DAY, undated=undated)
        rows = ledger_rows(view.open_store(), past.day if as_of else None)
    lines = {
        "table": table_lines,
        "jsonl": lambda rows: map(json_line, rows),
        "csv": csv_lines,
    }[format_](rows)
    out = sys.stdout.buffer
    for line in lines:
        out.write(line.encode())
    out.flush()
