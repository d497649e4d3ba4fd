"""`chuncheng publish`: the published snapshot into a SPARQL 1.1 store, for servers that answer from there."""

from __future__ import annotations

from pathlib import Path

import click

from .options import data_option
from .progress import ProgressLine
from .snapshots import choose


@click.command()
@click.argument("snapshot", required=False, metavar="[ID]")
@click.option(
    "--to",
    "url",
    required=True,
    metavar="URL",
    envvar="CHUNCHENG_STORE",
    show_envvar=True,
    help="Address of the store.",
)
@data_option("--data")
@click.option("--again", is_flag=True, help="Send everything, also what the store says to have.")
@click.option("--take-over", is_flag=True, help="Go on where another publishing was killed.")
@click.option(
    "--dump/--no-dump",
    "with_dump",
    default=True,
    help="Whether servers can offer the dump; it goes along by default.",
)
def publish(
    snapshot: str | None, url: str, data: Path, again: bool, take_over: bool, with_dump: bool
) -> None:
    """Publish a snapshot into a SPARQL 1.1 store: the one whose id begins with ID, else the one that is served from DATA.

    Servers started with `chuncheng serve --store URL` answer from it within seconds; until it is whole they answer from the one
    before. Credentials come from the environment: CHUNCHENG_STORE_USER and CHUNCHENG_STORE_PASSWORD, or CHUNCHENG_STORE_TOKEN.

    \b
    chuncheng publish --to http://127.0.0.1:7878
    CHUNCHENG_STORE_USER=dba CHUNCHENG_STORE_PASSWORD=… chuncheng publish --to http://127.0.0.1:8890
    """
    from graph.remote.client import connect
    from graph.remote.publish import publish as publish_into

    client = connect(url)
    try:
        done = publish_into(
            choose(data, snapshot),
            client,
            again=again,
            take_over=take_over,
            with_dump=with_dump,
            on_stage=lambda stage: click.echo(f"{stage} …", err=True),
            on_progress=ProgressLine("triple", "triples").tell,
        )
    finally:
        client.close()
    click.echo(
        f"published in {client.address.given} ({client.address.kind}): {done.triples:,} triples sent, named graphs: "
        f"{done.graphs_sent:,} sent, {done.graphs_kept:,} kept, {done.graphs_dropped:,} dropped ({done.seconds:.1f} s)"
    )
