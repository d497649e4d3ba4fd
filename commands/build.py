"""`chuncheng build`: pages and RDF to a published snapshot."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from graph import snapshot as snapshots_of
from graph.stages import Stages
from ontology.errors import ChunchengError
from ontology.identifiers import DEFAULT_BASE

from .options import EXISTING, PAGES, corrections_option, data_option, model_option, reading_options
from .progress import clock
from .reading import build_reading, read_match_decisions, read_patches, shards_of

if TYPE_CHECKING:
    from graph.workers import Workers
    from loaders.location import Location

_LONG = 10  # seconds left that are worth telling


@click.command()
@click.argument("sources", nargs=-1, type=PAGES, metavar="[SOURCE]...")
@click.option(
    "--rdf",
    "rdf_files",
    multiple=True,
    type=EXISTING,
    metavar="FILE",
    help="RDF file to add as it is; may be given again.",
)
@data_option("--out")
@click.option(
    "--default-graph",
    type=click.Choice(["merge", "own"]),
    default="merge",
    show_default=True,
    help="What a query without GRAPH sees: all graphs merged, each triple once, or the data's own default graph.",
)
@click.option(
    "--base",
    default=DEFAULT_BASE,
    envvar="CHUNCHENG_BASE",
    show_default=True,
    show_envvar=True,
    metavar="IRI",
    help="Base IRI of the things.",
)
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="Snapshots to keep afterwards, the new one among them; 0 keeps all. Those that a server reads always stay.",
)
@click.option(
    "--quotes-only",
    is_flag=True,
    envvar="CHUNCHENG_QUOTES_ONLY",
    show_envvar=True,
    help="Leave the articles' texts out, where you may not republish them: pages, RDF and dumps then hold only quotes.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    envvar="CHUNCHENG_JOBS",
    show_envvar=True,
    metavar="N",
    help="Processes that read pages; by default all processors where there is enough to read. The result is the same.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    envvar="CHUNCHENG_CLUSTER",
    show_envvar=True,
    help="Read pages on the workers of this dask scheduler (tcp://host:8786), which see the pages under the same names.",
)
@click.option(
    "--shards",
    "shard_files",
    metavar="URL",
    help="Also write what is read of the articles to this location as N-Quads files, for another store.",
)
@click.option(
    "--fresh",
    is_flag=True,
    help="Read every article anew, also those that an earlier build has read with the same rules, and make the snapshot anew even if nothing has changed.",
)
@corrections_option
@model_option
@reading_options
def build(
    sources: tuple[Location, ...],
    rdf_files: tuple[Path, ...],
    data: Path,
    default_graph: Literal["merge", "own"],
    base: str,
    keep: int,
    quotes_only: bool,
    jobs: int | None,
    cluster: str | None,
    shard_files: str | None,
    fresh: bool,
    corrections: tuple[Path, ...],
    model: bool,
    published: str | None,
    publisher: str | None,
    strict: bool,
) -> None:
    """Build a snapshot from pages and RDF files, check it, and publish it.

    SOURCE is a page or a folder of pages, here or at a URL (s3://…, http://…). What was published before keeps being served until the new snapshot is whole;
    it stays if anything is wrong or the build is killed. Articles are checked by SHACL; the RDF of --rdf is taken as it
    is, unchecked: quads keep their graphs, triples go to a graph named after the file.

    \b
    chuncheng build articles
    chuncheng build page.txt --published 2024-01-22 --publisher 昆明日报
    chuncheng build articles --corrections corrections
    chuncheng build articles --rdf more.ttl --rdf others.nq --out /srv/ledger
    chuncheng build --rdf data.nq --default-graph own
    chuncheng build s3://bucket/pages --cluster tcp://scheduler:8786

    What was read of an article is kept in the data folder: the next build reads only what is new or changed, by its text, the
    corrections for it and the rules; one that was killed goes on where it was. Where nothing has changed, the snapshot isn't made
    anew.

    A file that can't be read is named and the rest goes on, with exit code 0, unless nothing could be read; with --strict
    the first such file ends the build, and nothing is published.
    """
    if not sources and not rdf_files:
        raise click.UsageError("nothing to build from: give pages (SOURCE) or --rdf FILE")
    if corrections and not sources:
        raise click.UsageError("--corrections needs pages (SOURCE) to correct")
    from graph.build import build as build_snapshot
    from graph.shard import Making
    from loaders.read import Publication
    from server.prepared_queries import prepared_queries

    began = time.monotonic()
    before = snapshots_of.find_current(data)
    publication = Publication(published, publisher)
    patches = read_patches(corrections)
    decisions = read_match_decisions(corrections)
    cache = data / "cache" / "shards.sqlite"
    if fresh:
        _forget(cache)
    with _workers(cluster) as workers:
        reading = None
        if sources:
            making = Making(base, quotes_only)
            reading = build_reading(
                sources,
                publication,
                patches,
                making,
                jobs=jobs,
                model=model,
                strict=strict,
                cache=cache,
                workers=workers,
                shard_files=shard_files,
            )
        stages = Stages(lambda stage: _tell_stage(stage, stages.left))
        # Closed here, whatever happens: its processes are ended by this thread, not when it is collected, which may be in one of their own.
        made = contextlib.closing(shards_of(reading, strict=strict)) if reading else contextlib.nullcontext()
        with made as shards:
            snapshot = build_snapshot(
                data,
                None,
                rdf_files,
                shards=shards,
                base=base,
                default_graph=default_graph,
                quotes_only=quotes_only,
                decisions=decisions,
                queries=prepared_queries(base),
                stages=stages,
                anew=fresh,
            )
        if reading:
            reading.published()
        click.echo(f"seconds: {_figures(stages.seconds())}", err=True)
        if spent := stages.processor_seconds():
            click.echo(f"processor seconds of reading, in all processes: {_figures(spent)}", err=True)
    counts = ", ".join(f"{number:,} {name}" for name, number in snapshot.manifest["counts"].items() if number)
    stays = before is not None and snapshot.id == before.id
    what = "nothing has changed, so this stays published:" if stays else "published"
    click.echo(f"{what} {snapshot.id} in {data}: {counts} ({time.monotonic() - began:.1f} s)")
    _tell_reasoning(snapshot.manifest["reasoning"])
    _tell_reconciliation(snapshot.manifest.get("reconciliation", {}))
    if keep:
        try:
            snapshots_of.prune(data, keep)
        except (ChunchengError, OSError) as error:  # the new snapshot is published all the same
            click.echo(f"older snapshots were not removed: {error}", err=True)


def _figures(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {taken:.1f}" for name, taken in seconds.items() if name != "all")


def _tell_reconciliation(found: dict[str, Any]) -> None:
    """What a person should look at: findings, candidates, and decisions whose promise or result isn't there any more."""
    for number, noun, option in (
        (found.get("findings", 0), "finding", "--findings"),
        (found.get("candidates", 0), "candidate", "--candidates"),
    ):
        if number:
            click.echo(f"{number:,} {noun}{'' if number == 1 else 's'}: see chuncheng ledger {option}")
    for decision in found.get("unknown_decisions", ()):
        click.echo(
            f"warning: [[match]] {decision}: no such promise and result (any more); see chuncheng ledger --candidates",
            err=True,
        )


def _tell_reasoning(reasoning: dict[str, Any]) -> None:
    if reasoning:
        click.echo(f"inferred: {reasoning['summary']}", err=True)
        for contradiction in reasoning["contradictions"]["first"]:
            click.echo(f"contradiction: {contradiction}", err=True)


def _tell_stage(stage: str, left: float | None) -> None:
    told = f" about {clock(left)} left" if left and left >= _LONG else ""
    click.echo(f"{stage} …{told}", err=True)


@contextlib.contextmanager
def _workers(cluster: str | None) -> Iterator[Workers | None]:
    if cluster is None:
        yield None
        return
    from graph.cluster import cluster_workers

    with cluster_workers(cluster, lambda line: click.echo(line, err=True)) as workers:
        yield workers


def _forget(cache: Path) -> None:
    for file in cache.parent.glob(f"{cache.name}*"):
        file.unlink()
