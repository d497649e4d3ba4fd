"""A build: pages and RDF files in, a published snapshot out."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import Quad

from loaders.facts import Article, Extraction
from loaders.gazetteer import Gazetteer
from loaders.reconcile import Decisions, write_decisions
from loaders.storage import FactsWriter
from ontology.errors import ChunchengError
from ontology.identifiers import graph_iri
from ontology.skolem import named_ontology

from .answers import Queries
from .dataset import dataset_quads
from .examples import example_quads, find_examples, read_examples
from .foreign import ForeignRdfError, read_rdf
from .ledger import Ledger
from .ledger.stated import LedgerWriter, put_by
from .lines import line_of
from .links import link_quads
from .naming import LateNames
from .places import former_name_quads, places_quads
from .reason import follow
from .records import read_record
from .shard import COUNTED, STEPS, Making, Shard, shards_of
from .snapshot import BUILDING, DefaultGraphMode, Snapshot, build_snapshot
from .stages import Stages
from .terms import node
from .validate import InvalidGraphError, Violation

FACTS = "facts.jsonl.zst"  #: name of the file in a snapshot that holds what was read, for views of the past
DECISIONS = (
    "decisions.jsonl"  #: name of the file in a snapshot with what people decided on matches, where they did
)
_SPOOLED = 8 * 1024 * 1024  # bytes of facts that wait in memory, more of them in a file
_BATCH = 32  # articles that SHACL checks at a time: memory stays bounded


class NothingToBuildError(ChunchengError):
    """No article and no RDF file could be read."""


def build(
    data: Path,
    extractions: Iterable[Extraction] | None,
    rdf_files: Sequence[Path] = (),
    *,
    shards: Iterable[Shard] | None = None,
    base: str,
    default_graph: DefaultGraphMode = "merge",
    quotes_only: bool = False,
    decisions: Decisions | None = None,
    queries: Queries | None = None,
    stages: Stages | None = None,
    anew: bool = False,
) -> Snapshot:
    """Builds and publishes a snapshot of articles and RDF files; where nothing has changed, and unless it is to be made `anew`, none.

    Articles come as extractions or, where they were made in other processes, as `shards`; without either the snapshot serves just
    the RDF files. With `quotes_only` the texts of the articles stay out of it: of their words it holds headlines and what statements
    and names were read from. What `queries` gives, which pages ask, is answered here once. Raises InvalidGraphError when an
    article's graph violates its shapes, ForeignRdfError for a broken RDF file, NothingToBuildError; then what was published before
    stays.
    """
    stages = stages or Stages()
    if extractions is not None:
        shards = _in_batches(Making(base, quotes_only), extractions)
    stated = data / BUILDING / "stated.zst"
    with tempfile.SpooledTemporaryFile(_SPOOLED) as facts:
        sources = _Sources(
            base,
            keep_default_graph=default_graph == "own",
            quotes_only=quotes_only,
            facts=cast(IO[bytes], facts),
            decisions=decisions,
            follow=shards is not None,
            stages=stages,
        )
        return build_snapshot(
            data,
            sources.lines(shards, rdf_files, stated),
            base=base,
            default_graph=default_graph,
            describe=sources.describe,
            attach=sources.attach if shards is not None else lambda _: None,
            reason=shards is not None,
            followed=True,
            as_kept=True,
            queries=queries,
            stages=stages,
            anew=anew,
            reconcile=LedgerWriter(base, sources.decisions, stated) if shards is not None else None,
        )


def rebuilt_lines(
    extractions: Iterable[Extraction], base: str, *, quotes_only: bool, decisions: Decisions | None = None
) -> Iterator[bytes]:
    """The N-Quads lines of a build of facts that were checked before, of none even: what a snapshot of just these articles holds."""
    yield from article_lines(extractions, base, quotes_only=quotes_only, decisions=decisions)
    sources = _Sources(base, keep_default_graph=False, quotes_only=quotes_only)
    yield from map(line_of, sources.surroundings())


def article_lines(
    extractions: Iterable[Extraction], base: str, *, quotes_only: bool, decisions: Decisions | None = None
) -> Iterator[bytes]:
    """The lines of what articles say and of what reconciliation finds in them, without the surroundings."""
    sources = _Sources(base, keep_default_graph=False, quotes_only=quotes_only)
    making = Making(base, quotes_only, check=False, follow=False)
    ledger = Ledger(base, decisions)
    blocks = sources.articles(_in_batches(making, extractions), lambda facts: ledger.add(read_record(facts)))
    for block in blocks:
        yield from block.splitlines(keepends=True)
    yield from map(line_of, ledger.quads())


def _in_batches(making: Making, extractions: Iterable[Extraction]) -> Iterator[Shard]:
    source = iter(extractions)
    while batch := list(islice(source, _BATCH)):
        yield from shards_of(making, batch)


class _Sources:
    """The lines of a build, and what its manifest says of them. `facts` gets what was read.

    With `follow` they come with what each of them leads to by itself, as the shards then do.
    """

    def __init__(
        self,
        base: str,
        *,
        keep_default_graph: bool,
        quotes_only: bool,
        facts: IO[bytes] | None = None,
        decisions: Decisions | None = None,
        follow: bool = False,
        stages: Stages | None = None,
    ) -> None:
        self.decisions = decisions or Decisions()
        self.stages = stages or Stages()
        self.follow = follow
        self.quotes_only = quotes_only
        self._facts_file = facts
        self._facts = FactsWriter(facts) if facts is not None else None
        self.base, self.keep_default_graph = base, keep_default_graph
        self.counts = dict.fromkeys(COUNTED, 0)
        self.files: dict[str, dict[str, Any]] = {}

    def lines(
        self, shards: Iterable[Shard] | None, rdf_files: Sequence[Path], stated: Path
    ) -> Iterator[bytes]:
        """N-Quads lines of what articles and RDF files say, some of them in blocks; `stated` gets what the ledger takes in."""
        if shards is not None:
            with put_by(stated) as file:
                yield from self.articles(shards, file.write)
            if not self.counts["articles"] and not rdf_files:
                raise NothingToBuildError("none of the sources holds an article, so nothing was published")
            yield from self._followed(map(line_of, self.surroundings()))
        for path in rdf_files:
            digest = _sha256(path)
            self.files[digest] = {"name": path.name, "sha256": digest, "kind": "rdf"}
            read = read_rdf(path, self.base, keep_default_graph=self.keep_default_graph)
            yield from self._followed(map(line_of, read))

    def articles(self, shards: Iterable[Shard], take: Callable[[bytes], object]) -> Iterator[bytes]:
        """What the articles say; `take` gets what the ledger takes in of each, as a record. Raises InvalidGraphError."""
        violations: list[Violation] = []
        names = LateNames(self.base)
        for shard in shards:
            violations += shard.violations
            for name, count in zip(COUNTED, shard.counts, strict=True):
                self.counts[name] += count
            for step, seconds in zip(STEPS, shard.spent, strict=False):  # none of one that was kept
                self.stages.spend(step, seconds)
            self._note(shard.article)
            take(shard.facts)
            names.add(shard.article.id, shard.named_late, shard.persons, shard.renamings)
            if self._facts is not None:
                self._facts.add_line(shard.stored)
            yield shard.lines
            yield shard.inferred
        if violations:
            raise InvalidGraphError(sorted(violations, key=lambda v: (v.article.id, v.node, v.message)))
        yield from self._followed(names.lines())

    def _followed(self, blocks: Iterable[bytes]) -> Iterable[bytes]:
        return follow(blocks, self.base) if self.follow else blocks

    def _note(self, article: Article) -> None:
        """Puts the article under its file."""
        if article.source is None:
            return
        digest = article.source.sha256
        page = {"name": article.source.name, "sha256": digest, "kind": "page", "articles": []}
        self.files.setdefault(digest, page)["articles"].append(article.id)

    def surroundings(self) -> Iterator[Quad]:
        """Ontology, gazetteer, description and example queries: what every snapshot of articles holds besides them."""
        graph = node(graph_iri(self.base, "ontology"))
        for triple in named_ontology():
            yield Quad(triple.subject, triple.predicate, triple.object, graph)
        yield from places_quads(Gazetteer.default(), self.base)
        yield from former_name_quads(Gazetteer.default(), self.base)
        yield from link_quads(self.base)
        yield from dataset_quads(self.base)
        examples = find_examples()
        if examples is not None:
            yield from example_quads(read_examples(examples), self.base)

    def attach(self, folder: Path) -> None:
        """Write the facts into the snapshot's folder."""
        assert self._facts is not None
        assert self._facts_file is not None
        self._facts.close()
        self._facts_file.seek(0)
        with (folder / FACTS).open("wb") as out:
            shutil.copyfileobj(self._facts_file, out)
        if self.decisions.entries:
            write_decisions(self.decisions, folder / DECISIONS)

    def describe(self) -> dict[str, Any]:
        """Counts and sources for the manifest."""
        return {
            "counts": self.counts,
            "quotes_only": self.quotes_only,
            "decisions": self.decisions.digest() if self.decisions.entries else "",
            "sources": sorted(self.files.values(), key=lambda f: (f["name"], f["sha256"])),
        }


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ForeignRdfError(f"{path}: can't be read: {error.strerror}") from error
