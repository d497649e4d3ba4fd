"""Which snapshot is served: the one published now, without a request lost at the exchange."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph
import pytest

from graph.snapshot import rollback
from ontology.errors import ChunchengError
from server.current import NoSnapshotError, require_snapshot
from tests.server.conftest import Publish
from tests.server.live import Server, running

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
EXCHANGE_SECONDS = 20


def count(server: Server, more: str = "") -> int:
    reply = server.ask(COUNT + more)
    assert reply.status_code == 200, reply.text
    return int(reply.json["results"]["bindings"][0]["n"]["value"])


def wait_for(server: Server, expected: int) -> None:
    until = time.monotonic() + EXCHANGE_SECONDS
    while count(server) != expected:
        assert time.monotonic() < until, f"still {count(server)}, not {expected}"
        time.sleep(0.05)


@pytest.fixture
def two_snapshots(tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]) -> Iterable[Server]:
    publish(tmp_path, ledger[:10])
    with running(tmp_path) as server:
        assert count(server) == 10
        publish(tmp_path, ledger[:20])
        yield server


def test_a_snapshot_published_while_serving_is_served_within_seconds(two_snapshots: Server) -> None:
    wait_for(two_snapshots, 20)


def test_a_rollback_is_served_as_well(
    tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> None:
    publish(tmp_path, ledger[:10])
    publish(tmp_path, ledger[:20])
    with running(tmp_path) as server:
        assert count(server) == 20
        rollback(tmp_path)
        wait_for(server, 10)


def test_documents_and_answers_of_the_new_snapshot_have_other_etags(
    tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> None:
    publish(tmp_path, ledger[:10])
    with running(tmp_path) as server:
        page, answer = server.get("/"), server.ask(COUNT)
        publish(tmp_path, ledger[:20])
        wait_for(server, 20)
        for path, old in (("/", page), ("/sparql?query=" + COUNT.replace(" ", "+"), answer)):
            assert server.get(path, headers={"If-None-Match": old.headers["ETag"]}).status_code == 200


def test_no_request_fails_while_snapshots_are_exchanged(
    tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> None:
    publish(tmp_path, ledger[:10])
    answers: list[int] = []
    done = threading.Event()
    with running(tmp_path, client_budget=0) as server:

        def ask() -> None:
            turn = 0
            while not done.is_set():
                turn += 1
                answers.append(count(server, f" # {turn} {threading.get_ident()}"))

        asking = [threading.Thread(target=ask) for _ in range(3)]
        for thread in asking:
            thread.start()
        for size in (20, 10, 20):
            publish(tmp_path, ledger[:size])
            wait_for(server, size)
        done.set()
        for thread in asking:
            thread.join(30)
    assert len(answers) > 20
    assert set(answers) == {10, 20}


def test_a_query_that_runs_finishes_on_the_snapshot_it_began_with(
    tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> None:
    publish(tmp_path, ledger[:20])
    product = " ".join(f"?s{i} ?p{i} ?o{i} ." for i in range(4))  # 20⁴ rows to count: seconds
    answer: list[int] = []
    with running(tmp_path, deadline=25) as server:
        slow = threading.Thread(
            target=lambda: answer.append(
                int(
                    server.ask(f"SELECT (COUNT(*) AS ?n) {{ {product} }}").json["results"]["bindings"][0][
                        "n"
                    ]["value"]
                )
            )
        )
        slow.start()
        publish(tmp_path, ledger[:10])
        wait_for(server, 10)
        slow.join(60)
    assert answer == [20**4]


def test_the_old_snapshot_stays_where_the_new_one_cannot_be_opened(
    tmp_path: Path, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> None:
    publish(tmp_path, ledger[:10])
    with running(tmp_path) as server:
        broken = tmp_path / "broken"
        broken.mkdir()
        (tmp_path / "current.new").symlink_to(broken)
        (tmp_path / "current.new").replace(tmp_path / "current")
        time.sleep(1)  # for the server to look, several times over
        assert count(server) == 10
        assert server.get("/health").status_code == 200


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_a_folder_without_a_snapshot_is_told_to_be_built(tmp_path: Path, folder: str) -> None:
    data_dir = tmp_path / folder
    if folder == "empty":
        data_dir.mkdir()
    with pytest.raises(NoSnapshotError, match="chuncheng build") as caught:
        require_snapshot(data_dir)
    assert isinstance(caught.value, ChunchengError)
