"""The command line `chuncheng`: pages in, facts, a snapshot and answers out. Each command is a module in `commands/`.

Exit codes: 0 all is well, 1 the data or the query is wrong, 2 the command was typed wrong.
"""

from __future__ import annotations

import click

from commands.build import build
from commands.corrections import corrections_group
from commands.evaluate import evaluate
from commands.extract import extract
from commands.ledger import ledger
from commands.options import Group
from commands.publish import publish
from commands.query import query
from commands.serve import serve
from commands.snapshots import snapshots


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="chuncheng", prog_name="chuncheng", message="%(prog)s %(version)s")
def main() -> None:
    """Chuncheng Ledger (春城账本): newspaper pages about Kunming as a knowledge graph of promises and results.

    \b
    chuncheng build articles                 pages to a snapshot in ./data
    chuncheng query queries/06-growth.rq     ask it
    chuncheng serve                          http://127.0.0.1:8000, SPARQL at /sparql

    Exit codes: 0 all is well, 1 the data or the query is wrong, 2 the command was typed wrong.
    """


for _command in (build, corrections_group, evaluate, extract, ledger, publish, query, serve, snapshots):
    main.add_command(_command)


if __name__ == "__main__":
    main(prog_name="chuncheng")
