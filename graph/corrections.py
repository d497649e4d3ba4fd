"""What people corrected, in `graph/corrections`, apart from what was read.

An article's own graph keeps what the rules read and still stands. Here are the facts that a person changed or added, with what
they alone need; each decision as a `ccl:Correction` with author, date and reason; and what no longer stands, described as a
`ccl:SupersededReading`, which is no statement and no claim, so that no query takes it for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from pyoxigraph import Literal, NamedNode, Quad

from loaders.correction.fields import FIELDS, describe, type_of, value_of, written
from loaders.facts import AppliedCorrection, Extraction, Fact, Statement
from ontology.identifiers import digest, graph_iri, iri, slug
from ontology.terms import CCL, DCT, PROV, RDF, RDFS

from .rdf import claim_label, evidence_quads, fact_quads, quads
from .terms import day, decimal, node, text, zh

_ACTIONS = {"accept": CCL.acceptance, "reject": CCL.rejection, "change": CCL.change, "add": CCL.addition}
_ACTION_WORDS = {"accept": "认可", "reject": "剔除", "change": "改正", "add": "补入"}
_FACTS = {node(CCL.Statement), node(CCL.Relation), node(CCL.Mention)}
_HOW_READ = {"rules", "confidence"}


def correction_quads(extraction: Extraction, base: str) -> Iterator[Quad]:
    """What people decided about the article's facts, each triple once and none that the article's quads already say."""
    if not extraction.corrections:
        return
    graph = node(graph_iri(base, "corrections"))
    said = {(q.subject, q.predicate, q.object) for q in quads(extraction, base)}
    for quad in _Writer(extraction, base).write():
        triple = (quad.subject, quad.predicate, quad.object)
        if triple not in said:
            said.add(triple)
            yield Quad(*triple, graph)


class _Writer:
    """Writes the corrections of one article; the graph of its quads is left to `correction_quads`."""

    def __init__(self, extraction: Extraction, base: str) -> None:
        self.extraction, self.base = extraction, base
        self.read = extraction.as_read or extraction
        self.article = node(iri(base, "Article", extraction.article.id))

    def write(self) -> Iterator[Quad]:
        for correction in self.extraction.corrections:
            if correction.after in self.extraction.by_people:
                yield from self._made(correction.after)
            yield from self._correction(correction)

    def _made(self, fact: Fact) -> Iterator[Quad]:
        """A fact as a person has it: no extraction generated it."""
        for quad in fact_quads(self.extraction, self.base, [fact]):
            if quad.predicate.value != PROV.wasGeneratedBy:
                yield quad

    def _correction(self, c: AppliedCorrection) -> Iterator[Quad]:
        me = node(iri(self.base, "Correction", self._digest(c)))
        yield Quad(me, node(RDF.type), node(CCL.Correction))
        yield Quad(me, node(RDFS.label), zh(_label(c)))
        yield Quad(me, node(CCL.action), node(_ACTIONS[c.action]))
        yield Quad(me, node(CCL.decided), day(c.date))
        yield Quad(me, node(CCL.reason), text(c.reason))
        yield Quad(me, node(CCL.article), self.article)
        for source in c.sources:
            yield Quad(me, node(DCT.source), node(source))
        editor = node(iri(self.base, "Editor", slug(c.author)))
        yield Quad(me, node(CCL.editor), editor)
        yield Quad(editor, node(RDF.type), node(CCL.Editor))
        yield Quad(editor, node(RDFS.label), text(c.author))
        if words := c.before or c.after:
            span, written_span = evidence_quads(self.extraction, self.base, words)
            yield Quad(me, node(CCL.evidence), span)
            yield from written_span
        yield from self._effect(me, editor, c)

    def _effect(self, me: NamedNode, editor: NamedNode, c: AppliedCorrection) -> Iterator[Quad]:
        """What stands by the correction, what no longer does, and how the two differ."""
        stands = self._subject(c.after) if c.after else None
        if stands:
            yield Quad(me, node(CCL.upholds), stands)
            yield Quad(stands, node(CCL.checkedBy), editor)
        if stands and c.action in ("change", "add"):
            yield Quad(stands, node(PROV.wasDerivedFrom), me)
        if c.before is None or c.action == "accept":
            return
        reading = node(iri(self.base, "Reading", self._reading_digest(c.before)))
        yield from self._superseded(reading, c.before)
        yield Quad(me, node(CCL.supersedes), reading)
        if stands and c.after:
            yield Quad(stands, node(PROV.wasRevisionOf), reading)
            yield from _differences(me, c.before, c.after)

    def _superseded(self, reading: NamedNode, fact: Fact) -> Iterator[Quad]:
        """What was read and no longer stands, with its words and the rules that read it."""
        yield Quad(reading, node(RDF.type), node(CCL.SupersededReading))
        yield Quad(reading, node(RDFS.label), zh(_told(fact)))
        yield Quad(reading, node(CCL.article), self.article)
        span, written_span = evidence_quads(self.extraction, self.base, fact)
        yield Quad(reading, node(CCL.evidence), span)
        yield from written_span
        if isinstance(fact, Statement) and fact.value is not None:
            yield Quad(reading, node(CCL.valueAsRead), decimal(fact.value))
        as_read = list(fact_quads(self.read, self.base, [fact]))
        rules = {q.object for q in as_read if q.predicate.value == CCL.readBy}
        for quad in as_read:
            if quad.predicate.value in (CCL.readBy, PROV.wasGeneratedBy):
                yield Quad(reading, quad.predicate, quad.object)
            elif quad.subject in rules:
                yield quad

    def _subject(self, fact: Fact) -> NamedNode | None:
        """The statement, relation or mention that the fact is in the graph."""
        for quad in fact_quads(self.extraction, self.base, [fact]):
            typed = quad.predicate.value == RDF.type and quad.object in _FACTS
            if typed and isinstance(quad.subject, NamedNode):
                return quad.subject
        return None

    def _digest(self, c: AppliedCorrection) -> str:
        facts = [self._reading_digest(fact) if fact else None for fact in (c.before, c.after)]
        return digest(c.action, c.author, c.date, *facts)

    def _reading_digest(self, fact: Fact) -> str:
        # How it was read is left out: a rule by another name makes no other reading.
        content = [getattr(fact, f.name) for f in fields(fact) if f.name not in _HOW_READ]
        return digest(self.extraction.article.id, type_of(fact), *content)


def _differences(me: NamedNode, before: Fact, after: Fact) -> Iterator[Quad]:
    """Each field that differs, as it was read and as it was corrected; an empty one has no text."""
    for name in FIELDS[type_of(before)]:
        old, new = value_of(before, name), value_of(after, name)
        if old == new:
            continue
        change = node(f"{me.value}/{name}")
        yield Quad(me, node(CCL.changes), change)
        yield Quad(change, node(RDF.type), node(CCL.FieldChange))
        yield Quad(change, node(CCL.field), text(name))
        for term, value in ((CCL.asRead, old), (CCL.asCorrected, new)):
            if (told := written(value)) is not None:
                yield Quad(change, node(term), Literal(told))


def _label(c: AppliedCorrection) -> str:
    told = [_told(fact) for fact in (c.before, c.after) if fact is not None]
    return f"{_ACTION_WORDS[c.action]}：{' → '.join(dict.fromkeys(told))}"


def _told(fact: Fact) -> str:
    return claim_label(fact) if isinstance(fact, Statement) else describe(fact)
