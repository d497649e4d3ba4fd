"""Things, documents about them, and which document a client gets.

`/id/…` and `/def/…` stand for things, which can't be sent: 303 to `/doc/…`, the document about the thing, whose
format the Accept header or a suffix decides (https://www.w3.org/TR/cooluris/).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import version

from flask import Response, redirect, request
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as AnyResponse

from ontology.terms import CCL, RDF
from server import links
from server.engine.evaluate import write_graph
from server.language import current
from server.negotiate import GRAPH_FORMATS, HTML, Choice, by_name, negotiate
from server.page_context import Served
from server.pages import article, definitions, document, entity, statement
from server.pages import cite as citation
from server.pages.rows import select
from server.problem import Problem

_FORMATS = (*GRAPH_FORMATS, HTML)
_ONTOLOGY = "def/"
_PAGES: dict[str, Callable[[Served, NamedNode, str], str]] = {
    CCL.Article: article.show,
    CCL.Commitment: statement.show,
    CCL.Outcome: statement.show,
}


def see_document(served: Served, path: str) -> AnyResponse:
    """303 from a thing to the document about it; raises Problem 404 for a thing nobody speaks of."""
    bare, choice = _split(path)
    thing = _thing(bare, served)
    own_path = links.document_path(thing.value, served.base)
    assert own_path is not None
    suffix = f".{choice.format.suffix}" if choice else ""
    response = redirect(own_path + suffix, 303)
    response.vary.add("Accept")
    return response


def send_document(served: Served, path: str) -> AnyResponse:
    """The document about a thing; raises Problem 404 or 406."""
    bare, named = _split(path)
    choice = named or negotiate(request.headers.get("Accept"), _FORMATS)

    def write() -> str | bytes:
        thing = _thing(bare, served)
        return _write(served, thing, bare, choice)

    response = conditional(served, f"/doc/{bare}", choice, write)
    if named is None:
        own_path = links.document_path(links.iri_of(bare, served.base), served.base)
        response.headers["Content-Location"] = f"{own_path}.{choice.format.suffix}"
    return response


def cite(served: Served, path: str) -> AnyResponse:
    """How to cite a thing, as a page or, with the suffix `.bib`, as BibTeX; raises Problem 404."""
    bare = path.removesuffix(".bib")
    thing = _thing(bare, served)
    if bare != path:
        return Response(
            citation.cite(served, thing).bibtex, content_type="application/x-bibtex; charset=utf-8"
        )
    return Response(citation.show(served, thing, bare), mimetype="text/html")


def conditional(served: Served, path: str, choice: Choice, write: Callable[[], str | bytes]) -> AnyResponse:
    """What `write` writes, or 304 to a client that has it: it stays the same as long as the snapshot does."""
    language = current() if choice.format is HTML else ""
    tag = hashlib.sha256(
        "\n".join((version("chuncheng"), served.snapshot.id, path, choice.content_type, language)).encode()
    ).hexdigest()[:32]
    known = request.if_none_match.contains(tag)
    response = Response(status=304) if known else Response(write(), content_type=choice.content_type)
    response.set_etag(tag)
    response.vary.add("Accept")
    response.cache_control.no_cache = True  # may be kept, is asked for anew: the next snapshot may differ
    return response


def _split(path: str) -> tuple[str, Choice | None]:
    """A path without its suffix, and the format that the suffix names."""
    bare, dot, suffix = path.rpartition(".")
    if dot and "/" not in suffix:
        choice = next((by_name(suffix, (f,)) for f in _FORMATS if f.suffix == suffix), None)
        if choice is not None:
            return bare, choice
    return path, None


def _thing(path: str, served: Served) -> NamedNode:
    iri = links.iri_of(path, served.base)
    try:
        thing = NamedNode(iri)
    except ValueError:
        raise Problem(404, f"{iri} is no IRI, so nothing has it") from None
    if path == _ONTOLOGY or document.is_known(served.engine, thing):
        return thing
    raise Problem(404, f"this snapshot says nothing about <{iri}>; look for the thing by its name")


def _write(served: Served, thing: NamedNode, path: str, choice: Choice) -> str | bytes:
    if choice.format is HTML:
        return _page(served, thing, path)(served, thing, path)
    whole = path == _ONTOLOGY
    triples = definitions.describe(served) if whole else document.describe(served.engine, thing)
    return write_graph(triples, choice.format.writes)


def _page(served: Served, thing: NamedNode, path: str) -> Callable[[Served, NamedNode, str], str]:
    if path == _ONTOLOGY:
        return definitions.show
    for row in select(served.engine, "entity_properties", this=thing):
        if row["property"].value == RDF.type and row["value"].value in _PAGES:
            return _PAGES[row["value"].value]
    return entity.show


def html() -> Choice:
    """The choice of a page that there is only as a page."""
    return Choice(HTML, HTML.media_types[0])
