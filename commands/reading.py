"""Pages read for the commands: errors told, corrections applied, progress shown."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from ontology.errors import ChunchengError

from .progress import ProgressLine

# The readers take a while to import: commands that don't need them don't wait for them.
if TYPE_CHECKING:
    from graph.corpus import Reading
    from graph.shard import Making, Shard
    from graph.workers import Workers
    from loaders.correction import Corrector, Patch, Problem
    from loaders.facts import Article
    from loaders.location import Location
    from loaders.read import Publication
    from loaders.reader import Reader
    from loaders.reconcile import Decisions

_BYTES_OF_A_JOB = 100_000  # pages worth a process of their own


def read_articles(paths: Sequence[Location], publication: Publication, *, strict: bool) -> Iterator[Article]:
    """The articles of the files; raises ChunchengError at the end if there was none and a file couldn't be read."""
    from loaders.pipeline import load_articles

    failed: list[ChunchengError] = []

    def report(error: ChunchengError) -> None:
        failed.append(error)
        click.echo(f"error: {error}", err=True)

    count = 0
    # Sorted: of an article that stands in two files the first is kept, whatever the order of the arguments.
    for article in load_articles(sorted(set(paths), key=str), publication, strict=strict, on_error=report):
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


def build_reading(
    paths: Sequence[Location],
    publication: Publication,
    patches: Sequence[Patch],
    making: Making,
    *,
    jobs: int | None,
    model: bool,
    strict: bool,
    cache: Path | None,
    workers: Workers | None = None,
    shard_files: str | None = None,
) -> Reading:
    """What a build reads of the pages, by the workers of a cluster where they are given. Without `jobs` it takes all processors,
    unless there is too little to read.

    A language model is asked from this process alone, and what it says isn't kept.
    """
    from graph.corpus import Corpus, Reading
    from graph.processors import processors
    from graph.workers import Workers
    from loaders.read import find_sources

    if model:
        jobs, cache, workers = 1, None, None
    if jobs is None and workers is None:
        whole = sum(file.stat().st_size for file in find_sources(paths))
        jobs = min(processors(), 1 + whole // _BYTES_OF_A_JOB)
    corpus = Corpus(paths, publication, strict=strict, on_error=_report)
    return Reading(
        corpus,
        making,
        workers or Workers(jobs or 1),
        patches,
        make_reader(model=model),
        cache,
        shard_files,
        ProgressLine("article", "articles").tell,
    )


def shards_of(reading: Reading, *, strict: bool) -> Generator[Shard, None, None]:
    """The shards of all articles; what couldn't be read or corrected is told at the end."""
    yield from reading.shards()
    if failed := reading.corpus.failed:
        files = "1 file" if len(failed) == 1 else f"{len(failed)} files"
        click.echo(f"{files} couldn't be read; the rest went on (--strict stops instead)", err=True)
    tell_problems(reading, strict=strict)


def _report(error: ChunchengError) -> None:
    click.echo(f"error: {error}", err=True)


def read_patches(paths: Sequence[Path]) -> list[Patch]:
    """The patch files and those in the folders; raises ChunchengError for one that can't be read."""
    from loaders.correction import load_patches

    return load_patches(paths)


def read_match_decisions(paths: Sequence[Path]) -> Decisions:
    """What people decided on matches in the patch files; raises ChunchengError for an entry that can't be read."""
    from loaders.correction.patch import patch_files
    from loaders.reconcile import load_decisions

    return load_decisions(patch_files(paths))


def make_corrector(patches: Sequence[Patch], articles: Iterable[Article]) -> Corrector:
    """What corrects the articles' facts; without patches it leaves the articles unread and the facts as they are."""
    from loaders.correction import Corrector

    return Corrector(patches, articles if patches else ())


class Corrected(Protocol):
    """What knows how many corrections were applied, and which weren't."""

    applied: int
    problems: list[Problem]


def tell_problems(corrector: Corrected, *, strict: bool) -> None:
    """Warns of the corrections that weren't applied; raises ChunchengError for them with `strict`."""
    if not corrector.problems:
        return
    for problem in corrector.problems:
        click.echo(f"{'error' if strict else 'warning'}: {problem}", err=True)
    told = count_corrections(corrector)
    if strict:
        raise ChunchengError(told)
    click.echo(f"{told} (--strict makes that an error)", err=True)


def count_corrections(corrector: Corrected) -> str:
    """How many corrections were applied, in words."""
    applied, problems = corrector.applied, len(corrector.problems)
    return f"{applied} correction{'' if applied == 1 else 's'} applied, {problems} problem{'' if problems == 1 else 's'}"
