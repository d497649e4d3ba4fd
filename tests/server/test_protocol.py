"""The SPARQL protocol at `/sparql`: request in, status and media type out."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import rdflib

from tests.server.live import Reply, Server

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
PROBLEM = "application/problem+json"
TRIPLES = "SELECT * { ?s ?p ?o }"
GRAPH_A1 = "https://ledger.example/graph/article/a1"
ASK_A1 = "ASK { <https://ledger.example/id/article/a1> a ?class }"


def get(client: Server, *parameters: tuple[str, str], accept: str = "*/*") -> Reply:
    return client.get("/sparql?" + urlencode(parameters), headers={"Accept": accept})


def post(client: Server, body: str | bytes, media_type: str | None, parameters: str = "") -> Reply:
    return client.post("/sparql?" + parameters, data=body, content_type=media_type, headers={"Accept": "*/*"})


def ask(client: Server, *parameters: tuple[str, str]) -> bool:
    response = get(client, ("query", ASK_A1), *parameters)
    assert response.status_code == 200
    return bool(response.json["boolean"])  # type: ignore[index]


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (TRIPLES, "*/*", JSON),
        (TRIPLES, XML, XML),
        (TRIPLES, "text/csv", "text/csv"),
        (TRIPLES, "text/tab-separated-values", "text/tab-separated-values"),
        ("ASK {}", "*/*", JSON),
        ("ASK {}", XML, XML),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "*/*", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", f"{JSON}, application/n-triples", "application/n-triples"),
        ("DESCRIBE <https://ledger.example/id/area/530111>", "application/trig", "application/trig"),
        ("DESCRIBE <https://ledger.example/id/area/530111>", "application/ld+json", "application/ld+json"),
    ],
)
def test_an_answer_comes_in_a_format_of_its_query_form(
    client: Server, query: str, accept: str, media_type: str
) -> None:
    response = get(client, ("query", query), accept=accept)
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ("query=ASK%20%7B%7D", FORM, 200),
        ("query=ASK+%7B%7D", FORM + "; charset=UTF-8", 200),
        ("ASK {}", DIRECT, 200),
        ("ASK {}", "Application/SPARQL-Query; charset=utf-8", 200),
        ('ASK { FILTER("昆明" = "昆明") }', DIRECT, 200),
        ("foo=bar", FORM, 400),
        ("query=ASK%7B%7D&query=ASK%7B%7D", FORM, 400),
        ("query=ASK%7B%7D&update=CLEAR+ALL", FORM, 400),
        ("query=%FF", FORM, 400),
        ("", DIRECT, 400),
        (b'ASK { FILTER("\xff" = "") }', DIRECT, 400),
        ("INSERT DATA { <a:s> <a:p> 1 }", DIRECT, 400),
        ("update=CLEAR+ALL", FORM, 403),
        ("CLEAR ALL", "application/sparql-update", 403),
        ("ASK {}", None, 415),
        ("ASK {}", "text/plain", 415),
        ('{"query": "ASK {}"}', "application/json", 415),
        ("ASK {}".encode("utf-16"), DIRECT + "; charset=utf-16", 415),
        ("#" * 33_000, DIRECT, 413),
        ("query=" + "x" * 300_000, FORM, 413),
    ],
)
def test_a_post_is_judged_by_its_body_and_content_type(
    client: Server, body: str | bytes, media_type: str | None, status: int
) -> None:
    response = post(client, body, media_type)
    assert response.status_code == status
    assert response.mimetype == (JSON if status == 200 else PROBLEM)


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ([("query", "ASK {}")], 200),
        ([("query", "ASK {}"), ("foo", "bar")], 200),
        ([("query", "")], 400),
        ([("query", "ASK {}"), ("query", "ASK {}")], 400),
        ([("query", "ASK {}"), ("default-graph-uri", "not an IRI <>")], 400),
        ([("query", "ASK {}"), ("named-graph-uri", "relative")], 400),
        ([("update", "CLEAR ALL")], 403),
        ([("query", "SELECT * { SERVICE <http://127.0.0.1/> {} }")], 403),
        ([("query", "ASK {}"), ("format", "csv")], 406),
        ([("query", "ASK {}"), ("format", "docx")], 406),
        ([("query", "SELECT * " + "{" * 3000 + "}" * 3000)], 413),
    ],
)
def test_a_get_is_judged_by_its_parameters(
    client: Server, parameters: list[tuple[str, str]], status: int
) -> None:
    assert get(client, *parameters).status_code == status


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_another_method_is_told_which_are_allowed(client: Server, method: str) -> None:
    response = client.open("/sparql?query=ASK%7B%7D", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST, QUERY, OPTIONS"


def test_any_web_page_may_read_the_endpoint(client: Server) -> None:
    preflight = client.options("/sparql", headers={"Origin": "https://elsewhere.example"})
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    for response in (preflight, get(client, ("query", "ASK {}")), get(client, ("query", "ASK"))):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_head_answers_as_get_without_a_body(client: Server) -> None:
    response = client.head("/sparql?query=ASK%7B%7D")
    assert response.status_code == 200
    assert response.mimetype == JSON
    assert response.data == b""
    assert response.content_length == len(get(client, ("query", "ASK{}")).data)


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [("SELECT * WHERE { ?s ?p", 1, 16), ("SELECT *\nWHERE {\n  ?s ?p ?o ; }}", 3, 15), ("", 1, 1)],
)
def test_a_syntax_error_says_line_and_column(client: Server, query: str, line: int, column: int) -> None:
    response = get(client, ("query", query))
    assert (response.status_code, response.mimetype) == (400, PROBLEM)
    problem = response.json
    assert problem is not None
    assert problem["line"] == line
    assert problem["column"] >= column
    assert f"line {line}" in problem["detail"]


def test_a_graph_in_rdf_xml_needs_predicates_that_end_with_a_name(client: Server) -> None:
    query = "CONSTRUCT { <a:s> <http://example.org/123> 1 } WHERE {}"
    response = get(client, ("query", query), accept="application/rdf+xml")
    assert response.status_code == 406
    assert "http://example.org/123" in response.json["detail"]  # type: ignore[index]
    assert get(client, ("query", query), accept="text/turtle").status_code == 200


@pytest.mark.parametrize("suffix", ["ttl", "nt", "nq", "trig", "rdf", "jsonld"])
def test_rdflib_reads_every_format_of_a_graph_and_finds_the_same(client: Server, suffix: str) -> None:
    query = "CONSTRUCT WHERE { ?s ?p ?o }"

    def read(format_: str) -> rdflib.Graph:
        response = get(client, ("query", query), ("format", format_))
        graph = rdflib.Dataset(default_union=True)
        return graph.parse(data=response.get_data(), format=response.mimetype)

    assert len(read(suffix)) == len(read("nt")) > 50


def test_turtle_has_our_prefixes_in_a_fixed_order(client: Server) -> None:
    text = get(client, ("query", "CONSTRUCT WHERE { ?s a ?class }")).text
    declared = [line for line in text.splitlines() if line.startswith("@prefix")]
    assert declared == sorted(declared)
    assert "@prefix ccl: <https://w3id.org/chuncheng/def/> ." in declared
    assert " a ccl:District" in text


def test_a_query_sees_the_merge_of_all_graphs_each_triple_once(client: Server) -> None:
    query = "SELECT (COUNT(*) AS ?n) { <https://ledger.example/id/commitment/c1> <https://w3id.org/chuncheng/def/value> ?v }"
    response = get(client, ("query", query), ("format", "csv"))
    assert response.text.splitlines() == ["n", "1"]


def test_the_dataset_is_what_the_request_names(client: Server) -> None:
    assert ask(client)
    assert ask(client, ("default-graph-uri", GRAPH_A1))
    assert not ask(client, ("default-graph-uri", "https://ledger.example/graph/unknown"))
    assert not ask(client, ("named-graph-uri", GRAPH_A1)), "the default graph is empty beside named graphs"


def test_a_request_limits_the_named_graphs(client: Server) -> None:
    query = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"

    def graphs(*parameters: tuple[str, str]) -> list[str]:
        return get(client, ("query", query), ("format", "csv"), *parameters).text.splitlines()[1:]

    assert len(graphs()) == 8
    assert graphs(("named-graph-uri", GRAPH_A1)) == [GRAPH_A1]
    assert graphs(("default-graph-uri", GRAPH_A1)) == []


def test_the_datasets_of_the_request_win_over_those_of_the_query(client: Server) -> None:
    query = ASK_A1.replace("ASK", f"ASK FROM <{GRAPH_A1}>")
    other = ("default-graph-uri", "https://ledger.example/graph/unknown")
    assert get(client, ("query", query)).json["boolean"] is True  # type: ignore[index]
    assert get(client, ("query", query), other).json["boolean"] is False  # type: ignore[index]


def test_relative_iris_are_resolved_against_the_base_of_the_snapshot(client: Server) -> None:
    assert get(client, ("query", "ASK { <id/area/530111> ?p ?o }")).json["boolean"] is True  # type: ignore[index]


def test_without_a_query_the_service_describes_itself(client: Server) -> None:
    response = client.get("/sparql", headers={"Accept": "application/rdf+xml"})
    graph = rdflib.Graph().parse(data=response.get_data(), format="xml")
    endpoint = rdflib.URIRef("http://www.w3.org/ns/sparql-service-description#endpoint")
    assert list(graph.objects(None, endpoint)) == [rdflib.URIRef(f"http://127.0.0.1:{client.port}/sparql")]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (" + "+".join("1" for _ in range(3000)) + " AS ?x) {}",
        "ASK { FILTER(" + "!" * 32_000 + "1) }",
        "ASK { " + "MINUS{}" * 4000 + " }",
    ],
    ids=["sum", "negations", "minus"],
)
@pytest.mark.parametrize("accept", ["*/*", "image/png"])
def test_a_flat_query_that_is_deep_for_the_engine_does_not_end_the_process(
    client: Server, query: str, accept: str
) -> None:
    response = client.post("/sparql", data={"query": query}, headers={"Accept": accept})
    assert response.status_code == (200 if accept == "*/*" else 406)
