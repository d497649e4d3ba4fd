"""`chuncheng evaluate`: the reader scored against gold."""

from __future__ import annotations

import json
from pathlib import Path

import click

from graph.table import render_table

from .options import EXISTING, PATH, Failure


@click.command()
@click.argument("gold", nargs=-1, required=True, type=EXISTING, metavar="GOLD...")
@click.option(
    "--page", type=EXISTING, help="Score this whole newspaper page against the gold of its articles."
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
@click.option("--baseline", type=EXISTING, help="Fail if anything is worse than in this file.")
@click.option("--write-baseline", type=PATH, help="Write the figures and the table by rule to this file.")
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
        raise Failure("worse than asked for:\n" + "\n".join(f"  {line}" for line in failed))
