"""Asks the queries that stand beside the pages, and reads the answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, QuerySolutions, RdfFormat, Triple

from server import language
from server.engine import Term
from server.language import Language
from server.links import short_name
from server.page_context import PageEngine
from server.pages.vocabulary import label as label_of_term

_FOLDER = Path(__file__).parent
_PARAMETER = re.compile(r"\$(\w+)")
_NOTHING: Mapping[str, str] = {}
Row: TypeAlias = dict[str, Term]


def select(engine: PageEngine, query: str, /, **values: Term | int | Iterable[Term]) -> list[Row]:
    """The rows of the query in `{query}.rq`, unbound variables left out.

    `$name` in the file stands for a term, for several in a VALUES, or for the number of a LIMIT or OFFSET.
    """
    return read_rows(engine.query(fill(query, values), format="json").read())[1]


def select_all(
    engine: PageEngine, *asked: tuple[str, Mapping[str, Term | int | Iterable[Term]]]
) -> list[list[Row]]:
    """The rows of several queries that don't wait for each other, in their order; as `select` each."""
    answers = engine.query_all([fill(query, values) for query, values in asked], format="json")
    return [read_rows(answer.read())[1] for answer in answers]


def construct(engine: PageEngine, query: str, /, **values: Term | int | Iterable[Term]) -> list[Triple]:
    """The triples that `{query}.rq` constructs, with values as for `select`."""
    body = engine.query(fill(query, values), format="nt").read()
    return [quad.triple for quad in pyoxigraph.parse(body, format=RdfFormat.N_TRIPLES)]


def read_rows(body: bytes) -> tuple[list[str], list[Row]]:
    """Variables and rows of a SELECT's answer in SPARQL JSON."""
    solutions = pyoxigraph.parse_query_results(body, format=QueryResultsFormat.JSON)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return names, [
        {name: term for name, term in zip(names, solution, strict=True) if term is not None}
        for solution in solutions
    ]


@dataclass(frozen=True, slots=True)
class Names:
    """Labels of things for a page: first in its language, else in the other, the IRI's end for want of any."""

    chinese: dict[str, str]
    english: dict[str, str]
    language: Language = "zh"

    def of(self, term: Term) -> str:
        """What to call a term."""
        return self.with_language(term)[0]

    def with_language(self, term: Term) -> tuple[str, str | None]:
        """What to call a term, and the language of that where it isn't the page's."""
        if isinstance(term, Literal):
            return term.value, term.language if term.language != self.language else None
        first, second = (
            (self.english, self.chinese) if self.language == "en" else (self.chinese, self.english)
        )
        if term.value in first:
            return first[term.value], None
        if term.value in second:
            return second[term.value], "zh-Hans" if self.language == "en" else "en"
        return label_of_term(term.value, self.language) or short_name(term.value), None

    def also(self, term: Term) -> tuple[str, str] | None:
        """The label in the other language with that language's tag, where there is one beside the name."""
        others = self.chinese if self.language == "en" else self.english
        other = others.get(term.value)
        return (
            (other, "zh-Hans" if self.language == "en" else "en")
            if other and other != self.of(term)
            else None
        )


def find_names(engine: PageEngine, terms: Iterable[object]) -> Names:
    """Labels of all IRIs among the terms, by one query."""
    iris = {term for term in terms if isinstance(term, NamedNode)}
    names = Names({}, {}, language.current())
    if iris:
        # Sorted here: the store would look the terms up for each comparison.
        found = select(engine, "names", things=iris)
        for row in sorted(found, key=lambda row: (row["thing"].value, row["label"].value)):
            label = row["label"]
            assert isinstance(label, Literal)
            tag = (label.language or "").lower()
            # Latin transcription is no English, but better than nothing for those who can't read characters.
            if tag == "en":
                names.english[row["thing"].value] = label.value
            elif tag.startswith("en") or "latn" in tag:
                names.english.setdefault(row["thing"].value, label.value)
            else:
                names.chinese.setdefault(row["thing"].value, label.value)
    return names


def terms_in(*tables: Iterable[Row], linked: Mapping[str, str] = _NOTHING) -> Iterator[Term]:
    """All terms of some tables, but those that a page shows as links in the words of another column, where a row has that.

    `linked` gives the column of the words by that of the link. What such a link goes to needs no name.
    """
    for table in tables:
        for row in table:
            for column, term in row.items():
                if linked.get(column) not in row:
                    yield term


def fill(query: str, values: Mapping[str, Term | int | Iterable[Term]]) -> str:
    """The query of `{query}.rq` with its `$name`s replaced; a term prints as SPARQL writes it, escaped."""

    def write(match: re.Match[str]) -> str:
        value = values[match[1]]
        if isinstance(value, (NamedNode, BlankNode, Literal, int)):
            return str(value)
        return " ".join(sorted(str(term) for term in value))

    return _PARAMETER.sub(write, _read(query))


@lru_cache
def _read(query: str) -> str:
    return (_FOLDER / f"{query}.rq").read_text("utf-8")
