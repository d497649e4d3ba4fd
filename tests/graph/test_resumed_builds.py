"""What was read once isn't read again: after a kill, after a change, after a correction; and the bytes are those of a build at one go."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import graph.corpus
from bench.corpus import write_pages
from graph.build import build
from graph.corpus import Corpus, Reading
from graph.records import RecordError, read_record, record_of
from graph.shard import STEPS, Making, Shard
from graph.shard_cache import ShardCache
from graph.snapshot import SnapshotError, list_snapshots, open_current, verify
from graph.workers import Workers
from loaders.correction import Correction, Patch
from loaders.facts import Article, Extraction
from loaders.pipeline import extract
from ontology.identifiers import DEFAULT_BASE

ARTICLES = 48  # six pages
MAKING = Making(DEFAULT_BASE, check=False)
KEPT = "data.nq.zst", "ledger.jsonl.zst", "facts.jsonl.zst"

# Builds PAGES into DATA by two processes, and kills itself as soon as eight articles are finished; or kills one of the two.
BUILDER = """
import os, signal, sys
from pathlib import Path
import graph.corpus
from graph.build import build
from graph.corpus import Corpus, Reading
from graph.shard import Making
from graph.workers import Workers
from loaders.pipeline import extract

pages, data, mark, victim = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
graph.corpus._ARTICLES = 4

def on_progress(progress):
    if victim == "build" and progress.done >= 8:
        os.kill(os.getpid(), signal.SIGKILL)

def read(article):
    if victim == "worker" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return extract(article)

base = "https://w3id.org/chuncheng/"
cache = data / "cache" / "shards.sqlite"
reading = Reading(Corpus([pages]), Making(base, check=False), Workers(2), read=read, cache=cache, on_progress=on_progress)
build(data, None, shards=reading.shards(), base=base)
print(reading.progress.kept)
"""


class Counted:
    """Reads, and knows what it has read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, article: Article) -> Extraction:
        self.read.append(article.id)
        return extract(article)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    assert write_pages(folder, ARTICLES) == 6
    return folder


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph.corpus, "_ARTICLES", 4)


def read_all(pages: Path, cache: Path | None, **more: object) -> tuple[Reading, Counted, list[Shard]]:
    counted = Counted()
    making = more.pop("making", MAKING)
    reading = Reading(Corpus([pages]), making, Workers(1), read=counted, cache=cache, **more)  # type: ignore[arg-type]
    return reading, counted, list(reading.shards())


def run(pages: Path, data: Path, victim: str) -> subprocess.CompletedProcess[str]:
    mark = data.with_name("mark")
    command = [sys.executable, "-c", BUILDER, str(pages), str(data), str(mark), victim]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.usefixtures("_small_batches")
def test_a_build_killed_while_reading_goes_on_where_it_was_and_gives_the_same_bytes(
    pages: Path, tmp_path: Path
) -> None:
    killed, whole = tmp_path / "killed" / "data", tmp_path / "whole" / "data"
    assert run(pages, killed, "build").returncode == -signal.SIGKILL
    with pytest.raises(SnapshotError, match="no snapshot"):
        open_current(killed)
    reading, counted, _ = read_all(pages, killed / "cache" / "shards.sqlite")
    assert reading.progress.kept >= 8
    assert len(counted.read) == ARTICLES - reading.progress.kept, "none of the finished is read again"
    again = Counted()
    resumed = Reading(
        Corpus([pages]), MAKING, Workers(1), read=again, cache=killed / "cache" / "shards.sqlite"
    )
    build(killed, None, shards=resumed.shards(), base=DEFAULT_BASE)
    assert again.read == []
    # One of its two processes is lost on the way, which changes nothing.
    lost = run(pages, whole, "worker")
    assert (lost.returncode, lost.stdout) == (0, "0\n"), lost.stderr
    assert (whole.parent / "mark").exists()
    one, other = open_current(killed), open_current(whole)
    verify(one)
    assert one.id == other.id
    for name in KEPT:
        assert (one.path / name).read_bytes() == (other.path / name).read_bytes(), name
    assert one.manifest["sources"] == other.manifest["sources"]
    assert one.manifest["counts"]["articles"] == ARTICLES
    assert len(list_snapshots(killed)) == 1


@pytest.mark.usefixtures("_small_batches")
def test_only_what_is_new_or_changed_is_read(tmp_path: Path) -> None:
    folder, cache = tmp_path / "pages", tmp_path / "cache.sqlite"
    write_pages(folder, 24)
    _, counted, before = read_all(folder, cache)
    assert len(counted.read) == len(before) == 24
    page = folder / "0000" / "000000.md"
    page.write_text(page.read_text(encoding="utf-8").replace("将", "将要", 1), encoding="utf-8")
    _, counted, after = read_all(folder, cache)
    # The file has another checksum, which each of its eight articles gives as its source.
    assert len(counted.read) == 8
    assert [s.lines for s in before[8:]] == [s.lines for s in after[8:]]
    assert before[0].lines != after[0].lines
    _, counted, _ = read_all(folder, cache, making=replace(MAKING, quotes_only=True))
    assert len(counted.read) == 24, "with other settings all is made anew"
    _, counted, _ = read_all(folder, cache)
    assert counted.read == []


@pytest.mark.usefixtures("_small_batches")
def test_a_correction_makes_its_own_article_be_read_again(pages: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache.sqlite"
    _, _, shards = read_all(pages, cache)
    article = shards[5].article
    quote = read_record(shards[5].facts).statements[0].quote
    reject = Correction("reject", "statement", quote, "林小雨", "2024-03-01", "不是承诺")
    patch = Patch(article.id, article.headline, (reject,), "patch.toml")
    reading, counted, corrected = read_all(pages, cache, patches=[patch])
    assert counted.read == [article.id]
    assert (reading.applied, reading.problems) == (1, [])
    assert corrected[5].counts[2] == shards[5].counts[2] - 1
    elsewhere = replace(patch, article="0" * 16, headline="没有这篇")
    reading, counted, _ = read_all(pages, cache, patches=[elsewhere])
    assert counted.read == []
    assert "no article among the sources" in str(reading.problems[0])


def test_rules_of_another_version_read_everything_anew(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache.sqlite"
    read_all(pages, cache)
    monkeypatch.setattr("graph.shard_cache.code_version", lambda: "another")
    _, counted, _ = read_all(pages, cache)
    assert len(counted.read) == ARTICLES


def test_a_shard_tells_what_it_took_and_one_that_was_kept_took_nothing(pages: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache.sqlite"
    _, _, made = read_all(pages, cache, making=replace(MAKING, check=True))
    for step, seconds in zip(
        STEPS, map(sum, zip(*(shard.spent for shard in made), strict=True)), strict=True
    ):
        assert seconds > 0, step
    _, _, kept = read_all(pages, cache, making=replace(MAKING, check=True))
    assert kept == made
    assert {shard.spent for shard in kept} == {()}


def test_a_damaged_entry_is_read_anew(pages: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache.sqlite"
    _, _, before = read_all(pages, cache)
    with ShardCache(cache, MAKING) as opened:
        opened._connection.execute("UPDATE kept SET data = substr(data, 1, 40) WHERE rowid % 2")
        opened._connection.commit()
    _, counted, after = read_all(pages, cache)
    assert 0 < len(counted.read) < ARTICLES
    assert before == after


def test_what_three_published_builds_didnt_use_is_dropped(pages: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache.sqlite"
    reading, _, _ = read_all(pages, cache)
    reading.published()
    for _ in range(3):
        with ShardCache(cache, MAKING) as opened:
            opened.published()
    _, counted, _ = read_all(pages, cache)
    assert len(counted.read) == ARTICLES


@pytest.mark.usefixtures("_small_batches")
def test_progress_ends_at_the_whole(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    shares = []
    reading = Reading(
        Corpus([pages, tmp_path / "empty.txt"]),
        MAKING,
        Workers(1),
        on_progress=lambda p: shares.append(p.share),
    )
    assert len(list(reading.shards())) == ARTICLES
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5
    assert shares[-1] == pytest.approx(1)
    assert [str(error) for error in reading.corpus.failed] == [f"{tmp_path / 'empty.txt'}: the file is empty"]


def test_another_process_reconciles_to_the_same(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = build(tmp_path / "here", None, shards=iter(read_all(pages, None)[2]), base=DEFAULT_BASE)
    monkeypatch.setattr("graph.beside._MUCH", 0)
    monkeypatch.setattr("graph.beside.processors", lambda: 2)
    there = build(tmp_path / "there", None, shards=iter(read_all(pages, None)[2]), base=DEFAULT_BASE)
    assert there.id == here.id
    assert there.manifest["reconciliation"] == here.manifest["reconciliation"]
    assert here.manifest["reconciliation"]["links"] > 0


def test_records_call_nothing_else() -> None:
    with pytest.raises(RecordError, match="no record"):
        read_record(record_of(subprocess.run))
    with pytest.raises(RecordError):
        read_record(b"none")
