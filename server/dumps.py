"""All of a snapshot's data to take home: `/dumps/data.nq.zst`, `.trig.zst`, `.ttl.zst`, whole or from a byte on.

Without more that is the snapshot which is served; `/dumps/{id}/…` names one of those that are kept. Files go from the disk to the
client, never through memory.
"""

from __future__ import annotations

import re
from pathlib import Path

from graph.dumps import FORMATS, NQUADS
from graph.snapshot import Snapshot, open_snapshot
from ontology.errors import ChunchengError
from server.problem import Problem
from server.protocol import Request, Response

PREFIX = "/dumps/"
_FILES = frozenset(format_.file for format_ in FORMATS)
_ID = re.compile(r"[0-9a-f]{8,64}")
_RANGE = re.compile(r"bytes[ \t]*=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*")


def send(request: Request, served: Snapshot, current: Snapshot) -> Response:
    """The file that a path below PREFIX names, or a part of it (RFC 9110, 14.2); raises Problem 404 or 416.

    `served` is what the client asks of: the current snapshot, or what was known on a day.
    """
    identity, _, name = request.path.removeprefix(PREFIX).rpartition("/")
    if name not in _FILES:
        raise Problem(404, f"no such dump; there are {', '.join(sorted(_FILES))}")
    snapshot = find_kept(current, identity) if identity else served
    file = snapshot.path.resolve() / name
    told = {dump["file"]: dump["sha256"] for dump in snapshot.manifest.get("dumps", ())}
    tag = told.get(name) or snapshot.manifest["dump"]["sha256"]
    try:
        size = file.stat().st_size
    except OSError:
        raise Problem(
            404,
            f"this dump isn't there for a day of the past, nor of snapshots built by older versions; take {NQUADS.file}",
        ) from None
    headers = {
        "Content-Type": "application/zstd",
        "ETag": f'"{tag}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=86400" if identity else "no-cache",
        "Content-Disposition": f'attachment; filename="chuncheng-{snapshot.id}{name.removeprefix("data")}"',
        "Link": '</.well-known/void>; rel="describedby"; type="text/turtle"',
    }
    part = _part(request, headers["ETag"], size)
    if part is None:
        return Response(200, headers, file=file, size=size)
    first, end = part
    headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return Response(206, headers, file=file, size=end - first, part=part)


def find_kept(served: Snapshot, identity: str) -> Snapshot:
    """A snapshot of the same data folder by its id; raises Problem 404 for one that isn't kept."""
    folder: Path = served.path.resolve().parent / identity
    try:
        if _ID.fullmatch(identity):
            return open_snapshot(folder)
    except ChunchengError:
        pass
    raise Problem(404, "no snapshot of that id is kept; /changes lists those that are")


def _part(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """From which byte to before which; None for the whole: no range, several, or one of another version of the file."""
    if request.range is None or (request.if_range is not None and request.if_range.strip() != etag):
        return None
    found = _RANGE.fullmatch(request.range)
    if found is None or not (found[1] or found[2]):
        return None  # a range that one doesn't understand is as if it weren't there
    if found[1]:
        first, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
        if found[2] and int(found[2]) < int(found[1]):
            return None
    else:
        first, end = max(size - int(found[2]), 0), size
    if first >= end:
        raise Problem(
            416,
            f"the dump has {size} bytes",
            fields={"limit": size},
            headers={"Content-Range": f"bytes */{size}"},
        )
    return first, end
