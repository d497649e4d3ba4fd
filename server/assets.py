"""Which file of the bundle stands for which source: what Vite has built, by its manifest.

https://vite.dev/guide/backend-integration: the manifest maps each entry to its hashed file, its style sheets and the
chunks that it imports. Where the bundle hasn't been built, pages are served whole without scripts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ontology.errors import ChunchengError

DIST = Path(__file__).parent / "static" / "dist"
_URL = "/static/dist/"
_MANIFEST = Path(".vite") / "manifest.json"


class UnknownEntryError(ChunchengError):
    """A page asks for an entry that the bundle doesn't have: the bundle is older than the page, or the name is wrong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The addresses of what a page loads for one entry."""

    script: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


class Assets:
    """The bundle in a folder, as its manifest describes it; looked up anew when that changes."""

    def __init__(self, folder: Path = DIST) -> None:
        self._manifest = folder / _MANIFEST

    def entry(self, name: str) -> Entry | None:
        """What to load for the entry of that source file (`sparql.ts`), None where no bundle has been built.

        Raises UnknownEntryError.
        """
        try:
            changed = self._manifest.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        entries = _read(self._manifest, changed)
        if name not in entries:
            raise UnknownEntryError(
                f"the bundle has no entry {name}, only {', '.join(sorted(entries))}: build it with `make frontend`"
            )
        return entries[name]

    def url(self, name: str) -> str | None:
        """Address of the script of an entry, None without a bundle; raises UnknownEntryError."""
        entry = self.entry(name)
        return entry.script if entry else None


@lru_cache(maxsize=2)
def _read(manifest: Path, _changed: int) -> dict[str, Entry]:
    chunks: dict[str, dict[str, Any]] = json.loads(manifest.read_text("utf-8"))
    return {
        Path(source).name: _entry(source, chunks) for source, chunk in chunks.items() if chunk.get("isEntry")
    }


def _entry(source: str, chunks: dict[str, dict[str, Any]]) -> Entry:
    styles: dict[str, None] = {}
    preloads: dict[str, None] = {}
    seen: set[str] = set()

    def walk(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        chunk = chunks[name]
        for imported in chunk.get("imports", ()):
            walk(imported)
            preloads[_URL + chunks[imported]["file"]] = None
        styles.update(dict.fromkeys(_URL + style for style in chunk.get("css", ())))

    walk(source)
    return Entry(_URL + chunks[source]["file"], tuple(styles), tuple(preloads))
