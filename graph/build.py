"""A build: pages and RDF files in, a published snapshot out."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import Quad, RdfFormat, parse

from loaders.facts import Article, Extraction
from loaders.gazetteer import Gazetteer
from loaders.storage import FactsWriter, without_text
from ontology.errors import ChunchengError
from ontology.generate import ONTOLOGY
from ontology.identifiers import graph_iri
from ontology.terms import OA, SCHEMA

from .corrections import correction_quads
from .dataset import dataset_quads
from .examples import example_quads, find_examples, read_examples
from .foreign import ForeignRdfError, read_rdf
from .ledger import Ledger
from .places import places_quads
from .rdf import quads
from .snapshot import DefaultGraphMode, Snapshot, build_snapshot
from .terms import node
from .validate import InvalidGraphError, Violation, validate_batch

# Where an article's text is, and where the words around a quote are, from which it could be put together.
_TEXT = frozenset({SCHEMA.articleBody, OA.prefix, OA.suffix})
FACTS = "facts.jsonl.zst"  #: name of the file in a snapshot that holds what was read, for views of the past
_SPOOLED = 8 * 1024 * 1024  # bytes of facts that wait in memory, more of them in a file
_BATCH = 32  # articles that SHACL checks at a time: memory stays bounded


class NothingToBuildError(ChunchengError):
    """No article and no RDF file could be read."""


def build(
    data: Path,
    extractions: Iterable[Extraction] | None,
    rdf_files: Sequence[Path] = (),
    *,
    base: str,
    default_graph: DefaultGraphMode = "merge",
    quotes_only: bool = False,
    on_stage: Callable[[str], None] = lambda _: None,
) -> Snapshot:
    """Builds and publishes a snapshot of the articles and RDF files.

    Without articles (None) the snapshot serves just the RDF files. With `quotes_only` the texts of the articles stay out
    of it: of their words it holds headlines and what statements and names were read from. Raises InvalidGraphError when an article's graph violates
    its shapes, ForeignRdfError for a broken RDF file, NothingToBuildError; then what was published before stays.
    """
    with tempfile.SpooledTemporaryFile(_SPOOLED) as facts:
        sources = _Sources(
            base,
            keep_default_graph=default_graph == "own",
            quotes_only=quotes_only,
            facts=cast(IO[bytes], facts),
        )
        return build_snapshot(
            data,
            sources.lines(extractions, rdf_files),
            base=base,
            default_graph=default_graph,
            describe=sources.describe,
            attach=sources.attach if extractions is not None else lambda _: None,
            reason=extractions is not None,
            on_stage=on_stage,
        )


def rebuilt_lines(extractions: Iterable[Extraction], base: str, *, quotes_only: bool) -> Iterator[bytes]:
    """The N-Quads lines of a build of facts that were checked before, of none even: what a snapshot of just these articles holds."""
    yield from article_lines(extractions, base, quotes_only=quotes_only)
    yield from map(_line, _Sources(base, keep_default_graph=False, quotes_only=quotes_only).surroundings())


def article_lines(extractions: Iterable[Extraction], base: str, *, quotes_only: bool) -> Iterator[bytes]:
    """The lines of what articles say and of what reconciliation finds in them, without the surroundings."""
    sources = _Sources(base, keep_default_graph=False, quotes_only=quotes_only)
    yield from map(_line, sources.articles(extractions))


class _Sources:
    """The lines of a build, and what its manifest says of them. `facts` gets what was read; without it nothing is checked by SHACL."""

    def __init__(
        self, base: str, *, keep_default_graph: bool, quotes_only: bool, facts: IO[bytes] | None = None
    ) -> None:
        self.quotes_only = quotes_only
        self._facts_file = facts
        self._facts = FactsWriter(facts) if facts is not None else None
        self.base, self.keep_default_graph = base, keep_default_graph
        self.counts = dict.fromkeys(("articles", "entities", "statements", "relations", "corrections"), 0)
        self.files: dict[str, dict[str, Any]] = {}

    def lines(self, extractions: Iterable[Extraction] | None, rdf_files: Sequence[Path]) -> Iterator[bytes]:
        """N-Quads lines of everything that the snapshot holds."""
        if extractions is not None:
            yield from map(_line, self.articles(extractions))
            if not self.counts["articles"] and not rdf_files:
                raise NothingToBuildError("none of the sources holds an article, so nothing was published")
            yield from map(_line, self.surroundings())
        for path in rdf_files:
            digest = _sha256(path)
            self.files[digest] = {"name": path.name, "sha256": digest, "kind": "rdf"}
            yield from map(_line, read_rdf(path, self.base, keep_default_graph=self.keep_default_graph))

    def articles(self, extractions: Iterable[Extraction]) -> Iterator[Quad]:
        """What the articles say, and what reconciliation finds in them; raises InvalidGraphError."""
        violations: list[Violation] = []
        unchecked: list[tuple[Article, list[Quad]]] = []
        ledger = Ledger(self.base)
        for extraction in extractions:
            article = extraction.article
            by_people = correction_quads(extraction, self.base)
            written = list(dict.fromkeys((*quads(extraction, self.base), *by_people)))
            if self._facts is not None:
                self._facts.add(without_text(extraction) if self.quotes_only else extraction)
                unchecked.append((article, written))
            if len(unchecked) == _BATCH:
                violations += validate_batch(unchecked)
                unchecked = []
            self.counts["articles"] += 1
            self.counts["entities"] += len(extraction.entities)
            self.counts["statements"] += len(extraction.statements)
            self.counts["relations"] += len(extraction.relations)
            self.counts["corrections"] += len(extraction.corrections)
            if article.source:
                entry = self.files.setdefault(
                    article.source.sha256,
                    {
                        "name": article.source.name,
                        "sha256": article.source.sha256,
                        "kind": "page",
                        "articles": [],
                    },
                )
                entry["articles"].append(article.id)
            ledger.add(extraction)
            yield from filter(_is_republished, written) if self.quotes_only else written
        if unchecked:
            violations += validate_batch(unchecked)
        if violations:
            raise InvalidGraphError(violations)
        yield from ledger.quads()

    def surroundings(self) -> Iterator[Quad]:
        """Ontology, gazetteer, description and example queries: what every snapshot of articles holds besides them."""
        graph = node(graph_iri(self.base, "ontology"))
        for quad in parse(path=str(ONTOLOGY), format=RdfFormat.TURTLE):
            yield Quad(quad.subject, quad.predicate, quad.object, graph)
        yield from places_quads(Gazetteer.default(), self.base)
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

    def describe(self) -> dict[str, Any]:
        """Counts and sources for the manifest."""
        return {
            "counts": self.counts,
            "quotes_only": self.quotes_only,
            "sources": sorted(self.files.values(), key=lambda f: (f["name"], f["sha256"])),
        }


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ForeignRdfError(f"{path}: can't be read: {error.strerror}") from error


def _is_republished(quad: Quad) -> bool:
    return quad.predicate.value not in _TEXT


def _line(quad: Quad) -> bytes:
    return f"{quad} .\n".encode()
