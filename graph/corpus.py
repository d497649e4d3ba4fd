"""A corpus on its way into a graph: files to articles to shards, streaming, in as many processes as there are.

Pages are cut in the workers and come back in order, so that of an article that stands in two files the first counts whatever the number
of processes. Articles that an earlier build has read come from the cache; the others go out in batches of about equal length, so that a
huge one holds nothing up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from loaders.correction import Patch, Problem, place
from loaders.facts import Article
from loaders.location import Location
from loaders.page import cut_page
from loaders.pipeline import extract
from loaders.read import Publication, find_sources, read_source
from loaders.reader import Reader
from ontology.errors import ChunchengError

from .progress import Progress
from .shard import Making, Shard, Task, make_shards
from .shard_cache import ShardCache
from .shard_files import ShardList, make_and_write_shards, write_shards
from .workers import Done, Parts, Workers

_FILES = 16  # pages cut at a time by one process
_ARTICLES = 32  # articles of a batch at most: what SHACL takes of memory grows with them, and it is no faster with more
_CHARACTERS = 40_000  # a batch ends with the article that reaches it: some tenths of a second of work


@dataclass(frozen=True, slots=True)
class Corpus:
    """Files and folders of pages with what is known of them. A file that can't be read goes to `on_error`; with `strict` it is raised."""

    paths: Sequence[Location]
    publication: Publication = field(default_factory=Publication)
    strict: bool = False
    on_error: Callable[[ChunchengError], None] = lambda _: None
    failed: list[ChunchengError] = field(default_factory=list)

    def articles(
        self, workers: Workers, on_file: Callable[[float], None] = lambda _: None, *, quiet: bool = False
    ) -> Iterator[tuple[Article, float]]:
        """Each article once, in order of its file, with its share of the corpus in bytes.

        `on_file` hears the share of files that give no article. Raises ReadError with `strict`, and ChunchengError at the end where
        files couldn't be read and none could.
        """
        # Sorted: of an article that stands in two files the first is kept, whatever the order of the arguments.
        files = find_sources(sorted(set(self.paths), key=str))
        sizes = {file: file.stat().st_size for file in files}
        whole = max(1, sum(sizes.values()))
        seen: set[str] = set()
        self.failed.clear()
        chunks = (files[begin : begin + _FILES] for begin in range(0, len(files), _FILES))
        for _, cut in workers.results(
            partial(cut_files, self.publication), chunks, describe=_name_files, parts=_ONE_BY_ONE
        ):
            for file, found in cut:
                share = sizes[file] / whole
                if isinstance(found, ChunchengError):
                    if self.strict:
                        raise found
                    self.failed.append(found)
                    if not quiet:
                        self.on_error(found)
                    found = []
                new = [article for article in found if article.id not in seen]
                seen.update(article.id for article in new)
                if not new:
                    on_file(share)
                for article in new:
                    yield article, share / len(new)
        if self.failed and not seen:
            raise ChunchengError("nothing could be read")


def cut_files(
    publication: Publication, files: Sequence[Location]
) -> list[tuple[Location, list[Article] | ChunchengError]]:
    """The articles of each file, or why it can't be read."""
    cut: list[tuple[Location, list[Article] | ChunchengError]] = []
    for file in files:
        try:
            cut.append((file, cut_page(read_source(file, publication))))
        except ChunchengError as error:
            cut.append((file, error))
    return cut


@dataclass(slots=True)
class Reading:
    """One run over a corpus: `shards` gives what a build takes; progress, problems and the number of corrections grow as it goes."""

    corpus: Corpus
    making: Making
    workers: Workers
    patches: Sequence[Patch] = ()
    read: Reader = extract
    cache: Path | None = None
    shard_files: str | None = None  # location that gets the shards as files, too
    on_progress: Callable[[Progress], None] = lambda _: None
    progress: Progress = field(default_factory=Progress)
    problems: list[Problem] = field(default_factory=list)
    applied: int = 0
    _shares: dict[str, float] = field(default_factory=dict)

    def shards(self) -> Iterator[Shard]:
        """The shard of each article in order. Raises what `Corpus.articles` raises, LostWorkerError and ShardCacheError."""
        with self.workers as workers:
            if self.cache is None:
                yield from self._made(workers, None)
            else:
                with ShardCache(self.cache, self.making) as cache:
                    yield from self._made(workers, cache)

    def published(self) -> None:
        """Tells the cache that the build was published."""
        if self.cache is not None:
            with ShardCache(self.cache, self.making) as cache:
                cache.published()

    def _made(self, workers: Workers, cache: ShardCache | None) -> Iterator[Shard]:
        for_article: Mapping[str, Sequence[Patch]] = {}
        if self.patches:
            known = (article for article, _ in self.corpus.articles(workers, quiet=True))
            for_article, unplaced = place(self.patches, known)
            self.problems += unplaced
        tasks = self._tasks(workers, for_article)
        make = partial(make_shards, self.making, read=self.read)
        listed = None
        if self.shard_files is not None:
            listed = ShardList(self.shard_files)
            make = partial(make_and_write_shards, self.making, self.shard_files, read=self.read)

        def keep(batch: Sequence[Task], made: Sequence[Shard]) -> None:
            if cache is not None:
                cache.keep(zip(batch, made, strict=True))

        batches = _batches(tasks, cache)
        for batch, made in workers.results(make, batches, describe=_name, parts=_ONE_BY_ONE, on_result=keep):
            if isinstance(batch, Done):
                self.progress.kept += len(made)
                if self.shard_files is not None:
                    write_shards(self.shard_files, made)
            if listed is not None:
                listed.add(made)
            for shard in made:
                self.progress.done += 1
                self.progress.share += self._shares.pop(shard.article.id)
                self.problems += shard.problems
                self.applied += shard.applied
                yield shard
            self.on_progress(self.progress)
        if listed is not None:
            listed.write()
        self.progress.finished = True
        self.on_progress(self.progress)

    def _tasks(self, workers: Workers, for_article: Mapping[str, Sequence[Patch]]) -> Iterator[Task]:
        articles = self.corpus.articles(workers, self._pass_over)
        for article, share in articles:
            self._shares[article.id] = share
            yield Task(article, tuple(for_article.get(article.id, ())))

    def _pass_over(self, share: float) -> None:
        self.progress.share += share


def _batches(
    tasks: Iterable[Task], cache: ShardCache | None
) -> Iterator[tuple[Task, ...] | Done[list[Shard]]]:
    """Runs of tasks that no earlier build has done, and runs of the shards of those that one has, in order."""
    for batch in _about_equal(tasks):
        found = [None] * len(batch) if cache is None else cache.find(batch)
        for known, run in groupby(zip(batch, found, strict=True), key=lambda pair: pair[1] is not None):
            pairs = list(run)
            if known:
                yield Done([shard for _, shard in pairs if shard is not None])
            else:
                yield tuple(task for task, _ in pairs)


def _name(tasks: Sequence[Task]) -> str:
    return ", ".join(f"article {task.article.id} 《{task.article.headline}》" for task in tasks)


def _name_files(files: Sequence[Path]) -> str:
    return ", ".join(map(str, files))


def _joined(results: Sequence[list[Any]]) -> list[Any]:
    return [one for result in results for one in result]


def _singles(items: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [(item,) for item in items]


#: Batches whose process is lost are done article by article, so that the one at fault is known.
_ONE_BY_ONE: Parts[Any, Any] = Parts(_singles, _joined)


def _about_equal(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    batch: list[Task] = []
    length = 0
    for task in tasks:
        batch.append(task)
        length += len(task.article.body)
        if length >= _CHARACTERS or len(batch) == _ARTICLES:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch
