"""The read part of the SPARQL 1.1 Graph Store HTTP Protocol, https://www.w3.org/TR/sparql11-http-rdf-update/

`/store?graph=IRI`, `/store?default`, and a graph's own address below `/graph/` (direct identification, section 4.1).
"""

from __future__ import annotations

from urllib.parse import parse_qs

from pyoxigraph import NamedNode

from server.problem import Problem
from server.protocol import Query, Request

PATH = "/store"
_OWN = "/graph/"
_READ_ONLY = (
    "this graph store is read-only: change the sources and run `chuncheng build`, "
    "which publishes a new snapshot that is served from then on"
)


def is_path(path: str) -> bool:
    """Whether a path belongs to the graph store."""
    return path == PATH or path.startswith(_OWN)


def read(request: Request, path: str, base: str) -> tuple[Query, Query | None]:
    """The query whose answer is the graph, and one that asks whether there is such a graph (none for the default).

    Raises Problem: 400 for no graph or several, 403 for a write, 405 for what the protocol doesn't know.
    """
    if request.method in ("PUT", "POST", "DELETE", "PATCH"):
        raise Problem(403, _READ_ONLY)
    if request.method not in ("GET", "HEAD"):
        raise Problem(405, f"{request.method} means nothing here", headers={"Allow": "GET, HEAD, OPTIONS"})
    parameters = parse_qs(request.parameters, keep_blank_values=True)
    format_ = parameters.get("format", [None])[0]
    graphs = parameters.get("graph", [])
    if path != PATH:
        graphs = [base + path[1:]]
    elif "default" in parameters and not graphs:
        return Query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", format=format_), None
    if len(graphs) != 1 or (path == PATH and "default" in parameters):
        raise Problem(400, "name one graph, as graph=IRI, or the default graph, as default")
    try:
        graph = NamedNode(graphs[0])
    except ValueError:
        raise Problem(400, f"graph is no absolute IRI: {graphs[0]}") from None
    pattern = f"GRAPH {graph} {{ ?s ?p ?o }}"
    return (
        Query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", format=format_),
        Query(f"ASK {{ {pattern} }}", format="json"),
    )
