"""What differs between two snapshots, and which things an earlier snapshot held that the present doesn't.

Dumps are sorted, so two of them are compared side by side: memory holds one subject of each.
"""

from __future__ import annotations

import itertools
import json
import mmap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import zstandard

from ontology.terms import PREFIXES

from .dumps import read_lines, unique_triples

CHANGES = "changes.json"  #: in a snapshot: what its publication changed
GONE = "gone.tsv"  #: in a snapshot: `<IRI>`, tab, when the last snapshot with it was made; in byte order
_MOST_GONE = 500_000  # things remembered, the last to go: 50 MB
_KINDS = ("added", "removed", "changed")


@dataclass(frozen=True, slots=True)
class SubjectChange:
    """What of a subject was added and removed, as lines; `is_new` and `is_gone` tell of the subject as a whole."""

    subject: bytes
    added: list[bytes]
    removed: list[bytes]
    is_new: bool
    is_gone: bool

    @property
    def kind(self) -> str:
        """Whether the subject was added, removed or changed."""
        return "added" if self.is_new else "removed" if self.is_gone else "changed"


def compare(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[SubjectChange]:
    """The subjects whose lines differ, in order; both are N-Quads or N-Triples lines in byte order, each once."""
    olds, news = _by_subject(old), _by_subject(new)
    before, after = next(olds, None), next(news, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before[0] < after[0]):
            assert before is not None
            yield SubjectChange(before[0], [], before[1], is_new=False, is_gone=True)
            before = next(olds, None)
        elif before is None or after[0] < before[0]:
            yield SubjectChange(after[0], after[1], [], is_new=True, is_gone=False)
            after = next(news, None)
        else:
            if before[1] != after[1]:
                had, has = set(before[1]), set(after[1])
                added = [line for line in after[1] if line not in had]
                removed = [line for line in before[1] if line not in has]
                yield SubjectChange(after[0], added, removed, is_new=False, is_gone=False)
            before, after = next(olds, None), next(news, None)


def compare_quads(old: Path, new: Path) -> Iterator[SubjectChange]:
    """The quads that differ between the snapshots in two folders."""
    return compare(read_lines(old), read_lines(new))


def compare_triples(old: Path, new: Path) -> Iterator[SubjectChange]:
    """The triples that differ between the merges of two snapshots: what a query without GRAPH sees differently."""
    return compare(unique_triples(read_lines(old)), unique_triples(read_lines(new)))


def _by_subject(lines: Iterable[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    # With the space behind it a subject sorts as its lines do.
    for subject, own in itertools.groupby(lines, key=lambda line: line[: line.index(b" ") + 1]):
        yield subject, list(own)


def record_changes(previous: Path | None, plain: Path, work: Path, base: str) -> None:
    """Writes what the data in `plain`, sorted N-Quads, changes after the snapshot in the folder `previous`.

    Into the folder `work`: counts for the feed of changes (CHANGES), and the things that are gone (GONE), those of earlier times
    among them unless they came back. Nothing of this is part of a snapshot's identity: it tells how it came after others.
    """
    record: dict[str, Any] = {"published": datetime.now(UTC).isoformat(timespec="microseconds")}
    gone: dict[bytes, bytes] = {}
    if previous is not None:
        before = json.loads((previous / "manifest.json").read_text(encoding="utf-8"))
        gone = _read_gone(previous / GONE)
        try:
            with plain.open("rb") as lines:
                changes = compare(read_lines(previous), lines)
                record |= {"from": before["id"], **_summarize(changes, gone, before["created"], base)}
        except (OSError, zstandard.ZstdError) as error:
            record["unknown"] = f"the snapshot before, {before['id']}, can't be read: {error}"
    (work / CHANGES).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (work / GONE).write_bytes(b"".join(sorted(b"%s\t%s\n" % entry for entry in gone.items())))


def _summarize(
    changes: Iterable[SubjectChange], gone: dict[bytes, bytes], created: str, base: str
) -> dict[str, Any]:
    """Counts of quads, and of things by the class that their IRI names; `gone` is brought up to date."""
    things = f"<{base}id/".encode()
    own = (things, f"<{PREFIXES['ccl']}".encode())
    day = created.encode()
    added = removed = 0
    counts: dict[str, Counter[str]] = {}
    for change in changes:
        added += len(change.added)
        removed += len(change.removed)
        if not change.subject.startswith(own):
            continue
        iri = change.subject[:-1]
        if change.subject.startswith(things):
            segment, slash, slug = iri[len(things) : -1].decode("utf-8", "replace").partition("/")
            if slash and "/" not in slug:
                counts.setdefault(segment, Counter())[change.kind] += 1
        if change.is_gone:
            gone[iri] = day
            if len(gone) > _MOST_GONE:
                del gone[next(iter(gone))]
        elif change.is_new:
            gone.pop(iri, None)
    by_class = {segment: {kind: counts[segment][kind] for kind in _KINDS} for segment in sorted(counts)}
    return {"added": added, "removed": removed, "things": by_class}


def _read_gone(file: Path) -> dict[bytes, bytes]:
    """What is gone and since when, the first to go first."""
    if not file.exists():
        return {}
    entries = (line.partition(b"\t") for line in file.read_bytes().splitlines())
    return dict(sorted(((iri, day) for iri, _, day in entries), key=lambda entry: entry[1]))


def read_changes(folder: Path) -> dict[str, Any]:
    """What the publication of the snapshot in a folder changed; empty for one of an older build."""
    try:
        record: dict[str, Any] = json.loads((folder / CHANGES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record


def when_gone(folder: Path, iri: str) -> str | None:
    """When the last snapshot was made that held a thing which the one in a folder doesn't; None for a thing never held.

    Looks it up in the file by halves, which takes some twenty reads whatever its size.
    """
    wanted = f"<{iri}>\t".encode("utf-8", "surrogatepass")
    try:
        with (
            (folder / GONE).open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines,
        ):
            low, high = 0, len(lines)
            while low < high:
                middle = lines.rfind(b"\n", 0, (low + high) // 2) + 1
                middle = max(middle, low)
                end = lines.find(b"\n", middle)
                line = lines[middle:end]
                if line.startswith(wanted):
                    return line[len(wanted) :].decode()
                if line < wanted:
                    low = end + 1
                else:
                    high = middle
    except (OSError, ValueError):  # an empty file can't be mapped
        return None
    return None
