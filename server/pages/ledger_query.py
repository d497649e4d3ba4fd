"""A selection of the ledger as a SPARQL query: what the page shows, for those who want to go on from there."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from ontology.terms import CCL
from server.ledger import Selection

_PREFIXES = """PREFIX ccl: <https://w3id.org/chuncheng/def/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
_LINKS = {"agent": "ccl:agent", "theme": "ccl:theme", "place": "ccl:place", "indicator": "ccl:indicator"}
_TERMS = {"status": "ccl:status", "bound": "ccl:bound"}
_OWN = CCL.Thing.removesuffix("Thing")
_ORDERS = {"due": "?periodEnd", "promised": "?published", "completion": "?completion"}


def write_query(selection: Selection) -> str:
    """The query; a row for each target. What was chosen of a facet is a VALUES, words are looked for in the quotes."""
    lines = []
    for facet, values in selection.chosen.items():
        lines += _condition(facet, values)
    for word in selection.words.split():
        needle = Literal(word.lower())
        lines.append(
            f"FILTER EXISTS {{ ?target ccl:evidence/ccl:quote ?words FILTER(CONTAINS(LCASE(?words), {needle})) }}"
        )
    conditions = "\n  ".join(lines)
    order = _ORDERS[selection.order]
    return f"""{_PREFIXES}
SELECT DISTINCT ?target ?status ?indicator ?agent ?value ?unit ?bound ?period ?periodEnd ?outcome ?completion
WHERE {{
  ?target ccl:status ?status .
  # A promise told again is told with the first, an implied target with the promise that confirms it.
  FILTER NOT EXISTS {{ ?target ccl:restates|ccl:confirmedBy ?other }}
  {conditions}
  OPTIONAL {{ ?target ccl:indicator ?indicator }}
  OPTIONAL {{ ?target ccl:agent ?agent }}
  OPTIONAL {{ ?target ccl:value|ccl:impliedValue ?value }}
  OPTIONAL {{ ?target ccl:unit ?unit }}
  OPTIONAL {{ ?target ccl:bound ?bound }}
  OPTIONAL {{ ?target ccl:period ?period }}
  OPTIONAL {{ ?target ccl:periodEnd ?periodEnd }}
  OPTIONAL {{ ?target ccl:article/ccl:published ?published }}
  OPTIONAL {{
    ?reconciliation ccl:ofTarget ?target ; ccl:resultValue ?outcome .
    OPTIONAL {{ ?reconciliation ccl:computedRate ?completion }}
  }}
}}
ORDER BY {"DESC" if selection.descending else "ASC"}({order}) ?target
"""


def _condition(facet: str, values: Iterable[str]) -> list[str]:
    if facet in _LINKS:
        terms = " ".join(str(term) for term in map(_node, values) if term is not None)
        return [f"VALUES ?chosen_{facet} {{ {terms} }}", f"?target {_LINKS[facet]} ?chosen_{facet} ."]
    if facet in _TERMS:
        terms = " ".join(str(term) for value in values if (term := _node(_OWN + value)) is not None)
        return [f"VALUES ?chosen_{facet} {{ {terms} }}", f"?target {_TERMS[facet]} ?chosen_{facet} ."]
    if facet == "year":
        years = ", ".join(str(Literal(value)) for value in values)
        return [f"?target ccl:periodEnd ?end FILTER(SUBSTR(STR(?end), 1, 4) IN ({years}))"]
    wanted = set(values)
    if len(wanted & {"yes", "no"}) != 1:
        return []
    if facet == "measured":
        number = "{ ?target ccl:value|ccl:impliedValue|ccl:intervalLow ?number }"
        return [f"FILTER {'EXISTS' if 'yes' in wanted else 'NOT EXISTS'} {number}"]
    return [f"?target a {'ccl:ImpliedTarget' if 'yes' in wanted else 'ccl:Commitment'} ."]


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None
