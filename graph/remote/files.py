"""A snapshot's small files in a store: one archive, cut into literals, so that a server needs the store's address alone.

Left out is the embedded store, which the remote one stands for.
"""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from ontology.errors import ChunchengError

from .address import RemoteStoreError
from .client import StoreClient
from .publication import Placed

_PART = "urn:x-chuncheng:part"
_PART_BYTES = 12 * 1024  # stores differ in how long a literal may be
_PARTS_AT_ONCE = 100
_STORE = "store"
_TEMPORARY = (".lock",)
GRAPHS = "graphs.jsonl"  #: name of the file that holds each named graph with its digest and number of triples


def pack(snapshot: Path, more: Path, out: IO[bytes], *, without: frozenset[str] = frozenset()) -> None:
    """Write the archive of a snapshot's folder and a further folder; the same files make the same bytes."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for folder in (snapshot, more):
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder)
                if (
                    path.is_dir()
                    or name.parts[0] == _STORE
                    or str(name) in without
                    or path.suffix in _TEMPORARY
                ):
                    continue
                member = tarfile.TarInfo(str(name))
                member.size, member.mode = path.stat().st_size, 0o644
                with path.open("rb") as file:
                    archive.addfile(member, file)


def to_triples(archive: IO[bytes], graph: str) -> Iterator[bytes]:
    """The archive as N-Triples lines, one a part."""
    number = 0
    while part := archive.read(_PART_BYTES):
        yield f'<{_name(graph, number)}> <{_PART}> "{base64.b64encode(part).decode()}" .\n'.encode()
        number += 1


def fetch(client: StoreClient, placed: Placed, target: Path) -> None:
    """Unpack the files of a published snapshot into a folder that doesn't exist yet, whole or not at all.

    Raises RemoteStoreError where parts are missing or damaged.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".fetching-", dir=target.parent))
    try:
        packed = work / "archive.tar"
        digest = hashlib.sha256()
        with packed.open("wb") as out:
            for part in _parts(client, placed):
                digest.update(part)
                out.write(part)
        if digest.hexdigest() != placed.sha256:
            raise RemoteStoreError(
                f"{client.address.given}: the files of snapshot {placed.id} are damaged in the store; publish it again with --again"
            )
        unpacked = work / "snapshot"
        unpacked.mkdir()
        _unpack(packed, unpacked)
        if not target.exists():
            unpacked.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpack(packed: Path, target: Path) -> None:
    """Plain files only, and none outside of the target."""
    with tarfile.open(packed) as archive:
        for member in archive:
            name = PurePosixPath(member.name)
            file = archive.extractfile(member) if member.isfile() else None
            if file is None or name.is_absolute() or ".." in name.parts:
                raise RemoteStoreError(f"{member.name}: no file of a snapshot; publish it again")
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with file, path.open("wb") as out:
                shutil.copyfileobj(file, out)


def read_file(client: StoreClient, placed: Placed, name: str) -> bytes | None:
    """One file of a published snapshot; None where it can't be had."""
    try:
        whole = b"".join(_parts(client, placed))
        if hashlib.sha256(whole).hexdigest() != placed.sha256:
            return None
        with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
            found = archive.extractfile(name)
            return found.read() if found else None
    except (ChunchengError, tarfile.TarError, KeyError):
        return None


def _parts(client: StoreClient, placed: Placed) -> Iterator[bytes]:
    for first in range(0, placed.parts, _PARTS_AT_ONCE):
        numbers = range(first, min(first + _PARTS_AT_ONCE, placed.parts))
        names = [_name(placed.files, number) for number in numbers]
        values = " ".join(f"<{name}>" for name in names)
        rows = client.rows(
            f"SELECT ?name ?part FROM <{placed.files}> {{ VALUES ?name {{ {values} }} ?name <{_PART}> ?part }}",
            seconds=120,
        )
        found = {row["name"]: row["part"] for row in rows}
        for name in names:
            if name not in found:
                raise RemoteStoreError(
                    f"{client.address.given}: files of snapshot {placed.id} are missing in the store; publish it again with --again"
                )
            yield base64.b64decode(found[name])


def _name(graph: str, number: int) -> str:
    return f"{graph}/{number:06d}"
