"""What the shapes refuse: each row changes the valid ledger in one way and names the message that must tell of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import pyshacl
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib import namespace as ns

from graph.validate import conforms
from ontology.terms import CCL, PREFIXES

ID = "https://example.org/id/"
SH = ns.SH
PROLOGUE = "".join(
    f"PREFIX {prefix}: <{namespace}>\n"
    for prefix, namespace in {**PREFIXES, "id": ID, "span": f"{ID}span/"}.items()
)

#: The message, and updates that must each bring it about.
VIOLATIONS: dict[str, list[str]] = {
    # Articles
    "An article has one headline.": [
        "DELETE WHERE { id:article ccl:headline ?o }",
        "INSERT DATA { id:article ccl:headline '又一个标题' }",
        "DELETE WHERE { id:article ccl:headline ?o } ; INSERT DATA { id:article ccl:headline '' }",
    ],
    "An article has one body, a string: its quotes can't be checked without.": [
        "DELETE WHERE { id:article schema:articleBody ?o }",
        "INSERT DATA { id:article schema:articleBody '另一个正文' }",
    ],
    "The publication date is one xsd:date.": [
        "INSERT DATA { id:article ccl:published '2024-01-23'^^xsd:date }",
        "DELETE WHERE { id:article ccl:published ?o } ; INSERT DATA { id:article ccl:published '2024-01-22' }",
        "DELETE WHERE { id:article ccl:published ?o } ; INSERT DATA { id:article ccl:published '2024-02-30'^^xsd:date }",
    ],
    "A reporter is a person.": ["INSERT DATA { id:article ccl:reporter id:bureau }"],
    "An article has at most one publisher, a body.": [
        "INSERT DATA { id:article ccl:publisher id:company }",
        "DELETE WHERE { id:article ccl:publisher ?o } ; INSERT DATA { id:article ccl:publisher id:official }",
    ],
    "The words of {?span} are not the very slice of the article's body that it points to.": [
        "DELETE WHERE { span:mention ccl:quote ?o } ; INSERT DATA { span:mention ccl:quote '吉祥公司' }",
        # Shifted by one, as offsets in UTF-16 are after 𠮷.
        "DELETE WHERE { span:promise ccl:start ?s ; ccl:end ?e } ; INSERT DATA { span:promise ccl:start 12 ; ccl:end 29 }",
        # Past the end of the body, where a slice is cut short.
        "DELETE WHERE { span:duty ccl:end ?e } ; INSERT DATA { span:duty ccl:end 900 ; ccl:quote '负责洛龙河公园二期。' }",
    ],
    "The relation {?value} tells of a triple that is not in the graph.": [
        "DELETE DATA { id:bureau ccl:responsibleFor id:project }",
    ],
    "A source file is known by one SHA-256 in 64 hex digits.": [
        "DELETE WHERE { id:file schema:sha256 ?o }",
        "DELETE WHERE { id:file schema:sha256 ?o } ; INSERT DATA { id:file schema:sha256 'abc' }",
    ],
    # Claims
    "A claim has exactly one indicator.": [
        "DELETE WHERE { id:commitment ccl:indicator ?o }",
        "INSERT DATA { id:outcome ccl:indicator id:pocket-parks }",
        "DELETE WHERE { id:outcome ccl:indicator ?o } ; INSERT DATA { id:outcome ccl:indicator id:unit }",
    ],
    "A claim has at most one agent.": [
        "INSERT DATA { id:commitment ccl:agent id:bureau }",
        "DELETE WHERE { id:outcome ccl:agent ?o } ; INSERT DATA { id:outcome ccl:agent '呈贡区' }",
    ],
    "A claim has at most one value, an xsd:decimal.": [
        "INSERT DATA { id:commitment ccl:value 31.0 }",
        "DELETE WHERE { id:outcome ccl:value ?o } ; INSERT DATA { id:outcome ccl:value 1.2e4 }",
        "DELETE WHERE { id:outcome ccl:value ?o } ; INSERT DATA { id:outcome ccl:value 12000 }",
    ],
    "A claim has at most one lower bound, an xsd:decimal.": [
        "INSERT DATA { id:commitment ccl:lowerBound 31.0 }"
    ],
    "A claim has at most one upper bound, an xsd:decimal.": [
        "INSERT DATA { id:outcome ccl:upperBound 13000.0 }"
    ],
    "A claim has at most one unit.": [
        "INSERT DATA { id:two a ccl:Unit ; rdfs:label '座'@zh . id:commitment ccl:unit id:two }",
        "DELETE WHERE { id:outcome ccl:unit ?o } ; INSERT DATA { id:outcome ccl:unit id:theme }",
    ],
    "A claim has at most one bound.": ["INSERT DATA { id:commitment ccl:bound ccl:exactly }"],
    "A claim has at most one aspect.": ["INSERT DATA { id:commitment ccl:aspect ccl:growth }"],
    "A value has a unit, a bound and an aspect.": [
        "DELETE WHERE { id:commitment ccl:unit ?o }",
        "DELETE WHERE { id:commitment ccl:bound ?o }",
        "DELETE WHERE { id:outcome ccl:aspect ?o }",
    ],
    "The lower and upper bound are the number itself, on just the sides that its bound closes.": [
        "DELETE WHERE { id:commitment ccl:lowerBound ?o }",
        "DELETE WHERE { id:commitment ccl:lowerBound ?o } ; INSERT DATA { id:commitment ccl:lowerBound 29.0 }",
        "INSERT DATA { id:commitment ccl:upperBound 30.0 }",
        "DELETE WHERE { id:outcome ccl:upperBound ?o }",
        "DELETE WHERE { id:outcome ccl:bound ?o } ; INSERT DATA { id:outcome ccl:bound ccl:approximately }",
        "DELETE WHERE { id:outcome ccl:bound ?o } ; INSERT DATA { id:outcome ccl:bound ccl:atMost }",
        "INSERT DATA { id:earlier ccl:lowerBound 30.0 }",
    ],
    "The field of a claim is a theme.": ["INSERT DATA { id:commitment ccl:theme id:unit }"],
    "Whether a number is estimated is an xsd:boolean.": [
        "INSERT DATA { id:commitment ccl:estimated '预计' }"
    ],
    "A claim has at most one period: an ISO 8601 year, month, date or interval of them.": [
        "INSERT DATA { id:commitment ccl:period '2025' }",
        "DELETE WHERE { id:outcome ccl:period ?o } ; INSERT DATA { id:outcome ccl:period '今年' }",
        "DELETE WHERE { id:outcome ccl:period ?o } ; INSERT DATA { id:outcome ccl:period '../..' }",
    ],
    "A claim lies in at most one year, an xsd:integer.": [
        "INSERT DATA { id:commitment ccl:year 2025 }",
        "DELETE WHERE { id:outcome ccl:year ?o } ; INSERT DATA { id:outcome ccl:year '2023'^^xsd:gYear }",
    ],
    "A period starts on one xsd:date, not after its end.": [
        "DELETE WHERE { id:outcome ccl:periodStart ?o } ; INSERT DATA { id:outcome ccl:periodStart '2024-01-01'^^xsd:date }",
        "INSERT DATA { id:outcome ccl:periodStart '2022-01-01'^^xsd:date }",
    ],
    "A period ends on one xsd:date.": [
        "DELETE WHERE { id:outcome ccl:periodEnd ?o } ; INSERT DATA { id:outcome ccl:periodEnd '2023-12-31' }",
    ],
    "A claim has evidence: the words that say so.": [
        "DELETE WHERE { id:commitment ccl:evidence ?o }",
        "DELETE WHERE { id:commitment ccl:evidence ?o } ; INSERT DATA { id:commitment ccl:evidence span:mention }",
    ],
    "A claim is said by an article.": ["DELETE WHERE { id:outcome ccl:article ?o }"],
    "A commitment is no outcome.": ["INSERT DATA { id:commitment a ccl:Outcome }"],
    "A withdrawal drops a commitment.": [
        "INSERT DATA { id:withdrawal ccl:withdraws id:outcome ; prov:wasRevisionOf id:outcome }",
    ],
    "A withdrawal is a revision of what it drops.": [
        "DELETE WHERE { id:withdrawal prov:wasRevisionOf ?o }",
    ],
    "A withdrawal has no completion rate.": ["INSERT DATA { id:withdrawal ccl:completionRate 120.0 }"],
    "A commitment has no completion rate: that is a result's.": [
        "INSERT DATA { id:commitment ccl:completionRate 120.0 }",
    ],
    "A commitment is due on one xsd:date.": [
        "INSERT DATA { id:commitment ccl:deadline '2025-12-31'^^xsd:date }",
        "DELETE WHERE { id:commitment ccl:deadline ?o } ; INSERT DATA { id:commitment ccl:deadline '2024' }",
    ],
    "A completion rate is a positive xsd:decimal.": [
        "DELETE WHERE { id:outcome ccl:completionRate ?o } ; INSERT DATA { id:outcome ccl:completionRate '120%' }",
        "DELETE WHERE { id:outcome ccl:completionRate ?o } ; INSERT DATA { id:outcome ccl:completionRate 0.0 }",
    ],
    "Whether a rate is joint is an xsd:boolean.": ["INSERT DATA { id:outcome ccl:completionJoint 1 }"],
    "An outcome fulfils a commitment.": ["INSERT DATA { id:outcome ccl:fulfils id:outcome }"],
    "An outcome has no deadline: that is a promise's.": [
        "INSERT DATA { id:outcome ccl:deadline '2023-12-31'^^xsd:date }",
    ],
    # Statements, relations, spans
    "A statement makes exactly one claim.": [
        "DELETE WHERE { id:statement ccl:states ?o }",
        "INSERT DATA { id:statement ccl:states id:outcome }",
        "DELETE WHERE { id:statement ccl:states ?o } ; INSERT DATA { id:statement ccl:states id:bureau }",
    ],
    "A statement stands in one article.": ["DELETE WHERE { id:statement ccl:article ?o }"],
    "A statement has evidence.": ["DELETE WHERE { id:statement ccl:evidence ?o }"],
    "A statement is read by rules.": ["INSERT DATA { id:statement ccl:readBy id:theme }"],
    "Confidence lies between 0 and 1.": [
        "DELETE WHERE { id:statement ccl:confidence ?o } ; INSERT DATA { id:statement ccl:confidence 1.01 }",
        "DELETE WHERE { id:statement ccl:confidence ?o } ; INSERT DATA { id:statement ccl:confidence '-0.01'^^xsd:decimal }",
    ],
    "A relation has one subject.": [
        "DELETE WHERE { id:relation ccl:subject ?o }",
        "INSERT DATA { id:relation ccl:subject id:company }",
    ],
    "A relation has one object.": ["DELETE WHERE { id:relation ccl:object ?o }"],
    "A relation asserts one of the seven properties.": [
        "DELETE WHERE { id:relation ccl:property ?o }",
        "DELETE WHERE { id:relation ccl:property ?o } ; INSERT DATA { id:relation ccl:property ccl:within }",
    ],
    "A relation is told by one article.": ["DELETE WHERE { id:relation ccl:article ?o }"],
    "A relation has evidence.": ["DELETE WHERE { id:relation ccl:evidence ?o }"],
    "A span lies in one article.": [
        "DELETE WHERE { span:mention oa:hasSource ?o }",
        "DELETE WHERE { span:mention oa:hasSource ?o } ; INSERT DATA { span:mention oa:hasSource id:file }",
    ],
    "A span starts before it ends.": [
        "DELETE WHERE { span:mention ccl:start ?o }",
        "DELETE WHERE { span:mention ccl:start ?o } ; INSERT DATA { span:mention ccl:start 8 }",
        "DELETE WHERE { span:mention ccl:start ?o } ; INSERT DATA { span:mention ccl:start '-1'^^xsd:integer }",
    ],
    "A span has one end.": ["DELETE WHERE { span:mention ccl:end ?o }"],
    "A span quotes its words.": [
        "DELETE WHERE { span:mention ccl:quote ?o }",
        "DELETE WHERE { span:mention ccl:quote ?o } ; INSERT DATA { span:mention ccl:quote '' }",
    ],
    "The position selector starts where the span does.": [
        "DELETE WHERE { span:promise-position oa:start ?o } ; INSERT DATA { span:promise-position oa:start 10 }",
    ],
    "The position selector ends where the span does.": ["DELETE WHERE { span:promise-position oa:end ?o }"],
    "The quote selector has the words of the span.": [
        "DELETE WHERE { span:promise-words oa:exact ?o } ; INSERT DATA { span:promise-words oa:exact '30个' }",
    ],
    "A mention names one thing.": [
        "DELETE WHERE { span:mention ccl:mentions ?o }",
        "INSERT DATA { span:mention ccl:mentions id:bureau }",
        "DELETE WHERE { span:mention ccl:mentions ?o } ; INSERT DATA { span:mention ccl:mentions id:unit }",
    ],
    "An extraction reads an article.": ["DELETE WHERE { id:extraction prov:used ?o }"],
    # Corrections
    "A correction accepts, rejects, changes or adds.": [
        "DELETE WHERE { id:accepted ccl:action ?o }",
        "INSERT DATA { id:accepted ccl:action ccl:level }",
    ],
    "A correction has one editor who decided on it.": [
        "DELETE WHERE { id:accepted ccl:editor ?o }",
        "DELETE WHERE { id:accepted ccl:editor ?o } ; INSERT DATA { id:accepted ccl:editor id:official }",
    ],
    "A correction was decided on one xsd:date.": [
        "DELETE WHERE { id:accepted ccl:decided ?o } ; INSERT DATA { id:accepted ccl:decided '2024' }",
    ],
    "A correction tells its reason.": [
        "DELETE WHERE { id:accepted ccl:reason ?o }",
        "DELETE WHERE { id:accepted ccl:reason ?o } ; INSERT DATA { id:accepted ccl:reason '' }",
    ],
    "A correction is about one article.": ["DELETE WHERE { id:accepted ccl:article ?o }"],
    "A correction points to the words that it is about.": ["DELETE WHERE { id:accepted ccl:evidence ?o }"],
    "What a correction upholds is a statement, relation or mention.": [
        "DELETE WHERE { id:accepted ccl:upholds ?o } ; INSERT DATA { id:accepted ccl:upholds id:commitment }",
        "INSERT DATA { id:accepted ccl:upholds id:statement }",
    ],
    "What a correction supersedes is a reading.": ["INSERT DATA { id:rejected ccl:supersedes id:statement }"],
    "What is accepted or added stands, what is rejected doesn't, and a change names its fields and both readings.": [
        "DELETE WHERE { id:accepted ccl:upholds ?o }",
        "INSERT DATA { id:accepted ccl:supersedes id:mistake }",
        "INSERT DATA { id:rejected ccl:upholds id:statement }",
        "DELETE WHERE { id:changed ccl:changes ?o }",
        "DELETE WHERE { id:changed ccl:supersedes ?o }",
    ],
    "A change is of one field.": ["DELETE WHERE { id:changed-value ccl:field ?o }"],
    "A superseded reading tells what had been read.": ["DELETE WHERE { id:reading rdfs:label ?o }"],
    "The number of a superseded reading is one xsd:decimal.": [
        "DELETE WHERE { id:reading ccl:valueAsRead ?o } ; INSERT DATA { id:reading ccl:valueAsRead '300' }",
    ],
    "A superseded reading has no value that a query could take for a claim's.": [
        "INSERT DATA { id:reading ccl:value 300.0 }",
    ],
    "A superseded reading states nothing any more.": ["INSERT DATA { id:reading ccl:states id:commitment }"],
    "An editor has a name.": ["DELETE WHERE { id:editor rdfs:label ?o }"],
    # Things
    "A thing has a Chinese label.": [
        "DELETE WHERE { id:park rdfs:label ?o }",
        "DELETE WHERE { id:indicator rdfs:label ?o } ; DELETE WHERE { id:parking rdfs:label ?o }",
        "DELETE WHERE { id:kunming rdfs:label ?o } ; INSERT DATA { id:kunming rdfs:label 'Kunming'@en }",
        "DELETE WHERE { id:outcome rdfs:label ?o } ; INSERT DATA { id:outcome rdfs:label '新增停车位' }",
    ],
    "An application is of one rule.": ["DELETE WHERE { id:application ccl:appliedRule ?o }"],
    "A rule has a name.": ["DELETE WHERE { id:rule rdfs:label ?o }"],
    "A division code is one string of 6, 9 or 12 digits.": [
        "INSERT DATA { id:chenggong ccl:divisionCode '530121' }",
        "DELETE WHERE { id:chenggong ccl:divisionCode ?o } ; INSERT DATA { id:chenggong ccl:divisionCode 530114 }",
        "DELETE WHERE { id:chenggong ccl:divisionCode ?o } ; INSERT DATA { id:chenggong ccl:divisionCode '5301' }",
    ],
    "A place lies within places.": ["INSERT DATA { id:chenggong ccl:within id:bureau }"],
    "A succession leads to one thing.": ["DELETE WHERE { id:succession ccl:successor ?o }"],
    "A succession tells the name before.": [
        "DELETE WHERE { id:succession ccl:formerName ?o }",
        "DELETE WHERE { id:succession ccl:formerName ?o } ; INSERT DATA { id:succession ccl:formerName '' }",
    ],
    "A tenure has one holder.": [
        "DELETE WHERE { id:tenure ccl:holder ?o }",
        "INSERT DATA { id:tenure ccl:holder id:reporter }",
    ],
    "A tenure is of one post.": ["DELETE WHERE { id:tenure ccl:post ?o }"],
    "A tenure starts on one xsd:date, not after its end.": [
        "DELETE WHERE { id:tenure ccl:periodStart ?o } ; INSERT DATA { id:tenure ccl:periodStart '2025-03-01'^^xsd:date }",
    ],
    "A tenure ends on one xsd:date.": ["INSERT DATA { id:tenure ccl:periodEnd '2025-06-30'^^xsd:date }"],
    "A conferral has a recipient.": ["DELETE WHERE { id:conferral ccl:recipient ?o }"],
    "A conferral gives one honour.": ["DELETE WHERE { id:conferral ccl:honour ?o }"],
    "A conferral lies in at most one year, an xsd:integer.": ["INSERT DATA { id:conferral ccl:year 2024 }"],
    "A phase is one of the five of the ontology.": ["INSERT DATA { id:project ccl:phase ccl:level }"],
    "A project is in at most one phase.": ["INSERT DATA { id:project ccl:phase ccl:completed }"],
    "A phase is told of one project or park.": [
        "DELETE WHERE { id:phase-report ccl:ofProject ?o }",
        "INSERT DATA { id:phase-report ccl:ofProject id:park }",
        "DELETE WHERE { id:phase-report ccl:ofProject ?o } ; INSERT DATA { id:phase-report ccl:ofProject id:bureau }",
    ],
    "A report tells one phase.": [
        "DELETE WHERE { id:phase-report ccl:phase ?o }",
        "INSERT DATA { id:phase-report ccl:phase ccl:completed }",
    ],
    "A phase is told by one article.": ["DELETE WHERE { id:phase-report ccl:article ?o }"],
    "A phase is told by words.": ["DELETE WHERE { id:phase-report ccl:evidence ?o }"],
    "A report has at most one period: an ISO 8601 year, month, date or interval of them.": [
        "DELETE WHERE { id:phase-report ccl:period ?o } ; INSERT DATA { id:phase-report ccl:period '去年' }",
    ],
    # Over all data
    "{?value} is both a {?one} and a {?other}: nothing can be both.": [
        "INSERT DATA { id:chenggong a ccl:Person }",
        "INSERT DATA { id:zone a ccl:County }",
        "INSERT DATA { id:park a ccl:Organization }",
    ],
    "A person is no place, body or event.": [
        "INSERT DATA { id:chenggong a ccl:Person }",
        "INSERT DATA { id:meeting a ccl:Person }",
    ],
    "An administrative area is no functional zone, park, body or project.": [
        "INSERT DATA { id:zone a ccl:County }",
        "INSERT DATA { id:chenggong a ccl:Project }",
    ],
    "A body is no zone, park, programme or event.": ["INSERT DATA { id:park a ccl:Organization }"],
    "Validate the data together with the ontology: its axioms are missing from the graph.": [
        "DELETE WHERE { <https://w3id.org/chuncheng/def/> owl:versionIRI ?o }",
    ],
}
CASES = [(message, update) for message, updates in VIOLATIONS.items() for update in updates]


def english(message: object) -> str | None:
    """The English of a message, None for one in Chinese; one that a query fills in has the Chinese first, in the same text."""
    if not isinstance(message, Literal) or message.language == "zh":
        return None
    return str(message).rpartition("。")[2].strip()


def validate(data: Graph, ontology: Graph, shapes: Graph, only: str | None = None) -> list[str]:
    """English messages of all violations, of one shape where its name is given."""
    _, report, _ = pyshacl.validate(
        data + ontology, shacl_graph=shapes, inplace=True, use_shapes=[only] if only else None
    )
    assert isinstance(report, Graph)
    return [text for m in report.objects(None, SH.resultMessage) if (text := english(m))]


def shape_of(message: str, shapes: Graph) -> str:
    """Name of the shape that the message is of."""
    node = next(s for s, m in shapes.subject_objects(SH.message) if english(m) == message)
    return str(node if isinstance(node, URIRef) else next(shapes.subjects(None, node)))


def as_pattern(message: str) -> re.Pattern[str]:
    """The message with anything in the place of its variables."""
    return re.compile(re.sub(r"\\{\\\?\w+\\}", ".+", re.escape(message)))


def test_a_valid_ledger_passes(ledger: Graph, ontology: Graph, shapes: Graph) -> None:
    assert not validate(ledger, ontology, shapes)


@pytest.mark.parametrize(("message", "update"), CASES, ids=[f"{m[:40]}-{u[:60]}" for m, u in CASES])
def test_a_violation_is_told(
    message: str, update: str, ledger: Graph, ontology: Graph, shapes: Graph
) -> None:
    data = Graph() + ledger + ontology
    data.update(PROLOGUE + update)
    told = validate(data, Graph(), shapes, shape_of(message, shapes))
    assert any(as_pattern(message).fullmatch(text) for text in told), told


def test_rudof_passes_a_valid_ledger(ledger: Graph, ontology: Graph) -> None:
    assert conforms((ledger + ontology).serialize(format="nt"), ontology=False)


@pytest.mark.parametrize(("message", "update"), CASES, ids=[f"{m[:40]}-{u[:60]}" for m, u in CASES])
def test_rudof_refuses_whatever_pyshacl_refuses(
    message: str, update: str, ledger: Graph, ontology: Graph
) -> None:
    data = Graph() + ledger + ontology
    data.update(PROLOGUE + update)
    assert not conforms(data.serialize(format="nt"), ontology=False), message


def test_the_table_has_a_row_for_every_message(shapes: Graph) -> None:
    assert {text for m in shapes.objects(None, SH.message) if (text := english(m))} == set(VIOLATIONS)


def reporting(shapes: Graph) -> Iterator[object]:
    """Nodes that put a message into a report: constraints of named shapes, and named shapes with constraints of their own."""
    for shape in shapes.subjects(ns.RDF.type, SH.NodeShape):
        yield from shapes.objects(shape, SH.property)
        yield from shapes.objects(shape, SH.sparql)
        if any((shape, p, None) in shapes for p in (SH["or"], SH["not"], SH["and"], SH["class"])):
            yield shape


def test_every_constraint_has_its_message_in_both_languages(shapes: Graph) -> None:
    nodes = list(reporting(shapes))
    assert len(nodes) > 60
    for node in nodes:
        texts = [m for m in shapes.objects(node, SH.message) if isinstance(m, Literal)]
        if [m.language for m in texts] == [None]:
            chinese, end, told = texts[0].rpartition("。")
            assert re.search("[\u4e00-\u9fff]", chinese), texts
            assert end, texts
            assert told.strip().endswith("."), texts
        else:
            assert sorted(str(m.language) for m in texts) == ["en", "zh"], texts


def test_every_shape_has_a_name_and_a_target(shapes: Graph) -> None:
    targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf)
    for shape in shapes.subjects(ns.RDF.type, SH.NodeShape):
        assert not isinstance(shape, BNode)
        assert any((shape, target, None) in shapes for target in targets), shape


def test_a_message_names_the_thing_and_both_classes_that_exclude_each_other(
    ledger: Graph, ontology: Graph, shapes: Graph
) -> None:
    data = Graph() + ledger
    data.add((URIRef(ID + "chenggong"), ns.RDF.type, URIRef(CCL.Person)))
    told = validate(data, ontology, shapes)
    assert any(ID + "chenggong" in m and CCL.District in m and CCL.Person in m for m in told), told


def test_every_pair_of_disjoint_classes_is_refused(ontology: Graph, shapes: Graph) -> None:
    pairs = list(ontology.subject_objects(ns.OWL.disjointWith))
    assert len(pairs) > 80
    data = Graph()
    for number, pair in enumerate(pairs):
        for cls in pair:
            data.add((URIRef(f"{ID}{number}/"), ns.RDF.type, cls))
    told = "\n".join(m for m in validate(data, ontology, shapes) if "nothing can be both" in m)
    assert not [pair for number, pair in enumerate(pairs) if f"{ID}{number}/" not in told]


def test_bounds_agree_with_the_number_for_every_bound(ledger: Graph, ontology: Graph, shapes: Graph) -> None:
    closes = {
        "exactly": ("lowerBound", "upperBound"),
        "atLeast": ("lowerBound",),
        "moreThan": ("lowerBound",),
        "atMost": ("upperBound",),
        "lessThan": ("upperBound",),
        "approximately": (),
    }
    message = "The lower and upper bound are the number itself, on just the sides that its bound closes."
    sides = ("lowerBound", "upperBound")
    for bound, closed in closes.items():
        for there in (c for n in range(3) for c in combinations(sides, n)):
            data = Graph() + ledger
            data.update(
                PROLOGUE
                + "DELETE { id:outcome ?p ?o } WHERE { id:outcome ?p ?o FILTER(?p IN (ccl:bound, ccl:lowerBound, ccl:upperBound)) }"
                + f"; INSERT DATA {{ id:outcome ccl:bound ccl:{bound} {''.join(f'; ccl:{s} 12000.0' for s in there)} }}"
            )
            told = validate(data, ontology, shapes, shape_of(message, shapes))
            assert (message in told) == (there != closed), (bound, there)
