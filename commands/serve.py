"""`chuncheng serve`: the published snapshot over HTTP."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

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
    "--config", type=EXISTING, help="TOML file with settings; CHUNCHENG_… in the environment win over it."
)
def serve(data: Path, bind: str, workers: int | None, config: Path | None) -> None:
    """Serve the published snapshot: pages, linked data, and SPARQL at /sparql.

    A snapshot that is published while it runs is served from then on. Queries run in processes of their own, with
    limits of time and memory; /limits shows them all.

    \b
    chuncheng serve
    chuncheng serve --data /srv/ledger --bind 0.0.0.0:80 --workers 8 --config /etc/chuncheng.toml
    """
    host, port = _parse_bind(bind)
    from server.run import serve as run_server
    from server.settings import load_settings

    settings = load_settings(config)
    run_server(data, host, port, replace(settings, workers=workers) if workers else settings)


def _parse_bind(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise click.BadParameter("give HOST:PORT, such as 127.0.0.1:8000", param_hint="--bind")
    return host.removeprefix("[").removesuffix("]"), int(port)
