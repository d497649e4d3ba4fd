"""What waits for a person: candidates of matches to decide on, and findings to look into."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from pyoxigraph import Store

from loaders.reconcile.decision import short

from .asked import Asked


@dataclass(frozen=True, slots=True)
class Candidate:
    """A promise and the results that may answer it: `target` and `outcomes` are the names that a patch file takes."""

    target: str
    outcomes: tuple[str, ...]
    score: Decimal
    promise: str
    results: tuple[str, ...]
    explanation: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundOut:
    """Something that doesn't agree, in both languages, and the claims and targets that it is about, the one that ranks first first."""

    iri: str
    zh: str
    en: str
    about: tuple[str, ...]
    articles: tuple[str, ...]
    quotes: tuple[str, ...]


def read_candidates(store: Store) -> list[Candidate]:
    """The candidates of the store, the likeliest first."""
    rows = _by(Asked(store, None, undated=True).rows("candidates"), "candidate")
    found = [
        Candidate(
            target=short(said[0]["target"]),
            outcomes=tuple(sorted({short(row["outcome"]) for row in said})),
            score=Decimal(said[0]["score"]),
            promise=said[0]["target_label"],
            results=tuple(dict.fromkeys(row["outcome_label"] for row in said)),
            explanation=said[0]["explanation"],
            quotes=tuple(dict.fromkeys(row["quote"] for row in said)),
        )
        for said in rows.values()
    ]
    return sorted(found, key=lambda c: (-c.score, c.target, c.outcomes))


def read_findings(store: Store) -> list[FoundOut]:
    """The findings of the store, in order of their Chinese text."""
    found = []
    for iri, said in _by(Asked(store, None, undated=True).rows("findings"), "finding").items():
        said.sort(key=lambda row: (int(row.get("precedence", "99")), row["thing"], row.get("quote", "")))
        labels = {row["label@"].split("-")[0]: row["label"] for row in said}
        found.append(
            FoundOut(
                iri,
                labels.get("zh", ""),
                labels.get("en", ""),
                tuple(dict.fromkeys(short(row["thing"]) for row in said)),
                tuple(dict.fromkeys(row["article"].rsplit("/", 1)[-1] for row in said if "article" in row)),
                tuple(dict.fromkeys(row["quote"] for row in said if "quote" in row)),
            )
        )
    return sorted(found, key=lambda f: (f.zh, f.iri))


def review_lines(items: Iterable[Candidate | FoundOut], format_: str) -> Iterator[str]:
    """The items as `jsonl`, `csv`, or for reading (`table`): candidates then as entries for a patch file."""
    header = False
    for item in items:
        flat = {f.name: getattr(item, f.name) for f in fields(item)}
        if format_ == "jsonl":
            yield json.dumps(asdict(item), ensure_ascii=False, default=float) + "\n"
        elif format_ == "csv":
            if not header:
                yield _csv(list(flat))
                header = True
            yield _csv([" | ".join(v) if isinstance(v, tuple) else str(v) for v in flat.values()])
        elif isinstance(item, Candidate):
            yield from _entry(item)
        else:
            yield f"{item.zh}\n{item.en}\n"
            yield from (f"  「{quote}」\n" for quote in item.quotes)
            yield "\n"


def _entry(c: Candidate) -> Iterator[str]:
    """The candidate as the [[match]] that accepts it; what it says stands before it as comments."""
    for told in (
        f"{c.score} {c.promise} ← {'、'.join(c.results)}",
        *(f"「{q}」" for q in c.quotes),
        c.explanation,
    ):
        yield f"# {' '.join(told.split())}\n"
    outcomes = ", ".join(json.dumps(o) for o in c.outcomes)
    yield f'[[match]]\naction = "accept"  # or "reject"\ntarget = "{c.target}"\noutcomes = [{outcomes}]\n'
    yield 'author = ""\ndate = 2024-01-01\nreason = ""\n\n'


def _by(rows: Iterable[Mapping[str, str]], name: str) -> dict[str, list[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    for said in found.values():
        said.sort(key=lambda row: sorted(row.items()))
    return found


def _csv(cells: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
