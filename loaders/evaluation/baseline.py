"""A baseline: figures and the table by rule as a small file in the repository, so that a change that breaks a case shows at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .gold import GoldError
from .report import by_rule
from .score import Evaluation

_TOLERANCE = 0.0005  # figures are written with four decimals


def measured(result: Evaluation) -> dict[str, float]:
    """The figures that a baseline holds, and for each rule the number of facts that it got wrong."""
    found = {
        "statements": result.same_kind.f1,
        "statements.any-kind": result.any_kind.f1,
        "statements.strict": result.strict.f1,
        "entities": result.all_entities.f1,
        "relations": result.relations.f1,
        "unquantified.recall": result.unquantified.recall,
    }
    matched = max(1, result.matched)
    found |= {
        f"of-matched.{name}": result.attributes[name] / matched for name in ("period", "agent", "indicator")
    }
    return found | {f"wrong.{rule}": float(total - right) for rule, (right, total) in by_rule(result).items()}


def write(result: Evaluation, path: Path) -> None:
    """Writes the baseline: a name and a figure on each line, apart by a tab."""
    lines = [f"{name}\t{value:.4f}".replace(".0000", "") for name, value in measured(result).items()]
    head = "# Figures of the reader on the gold beside this file, and wrong facts by rule. Written by `chuncheng evaluate --write-baseline`."
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def worse(result: Evaluation, path: Path) -> Iterator[str]:
    """What got worse since the baseline; raises GoldError where it can't be read."""
    try:
        rows = [
            line.split("\t")
            for line in path.read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")
        ]
        before = {name: float(value) for name, value in rows}
    except (OSError, ValueError) as error:
        raise GoldError(f"{path}: no baseline: {error}") from error
    now = measured(result)
    for name, was in before.items():
        value = now.get(name, 0.0)
        if name.startswith("wrong."):
            if value > was:
                yield f"{name.removeprefix('wrong.')}: {value:.0f} wrong facts, {was:.0f} before"
        elif value < was - _TOLERANCE:
            yield f"{name}: {value:.4f}, {was:.4f} before"
