"""A shard: what a build needs of some articles, made apart from all others so that any process can make it.

`make_shards` is a pure function of picklable values: any `concurrent.futures.Executor` can run it, here or on another machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from loaders.correction import Patch, Problem, apply
from loaders.facts import Article, Extraction
from loaders.identity import Sighting, sightings
from loaders.pipeline import extract
from loaders.storage import extraction_line, without_text
from loaders.succession import Key, renamings
from ontology.terms import OA, SCHEMA

from .corrections import correction_quads
from .lines import line_of
from .memory import give_back
from .naming import named_late
from .rdf import quads
from .reason import local_rules
from .records import record_of
from .validate import Violation, validate_batch

# Where an article's text is, and where the words around a quote are, from which it could be put together.
_TEXT = frozenset(f"<{told}>".encode() for told in (SCHEMA.articleBody, OA.prefix, OA.suffix))
_MUCH = 2_000_000  # bytes of lines: to check them takes some thirty times as much memory
COUNTED = ("articles", "entities", "statements", "relations", "corrections")
STEPS = ("extraction", "RDF", "SHACL", "reasoning")  #: of making shards


@dataclass(frozen=True, slots=True)
class Making:
    """How shards are made: with the same settings and code the same article gives the same shard."""

    base: str
    quotes_only: bool = False
    check: bool = True  # by SHACL
    follow: bool = True  # what each line leads to by itself (`graph.reason`)


@dataclass(frozen=True, slots=True)
class Task:
    """An article to read, with the patches that are for it."""

    article: Article
    patches: tuple[Patch, ...] = ()


@dataclass(frozen=True, slots=True)
class Shard:
    """One article's part of a graph.

    `lines` are its N-Quads in byte order, each once, in the form in which the store gives them back, but for those that name
    persons and what gets renamed: `named_late`, with what the article tells of these (`persons`, `renamings`), since who is who is known only
    over all articles. `inferred` are the lines that follow from single ones of `lines`, in byte order. `facts` is what the
    ledger takes in, as a record (`graph.records`): the article and its statements; `stored` all that was read, as `loaders.storage`
    keeps it. `counts` are in the order of COUNTED; `applied` counts corrections; `spent` are the processor seconds that it took, in the
    order of STEPS, none for a shard that was kept.
    """

    article: Article
    lines: bytes
    inferred: bytes
    named_late: bytes
    persons: tuple[Sighting, ...]
    renamings: tuple[tuple[Key, Key], ...]
    facts: bytes
    stored: bytes
    counts: tuple[int, ...]
    violations: tuple[Violation, ...] = ()
    problems: tuple[Problem, ...] = ()
    applied: int = 0
    spent: tuple[float, ...] = field(default=(), compare=False)


def make_shards(
    making: Making, tasks: Sequence[Task], read: Callable[[Article], Extraction] = extract
) -> list[Shard]:
    """The shards of the articles in order: read, corrected, written as RDF, checked by SHACL."""
    began = time.process_time()
    corrected = [apply(task.patches, read(task.article)) for task in tasks]
    extracted = (time.process_time() - began) / max(1, len(tasks))
    made = shards_of(making, [extraction for extraction, _, _ in corrected])
    shards = [
        replace(shard, problems=problems, applied=len(applied), spent=(extracted, *shard.spent[1:]))
        for shard, (_, applied, problems) in zip(made, corrected, strict=True)
    ]
    if sum(len(shard.lines) for shard in shards) > _MUCH:
        give_back()
    return shards


def shards_of(making: Making, extractions: Iterable[Extraction]) -> Iterator[Shard]:
    """The shards of articles that have been read; checked together, since that costs less than each alone."""
    read = list(extractions)
    began = time.process_time()
    written = [
        sorted(set(map(line_of, (*quads(each, making.base), *correction_quads(each, making.base)))))
        for each in read
    ]
    articles = [(each.article, own) for each, own in zip(read, written, strict=True)]
    before_check = time.process_time()
    violations = validate_batch(articles) if making.check and articles else []
    checked = (time.process_time() - before_check) / max(1, len(read))
    as_rdf = (before_check - began) / max(1, len(read))
    for extraction, own in zip(read, written, strict=True):
        kept = (line for line in own if line.split(b" ", 2)[1] not in _TEXT) if making.quotes_only else own
        article = extraction.article
        others, late = _parted(kept, making.base)
        began = time.process_time()
        inferred = sorted(local_rules(making.base).infer(others)) if making.follow else []
        reasoned = time.process_time() - began
        yield Shard(
            replace(article, body="", subheads=(), reporters=(), kicker=None),
            b"".join(others),
            b"".join(inferred),
            b"".join(late),
            sightings(extraction),
            tuple(sorted(renamings(extraction))),
            record_of(
                Extraction(article, statements=extraction.statements, successions=extraction.successions)
            ),
            extraction_line(without_text(extraction) if making.quotes_only else extraction).encode(),
            (
                1,
                len(extraction.entities),
                len(extraction.statements),
                len(extraction.relations),
                len(extraction.corrections),
            ),
            tuple(v for v in violations if v.article.id == article.id),
            spent=(0.0, as_rdf, checked, reasoned),
        )


def _parted(lines: Iterable[bytes], base: str) -> tuple[list[bytes], list[bytes]]:
    """The lines that name nothing whose name is known only over all articles, and those that may."""
    is_late = named_late(base).search
    others: list[bytes] = []
    late: list[bytes] = []
    for line in lines:
        (late if is_late(line) else others).append(line)
    return others, late
