"""Triple Pattern Fragments (https://linkeddatafragments.org/specification/triple-pattern-fragments/) and, below `/fragments/quads`,
Quad Pattern Fragments (https://linkeddatafragments.org/specification/quad-pattern-fragments/): pages of the triples that match a
pattern, with their number and the controls that lead on. Clients like Comunica answer whole queries by them.

`/fragments` reads the merge of all graphs. `/fragments/quads` reads the named graphs, and the merge as `graph=urn:ldf:defaultGraph`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat
from werkzeug.datastructures import MultiDict

from ontology.terms import DCT, PREFIXES, RDF, VOID, XSD
from server.engine import Term
from server.least_recently_used import LeastRecentlyUsed
from server.page_context import Served
from server.page_number import read_number
from server.pages.rows import read_rows
from server.problem import Problem

PATH = "/fragments"
QUADS_PATH = "/fragments/quads"
PAGE_SIZE = 100
DEFAULT_GRAPH = "urn:ldf:defaultGraph"  # how clients of quad patterns name the default graph
HYDRA = "http://www.w3.org/ns/hydra/core#"
_FOAF_TOPIC = PREFIXES["foaf"] + "primaryTopic"
_SD = "http://www.w3.org/ns/sparql-service-description#"
_POSITIONS = ("subject", "predicate", "object", "graph")
_PROPERTIES = {position: PREFIXES["rdf"] + position for position in _POSITIONS} | {"graph": _SD + "graph"}
# As clients write literals: "…"@en, "…"^^IRI; quotes within aren't escaped, so the last one ends it.
_LITERAL = re.compile(r'"(.*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*)|\^\^<?([^<>"]+)>?)?', re.DOTALL)
_VARIABLE = re.compile(r"[?$](\w{1,64})")
_PREFIXED = re.compile(r"([A-Za-z][\w-]*):([\w.-]*)")
_LONGEST = 16 * 1024  # characters of a term
_LAST_PAGE = 10_000_000
_counts: LeastRecentlyUsed[int] = LeastRecentlyUsed(
    1024 * 1024
)  # bytes of patterns whose number of matches is kept
_counts_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple or quad pattern: for each position a term, or the name of a variable. `given` is how the client wrote it."""

    terms: tuple[Term | str, ...]
    given: tuple[tuple[str, str], ...]

    @property
    def has_graph(self) -> bool:
        """Whether it is a quad pattern."""
        return len(self.terms) == len(_POSITIONS)

    @property
    def path(self) -> str:
        """Path of the interface that it belongs to."""
        return QUADS_PATH if self.has_graph else PATH

    def where(self) -> str | None:
        """The pattern in SPARQL; None for one that nothing can match: a literal as subject, predicate or graph."""
        subject, predicate, _, *graph = self.terms
        if any(isinstance(term, Literal) for term in (subject, predicate, *graph)):
            return None
        triple = " ".join(map(_write, self.terms[:3]))
        if not graph or graph[0] == NamedNode(DEFAULT_GRAPH):
            return triple
        return f"GRAPH {_write(graph[0])} {{ {triple} }}"


@dataclass(frozen=True, slots=True)
class Fragment:
    """One page of what matches a pattern. `total` is exact, not estimated."""

    pattern: Pattern
    page: int
    total: int
    quads: list[Quad]

    @property
    def pages(self) -> int:
        """How many pages there are: one at least."""
        return max(1, -(-self.total // PAGE_SIZE))

    def neighbours(self) -> list[tuple[str, str]]:
        """The first, last, previous and next page with their relations, as far as there are any."""
        found = [("first", self.address(1)), ("last", self.address(self.pages))]
        if self.page > 1:
            found.append(("prev", self.address(self.page - 1)))
        if self.page < self.pages:
            found.append(("next", self.address(self.page + 1)))
        return found

    def address(self, page: int | None = None) -> str:
        """Path and query of the fragment, or of a page of it."""
        parameters = [*self.pattern.given, *([("page", str(page))] if page is not None else [])]
        return f"{self.pattern.path}?{urlencode(parameters)}" if parameters else self.pattern.path


def read_pattern(given: MultiDict[str, str], *, has_graph: bool) -> Pattern:
    """The pattern that a query string asks for; what isn't given matches anything. Raises Problem 400."""
    positions = _POSITIONS if has_graph else _POSITIONS[:3]
    terms: list[Term | str] = []
    kept: list[tuple[str, str]] = []
    for position in positions:
        text = given.get(position, "").strip()
        if len(text) > _LONGEST:
            raise Problem(400, f"{position} has more than {_LONGEST} characters", fields={"limit": _LONGEST})
        terms.append(_read_term(text, position))
        if text:
            kept.append((position, text))
    return Pattern(tuple(terms), tuple(kept))


def read_page(given: MultiDict[str, str]) -> int:
    """The number of the page; raises Problem 400 for what is none."""
    number = read_number(given.get("page") or "1", _LAST_PAGE)
    if number is None:
        raise Problem(400, "page is a number from 1 on")
    return number


def find(served: Served, pattern: Pattern, page: int) -> Fragment:
    """A page of the fragment; raises Problem 404 for a page behind the last, and as the engine does."""
    where = pattern.where()
    total = _count(served, where) if where else 0
    if page > 1 and (page - 1) * PAGE_SIZE >= total:
        raise Problem(404, f"this fragment has {max(1, -(-total // PAGE_SIZE))} pages")
    if not where or not total:
        return Fragment(pattern, page, 0, [])
    # Without ORDER BY: a store that is only read gives its quads in the same order each time.
    text = f"SELECT * WHERE {{ {where} }} LIMIT {PAGE_SIZE} OFFSET {(page - 1) * PAGE_SIZE}"
    _, rows = read_rows(served.engine.query(text, format="json").read())
    quads = []
    for row in rows:
        subject, predicate, object_, *graph = (
            row[term] if isinstance(term, str) else term for term in pattern.terms
        )
        assert not isinstance(subject, Literal)
        assert isinstance(predicate, NamedNode)
        named = graph[0] if graph and graph[0] != NamedNode(DEFAULT_GRAPH) else DefaultGraph()
        assert not isinstance(named, Literal)
        quads.append(Quad(subject, predicate, object_, named))
    return Fragment(pattern, page, total, quads)


def write(fragment: Fragment, url: str, host: str, base: str, format_: RdfFormat) -> bytes:
    """The page in an RDF format: the data, and in a graph of its own, where the format has any, the controls.

    `url` is the page's address as the client wrote it, by which it knows what is said of it; `host` is scheme and authority.
    """
    controls = (
        DefaultGraph() if not format_.supports_datasets else NamedNode(f"{host}{fragment.address()}#metadata")
    )
    quads = [
        *fragment.quads,
        *(Quad(*said, controls) for said in _control(fragment, url, host, base, controls)),
    ]
    prefixes = {**PREFIXES, "hydra": HYDRA} if format_ in (RdfFormat.TURTLE, RdfFormat.TRIG) else None
    if format_.supports_datasets:
        return pyoxigraph.serialize(quads, format=format_, prefixes=prefixes) or b""
    return pyoxigraph.serialize((quad.triple for quad in quads), format=format_, prefixes=prefixes) or b""


def template(path: str, host: str = "") -> str:
    """The URI template (RFC 6570) by which fragments are asked for."""
    names = ",".join(_POSITIONS if path == QUADS_PATH else _POSITIONS[:3])
    return f"{host}{path}{{?{names}}}"


_Said = tuple[NamedNode, NamedNode, NamedNode | Literal]


def _control(
    fragment: Fragment, url: str, host: str, base: str, controls: NamedNode | DefaultGraph
) -> Iterator[_Said]:
    path = fragment.pattern.path
    page, whole = NamedNode(url), NamedNode(host + fragment.address())
    data, search = NamedNode(f"{host}{path}#dataset"), NamedNode(f"{host}{path}#search")
    if isinstance(controls, NamedNode):
        yield controls, NamedNode(_FOAF_TOPIC), page
    yield data, NamedNode(RDF.type), NamedNode(VOID.Dataset)
    yield data, NamedNode(RDF.type), _hydra("Collection")
    yield data, NamedNode(f"{PREFIXES['void']}subset"), page
    yield data, NamedNode(f"{PREFIXES['void']}subset"), whole
    yield data, NamedNode(DCT.source), NamedNode(f"{base}dataset")
    yield data, _hydra("search"), search
    yield search, NamedNode(RDF.type), _hydra("IriTemplate")
    yield search, _hydra("template"), Literal(template(path, host))
    yield search, _hydra("variableRepresentation"), _hydra("ExplicitRepresentation")
    for position in _POSITIONS[: len(fragment.pattern.terms)]:
        mapping = NamedNode(f"{host}{path}#{position}")
        yield search, _hydra("mapping"), mapping
        yield mapping, _hydra("variable"), Literal(position)
        yield mapping, _hydra("property"), NamedNode(_PROPERTIES[position])
    if fragment.pattern.has_graph:
        yield data, NamedNode(f"{_SD}defaultGraph"), NamedNode(DEFAULT_GRAPH)
    yield page, NamedNode(RDF.type), _hydra("PartialCollectionView")
    yield page, NamedNode(DCT.source), data
    yield page, _hydra("totalItems"), _integer(fragment.total)
    yield page, NamedNode(VOID.triples), _integer(fragment.total)
    yield page, _hydra("itemsPerPage"), _integer(PAGE_SIZE)
    if whole != page:
        yield whole, NamedNode(f"{PREFIXES['void']}subset"), page
        yield whole, _hydra("totalItems"), _integer(fragment.total)
        yield whole, NamedNode(VOID.triples), _integer(fragment.total)
    for relation, address in fragment.neighbours():
        name = "previous" if relation == "prev" else relation
        yield page, _hydra(name), NamedNode(host + address)


def _count(served: Served, where: str) -> int:
    key = (served.snapshot.id, where)
    with _counts_lock:
        known = _counts.get(key)
    if known is None:
        text = f"SELECT (COUNT(*) AS ?matches) WHERE {{ {where} }}"
        _, rows = read_rows(served.engine.query(text, format="json").read())
        known = int(rows[0]["matches"].value)
        with _counts_lock:
            _counts.put(key, known, len(where) + 200)
    return known


def _read_term(text: str, position: str) -> Term | str:
    if not text or text.startswith("_:"):
        return position  # a blank node of a pattern is a variable
    variable = _VARIABLE.fullmatch(text)
    if variable is not None:
        return f"v_{variable[1]}" if variable[1].isascii() else position
    try:
        if text.startswith('"'):
            return _read_literal(text)
        prefixed = _PREFIXED.fullmatch(text)
        if prefixed is not None and prefixed[1] in PREFIXES:
            return NamedNode(PREFIXES[prefixed[1]] + prefixed[2])
        return NamedNode(text.removeprefix("<").removesuffix(">"))
    except ValueError as error:
        raise Problem(
            400, f'{position} is no term: write an IRI, "a literal"@en, or ?variable ({error})'
        ) from None


def _read_literal(text: str) -> Literal:
    found = _LITERAL.fullmatch(text)
    if found is None:
        raise ValueError("a literal ends with a quote, @language or ^^datatype")
    value, language, datatype = found.groups()
    if language:
        return Literal(value, language=language)
    return Literal(value, datatype=NamedNode(datatype)) if datatype else Literal(value)


def _write(term: Term | str) -> str:
    return f"?{term}" if isinstance(term, str) else str(term)


def _hydra(name: str) -> NamedNode:
    return NamedNode(HYDRA + name)


def _integer(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD.integer))
