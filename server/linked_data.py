"""Things, documents about them, and which document a client gets.

`/id/…` and `/def/…` stand for things, which can't be sent: 303 to `/doc/…`, the document about the thing, whose
format the Accept header or a suffix decides (https://www.w3.org/TR/cooluris/).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import version
from typing import TypeAlias
from urllib.parse import quote

from flask import Response, redirect, request
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as AnyResponse

from graph.dataset import LICENCE
from ontology.terms import CCL, RDF
from server import links
from server.document_table import write_table
from server.engine.evaluate import write_graph
from server.json_ld import CONTEXT_PATH, write_document
from server.language import current
from server.negotiate import DOCUMENT_FORMATS, DOCUMENT_JSON, DOCUMENT_TABLE, HTML, Choice, by_name, negotiate
from server.page_context import Served
from server.pages import article, definitions, document, entity, statement
from server.pages import cite as citation
from server.pages.rows import Row, select
from server.problem import Problem

_FORMATS = (*DOCUMENT_FORMATS, HTML)
_ONTOLOGY = "def/"
Page: TypeAlias = Callable[[Served, NamedNode, str, list[Row]], str]
_PAGES: dict[str, Page] = {
    CCL.Article: article.show,
    CCL.Commitment: statement.show,
    CCL.Outcome: statement.show,
    CCL.ImpliedTarget: statement.show,
}


def see_document(served: Served, path: str) -> AnyResponse:
    """303 from a thing to the document about it; raises Problem 404 for a thing nobody speaks of."""
    bare, choice = _split(path)
    thing = _thing(bare, served)
    own_path = links.document_path(thing.value, served.base)
    assert own_path is not None
    suffix = f".{choice.format.suffix}" if choice else ""
    response = redirect(own_path + suffix, 303)
    response.vary.update(("Accept", "Accept-Language"))
    return response


def send_document(served: Served, path: str) -> AnyResponse:
    """The document about a thing; raises Problem 404 or 406."""
    bare, named = _split(path)
    choice = named or negotiate(request.headers.get("Accept"), _FORMATS)

    def write() -> str | bytes:
        if choice.format is HTML:
            return _write_page(served, bare)
        return _write(served, _thing(bare, served), bare, choice)

    response = conditional(served, f"/doc/{bare}", choice, write)
    response.vary.add("Accept-Language")
    response.headers["Link"] = _links(served, bare, choice)
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
    # A page is of its language, JSON names the context of the host that it comes from.
    language = (
        current()
        if choice.format is HTML
        else request.host_url
        if choice.format.suffix.startswith("json")
        else ""
    )
    tag = hashlib.sha256(
        "\n".join((version("chuncheng"), served.state, path, choice.content_type, language)).encode()
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


def _iri(path: str, served: Served) -> NamedNode:
    iri = links.iri_of(path, served.base)
    try:
        return NamedNode(iri)
    except ValueError:
        raise Problem(404, f"{iri} is no IRI, so nothing has it") from None


def _thing(path: str, served: Served) -> NamedNode:
    thing = _iri(path, served)
    if path == _ONTOLOGY or document.is_known(served.engine, thing):
        return thing
    raise Problem(404, f"this snapshot says nothing about {thing}; look for the thing by its name")


def _write(served: Served, thing: NamedNode, path: str, choice: Choice) -> str | bytes:
    whole = path == _ONTOLOGY
    triples = definitions.describe(served) if whole else document.describe(served.engine, thing)
    if choice.format is DOCUMENT_TABLE:
        return write_table(triples, thing)
    if choice.format is DOCUMENT_JSON or choice.format.suffix == "jsonld":
        return write_document(triples, thing, request.host_url.rstrip("/"))
    return write_graph(triples, choice.format.writes)


def _links(served: Served, path: str, choice: Choice) -> str:
    """The Link header of a document (RFC 8288): its other formats, what it is about, its licence, the endpoint behind it."""
    own_path = links.document_path(links.iri_of(path, served.base), served.base) or ""
    found = [
        f'<{own_path}.{format_.suffix}>; rel="alternate"; type="{format_.media_types[0]}"'
        for format_ in _FORMATS
        if format_ is not choice.format
    ]
    canonical = links.iri_of(path, served.base)
    found.append(f'<{_ascii(canonical)}>; rel="describes"')
    found.append(f'<{_ascii(canonical.replace("/id/", "/doc/", 1))}>; rel="canonical"')
    found.append('</.well-known/void>; rel="describedby"; type="text/turtle"')
    found.append(f'<{LICENCE}>; rel="license"')
    found.append('</sparql>; rel="http://www.w3.org/ns/sparql-service-description#endpoint"')
    if choice.format is DOCUMENT_JSON:
        found.append(
            f'<{CONTEXT_PATH}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
        )
    return ", ".join(found)


def _ascii(iri: str) -> str:
    """An IRI as the URI that a header may hold (RFC 3987 section 3.1)."""
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%-._~")


def _write_page(served: Served, path: str) -> str:
    thing = _iri(path, served)
    if path == _ONTOLOGY:
        return definitions.show(served, thing, path)
    properties = select(served.engine, "entity_properties", this=thing)
    if not properties:
        _thing(path, served)  # of some things there is only what points to them
    classes = {row["value"].value for row in properties if row["property"].value == RDF.type}
    page = next((page for iri, page in _PAGES.items() if iri in classes), entity.show)
    return page(served, thing, path, properties)


def html() -> Choice:
    """The choice of a page that there is only as a page."""
    return Choice(HTML, HTML.media_types[0])
