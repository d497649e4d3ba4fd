"""The web application: its routes at a glance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, g, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from server import (
    as_of_pages,
    fragments,
    json_ld,
    language,
    linked_data,
    links,
    protocol,
    schema_org,
    search,
    text_display,
)
from server.assets import Assets
from server.figures import series, timeline
from server.ledger import Selection
from server.negotiate import HTML, negotiate
from server.page_context import ENVIRON_KEY, PageContext, Served
from server.pages import (
    changes,
    columns,
    graph,
    home,
    ledger,
    ledger_numbers,
    sparql,
    standings,
    status,
    thing_timeline,
)
from server.pages import map as map_page
from server.pages import search as search_page
from server.pages import timeline as timeline_page
from server.pages.rows import Names, Row
from server.pages.statements import quantity, readable_number
from server.problem import PROBLEM_JSON, Problem
from server.protocol import Query

_HERE = Path(__file__).parent


def create_app() -> Flask:
    """The pages and linked data; each request brings its surroundings (server.page_context)."""
    app = Flask("chuncheng", root_path=str(_HERE), static_folder=None)
    language.install(app)
    as_of_pages.install(app)
    _set_up_templates(app)

    @app.get("/")
    def show_home() -> AnyResponse:
        served = _context().served
        return linked_data.conditional(served, "/", linked_data.html(), lambda: home.show(served))

    @app.get("/id/<path:path>")
    def identify(path: str) -> AnyResponse:
        return linked_data.see_document(_context().served, path)

    @app.get("/def/", defaults={"name": ""})
    @app.get("/def/<path:name>")
    def define(name: str) -> AnyResponse:
        return linked_data.see_document(_context().served, f"def/{name}")

    @app.get("/def.<suffix>")
    def define_all(suffix: str) -> AnyResponse:
        return linked_data.see_document(_context().served, f"def.{suffix}")

    @app.get("/dataset")
    def identify_dataset() -> AnyResponse:
        return linked_data.see_dataset()

    @app.get("/doc/<path:path>")
    def send_document(path: str) -> AnyResponse:
        return linked_data.send_document(_context().served, path)

    @app.get("/ledger")
    def show_ledger() -> AnyResponse:
        served = _context().served
        selection = _selection(served)
        return linked_data.conditional(
            served, selection.address(), linked_data.html(), lambda: ledger.show(served, selection)
        )

    @app.get("/ledger.<suffix>")
    def send_ledger(suffix: str) -> AnyResponse:
        served = _context().served
        return ledger.send(served, _selection(served), suffix)

    @app.get("/standings")
    def show_standings() -> AnyResponse:
        served = _context().served
        return linked_data.conditional(
            served, "/standings", linked_data.html(), lambda: standings.show(served)
        )

    @app.get("/search")
    def show_search() -> AnyResponse:
        served, selection = _context().served, search.Selection.read(request.args)
        return linked_data.conditional(
            served, selection.address(), linked_data.html(), lambda: search_page.show(served, selection)
        )

    @app.get("/search.<suffix>")
    def send_search(suffix: str) -> AnyResponse:
        return _tagged(search_page.send(_context().served, search.Selection.read(request.args), suffix))

    @app.get("/suggest")
    def suggest() -> AnyResponse:
        selection, as_opensearch = (
            search.Selection.read(request.args),
            request.args.get("format") == "opensearch",
        )
        return _tagged(search_page.suggest(_context().served, selection, opensearch=as_opensearch))

    @app.get("/opensearch.xml")
    def describe_search() -> AnyResponse:
        return Response(
            search_page.describe(request.host_url.rstrip("/")), content_type=search_page.OPENSEARCH
        )

    @app.get(json_ld.CONTEXT_PATH)
    def send_context() -> AnyResponse:
        response = Response(json_ld.write_context(), content_type="application/ld+json")
        response.add_etag()
        response.cache_control.max_age = 3600
        return response.make_conditional(request)

    @app.get(changes.PATH)
    @app.get(f"{changes.PATH}.<suffix>")
    def show_changes(suffix: str | None = None) -> AnyResponse:
        return linked_data.send_changes(_context().served, suffix)

    @app.get(fragments.PATH)
    @app.get(fragments.QUADS_PATH, defaults={"has_graph": True})
    def send_fragment(has_graph: bool = False) -> AnyResponse:
        return linked_data.send_fragment(_context().served, has_graph=has_graph)

    @app.get("/cite/<path:path>")
    def show_citation(path: str) -> AnyResponse:
        return linked_data.cite(_context().served, path)

    @app.get("/graph")
    def show_graph() -> AnyResponse:
        served, asked = _context().served, request.args.get("focus")
        focus = graph.read_focus(served, asked) if asked else None
        return linked_data.conditional(
            served, f"/graph?{asked or ''}", linked_data.html(), lambda: graph.show(served, focus)
        )

    @app.get("/graph.json")
    def send_graph() -> AnyResponse:
        served = _context().served
        focus = graph.read_focus(served, request.args.get("focus", ""))
        return Response(graph.answer(served, focus, request.args), mimetype="application/json")

    @app.get("/map")
    def show_map() -> AnyResponse:
        served = _context().served
        return linked_data.conditional(served, "/map", linked_data.html(), lambda: map_page.show(served))

    @app.get("/timeline")
    def show_timeline() -> AnyResponse:
        served, asked = _context().served, request.args.get("focus")
        when = [request.args.get(name) for name in ("year", "month", "page")]
        focus = graph.read_focus(served, asked) if asked else None
        return linked_data.conditional(
            served,
            "/timeline?" + "&".join(text or "" for text in (asked, *when)),
            linked_data.html(),
            lambda: thing_timeline.show(served, focus) if focus else timeline_page.show(served, *when),
        )

    @app.route("/sparql", methods=["GET", "POST"])
    @app.route("/sparql.html", methods=["GET", "POST"])
    def show_sparql() -> AnyResponse:
        # Only those who want a page come here: the layer in front answers everybody else.
        asked = protocol.Request(
            request.method,
            "",
            request.path,
            request.query_string.decode("latin-1"),
            content_type=request.content_type,
            body=request.get_data(),
        )
        page, status = sparql.show(_context(), protocol.read_query(asked))
        return Response(page, status, {"Vary": "Accept"}, mimetype="text/html")

    @app.errorhandler(Problem)
    def tell_problem(problem: Problem) -> AnyResponse:
        return _tell(problem)

    @app.errorhandler(HTTPException)
    def tell_http_problem(error: HTTPException) -> AnyResponse:
        headers = {name: value for name, value in error.get_headers() if name == "Allow"}
        return _tell(Problem(error.code or 500, error.description or "the request failed", headers=headers))

    @app.errorhandler(Exception)
    def tell_failure(error: Exception) -> AnyResponse:
        app.logger.error("failed at %s", request.path, exc_info=error)
        return _tell(Problem(500, "the server failed at this request; its log says why"))

    return app


def _selection(served: Served) -> Selection:
    return replace(Selection.read(request.args), as_of=served.past.day if served.past else "")


def _tagged(response: Response) -> AnyResponse:
    """The response with an ETag of its body, or 304 to a client that has it."""
    response.add_etag()
    return response.make_conditional(request)


def _context() -> PageContext:
    context: PageContext = request.environ[ENVIRON_KEY]
    return context


def _set_up_templates(app: Flask) -> None:
    """Templates stand beside the pages that they show."""
    environment = app.jinja_env
    environment.loader = ChoiceLoader(
        [FileSystemLoader(_HERE / "pages"), FileSystemLoader(_HERE / "templates")]
    )
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(
        href=_href,
        quantity=_write_quantity,
        parameters=_write_parameters,
        shown=text_display.show,
        listed=text_display.listed,
        anchor=links.anchor,
        column=columns.title,
        status=status.words,
        period_basis=status.period_basis,
        target=ledger_numbers.target,
        reached=ledger_numbers.reached,
    )
    assets = Assets()
    environment.globals.update(asset=assets.url, asset_entry=assets.entry)
    environment.globals.update(lay_out_timeline=timeline.lay_out, lay_out_series=series.lay_out)
    environment.filters["readable"] = lambda value: readable_number(str(value), language.current())
    environment.globals.update(structured_data=_write_structured_data, canonical=links.canonical_document)
    environment.tests.update(iri=_is_iri, literal=_is_literal)


def _write_structured_data() -> Markup:
    """What the page is about in schema.org's words, where the page has said so."""
    return schema_org.write_element(g.get("structured_data"))


def _tell(problem: Problem) -> AnyResponse:
    """A problem as a page for browsers, as problem+json for everybody else."""
    try:
        as_page = negotiate(request.headers.get("Accept"), protocol.ERROR_FORMATS).format is HTML
    except Problem:
        as_page = False
    if as_page:
        response = Response(render_template("problem.html", problem=problem), mimetype="text/html")
    else:
        response = Response(problem.to_json(), content_type=PROBLEM_JSON)
    response.status_code = problem.status
    response.headers.update(problem.headers)
    response.vary.add("Accept")
    return response


def _href(iri: str, base: str) -> str | None:
    target = links.href(iri, base)
    return language.localized(target) if target else None


def _write_quantity(row: Row, names: Names) -> str:
    unit = names.of(row["unit"]) if "unit" in row else ""
    return quantity(row, text_display.show(unit) if unit else None, language.current())


def _write_parameters(query: Query, format_: str) -> str:
    """The parameters of a request for the same answer in a format."""
    parameters = [("query", query.text), ("format", format_)]
    parameters += [("default-graph-uri", graph) for graph in query.default_graphs]
    parameters += [("named-graph-uri", graph) for graph in query.named_graphs]
    return urlencode(parameters)


def _is_iri(term: object) -> bool:
    return isinstance(term, NamedNode)


def _is_literal(term: object) -> bool:
    return isinstance(term, Literal)
