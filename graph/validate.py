"""Validation of what a build produces, by SHACL (`ontology/shapes.ttl`).

Articles are checked in batches with the names that they use, in whatever process, so that the cost grows with the corpus and no faster.
rudof, in Rust, says whether a batch conforms; only one that doesn't is gone through by pySHACL, which tells what is wrong where, in the
words of the shapes (rudof leaves out the messages of sh:or, sh:not and sh:equals). On the sample pages rudof takes an eighth of
pySHACL's time, and of the violations that the tests make it misses one, a day that no calendar has, which is looked for here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain

import pyrudof
import pyshacl
from pyoxigraph import Quad
from rdflib import SH, Graph, URIRef
from rdflib import Literal as RdflibLiteral

from loaders.facts import Article
from ontology.errors import ChunchengError
from ontology.generate import ONTOLOGY
from ontology.terms import XSD

from .lines import line_of
from .statistics import split_quads

_AFTER_DAY = f'"^^<{XSD.date}>'


@dataclass(frozen=True, slots=True)
class Violation:
    """A shape that a node of an article's graph violates; `value` is the offending value, if any."""

    article: Article
    node: str
    message: str
    value: str | None

    def __str__(self) -> str:
        value = f" (found: {self.value})" if self.value else ""
        return f"article {self.article.id} 《{self.article.headline}》: {self.node}: {self.message}{value}"


class InvalidGraphError(ChunchengError):
    """A graph that violates its shapes and so isn't published."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        shown = "\n".join(f"  {v}" for v in self.violations[:20])
        more = len(self.violations) - 20
        tail = f"\n  … and {more} more" if more > 0 else ""
        super().__init__(f"the graph violates its shapes, so nothing was published:\n{shown}{tail}")


@cache
def _shapes() -> Graph:
    return Graph().parse(ONTOLOGY.with_name("shapes.ttl"))


@cache
def _ontology() -> Graph:
    return Graph().parse(ONTOLOGY)


@cache
def _with_ontology() -> pyrudof.Rudof:
    """Shapes and ontology, read once in a process: that takes longer than to check fifty articles."""
    rudof = _with_shapes()
    rudof.read_data(ONTOLOGY.read_text("utf-8"), format=pyrudof.RDFFormat.Turtle)
    return rudof


def _with_shapes() -> pyrudof.Rudof:
    rudof = pyrudof.Rudof(pyrudof.RudofConfig())
    rudof.read_shacl(ONTOLOGY.with_name("shapes.ttl").read_text("utf-8"))
    return rudof


def conforms(triples: str, *, ontology: bool = True) -> bool:
    """Whether these N-Triples conform to the shapes; with `ontology` they are seen together with it, as they must be."""
    if not ontology:
        return _conforms(_with_shapes(), triples)
    rudof = _with_ontology()  # its threads keep this process from being forked (`graph.workers`)
    rudof.begin_staging()  # whatever is read comes on top of what was read before
    try:
        return _conforms(rudof, triples)
    finally:
        rudof.rollback_staging()


def _conforms(rudof: pyrudof.Rudof, triples: str) -> bool:
    rudof.read_data(
        triples, format=pyrudof.RDFFormat.NTriples, reader_mode=pyrudof.ReaderMode.Strict, merge=True
    )
    return bool(rudof.validate_shacl().conforms) and all(map(_is_day, _days(triples)))


def _days(triples: str) -> Iterator[str]:
    """What stands in each literal of a day."""
    for before in triples.split(_AFTER_DAY)[:-1]:
        yield before[before.rindex('"') + 1 :]


def _is_day(printed: str) -> bool:
    try:
        date.fromisoformat(printed)
    except ValueError:
        return False
    return True


def validate(article: Article, quads: Iterable[Quad]) -> list[Violation]:
    """Violations in one article's quads; an empty list where all is well."""
    return validate_batch([(article, list(map(line_of, quads)))])


def validate_batch(articles: Sequence[tuple[Article, Sequence[bytes]]]) -> list[Violation]:
    """Violations in the N-Quads lines of several articles, each told with the first article that speaks of its node.

    One run over several articles costs less than one run each.
    """
    lines = chain.from_iterable(own for _, own in articles)
    said = dict.fromkeys(b"%b %b %b .\n" % quad[:3] for quad in split_quads(lines, set()))
    triples = b"".join(said).decode()
    if conforms(triples):
        return []
    data = Graph()
    data.parse(data=triples, format="nt")
    data += _ontology()
    _, report, _ = pyshacl.validate(data, shacl_graph=_shapes(), advanced=False, inplace=True)
    found = []
    for result in report.subjects(SH.resultSeverity):
        messages = list(report.objects(result, SH.resultMessage))
        english = [
            m for m in messages if isinstance(m, RdflibLiteral) and m.language in ("en", None)
        ] or messages
        path = report.value(result, SH.resultPath)
        told = str(english[0]) if english else str(report.value(result, SH.sourceConstraintComponent))
        node, value = report.value(result, SH.focusNode), report.value(result, SH.value)
        where = f" [{str(path).rsplit('/', 1)[-1]}]" if isinstance(path, URIRef) else ""
        found.append(
            Violation(
                _speaker(articles, str(node), str(value)),
                str(node),
                told + where,
                None if value is None else str(value)[:200],
            )
        )
    return sorted(found, key=lambda v: (v.article.id, v.node, v.message))


def _speaker(articles: Sequence[tuple[Article, Sequence[bytes]]], *names: str) -> Article:
    """The first article whose lines have one of the names as subject; the first of all where none has."""
    for name in names:
        subject = f"<{name}> ".encode()
        for article, lines in articles:
            if any(line.startswith(subject) for line in lines):
                return article
    return articles[0][0]
