"""The description of the data set, which it holds itself: what it is, how much of it, where to have it.

VoID (https://www.w3.org/TR/void/) with partitions by class and property, and DCAT (https://www.w3.org/TR/vocab-dcat-3/).
All counts are of the data without this description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ontology.identifiers import digest, graph_iri
from ontology.terms import DCAT, DCT, PREFIXES, RDF, VOID, XSD

from .dumps import FORMATS, DumpFormat
from .statistics import Statistics, iri
from .terms import en, integer, node, text, zh

#: The licence of the facts; the words that they were read from stay their papers'.
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_VOID_CLASS = PREFIXES["void"] + "class"  # no name that Python allows
_SPDX = "http://spdx.org/rdf/terms#"
_HEX = PREFIXES["xsd"] + "hexBinary"
_MOST_PARTITIONS = 500  # classes, and properties of each, that are described; the most used come first
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def dataset_quads(base: str) -> Iterator[Quad]:
    """Title, description and licence of the data set, in graph/dataset."""
    graph, me = node(graph_iri(base, "dataset")), node(f"{base}dataset")
    yield Quad(me, node(RDF.type), node(VOID.Dataset), graph)
    yield Quad(me, node(DCT.title), zh("春城账本"), graph)
    yield Quad(me, node(DCT.title), en("Chuncheng Ledger"), graph)
    yield Quad(me, node(DCT.description), zh("昆明的承诺与结果，每一条都附原文。"), graph)
    yield Quad(
        me,
        node(DCT.description),
        en("What Kunming promised and delivered, each with the words that say so."),
        graph,
    )
    yield Quad(me, node(DCT.license), node(LICENCE), graph)


def describe_data(counted: Statistics, base: str) -> Iterator[Triple]:
    """VoID and DCAT of the data, as far as they follow from the data alone."""
    me, service = node(f"{base}dataset"), node(f"{base}sparql")
    kind = node(RDF.type)
    yield Triple(me, kind, node(VOID.Dataset))
    yield Triple(me, kind, node(DCAT.Dataset))
    yield Triple(me, node(VOID.uriSpace), Literal(f"{base}id/"))
    yield Triple(me, node(VOID.sparqlEndpoint), service)
    yield Triple(me, node(VOID.triples), integer(counted.triples))
    yield Triple(me, node(VOID.entities), integer(_typed(counted)))
    yield Triple(me, node(VOID.distinctSubjects), integer(counted.subjects))
    yield Triple(me, node(VOID.distinctObjects), integer(counted.objects))
    yield Triple(me, node(VOID.properties), integer(len(counted.properties)))
    yield Triple(me, node(VOID.classes), integer(len(counted.entities)))
    for format_ in FORMATS:
        yield from _describe_distribution(format_, base)
    yield Triple(service, kind, node(DCAT.DataService))
    yield Triple(service, node(DCAT.endpointURL), service)
    yield Triple(service, node(DCAT.servesDataset), me)
    yield from _vocabularies(counted, base)
    yield from _class_partitions(counted, base)
    yield from _property_partitions(counted, base)


def _describe_distribution(format_: DumpFormat, base: str) -> Iterator[Triple]:
    """A dump as a distribution of the data set, as far as it is the same in each build."""
    me, distribution = node(f"{base}dataset"), _distribution(base, format_.file)
    file = node(f"{base}dumps/{format_.file}")
    yield Triple(me, node(VOID.dataDump), file)
    yield Triple(me, node(DCAT.distribution), distribution)
    yield Triple(distribution, node(RDF.type), node(DCAT.Distribution))
    yield Triple(distribution, node(DCT.title), text(format_.file))
    yield Triple(distribution, node(DCT.license), node(LICENCE))
    yield Triple(distribution, node(DCAT.downloadURL), file)
    yield Triple(distribution, node(f"{PREFIXES['dcat']}accessURL"), file)
    yield Triple(distribution, node(DCAT.mediaType), node(f"{_MEDIA_TYPES}{format_.media_type}"))
    yield Triple(distribution, node(DCAT.compressFormat), node(f"{_MEDIA_TYPES}application/zstd"))


def describe_dumps(base: str, dumps: Iterable[dict[str, Any]], *, created: str) -> Iterator[Triple]:
    """What is known of dumps once they are written: size in bytes and SHA-256 of the file that one gets, when it was made."""
    issued = Literal(created, datatype=node(XSD.dateTime))
    yield Triple(node(f"{base}dataset"), node(DCT.issued), issued)
    for dump in dumps:
        distribution = _distribution(base, dump["file"])
        checksum = node(f"{distribution.value}/checksum")
        yield Triple(distribution, node(DCAT.byteSize), integer(dump["bytes"]))
        yield Triple(distribution, node(DCT.issued), issued)
        yield Triple(distribution, node(f"{_SPDX}checksum"), checksum)
        yield Triple(checksum, node(RDF.type), node(f"{_SPDX}Checksum"))
        yield Triple(checksum, node(f"{_SPDX}algorithm"), node(f"{_SPDX}checksumAlgorithm_sha256"))
        yield Triple(checksum, node(f"{_SPDX}checksumValue"), Literal(dump["sha256"], datatype=node(_HEX)))


def _distribution(base: str, file: str) -> NamedNode:
    return node(f"{base}dataset/dump/{file.removeprefix('data.').removesuffix('.zst')}")


def _typed(counted: Statistics) -> int:
    """Subjects that have a class."""
    type_ = f"<{RDF.type}>".encode()
    return counted.properties[type_].subjects if type_ in counted.properties else 0


def _vocabularies(counted: Statistics, base: str) -> Iterator[Triple]:
    used = {iri(term) for term in (*counted.properties, *counted.entities)}
    for namespace in sorted(PREFIXES.values()):
        if any(name.startswith(namespace) for name in used):
            yield Triple(node(f"{base}dataset"), node(VOID.vocabulary), node(namespace))


def _class_partitions(counted: Statistics, base: str) -> Iterator[Triple]:
    me = node(f"{base}dataset")
    for name, entities in sorted(counted.entities.items(), key=lambda own: (-own[1], own[0]))[
        :_MOST_PARTITIONS
    ]:
        part = f"{base}dataset/class/{digest(iri(name), length=12)}"
        yield Triple(me, node(VOID.classPartition), node(part))
        yield Triple(node(part), node(_VOID_CLASS), node(iri(name)))
        yield Triple(node(part), node(VOID.entities), integer(entities))
        uses = sorted(counted.of_class[name].items(), key=lambda own: (-own[1], own[0]))
        for predicate, triples in uses[:_MOST_PARTITIONS]:
            own = node(f"{part}/property/{digest(iri(predicate), length=12)}")
            yield Triple(node(part), node(VOID.propertyPartition), own)
            yield Triple(own, node(VOID.property), node(iri(predicate)))
            yield Triple(own, node(VOID.triples), integer(triples))


def _property_partitions(counted: Statistics, base: str) -> Iterator[Triple]:
    me = node(f"{base}dataset")
    ordered = sorted(counted.properties.items(), key=lambda own: (-own[1].triples, own[0]))
    for predicate, figures in ordered[:_MOST_PARTITIONS]:
        part = node(f"{base}dataset/property/{digest(iri(predicate), length=12)}")
        yield Triple(me, node(VOID.propertyPartition), part)
        yield Triple(part, node(VOID.property), node(iri(predicate)))
        yield Triple(part, node(VOID.triples), integer(figures.triples))
        yield Triple(part, node(VOID.distinctSubjects), integer(figures.subjects))
        yield Triple(part, node(VOID.distinctObjects), integer(figures.objects))
