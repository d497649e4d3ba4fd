"""What follows by the ontology, written to `graph/inferred`.

Three steps, each of which tells what it costs:

local    rules that one triple sets off (`graph.axioms`), over lines of N-Quads: for an article where it is read, in whatever process,
         and kept with it; what some graph tells anyway is taken out when all lines are in order.
derived  rules of our own in `graph/rules/*.rq`, once: deadlines, what an implied target is about, who is in office on the day of the data.
         They may ask what isn't known, which no OWL axiom can.
joined   rules that join several triples, as SPARQL over the store until nothing new follows; a rule runs again only after a
         predicate or class that it reads has got something new. What they give is followed by the local rules at once.

A triple that some graph asserts is not inferred again.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any, Self, cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryTriples, RdfFormat, Store, parse
from rdflib import RDF
from rdflib.term import Node

from ontology.identifiers import graph_iri
from ontology.terms import CCL, XSD

from .axioms import Axioms, Conclusion, read_axioms

_RULES = Path(__file__).parent / "rules"
_TYPE = f"<{RDF.type}>".encode()
_TYPED = b" %b <" % _TYPE
_BATCH = 10_000  # lines, or blocks of them, that are followed at a time
_HELD = 20_000  # quads that a rule gives which are held at a time
_SHOWN = 20  # contradictions that a manifest names
_JUDGED = (CCL.status, CCL.meets, CCL.exceeds)  # what is written after the local rules have run


@dataclass(frozen=True, slots=True)
class Cost:
    """What one step or rule took: seconds of wall clock, and the triples that it added."""

    name: str
    seconds: float
    triples: int

    def __str__(self) -> str:
        return f"{self.name} {self.triples:,} in {self.seconds:.2f} s"


@dataclass(frozen=True, slots=True)
class _Template:
    """A conclusion as bytes: the new triple is `start` + `middle` + `end`, 0 and 1 standing for subject and object of the given one."""

    start: int | bytes
    middle: bytes
    end: int | bytes

    @property
    def needs_object(self) -> bool:
        return 1 in (self.start, self.end)


class LocalRules:
    """The rules that one triple sets off, for lines of N-Quads as this project writes them."""

    def __init__(self, base: str, axioms: Axioms | None = None) -> None:
        axioms = axioms or read_axioms()
        self.tail = f" <{graph_iri(base, 'inferred')}> .\n".encode()
        self._of_predicate = _templates(axioms.of_predicate)
        self._of_class = _templates(axioms.of_class)

    def infer(self, lines: Iterable[bytes]) -> set[bytes]:
        """Lines of graph/inferred that follow from these, each by itself, but for those that are among them in another graph."""
        asserted: set[bytes] = set()
        found: set[bytes] = set()
        for line in lines:
            self._follow(line, asserted, found)
        return {triple + self.tail for triple in found - asserted}

    def _follow(self, line: bytes, asserted: set[bytes], found: set[bytes]) -> None:
        after_subject = line.index(b" ")
        after_predicate = line.index(b" ", after_subject + 1)
        predicate = line[after_subject + 1 : after_predicate]
        if predicate == _TYPE:
            cls = line[after_predicate + 1 : line.index(b" ", after_predicate + 1)]
            templates = self._of_class.get(cls)
            asserted.add(_triple(line))
        else:
            templates = self._of_predicate.get(predicate)
            if templates is not None:
                asserted.add(_triple(line))
        if templates is None:
            return
        subject = line[:after_subject]
        thing: bytes | None = None
        if line.startswith((b"<", b"_"), after_predicate + 1) and not line.startswith(
            b"<<", after_predicate + 1
        ):
            thing = line[after_predicate + 1 : line.index(b" ", after_predicate + 1)]
        for template in templates:
            if thing is None and template.needs_object:
                continue
            ends = (subject, thing)
            start = ends[template.start] if isinstance(template.start, int) else template.start
            end = ends[template.end] if isinstance(template.end, int) else template.end
            found.add(cast(bytes, start) + template.middle + cast(bytes, end))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A thing that is, by what was inferred, of two classes that have no individual in common."""

    thing: str
    one: str
    other: str

    def __str__(self) -> str:
        return f"{self.thing} would be both a {self.one} and a {self.other}"


@cache
def local_rules(base: str) -> LocalRules:
    """Those of the ontology, read once in a process."""
    return LocalRules(base)


def follow(blocks: Iterable[bytes], base: str) -> Iterator[bytes]:
    """Blocks of whole lines, and after some of them what each of their lines leads to by itself."""
    rules, source = local_rules(base), iter(blocks)
    while taken := b"".join(itertools.islice(source, _BATCH)):
        yield taken
        yield from rules.infer(taken.splitlines(keepends=True))


def settle(
    lines: Iterable[bytes], settled: Path, base: str, merged: Path | None = None
) -> tuple[Cost, list[Contradiction]]:
    """Writes sorted lines of N-Quads into a file, without what was inferred by line but is told in another graph.

    `merged` gets the triples of what is left, each once, as N-Triples. Also gives the contradictions that show then, since the lines
    of a thing stand side by side.
    """
    began = time.perf_counter()
    tail = f" <{graph_iri(base, 'inferred')}> .\n".encode()
    count = 0
    classes = _Classes(read_axioms())
    with _Settled(settled, merged) as out:
        told, waiting, followed = b" ", b"", b""
        for line in lines:
            if _TYPED in line:
                classes.see(line)
            if line.endswith(tail):
                if waiting:
                    out.write(waiting)
                    count += 1
                followed = line[: 1 - len(tail)]
                waiting = b"" if told.startswith(followed) else line
                continue
            if waiting:
                if not line.startswith(followed):
                    out.write(waiting)
                    count += 1
                waiting = b""
            told = line
            out.write(line)
        if waiting:
            out.write(waiting)
            count += 1
    return Cost("local", time.perf_counter() - began, count), classes.contradictions()


class _Settled:
    """Writes sorted lines, and their triples, each once, into a file of its own."""

    def __init__(self, lines: Path, merged: Path | None) -> None:
        self._files = contextlib.ExitStack()
        self._lines = self._files.enter_context(lines.open("wb"))
        self._triples = self._files.enter_context(merged.open("wb")) if merged is not None else None
        self._before = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def write(self, line: bytes) -> None:
        """Writes a line that comes after those before it in byte order."""
        self._lines.write(line)
        if self._triples is not None and (triple := _triple(line)) != self._before:
            self._triples.write(triple + b" .\n")
            self._before = triple


class _Classes:
    """Looks over the classes of one thing after the other for such as have no individual in common."""

    def __init__(self, axioms: Axioms) -> None:
        self._axioms = axioms
        self._thing, self._classes = b"", set[str]()
        self._found: list[Contradiction] = []

    def see(self, line: bytes) -> None:
        """Takes in a line that may tell a class; lines of a thing come one after the other."""
        subject, predicate, rest = line.split(b" ", 2)
        if predicate != _TYPE or not rest.startswith(b"<"):
            return
        if subject != self._thing:
            self._look()
            self._thing, self._classes = subject, set()
        self._classes.add(rest[1 : rest.index(b">")].decode())

    def contradictions(self) -> list[Contradiction]:
        """All that were found, when all lines have been seen."""
        self._look()
        return self._found

    def _look(self) -> None:
        if len(self._classes) > 1:
            self._found += (
                Contradiction(self._thing[1:-1].decode(), one, other)
                for one, other in self._axioms.excluded(frozenset(self._classes))
            )
        self._classes = set()


class Reasoner:
    """Infers over a store whose quads the local rules have seen; `add` puts quads into it. `costs` tells what each rule took.

    The rules ask the merge of all graphs: the default graph where that is it (`merged`; `add` has to keep it so), else their union,
    which takes twice as long.
    """

    def __init__(
        self, store: Store, base: str, add: Callable[[Collection[Quad]], object], *, merged: bool = False
    ) -> None:
        self._merged, self._any_graph = merged, DefaultGraph() if merged else None
        self.store, self.graph, self._into_store = store, NamedNode(graph_iri(base, "inferred")), add
        self._ledger = NamedNode(graph_iri(base, "ledger"))
        self.axioms, self._local = read_axioms(), local_rules(base)
        self.costs: list[Cost] = []

    def derive(self, day: date) -> None:
        """Runs our own rules; `day` is that of the data."""
        for name, text in derivations(day).items():
            self._timed(f"derived {name}", partial(self._construct, text))

    def infer(self) -> None:
        """Runs the joining rules until nothing new follows; statuses that were judged meanwhile are followed, too."""
        self._timed("judged", self._judged, told=True)
        changed: set[str] | None = None
        while changed is None or changed:
            before, changed = changed, set()
            for name in self.axioms.transitive:
                if before is None or name in before:
                    new = self._timed(
                        f"joined transitive {name.rsplit('/', 1)[-1]}", partial(self._reached, name)
                    )
                    changed |= new - {name}  # all that it reaches is there: nothing new for itself
            for join in self.axioms.joins:
                if before is None or join.reads & before:
                    changed |= self._timed(f"joined {join.name}", partial(self._construct, join.construct))

    def _judged(self) -> Iterator[Quad]:
        for predicate in _JUDGED:
            yield from self.store.quads_for_pattern(None, NamedNode(predicate), None, self._ledger)

    def _reached(self, prop: str) -> Iterator[Quad]:
        """What a transitive property reaches in more than one step."""
        predicate = NamedNode(prop)
        direct: dict[Any, list[Any]] = {}
        for quad in self.store.quads_for_pattern(None, predicate, None, self._any_graph):
            direct.setdefault(quad.subject, []).append(quad.object)
        for start, first in direct.items():
            known, open_ = set(first), list(first)
            while open_:
                for further in direct.get(open_.pop(), ()):
                    if further not in known:
                        known.add(further)
                        open_.append(further)
                        yield Quad(start, predicate, further, self.graph)

    def _construct(self, text: str) -> Iterator[Quad]:
        triples = cast(QueryTriples, self.store.query(text, use_default_graph_as_union=not self._merged))
        for triple in triples:
            yield Quad(triple.subject, triple.predicate, triple.object, self.graph)

    def _add(self, given: set[Quad], *, told: bool = False) -> tuple[int, set[str]]:
        """Adds quads (unless they are told already) and what the local rules make of them; gives how many, and of which predicates and classes."""
        lines = self._local.infer(f"{quad} .\n".encode() for quad in given)
        followed = parse(b"".join(lines), format=RdfFormat.N_QUADS, lenient=True)
        new = {quad for quad in followed if not self._is_known(quad)}
        if not told:
            new |= given
        self._into_store(new)
        return len(new), {
            term.value
            for quad in (new | given)
            for term in (quad.object if quad.predicate.value == str(RDF.type) else quad.predicate,)
            if isinstance(term, NamedNode)
        }

    def _is_known(self, quad: Quad) -> bool:
        triple = (quad.subject, quad.predicate, quad.object)
        return next(self.store.quads_for_pattern(*triple, self._any_graph), None) is not None

    def _timed(self, name: str, step: Callable[[], Iterable[Quad]], *, told: bool = False) -> set[str]:
        began = time.perf_counter()
        count, changed = 0, set[str]()
        quads = iter(step())  # a query reads the store as it was when it was asked
        while some := set(itertools.islice(quads, _HELD)):
            if changed and not told:  # a query may give a triple twice
                some = {quad for quad in some if not self._is_known(quad)}
            added, terms = self._add(some, told=told)
            count += added
            changed |= terms
        self.costs.append(Cost(name, time.perf_counter() - began, count))
        return changed


def derivations(day: date) -> dict[str, str]:
    """Our own rules, each a CONSTRUCT query by its name, for data of that day."""
    literal = f'"{day}"^^<{XSD.date}>'
    return {
        path.stem: path.read_text("utf-8").replace("$day", literal) for path in sorted(_RULES.glob("*.rq"))
    }


def summary(costs: Iterable[Cost]) -> str:
    """What the steps cost, one figure each: local, derived, joined."""
    steps: dict[str, list[Cost]] = {}
    for cost in costs:
        steps.setdefault(cost.name.split(" ", 1)[0], []).append(cost)
    return ", ".join(
        str(Cost(step, sum(c.seconds for c in own), sum(c.triples for c in own)))
        for step, own in steps.items()
    )


def describe_reasoning(costs: Sequence[Cost], contradictions: Sequence[Contradiction]) -> dict[str, Any]:
    """What a manifest says of the reasoning: each rule's cost, and what turned out to be contradictory."""
    return {
        "summary": summary(costs),
        "rules": [{"name": c.name, "seconds": round(c.seconds, 3), "triples": c.triples} for c in costs],
        "contradictions": {
            "count": len(contradictions),
            "first": [str(c) for c in contradictions[:_SHOWN]],
        },
    }


def _templates(conclusions: Mapping[str, tuple[Conclusion, ...]]) -> dict[bytes, tuple[_Template, ...]]:
    return {
        f"<{name}>".encode(): tuple(
            _Template(_end(c.subject), f" <{c.predicate}> ".encode(), _end(c.object)) for c in found
        )
        for name, found in conclusions.items()
    }


def _end(end: object) -> int | bytes:
    if isinstance(end, Node):
        return end.n3().encode()
    return 0 if end == "subject" else 1


def _triple(line: bytes) -> bytes:
    """Subject, predicate and object of a line of N-Quads; no IRI holds a space or a quotation mark."""
    after_predicate = line.index(b" ", line.index(b" ") + 1)
    if line.startswith(b'"', after_predicate + 1):
        return line[: line.index(b" ", line.rindex(b'"'))]
    if line.startswith(b"<<", after_predicate + 1):
        return line[: line.rindex(b">>") + 2]
    return line[: line.index(b" ", after_predicate + 1)]
