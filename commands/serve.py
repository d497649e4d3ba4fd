"""`chuncheng serve`: the published snapshot over HTTP."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from graph.snapshot import SnapshotError

from .options import EXISTING, data_option


@click.command()
@data_option("--data")
@click.option(
    "--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT", help="Address to listen on."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Long queries evaluated at the same time; by default as many as there are processors.",
)
@click.option(
    "--store",
    metavar="URL",
    envvar="CHUNCHENG_STORE",
    show_envvar=True,
    help="Answer from a SPARQL 1.1 store that `chuncheng publish` filled, instead of the embedded one.",
)
@click.option(
    "--config", type=EXISTING, help="TOML file with settings; CHUNCHENG_… in the environment win over it."
)
@click.option(
    "--follow",
    metavar="URL",
    help="Serve what is pushed to this location: it is pulled into the data folder, at the start and whenever it changes.",
)
@click.option(
    "--every",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look whether the location of --follow has another snapshot.",
)
def serve(
    data: Path,
    bind: str,
    workers: int | None,
    store: str | None,
    config: Path | None,
    follow: str | None,
    every: float,
) -> None:
    """Serve the published snapshot: pages, linked data, and SPARQL at /sparql.

    A snapshot that is published while it runs is served from then on. Queries run in processes of their own, with
    limits of time and memory; /limits shows them all. With --store the queries go to that store, and what pages need besides is
    fetched from it once, into DATA/remote; credentials are CHUNCHENG_STORE_USER and CHUNCHENG_STORE_PASSWORD.

    \b
    chuncheng serve
    chuncheng serve --store http://127.0.0.1:7878
    chuncheng serve --data /srv/ledger --bind 0.0.0.0:80 --workers 8 --config /etc/chuncheng.toml
    chuncheng serve --data /srv/ledger --follow s3://bucket/ledger
    """
    host, port = _parse_bind(bind)
    from server.run import serve as run_server
    from server.settings import load_settings

    settings = load_settings(config)
    settings = replace(settings, workers=workers or settings.workers, store=store or settings.store)
    if settings.store and follow:
        raise click.UsageError("--follow and --store are two places to serve from: give one")
    with _following(data, follow, every) if follow else contextlib.nullcontext():
        run_server(data, host, port, settings)


@contextlib.contextmanager
def _following(data: Path, location: str, seconds: float) -> Iterator[None]:
    """The location's snapshot in the data folder, now and, by a process of its own, as long as the server runs.

    Where the location can't be reached at the start, the last snapshot that came from it does for the time being.
    """
    from graph.replicas import Location, pull

    try:
        pull(data, Location(location))
    except SnapshotError as error:
        if not (data / "current").exists():
            raise
        click.echo(f"error: {error}; serving the last snapshot that came from there", err=True)
    arguments = ("snapshots", "pull", location, "--data", str(data), "--every", str(seconds))
    puller = subprocess.Popen([sys.executable, "-m", "chuncheng", *arguments])
    try:
        yield
    finally:
        puller.terminate()
        puller.wait()


def _parse_bind(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise click.BadParameter("give HOST:PORT, such as 127.0.0.1:8000", param_hint="--bind")
    return host.removeprefix("[").removesuffix("]"), int(port)
