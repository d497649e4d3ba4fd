"""Views: a snapshot as it was known on a day, made from it when somebody asks.

A view is what a build of the articles published until then makes: their quads, the surroundings, and reconciliation, inference
and statuses over these alone, so that nothing shines through that was learnt later. It is a folder like a snapshot's, with the id
that such a build has; there are as many different ones as days of publication, and one before the first.

VIEWS/{snapshot}/{day}[-dated]/         the view from that day of publication on (0000-00-00: before the first)
VIEWS/{snapshot}/ledger-{day}[-dated]/  the ledger's rows as of exactly that day, with their index
VIEWS/making/                           what is being made

Data flows one way: snapshots are only read. VIEWS may be removed at any time; it is filled again.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from pathlib import Path

from loaders.facts import Extraction
from loaders.reconcile import read_decisions
from loaders.storage import read_extractions
from ontology.errors import ChunchengError
from ontology.identifiers import graph_iri
from ontology.terms import CCL, RDF

from .build import DECISIONS, FACTS, rebuilt_lines
from .dumps import read_lines
from .ledger import ledger_rows, write_ledger
from .ledger.storage import read_ledger
from .ledger_index import write_ledger_index
from .publication import Publications, is_day
from .snapshot import LEDGER, Snapshot, SnapshotError, open_current, open_snapshot, write_snapshot
from .statistics import split_graph

FOLDER = "views"  #: name of the folder in the data folder
MAX_BYTES = 4 * 1024**3  #: what views may take on disk, where nobody says
BEFORE_ALL = "0000-00-00"  #: the day of publication, as it were, of what was known before the first article
LAST_DAY = "9999-12-31"  #: on which everything is known that has a date
_EARLIEST = "1000-01-01"
_KUNMING = timezone(timedelta(hours=8))
_USED = ".used"  # its time of change is when a view was last opened


class ViewError(ChunchengError):
    """The past can't be shown; says why."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was known on a day: the day itself, the last day of publication until then, and whether undated articles count.

    With `whole` all articles were known: the snapshot itself is the answer, but for the ledger, whose statuses depend on the day.
    """

    day: str
    published: str
    undated: bool
    whole: bool

    @property
    def name(self) -> str:
        """Name of the view's folder."""
        return self.published if self.undated else f"{self.published}-dated"

    @property
    def ledger_name(self) -> str:
        """Name of the folder of the day's ledger."""
        return f"ledger-{self.day}" if self.undated else f"ledger-{self.day}-dated"


def today() -> str:
    """The day that it is in Kunming."""
    return datetime.now(_KUNMING).date().isoformat()


def past_of(snapshot: Snapshot, day: str, *, undated: bool) -> Past:
    """What was known on a day (an ISO date), at the latest today; raises ViewError for what is no day and where the past can't be told."""
    if not is_day(day):
        raise ViewError(f"{day!r} is no day: write it as in 2024-01-22")
    if day < _EARLIEST:
        raise ViewError(f"{day!r}: years before 1000 can't be asked for")
    publications = Publications.of(snapshot.manifest)
    if publications is None or (
        snapshot.manifest["counts"].get("articles") and not (snapshot.path / FACTS).exists()
    ):
        raise ViewError(
            f"the snapshot {snapshot.id} was built by an older version, which kept no facts to tell the past from; build it again"
        )
    published = publications.latest(day) or BEFORE_ALL
    return Past(min(day, today()), published, undated, publications.holds_all(day, undated=undated))


@dataclass(frozen=True, slots=True)
class Views:
    """The views of one folder. `max_bytes` bounds what they take on disk; the one that is used and those held are kept."""

    folder: Path
    max_bytes: int

    def find(self, snapshot: Snapshot, past: Past) -> Snapshot | None:
        """The snapshot that shows the past, None where it has to be made."""
        if past.whole:
            return snapshot
        return _opened(self.folder / snapshot.id / past.name)

    def make(self, snapshot: Snapshot, past: Past) -> Snapshot:
        """The snapshot that shows the past, made unless it is there. One is made at a time. Raises ChunchengError."""
        found = self.find(snapshot, past)
        if found is not None:
            return found
        with self._making(snapshot) as work:
            found = self.find(snapshot, past)  # another process may have made it meanwhile
            if found is not None:
                return found
            made = work / past.name
            made.mkdir()
            write_snapshot(
                made,
                _lines(snapshot, past),
                base=snapshot.base,
                default_graph=snapshot.default_graph,
                reason=(snapshot.path / FACTS).exists(),
            )
            self._put(made, snapshot, past.name)
        view = _opened(self.folder / snapshot.id / past.name)
        if view is None:
            raise ViewError(f"{self.folder}: the view of {past.name} went as soon as it was made")
        return view

    def find_ledger(self, snapshot: Snapshot, past: Past) -> Path | None:
        """The folder with the ledger's rows as of the day, None where it has to be made."""
        folder = self.folder / snapshot.id / past.ledger_name
        if not (folder / LEDGER).exists():
            return None
        _touch(folder)
        return folder

    def make_ledger(self, snapshot: Snapshot, past: Past, view: Snapshot) -> Path:
        """The folder with the ledger's rows as of the day, made from the view unless it is there."""
        found = self.find_ledger(snapshot, past)
        if found is not None:
            return found
        with self._making(snapshot) as work:
            made = work / past.ledger_name
            made.mkdir()
            # A snapshot that is served from a remote store has none of its own.
            store = view.open_store() if (view.path / "store").exists() else view.load_dump()
            write_ledger(ledger_rows(store, past.day), made / "rows.jsonl.zst")
            write_ledger_index(read_ledger(made / "rows.jsonl.zst"), made)
            (made / "rows.jsonl.zst").rename(made / LEDGER)
            self._put(made, snapshot, past.ledger_name)
        return self.folder / snapshot.id / past.ledger_name

    @contextlib.contextmanager
    def _making(self, snapshot: Snapshot) -> Iterator[Path]:
        """A folder to work in, for one process at a time; waits for others."""
        size = _size(snapshot.path)
        if size > self.max_bytes:
            raise ViewError(
                f"a view of the past would take about {size:,} bytes, more than the {self.max_bytes:,} that views may "
                "(setting view_bytes)"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            work = self.folder / "making"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)

    def _put(self, made: Path, snapshot: Snapshot, name: str) -> None:
        """Move what was made into its place, when there is room: the least recently used go."""
        self._make_room(_size(made), snapshot)
        target = self.folder / snapshot.id / name
        target.parent.mkdir(exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
        _touch(target)

    def _make_room(self, needed: int, snapshot: Snapshot) -> None:
        """The views of snapshots that are gone go first, then those of others than this, then the least recently used."""
        known = [
            (
                (snapshot.path.parent / folder.parent.name).exists(),
                folder.parent.name == snapshot.id,
                _last_used(folder),
                folder,
            )
            for folder in self.folder.glob("*/*")
            if folder.parent.name != "making" and folder.is_dir()
        ]
        sizes = {folder: _size(folder) for *_, folder in known}
        total = sum(sizes.values()) + needed
        for exists, _, _, folder in sorted(known):
            if exists and total <= self.max_bytes:
                return
            if _removed(folder, self.folder / "making"):
                total -= sizes[folder]


def views_of(data: Path, max_bytes: int = MAX_BYTES) -> Views:
    """The views in a data folder; raises ViewError where it can't be written to."""
    folder = data / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        (folder / ".lock").touch()
    except OSError as error:
        raise ViewError(f"{folder}: views of the past can't be kept here: {error.strerror}") from error
    return Views(folder, max_bytes)


def open_as_of(data: Path, day: str, *, undated: bool) -> tuple[Snapshot, Past]:
    """The published snapshot as it was known on a day (an ISO date), made where it isn't there; raises ChunchengError."""
    snapshot = open_current(data)
    past = past_of(snapshot, day, undated=undated)
    return snapshot if past.whole else views_of(data).make(snapshot, past), past


def _opened(folder: Path) -> Snapshot | None:
    """The view in the folder, unless it isn't there or another version of the software made it."""
    try:
        view = open_snapshot(folder)
    except SnapshotError:
        return None
    if view.manifest["versions"]["chuncheng"] != version("chuncheng"):
        return None
    _touch(folder)
    return view


def _lines(snapshot: Snapshot, past: Past) -> Iterator[bytes]:
    """N-Quads lines of the view: built anew from the articles known then, and the RDF of others known then."""
    facts = snapshot.path / FACTS
    own = _OwnGraphs(snapshot.base, set()) if facts.exists() else None
    if own is not None:
        quotes_only = bool(snapshot.manifest.get("quotes_only"))
        decided = read_decisions(snapshot.path / DECISIONS)
        known = _known_then(facts, past, own)
        yield from rebuilt_lines(known, snapshot.base, quotes_only=quotes_only, decisions=decided)
    late = _late_graphs(snapshot, past)
    for line in read_lines(snapshot.path):
        graph = split_graph(line)[1]
        if graph not in late and (own is None or graph not in own):
            yield line


@dataclass(frozen=True, slots=True)
class _OwnGraphs:
    """The graphs that a build of articles writes, as N-Quads terms: all below the base but those of files and of articles of others."""

    base: str
    articles: set[str]

    def __contains__(self, graph: bytes) -> bool:
        name = graph.decode()
        prefix = f"<{graph_iri(self.base)}"
        if not name.startswith(prefix):
            return False
        kind, _, rest = name.removeprefix(prefix).rstrip(">").partition("/")
        return kind != "file" and (kind != "article" or rest in self.articles)


def _known_then(facts: Path, past: Past, own: _OwnGraphs) -> Iterator[Extraction]:
    for extraction in read_extractions(facts):
        own.articles.add(extraction.article.id)
        if _is_known(extraction.article.published, past):
            yield extraction


def _is_known(published: str | None, past: Past) -> bool:
    if published is None or not is_day(published):
        return past.undated
    return published <= past.published


def _late_graphs(snapshot: Snapshot, past: Past) -> set[bytes]:
    """Named graphs that hold an article that wasn't known: of others' RDF these are left out whole."""
    article, published = f"<{RDF.type}> <{CCL.Article}> ".encode(), f"<{CCL.published}> ".encode()
    graphs: dict[bytes, set[bytes]] = {}  # of each article
    days: dict[bytes, str] = {}
    for line in read_lines(snapshot.path):
        subject, _, rest = line.partition(b" ")
        if rest.startswith(article):
            graphs.setdefault(subject, set()).add(split_graph(line)[1])
        elif rest.startswith(published):
            days[subject] = rest[len(published) + 1 :].split(b'"', 1)[0].decode("utf-8", "replace")
    late = (found for subject, found in graphs.items() if not _is_known(days.get(subject), past))
    return {graph for found in late for graph in found if graph}


def _size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += file.stat().st_size
    return total


def _touch(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / _USED).touch()


def _last_used(folder: Path) -> float:
    try:
        return (folder / _USED).stat().st_mtime
    except OSError:
        return 0.0


def _removed(folder: Path, to: Path) -> bool:
    """Whether the folder could go; not where somebody holds the view in it."""
    manifest = folder / "manifest.json"
    if manifest.exists():
        with manifest.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            folder.rename(to / f"gone-{folder.parent.name}-{folder.name}")
    else:
        folder.rename(to / f"gone-{folder.parent.name}-{folder.name}")
    shutil.rmtree(to / f"gone-{folder.parent.name}-{folder.name}", ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()
    return True
