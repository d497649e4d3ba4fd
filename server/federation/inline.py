"""An endpoint's answer (SPARQL 1.1 Query Results JSON) as inline data (SPARQL 1.1, section 10.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

import pyoxigraph
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolution, QuerySolutions, Variable

from server.federation.failure import CallFailed

#: One solution without bindings: what a failed SERVICE SILENT counts as (SPARQL 1.1 Federated Query, section 2.2).
#: As inline data, not as `{}`, because that may stand wherever SERVICE may and nowhere else (no UNION behind it).
EMPTY_SOLUTION = "VALUES () { () }"

# The parser goes down by recursion into triple terms and ends the process where its stack ends, some thousand deep.
# An answer without such terms nests five deep; the rest is room for members that others add.
_DEEPEST = 16
# Up to the next bracket outside of strings, or to the end. The last quote may be missing, so that a string without end
# is looked through once; no parser reads behind it.
_TO_BRACKET = re.compile(
    rb'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"?[^"\[\]{}]*+)*+(?:([\[{])|[\]}]|\Z)', re.DOTALL
)

# VARNAME of the engine: that of the grammar (SPARQL 1.1, section 19.8) up to U+FFFD.
_LETTER = (
    r"A-Za-z0-9_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD"
)
_NAME = re.compile(rf"[{_LETTER}][{_LETTER}\u00B7\u0300-\u036F\u203F\u2040]*")


def to_values(answer: bytes, most_rows: int) -> str:
    """The answer as a VALUES block, its variables in the order of its head; raises CallFailed.

    Blank nodes can't be written: inline data has none, and left unbound they would join with everything.
    """
    if _nests_too_deep(answer):
        raise CallFailed("its answer is not SPARQL JSON, or nested too deep")
    try:
        results = pyoxigraph.parse_query_results(answer, format=QueryResultsFormat.JSON)
        if not isinstance(results, QuerySolutions):
            raise CallFailed("it answered with a truth value instead of solutions")
        rows = list(islice(results, most_rows + 1))
    except (SyntaxError, ValueError):
        # without the parser's words, which cite the answer
        raise CallFailed("its answer is not SPARQL JSON") from None
    if len(rows) > most_rows:
        raise CallFailed(f"its answer has more than {most_rows} rows")
    return _write(results.variables, rows)


def _nests_too_deep(answer: bytes) -> bool:
    depth = 0
    for step in _TO_BRACKET.finditer(answer):
        depth += 1 if step[1] else -1
        if depth > _DEEPEST:
            return True
    return False


def _write(variables: list[Variable], rows: Iterable[QuerySolution]) -> str:
    # The parser lets no name pass twice and none that ends early, but some that the engine's grammar has not.
    if not all(_NAME.fullmatch(variable.value) for variable in variables):
        raise CallFailed("its answer has names of variables that can't be taken over")
    head = " ".join(f"?{variable.value}" for variable in variables)
    body = " ".join(f"({' '.join(_term(row[variable]) for variable in variables)})" for row in rows)
    return f"VALUES ({head}) {{ {body} }}"


def _term(term: object) -> str:
    """The term in SPARQL; that of N-Triples is the same for IRIs and literals (RDF 1.1 N-Triples, section 3)."""
    if term is None:
        return "UNDEF"
    if isinstance(term, NamedNode | Literal):
        return str(term)
    if isinstance(term, pyoxigraph.BlankNode):
        raise CallFailed(
            "its answer has blank nodes, which mean nothing outside of it; ask for names or values"
        )
    raise CallFailed("its answer has triple terms, which can't be taken over")
