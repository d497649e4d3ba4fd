"""What `publish` leaves in a store: one snapshot at a time, nothing sent twice, nothing half."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, parse, serialize

from graph.remote import publish as publishing
from graph.remote.address import RemoteStoreError, check_address, locate
from graph.remote.client import StoreClient, StoreRefusedError, connect
from graph.remote.files import fetch
from graph.remote.publication import read_publication, require_publication, write_publication
from graph.snapshot import DefaultGraphMode, Snapshot, build_snapshot
from tests.remote.stores import RunningStore, publish, running_store
from tests.server.live import running

BASE = "https://ledger.example/"
FIRST = """
PREFIX : <https://ledger.example/id/>
GRAPH <https://ledger.example/graph/a> { :x :says "same", "only a", "长文"@zh . _:n :in :x }
GRAPH <https://ledger.example/graph/b> { :x :says "same" . :y :value 1.50 }
GRAPH <https://ledger.example/graph/c> { :z :says "gone tomorrow" . _:n :in :z }
"""
SECOND = FIRST.replace(":y :value 1.50", ":y :value 2.5").replace(
    'GRAPH <https://ledger.example/graph/c> { :z :says "gone tomorrow" . _:n :in :z }', ""
)

Make = Callable[..., Snapshot]


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with running_store(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


@pytest.fixture
def client(store: RunningStore) -> Iterator[StoreClient]:
    """A client of a store that holds nothing of ours."""
    found = connect(store.url, store.environment)
    yield found
    said = read_publication(found, BASE)
    for placed in (*said.retired, *((said.served,) if said.served else ())) if said else ():
        found.drop_graph(placed.merge)
        found.drop_graph(placed.files)
    for name in ("published", "graph/a", "graph/b", "graph/c"):
        found.drop_graph(BASE + name)
    found.close()


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def build(trig: str, folder: str = "data", default_graph: DefaultGraphMode = "merge") -> Snapshot:
        lines = serialize(read(trig), format=RdfFormat.N_QUADS).splitlines(keepends=True)
        return build_snapshot(
            tmp_path / folder, iter(lines), base=BASE, reason=False, default_graph=default_graph
        )

    return build


def read(trig: str) -> Iterable[Quad]:
    return parse(trig.encode(), format=RdfFormat.TRIG)


def count(client: StoreClient, graph: str) -> int:
    return int(client.rows(f"SELECT (COUNT(*) AS ?n) FROM <{graph}> {{ ?s ?p ?o }}")[0]["n"])


def merge_of(client: StoreClient) -> str:
    said = require_publication(client, BASE)
    assert said.served is not None
    return said.served.merge


def test_the_default_graph_is_the_merge_and_a_set(client: StoreClient, make: Make) -> None:
    publishing.publish(make(FIRST), client)
    assert count(client, merge_of(client)) == 7  # "same" once, the blank node once in each of its triples
    rows = client.rows(
        f"SELECT ?x ?z FROM <{merge_of(client)}> WHERE {{ ?n <{BASE}id/in> ?x , ?z FILTER(STR(?x) < STR(?z)) }}"
    )
    assert len(rows) == 1, "a blank node is one node in all graphs"


def test_a_default_graph_of_its_own_stays_so(client: StoreClient, make: Make) -> None:
    publishing.publish(make(FIRST + ":x :says 'without a graph' .", default_graph="own"), client)
    assert count(client, merge_of(client)) == 1


def test_only_graphs_that_differ_are_sent_again(client: StoreClient, make: Make) -> None:
    first = publishing.publish(make(FIRST), client)
    assert (first.graphs_sent, first.graphs_kept) == (3, 0)
    second = publishing.publish(make(SECOND), client)
    assert (second.graphs_sent, second.graphs_kept, second.graphs_dropped) == (1, 1, 1)
    assert count(client, f"{BASE}graph/c") == 0
    nothing = publishing.publish(make(SECOND), client)
    assert (nothing.graphs_sent, nothing.triples) == (0, 0)


def test_an_earlier_snapshot_comes_back_without_its_default_graph_being_sent(
    client: StoreClient, make: Make
) -> None:
    first = make(FIRST, "first")
    publishing.publish(first, client)
    publishing.publish(make(SECOND, "second"), client)
    back = publishing.publish(first, client)
    assert (back.graphs_sent, back.graphs_kept) == (2, 1)
    assert back.triples == 4  # those of graphs b and c
    assert count(client, merge_of(client)) == 7


def test_what_was_served_before_goes_after_a_while(
    client: StoreClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishing.publish(make(FIRST), client)
    old = merge_of(client)
    publishing.publish(make(SECOND), client)
    assert count(client, old) == 7, "queries may still run on it"
    monkeypatch.setattr(publishing, "_KEEP_SECONDS", -1.0)
    publishing.publish(make(FIRST.replace("1.50", "3.5")), client)
    assert count(client, old) == 0
    assert require_publication(client, BASE).retired == ()


class KilledError(Exception):
    pass


@pytest.mark.parametrize("stage", ["default graph", "files", "named graphs", "sweep"])
def test_killed_at_any_stage_the_old_snapshot_stays_and_the_next_publishing_makes_it_whole(
    stage: str, client: StoreClient, make: Make
) -> None:
    publishing.publish(make(FIRST), client)
    old = merge_of(client)

    def kill(now: str) -> None:
        if now == stage:
            raise KilledError

    with pytest.raises(KilledError):
        publishing.publish(make(SECOND), client, on_stage=kill)
    if stage == "sweep":
        assert merge_of(client) != old
        return
    assert merge_of(client) == old
    assert count(client, old) == 7
    with pytest.raises(RemoteStoreError, match="take-over"):
        publishing.publish(make(SECOND), client)
    publishing.publish(make(SECOND), client, take_over=True)
    assert count(client, merge_of(client)) == 5
    assert count(client, f"{BASE}graph/c") == 0
    assert require_publication(client, BASE).begun is None


def test_graphs_half_exchanged_are_sent_again(client: StoreClient, make: Make) -> None:
    publishing.publish(make(FIRST), client)
    said = require_publication(client, BASE)
    client.drop_graph(f"{BASE}graph/a")
    write_publication(client, replace(said, begun={"at": "then", "token": "x"}, replacing=("*",)))
    publishing.publish(make(FIRST), client, take_over=True)
    assert count(client, f"{BASE}graph/a") == 4


def test_files_come_back_to_the_byte_and_damaged_ones_are_told(
    client: StoreClient, make: Make, tmp_path: Path
) -> None:
    snapshot = make(FIRST)
    publishing.publish(snapshot, client)
    served = require_publication(client, BASE).served
    assert served is not None
    fetch(client, served, tmp_path / "fetched")
    for name in ("manifest.json", "data.nq.zst", "void.nt"):
        assert (tmp_path / "fetched" / name).read_bytes() == (snapshot.path / name).read_bytes()
    with pytest.raises(RemoteStoreError, match="damaged"):
        fetch(client, replace(served, sha256="0" * 64), tmp_path / "damaged")
    with pytest.raises(RemoteStoreError, match="missing"):
        fetch(client, replace(served, parts=served.parts + 1), tmp_path / "missing")
    assert not (tmp_path / "damaged").exists()


def test_a_running_server_changes_over_and_its_answers_get_other_tags(
    store: RunningStore, client: StoreClient, make: Make, tmp_path: Path
) -> None:
    publishing.publish(make(FIRST), client)
    query = f"SELECT ?v WHERE {{ <{BASE}id/y> <{BASE}id/value> ?v }}"
    with running(tmp_path / "nothing", store=store.url, base=BASE) as server:
        before = server.ask(query)
        assert b'"1.5' in before.data
        publishing.publish(make(SECOND), client)
        end = time.monotonic() + 60
        while (after := server.ask(query)).headers["ETag"] == before.headers["ETag"]:
            assert after.status_code == 200
            assert time.monotonic() < end, "the server never changed over"
        assert b'"2.5"' in after.data
        said = require_publication(client, BASE)
        write_publication(client, replace(said, replacing=(f"{BASE}graph/b",)))
        graphs = "SELECT ?s WHERE {{ GRAPH <{}graph/{}> {{ ?s ?p ?o }} }}"
        exchanged, other = (server.ask(graphs.format(BASE, name)) for name in "ba")
        assert (exchanged.status_code, other.status_code) == (503, 200), (
            "a graph that is being exchanged has no answer"
        )
        assert server.ask(query + " #again").status_code == 200


def test_a_wrong_password_is_told_without_it(store: RunningStore, make: Make) -> None:
    if store.kind != "virtuoso":
        pytest.skip("Oxigraph's server asks for no password")
    stranger = connect(store.url, {"CHUNCHENG_STORE_USER": "dba", "CHUNCHENG_STORE_PASSWORD": "s3cret"})
    with pytest.raises(StoreRefusedError, match="401") as told:
        publishing.publish(make(FIRST), stranger)
    assert "s3cret" not in str(told.value) + repr(stranger.address)


def test_commands_tell_what_to_do(store: RunningStore, tmp_path: Path, make: Make) -> None:
    nothing = publish(store, tmp_path / "none")
    assert nothing.returncode == 1
    assert "chuncheng build" in nothing.stderr
    gone = publish(replace(store, port=1), make(FIRST).path.parent.parent)
    assert gone.returncode == 1
    assert "can't be reached" in gone.stderr
    assert "Traceback" not in gone.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://x/", "give the store's address"),
        ("http://dba:secret@x/", "CHUNCHENG_STORE_PASSWORD"),
        ("http://", "give the store's"),
    ],
)
def test_addresses_that_are_none(url: str, said: str) -> None:
    with pytest.raises(RemoteStoreError, match=said) as told:
        check_address(url)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "server", "given", "query", "graphs"),
    [
        ("http://h:7878", "Oxigraph/0.5.13", {}, "http://h:7878/query", "http://h:7878/store"),
        ("http://h:7878/query", "Oxigraph/0.5.13", {}, "http://h:7878/query", "http://h:7878/store"),
        ("http://h/sparql", "Virtuoso/07", {}, "http://h/sparql", "http://h/sparql-graph-crud-auth"),
        ("http://h/ds", "", {"CHUNCHENG_STORE_KIND": "fuseki"}, "http://h/ds/query", "http://h/ds/data"),
        (
            "http://h/repositories/l",
            "",
            {"CHUNCHENG_STORE_KIND": "graphdb"},
            "http://h/repositories/l",
            "http://h/repositories/l/rdf-graphs/service",
        ),
        (
            "http://h",
            "nginx",
            {"CHUNCHENG_STORE_QUERY": "http://h/q", "CHUNCHENG_STORE_GRAPHS": "http://h/g"},
            "http://h/q",
            "http://h/g",
        ),
    ],
)
def test_where_a_kind_of_store_answers(
    url: str, server: str, given: dict[str, str], query: str, graphs: str
) -> None:
    found = locate(url, server, given)
    assert (found.query, found.graphs) == (query, graphs)


def test_a_store_of_no_known_kind_is_asked_to_be_named() -> None:
    with pytest.raises(RemoteStoreError, match="CHUNCHENG_STORE_KIND"):
        locate("http://h", "nginx", {})


@pytest.mark.usefixtures("client")
def test_whoever_publishes_is_told_how_far_it_is(store: RunningStore, make: Make) -> None:
    said = publish(store, make(FIRST).path.parents[1]).stderr.splitlines()
    stages = [said.index(f"{stage} …") for stage in ("default graph", "named graphs")]
    for at, triples in zip(stages, (7, 8), strict=True):
        assert said[at + 1].startswith(f"{triples} triples, ")
        assert said[at + 1].endswith(" a second, 100%")
