"""`/changes/{id}..{id}`: what differs between two snapshots that are kept, as RDF and as a patch.

Comparing two large snapshots takes seconds, so a process of its own does it, one at a time; what it wrote is kept in the spool.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

from graph.change_files import PATCH
from graph.snapshot import Snapshot
from server.answer_cache import matches
from server.dumps import find_kept
from server.negotiate import GRAPH_FORMATS, Choice, Format, by_name, negotiate
from server.problem import Problem
from server.protocol import Request, Response
from server.spool import Spool

PREFIX = "/changes/"
_SECONDS = 120.0  # for one comparison
_WAITING = 8  # comparisons that may wait for another
_GRAPHS = {format_.suffix: format_ for format_ in GRAPH_FORMATS}
#: Formats of a change, those that hold the triples first.
FORMATS = (
    *(_GRAPHS[suffix] for suffix in ("trig", "nq", "jsonld")),
    Format(PATCH, ("application/rdf-patch",), None),
    *(_GRAPHS[suffix] for suffix in ("ttl", "nt", "rdf")),
)


class ChangeFiles:
    """Answers below PREFIX; for one event loop."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._one = asyncio.Lock()
        self._asked = 0
        self._number = 0

    async def answer(self, request: Request, served: Snapshot) -> Response:
        """The change that the path names; raises Problem 404, 405, 406, and 503 where too many are being made."""
        if request.method not in ("GET", "HEAD"):
            raise Problem(
                405, f"{request.method} means nothing here", headers={"Allow": "GET, HEAD, OPTIONS"}
            )
        bare, named = _split(request.path.removeprefix(PREFIX))
        first, dots, second = bare.partition("..")
        if not dots:
            raise Problem(
                404, "name two snapshots, as in /changes/{id}..{id}; /changes lists those that are kept"
            )
        old, new = find_kept(served, first), find_kept(served, second)
        choice = named or negotiate(request.accept, FORMATS)
        suffix = choice.format.suffix
        headers = {
            "Content-Type": choice.content_type,
            "ETag": _tag(old, new, choice),
            "Vary": "Accept",
            "Cache-Control": "public, max-age=86400",  # the two will always differ in this
            "Link": _links(f"{PREFIX}{bare}", suffix),
        }
        if named is None:
            headers["Content-Location"] = f"{PREFIX}{bare}.{suffix}"
        if request.if_none_match is not None and matches(request.if_none_match, headers["ETag"]):
            return Response(304, {name: headers[name] for name in ("ETag", "Vary", "Cache-Control")})
        file, size = await self._made(old, new, suffix)
        return Response(200, headers, file=file, size=size)

    async def _made(self, old: Snapshot, new: Snapshot, suffix: str) -> tuple[Path, int]:
        key = ("change", old.id, new.id, suffix)
        if self._asked >= _WAITING:
            raise Problem(
                503,
                "too many changes are being computed; try again in a while",
                headers={"Retry-After": "30"},
            )
        self._asked += 1
        try:
            async with self._one:
                known = self._spool.get(key)
                if known is None:
                    file = await self._compute(old, new, suffix)
                    known = self._spool.add(file, file.stat().st_size, key, {}, None)
                return known.path, known.size
        finally:
            self._asked -= 1

    async def _compute(self, old: Snapshot, new: Snapshot, suffix: str) -> Path:
        self._number += 1
        target = self._spool.path / f"change-{self._number}.{suffix}"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "graph.change_files", str(old.path), str(new.path), str(target), suffix),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await asyncio.wait_for(process.communicate(), _SECONDS)
        except TimeoutError:
            raise Problem(
                504,
                "comparing these snapshots takes too long; take their dumps",
                fields={"limit": int(_SECONDS)},
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            if process.returncode != 0:
                for file in self._spool.path.glob(f"{target.name}*"):
                    file.unlink(missing_ok=True)
        if process.returncode != 0:
            last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
            print(f"comparing {old.id} and {new.id} failed: {last}", file=sys.stderr)
            raise Problem(500, "these snapshots can't be compared; the server's log says why")
        return target


def _split(path: str) -> tuple[str, Choice | None]:
    """A path without its suffix, and the format that the suffix names; raises Problem 404 for another suffix."""
    bare, dot, suffix = path.rpartition(".")
    if not dot or bare.endswith(".") or not bare:
        return path, None
    choice = next((by_name(suffix, (f,)) for f in FORMATS if f.suffix == suffix), None)
    if choice is None:
        raise Problem(404, f"a change can be had as {', '.join(f.suffix for f in FORMATS)}, not as {suffix}")
    return bare, choice


def _tag(old: Snapshot, new: Snapshot, choice: Choice) -> str:
    said = "\n".join((version("chuncheng"), old.id, new.id, new.base, choice.content_type))
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _links(path: str, suffix: str) -> str:
    return ", ".join(
        f'<{path}.{format_.suffix}>; rel="alternate"; type="{format_.media_types[0]}"'
        for format_ in FORMATS
        if format_.suffix != suffix
    )
