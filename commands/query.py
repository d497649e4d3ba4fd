"""`chuncheng query`: a SPARQL query over the published snapshot."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graph import snapshot as snapshots_of
from graph.query import FORMATS, answer
from ontology.errors import ChunchengError

from .options import as_of_options, data_option


@click.command()
@click.argument("query", default="-", metavar="[FILE|-|'SELECT…']")
@data_option("--data")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Default: table, or turtle for CONSTRUCT and DESCRIBE.",
)
@as_of_options
def query(query: str, data: Path, format_: str | None, as_of: str | None, undated: bool) -> None:
    """Answer a SPARQL query over the published snapshot: from a file, from standard input (-), or as typed.

    The prefixes ccl:, rdfs:, prov:, skos: and the like need no declaration. Cells of a table are cut at 80 columns, the
    other formats hold everything.

    \b
    chuncheng query queries/01-at-least-2024.rq
    chuncheng query 'SELECT ?promise { ?c a ccl:Commitment ; rdfs:label ?promise } LIMIT 5'
    chuncheng query --as-of 2023-06-30 'SELECT * { ?outcome ccl:fulfils ?promise }'
    echo 'DESCRIBE ccl:Commitment' | chuncheng query - --format turtle
    """
    text, name = _query_text(query)
    out = sys.stdout.buffer
    out.write(answer(_snapshot(data, as_of, undated=undated), text, format=format_, name=name))
    out.flush()


def _snapshot(data: Path, as_of: str | None, *, undated: bool) -> snapshots_of.Snapshot:
    if as_of is None and undated:
        return snapshots_of.open_current(data)
    from graph.views import LAST_DAY, open_as_of

    return open_as_of(data, as_of or LAST_DAY, undated=undated)[0]


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
