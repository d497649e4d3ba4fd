"""Statuses as of the data's own day, written into the store with the rules that give them."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Quad

from ontology.identifiers import graph_iri, iri
from ontology.terms import CCL, RDF, RDFS, SKOS

from ..terms import day, en, node, text, zh
from .asked import Asked, query_text

#: Rule files that are published in the graph: name, label in Chinese and in English.
RULES = (("status", "状态的规则", "How a promise stands"),)


def judge(asked: Asked, base: str) -> Iterator[Quad]:
    """The quads of graph/ledger that tell how each target stands on the day that is asked for: that of the data."""
    yield from _statuses(asked, base)
    yield from _rules(base)


def _statuses(asked: Asked, base: str) -> Iterator[Quad]:
    graph = node(graph_iri(base, "ledger"))
    commitments: dict[str, list[str]] = {}
    for row in asked.rows("parts"):
        commitments.setdefault(row["whole"], []).append(row["part"])
    found = False
    for standing in asked.standings:
        found = True
        target = node(standing.target)
        yield Quad(target, node(CCL.status), node(standing.status), graph)
        if standing.because not in ("beyond", "reached"):
            continue
        implied = iri(base, "ImpliedTarget", "")
        for outcome in commitments.get(standing.reconciliation or "", ()):
            if standing.because == "beyond":
                yield Quad(node(outcome), node(CCL.exceeds), target, graph)
            if not standing.target.startswith(implied):
                yield Quad(node(outcome), node(CCL.meets), target, graph)
    if found:
        yield Quad(node(f"{base}dataset"), node(CCL.statusAsOf), day(asked.day.isoformat()), graph)


def _rules(base: str) -> Iterator[Quad]:
    graph = node(graph_iri(base, "ledger"))
    for name, chinese, english in RULES:
        rule = node(iri(base, "Rule", f"ledger-{name}"))
        lines = query_text(name).splitlines()
        told = " ".join(line.lstrip("# ") for line in lines[3:] if line.startswith("#"))
        yield Quad(rule, node(RDF.type), node(CCL.Rule), graph)
        yield Quad(rule, node(RDFS.label), zh(chinese), graph)
        yield Quad(rule, node(RDFS.label), en(english), graph)
        yield Quad(rule, node(SKOS.definition), en(told), graph)
        yield Quad(rule, node(CCL.sparql), text(query_text(name)), graph)
