"""Publishes a snapshot into a remote store, so that whoever is served from it sees the old one or the new one.

The default graph and the files get names of their own for each snapshot and are written beside those that are served. Of the named
graphs only those that differ are exchanged, in place, for a moment that the publication announces: queries that read them then get
503 with Retry-After, all others the old snapshot. Then one small write makes the new snapshot the served one.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from graph.progress import Progress
from graph.snapshot import Snapshot

from .address import RemoteStoreError
from .client import StoreClient
from .files import GRAPHS, pack, read_file, to_triples
from .fill import count_triples, fill, fill_all
from .layout import Layout, read_graphs, write_graphs
from .publication import (
    Placed,
    Publication,
    Sent,
    publication_graph,
    read_publication,
    write_publication,
)

_NAMED_AT_MOST = 1000  # graphs that are announced by name, else all are
_KEEP_SECONDS = 120.0  # that a snapshot's default graph stays after it was served: queries still run on it
_DUMP = "data.nq.zst"


def publish(
    snapshot: Snapshot,
    client: StoreClient,
    *,
    again: bool = False,
    take_over: bool = False,
    with_dump: bool = True,
    on_stage: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Sent:
    """Make the store hold the snapshot and say so; what it held of an earlier one is used as far as it is the same.

    `again` sends everything, also what the store says to have; `take_over` goes on where another publishing ended early.
    `on_stage` hears what is done next, `on_progress` how far that is. Raises
    RemoteStoreError: the old snapshot is then served as before, but for named graphs that were being exchanged.
    """
    return _Publishing(snapshot, client, on_stage, on_progress).run(
        again=again, take_over=take_over, with_dump=with_dump
    )


class _Publishing:
    def __init__(
        self,
        snapshot: Snapshot,
        client: StoreClient,
        on_stage: Callable[[str], None],
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.snapshot = snapshot
        self.client = client
        self.on_stage = on_stage
        self.on_progress = on_progress
        self.done = Sent()
        self.token = secrets.token_hex(8)
        self.began = time.monotonic()

    def run(self, *, again: bool, take_over: bool, with_dump: bool) -> Sent:
        base = self.snapshot.base
        said = read_publication(self.client, base) or Publication(base)
        if said.begun is not None and not take_over:
            raise RemoteStoreError(
                f"{self.client.address.given}: another publishing began at {said.begun.get('at')}; wait for it, or, if it was "
                "killed, add --take-over"
            )
        if said.served and said.served.id == self.snapshot.id and not said.replacing and not again:
            self.on_stage("the store has this snapshot already")
            if said.begun is not None:
                write_publication(self.client, replace(said, begun=None))
            return self.done
        broken = bool(said.replacing)
        with tempfile.TemporaryDirectory(prefix="chuncheng-publish-") as folder:
            work = Path(folder)
            self._stage("lay out")
            layout = Layout(self.snapshot, work)
            said = self._begin(said)
            placed, reused = self._place(said, layout, work, again=again, with_dump=with_dump)
            known = {} if again or broken or said.served is None else self._graphs_of(said.served)
            said = self._exchange(said, layout, known, unknown=broken or again)
        retired = tuple(
            own
            for own in (*said.retired, *((said.served,) if said.served else ()))
            if own.merge != placed.merge
        )
        now = time.time()
        retired = tuple(own if own.since is not None else replace(own, since=now) for own in retired)
        said = write_publication(
            self.client, replace(said, served=placed, retired=retired, begun=None, replacing=())
        )
        self._stage("sweep")
        self._sweep(said, now)
        self._stage("")
        self.done.seconds = time.monotonic() - self.began
        if reused:
            self.on_stage("the store still had this snapshot")
        return self.done

    def _begin(self, said: Publication) -> Publication:
        """Announce the publishing, and see that nobody else has at the same time."""
        begun = {
            "token": self.token,
            "id": self.snapshot.id,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        written = write_publication(self.client, replace(said, begun=begun))
        found = read_publication(self.client, said.base)
        if found is None or not found.begun or found.begun.get("token") != self.token:
            raise RemoteStoreError(
                f"{self.client.address.given}: another publishing has begun at the same moment; wait for it"
            )
        return written

    def _place(
        self, said: Publication, layout: Layout, work: Path, *, again: bool, with_dump: bool
    ) -> tuple[Placed, bool]:
        """The snapshot's default graph and files in the store; whether they were there already."""
        for own in (*said.retired, *((said.served,) if said.served else ())):
            if (
                own.id == self.snapshot.id
                and not again
                and count_triples(self.client, own.merge) == own.triples
            ):
                return replace(own, since=None, published=_now()), True
        merge = f"{publication_graph(self.snapshot.base)}/{self.snapshot.id}"
        if again and said.served and said.served.merge == merge:
            merge += f"-{self.token}"  # never write where somebody reads
        self._stage("default graph")
        in_named = sum(count for _, count in layout.graphs.values())
        default = self._sent(int(self.snapshot.manifest["store"]["quads"]) - in_named)
        triples = fill(self.client, merge, layout.default(), default)
        self._stage("files")
        extra = work / "more"
        extra.mkdir()
        write_graphs(layout.graphs, extra / GRAPHS)
        archive = work / "archive.tar"
        with archive.open("wb") as out:
            pack(self.snapshot.path, extra, out, without=frozenset() if with_dump else frozenset({_DUMP}))
        with archive.open("rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
            packed.seek(0)
            files = f"{merge}/files"
            parts = fill(self.client, files, to_triples(packed, files))
        self.done.triples += triples + parts
        return (
            Placed(self.snapshot.id, merge, files, parts, digest, len(layout.graphs), triples, _now()),
            False,
        )

    def _exchange(
        self, said: Publication, layout: Layout, known: dict[str, tuple[str, int]], *, unknown: bool
    ) -> Publication:
        """The named graphs as they are to be; those that are the same stay."""
        self._stage("named graphs")
        changed = {name for name, own in layout.graphs.items() if known.get(name) != own}
        gone = sorted(known.keys() - layout.graphs.keys())
        if unknown:
            gone = sorted({*gone, *self._left_over(layout)})
        self.done.graphs_kept = len(layout.graphs) - len(changed)
        if not changed and not gone:
            return said
        names = sorted({*changed, *gone})
        announced = tuple(names) if len(names) <= _NAMED_AT_MOST else ("*",)
        said = write_publication(self.client, replace(said, replacing=announced))
        sending = self._sent(sum(layout.graphs[name][1] for name in changed))
        for triples in fill_all(self.client, (own for own in layout.named() if own[0] in changed), sending):
            self.done.triples += triples
            self.done.graphs_sent += 1
        for name in gone:
            self.client.drop_graph(name)
            self.done.graphs_dropped += 1
        return said

    def _left_over(self, layout: Layout) -> set[str]:
        """Graphs below our base in the store that the snapshot hasn't: those of a publishing that was killed."""
        own = publication_graph(self.snapshot.base)
        rows = self.client.rows("SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } }", seconds=600)
        return {
            row["graph"]
            for row in rows
            if row["graph"].startswith(f"{self.snapshot.base}graph/")
            and row["graph"] not in layout.graphs
            and not row["graph"].startswith(own)
        }

    def _graphs_of(self, placed: Placed) -> dict[str, tuple[str, int]]:
        table = read_file(self.client, placed, GRAPHS)
        return read_graphs(table) if table is not None else {}

    def _sweep(self, said: Publication, now: float) -> None:
        """Take away what hasn't been served for a while."""
        old = [own for own in said.retired if own.since is not None and now - own.since > _KEEP_SECONDS]
        if not old:
            return
        for own in old:
            self.client.drop_graph(own.merge)
            self.client.drop_graph(own.files)
        write_publication(
            self.client, replace(said, retired=tuple(own for own in said.retired if own not in old))
        )

    def _sent(self, of: int) -> Callable[[int], None]:
        """What adds triples to those that have been sent, of so many, and tells."""
        progress = Progress()

        def add(triples: int) -> None:
            progress.done += triples
            progress.share = progress.done / max(1, of)
            progress.finished = progress.done == of
            self.on_progress(progress)

        return add

    def _stage(self, name: str) -> None:
        now = time.monotonic()
        stages = self.done.stages
        if stages:
            last = next(reversed(stages))
            stages[last] = now - stages[last]
        if name:
            stages[name] = now
            self.on_stage(name)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
