"""Example queries as data: each file of `queries/` is an executable of SHACL that any client can find and run.

https://www.w3.org/TR/shacl/#sparql-constraints-prefixes and https://www.w3.org/TR/shacl-af/ have the terms; tools that
complete queries look for them as they are written here, one resource a query, prefixes declared once for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from pyoxigraph import Literal, Quad

from ontology.errors import ChunchengError
from ontology.identifiers import graph_iri, iri
from ontology.terms import PREFIXES, RDF, RDFS

from .terms import en, node, text, zh

_SH = "http://www.w3.org/ns/shacl#"
_SCHEMA_TARGET = PREFIXES["schema"] + "target"
_BESIDE = (
    Path(__file__).parent / "queries",
    Path(__file__).parent.parent / "queries",
)  # installed; checked out
_HAN = re.compile(r"[\u4e00-\u9fff]")
_TITLE = re.compile(r"title@(zh|en)\s+(.+)")
_PREFIX = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)
_FORM = re.compile(r"^\s*(SELECT|CONSTRUCT|ASK)\b", re.IGNORECASE | re.MULTILINE)
_EXECUTABLES = {
    "SELECT": ("SPARQLSelectExecutable", "select"),
    "CONSTRUCT": ("SPARQLConstructExecutable", "construct"),
    "ASK": ("SPARQLAskExecutable", "ask"),
}


class ExampleError(ChunchengError):
    """An example query that can't be described: its file lacks a title, or it has no form that SHACL knows."""


@dataclass(frozen=True, slots=True)
class Example:
    """One query with what its head comment says: titles and questions by language (zh, en), remarks in English."""

    name: str
    titles: dict[str, str]
    questions: dict[str, str]
    remarks: str
    text: str
    form: str
    prefixes: dict[str, str]


def find_examples() -> Path | None:
    """The folder of example queries, None where this installation has none."""
    return next((folder for folder in _BESIDE if folder.is_dir()), None)


def read_examples(folder: Path) -> list[Example]:
    """The queries of a folder by file name; raises ExampleError."""
    return [_read(file) for file in sorted(folder.glob("*.rq"))]


def example_quads(examples: Iterable[Example], base: str) -> Iterator[Quad]:
    """The examples in graph/dataset, with the prefixes that they declare."""
    graph, endpoint = node(graph_iri(base, "dataset")), node(f"{base}sparql")
    declared = node(f"{base}dataset/prefixes")
    prefixes: dict[str, str] = {}
    for example in examples:
        me = node(iri(base, "Query", example.name))
        kind, holds = _EXECUTABLES[example.form]
        yield Quad(me, node(RDF.type), node(_SH + "SPARQLExecutable"), graph)
        yield Quad(me, node(RDF.type), node(_SH + kind), graph)
        yield Quad(me, node(_SH + holds), text(example.text), graph)
        yield Quad(me, node(_SH + "prefixes"), declared, graph)
        yield Quad(me, node(_SCHEMA_TARGET), endpoint, graph)
        for term, told in ((RDFS.label, example.titles), (RDFS.comment, example.questions)):
            yield Quad(me, node(term), zh(told["zh"]), graph)
            yield Quad(me, node(term), en(told["en"]), graph)
        if example.remarks:
            yield Quad(me, node(PREFIXES["skos"] + "note"), en(example.remarks), graph)
        prefixes |= example.prefixes
    for prefix, namespace in sorted(prefixes.items()):
        own = node(f"{base}dataset/prefixes/{prefix}")
        yield Quad(declared, node(_SH + "declare"), own, graph)
        yield Quad(own, node(_SH + "prefix"), text(prefix), graph)
        yield Quad(
            own, node(_SH + "namespace"), Literal(namespace, datatype=node(PREFIXES["xsd"] + "anyURI")), graph
        )


def _read(file: Path) -> Example:
    whole = file.read_text("utf-8")
    head = [line[1:].strip() for line in takewhile(lambda line: line.startswith("#"), whole.splitlines())]
    titles = {match[1]: match[2] for line in head if (match := _TITLE.fullmatch(line))}
    told = [line for line in head if line and not _TITLE.fullmatch(line)]
    questions = {
        "zh": next((line for line in told if _HAN.search(line)), ""),
        "en": next((line for line in told if not _HAN.search(line)), ""),
    }
    for language in ("zh", "en"):
        if not titles.get(language) or not questions[language]:
            raise ExampleError(
                f"{file}: its head comment lacks a question or a title in {language}; write `# title@{language} …`"
            )
    query = "\n".join(line for line in whole.splitlines() if not line.lstrip().startswith("#")) + "\n"
    form = _FORM.search(query)
    if form is None:
        raise ExampleError(
            f"{file}: neither SELECT, CONSTRUCT nor ASK begins a line, so it can't be described"
        )
    remarks = " ".join(line for line in told if line not in questions.values())
    return Example(
        file.stem, titles, questions, remarks, query, form[1].upper(), dict(_PREFIX.findall(query))
    )
