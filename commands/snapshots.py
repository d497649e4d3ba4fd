"""`chuncheng snapshots`: looks after the snapshots of a data folder."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from graph import dumps
from graph import snapshot as snapshots_of
from graph.table import render_table
from ontology.errors import ChunchengError

from .options import Group, data_option


@click.group(cls=Group)
def snapshots() -> None:
    """List, verify, prune, roll back and dump the snapshots of a data folder."""


@snapshots.command("list")
@data_option("--data")
def list_(data: Path) -> None:
    """All snapshots, the oldest first; * marks the one that is served."""
    known = snapshots_of.list_snapshots(data)
    current = snapshots_of.find_current(data)
    if not known:
        click.echo(f"no snapshot in {data}; make one with: chuncheng build SOURCE… --out {data}", err=True)
        return
    rows = [
        [
            "*" if current is not None and s.id == current.id else "",
            s.id,
            datetime.fromisoformat(str(s.manifest["created"])).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            *(f"{s.manifest['counts'].get(name, 0):,}" for name in ("articles", "statements", "quads")),
            s.default_graph,
        ]
        for s in known
    ]
    header = ["", "snapshot", "built", "articles", "statements", "quads", "default graph"]
    for line in render_table(header, rows):
        click.echo(line)


@snapshots.command()
@click.argument("snapshot", required=False, metavar="[ID]")
@data_option("--data")
@click.option("--all", "all_", is_flag=True, help="Verify every snapshot of the folder.")
def verify(snapshot: str | None, data: Path, all_: bool) -> None:
    """Check that a snapshot is what its manifest says: the one with that id, else the one that is served.

    Exit code 1 if anything is wrong.
    """
    wrong = 0
    for chosen in snapshots_of.list_snapshots(data) if all_ else [choose(data, snapshot)]:
        try:
            snapshots_of.verify(chosen)
        except ChunchengError as error:
            wrong += 1
            click.echo(f"error: {error}", err=True)
        else:
            click.echo(f"{chosen.id} is sound")
    if wrong:
        sys.exit(1)


@snapshots.command()
@data_option("--data")
@click.option("--keep", type=click.IntRange(min=0), default=3, show_default=True, help="How many to keep.")
def prune(data: Path, keep: int) -> None:
    """Remove all but the newest snapshots; those that a server reads always stay."""
    removed = snapshots_of.prune(data, keep)
    click.echo(f"removed {', '.join(removed)}" if removed else "nothing to remove")


@snapshots.command()
@click.argument("snapshot", required=False, metavar="[ID]")
@data_option("--data")
def rollback(snapshot: str | None, data: Path) -> None:
    """Serve an older snapshot again: the one whose id begins with ID, else the one before the served one."""
    click.echo(f"{snapshots_of.rollback(data, snapshot).id} is served now")


@snapshots.command()
@click.argument("snapshot", required=False, metavar="[ID]")
@data_option("--data")
@click.option(
    "--format", "format_", type=click.Choice(list(dumps.BY_NAME)), default="nquads", show_default=True
)
@click.option("--output", type=click.File("wb", atomic=True), default="-", help="File to write to.")
def dump(snapshot: str | None, data: Path, format_: str, output: BinaryIO) -> None:
    """Write the data of a snapshot, so that any RDF store can load it.

    N-Quads and TriG have every graph; Turtle has each triple once, whatever graphs it stands in.

    \b
    chuncheng snapshots dump --format trig --output ledger.trig
    """
    for block in dumps.read_dump(choose(data, snapshot).path, dumps.BY_NAME[format_]):
        output.write(block)
    output.flush()


@snapshots.command()
@click.argument("location", metavar="URL")
@click.argument("snapshot", required=False, metavar="[ID]")
@data_option("--data")
@click.option(
    "--keep", type=click.IntRange(min=0), default=0, help="Remove all but the newest there; 0 keeps all."
)
def push(location: str, snapshot: str | None, data: Path, keep: int) -> None:
    """Copy a snapshot to a location from which servers pull it: a folder, s3://…, any URL that fsspec knows.

    \b
    chuncheng snapshots push /mnt/ledger
    chuncheng snapshots push s3://bucket/ledger --keep 5
    """
    from graph.replicas import Location
    from graph.replicas import push as push_to

    copied = push_to(choose(data, snapshot), Location(location), keep)
    click.echo(f"{copied.id} is at {Location(location)}: {copied.bytes:,} bytes sent")


@snapshots.command()
@click.argument("location", metavar="URL")
@data_option("--data")
@click.option(
    "--every", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Go on, and look again so often."
)
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="How many to keep here; 0 keeps all.",
)
def pull(location: str, data: Path, every: float | None, keep: int) -> None:
    """Copy the snapshot that a location points to, check every byte, and publish it here.

    A server over the same data folder serves it from then on. With --every a failure is told and tried again; what was
    published before stays.

    \b
    chuncheng snapshots pull s3://bucket/ledger --data /srv/ledger
    chuncheng snapshots pull http://ledger.example/snapshots --every 60
    """
    from graph.replicas import Location, follow
    from graph.replicas import pull as pull_from

    place = Location(location)
    if every is not None:
        follow(data, place, every, keep, lambda line: click.echo(line, err=True))
        return
    copied = pull_from(data, place)
    if copied is None:
        click.echo(f"{snapshots_of.open_current(data).id} is published already")
        return
    click.echo(f"published {copied.id} in {data}: {copied.bytes:,} bytes received")
    if keep:
        snapshots_of.prune(data, keep)


def choose(data: Path, identifier: str | None) -> snapshots_of.Snapshot:
    """The snapshot whose id begins like that, the served one without an id; raises SnapshotError."""
    if identifier is None:
        return snapshots_of.open_current(data)
    matching = [s for s in snapshots_of.list_snapshots(data) if s.id.startswith(identifier)]
    if len(matching) != 1:
        number = "several snapshots begin" if matching else "no snapshot begins"
        raise snapshots_of.SnapshotError(
            f"{data}: {number} with {identifier!r}; see `chuncheng snapshots list`"
        )
    return matching[0]
