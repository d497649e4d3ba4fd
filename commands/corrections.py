"""`chuncheng corrections`: looks after patch files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import EXISTING, PAGES, Group, reading_options
from .reading import count_corrections, make_corrector, read_articles, read_patches

if TYPE_CHECKING:
    from loaders.location import Location


@click.group("corrections", cls=Group)
def corrections_group() -> None:
    """Look after patch files: what people accept, reject, change or add on top of what is read."""


@corrections_group.command()
@click.argument("patches", type=EXISTING, metavar="PATH")
@click.argument("sources", nargs=-1, required=True, type=PAGES, metavar="SOURCE...")
@reading_options
def check(
    patches: Path, sources: tuple[Location, ...], published: str | None, publisher: str | None, strict: bool
) -> None:
    """List what the patch file or folder PATH would change in the facts of the pages, and what can't be applied.

    Exit code 1 if anything can't be applied.

    \b
    chuncheng corrections check corrections articles
    """
    from loaders.correction.fields import describe
    from loaders.pipeline import extract as extract_facts
    from loaders.read import Publication

    loaded = read_patches([patches])
    articles = list(read_articles(sources, Publication(published, publisher), strict=strict))
    corrector = make_corrector(loaded, articles)
    for article in articles:
        if not corrector.concerns(article):
            continue
        for c in corrector.correct(extract_facts(article)).corrections:
            facts = dict.fromkeys(describe(fact) for fact in (c.before, c.after) if fact)
            click.echo(
                f"《{article.headline}》 {c.action}: {' → '.join(facts)} ({c.author}, {c.date}: {c.reason})"
            )
    for problem in corrector.problems:
        click.echo(f"error: {problem}", err=True)
    click.echo(count_corrections(corrector))
    if corrector.problems:
        sys.exit(1)
