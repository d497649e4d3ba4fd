"""Snapshots: immutable folders with the store, the dump it was loaded from and a manifest; built aside, published at once.

DATA/snapshots/{id}/   store/ (Oxigraph), data.nq.zst (the truth), void.nt (its description), ledger.jsonl.zst, manifest.json,
                       ledger/ (index of the ledger's rows), search/ (index of names), facts.jsonl.zst (what was read, for views of the past),
                       data.trig.zst and data.ttl.zst (the same data for others), changes.json and gone.tsv (what its
                       publication changed, and took away)
DATA/current           symbolic link to the snapshot that is served, swapped by one rename
DATA/removed/          snapshots on their way out
DATA/cache/            shards of articles that were read, for the next build
DATA/building/         what a running build works on; left-overs of a killed one are removed by the next
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import zstandard
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from ontology.errors import ChunchengError
from ontology.identifiers import graph_iri
from ontology.terms import ONTOLOGY_VERSION

from .answers import Queries, write_answers
from .beside import Data, Publication, beside, index_names
from .changes import CHANGES, GONE
from .dataset import describe_data, describe_dumps
from .disk import room_needed
from .dumps import NQUADS, compress, describe_dump
from .ledger.asked import Asked, Standing
from .ledger.row import LedgerRow
from .ledger.rows import rows_of
from .ledger.status import judge
from .ledger.storage import read_ledger, write_ledger
from .ledger_index import write_ledger_index
from .lines import as_kept as lines_as_kept
from .lines import forget, line_of, merge_sorted, merged_lines, sort_file
from .memory import give_back
from .origin import origin_of
from .publication import count_publications
from .reason import Cost, Reasoner, describe_reasoning, follow, settle
from .search.index import SearchIndexError, check_search_index
from .stages import Stages, expected
from .statistics import count_quads, named_graphs
from .store import is_much, load, read_ahead

_DESCRIPTION = "void.nt"
_FORMAT = 5  # of the folder; counts up with what it holds, so that an older snapshot of the same data isn't taken for it
_HELD = 20_000  # quads that are held at a time
_IN_BULK = 1_000  # quads that are put in by the bulk loader: in half of the time, but each call leaves files to be compacted
LEDGER = "ledger.jsonl.zst"  #: name of the file in a snapshot that holds the rows of the ledger
BUILDING = "building"  #: name of the folder, within that of all data, that a running build works in
DefaultGraphMode: TypeAlias = Literal["merge", "own"]
#: Writes lines that are made of all the others into a file, and gives what the manifest says of that; can be sent to another process.
Reconcile: TypeAlias = Callable[[Path], dict[str, Any]]


class SnapshotError(ChunchengError):
    """A snapshot that isn't there, is damaged, or can't be built now."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A published snapshot. `manifest` holds base, default_graph, counts, sources, versions and the dump's SHA-256."""

    id: str
    path: Path
    manifest: dict[str, Any]

    @property
    def default_graph(self) -> DefaultGraphMode:
        """Whether the default graph is the merge of all graphs or the data's own."""
        return cast(DefaultGraphMode, self.manifest["default_graph"])

    @property
    def base(self) -> str:
        """The canonical base IRI."""
        return str(self.manifest["base"])

    @property
    def graphs(self) -> list[str]:
        """IRIs of the named graphs, none where there are too many to name."""
        return list(self.manifest.get("graphs", []))

    def description(self) -> list[Triple]:
        """VoID and DCAT of the data with the figures of the dump; empty for a snapshot of an older build."""
        file = self.path / _DESCRIPTION
        return (
            [quad.triple for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES)]
            if file.exists()
            else []
        )

    def ledger(self) -> Iterator[LedgerRow]:
        """The ledger as of the data's own day; nothing for a snapshot of RDF files alone, or of an older build."""
        file = self.path / LEDGER
        return read_ledger(file) if file.exists() else iter(())

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the snapshot from being pruned; raises SnapshotError if it has gone already."""
        try:
            file = (self.path / "manifest.json").open("rb")
        except OSError as error:
            raise SnapshotError(f"{self.path}: the snapshot has gone: {error.strerror}") from error
        with file:
            fcntl.flock(file, fcntl.LOCK_SH)
            if not (self.path / "manifest.json").exists():
                raise SnapshotError(f"{self.path}: the snapshot has gone")
            yield

    def open_store(self) -> Store:
        """The store, read-only; raises SnapshotError when it can't be opened."""
        try:
            return Store.read_only(str(self.path / "store"))
        except (OSError, RuntimeError) as error:  # a corrupt store is a RuntimeError of pyoxigraph
            raise SnapshotError(f"{self.path}: the store can't be opened: {error}") from error

    def load_dump(self) -> Store:
        """A store in memory made from the dump, for a snapshot whose own store is elsewhere; raises SnapshotError."""
        store = Store()
        try:
            with (
                (self.path / "data.nq.zst").open("rb") as file,
                zstandard.ZstdDecompressor().stream_reader(file) as quads,
            ):
                store.bulk_load(input=quads, format=RdfFormat.N_QUADS)
        except (OSError, zstandard.ZstdError) as error:
            raise SnapshotError(f"{self.path}: the dump can't be read: {error}") from error
        if self.default_graph == "merge":
            store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
        return store


def open_current(data: Path) -> Snapshot:
    """The snapshot that is served; raises SnapshotError where there is none."""
    link = data / "current"
    if not link.exists():
        raise SnapshotError(f"{data}: no snapshot here; make one with: chuncheng build articles --out {data}")
    return open_snapshot(link.resolve())


def find_current(data: Path) -> Snapshot | None:
    """The snapshot that is served, None where nothing has been published; raises SnapshotError where it can't be read."""
    return open_current(data) if (data / "current").exists() else None


def open_snapshot(path: Path) -> Snapshot:
    """The snapshot in the folder; raises SnapshotError for a folder that is none."""
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SnapshotError(f"{path}: no snapshot: its manifest can't be read ({error})") from error
    return Snapshot(manifest["id"], path, manifest)


def list_snapshots(data: Path) -> list[Snapshot]:
    """All snapshots, the oldest first."""
    folder = data / "snapshots"
    if not folder.is_dir():
        return []
    found = [open_snapshot(p) for p in folder.iterdir() if (p / "manifest.json").exists()]
    return sorted(found, key=lambda s: (s.manifest["created"], s.id))


@contextlib.contextmanager
def locked(data: Path) -> Iterator[None]:
    """Only one build, or pull, at a time; the lock dies with its process. Raises SnapshotError where another holds it, or can't be had."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / ".lock").open("w")
    except OSError as error:
        raise SnapshotError(
            f"{data}: this can't be the data folder: {error.strerror}; take another"
        ) from error
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SnapshotError(
                f"{data}: another build or pull is running here; wait for it or use another folder"
            ) from error
        yield


def build_snapshot(
    data: Path,
    lines: Iterable[bytes],
    *,
    base: str,
    default_graph: DefaultGraphMode = "merge",
    describe: Callable[[], dict[str, Any]] = dict,
    attach: Callable[[Path], None] = lambda _: None,
    reason: bool = True,
    followed: bool = False,
    as_kept: bool = False,
    queries: Queries | None = None,
    stages: Stages | None = None,
    anew: bool = False,
    reconcile: Reconcile | None = None,
) -> Snapshot:
    """Builds a snapshot from N-Quads lines and publishes it.

    Where the same lines led to the published snapshot, with the same code and settings, and it is whole, nothing is built and that
    one is given back, unless it is to be made `anew`.

    Each item of `lines` is one line with its newline or, with `as_kept`, one or more whole lines in the form in which the store
    gives them back (`graph.lines`). With `followed` what each leads to by itself is among them (`graph.reason.follow`).
    `reconcile` writes further lines into a file, in that form, after the last of `lines`; where there are many, in another process while
    these are sorted. `describe` is called then and gives what the manifest says of sources and counts, and a digest of decisions, if
    there are any; `attach` puts further files into the folder. The answers to what `queries` gives are worked out and
    kept (`graph.answers`). Any error, and any kill, leaves what was published before as it was. Raises SnapshotError when another
    build runs on the same folder, DiskError where there is no room.
    """
    with locked(data), room_needed(data):
        building = data / BUILDING
        shutil.rmtree(building, ignore_errors=True)
        work = building / "snapshot"
        work.mkdir(parents=True)
        stages = stages or Stages()
        try:
            whole = lines if as_kept else lines_as_kept(lines)
            if reason and not followed:
                whole = follow(whole, base)
            previous = find_current(data)
            gathered = _gather(whole, work, stages, reconcile)
            described = {**describe(), "reconciliation": gathered.reconciliation}
            settings = (base, default_graph, reason, described.get("decisions", ""))
            origin = origin_of(gathered.files, settings)
            if previous and not anew and previous.manifest.get("origin") == origin:
                stages.begin("verify")
                if _is_whole(previous.path):
                    return previous
            publication = Publication(previous.path if previous else None, base)
            manifest = _fill(
                work,
                gathered,
                base,
                default_graph,
                {**described, "origin": origin},
                attach,
                reason,
                stages,
                publication,
                queries,
            )
            stages.begin("publish")
            return publish(data, work, manifest)
        finally:
            shutil.rmtree(building, ignore_errors=True)


def write_snapshot(
    folder: Path, lines: Iterable[bytes], *, base: str, default_graph: DefaultGraphMode, reason: bool
) -> Snapshot:
    """A snapshot of N-Quads lines, as the store gives them back, in a folder of its own, published nowhere; it must be empty."""
    whole = follow(lines, base) if reason else lines
    stages = Stages()
    gathered = _gather(whole, folder, stages)
    _fill(folder, gathered, base, default_graph, {}, lambda _: None, reason, stages)
    return open_snapshot(folder)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """All lines of a snapshot but for what is reasoned over all of them: sorted, each once."""

    files: Sequence[Path]
    blank_nodes: bool  # whether there may be any
    reconciliation: dict[str, Any]


def _gather(
    lines: Iterable[bytes], work: Path, stages: Stages, reconcile: Reconcile | None = None
) -> _Gathered:
    raw, blank_nodes = work / "raw.nq", False
    stages.begin("read")
    with raw.open("wb") as out:
        for block in lines:
            blank_nodes = blank_nodes or b"_:" in block
            out.write(block)
    forget()
    give_back()
    files, found = [work / "said.nq"], dict[str, Any]()
    with beside(raw, stages, may_fork=True) as others:
        reconciled = others.begin("reconcile", reconcile, work / "ledger.nq") if reconcile else None
        stages.begin("sort")
        sort_file(raw, files[0])
        raw.unlink()
        if reconciled:
            found = reconciled()
            files.append(work / "ledger-sorted.nq")
            sort_file(work / "ledger.nq", files[1])
            (work / "ledger.nq").unlink()
    return _Gathered(files, blank_nodes, found)


def _fill(
    work: Path,
    gathered: _Gathered,
    base: str,
    default_graph: DefaultGraphMode,
    described: dict[str, Any],
    attach: Callable[[Path], None],
    reason: bool,
    stages: Stages,
    publication: Publication | None = None,
    queries: Queries | None = None,
) -> dict[str, Any]:
    plain = work / "data.nq" if reason else gathered.files[0]
    merged, merges = work / "merged.nt", default_graph == "merge"
    size = sum(file.stat().st_size for file in gathered.files)
    planned = expected(size, "articles" if reason else "rdf")
    if not is_much(size):
        planned.pop("compact", None)
    stages.plan(planned)
    if reason:
        stages.begin("reason by line")
        with merged_lines(gathered.files) as lines:
            local, contradictions = settle(lines, plain, base, merged if merges else None)
        for file in gathered.files:
            file.unlink()
    own = Data(plain, merged, work)
    with beside(plain, stages) as others:
        # Of others' data all lines are there already: the index takes longest of all that is made of them.
        indexed = None if reason else others.begin("search", index_names, own)
        stages.begin("load")
        store = Store(str(work / "store"))
        load(store, plain, blank_nodes=gathered.blank_nodes)
        inferred, reasoned = 0, dict[str, Any]()
        if reason:
            if merges:
                # Before it is reasoned over: the default graph is quicker to ask than the union of all.
                stages.begin("merge")
                load(store, merged, RdfFormat.N_TRIPLES, blank_nodes=gathered.blank_nodes)
            if is_much(size):
                stages.begin("compact")  # each look-up of a rule would go through the files of all pieces
                store.optimize()
            read_ahead(work / "store")
            found, day, standings = _reason(store, base, plain, stages, merged=merges)
            costs = [local, *found]
            inferred = sum(cost.triples for cost in costs)
            reasoned = describe_reasoning(costs, contradictions)
        stages.begin("count")
        with plain.open("rb") as lines_written, merged.open("wb") as triples:
            counted = count_quads(lines_written, triples.write)
        description = list(describe_data(counted, base))
        if reason:  # of articles: data of others alone stays as it is
            graph = NamedNode(graph_iri(base, "dataset"))
            told = [Quad(t.subject, t.predicate, t.object, graph) for t in description]
            _extend(store, told, merged=merges)
            (work / "added.nq").write_bytes(b"".join(map(line_of, told)))
            _merge_in(work / "added.nq", plain)
            with merged.open("ab") as triples:
                triples.writelines(f"{triple} .\n".encode() for triple in description)
        give_back()
        indexed = indexed or others.begin("search", index_names, own)
        dumped = others.begin("dump", publication, own) if publication else None
        if merges and not reason:
            stages.begin("merge")
            load(store, merged, RdfFormat.N_TRIPLES, blank_nodes=counted.blank_nodes)
        stages.begin("optimize")  # before the ledger is asked for: nothing is written any more
        store.flush()
        store.optimize()
        # Only read from now on: what the store took for writing goes with it.
        del store
        give_back()
        store = Store.read_only(str(work / "store"))
        read_ahead(work / "store")
        stages.begin("compress")
        digest, quads = compress(plain, work / NQUADS.file)
        if reason:
            stages.begin("ledger")
            asked = Asked(store, day.isoformat(), undated=True, standings=standings)
            write_ledger(rows_of(asked), work / LEDGER)
            del asked, standings
            write_ledger_index(read_ledger(work / LEDGER), work)
            give_back()
        stages.begin("wait")
        indexed()
        dumps = [describe_dump(NQUADS, work), *dumped()] if dumped else []
    plain.unlink()
    merged.unlink()
    published = count_publications(store)
    if queries:
        stages.begin("answer")
        write_answers(store, queries(store), work)
    total = len(store)
    del store
    stages.begin("verify")
    created = datetime.now(UTC).isoformat(timespec="microseconds")
    description += describe_dumps(base, dumps, created=created)
    (work / _DESCRIPTION).write_text(
        "".join(sorted(f"{triple} .\n" for triple in description)), encoding="utf-8"
    )
    made_of = [digest, base, default_graph, str(_FORMAT)]
    if decisions := described.get("decisions"):
        made_of.append(decisions)  # views of the past need them, also those that change nothing today
    identity = hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]
    attach(work)
    manifest = {
        "id": identity,
        "origin": described.get("origin", ""),
        "created": created,
        "base": base,
        "default_graph": default_graph,
        "dump": {"file": "data.nq.zst", "format": "N-Quads", "sha256": digest, "quads": quads},
        "dumps": dumps,
        "store": {"quads": total},
        "graphs": named_graphs(counted),
        "published": published,
        "counts": {"quads": quads, "inferred": inferred} | described.get("counts", {}),
        "reasoning": reasoned,
        "reconciliation": described.get("reconciliation", {}),
        "sources": described.get("sources", []),
        "quotes_only": described.get("quotes_only", False),
        "versions": {name: version(name) for name in ("chuncheng", "pyoxigraph")}
        | {"ontology": ONTOLOGY_VERSION},
        "build": described.get("build", {}),
    }
    _write_manifest(work, manifest)
    _check_store(open_snapshot(work))
    manifest["build"] |= {"seconds": stages.seconds(), "processor_seconds": stages.processor_seconds()}
    _write_manifest(work, manifest)
    for file in sorted(path for path in work.iterdir() if path.is_file()):
        _sync(file)
    _sync(work)
    return manifest


def _reason(
    store: Store, base: str, plain: Path, stages: Stages, *, merged: bool
) -> tuple[list[Cost], date, Sequence[Standing]]:
    """Puts what needs all of the data into the store and the dump: what is derived, statuses, what joins lead to.

    With `merged` the store's default graph is the merge of all graphs, and stays so. Returns what rules cost, the day
    that is asked for, and how targets stand on it, for the rows of the ledger.
    """
    added = plain.with_name("added.nq")
    with added.open("wb") as lines:

        def add(quads: Collection[Quad]) -> None:
            _extend(store, quads, merged=merged)
            lines.writelines(map(line_of, quads))

        stages.begin("derive")
        reasoner = Reasoner(store, base, add, merged=merged)
        asked = Asked(store, None, undated=True)
        reasoner.derive(asked.day)
        give_back()
        stages.begin("judge")
        judged = judge(asked, base)
        while some := list(itertools.islice(judged, _HELD)):
            add(some)
        give_back()
        stages.begin("reason by joins")
        reasoner.infer()
    forget()
    give_back()
    _merge_in(added, plain)
    return reasoner.costs, asked.day, asked.standings


def _extend(store: Store, quads: Collection[Quad], *, merged: bool) -> None:
    whole = [*quads, *(Quad(*quad.triple) for quad in quads)] if merged else quads
    if len(quads) < _IN_BULK:
        store.extend(whole)
    else:
        store.bulk_extend(whole)


def _merge_in(added: Path, plain: Path) -> None:
    """Merges lines into the sorted dump, and removes their file."""
    ordered, whole = plain.with_name("ordered.nq"), plain.with_name("whole.nq")
    sort_file(added, ordered)
    added.unlink()
    merge_sorted([plain, ordered], whole)
    whole.replace(plain)
    ordered.unlink()


def _write_manifest(work: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (work / "manifest.json").write_text(text, encoding="utf-8")


def publish(data: Path, work: Path, manifest: dict[str, Any]) -> Snapshot:
    """Moves a whole snapshot from `work` to its place and serves it from then on; to be called within `locked`."""
    target = data / "snapshots" / manifest["id"]
    target.parent.mkdir(exist_ok=True)
    if not _is_whole(target):
        shutil.rmtree(target, ignore_errors=True)
        work.rename(target)
        _sync(target.parent)
    elif (data / "current").resolve() != target.resolve():
        for file in (CHANGES, GONE):  # it comes after another snapshot than it did before
            if (work / file).exists():
                (work / file).replace(target / file)
        _sync(target)
    _switch(data, manifest["id"])
    return open_snapshot(target)


def republish(data: Path, identity: str) -> bool:
    """Serves a snapshot that stands in the folder already; False where it isn't there, or damaged. Within `locked`."""
    if not _is_whole(data / "snapshots" / identity):
        return False
    _switch(data, identity)
    return True


def _is_whole(target: Path) -> bool:
    """Whether the same snapshot stands there already, undamaged."""
    try:
        verify(open_snapshot(target))
    except SnapshotError:
        return False
    return True


def _switch(data: Path, identity: str) -> None:
    """Points `current` to the snapshot by one atomic rename."""
    fresh = data / ".current.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("snapshots") / identity)
    fresh.replace(data / "current")
    _sync(data)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_store(snapshot: Snapshot) -> None:
    found = len(snapshot.open_store())
    said = snapshot.manifest["store"]["quads"]
    if found != said:
        raise SnapshotError(f"{snapshot.path}: the store holds {found} quads, its manifest says {said}")


def _check_file(path: Path, sha256: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SnapshotError(f"{path}: damaged: {error}; roll back, or build again") from error
    if found != sha256:
        raise SnapshotError(
            f"{path}: damaged: its SHA-256 isn't that of the manifest; roll back, or build again"
        )


def verify(snapshot: Snapshot) -> None:
    """Checks dump and store against the manifest; raises SnapshotError that says what is damaged."""
    said = snapshot.manifest["dump"]
    dump = snapshot.path / said["file"]
    digest, count = hashlib.sha256(), 0
    try:
        with dump.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
                count += block.count(b"\n")
    except (OSError, zstandard.ZstdError) as error:
        raise SnapshotError(f"{dump}: damaged: {error}; roll back, or build again") from error
    if digest.hexdigest() != said["sha256"]:
        raise SnapshotError(
            f"{dump}: damaged: its SHA-256 isn't that of the manifest; roll back, or build again"
        )
    if count != said["quads"]:
        raise SnapshotError(f"{dump}: {count} quads, the manifest says {said['quads']}")
    for other in snapshot.manifest.get("dumps", ()):
        _check_file(snapshot.path / other["file"], other["sha256"])
    _check_store(snapshot)
    try:
        check_search_index(snapshot.path)
    except SearchIndexError as error:
        raise SnapshotError(str(error)) from error


def rollback(data: Path, to: str | None = None) -> Snapshot:
    """Serves an earlier snapshot again: the one named, else the one before the current; raises SnapshotError."""
    with locked(data):
        known = list_snapshots(data)
        current = open_current(data)
        if to is None:
            earlier = [
                s for s in known if (s.manifest["created"], s.id) < (current.manifest["created"], current.id)
            ]
            if not earlier:
                raise SnapshotError(f"{data}: no snapshot before {current.id}")
            target = earlier[-1]
        else:
            matching = [s for s in known if s.id.startswith(to)]
            if len(matching) != 1:
                ids = ", ".join(s.id for s in known)
                raise SnapshotError(f"{data}: {len(matching)} snapshots begin with {to!r}; there are: {ids}")
            target = matching[0]
        _switch(data, target.id)
        return target


def prune(data: Path, keep: int) -> list[str]:
    """Removes all but the newest `keep` snapshots, the current one and those that somebody reads; returns the ids removed.

    Raises SnapshotError where a build runs. A kill leaves no half snapshot: one is moved away first, then deleted.
    """
    with locked(data):
        gone = data / "removed"
        shutil.rmtree(gone, ignore_errors=True)
        current = open_current(data).id
        known = list_snapshots(data)
        stay = {s.id for s in known[len(known) - keep :]} | {current} if keep > 0 else {current}
        removed = []
        for snapshot in known:
            if snapshot.id not in stay and _move_away(snapshot, gone):
                removed.append(snapshot.id)
        shutil.rmtree(gone, ignore_errors=True)
        return removed


def _move_away(snapshot: Snapshot, to: Path) -> bool:
    """Takes a snapshot out of the way unless somebody reads it."""
    with (snapshot.path / "manifest.json").open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        to.mkdir(exist_ok=True)
        snapshot.path.rename(to / snapshot.id)
        return True
