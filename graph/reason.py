"""What follows by the ontology's rules, written to `graph/inferred`.

Rules are CONSTRUCT queries in `graph/rules/`, run over the store in the order of their names until nothing new follows; a
triple that is asserted somewhere is not inferred again.
"""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from ontology.identifiers import graph_iri

_RULES = Path(__file__).parent / "rules"
_ROUNDS = 10


def infer(store: Store, base: str) -> int:
    """Adds what the rules infer; returns how many triples. Rules see the union of all graphs."""
    graph = NamedNode(graph_iri(base, "inferred"))
    rules = [path.read_text(encoding="utf-8") for path in sorted(_RULES.glob("*.rq"))]
    total = 0
    for _ in range(_ROUNDS):
        new = set()
        for rule in rules:
            for triple in store.query(rule, use_default_graph_as_union=True):  # type: ignore[union-attr]
                known = next(
                    iter(store.quads_for_pattern(triple.subject, triple.predicate, triple.object)), None
                )
                if known is None:
                    new.add(Quad(triple.subject, triple.predicate, triple.object, graph))
        if not new:
            break
        store.extend(new)
        total += len(new)
    return total
