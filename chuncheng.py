"""The command line `chuncheng`: pages in, facts, a snapshot and answers out.

Exit codes: 0 all is well, 1 the data or the query is wrong, 2 the command was typed wrong.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeVar

import click

from graph import snapshot as snapshots_of
from graph.query import FORMATS, answer
from graph.table import render_table
from ontology.errors import ChunchengError
from ontology.identifiers import DEFAULT_BASE

# The readers and SHACL take a second to import: commands that don't need them don't wait for them.
if TYPE_CHECKING:
    from loaders.correction import Corrector, Patch
    from loaders.facts import Article, Extraction
    from loaders.read import Publication
    from loaders.reader import Reader

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Path = click.Path(path_type=Path)
_Existing = click.Path(exists=True, path_type=Path)


class _Failure(click.ClickException):
    """An error for people on standard error, exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(f"error: {self.message}", file=file, err=True)


class _Group(click.Group):
    """Turns our errors into a message without a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ChunchengError as error:
            raise _Failure(str(error)) from error


def _data_option(*names: str) -> Callable[[_Command], _Command]:
    return click.option(
        *names,
        "data",
        type=_Path,
        default=Path("data"),
        envvar="CHUNCHENG_DATA",
        show_default=True,
        show_envvar=True,
        help="Data folder, which holds the snapshots.",
    )


def _reading_options(command: _Command) -> _Command:
    for option in (
        click.option(
            "--strict",
            is_flag=True,
            help="Stop at the first file that can't be read; a correction that can't be applied is an error.",
        ),
        click.option("--publisher", metavar="NAME", help="Publisher, where the file itself doesn't say."),
        click.option(
            "--published", metavar="DATE", help="Publication date (2024-01-22), where the file doesn't say."
        ),
    ):
        command = option(command)
    return command


_model_option = click.option(
    "--model/--no-model",
    default=False,
    show_default=True,
    help="Also ask the language model that CHUNCHENG_MODEL_URL and CHUNCHENG_MODEL name; sends it the text.",
)
_corrections_option = click.option(
    "--corrections",
    multiple=True,
    type=_Existing,
    metavar="PATH",
    help="Patch file of corrections, or a folder of them, applied on top of what is read; may be given again.",
)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="chuncheng", prog_name="chuncheng", message="%(prog)s %(version)s")
def main() -> None:
    """Chuncheng Ledger (春城账本): newspaper pages about Kunming as a knowledge graph of promises and results.

    \b
    chuncheng build articles                 pages to a snapshot in ./data
    chuncheng query queries/06-growth.rq     ask it
    chuncheng serve                          http://127.0.0.1:8000, SPARQL at /sparql

    Exit codes: 0 all is well, 1 the data or the query is wrong, 2 the command was typed wrong.
    """


@main.command()
@click.argument("files", nargs=-1, required=True, type=_Existing, metavar="FILE...")
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
@_corrections_option
@_model_option
@_reading_options
def extract(
    files: tuple[Path, ...],
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

    A file that can't be read is named on standard error and the rest goes on. The exit code is then still 0, unless
    nothing could be read; with --strict the first such file ends the command with exit code 1.
    """
    from loaders.contract import to_rows
    from loaders.explain import explain as explain_facts
    from loaders.read import Publication

    out = sys.stdout.buffer
    patches = _load_patches(corrections)
    articles: Iterable[Article] = _read_articles(files, Publication(published, publisher), strict=strict)
    if patches:
        articles = list(articles)
    corrector = _make_corrector(patches, articles)
    for extraction in map(corrector.correct, map(_make_reader(model=model), articles)):
        if explain:
            out.write("".join(f"{line}\n" for line in explain_facts(extraction)).encode())
        elif format_ == "jsonl":
            for row in to_rows(extraction, base):
                out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        else:
            out.write("".join(f"{line}\n" for line in _show(extraction)).encode())
    out.flush()
    _tell_problems(corrector, strict=strict)


@main.command()
@click.argument("sources", nargs=-1, type=_Existing, metavar="[SOURCE]...")
@click.option(
    "--rdf",
    "rdf_files",
    multiple=True,
    type=_Existing,
    metavar="FILE",
    help="RDF file to add as it is; may be given again.",
)
@_data_option("--out")
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
@_corrections_option
@_model_option
@_reading_options
def build(
    sources: tuple[Path, ...],
    rdf_files: tuple[Path, ...],
    data: Path,
    default_graph: Literal["merge", "own"],
    base: str,
    keep: int,
    quotes_only: bool,
    corrections: tuple[Path, ...],
    model: bool,
    published: str | None,
    publisher: str | None,
    strict: bool,
) -> None:
    """Build a snapshot from pages and RDF files, check it, and publish it.

    SOURCE is a page or a folder of pages. What was published before keeps being served until the new snapshot is whole;
    it stays if anything is wrong or the build is killed. Articles are checked by SHACL; the RDF of --rdf is taken as it
    is, unchecked: quads keep their graphs, triples go to a graph named after the file.

    \b
    chuncheng build articles
    chuncheng build page.txt --published 2024-01-22 --publisher 昆明日报
    chuncheng build articles --corrections corrections
    chuncheng build articles --rdf more.ttl --rdf others.nq --out /srv/ledger
    chuncheng build --rdf data.nq --default-graph own

    A file that can't be read is named and the rest goes on, with exit code 0, unless nothing could be read; with --strict
    the first such file ends the build, and nothing is published.
    """
    if not sources and not rdf_files:
        raise click.UsageError("nothing to build from: give pages (SOURCE) or --rdf FILE")
    if corrections and not sources:
        raise click.UsageError("--corrections needs pages (SOURCE) to correct")
    from graph.build import build as build_snapshot
    from loaders.read import Publication

    began = time.monotonic()
    publication = Publication(published, publisher)
    patches = _load_patches(corrections)
    read = _make_reader(model=model)
    extractions = _extract_all(sources, publication, patches, read, strict=strict) if sources else None
    snapshot = build_snapshot(
        data,
        extractions,
        rdf_files,
        base=base,
        default_graph=default_graph,
        quotes_only=quotes_only,
        on_stage=_tell_stage,
    )
    counts = ", ".join(f"{number:,} {name}" for name, number in snapshot.manifest["counts"].items() if number)
    click.echo(f"published {snapshot.id} in {data}: {counts} ({time.monotonic() - began:.1f} s)")
    if keep:
        try:
            snapshots_of.prune(data, keep)
        except (ChunchengError, OSError) as error:  # the new snapshot is published all the same
            click.echo(f"older snapshots were not removed: {error}", err=True)


@main.command()
@_data_option("--data")
@click.option(
    "--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT", help="Address to listen on."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Long queries evaluated at the same time; by default as many as there are processors.",
)
@click.option(
    "--config", type=_Existing, help="TOML file with settings; CHUNCHENG_… in the environment win over it."
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


@main.command()
@click.argument("query", default="-", metavar="[FILE|-|'SELECT…']")
@_data_option("--data")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Default: table, or turtle for CONSTRUCT and DESCRIBE.",
)
def query(query: str, data: Path, format_: str | None) -> None:
    """Answer a SPARQL query over the published snapshot: from a file, from standard input (-), or as typed.

    The prefixes ccl:, rdfs:, prov:, skos: and the like need no declaration. Cells of a table are cut at 80 columns, the
    other formats hold everything.

    \b
    chuncheng query queries/01-at-least-2024.rq
    chuncheng query 'SELECT ?promise { ?c a ccl:Commitment ; rdfs:label ?promise } LIMIT 5'
    echo 'DESCRIBE ccl:Commitment' | chuncheng query - --format turtle
    """
    text, name = _query_text(query)
    out = sys.stdout.buffer
    out.write(answer(snapshots_of.open_current(data), text, format=format_, name=name))
    out.flush()


@main.command()
@_data_option("--data")
@click.option(
    "--as-of",
    metavar="DATE",
    help="What was known on that day (2024-01-22); by default all that the data tells.",
)
@click.option(
    "--undated/--no-undated",
    default=True,
    show_default=True,
    help="Whether articles without a date of publication count.",
)
@click.option(
    "--format", "format_", type=click.Choice(["table", "jsonl", "csv"]), default="table", show_default=True
)
def ledger(data: Path, as_of: str | None, undated: bool, format_: str) -> None:
    """Print the ledger: every promise, what came of it, and how it stands by the published rules.

    One row for each commitment and for each target that a reported completion rate implies. A day takes in what articles
    published until then say. Statuses: kept, exceeded, onTrack, missed, overdue, noResult, notMeasurable.

    \b
    chuncheng ledger
    chuncheng ledger --as-of 2023-06-30 --no-undated
    chuncheng ledger --format csv > ledger.csv
    """
    from graph.ledger import csv_lines, json_line, ledger_rows
    from graph.ledger.table import table_lines

    snapshot = snapshots_of.open_current(data)
    rows = (
        snapshot.ledger()
        if as_of is None and undated and (snapshot.path / snapshots_of.LEDGER).exists()
        else ledger_rows(snapshot.open_store(), as_of, undated)
    )
    lines = {
        "table": table_lines,
        "jsonl": lambda rows: map(json_line, rows),
        "csv": csv_lines,
    }[format_](rows)
    out = sys.stdout.buffer
    for line in lines:
        out.write(line.encode())
    out.flush()


@main.command()
@click.argument("gold", nargs=-1, required=True, type=_Existing, metavar="GOLD...")
@click.option(
    "--page", type=_Existing, help="Score this whole newspaper page against the gold of its articles."
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--errors/--no-errors", default=True, show_default=True, help="Print every error with its sentence."
)
@click.option("--rules/--no-rules", default=True, show_default=True, help="Print how each rule fared.")
@click.option("--per-text", is_flag=True, help="A line of counts for each article.")
@click.option(
    "--min-statements", type=float, default=0.0, metavar="F1", help="Fail below this strict F1 of statements."
)
@click.option("--min-entities", type=float, default=0.0, metavar="F1", help="Fail below this F1 of entities.")
@click.option("--baseline", type=_Existing, help="Fail if anything is worse than in this file.")
@click.option("--write-baseline", type=_Path, help="Write the figures and the table by rule to this file.")
def evaluate(
    gold: tuple[Path, ...],
    page: Path | None,
    format_: str,
    errors: bool,
    rules: bool,
    per_text: bool,
    min_statements: float,
    min_entities: float,
    baseline: Path | None,
    write_baseline: Path | None,
) -> None:
    """Score the reader against gold: folders of pairs NAME.txt and NAME.json, or with subfolders texts and gold.

    Prints the figures, every error by its kind with the sentence and the rules that made it, and a table by rule. Gold that is
    optional counts neither way. Exit code 1 below a minimum, or where anything is worse than in the baseline.

    \b
    chuncheng evaluate tests/gold/development
    chuncheng evaluate GOLD --page page.txt --no-errors
    chuncheng evaluate GOLD --format json > evaluation.json
    chuncheng evaluate tests/gold/development --baseline tests/gold/baseline.tsv
    """
    from loaders.evaluation import baseline as baselines
    from loaders.evaluation import evaluate as score
    from loaders.evaluation import load_gold, read_files, read_text, report
    from loaders.evaluation import page as pages

    golds = load_gold(list(gold))
    cut = None
    if page is None:
        result = score(golds, read_text)
    else:
        cut, rows = pages.assign(golds, read_files([page]))
        result = score(golds, lambda g: rows.get(g.name, ()))
    if format_ == "json":
        click.echo(json.dumps(report.as_data(result, cut), ensure_ascii=False, indent=2))
    else:
        table = report.rule_rows(result)
        parts = [
            [cut.line()] if cut else (),
            report.texts(result) if per_text else (),
            report.figures(result),
            report.errors(result) if errors else report.error_counts(result),
            render_table(table[0], table[1:]) if rules else (),
            [report.score_line(result, cut)],
        ]
        for line in (line for part in parts for line in part):
            click.echo(line)
    failed = list(baselines.worse(result, baseline)) if baseline else []
    if write_baseline:  # after the comparison, for it may be the same file
        baselines.write(result, write_baseline)
    if result.strict.f1 < min_statements:
        failed.append(f"statements, strict: F1 {result.strict.f1:.4f} is below {min_statements}")
    if result.all_entities.f1 < min_entities:
        failed.append(f"entities: F1 {result.all_entities.f1:.4f} is below {min_entities}")
    if failed:
        raise _Failure("worse than asked for:\n" + "\n".join(f"  {line}" for line in failed))


@main.group(cls=_Group)
def snapshots() -> None:
    """List, verify, prune, roll back and dump the snapshots of a data folder."""


@snapshots.command("list")
@_data_option("--data")
def list_(data: Path) -> None:
    """All snapshots, the oldest first; * marks the one that is served."""
    known = snapshots_of.list_snapshots(data)
    current = snapshots_of.open_current(data).id if (data / "current").exists() else None
    if not known:
        click.echo(f"no snapshot in {data}; make one with: chuncheng build SOURCE… --out {data}", err=True)
        return
    rows = [
        [
            "*" if s.id == current else "",
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
@_data_option("--data")
@click.option("--all", "all_", is_flag=True, help="Verify every snapshot of the folder.")
def verify(snapshot: str | None, data: Path, all_: bool) -> None:
    """Check that a snapshot is what its manifest says: the one with that id, else the one that is served.

    Exit code 1 if anything is wrong.
    """
    wrong = 0
    for chosen in snapshots_of.list_snapshots(data) if all_ else [_choose(data, snapshot)]:
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
@_data_option("--data")
@click.option("--keep", type=click.IntRange(min=0), default=3, show_default=True, help="How many to keep.")
def prune(data: Path, keep: int) -> None:
    """Remove all but the newest snapshots; those that a server reads always stay."""
    removed = snapshots_of.prune(data, keep)
    click.echo(f"removed {', '.join(removed)}" if removed else "nothing to remove")


@snapshots.command()
@click.argument("snapshot", required=False, metavar="[ID]")
@_data_option("--data")
def rollback(snapshot: str | None, data: Path) -> None:
    """Serve an older snapshot again: the one whose id begins with ID, else the one before the served one."""
    click.echo(f"{snapshots_of.rollback(data, snapshot).id} is served now")


@snapshots.command()
@click.argument("snapshot", required=False, metavar="[ID]")
@_data_option("--data")
@click.option(
    "--format", "format_", type=click.Choice(["nquads", "trig"]), default="nquads", show_default=True
)
@click.option("--output", type=click.File("wb", atomic=True), default="-", help="File to write to.")
def dump(snapshot: str | None, data: Path, format_: Literal["nquads", "trig"], output: BinaryIO) -> None:
    """Write the data of a snapshot, so that any RDF store can load it.

    \b
    chuncheng snapshots dump --format trig --output ledger.trig
    """
    for block in snapshots_of.dump(_choose(data, snapshot), format_):
        output.write(block)
    output.flush()


@main.group("corrections", cls=_Group)
def corrections_group() -> None:
    """Look after patch files: what people accept, reject, change or add on top of what is read."""


@corrections_group.command()
@click.argument("patches", type=_Existing, metavar="PATH")
@click.argument("sources", nargs=-1, required=True, type=_Existing, metavar="SOURCE...")
@_reading_options
def check(
    patches: Path, sources: tuple[Path, ...], published: str | None, publisher: str | None, strict: bool
) -> None:
    """List what the patch file or folder PATH would change in the facts of the pages, and what can't be applied.

    Exit code 1 if anything can't be applied.

    \b
    chuncheng corrections check corrections articles
    """
    from loaders.correction.fields import describe
    from loaders.pipeline import extract as extract_facts
    from loaders.read import Publication

    loaded = _load_patches([patches])
    articles = list(_read_articles(sources, Publication(published, publisher), strict=strict))
    corrector = _make_corrector(loaded, articles)
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
    click.echo(_count_corrections(corrector))
    if corrector.problems:
        sys.exit(1)


def _choose(data: Path, identifier: str | None) -> snapshots_of.Snapshot:
    if identifier is None:
        return snapshots_of.open_current(data)
    matching = [s for s in snapshots_of.list_snapshots(data) if s.id.startswith(identifier)]
    if len(matching) != 1:
        number = "several snapshots begin" if matching else "no snapshot begins"
        raise snapshots_of.SnapshotError(
            f"{data}: {number} with {identifier!r}; see `chuncheng snapshots list`"
        )
    return matching[0]


def _read_articles(paths: Sequence[Path], publication: Publication, *, strict: bool) -> Iterator[Article]:
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


def _make_reader(*, model: bool) -> Reader:
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


def _extract_all(
    paths: Sequence[Path], publication: Publication, patches: Sequence[Patch], read: Reader, *, strict: bool
) -> Iterator[Extraction]:
    """Facts of all articles, corrected, with a progress bar on a terminal and a line for each article elsewhere."""
    articles = list(_read_articles(paths, publication, strict=strict))
    corrector = _make_corrector(patches, articles)
    if sys.stderr.isatty():
        with click.progressbar(articles, label="reading articles", file=sys.stderr) as bar:
            yield from map(corrector.correct, map(read, bar))
    else:
        for number, article in enumerate(articles, 1):
            click.echo(f"article {number} of {len(articles)}: {article.headline}", err=True)
            yield corrector.correct(read(article))
    _tell_problems(corrector, strict=strict)


def _load_patches(paths: Sequence[Path]) -> list[Patch]:
    from loaders.correction import load_patches

    return load_patches(paths)


def _make_corrector(patches: Sequence[Patch], articles: Iterable[Article]) -> Corrector:
    """What corrects the articles' facts; without patches it leaves the articles unread and the facts as they are."""
    from loaders.correction import Corrector

    return Corrector(patches, articles if patches else ())


def _tell_problems(corrector: Corrector, *, strict: bool) -> None:
    """Warns of the corrections that weren't applied; raises ChunchengError for them with `strict`."""
    if not corrector.problems:
        return
    for problem in corrector.problems:
        click.echo(f"{'error' if strict else 'warning'}: {problem}", err=True)
    told = _count_corrections(corrector)
    if strict:
        raise ChunchengError(told)
    click.echo(f"{told} (--strict makes that an error)", err=True)


def _count_corrections(corrector: Corrector) -> str:
    applied, problems = corrector.applied, len(corrector.problems)
    return f"{applied} correction{'' if applied == 1 else 's'} applied, {problems} problem{'' if problems == 1 else 's'}"


def _tell_stage(stage: str) -> None:
    click.echo(f"{stage} …", err=True)


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
    yield ""


def _query_text(query: str) -> tuple[str, str]:
    """The text of a query and what to call it in errors."""
    try:
        if query == "-":
            return sys.stdin.buffer.read().decode(), "standard input"
        if _is_file(query):
            return Path(query).read_text(encoding="utf-8"), query
    except UnicodeDecodeError as error:
        raise ChunchengError(f"{query} isn't UTF-8 text: {error}") from error
    if not any(sign in query for sign in "{ \n"):
        raise click.UsageError(f"no such file: {query}")
    return query, "query"


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # a query is too long for a name, or holds what a name can't
        return False


def _parse_bind(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise click.BadParameter("give HOST:PORT, such as 127.0.0.1:8000", param_hint="--bind")
    return host.removeprefix("[").removesuffix("]"), int(port)


if __name__ == "__main__":
    main(prog_name="chuncheng")
