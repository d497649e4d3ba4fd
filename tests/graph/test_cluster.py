"""Pages read by the workers of a real dask cluster on this machine: the bytes of a build by one process, also when a worker dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

import graph.corpus
from bench.corpus import write_pages
from graph.build import build
from graph.cluster import ClusterError, cluster_workers
from graph.corpus import Corpus, Reading
from graph.progress import Progress
from graph.shard import Making
from graph.shard_files import ShardFileError
from graph.snapshot import Snapshot
from graph.workers import Workers
from ontology.identifiers import DEFAULT_BASE
from tests.server.live import free_port

distributed = pytest.importorskip("distributed")
ARTICLES = 48
MAKING = Making(DEFAULT_BASE, check=False)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    write_pages(folder, ARTICLES)
    return folder


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a cluster of three worker processes, which begin anew where they are lost."""
    with distributed.LocalCluster(
        n_workers=3,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph.corpus, "_ARTICLES", 4)


def publish(data: Path, reading: Reading) -> Snapshot:
    return build(data, None, shards=reading.shards(), base=DEFAULT_BASE)


@pytest.fixture(scope="module")
def by_one_process(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return publish(tmp_path_factory.mktemp("one") / "data", Reading(Corpus([pages]), MAKING, Workers()))


def test_a_worker_is_killed_in_the_middle_and_the_bytes_are_those_of_one_process(
    pages: Path, scheduler: str, by_one_process: Snapshot, tmp_path: Path
) -> None:
    victims: list[int] = []

    def kill_a_worker(progress: Progress) -> None:
        if progress.done >= 8 and not victims:
            with distributed.Client(scheduler, set_as_default=False) as client:
                victims.append(next(iter(client.run(os.getpid).values())))
            os.kill(victims[0], signal.SIGKILL)

    told: list[str] = []
    with cluster_workers(scheduler, told.append) as workers:
        reading = Reading(Corpus([pages]), MAKING, workers, on_progress=kill_a_worker)
        built = publish(tmp_path / "data", reading)
    assert victims, "the build ended before a worker could be killed"
    assert reading.progress.done == ARTICLES
    assert built.manifest["dump"] == by_one_process.manifest["dump"]
    for name in ("data.nq.zst", "ledger.jsonl.zst"):
        assert (built.path / name).read_bytes() == (by_one_process.path / name).read_bytes()
    assert told and "3 workers" in told[0] and "http://" in told[0]


def test_workers_write_the_quads_of_all_articles_as_files(
    pages: Path, scheduler: str, by_one_process: Snapshot, tmp_path: Path
) -> None:
    there = tmp_path / "shards"
    with cluster_workers(scheduler) as workers:
        reading = Reading(Corpus([pages]), MAKING, workers, shard_files=str(there))
        articles = sum(shard.counts[0] for shard in reading.shards())
    unpack = zstandard.ZstdDecompressor().decompress
    written = {line for file in there.glob("*.nq.zst") for line in unpack(file.read_bytes()).splitlines()}
    whole = (
        zstandard.ZstdDecompressor().stream_reader((by_one_process.path / "data.nq.zst").open("rb")).read()
    )
    of_articles = {line for line in whole.splitlines() if b"/graph/article/" in line}
    assert articles == ARTICLES
    assert of_articles and of_articles <= written
    assert (there / "shards.json").exists()


def test_shards_that_cannot_be_written_are_told(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, where a folder was to be")
    reading = Reading(Corpus([pages]), MAKING, Workers(), shard_files=str(tmp_path / "taken"))
    with pytest.raises(ShardFileError, match="taken"):
        list(reading.shards())


def test_an_address_where_nobody_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph.cluster, "_SECONDS", 1)
    with (
        pytest.raises(ClusterError, match="no dask scheduler"),
        cluster_workers(f"tcp://127.0.0.1:{free_port()}"),
    ):
        pass
