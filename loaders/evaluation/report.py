"""What an evaluation says: figures, errors by kind with their sentences, and how each rule fared; as lines or as data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .gold import Row
from .page import Cut
from .verdict import ATTRIBUTES, Evaluation, Figure, Overlaps, Verdict

_ORDER = ("missed", "wrong", "kind", "unit", *ATTRIBUTES[1:], "name")
_TYPES = ("statement", "unquantified", "entity", "relation")


def figures(result: Evaluation) -> Iterator[str]:
    """The figures, a line each; the first ones in the words and digits of the shared scorer."""
    yield _line("statements, same kind", result.same_kind)
    yield _line("statements, any kind", result.any_kind)
    yield _line("statements, strict", result.strict)
    for name in ATTRIBUTES:
        rate = f"  (gold with a completion rate: {result.completion_gold})" if name == "completion" else ""
        yield f"  of matched: {name:<12} {result.attribute(name):.4f}{rate}"
    plain = result.unquantified
    yield (
        f"unquantified statements, recall    {plain.recall:.4f}  ({plain.found} of {plain.gold}; "
        "not exhaustive, so no precision)"
    )
    for cls, figure in result.entities.items():
        yield _line(f"entities {cls}", figure)
    yield _line("entities, all classes", result.all_entities)
    yield f"  of matched: canonical name  {result.canonical_share:.4f}"
    yield _line("relations", result.relations)
    yield f"  recall with lenient posts   {result.lenient_recall:.4f}"
    yield "unquantified, by kind: precision counts what overlaps any gold of its kind, optional or not, with a number or without"
    yield _overlap_line("unquantified core commitments", result.commitments)
    yield _overlap_line("unquantified core outcomes", result.outcomes)


def score_line(result: Evaluation, cut: Cut | None = None) -> str:
    """The last line, in the words of the shared scorer: of texts, or of a page that was cut into articles."""
    strict, entities = result.strict.f1, result.all_entities.f1
    if cut is None:
        return f"score: {strict:.4f} {entities:.4f}"
    statements = f"statements {result.same_kind.f1:.4f} strict {strict:.4f}"
    return f"score: articles {cut.share:.4f} {statements} entities {entities:.4f}"


def texts(result: Evaluation) -> Iterator[str]:
    """A line for each article: right/predicted/gold of its statements with and without kind, and of its entities."""
    for text in result.texts:
        same, any_, entities = (
            f"{f.right}/{f.predicted}/{f.gold}" for f in (text.same_kind, text.any_kind, text.entities)
        )
        yield f"{text.name}  {same}  {any_}  entities {entities}"


@dataclass(frozen=True, slots=True)
class Error:
    """One thing that is wrong with a fact: `expected` is null for a fact that nobody asked for, `read` for a missed one.

    `times` is how often it stands so in the article: a name that is wrong at each of its mentions is one error.
    """

    article: str
    sentence: str
    expected: str | None
    read: str | None
    rules: tuple[str, ...]
    times: int = 1


def errors_by_kind(result: Evaluation) -> dict[str, list[Error]]:
    """The errors by type of fact and kind of error, as in `statement: bound`; a fact stands under all that is wrong with it."""
    found: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for verdict in result.verdicts:
        for kind in () if verdict.neutral else verdict.wrong:
            found[verdict.type, kind].append(verdict)
    order = sorted(found, key=lambda key: (_TYPES.index(key[0]), _ORDER.index(key[1])))
    return {f"{type_}: {kind}": _distinct(found[type_, kind], kind) for type_, kind in order}


def _distinct(verdicts: Sequence[Verdict], kind: str) -> list[Error]:
    """An error for each verdict, but one for all mentions of an entity in an article."""
    groups: dict[Any, list[Verdict]] = defaultdict(list)
    for number, v in enumerate(verdicts):
        same = (v.article, v.read["class"], v.read["name"]) if v.type == "entity" and v.read else number
        groups[same].append(v)
    return [_error(group, kind) for group in groups.values()]


def _error(group: Sequence[Verdict], kind: str) -> Error:
    v = group[0]
    rules = dict.fromkeys(rule for one in group for rule in (one.read or {}).get("rules") or ())
    expected, read = (None if row is None else _fact(row, kind) for row in (v.gold, v.read))
    return Error(v.article, v.sentence, expected, read, tuple(rules), len(group))


def _fact(row: Row, field: str) -> str:
    if "class" in row:
        return f"{row['class']} {row['name']}"
    if "predicate" in row:
        return f"{row['subject']} {row['predicate']} {row['object']}"
    parts = [str(row.get("kind")), str(row.get("indicator"))]
    if row.get("value") is not None:
        parts.append(f"{row.get('bound')} {row['value']} {row.get('unit') or ''} ({row.get('aspect')})")
    if field in ("period", "agent", "completion", "estimated"):
        others = row.get(f"{field}_alt")
        also = f" (or {', '.join(map(str, others))})" if others else ""
        parts.append(f"{field}: {row.get(field)}{also}")
    return " ".join(parts)


def error_counts(result: Evaluation) -> Iterator[str]:
    """A line of counts for each type of fact that has errors."""
    by_type: dict[str, list[str]] = defaultdict(list)
    for name, found in errors_by_kind(result).items():
        type_, _, kind = name.partition(": ")
        by_type[type_].append(f"{kind} {len(found)}")
    for type_, counts in by_type.items():
        yield f"errors, {type_}: {', '.join(counts)}"


def errors(result: Evaluation) -> Iterator[str]:
    """Every error by its kind: where, the sentence, what was expected and what was read, and the rules that read it."""
    for kind, found in errors_by_kind(result).items():
        yield f"{kind} ({len(found)})"
        for error in found:
            times = f" (×{error.times})" if error.times > 1 else ""
            yield f"  {error.article}{times}: {error.sentence or '—'}"
            if error.expected is not None:
                yield f"      expected {error.expected}"
            if error.read is not None:
                yield f"      read     {error.read}  [{' '.join(error.rules)}]"


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


def rule_rows(result: Evaluation) -> list[list[str]]:
    """The table by rule, header first, the rule with the most wrong facts at the top; neutral facts aren't in it."""
    ranked = sorted(by_rule(result).items(), key=lambda item: (item[1][0] - item[1][1], item[0]))
    rows = [[rule, f"{n}", f"{n - r}", f"{r}", f"{r / n:.3f}"] for rule, (r, n) in ranked]
    return [["rule", "facts", "wrong", "right", "share right"], *rows]


def as_data(result: Evaluation, cut: Cut | None = None) -> dict[str, Any]:
    """The whole evaluation as plain data for JSON."""
    return {
        "articles": None if cut is None else asdict(cut),
        "statements": {
            "same_kind": _figure(result.same_kind),
            "any_kind": _figure(result.any_kind),
            "strict": _figure(result.strict),
            "of_matched": {name: result.attribute(name) for name in ATTRIBUTES},
        },
        "unquantified": {
            name: asdict(counts) | {"recall": counts.recall, "precision": counts.precision}
            for name, counts in (
                ("all", result.unquantified),
                ("commitments", result.commitments),
                ("outcomes", result.outcomes),
            )
        },
        "entities": {
            "all": _figure(result.all_entities),
            "by_class": {cls: _figure(figure) for cls, figure in result.entities.items()},
            "canonical": result.canonical_share,
        },
        "relations": _figure(result.relations) | {"recall_lenient_posts": result.lenient_recall},
        "texts": {
            text.name: {
                "same_kind": _figure(text.same_kind),
                "any_kind": _figure(text.any_kind),
                "entities": _figure(text.entities),
            }
            for text in result.texts
        },
        "errors": {kind: [asdict(e) for e in found] for kind, found in errors_by_kind(result).items()},
        "rules": {
            rule: {"facts": facts, "right": right, "wrong": facts - right}
            for rule, (right, facts) in by_rule(result).items()
        },
    }


def _line(label: str, f: Figure) -> str:
    return (
        f"{label:<34} P {f.precision:.4f}  R {f.recall:.4f}  F1 {f.f1:.4f}  "
        f"(right {f.right}, predicted {f.predicted}, gold {f.gold})"
    )


def _overlap_line(label: str, counts: Overlaps) -> str:
    return (
        f"{label:<34} P {counts.precision:.4f}  R {counts.recall:.4f}  "
        f"(fitting {counts.fitting} of {counts.predicted} predicted, found {counts.found} of {counts.gold} in gold)"
    )


def _figure(f: Figure) -> dict[str, float]:
    return asdict(f) | {"precision": f.precision, "recall": f.recall, "f1": f.f1}
