"""Every term is told in two languages, aligned truthfully, and the same in the Turtle file, in Python and in the documentation."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib import namespace as ns

from graph.axioms import UnsupportedAxiomError, read_axioms
from ontology import terms
from ontology.generate import NAMESPACE, TERMS, render
from ontology.skolem import GENID, named_ontology

DOCS = Path(__file__).parents[2] / "docs"
HAN = re.compile(r"[\u4e00-\u9fff]")
PROPERTY_KINDS = {ns.OWL.ObjectProperty, ns.OWL.DatatypeProperty, ns.OWL.AnnotationProperty}
BUILT_IN = (str(ns.RDF), str(ns.RDFS), str(ns.OWL), "http://www.w3.org/2001/XMLSchema#")
ALIGNING = (ns.RDFS.subClassOf, ns.RDFS.subPropertyOf, ns.SKOS.closeMatch)
#: Vocabularies that rdflib knows by heart, by their namespace.
KNOWN: dict[str, type[ns.DefinedNamespace]] = {
    str(v): v for v in (ns.DCTERMS, ns.FOAF, ns.GEO, ns.ORG, ns.PROV, ns.SOSA, ns.SKOS)
} | {"http://schema.org/": ns.SDO}


def own_terms(ontology: Graph) -> set[URIRef]:
    return {
        s
        for s in ontology.subjects()
        if isinstance(s, URIRef) and s.startswith(NAMESPACE) and s != URIRef(NAMESPACE)
    }


def kinds(ontology: Graph, term: URIRef) -> set[object]:
    return {o for o in ontology.objects(term, ns.RDF.type) if str(o).startswith(str(ns.OWL))}


def local(term: object) -> str:
    return str(term).removeprefix(NAMESPACE)


# The file itself


@pytest.mark.parametrize("prop", [ns.RDFS.label, ns.SKOS.definition], ids=["label", "definition"])
def test_every_term_has_one_text_in_chinese_and_one_in_english(ontology: Graph, prop: URIRef) -> None:
    wrong = [
        local(term)
        for term in own_terms(ontology)
        if sorted(str(o.language) for o in ontology.objects(term, prop) if isinstance(o, Literal))
        != ["en", "zh"]
    ]
    assert not wrong


def test_chinese_texts_are_chinese_and_english_labels_are_not(ontology: Graph) -> None:
    for term in own_terms(ontology):
        for prop in (ns.RDFS.label, ns.SKOS.definition):
            for text in ontology.objects(term, prop):
                assert isinstance(text, Literal)
                if text.language == "zh":
                    assert HAN.search(text), term
                elif prop == ns.RDFS.label:
                    assert not HAN.search(text), term


def test_a_definition_says_more_than_the_label(ontology: Graph) -> None:
    for term in own_terms(ontology):
        labels = {(o.language, o.casefold()) for o in ontology.objects(term, ns.RDFS.label)}  # type: ignore[attr-defined]
        for text in ontology.objects(term, ns.SKOS.definition):
            assert isinstance(text, Literal)
            bare = re.sub(r"^(an?|the) ", "", text.rstrip(".。").casefold())
            assert (text.language, bare) not in labels, f"{local(term)}: {text}"


def test_the_head_names_version_licence_and_titles(ontology: Graph) -> None:
    head = URIRef(NAMESPACE)
    assert ontology.value(head, ns.OWL.versionIRI) == URIRef(
        NAMESPACE + str(ontology.value(head, ns.OWL.versionInfo))
    )
    assert ontology.value(head, ns.DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    for prop in (ns.DCTERMS.title, ns.DCTERMS.description):
        assert {o.language for o in ontology.objects(head, prop)} == {"zh", "en"}  # type: ignore[attr-defined]


def test_every_term_is_of_one_kind_and_its_case_tells_which(ontology: Graph) -> None:
    for term in own_terms(ontology):
        kind = kinds(ontology, term) - {ns.OWL.TransitiveProperty, ns.OWL.SymmetricProperty}
        assert len(kind) == 1, f"{local(term)}: {kind}"
        assert local(term)[0].isupper() == (kind == {ns.OWL.Class}), local(term)
        assert ontology.value(term, ns.RDFS.isDefinedBy) == URIRef(NAMESPACE), local(term)


def test_an_individual_is_of_one_class_of_ours(ontology: Graph) -> None:
    for term in ontology.subjects(ns.RDF.type, ns.OWL.NamedIndividual):
        classes = [o for o in ontology.objects(term, ns.RDF.type) if str(o).startswith(NAMESPACE)]
        assert len(classes) == 1, term


def test_a_blank_node_is_part_of_a_definition_or_of_a_property_chain(ontology: Graph) -> None:
    roots = {
        *ontology.objects(None, ns.OWL.equivalentClass),
        *ontology.objects(None, ns.OWL.propertyChainAxiom),
    }
    parts = {
        node for root in roots for node in ontology.transitive_objects(root, None) if isinstance(node, BNode)
    }
    assert {term for t in ontology for term in t if isinstance(term, BNode)} == parts


def test_a_snapshot_has_names_for_blank_nodes_made_from_what_they_say(ontology: Graph) -> None:
    one, other = named_ontology(), named_ontology()
    assert set(one) == set(other)
    assert len(set(one)) == len(one)
    named = Graph().parse(data="\n".join(f"{t} ." for t in one), format="nt")
    assert not [t for t in named if any(isinstance(term, BNode) for term in t)]
    named_ones = {s for s in named.subjects() if str(s).startswith(GENID)}
    assert len(named_ones) == len({s for s in ontology.subjects() if isinstance(s, BNode)})


def test_every_axiom_has_a_rule_and_one_without_is_refused(tmp_path: Path) -> None:
    assert read_axioms().joins
    key = tmp_path / "key.ttl"
    key.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ex: <urn:x:> . ex:A a owl:Class ; owl:hasKey ( ex:p ) .",
        encoding="utf-8",
    )
    with pytest.raises(UnsupportedAxiomError, match="no rule for this"):
        read_axioms(key)


def test_axioms_stay_in_what_both_owl_2_dl_and_owl_2_rl_allow(ontology: Graph) -> None:
    annotations = {str(p) for p in ontology.subjects(ns.RDF.type, ns.OWL.AnnotationProperty)}
    builtin = {ns.RDFS.label, ns.RDFS.isDefinedBy, ns.OWL.versionIRI, ns.OWL.versionInfo}
    axioms = {
        ns.RDFS.subClassOf,
        ns.RDFS.subPropertyOf,
        ns.RDFS.domain,
        ns.RDFS.range,
        ns.OWL.disjointWith,
        ns.OWL.inverseOf,
        *(ns.OWL.equivalentClass, ns.OWL.intersectionOf, ns.OWL.onProperty, ns.OWL.someValuesFrom),
        *(ns.OWL.hasValue, ns.OWL.propertyChainAxiom, ns.RDF.first, ns.RDF.rest),
    }
    allowed = annotations | {str(p) for p in builtin | axioms | {ns.RDF.type}}
    assert {str(p) for p in ontology.predicates()} <= allowed


def test_no_property_is_functional_since_that_would_merge_entities(ontology: Graph) -> None:
    types = set(ontology.objects(None, ns.RDF.type))
    assert not types & {ns.OWL.FunctionalProperty, ns.OWL.InverseFunctionalProperty}


def test_properties_have_superproperties_domains_and_ranges_of_their_own_kind(ontology: Graph) -> None:
    for sub, above in ontology.subject_objects(ns.RDFS.subPropertyOf):
        assert kinds(ontology, sub) & PROPERTY_KINDS == kinds(ontology, above) & PROPERTY_KINDS, sub  # type: ignore[arg-type]
    for prop, target in ontology.subject_objects(ns.RDFS.range):
        is_class = target == ns.OWL.Thing or ns.OWL.Class in kinds(ontology, target)  # type: ignore[arg-type]
        assert is_class == (ns.OWL.ObjectProperty in kinds(ontology, prop)), prop  # type: ignore[arg-type]
    for prop, target in ontology.subject_objects(ns.RDFS.domain):
        assert ns.OWL.Class in kinds(ontology, target), prop  # type: ignore[arg-type]


# Foreign terms


def foreign_used(ontology: Graph) -> set[URIRef]:
    """Foreign terms that an axiom or an annotation uses as a property or as an aligned class or property."""
    used = {p for p in ontology.predicates() if isinstance(p, URIRef)}
    for prop in (
        ns.RDFS.subClassOf,
        ns.RDFS.subPropertyOf,
        ns.RDFS.domain,
        ns.RDFS.range,
        ns.OWL.disjointWith,
        ns.OWL.inverseOf,
    ):
        used |= {o for o in ontology.objects(None, prop) if isinstance(o, URIRef)}
    return {u for u in used if not str(u).startswith((*BUILT_IN, NAMESPACE))}


def test_every_foreign_term_in_use_is_declared_and_every_declared_one_is_in_use(ontology: Graph) -> None:
    declared = {
        s for s in ontology.subjects(ns.RDF.type) if isinstance(s, URIRef) and not s.startswith(NAMESPACE)
    }
    written = {
        URIRef(value)
        for name, holder in vars(terms).items()
        if isinstance(holder, type) and name != "CCL"
        for value in vars(holder).values()
        if isinstance(value, str) and value.startswith("http")
    }
    assert foreign_used(ontology) <= declared
    assert declared <= foreign_used(ontology) | written


def test_a_foreign_term_is_of_one_kind(ontology: Graph) -> None:
    for term in foreign_used(ontology):
        assert len(kinds(ontology, term)) == 1, term


def test_foreign_terms_exist_in_their_vocabularies(ontology: Graph) -> None:
    named = foreign_used(ontology) | {
        o for o in ontology.objects(None, ns.SKOS.closeMatch) if isinstance(o, URIRef)
    }
    checked = 0
    for term in named:
        for namespace, vocabulary in KNOWN.items():
            if term.startswith(namespace):
                assert term.removeprefix(namespace) in vocabulary, f"{term} is not in its vocabulary"
                checked += 1
    assert checked > 30


def test_alignment_goes_upward_only(ontology: Graph) -> None:
    for prop in (ns.RDFS.subClassOf, ns.RDFS.subPropertyOf, ns.OWL.disjointWith):
        assert all(str(s).startswith(NAMESPACE) for s in ontology.subjects(prop))


# Python names


def test_terms_py_is_what_the_ontology_generates(ontology: Graph) -> None:
    assert TERMS.read_text(encoding="utf-8") == render(ontology), "run: python -m ontology.generate"


def test_python_names_and_the_ontology_have_the_same_terms(ontology: Graph) -> None:
    python = {name: value for name, value in vars(terms.CCL).items() if not name.startswith("_")}
    assert set(python.values()) == {str(term) for term in own_terms(ontology)}
    assert all(value == NAMESPACE + name for name, value in python.items())


def test_a_name_that_is_no_term_is_an_error() -> None:
    with pytest.raises(AttributeError):
        terms.CCL.Comitment  # type: ignore[attr-defined]  # noqa: B018


def test_prefixes_cover_every_namespace_of_the_terms() -> None:
    for name, holder in vars(terms).items():
        if isinstance(holder, type):
            values = [v for v in vars(holder).values() if isinstance(v, str) and v.startswith("http")]
            assert values
            assert all(v.startswith(terms.PREFIXES[name.lower()]) for v in values)


def test_importing_the_terms_loads_no_rdf_library() -> None:
    code = (
        "import sys, ontology.terms; sys.exit(bool({'rdflib', 'pyoxigraph', 'owlready2'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Shapes and documentation


def test_shapes_use_only_declared_terms(ontology: Graph, shapes: Graph) -> None:
    declared = {str(s) for s in ontology.subjects(ns.RDF.type)}
    text = "\n".join(str(o) for o in shapes.objects() if isinstance(o, Literal))
    queried = {NAMESPACE + name for name in re.findall(r"\bccl:(\w+)", text)}
    used = {
        str(o)
        for o in shapes.objects()
        if isinstance(o, URIRef)
        and not str(o).startswith((*BUILT_IN, "http://www.w3.org/ns/shacl#", NAMESPACE + "shape/"))
    }
    assert not (used | queried) - declared


def test_the_model_document_names_only_declared_terms() -> None:
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    names = set(re.findall(r"\bccl:(\w+)", text))
    things = text.split("## Things")[1].split("Every thing:")[0]
    names |= {
        name for group in re.findall(r"\(([A-Z][\w, \n]+)\)", things) for name in re.split(r"[,\s]+", group)
    }
    assert len(names) > 90
    assert not {name for name in names if not hasattr(terms.CCL, name)}


def test_the_ontology_document_tells_every_alignment_and_no_other(ontology: Graph) -> None:
    text = (DOCS / "ontology.md").read_text(encoding="utf-8")
    told = {
        (own, foreign)
        for row in re.findall(r"^\| (`ccl:.*?) \| (.*?) \|$", text, re.M)
        for own in re.findall(r"`ccl:(\w+)`", row[0])
        for foreign in re.findall(r"`(\w+:\w+)`", row[1])
    }
    true = {
        (local(s), ontology.qname(str(o)))
        for prop in ALIGNING
        for s, o in ontology.subject_objects(prop)
        if not str(o).startswith(NAMESPACE)
    }
    assert told == true
