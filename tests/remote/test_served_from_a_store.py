"""A server over Oxigraph's server and over Virtuoso answers as the one over the embedded store does, within the same limits."""

from __future__ import annotations

import csv
import io
import re
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph
import pytest
from pyoxigraph import Literal, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat

from graph.build import build
from graph.snapshot import open_current
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.identifiers import DEFAULT_BASE
from tests.remote.stores import RunningStore, publish, running_store
from tests.server.live import Server, running

ROOT = Path(__file__).resolve().parent.parent.parent
QUERIES = sorted((ROOT / "queries").glob("*.rq"))
NUMBERS = ("integer", "decimal", "double", "float")
RESULTS = "application/sparql-results+json"
ALL = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(CONCAT(STR(?a), STR(?f), STR(?h))) = 7) }"
PAGES = (
    "/",
    "/ledger",
    "/ledger?view=table&sort=completion",
    "/ledger?year=2024",
    "/map",
    "/timeline",
    "/standings",
    "/cite/area/530111",
    "/graph",
    "/doc/def/",
    "/doc/def/Commitment",
    "/doc/def/FulfilledCommitment",
    "/doc/def/organization",
    "/sparql",
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("sample")
    build(data, extract_files([ROOT / "articles"], Publication()), base=DEFAULT_BASE)
    return data


@pytest.fixture(scope="module")
def embedded(sample: Path) -> Iterator[Server]:
    with running(sample, client_budget=0) as server:
        yield server


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def store(
    request: pytest.FixtureRequest, sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStore]:
    with running_store(request.param, tmp_path_factory.mktemp(request.param)) as found:
        done = publish(found, sample)
        assert done.returncode == 0, done.stderr
        yield found


@pytest.fixture(scope="module")
def remote(store: RunningStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has nothing but the store's address."""
    with running(tmp_path_factory.mktemp("nothing"), store=store.url, client_budget=0) as server:
        yield server


def value_of(term: object) -> object:
    """Numbers by their value: stores write them in ways of their own."""
    if isinstance(term, Literal) and term.datatype.value.rpartition("#")[2] in NUMBERS:
        return round(Decimal(term.value), 9)
    return term if term is None else str(term)


def rows_of(body: bytes) -> Counter[tuple[object, ...]]:
    results = pyoxigraph.parse_query_results(body, format=QueryResultsFormat.JSON)
    if isinstance(results, QueryBoolean):
        return Counter({(bool(results),): 1})
    assert isinstance(results, QuerySolutions)
    return Counter(tuple(value_of(term) for term in row) for row in results)


def same_rows(embedded: Server, remote: Server, query: str, parameters: str = "") -> int:
    expected, found = (
        server.open(
            f"/sparql{parameters}",
            "POST",
            {"Accept": RESULTS},
            query,
            content_type="application/sparql-query",
        )
        for server in (embedded, remote)
    )
    assert (expected.status_code, found.status_code) == (200, 200), found.text
    assert rows_of(found.data) == rows_of(expected.data)
    return sum(rows_of(expected.data).values())


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_every_competency_query_has_the_same_answer(path: Path, embedded: Server, remote: Server) -> None:
    same_rows(embedded, remote, path.read_text("utf-8"))


def test_a_share_of_whole_numbers_has_its_decimal_in_every_store(embedded: Server, remote: Server) -> None:
    """Virtuoso divides integers as integers; the sample pages have no share that shows it."""
    query = (ROOT / "queries/15-kept-by-theme.rq").read_text("utf-8")
    counted = 'VALUES (?theme ?promises ?told ?kept) { ("a" 22 22 15) ("b" 9 3 2) ("c" 4 4 4) }'
    query, places = re.subn(r"\{\s*SELECT \?theme .*GROUP BY \?theme\s*\}", counted, query, flags=re.DOTALL)
    assert places == 1
    assert same_rows(embedded, remote, query) == 3


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
        "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        "SELECT ?g WHERE { ?c a ccl:Article GRAPH ?g { ?c ccl:headline ?h } }",
        "SELECT ?s WHERE { GRAPH <graph/ontology> { ?s a owl:Class } }",
        "SELECT ?s ?g WHERE { GRAPH <graph/places> { ?s a ccl:District } OPTIONAL { GRAPH ?g { ?s rdfs:comment ?o } } }",
        "SELECT (COUNT(*) AS ?n) FROM <graph/ontology> WHERE { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) FROM NAMED <graph/ontology> WHERE { ?s ?p ?o }",
        "SELECT ?g (COUNT(*) AS ?n) FROM <graph/places> FROM NAMED <graph/ontology> WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        "SELECT (COUNT(*) AS ?n) WHERE { GRAPH <published> { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) FROM <published> WHERE { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) FROM <http://www.openlinksw.com/schemas/virtrdf#> WHERE { ?s ?p ?o }",
        "ASK { ?c a ccl:Commitment FILTER EXISTS { GRAPH ?g { ?c a ccl:Commitment } } }",
        "ASK { ?c a ccl:Unheard }",
        "SELECT ?c WHERE { ?c ccl:year ?y FILTER(?y<2024&&?y>2000) }",
        "# FROM <x> {\nSELECT ?label WHERE { ?c a ccl:District ; rdfs:label ?label FILTER(?label != 'FROM { GRAPH ?x') }",
        "SELECT ?b WHERE { VALUES ?b { true false } }",
    ],
)
def test_default_graph_and_named_graphs_are_those_of_the_snapshot(
    query: str, embedded: Server, remote: Server
) -> None:
    prefixes = (
        "PREFIX ccl: <https://w3id.org/chuncheng/def/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "PREFIX owl: <http://www.w3.org/2002/07/owl#>\n"
    )
    same_rows(embedded, remote, prefixes + query)


def test_a_dataset_that_the_request_names_holds_graphs_of_the_snapshot_only(
    embedded: Server, remote: Server
) -> None:
    places, own = f"{DEFAULT_BASE}graph/places", f"{DEFAULT_BASE}published"
    count = "SELECT ?g (COUNT(*) AS ?n) WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } GROUP BY ?g"
    for parameters in (
        {"default-graph-uri": places},
        {"named-graph-uri": places},
        {"default-graph-uri": own},
        {"named-graph-uri": own},
    ):
        same_rows(embedded, remote, count, "?" + urlencode(parameters))


def test_the_ledger_as_of_a_day_needs_no_data_folder(embedded: Server, remote: Server) -> None:
    path = "/ledger?asof=2030-01-01"
    for server in (embedded, remote):
        for _ in range(60):  # it is put together when it is asked for
            if server.get(path).status_code != 503:
                break
            time.sleep(0.5)
    same_page(embedded, remote, path)


@pytest.mark.parametrize("path", PAGES)
def test_pages_show_the_same(path: str, embedded: Server, remote: Server) -> None:
    same_page(embedded, remote, path)


def test_labels_of_two_languages_come_in_one_order(embedded: Server, remote: Server) -> None:
    pages = [server.get("/doc/query/01-at-least-2024.html").text for server in (embedded, remote)]
    labels = [re.findall(r'class="literal" lang="(\w+)"', page) for page in pages]
    assert labels[1] == labels[0]
    assert {"en", "zh"} <= set(labels[0])


def test_a_thing_of_every_class_has_the_same_page(embedded: Server, remote: Server) -> None:
    found = embedded.ask(
        "SELECT ?class (MIN(STR(?thing)) AS ?one) WHERE { ?thing a ?class FILTER(CONTAINS(STR(?thing), '/chuncheng/id/')) } GROUP BY ?class",
        accept="text/csv",
    )
    things = {row["one"].removeprefix(DEFAULT_BASE) for row in csv.DictReader(io.StringIO(found.text))}
    assert len(things) > 20
    for thing in sorted(things):
        same_page(embedded, remote, f"/doc/{quote(thing.removeprefix('id/'))}.html")


def same_page(embedded: Server, remote: Server, path: str) -> None:
    accept = {"Accept": "text/html", "Accept-Language": "en"}
    expected, found = (server.get(path, headers=accept) for server in (embedded, remote))
    assert (path, found.status_code) == (path, expected.status_code)
    words = [
        Counter(re.findall(r">\s*([^<>]*[^<>\s])\s*<", reply.text.replace(str(server.port), "")))
        for server, reply in ((embedded, expected), (remote, found))
    ]
    assert (path, words[1] - words[0], words[0] - words[1]) == (path, Counter(), Counter())
    assert sum(words[0].values()) > 20


def test_linked_data_is_the_same_in_every_format(embedded: Server, remote: Server) -> None:
    formats = {
        "ttl": RdfFormat.TURTLE,
        "nt": RdfFormat.N_TRIPLES,
        "nq": RdfFormat.N_QUADS,
        "trig": RdfFormat.TRIG,
        "rdf": RdfFormat.RDF_XML,
        "jsonld": RdfFormat.JSON_LD,
    }
    for thing in ("area/530111", "area/530102", "dataset", "def/FulfilledCommitment"):
        for suffix, format_ in formats.items():
            replies = [server.get(f"/doc/{thing}.{suffix}") for server in (embedded, remote)]
            assert replies[0].status_code == replies[1].status_code, (thing, suffix)
            if replies[0].status_code != 200 or suffix == "jsonld":
                continue
            first, second = (
                {str(quad) for quad in pyoxigraph.parse(reply.data, format=format_)} for reply in replies
            )
            assert first == second, (thing, suffix)
            assert first
    for suffix in ("json", "csv"):
        assert remote.get(f"/doc/area/530111.{suffix}").data.count(b"\n") == embedded.get(
            f"/doc/area/530111.{suffix}"
        ).data.count(b"\n")
    graph = remote.get("/graph/ontology", headers={"Accept": "application/n-triples"})
    assert set(graph.data.splitlines()) == set(
        embedded.get("/graph/ontology", headers={"Accept": "application/n-triples"}).data.splitlines()
    )


@pytest.mark.parametrize(
    "accept",
    [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ],
)
def test_tables_come_in_every_format(accept: str, embedded: Server, remote: Server) -> None:
    query = "SELECT ?s ?l WHERE { ?s a <https://w3id.org/chuncheng/def/District> ; <http://www.w3.org/2000/01/rdf-schema#label> ?l } ORDER BY ?s ?l"
    assert remote.ask(query, accept).data == embedded.ask(query, accept).data


def test_dump_description_and_health_need_no_data_folder(sample: Path, remote: Server) -> None:
    snapshot = open_current(sample)
    assert remote.get("/dumps/data.nq.zst").data == (snapshot.path / "data.nq.zst").read_bytes()
    assert remote.get("/.well-known/void").status_code == 200
    health = remote.get("/health").json
    assert (health["snapshot"], health["ready"]) == (snapshot.id, True)


@pytest.mark.parametrize(
    ("query", "status", "member"),
    [
        ("SELECT ?s WHERE {\n ?s ?p }", 400, ("line", 2)),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403, None),
        ("INSERT DATA { <a> <b> <c> }", 400, None),
        ("SELECT (<bif:concat>('a', 'b') AS ?x) WHERE {}", 403, None),
        ("PREFIX b: <sql:> SELECT (b:rnd(1) AS ?x) WHERE {}", 403, None),
        ("define get:soft 'soft' SELECT * WHERE { ?s ?p ?o }", 400, ("line", 1)),
        ("SELECT * WHERE " + "{" * 70 + "}" * 70, 413, ("limit", 64)),
    ],
)
def test_what_is_wrong_is_refused_before_the_store_sees_it(
    query: str, status: int, member: tuple[str, int] | None, remote: Server
) -> None:
    reply = remote.ask(query)
    assert reply.status_code == status, reply.text
    if member is not None:
        assert reply.json[member[0]] == member[1]


def test_the_deadline_ends_a_query_and_no_other(remote: Server) -> None:
    began = time.monotonic()
    reply = remote.open("/sparql?timeout=0.5", "POST", data=ENDLESS, content_type="application/sparql-query")
    assert reply.status_code == 504, reply.text
    assert time.monotonic() - began < 5
    assert remote.ask("ASK { ?s ?p ?o }").status_code == 200


def test_rows_and_bytes_have_their_limits(store: RunningStore, tmp_path: Path) -> None:
    with running(tmp_path, store=store.url, result_rows=1000, result_bytes=600_000) as server:
        many, long = (
            server.ask(ALL + " LIMIT 2000"),
            server.ask("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 9000", accept="application/rdf+xml"),
        )
        assert (many.status_code, many.json["unit"]) == (507, "rows")
        assert (long.status_code, long.json["unit"]) == (507, "bytes")
        assert server.ask(ALL + " LIMIT 900").status_code == 200


def test_a_killed_store_is_told_and_when_it_is_back_so_are_the_answers(
    store: RunningStore, remote: Server
) -> None:
    store.kill()
    try:
        reply = remote.ask(ALL + " LIMIT 7")
        assert (reply.status_code, reply.mimetype) == (503, "application/problem+json")
        assert int(reply.headers["Retry-After"]) > 0
        assert "127.0.0.1" not in reply.text
        assert remote.get("/doc/area/530103").status_code == 503
        wait_for_health(remote, 503)
    finally:
        store.rows = 500  # of Virtuoso, which leaves the rest out without an error
        store.start()
    wait_for_health(remote, 200)
    assert remote.ask(ALL + " LIMIT 6").status_code == 200
    cut = remote.ask(ALL + " LIMIT 501")
    assert cut.status_code == (507 if store.kind == "virtuoso" else 200), cut.text[:300]
    assert remote.ask(ALL + " LIMIT 499").status_code == 200


def wait_for_health(server: Server, status: int) -> None:
    for _ in range(300):
        if server.get("/health").status_code == status:
            return
        time.sleep(0.1)
    raise AssertionError(f"/health never was {status}")
