"""`chuncheng ledger`: every promise and what came of it, printed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graph import snapshot as snapshots_of

from .options import data_option


@click.command()
@data_option("--data")
@click.option(
    "--as-of",
    metavar="DATE",
    help="What was known on that day (2024-01-22); by default all that the data tells.",
)
@click.option(
    "--undated/--no-undated",
    default=True,
    show_default=True,
    help="Whether articles without a date of publication count.",
)
@click.option(
    "--format", "format_", type=click.Choice(["table", "jsonl", "csv"]), default="table", show_default=True
)
def ledger(data: Path, as_of: str | None, undated: bool, format_: str) -> None:
    """Print the ledger: every promise, what came of it, and how it stands by the published rules.

    One row for each commitment and for each target that a reported completion rate implies. A day takes in what articles
    published until then say. Statuses: kept, exceeded, onTrack, missed, overdue, noResult, notMeasurable.

    \b
    chuncheng ledger
    chuncheng ledger --as-of 2023-06-30 --no-undated
    chuncheng ledger --format csv > ledger.csv
    """
    from graph.ledger import csv_lines, json_line, ledger_rows
    from graph.ledger.table import table_lines

    snapshot = snapshots_of.open_current(data)
    rows = (
        snapshot.ledger()
        if as_of is None and undated and (snapshot.path / snapshots_of.LEDGER).exists()
        else ledger_rows(snapshot.open_store(), as_of, undated)
    )
    lines = {
        "table": table_lines,
        "jsonl": lambda rows: map(json_line, rows),
        "csv": csv_lines,
    }[format_](rows)
    out = sys.stdout.buffer
    for line in lines:
        out.write(line.encode())
    out.flush()
