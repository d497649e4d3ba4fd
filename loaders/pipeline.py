"""The order in which a file becomes facts, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ontology.errors import ChunchengError

from .confidence import with_confidence
from .entity import read_entities
from .facts import Article, Extraction
from .identity import with_persons
from .location import Location
from .page import cut_page
from .phase import read_phases
from .read import Publication, find_sources, read_source
from .relation import read_relations
from .statement import read_statements
from .succession import read_successions
from .text import Text
from .time import read_times
from .withdrawal import with_withdrawals


def _ignore(_: ChunchengError) -> None:
    """The default for whoever doesn't want to hear of files that can't be read."""


def extract(article: Article) -> Extraction:
    """All facts of one article; a pure function of the article."""
    text = Text(article.body)
    entities = tuple(read_entities(article, text))
    times = read_times(text, article.published)
    statements, unread = read_statements(article, text, entities, times)
    statements = with_withdrawals(text, statements, entities, times)
    relations = tuple(read_relations(article, text, entities, statements, times))
    phases = tuple(read_phases(article, text, entities, times))
    successions = tuple(read_successions(text, entities, times))
    read = Extraction(
        article,
        entities,
        tuple(statements),
        relations,
        tuple(unread),
        phases=phases,
        successions=successions,
    )
    return with_confidence(with_persons(read))


def load_articles(
    paths: Sequence[Location],
    publication: Publication,
    *,
    strict: bool = False,
    on_error: Callable[[ChunchengError], None] = _ignore,
) -> Iterator[Article]:
    """The articles of the files and folders in order, each article once.

    A file that can't be read goes to `on_error` and the rest goes on; with `strict` its ReadError is raised instead.
    """
    seen: set[str] = set()
    for path in find_sources(paths):
        try:
            articles = cut_page(read_source(path, publication))
        except ChunchengError as error:
            if strict:
                raise
            on_error(error)
            continue
        for article in articles:
            if article.id not in seen:
                seen.add(article.id)
                yield article


def extract_files(
    paths: Sequence[Location],
    publication: Publication,
    *,
    strict: bool = False,
    on_error: Callable[[ChunchengError], None] = _ignore,
) -> Iterator[Extraction]:
    """Facts of all articles of the files and folders, in order; errors as in `load_articles`."""
    for article in load_articles(paths, publication, strict=strict, on_error=on_error):
        yield extract(article)
