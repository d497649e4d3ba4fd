"""`chuncheng extract`: the facts of pages, printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.table import render_table
from ontology.identifiers import DEFAULT_BASE

from .options import PAGES, corrections_option, model_option, reading_options
from .reading import make_corrector, make_reader, read_articles, read_patches, tell_problems

if TYPE_CHECKING:
    from loaders.facts import Article, Extraction
    from loaders.location import Location


@click.command()
@click.argument("files", nargs=-1, required=True, type=PAGES, metavar="FILE...")
@click.option(
    "--format", "format_", type=click.Choice(["jsonl", "table"]), default="jsonl", show_default=True
)
@click.option(
    "--explain",
    is_flag=True,
    help="For each sentence: what was read by which rule, what was left unread and why.",
)
@click.option(
    "--base", default=DEFAULT_BASE, envvar="CHUNCHENG_BASE", help="Base IRI of the things.", metavar="IRI"
)
@corrections_option
@model_option
@reading_options
def extract(
    files: tuple[Location, ...],
    format_: str,
    explain: bool,
    base: str,
    corrections: tuple[Path, ...],
    model: bool,
    published: str | None,
    publisher: str | None,
    strict: bool,
) -> None:
    """Print the facts of pages: text, Markdown, HTML or PDF files, or folders of them.

    One JSON object a line for each article, mention, statement and relation, in UTF-8, with the exact words and their
    offsets; or a table for reading.

    \b
    chuncheng extract page.txt > facts.jsonl
    chuncheng extract --format table --published 2024-01-22 --publisher 昆明日报 page.txt
    chuncheng extract --explain page.txt | less

    Things have the IRIs that a graph of these pages gives them: who is who, and what was renamed, is known when all have
    been read, so the rows come then.

    A file that can't be read is named on standard error and the rest goes on. The exit code is then still 0, unless
    nothing could be read; with --strict the first such file ends the command with exit code 1.
    """
    from loaders.contract import to_rows
    from loaders.explain import explain as explain_facts
    from loaders.identity import named_across
    from loaders.read import Publication

    out = sys.stdout.buffer
    patches = read_patches(corrections)
    articles: Iterable[Article] = read_articles(files, Publication(published, publisher), strict=strict)
    if patches:
        articles = list(articles)
    corrector = make_corrector(patches, articles)
    read: Iterable[Extraction] = map(corrector.correct, map(make_reader(model=model), articles))
    if format_ == "jsonl" and not explain:
        read = named_across(read)
    for extraction in read:
        if explain:
            out.write("".join(f"{line}\n" for line in explain_facts(extraction)).encode())
        elif format_ == "jsonl":
            for row in to_rows(extraction, base):
                out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        else:
            out.write("".join(f"{line}\n" for line in _show(extraction)).encode())
    out.flush()
    tell_problems(corrector, strict=strict)


def _show(extraction: Extraction) -> Iterator[str]:
    """An article's facts for reading: its statements, then its relations, as tables."""
    article = extraction.article
    yield f"《{article.headline}》 {article.publisher or ''} {article.published or ''}".rstrip()
    if extraction.statements:
        yield from render_table(
            ["", "agent", "indicator", "", "quantity", "period", "done", "words"],
            [
                [
                    {"commitment": "promise", "outcome": "result"}[s.kind],
                    s.agent or "",
                    s.indicator,
                    s.bound or "",
                    s.surface or ("" if s.value is None else f"{s.value:g}{s.unit or ''}"),
                    s.period or "",
                    "" if s.completion is None else f"{s.completion:g}%",
                    s.quote,
                ]
                for s in extraction.statements
            ],
            cell_width=40,
        )
    if extraction.relations:
        yield ""
        yield from render_table(
            ["subject", "predicate", "object"],
            [[r.subject, r.predicate, r.object] for r in extraction.relations],
            cell_width=40,
        )
    if extraction.phases:
        yield ""
        yield from render_table(
            ["project", "phase", "when", "words"],
            [[p.project, p.phase, p.period or "", p.quote] for p in extraction.phases],
            cell_width=40,
        )
    yield ""
