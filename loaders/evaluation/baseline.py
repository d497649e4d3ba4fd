"""A baseline: figures and the table by rule as a small file in the repository, so that a change that breaks a case shows at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from .gold import GoldError
from .report import by_rule
from .verdict import ATTRIBUTES, Evaluation

_TOLERANCE = 0.00006  # figures are written with four decimals
_HEAD = (
    "# Figures of the reader on the gold beside this file, and wrong and right facts by rule. "
    "Written by `chuncheng evaluate --write-baseline`."
)


def measured(result: Evaluation) -> dict[str, float]:
    """The figures that a baseline holds, and for each rule the number of facts that it got wrong and right."""
    found = {
        "statements": result.same_kind.f1,
        "statements.any-kind": result.any_kind.f1,
        "statements.strict": result.strict.f1,
        "entities": result.all_entities.f1,
        "entities.canonical": result.canonical_share,
        "relations": result.relations.f1,
        "relations.lenient-posts": result.lenient_recall,
        "unquantified.recall": result.unquantified.recall,
        "commitments.precision": result.commitments.precision,
        "commitments.recall": result.commitments.recall,
    }
    found |= {f"of-matched.{name}": result.attribute(name) for name in ATTRIBUTES}
    rules = by_rule(result)
    found |= {f"wrong.{rule}": float(total - right) for rule, (right, total) in rules.items()}
    return found | {f"right.{rule}": float(right) for rule, (right, _) in rules.items()}


def write(result: Evaluation, path: Path) -> None:
    """Writes the baseline, a name and a figure on each line, apart by a tab. Raises GoldError where it can't."""
    lines = [_HEAD, *(f"{name}\t{_printed(name, value)}" for name, value in measured(result).items())]
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise GoldError(f"{path}: can't write the baseline: {error.strerror}") from error


def worse(result: Evaluation, path: Path) -> Iterator[str]:
    """What got worse since the baseline; raises GoldError where it can't be read.

    A figure that fell and a rule with more wrong facts are worse. A rule with fewer right facts is not by itself, for another
    rule may read them now; where something else is worse it is named too, for there the cause is likely found.
    """
    before, now = _load(path), measured(result)
    told = [*_fallen(before, now), *_more_wrong(before, now)]
    yield from told
    if told:
        yield from _fewer_right(before, now)


def _load(path: Path) -> dict[str, float]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}: no baseline: {error}") from error
    found: dict[str, float] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, value = line.partition("\t")
        try:
            found[name] = float(value)
        except ValueError as error:
            raise GoldError(f"{path}:{number}: expected a name, a tab and a figure: {line!r}") from error
    if not found:
        raise GoldError(f"{path}: no figures in it; write it with --write-baseline")
    return found


def _fallen(before: Mapping[str, float], now: Mapping[str, float]) -> Iterator[str]:
    for name, was in before.items():
        if name.startswith(("wrong.", "right.")):
            continue
        value = now.get(name)
        if value is None:
            yield f"{name}: no such figure any more; write the baseline anew"
        elif value < was - _TOLERANCE:
            yield f"{name}: {value:.4f}, {was:.4f} before"


def _more_wrong(before: Mapping[str, float], now: Mapping[str, float]) -> Iterator[str]:
    for rule, was, value in _rules("wrong.", before, now):
        if value > was:
            yield f"{rule}: {value:.0f} wrong facts, {was:.0f} before"


def _fewer_right(before: Mapping[str, float], now: Mapping[str, float]) -> Iterator[str]:
    for rule, was, value in _rules("right.", before, now):
        if value < was:
            yield f"{rule}: {value:.0f} right facts, {was:.0f} before"


def _rules(
    prefix: str, before: Mapping[str, float], now: Mapping[str, float]
) -> Iterator[tuple[str, float, float]]:
    """Each rule of the baseline with its count then and now: a new rule is judged by the figures alone."""
    for name, was in before.items():
        if name.startswith(prefix):
            yield name.removeprefix(prefix), was, now.get(name, 0.0)


def _printed(name: str, value: float) -> str:
    return f"{value:.0f}" if name.startswith(("wrong.", "right.")) else f"{value:.4f}"
