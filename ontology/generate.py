"""Writes `ontology/terms.py` from the ontology: `python -m ontology.generate`."""

from __future__ import annotations

from pathlib import Path

from rdflib import OWL, RDF, Graph, URIRef

ONTOLOGY = Path(__file__).parent / "chuncheng.ttl"
TERMS = Path(__file__).parent / "terms.py"
NAMESPACE = "https://w3id.org/chuncheng/def/"

_HEAD = '''"""IRIs of the terms that we use, as Python names: the one place where a term becomes code.

Made by `python -m ontology.generate` from `chuncheng.ttl`: edit that, never this.
"""

from __future__ import annotations

from typing import Final
'''
#: Foreign namespaces and their terms that we write; declared here since their vocabularies are not imported.
_FOREIGN = {
    "RDF": ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", ["type"]),
    "RDFS": (
        "rdfs",
        "http://www.w3.org/2000/01/rdf-schema#",
        ["label", "subClassOf", "subPropertyOf", "domain", "range", "comment"],
    ),
    "OWL": ("owl", "http://www.w3.org/2002/07/owl#", ["Class", "Ontology", "sameAs"]),
    "XSD": (
        "xsd",
        "http://www.w3.org/2001/XMLSchema#",
        ["boolean", "date", "dateTime", "decimal", "integer", "string"],
    ),
    "SKOS": (
        "skos",
        "http://www.w3.org/2004/02/skos/core#",
        [
            "altLabel",
            "broader",
            "Concept",
            "ConceptScheme",
            "definition",
            "exactMatch",
            "inScheme",
            "notation",
            "prefLabel",
            "topConceptOf",
        ],
    ),
    "DCT": (
        "dct",
        "http://purl.org/dc/terms/",
        ["description", "issued", "license", "source", "subject", "title"],
    ),
    "PROV": (
        "prov",
        "http://www.w3.org/ns/prov#",
        ["alternateOf", "used", "wasDerivedFrom", "wasGeneratedBy", "wasRevisionOf"],
    ),
    "OA": (
        "oa",
        "http://www.w3.org/ns/oa#",
        [
            "TextPositionSelector",
            "TextQuoteSelector",
            "end",
            "exact",
            "hasSelector",
            "hasSource",
            "prefix",
            "start",
            "suffix",
        ],
    ),
    "ORG": ("org", "http://www.w3.org/ns/org#", ["Organization"]),
    "FOAF": ("foaf", "http://xmlns.com/foaf/0.1/", ["Person"]),
    "GEO": ("geo", "http://www.opengis.net/ont/geosparql#", ["Feature"]),
    "SOSA": ("sosa", "http://www.w3.org/ns/sosa/", ["Observation"]),
    "SCHEMA": ("schema", "http://schema.org/", ["articleBody", "name", "sha256"]),
    "VOID": (
        "void",
        "http://rdfs.org/ns/void#",
        [
            "Dataset",
            "Linkset",
            "classPartition",
            "classes",
            "dataDump",
            "distinctObjects",
            "distinctSubjects",
            "entities",
            "inDataset",
            "linkPredicate",
            "objectsTarget",
            "properties",
            "property",
            "propertyPartition",
            "sparqlEndpoint",
            "subjectsTarget",
            "subset",
            "triples",
            "uriSpace",
            "vocabulary",
        ],
    ),
    "DCAT": (
        "dcat",
        "http://www.w3.org/ns/dcat#",
        [
            "DataService",
            "Dataset",
            "Distribution",
            "byteSize",
            "compressFormat",
            "distribution",
            "downloadURL",
            "endpointURL",
            "mediaType",
            "servesDataset",
        ],
    ),
}


def own_terms(graph: Graph) -> list[str]:
    """Local names of our terms: everything typed in our namespace."""
    subjects = {str(s) for s in graph.subjects(RDF.type) if isinstance(s, URIRef)}
    return sorted(s.removeprefix(NAMESPACE) for s in subjects if s.startswith(NAMESPACE) and s != NAMESPACE)


def render(graph: Graph) -> str:
    """The text of `terms.py` for this ontology."""
    parts = [_HEAD]
    parts.append(_class("CCL", "Our own terms.", NAMESPACE, own_terms(graph)))
    for name, (prefix, namespace, terms) in _FOREIGN.items():
        parts.append(_class(name, f"Terms of {prefix}: that we write.", namespace, sorted(terms)))
    rows = [f'    "ccl": "{NAMESPACE}",']
    rows += [f'    "{prefix}": "{namespace}",' for prefix, namespace, _ in _FOREIGN.values()]
    parts.append(
        "#: Prefixes for serialisers and for queries that don't declare them.\nPREFIXES: Final = {\n"
        + "\n".join(rows)
        + "\n}\n"
    )
    release = graph.value(URIRef(NAMESPACE), OWL.versionInfo)
    parts.append(f'#: Version of the ontology.\nONTOLOGY_VERSION: Final = "{release}"\n')
    return "\n\n".join(parts)


def _class(name: str, doc: str, namespace: str, terms: list[str]) -> str:
    lines = [f"class {name}:", f'    """{doc}"""', ""]
    lines += [f'    {term}: Final = "{namespace}{term}"' for term in terms]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TERMS.write_text(render(Graph().parse(ONTOLOGY)), encoding="utf-8")
