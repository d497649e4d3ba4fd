"""Facts of one article as quads, by the model of `docs/model.md`.

A pure function: the same extraction gives the same quads in the same order. No blank nodes, every IRI from content. What the
article says goes to its own graph; types and names of the things it speaks of go to `graph/entities`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Quad

from loaders import iso_period as period
from loaders.facts import (
    Article,
    Entity,
    Extraction,
    Fact,
    PhaseReport,
    Relation,
    Span,
    Statement,
    Succession,
)
from loaders.gazetteer import Gazetteer
from loaders.identity import reporter_key
from loaders.lexicon import rows
from loaders.relation.post import holding_of
from loaders.rules import rules
from ontology.identifiers import digest, entity_iri, graph_iri, iri, slug
from ontology.terms import CCL, OA, PROV, RDF, RDFS, SCHEMA, SKOS

from .places import place_iri
from .terms import boolean, day, decimal, integer, node, text, zh

#: The bounds of the contract as terms.
BOUNDS = {
    "=": CCL.exactly,
    ">=": CCL.atLeast,
    ">": CCL.moreThan,
    "<=": CCL.atMost,
    "<": CCL.lessThan,
    "~": CCL.approximately,
}
BOUND_SIGNS = {"=": "", ">=": "≥", ">": ">", "<=": "≤", "<": "<", "~": "约"}
_ASPECTS = {"level": CCL.level, "growth": CCL.growth, "decline": CCL.decline, "share": CCL.share}
#: Phases as labels say them: as the ontology does.
PHASE_WORDS = {
    "planning": "前期",
    "started": "开工",
    "underConstruction": "在建",
    "completed": "建成",
    "inOperation": "投产",
}
ASPECT_WORDS = {"level": "", "growth": "增长", "decline": "下降", "share": "占"}
#: Kinds of bodies that are the organs of the place that their name bears.
_ORGANS = frozenset({"GovernmentBody", "PartyBody", "CongressBody", "ConsultativeBody", "JudicialBody"})
_CLAIMS = {"commitment": "Commitment", "outcome": "Outcome", "withdrawal": "Withdrawal"}
_SUCCESSIONS = {"renamed": CCL.Renaming, "merged": CCL.Merger, "replaced": CCL.Replacement}
_CONTEXT = 32  # characters of prefix and suffix of a quote selector
_QUDT = "http://qudt.org/vocab/unit/"


def quads(extraction: Extraction, base: str) -> Iterator[Quad]:
    """All quads of the article; duplicates may occur where two facts share a thing.

    Without the facts that a person changed or added: `graph.corrections` writes those.
    """
    return _Writer(extraction, base).write()


def fact_quads(extraction: Extraction, base: str, facts: Iterable[Fact]) -> Iterator[Quad]:
    """Quads of some facts of the article, where all of its facts say what a name stands for."""
    return _Writer(extraction, base).facts(facts)


def evidence_quads(extraction: Extraction, base: str, fact: Fact) -> tuple[NamedNode, list[Quad]]:
    """The evidence span of the fact's words and its quads."""
    span, written = _Writer(extraction, base)._evidence(fact.span, fact.quote)
    return span, list(written)


def claim_key(statement: Statement) -> tuple[object, ...]:
    """What makes two statements say the same: equal keys give one commitment or outcome.

    The reported completion rate is left out: a result is the same whether or not an article adds it.
    """
    value = None if statement.value is None else f"{Decimal(str(statement.value)).normalize():f}"
    return (
        statement.claims,
        statement.agent,
        statement.indicator,
        value,
        statement.unit,
        statement.bound,
        statement.aspect,
        statement.period,
        statement.comparand,
        statement.estimated,
        *sorted(statement.concerns),
    )


def claim_iri(base: str, statement: Statement) -> str:
    """IRI of the commitment, outcome or withdrawal that the statement states."""
    return iri(base, _CLAIMS[statement.claims], digest(*claim_key(statement)))


def claim_label(statement: Statement) -> str:
    """A short Chinese label: 高新技术企业总量 ≥2.3万户（2024）."""
    label = f"取消：{statement.indicator}" if statement.withdrawn else statement.indicator
    if statement.value is not None:
        sign = BOUND_SIGNS[statement.bound or "="]
        label += f" {ASPECT_WORDS[statement.aspect or 'level']}{sign}{printed(statement.value)}{statement.unit or ''}"
    return f"{label}（{statement.period}）" if statement.period else label


def printed(value: float) -> str:
    """A number as a Chinese reader expects it: 350000000000 is 3500亿, 23000 is 2.3万."""
    exact = Decimal(str(value))
    for scale, word in ((Decimal(10**8), "亿"), (Decimal(10**4), "万")):
        if exact >= scale:
            return f"{(exact / scale).normalize():f}{word}"
    return f"{exact.normalize():f}"


class _Writer:
    """Writes one extraction; keeps its graphs and the IRIs of its names."""

    def __init__(self, extraction: Extraction, base: str) -> None:
        self.extraction, self.base = extraction, base
        self.article = node(iri(base, "Article", extraction.article.id))
        self.graph = node(graph_iri(base, "article", extraction.article.id))
        self.entities_graph = node(graph_iri(base, "entities"))
        self.activity = node(iri(base, "Activity", f"extraction-{extraction.article.id}"))
        self.things = {e.name: (e.cls, node(entity_iri(base, e.cls, e.key))) for e in extraction.entities}
        self._named_already: set[tuple[NamedNode, str, tuple[str, ...]]] = set()
        self._applied: set[str] = set()  # rules
        self.persons: dict[str, list[Entity]] = defaultdict(list)
        for e in extraction.entities:
            if e.cls == "Person":
                self.persons[e.name].append(e)

    def write(self) -> Iterator[Quad]:
        yield from self._article(self.extraction.article)
        read, by_people = self.extraction, self.extraction.by_people
        facts: list[Fact] = [*read.entities, *read.statements, *read.relations]
        yield from self.facts(fact for fact in facts if fact not in by_people)
        for report in read.phases:
            yield from self._phase_report(report)
        for succession in read.successions:
            yield from self._succession(succession)

    def facts(self, facts: Iterable[Fact]) -> Iterator[Quad]:
        for fact in facts:
            if isinstance(fact, Entity):
                yield from self._entity(fact)
            elif isinstance(fact, Statement):
                yield from self._statement(fact)
            else:
                yield from self._relation(fact)

    def _say(self, s: NamedNode, p: str, o: NamedNode | Literal) -> Quad:
        return Quad(s, node(p), o, self.graph)

    def _name(self, s: NamedNode, p: str, o: NamedNode | Literal) -> Quad:
        return Quad(s, node(p), o, self.entities_graph)

    def _article(self, article: Article) -> Iterator[Quad]:
        me = self.article
        yield self._say(me, RDF.type, node(CCL.Article))
        yield self._say(me, RDFS.label, zh(article.headline))
        yield self._say(me, CCL.headline, text(article.headline))
        yield self._say(me, SCHEMA.articleBody, text(article.body))
        if article.kicker:
            yield self._say(me, CCL.kicker, text(article.kicker))
        for subhead in article.subheads:
            yield self._say(me, CCL.subhead, text(subhead))
        for name, _ in article.reporters:
            person = node(entity_iri(self.base, "Person", reporter_key(name, article.publisher)))
            yield self._say(me, CCL.reporter, person)
            yield from self._named(person, name, "Person")
        if article.published:
            yield self._say(me, CCL.published, day(article.published))
        if article.publisher:
            publisher = node(entity_iri(self.base, "Organization", article.publisher))
            yield self._say(me, CCL.publisher, publisher)
            yield from self._named(publisher, article.publisher, "Organization", "MediaOrganization")
        if article.source:
            file = node(iri(self.base, "Source", article.source.sha256[:32]))
            yield self._say(me, PROV.wasDerivedFrom, file)
            yield self._say(file, RDF.type, node(CCL.SourceFile))
            yield self._say(file, SCHEMA.sha256, text(article.source.sha256))
        yield self._say(self.activity, RDF.type, node(CCL.Extraction))
        yield self._say(self.activity, PROV.used, me)

    def _named(self, thing: NamedNode, name: str, *classes: str) -> Iterator[Quad]:
        key = (thing, name, classes)
        if key in self._named_already:
            return
        self._named_already.add(key)
        for cls in dict.fromkeys(classes):
            yield self._name(thing, RDF.type, node(getattr(CCL, cls)))
        yield self._name(thing, RDFS.label, zh(name))

    def _entity(self, entity: Entity) -> Iterator[Quad]:
        thing = node(entity_iri(self.base, entity.cls, entity.key))
        yield from self._named(thing, entity.name, entity.cls, entity.kind)
        if entity.kind in _ORGANS and (place := Gazetteer.default().borne_by(entity.name)) is not None:
            yield self._name(thing, CCL.bodyOf, node(place_iri(self.base, place)))
        if entity.quote != entity.name and not {"entity.anaphor", "place.whole"} & set(entity.rules):
            yield self._name(thing, SKOS.altLabel, zh(entity.quote))
        mention = self._span_iri(entity.span, "mention")
        yield from self._span(mention, CCL.Mention, entity.span, entity.quote)
        yield self._say(mention, CCL.mentions, thing)
        yield from self._told_by(mention, entity)

    def _span_iri(self, span: Span, purpose: str) -> NamedNode:
        return node(iri(self.base, "Span", digest(self.extraction.article.id, purpose, span.start, span.end)))

    def _span(self, span: NamedNode, cls: str, at: Span, quote: str) -> Iterator[Quad]:
        yield self._say(span, RDF.type, node(cls))
        yield self._say(span, OA.hasSource, self.article)
        yield self._say(span, CCL.start, integer(at.start))
        yield self._say(span, CCL.end, integer(at.end))
        yield self._say(span, CCL.quote, text(quote))

    def _evidence(self, at: Span, quote: str) -> tuple[NamedNode, Iterator[Quad]]:
        span = self._span_iri(at, "evidence")
        return span, self._evidence_quads(span, at, quote)

    def _evidence_quads(self, span: NamedNode, at: Span, quote: str) -> Iterator[Quad]:
        yield from self._span(span, CCL.EvidenceSpan, at, quote)
        position, words = node(f"{span.value}/position"), node(f"{span.value}/words")
        body = self.extraction.article.body
        yield self._say(span, OA.hasSelector, position)
        yield self._say(position, RDF.type, node(OA.TextPositionSelector))
        yield self._say(position, OA.start, integer(at.start))
        yield self._say(position, OA.end, integer(at.end))
        yield self._say(span, OA.hasSelector, words)
        yield self._say(words, RDF.type, node(OA.TextQuoteSelector))
        yield self._say(words, OA.exact, text(quote))
        yield self._say(words, OA.prefix, text(body[max(0, at.start - _CONTEXT) : at.start]))
        yield self._say(words, OA.suffix, text(body[at.end : at.end + _CONTEXT]))

    def _thing(self, name: str, words: Span | None = None) -> NamedNode:
        """IRI of a named thing; one that the article mentions nowhere as an entity is a plain thing.

        Of two persons of the name it is the one whom the `words` mention, else the one named first.
        """
        if name in self.persons:
            mentions = self.persons[name]
            inside = (
                m for m in mentions if words and words.start <= m.span.start and m.span.end <= words.end
            )
            return node(entity_iri(self.base, "Person", next(inside, mentions[0]).key))
        if name in self.things:
            return self.things[name][1]
        places = Gazetteer.default().by_name.get(name, [])
        if len(places) == 1:  # named in the headline alone
            cls = "FunctionalZone" if places[0].kind == "FunctionalZone" else "AdministrativeArea"
            return node(entity_iri(self.base, cls, places[0].code))
        return node(entity_iri(self.base, "Thing", name))

    def _known(self, name: str) -> Iterator[Quad]:
        if name not in self.things and len(Gazetteer.default().by_name.get(name, [])) != 1:
            yield from self._named(self._thing(name), name, "Thing")

    def _indicator(self, name: str) -> tuple[NamedNode, Iterator[Quad]]:
        indicator = node(iri(self.base, "Indicator", slug(name)))
        return indicator, self._named(indicator, name, "Indicator")

    def _statement(self, s: Statement) -> Iterator[Quad]:
        claim = node(claim_iri(self.base, s))
        evidence, evidence_quads = self._evidence(s.span, s.quote)
        yield from evidence_quads
        yield from self._claim(claim, s)
        yield self._say(claim, CCL.evidence, evidence)
        yield self._say(claim, CCL.article, self.article)
        me = node(
            iri(
                self.base,
                "Statement",
                digest(self.extraction.article.id, s.span.start, s.span.end, *claim_key(s)),
            )
        )
        yield self._say(me, RDF.type, node(CCL.Statement))
        yield self._say(me, CCL.states, claim)
        yield self._say(me, CCL.evidence, evidence)
        yield self._say(me, CCL.article, self.article)
        yield self._say(me, PROV.wasGeneratedBy, self.activity)
        for value, term in (
            (s.surface, CCL.surface),
            (s.period_basis, CCL.periodBasis),
            (s.section, CCL.section),
        ):
            if value:
                yield self._say(me, term, text(value))
        if s.reported_by:
            yield self._say(me, CCL.reportedBy, self._thing(s.reported_by, s.span))
            yield from self._known(s.reported_by)
        yield from self._told_by(me, s)

    def _claim(self, claim: NamedNode, s: Statement) -> Iterator[Quad]:
        yield self._say(claim, RDF.type, node(getattr(CCL, _CLAIMS[s.claims])))
        yield self._say(claim, RDFS.label, zh(claim_label(s)))
        indicator, indicator_quads = self._indicator(s.indicator)
        yield from indicator_quads
        yield self._say(claim, CCL.indicator, indicator)
        if s.agent:
            yield self._say(claim, CCL.agent, self._thing(s.agent, s.span))
            yield from self._known(s.agent)
        if s.value is not None:
            yield from self._amount(claim, s)
        if s.period:
            yield from self._period(claim, s.period)
        for place in s.places:
            yield self._say(claim, CCL.place, self._thing(place))
            yield from self._known(place)
        for thing in s.concerns:
            yield self._say(claim, CCL.concerns, self._thing(thing))
            yield from self._known(thing)
        if s.programme:
            yield self._say(claim, CCL.partOf, self._thing(s.programme))
            yield from self._known(s.programme)
        for theme in s.themes:
            it = node(iri(self.base, "Theme", slug(theme)))
            yield self._say(claim, CCL.theme, it)
            yield from self._named(it, theme, "Theme")
        if s.completion is not None:
            yield self._say(claim, CCL.completionRate, decimal(s.completion))
        if s.completion_joint:
            yield self._say(claim, CCL.completionJoint, boolean(True))
        if s.estimated:
            yield self._say(claim, CCL.estimated, boolean(True))
        if s.comparand:
            yield self._say(claim, CCL.comparand, text(s.comparand))

    def _amount(self, claim: NamedNode, s: Statement) -> Iterator[Quad]:
        value, bound = decimal(s.value or 0), s.bound
        yield self._say(claim, CCL.value, value)
        if bound is not None:
            yield self._say(claim, CCL.bound, node(BOUNDS[bound]))
        if s.aspect is not None:
            yield self._say(claim, CCL.aspect, node(_ASPECTS[s.aspect]))
        if bound in ("=", ">=", ">"):
            yield self._say(claim, CCL.lowerBound, value)
        if bound in ("=", "<=", "<"):
            yield self._say(claim, CCL.upperBound, value)
        if s.unit is None:
            return
        unit = node(iri(self.base, "Unit", slug(s.unit)))
        yield self._say(claim, CCL.unit, unit)
        yield from self._named(unit, s.unit, "Unit")
        qudt = next((row[2] for row in rows("units") if row[0] == s.unit and len(row) > 2 and row[2]), None)
        if qudt:
            yield self._name(unit, SKOS.exactMatch, node(_QUDT + qudt))

    def _period(self, claim: NamedNode, value: str) -> Iterator[Quad]:
        yield self._say(claim, CCL.period, text(value))
        first, last = period.days(value)
        if first:
            yield self._say(claim, CCL.periodStart, day(first))
        if last:
            yield self._say(claim, CCL.periodEnd, day(last))
        if (year := period.year(value)) is not None:
            yield self._say(claim, CCL.year, integer(year))

    def _relation(self, r: Relation) -> Iterator[Quad]:
        subject = self._thing(r.subject, r.span)
        yield from self._known(r.subject)
        if r.predicate == "holdsPost":
            target = yield from self._post(r, subject)
        elif r.predicate == "honouredWith":
            target = yield from self._honour(r, subject)
        elif r.predicate == "responsibleFor" and r.object not in self.things:
            target, indicator_quads = self._indicator(r.object)
            yield from indicator_quads
        else:
            target = self._thing(r.object)
            yield from self._known(r.object)
        predicate = getattr(CCL, r.predicate)
        yield self._say(subject, predicate, target)
        evidence, evidence_quads = self._evidence(r.span, r.quote)
        yield from evidence_quads
        me = node(
            iri(
                self.base,
                "Relation",
                digest(
                    self.extraction.article.id, r.span.start, r.span.end, r.subject, r.predicate, r.object
                ),
            )
        )
        yield self._say(me, RDF.type, node(CCL.Relation))
        yield self._say(me, CCL.subject, subject)
        yield self._say(me, CCL.object, target)
        yield self._say(me, CCL.property, node(predicate))
        yield self._say(me, CCL.evidence, evidence)
        yield self._say(me, CCL.article, self.article)
        yield self._say(me, PROV.wasGeneratedBy, self.activity)
        yield from self._told_by(me, r)

    def _phase_report(self, r: PhaseReport) -> Iterator[Quad]:
        project = self._thing(r.project)
        yield from self._known(r.project)
        evidence, evidence_quads = self._evidence(r.span, r.quote)
        yield from evidence_quads
        key = digest(self.extraction.article.id, r.span.start, r.span.end, r.project, r.phase, r.period)
        me = node(iri(self.base, "PhaseReport", key))
        when = f"（{r.period}）" if r.period else ""
        yield self._say(me, RDF.type, node(CCL.PhaseReport))
        yield self._say(me, RDFS.label, zh(f"{r.project}：{PHASE_WORDS[r.phase]}{when}"))
        yield self._say(me, CCL.ofProject, project)
        yield self._say(me, CCL.phase, node(getattr(CCL, r.phase)))
        if r.period:
            yield from self._period(me, r.period)
            if r.period_basis:
                yield self._say(me, CCL.periodBasis, text(r.period_basis))
        yield self._say(me, CCL.evidence, evidence)
        yield self._say(me, CCL.article, self.article)
        yield self._say(me, PROV.wasGeneratedBy, self.activity)
        yield from self._told_by(me, r)

    def _succession(self, told: Succession) -> Iterator[Quad]:
        """What became of things: the former name among the names of what it became."""
        key = (
            self.extraction.article.id,
            told.span.start,
            told.span.end,
            told.kind,
            told.after,
            *told.before,
        )
        me = node(iri(self.base, "Succession", digest(*key)))
        after = self._thing(told.after)
        yield from self._known(told.after)
        yield self._say(me, RDF.type, node(_SUCCESSIONS[told.kind]))
        yield self._say(me, RDFS.label, zh(f"{'、'.join(told.before)} → {told.after}"))
        yield self._say(me, CCL.successor, after)
        for name in told.before:
            yield self._say(me, CCL.formerName, text(name))
            if name in self.things:
                yield self._say(me, CCL.predecessor, self._thing(name))
            if told.kind == "renamed":
                yield self._name(after, SKOS.altLabel, zh(name))
        if told.period:
            yield self._say(me, CCL.period, text(told.period))
            if (first := period.days(told.period)[0]) is not None:
                yield self._say(me, CCL.periodStart, day(first))
        evidence, written = self._evidence(told.span, told.quote)
        yield from written
        yield self._say(me, CCL.evidence, evidence)
        yield self._say(me, CCL.article, self.article)
        yield self._say(me, PROV.wasGeneratedBy, self.activity)
        yield from self._read_by(me, told.rules)

    def _told_by(self, me: NamedNode, fact: Fact | PhaseReport) -> Iterator[Quad]:
        """The rules that read a fact, and how sure they are."""
        if fact.confidence is not None:
            yield self._say(me, CCL.confidence, decimal(fact.confidence))
        yield from self._read_by(me, fact.rules)

    def _read_by(self, me: NamedNode, ids: Iterable[str]) -> Iterator[Quad]:
        """The rules, each by its application to this article."""
        for id_ in dict.fromkeys(ids):
            rule = node(iri(self.base, "Rule", slug(id_)))
            work = node(iri(self.base, "Activity", f"extraction-{self.extraction.article.id}-{slug(id_)}"))
            yield self._say(me, CCL.readBy, rule)
            yield self._say(me, PROV.wasGeneratedBy, work)
            if id_ in self._applied:
                continue
            self._applied.add(id_)
            yield self._say(work, RDF.type, node(CCL.RuleApplication))
            yield self._say(work, CCL.appliedRule, rule)
            yield self._name(rule, RDF.type, node(CCL.Rule))
            yield self._name(rule, RDFS.label, text(id_))
            if id_ in rules():
                yield self._name(rule, SKOS.definition, Literal(rules()[id_].why, language="en"))

    def _post(self, r: Relation, subject: NamedNode) -> Generator[Quad, None, NamedNode]:
        """The post, in its body or place where the article tells it, and the person's tenure of it."""
        held = holding_of(r, self.extraction.relations)
        where = held.body or held.place or ""
        shared = held.title[1:2] == "委" and where.endswith(held.title[0])  # 官渡区|区委书记 is 官渡区委书记
        label = where + held.title.removeprefix(where[-1] if shared else "")
        post = node(iri(self.base, "Post", slug(f"{where}·{held.title}" if where else held.title)))
        yield from self._named(post, label, "Post")
        tenure = node(iri(self.base, "Tenure", _of(subject, where or None, held.title)))
        yield self._say(tenure, RDF.type, node(CCL.Tenure))
        yield self._say(tenure, CCL.holder, subject)
        yield self._say(tenure, CCL.post, post)
        if held.body:
            yield self._name(post, CCL.postIn, self._thing(held.body))
            yield self._say(tenure, CCL.organization, self._thing(held.body))
        elif held.place:
            yield self._name(post, CCL.postOf, self._thing(held.place))
        if held.past:
            yield self._say(tenure, RDF.type, node(CCL.PastTenure))
        if held.since:
            yield self._say(tenure, CCL.periodStart, day(held.since))
        if held.until:
            yield self._say(tenure, CCL.periodEnd, day(held.until))
        return post

    def _honour(self, r: Relation, subject: NamedNode) -> Generator[Quad, None, NamedNode]:
        honour = node(iri(self.base, "Honour", slug(r.object)))
        yield from self._named(honour, r.object, "Honour")
        conferral = node(iri(self.base, "Conferral", _of(subject, r.object)))
        yield self._say(conferral, RDF.type, node(CCL.Conferral))
        yield self._say(conferral, CCL.recipient, subject)
        yield self._say(conferral, CCL.honour, honour)
        return honour


def _of(subject: NamedNode, *content: str | None) -> str:
    """The slug of what a person has: begins with the person's own, so that it goes along where that changes (`graph.persons`)."""
    return f"{subject.value.rsplit('/', 1)[-1]}-{digest(*content)}"
