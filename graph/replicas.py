"""Copies of snapshots at a location that many servers read: a folder, an object store, any place that fsspec knows.

LOCATION/snapshots/{id}/files/…      the files of a snapshot, as they are
LOCATION/snapshots/{id}/files.json   their names, sizes and SHA-256: written when all of them are there
LOCATION/current.json                which snapshot to serve, with the SHA-256 of its files.json: written last

A snapshot never changes, so copying is all there is to replication. Whoever pulls checks every byte and lists nothing: a plain
web server is location enough to pull from. A place with credentials takes them from the environment (FSSPEC_…, AWS_…).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

import fsspec

from loaders.location import FILE_SYSTEM_ERRORS

from .snapshot import Snapshot, SnapshotError, find_current, locked, open_snapshot, prune, publish, republish

_BLOCK = 1 << 20
_POINTER = "current.json"
_LISTING = "files.json"
_PULLING = "pulling"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a push or pull did: the snapshot's id, and the bytes that had to move."""

    id: str
    bytes: int


class Location:
    """A place of copies; every failure of it is a SnapshotError that names it."""

    def __init__(self, url: str) -> None:
        self._name = _without_password(url)
        with self._told("can't be used"):
            self._files, self._root = fsspec.core.url_to_fs(url)

    def __str__(self) -> str:
        return self._name

    def read_json(self, name: str) -> Any:
        """A small JSON file, and None where there is none."""
        with self._told(f"{name} can't be read"):
            try:
                return json.loads(self._files.cat_file(self._path(name)))
            except FileNotFoundError:
                return None

    def write_json(self, name: str, value: Any) -> str:
        """Put a small JSON file in place at once; returns its SHA-256."""
        content = json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
        with self._told(f"{name} can't be written"), self._files.transaction, self._create(name) as file:
            file.write(content)
        return hashlib.sha256(content).hexdigest()

    def send(self, source: Path, name: str) -> tuple[int, str]:
        """Copy a file there; returns its size and SHA-256 as sent."""
        with self._told(f"{name} can't be written"), source.open("rb") as file, self._create(name) as out:
            return _copy(file, out)

    def fetch(self, name: str, target: Path) -> tuple[int, str]:
        """Copy a file from there; returns its size and SHA-256 as received."""
        with (
            self._told(f"{name} can't be read"),
            self._files.open(self._path(name), "rb") as file,
            target.open("wb") as out,
        ):
            return _copy(file, out)

    def digest(self, name: str) -> str:
        """SHA-256 of a small file."""
        with self._told(f"{name} can't be read"):
            return hashlib.sha256(self._files.cat_file(self._path(name))).hexdigest()

    def snapshots(self) -> list[str]:
        """Ids of all copies, also of such as were never finished."""
        with self._told("can't be listed"):
            try:
                found = self._files.ls(self._path("snapshots"), detail=False)
            except FileNotFoundError:
                return []
            return sorted(PurePosixPath(path.rstrip("/")).name for path in found)

    def remove(self, name: str) -> None:
        """Remove a folder with all that is in it."""
        with self._told(f"{name} can't be removed"):
            self._files.rm(self._path(name), recursive=True)

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def _create(self, name: str) -> IO[bytes]:
        path = self._path(name)
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        file: IO[bytes] = self._files.open(path, "wb")
        return file

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except FILE_SYSTEM_ERRORS as error:
            raise SnapshotError(f"{self._name}: {what}: {error or type(error).__name__}") from error


def push(snapshot: Snapshot, location: Location, keep: int = 0) -> Copied:
    """Copies a snapshot to the location and points to it; with `keep`, all but the newest so many go from there.

    What is there already isn't sent again. Killed at any moment, the location still points to a whole snapshot. Raises
    SnapshotError.
    """
    folder = f"snapshots/{snapshot.id}"
    sent = 0
    with snapshot.hold():
        listing = location.read_json(f"{folder}/{_LISTING}")
        if listing is None:
            files = {}
            for path in sorted(p for p in snapshot.path.rglob("*") if p.is_file()):
                name = path.relative_to(snapshot.path).as_posix()
                size, digest = location.send(path, f"{folder}/files/{name}")
                files[name] = {"bytes": size, "sha256": digest}
                sent += size
            listing = {"id": snapshot.id, "created": snapshot.manifest["created"], "files": files}
            told = location.write_json(f"{folder}/{_LISTING}", listing)
        else:
            told = location.digest(f"{folder}/{_LISTING}")
    location.write_json(_POINTER, {"id": snapshot.id, "created": listing["created"], "listing_sha256": told})
    if keep:
        _prune(location, keep, snapshot.id)
    return Copied(snapshot.id, sent)


def pull(data: Path, location: Location) -> Copied | None:
    """Copies the snapshot that the location points to into a data folder and publishes it; None if it is served already.

    Each file is checked by its SHA-256 and none is fetched twice: a pull that was killed goes on where it was. Until all is
    whole, what was published before stays. Raises SnapshotError.
    """
    pointer = location.read_json(_POINTER)
    if pointer is None:
        raise SnapshotError(f"{location}: nothing has been pushed there; use chuncheng snapshots push")
    identity = _name(location, pointer.get("id"))
    current = find_current(data)
    if current is not None and current.id == identity:
        return None
    with locked(data):
        if republish(data, identity):
            return Copied(identity, 0)
        work = data / _PULLING / identity
        for other in (data / _PULLING).glob("*"):
            if other != work:
                shutil.rmtree(other, ignore_errors=True)
        work.mkdir(parents=True, exist_ok=True)
        received = _fetch_all(location, identity, str(pointer.get("listing_sha256")), work)
        snapshot = open_snapshot(work)
        if snapshot.id != identity:
            raise SnapshotError(f"{location}: the copy of {identity} says of itself that it is {snapshot.id}")
        publish(data, work, snapshot.manifest)
        return Copied(identity, received)


def follow(data: Path, location: Location, seconds: float, keep: int, tell: Callable[[str], None]) -> None:
    """Pulls again and again, until the process that began it has gone. Failures are told, once each, and tried again."""
    parent, told = os.getppid(), ""
    while os.getppid() == parent:
        try:
            copied = pull(data, location)
            if copied is not None:
                tell(f"published {copied.id} from {location}: {copied.bytes:,} bytes received")
                if keep:
                    prune(data, keep)
            told = ""
        except (SnapshotError, OSError) as error:
            if str(error) != told:
                told = str(error)
                tell(f"error: {told}")
        time.sleep(seconds)


def _fetch_all(location: Location, identity: str, told: str, work: Path) -> int:
    folder = f"snapshots/{identity}"
    if location.digest(f"{folder}/{_LISTING}") != told:
        raise SnapshotError(
            f"{location}: {folder}/{_LISTING} isn't the one that {_POINTER} tells of; push again"
        )
    files = location.read_json(f"{folder}/{_LISTING}")["files"]
    received = 0
    for name, said in files.items():
        target = work / _name(location, name)
        if target.exists() and _digest(target) == said["sha256"]:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        size, digest = location.fetch(f"{folder}/files/{name}", part)
        if (size, digest) != (said["bytes"], said["sha256"]):
            part.unlink()
            raise SnapshotError(
                f"{location}: {folder}/files/{name} is damaged: {size} bytes with SHA-256 {digest[:12]}…, "
                f"{said['bytes']} with {str(said['sha256'])[:12]}… were pushed; remove {folder} there and push again"
            )
        part.replace(target)
        received += size
    return received


def _prune(location: Location, keep: int, pointed: str) -> None:
    created = {}
    for identity in location.snapshots():
        listing = location.read_json(f"snapshots/{identity}/{_LISTING}")
        if listing is not None:  # one without may be on its way there
            created[identity] = str(listing["created"])
    newest = sorted(created, key=lambda identity: (created[identity], identity))[-keep:]
    for identity in created.keys() - {*newest, pointed}:
        location.remove(f"snapshots/{identity}")


def _name(location: Location, name: object) -> str:
    """A name that leads nowhere but into its folder."""
    path = PurePosixPath(str(name))
    if not isinstance(name, str) or not name or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise SnapshotError(f"{location}: names a file {name!r}, which no snapshot holds")
    return name


def _copy(source: IO[bytes], target: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        target.write(block)
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
