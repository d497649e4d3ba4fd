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

from flask import Response, g, redirect, request
from pyoxigraph import NamedNode, RdfFormat, Triple
from werkzeug.wrappers import Response as AnyResponse

from graph.changes import when_gone
from graph.dataset import LICENCE
from ontology.terms import CCL, RDF
from server import fragments, links, schema_org
from server.document_table import write_table
from server.engine.evaluate import write_graph
from server.json_ld import CONTEXT_PATH, write_document
from server.language import current, localized
from server.negotiate import (
    DOCUMENT_FORMATS,
    DOCUMENT_JSON,
    DOCUMENT_TABLE,
    GRAPH_FORMATS,
    HTML,
    Choice,
    Format,
    by_name,
    negotiate,
)
from server.page_context import Served
from server.pages import article, changes, definitions, document, entity, statement, term
from server.pages import cite as citation
from server.pages import fragment as fragment_page
from server.pages.rows import Row, select
from server.problem import Problem

_FORMATS = (*DOCUMENT_FORMATS, HTML)
_FEEDS = (Format("atom", ("application/atom+xml", "application/xml", "text/xml"), None), HTML)
_ONTOLOGY = "def/"
_SITE_LINKS = (
    '</.well-known/void>; rel="describedby"; type="text/turtle"',
    f'<{LICENCE}>; rel="license"',
    '</sparql>; rel="http://www.w3.org/ns/sparql-service-description#endpoint"',
)
_URL_SAFE = ":/?#[]@!$&'()*+,;=%-._~"
_SHOWN = 300  # characters of an IRI that is told not to be known
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
    response = redirect(localized(own_path + suffix), 303)
    response.vary.update(("Accept", "Accept-Language"))
    return response


def see_dataset() -> AnyResponse:
    """303 from the data set to what describes it: the home page, or VoID and DCAT; raises Problem 406."""
    choice = negotiate(request.headers.get("Accept"), (*GRAPH_FORMATS, HTML))
    response = redirect(localized("/") if choice.format is HTML else "/.well-known/void", 303)
    response.vary.update(("Accept", "Accept-Language"))
    return response


def send_document(served: Served, path: str) -> AnyResponse:
    """The document about a thing; raises Problem 404 or 406."""
    bare, named = _split(path)
    asked = request.args.get("links")
    formats = DOCUMENT_FORMATS if asked is not None else _FORMATS  # pages have their own lists
    choice = named or negotiate(request.headers.get("Accept"), formats)
    if asked is not None:
        return _send_links(served, bare, asked, choice)

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


def _send_links(served: Served, path: str, asked: str, choice: Choice) -> AnyResponse:
    """A page of what points to a thing by a property; raises Problem 400, 404 or 406."""
    if choice.format is HTML:
        raise Problem(406, "the links to a thing come as data only; its page lists them for people")
    try:
        property_ = NamedNode(asked)
    except ValueError:
        raise Problem(400, "links is the IRI of a property") from None
    thing, number = _thing(path, served), fragments.read_page(request.args)
    found = document.LinksPage(property_, number, document.count_links(served.engine, thing, property_))
    if number > found.pages:
        raise Problem(404, f"there are {found.pages} pages of these links")

    def write() -> bytes:
        return _write_triples(document.describe_links(served, thing, path, found), thing, choice)

    own_path = links.document_path(thing.value, served.base) or ""
    response = conditional(served, f"/doc/{path}?{found.query(number)}", choice, write)
    relations = {"previous": "prev"}
    pages = [
        f'<{own_path}?{found.query(page)}>; rel="{relations.get(name, name)}"'
        for name, page in found.neighbours()
    ]
    response.headers["Link"] = ", ".join([*pages, f'<{own_path}>; rel="collection"', *_SITE_LINKS])
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


def send_changes(served: Served, suffix: str | None) -> AnyResponse:
    """The publications of the last snapshots, as a feed or a page; raises Problem 404 or 406."""
    choice = by_name(suffix, _FEEDS) if suffix else negotiate(request.headers.get("Accept"), _FEEDS)
    if choice is None or (suffix and suffix != choice.format.suffix):
        raise Problem(404, f"the changes can be had as atom and html, not as {suffix}")
    if choice.format is HTML:
        body: str | bytes = changes.show(served)
    else:
        body = changes.write_feed(served, request.host_url.rstrip("/"))
    response = Response(body, content_type=choice.content_type)
    response.add_etag()  # of what it says: snapshots are pruned while one is served
    response.vary.update(("Accept", "Accept-Language"))
    response.cache_control.no_cache = True
    return response.make_conditional(request)


def send_fragment(served: Served, *, has_graph: bool) -> AnyResponse:
    """A page of the triples or quads that match a pattern; raises Problem 400, 404 or 406."""
    pattern = fragments.read_pattern(request.args, has_graph=has_graph)
    number = fragments.read_page(request.args)
    choice = negotiate(request.headers.get("Accept"), (*GRAPH_FORMATS, HTML))
    host = request.host_url.rstrip("/")
    fragment = fragments.find(served, pattern, number)
    asked = quote(request.query_string.decode("latin-1"), safe=_URL_SAFE)
    url = f"{host}{pattern.path}" + (f"?{asked}" if asked else "")

    def write() -> str | bytes:
        if choice.format is HTML:
            return fragment_page.show(served, fragment)
        assert isinstance(choice.format.writes, RdfFormat)
        return fragments.write(fragment, url, host, served.base, choice.format.writes)

    response = conditional(served, url, choice, write)
    found = [f'<{path}>; rel="{name}"' for name, path in fragment.neighbours()]
    response.headers["Link"] = ", ".join([*found, *_SITE_LINKS])
    return response


def conditional(served: Served, path: str, choice: Choice, write: Callable[[], str | bytes]) -> AnyResponse:
    """What `write` writes, or 304 to a client that has it: it stays the same as long as the snapshot does."""
    # A page is of its language, and of the URL that names one; it and JSON name the host that they come from.
    if choice.format is HTML:
        surroundings = f"{current()} {request.root_path} {request.host_url}"
    else:
        surroundings = request.host_url if choice.format.suffix.startswith("json") else ""
    tag = hashlib.sha256(
        "\n".join((version("chuncheng"), served.state, path, choice.content_type, surroundings)).encode()
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
    choice = None
    if dot and "/" not in suffix:
        choice = next((by_name(suffix, (f,)) for f in _FORMATS if f.suffix == suffix), None)
    whole = path if choice is None else bare
    return (_ONTOLOGY if whole == _ONTOLOGY.rstrip("/") else whole), choice


def _iri(path: str, served: Served) -> NamedNode:
    iri = links.iri_of(path, served.base)
    try:
        return NamedNode(iri)
    except ValueError:
        raise Problem(404, f"{_shortened(iri)} is no IRI, so nothing has it") from None


def _thing(path: str, served: Served) -> NamedNode:
    thing = _iri(path, served)
    if path == _ONTOLOGY or document.is_known(served.engine, thing):
        return thing
    gone = when_gone(served.snapshot.path, thing.value)
    if gone is not None:
        raise Problem(
            410,
            f"{thing} was in the data until the snapshot of {gone[:10]}; what took its place is told by /changes",
            fields={"last_held": gone},
            headers={"Link": f'<{changes.PATH}>; rel="related"'},
        )
    raise Problem(
        404, f"this snapshot says nothing about <{_shortened(thing.value)}>; look for the thing by its name"
    )


def _shortened(iri: str) -> str:
    return iri if len(iri) <= _SHOWN else f"{iri[:_SHOWN]}…"


def _write(served: Served, thing: NamedNode, path: str, choice: Choice) -> str | bytes:
    if path == _ONTOLOGY:
        return _write_triples(definitions.describe(served), thing, choice)
    return _write_triples(document.describe(served, thing, path), thing, choice)


def _write_triples(triples: list[Triple], thing: NamedNode, choice: Choice) -> bytes:
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
    found.append(f'<{_ascii(links.canonical_document(path, served.base))}>; rel="canonical"')
    found += _SITE_LINKS
    if choice.format is DOCUMENT_JSON:
        found.append(
            f'<{CONTEXT_PATH}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
        )
    return ", ".join(found)


def _ascii(iri: str) -> str:
    """An IRI as the URI that a header may hold (RFC 3987 section 3.1)."""
    return quote(iri, safe=_URL_SAFE)


def _write_page(served: Served, path: str) -> str:
    thing = _iri(path, served)
    if path == _ONTOLOGY:
        return definitions.show(served, thing, path)
    properties = select(served.engine, "entity_properties", this=thing)
    if not properties:
        _thing(path, served)  # of some things there is only what points to them
    classes = {row["value"].value for row in properties if row["property"].value == RDF.type}
    g.structured_data = schema_org.describe(served, thing, properties, request.host_url.rstrip("/"))
    if term.is_term(thing, classes):
        return term.show(served, thing, path, properties)
    page = next((page for iri, page in _PAGES.items() if iri in classes), entity.show)
    return page(served, thing, path, properties)


def html() -> Choice:
    """The choice of a page that there is only as a page."""
    return Choice(HTML, HTML.media_types[0])
