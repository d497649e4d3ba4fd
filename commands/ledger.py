"""`chuncheng ledger`: every promise and what came of it, printed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
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
@click.option(
    "--candidates",
    is_flag=True,
    help="Instead: pairings that wait for a person, as entries for a patch file.",
)
@click.option("--findings", is_flag=True, help="Instead: what doesn't agree across articles.")
def ledger(
    data: Path, as_of: str | None, undated: bool, format_: str, candidates: bool, findings: bool
) -> None:
    """Print the ledger: every promise, what came of it, and how it stands by the published rules.

    One row for each commitment and for each target that a reported completion rate implies. As of a day, promise and result meet
    in what articles published until then say, and statuses are those of that day. Statuses: kept, exceeded, onTrack, missed, overdue, noResult, notMeasurable.

    \b
    chuncheng ledger
    chuncheng ledger --as-of 2023-06-30 --no-undated
    chuncheng ledger --format csv > ledger.csv
    chuncheng ledger --candidates > corrections/matches.toml
    """
    from graph.ledger import csv_lines, json_line, ledger_rows
    from graph.ledger.review import read_candidates, read_findings, review_lines
    from graph.ledger.table import table_lines
    from graph.views import LAST_DAY, open_as_of

    snapshot = snapshots_of.open_current(data)
    if candidates or findings:
        if candidates and findings:
            raise click.UsageError("ask for --candidates or for --findings")
        whole = as_of is None and undated
        shown = snapshot if whole else open_as_of(data, as_of or LAST_DAY, undated=undated)[0]
        store = shown.open_store()
        _print(review_lines(read_candidates(store) if candidates else read_findings(store), format_))
        return
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
    _print(lines)


def _print(lines: Iterable[str]) -> None:
    out = sys.stdout.buffer
    for line in lines:
        out.write(line.encode())
    out.flush()
