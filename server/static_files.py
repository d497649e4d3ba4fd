"""Files that are the same for everybody: style sheets, scripts, pictures; answered on the event loop from memory.

A file of the bundle has its hash in its name and is never asked for again; any other is asked for anew with its tag.
Where a file was compressed ahead (`x.js.br` beside `x.js`), that is what is sent; other text is compressed once.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from server.answer_cache import matches
from server.compression import choose_coding, compress, etag_for, worth_compressing
from server.problem import Problem
from server.protocol import Request, Response

PREFIX = "/static/"
_FOLDER = Path(__file__).parent / "static"
_HASHED = "dist/assets/"
_CODINGS = (
    "br",
    "gzip",
)  # brotli at its highest level is the shortest; it was compressed when the bundle was built
_AHEAD = {"br": ".br", "gzip": ".gz"}
_IMMUTABLE = "public, max-age=31536000, immutable"
# No dot leads a name: not the manifest's folder, not the way out. Nothing is longer than a file system bears.
_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}/){0,4}[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
_KEPT = 256  # bodies in memory: files times codings
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class _Body:
    content: bytes
    etag: str


class StaticFiles:
    """The files below a folder; only those are ever sent, whatever a path says."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._folder = folder

    def find(self, path: str) -> Path | None:
        """The file at a path that begins with `/static/`, None where there is none."""
        name = path.removeprefix(PREFIX)
        if not _NAME.fullmatch(name):
            return None
        file = self._folder / name
        # What was compressed ahead is no file of its own.
        return file if file.suffix not in _AHEAD.values() and file.is_file() else None

    def answer(self, request: Request) -> Response:
        """The file that the request asks for; raises Problem 404 or 405."""
        if request.method not in ("GET", "HEAD"):
            raise Problem(
                405, f"{request.method} means nothing here", headers={"Allow": "GET, HEAD, OPTIONS"}
            )
        file = self.find(request.path)
        if file is None:
            raise Problem(404, f"there is no file {request.path}")
        media_type = (
            _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        )
        if media_type.startswith("text/"):
            media_type += "; charset=utf-8"
        state = file.stat()
        coding = (
            choose_coding(request.accept_encoding, _CODINGS)
            if worth_compressing(media_type, state.st_size)
            else None
        )
        body = _read(file, state.st_mtime_ns, coding)
        headers = {
            "Content-Type": media_type,
            "ETag": body.etag,
            "Vary": "Accept-Encoding",
            "Cache-Control": _IMMUTABLE if request.path.startswith(PREFIX + _HASHED) else "no-cache",
        }
        if request.if_none_match is not None and matches(request.if_none_match, body.etag):
            return Response(304, {name: headers[name] for name in ("ETag", "Vary", "Cache-Control")})
        if coding is not None:
            headers["Content-Encoding"] = coding
        return Response(200, headers, body.content)


@lru_cache(maxsize=_KEPT)
def _read(file: Path, _changed: int, coding: str | None) -> _Body:
    content = file.read_bytes()
    tag = etag_for(f'"{hashlib.sha256(content).hexdigest()[:32]}"', coding)
    if coding is None:
        return _Body(content, tag)
    ahead = file.with_name(file.name + _AHEAD[coding])
    return _Body(ahead.read_bytes() if ahead.is_file() else compress(content, coding), tag)
