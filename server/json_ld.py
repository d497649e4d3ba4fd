"""Documents as JSON that a program can use without knowing RDF, and the context that makes them JSON-LD 1.1.

Every property has its short name of the ontology, labels are by language, things are nested once below what is asked for
and named by `id` elsewhere. Decimal numbers are strings, exact to the digit, as JSON-LD would read numbers as doubles
(https://www.w3.org/TR/json-ld11-api/#object-to-rdf-conversion).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from ontology.generate import ONTOLOGY
from ontology.terms import PREFIXES, RDF, XSD
from server.problem import Problem

#: Path of the context on every server.
CONTEXT_PATH = "/context.jsonld"
_OWN = PREFIXES["ccl"]
_OWL = PREFIXES["owl"]
_HYDRA = "http://www.w3.org/ns/hydra/core#"
_LABELS = {
    "label": PREFIXES["rdfs"] + "label",
    "prefLabel": PREFIXES["skos"] + "prefLabel",
    "altLabel": PREFIXES["skos"] + "altLabel",
    "definition": PREFIXES["skos"] + "definition",
    "comment": PREFIXES["rdfs"] + "comment",
}
_LINKS = {
    "hasSource": PREFIXES["oa"] + "hasSource",
    "hasSelector": PREFIXES["oa"] + "hasSelector",
    "wasDerivedFrom": PREFIXES["prov"] + "wasDerivedFrom",
    "wasRevisionOf": PREFIXES["prov"] + "wasRevisionOf",
    "wasGeneratedBy": PREFIXES["prov"] + "wasGeneratedBy",
    "sameAs": PREFIXES["owl"] + "sameAs",
    "broader": PREFIXES["skos"] + "broader",
    "subClassOf": PREFIXES["rdfs"] + "subClassOf",
    "subPropertyOf": PREFIXES["rdfs"] + "subPropertyOf",
    "domain": PREFIXES["rdfs"] + "domain",
    "range": PREFIXES["rdfs"] + "range",
    "license": PREFIXES["dct"] + "license",
    "primaryTopic": PREFIXES["foaf"] + "primaryTopic",
    # Collections of what points to a thing, with their pages.
    "memberAssertion": _HYDRA + "memberAssertion",
    "linkProperty": _HYDRA + "property",
    "linkObject": _HYDRA + "object",
    "view": _HYDRA + "view",
    **{name: _HYDRA + name for name in ("first", "last", "previous", "next")},
}
_CLASSES = {name: _HYDRA + name for name in ("Collection", "PartialCollectionView")}
_PLAIN = {
    "totalItems": {"@id": _HYDRA + "totalItems", "@type": XSD.integer},
    "articleBody": PREFIXES["schema"] + "articleBody",
}


@cache
def context() -> dict[str, Any]:
    """The published context: names of the ontology's classes and properties, and of the few others that documents have."""
    ontology = list(parse(path=str(ONTOLOGY), format=RdfFormat.TURTLE))
    links = _subjects(ontology, _OWL + "ObjectProperty")
    values = _subjects(ontology, _OWL + "DatatypeProperty") | _subjects(ontology, _OWL + "AnnotationProperty")
    ranges = {
        _id(q.subject): str(getattr(q.object, "value", ""))
        for q in ontology
        if q.predicate.value == PREFIXES["rdfs"] + "range"
    }
    terms: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type"}
    terms |= {name: {"@id": iri, "@container": "@language"} for name, iri in _LABELS.items()}
    terms |= {name: {"@id": iri, "@type": "@id"} for name, iri in _LINKS.items()}
    terms |= _PLAIN | _CLASSES
    for iri in sorted(links | values):
        name = iri.removeprefix(_OWN)
        if iri == name or not name or name in terms:
            continue
        kind = ranges.get(iri, "")
        if iri in links:
            terms[name] = {"@id": iri, "@type": "@id"}
        else:
            terms[name] = (
                {"@id": iri, "@type": kind}
                if kind.startswith(PREFIXES["xsd"]) and kind != XSD.string
                else iri
            )
    for iri in sorted(_subjects(ontology, _OWL + "Class") | _subjects(ontology, _OWL + "NamedIndividual")):
        name = iri.removeprefix(_OWN)
        if iri != name and name and name not in terms:
            terms[name] = iri
    return {
        "@context": terms
        | {f"{prefix}": namespace for prefix, namespace in PREFIXES.items() if prefix not in terms}
    }


def write_context() -> bytes:
    """The published context as JSON."""
    return json.dumps(context(), ensure_ascii=False, indent=1).encode()


def write_document(triples: Iterable[Triple], thing: NamedNode, host: str) -> bytes:
    """Triples as JSON-LD compacted with the context that `host` (scheme and authority) publishes; raises Problem 406.

    The thing comes first with what it leads to nested in it, once; the subjects that it doesn't lead to follow in `included`.
    """
    about: dict[str, list[Triple]] = {}
    for triple in triples:
        about.setdefault(_id(triple.subject), []).append(triple)
    written: set[str] = set()
    root = _node(thing.value, about, written)
    others = [_node(subject, about, written) for subject in sorted(about) if subject not in written]
    document: dict[str, Any] = {"@context": f"{host}{CONTEXT_PATH}", **root}
    if others:
        document["@included"] = others
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _node(iri: str, about: dict[str, list[Triple]], written: set[str], depth: int = 0) -> dict[str, Any]:
    written.add(iri)
    node: dict[str, Any] = {"id": iri}
    named = _names()
    for triple in sorted(about.get(iri, ()), key=lambda t: (t.predicate.value, str(t.object))):
        predicate, value = triple.predicate.value, triple.object
        if predicate == RDF.type:
            _append(node, "type", named.get(_id(value), _id(value)))
            continue
        name = named.get(predicate, predicate)
        if name in _LABELS and isinstance(value, Literal) and value.language:
            by_language = node.setdefault(name, {})
            if isinstance(by_language, dict):
                _append(by_language, value.language, value.value)
                continue
        _append(node, name if name not in _LABELS else predicate, _value(value, name, about, written, depth))
    return node


def _value(term: Any, name: str, about: dict[str, list[Triple]], written: set[str], depth: int) -> Any:
    definition = context()["@context"].get(name)
    kind = definition.get("@type") if isinstance(definition, dict) else None
    if isinstance(term, Literal):
        return _literal(term, kind)
    iri = _id(term)
    if iri in about and iri not in written and depth < _DEEPEST:
        return _node(iri, about, written, depth + 1)
    return iri if kind == "@id" else {"id": iri}


_DEEPEST = 4  # things within things


def _literal(term: Literal, kind: str | None) -> Any:
    if term.language:
        return {"@value": term.value, "@language": term.language}
    datatype = term.datatype.value
    if datatype == XSD.boolean and term.value in ("true", "false") and kind in (None, XSD.boolean):
        return term.value == "true"
    if datatype == XSD.integer and kind in (None, XSD.integer) and str(_integer(term.value)) == term.value:
        return _integer(term.value)
    if kind == datatype or (kind is None and datatype == XSD.string):
        return term.value
    return {"@value": term.value, "@type": datatype}


def _integer(text: str) -> int | None:
    try:
        return int(text) if len(text) < 16 else None
    except ValueError:
        return None


def _append(target: dict[str, Any], name: str, value: Any) -> None:
    if name not in target:
        target[name] = value
    elif isinstance(target[name], list):
        target[name].append(value)
    else:
        target[name] = [target[name], value]


@cache
def _names() -> dict[str, str]:
    """Short names by IRI."""
    terms = context()["@context"]
    return {
        (meaning["@id"] if isinstance(meaning, dict) else meaning): name
        for name, meaning in terms.items()
        if not name.startswith("@") and name not in PREFIXES
    }


def _subjects(quads: Iterable[Any], cls: str) -> set[str]:
    return {_id(q.subject) for q in quads if q.predicate.value == RDF.type and q.object == NamedNode(cls)}


def _id(term: object) -> str:
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, BlankNode):
        return str(term)
    raise Problem(406, "JSON has no way to write a triple as a term; ask for Turtle")
