"""Pages read for the commands: errors told, corrections applied, progress shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ontology.errors import ChunchengError

# The readers take a while to import: commands that don't need them don't wait for them.
if TYPE_CHECKING:
    from loaders.correction import Corrector, Patch
    from loaders.facts import Article, Extraction
    from loaders.read import Publication
    from loaders.reader import Reader


def read_articles(paths: Sequence[Path], publication: Publication, *, strict: bool) -> Iterator[Article]:
    """The articles of the files; raises ChunchengError at the end if there was none and a file couldn't be read."""
    from loaders.pipeline import load_articles

    failed: list[ChunchengError] = []

    def report(error: ChunchengError) -> None:
        failed.append(error)
        click.echo(f"error: {error}", err=True)

    count = 0
    # Sorted: of an article that stands in two files the first is kept, whatever the order of the arguments.
    for article in load_articles(sorted(set(paths)), publication, strict=strict, on_error=report):
        count += 1
        yield article
    if failed and not count:
        raise ChunchengError("nothing could be read")
    if failed:
        files = "1 file" if len(failed) == 1 else f"{len(failed)} files"
        click.echo(f"{files} couldn't be read; the rest went on (--strict stops instead)", err=True)


def make_reader(*, model: bool) -> Reader:
    """The rules, and with `model` what the configured language model says besides; its failures are told and pass."""
    from loaders.pipeline import extract as extract_facts

    if not model:
        return extract_facts
    from loaders.model import reader_from_environment
    from loaders.reader import combine

    asked = reader_from_environment(os.environ)
    if asked is None:
        raise click.UsageError(
            "--model needs CHUNCHENG_MODEL_URL and CHUNCHENG_MODEL; see docs/model-reader.md"
        )
    return combine(extract_facts, asked, lambda error: click.echo(f"warning: {error}", err=True))


def extract_all(
    paths: Sequence[Path], publication: Publication, patches: Sequence[Patch], read: Reader, *, strict: bool
) -> Iterator[Extraction]:
    """Facts of all articles, corrected, with a progress bar on a terminal and a line for each article elsewhere."""
    articles = list(read_articles(paths, publication, strict=strict))
    corrector = make_corrector(patches, articles)
    if sys.stderr.isatty():
        with click.progressbar(articles, label="reading articles", file=sys.stderr) as bar:
            yield from map(corrector.correct, map(read, bar))
    else:
        for number, article in enumerate(articles, 1):
            click.echo(f"article {number} of {len(articles)}: {article.headline}", err=True)
            yield corrector.correct(read(article))
    tell_problems(corrector, strict=strict)


def read_patches(paths: Sequence[Path]) -> list[Patch]:
    """The patch files and those in the folders; raises ChunchengError for one that can't be read."""
    from loaders.correction import load_patches

    return load_patches(paths)


def make_corrector(patches: Sequence[Patch], articles: Iterable[Article]) -> Corrector:
    """What corrects the articles' facts; without patches it leaves the articles unread and the facts as they are."""
    from loaders.correction import Corrector

    return Corrector(patches, articles if patches else ())


def tell_problems(corrector: Corrector, *, strict: bool) -> None:
    """Warns of the corrections that weren't applied; raises ChunchengError for them with `strict`."""
    if not corrector.problems:
        return
    for problem in corrector.problems:
        click.echo(f"{'error' if strict else 'warning'}: {problem}", err=True)
    told = count_corrections(corrector)
    if strict:
        raise ChunchengError(told)
    click.echo(f"{told} (--strict makes that an error)", err=True)


def count_corrections(corrector: Corrector) -> str:
    """How many corrections were applied, in words."""
    applied, problems = corrector.applied, len(corrector.problems)
    return f"{applied} correction{'' if applied == 1 else 's'} applied, {problems} problem{'' if problems == 1 else 's'}"
