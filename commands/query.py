"""`chuncheng query`: a SPARQL query over the published snapshot."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graph import snapshot as snapshots_of
from graph.query import FORMATS, answer
from ontology.errors import ChunchengError

from .options import data_option


@click.command()
@click.argument("query", default="-", metavar="[FILE|-|'SELECT…']")
@data_option("--data")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Default: table, or turtle for CONSTRUCT and DESCRIBE.",
)
def query(query: str, data: Path, format_: str | None) -> None:
    """Answer a SPARQL query over the published snapshot: from a file, from standard input (-), or as typed.

    The prefixes ccl:, rdfs:, prov:, skos: and the like need no declaration. Cells of a table are cut at 80 columns, the
    other formats hold everything.

    \b
    chuncheng query queries/01-at-least-2024.rq
    chuncheng query 'SELECT ?promise { ?c a ccl:Commitment ; rdfs:label ?promise } LIMIT 5'
    echo 'DESCRIBE ccl:Commitment' | chuncheng query - --format turtle
    """
    text, name = _query_text(query)
    out = sys.stdout.buffer
    out.write(answer(snapshots_of.open_current(data), text, format=format_, name=name))
    out.flush()


def _query_text(query: str) -> tuple[str, str]:
    """The text of a query and what to call it in errors."""
    try:
        if query == "-":
            return sys.stdin.buffer.read().decode(), "standard input"
        if _is_file(query):
            return Path(query).read_text(encoding="utf-8"), query
    except UnicodeDecodeError as error:
        raise ChunchengError(f"{query} isn't UTF-8 text: {error}") from error
    if not any(sign in query for sign in "{ \n"):
        raise click.UsageError(f"no such file: {query}")
    return query, "query"


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # a query is too long for a name, or holds what a name can't
        return False
