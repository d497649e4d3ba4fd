"""What an evaluation says, for reading: figures, errors by kind with their sentences, and how each rule fared."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from .gold import Gold, Row
from .score import ATTRIBUTES, Evaluation, Figure, Verdict


def figures(result: Evaluation) -> Iterator[str]:
    """The figures, a line each; the first ones in the words and digits of the shared scorer."""
    yield _line("statements, same kind", result.same_kind)
    yield _line("statements, any kind", result.any_kind)
    yield _line("statements, strict", result.strict)
    for name in ATTRIBUTES:
        told = (
            f"  (gold with a completion rate: {result.attributes['completion_gold']})"
            if name == "completion"
            else ""
        )
        share = result.attributes[name] / result.matched if result.matched else 0
        yield f"  of matched: {name:<12} {share:.4f}{told}"
    plain = result.unquantified
    yield (
        f"unquantified statements, recall    {plain.recall:.4f}  ({plain.right} of {plain.gold}; "
        "not exhaustive, so no precision)"
    )
    for cls, figure in result.entities.items():
        yield _line(f"entities {cls}", figure)
    yield _line("entities, all classes", result.all_entities)
    right = result.all_entities.right
    yield f"  of matched: canonical name  {result.canonical / right if right else 0:.4f}"
    yield _line("relations", result.relations)
    posts = result.lenient_posts / result.relations.gold if result.relations.gold else 0
    yield f"  recall with lenient posts   {posts:.4f}"
    read = [v for v in result.verdicts if v.type == "unquantified" and v.read]
    for kind in ("commitment", "outcome"):
        of_kind = [v for v in read if v.read and v.read.get("kind") == kind]
        fitting = sum(not v.wrong for v in of_kind)
        share = fitting / len(of_kind) if of_kind else 0
        yield f"unquantified {kind}s that overlap gold of their kind, optional or not: {share:.4f} ({fitting} of {len(of_kind)})"
    core = result.commitments
    yield f"unquantified core commitments, recall  {core.recall:.4f}  ({core.right} of {core.gold})"


def _line(label: str, f: Figure) -> str:
    return (
        f"{label:<34} P {f.precision:.4f}  R {f.recall:.4f}  F1 {f.f1:.4f}  "
        f"(right {f.right}, predicted {f.predicted}, gold {f.gold})"
    )


def texts(result: Evaluation) -> Iterator[str]:
    """A line for each article: right/predicted/gold of its statements with and without kind, and of its entities."""
    for name, same, any_, entities in result.texts:
        parts = (f"{f.right}/{f.predicted}/{f.gold}" for f in (same, any_))
        yield f"{name}  {'  '.join(parts)}  entities {entities.right}/{entities.predicted}/{entities.gold}"


def errors(result: Evaluation, golds: Mapping[str, Gold]) -> Iterator[str]:
    """Every error by its kind: where, the sentence, what was wanted and what was read, and the rules that read it."""
    by_kind: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in result.verdicts:
        if not verdict.neutral:
            for kind in verdict.wrong:
                by_kind[f"{verdict.type}: {kind}"].append(verdict)
    for kind, verdicts in sorted(by_kind.items()):
        yield f"{kind} ({len(verdicts)})"
        for v in verdicts:
            field = kind.partition(": ")[2]
            fact = v.read or v.gold or {}
            yield f"  {v.article}: {_sentence(golds[v.article], fact)}"
            if v.gold is not None:
                yield f"      wanted {_fact(v.gold, field)}"
            if v.read is not None:
                yield f"      read   {_fact(v.read, field)}  [{' '.join(v.read.get('rules') or ())}]"


def _sentence(gold: Gold, fact: Row) -> str:
    """The gold text's sentence that the fact's words stand in."""
    words = fact.get("quote") or next(iter(fact.get("mentions") or ()), "")
    at = gold.text.raw.find(words)
    if at < 0:
        return str(words)
    start = max(gold.text.raw.rfind(mark, 0, at) for mark in "。\n") + 1
    stops = [i for i in (gold.text.raw.find(mark, at + len(words)) for mark in "。\n") if i >= 0]
    return " ".join(gold.text.raw[start : min(stops, default=len(gold.text.raw)) + 1].split())


def _fact(row: Row, field: str) -> str:
    if "mentions" in row or "class" in row:
        return f"{row['class']} {row['name']}"
    if "predicate" in row:
        return f"{row['subject']} {row['predicate']} {row['object']}"
    amount = (
        ""
        if row.get("value") is None
        else f" {row.get('bound')} {row['value']} {row.get('unit')} ({row.get('aspect')})"
    )
    extra = f", {field} {row.get(field)}" if field in ("period", "agent", "completion", "estimated") else ""
    return f"{row.get('kind')} {row.get('indicator')}{amount}{extra}"


def by_rule(result: Evaluation) -> dict[str, tuple[int, int]]:
    """For each rule, how many of the facts that it took part in were right, and how many there were; neutral ones left out."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for v in result.verdicts:
        if v.read is not None and not v.neutral:
            rules = set(v.read.get("rules") or ())
            total.update(rules)
            right.update(rules if v.is_right else ())
    return {rule: (right[rule], total[rule]) for rule in sorted(total)}


def rule_lines(result: Evaluation) -> Iterator[str]:
    """The table by rule, the worst first."""
    yield f"{'rule':<26} {'right':>6} {'facts':>6} {'share':>7}"
    table = by_rule(result)
    for rule, (right, total) in sorted(
        table.items(), key=lambda item: (item[1][0] / item[1][1], -item[1][1])
    ):
        yield f"{rule:<26} {right:>6} {total:>6} {right / total:>7.3f}"
