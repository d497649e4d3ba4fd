"""What something was made from, as a digest: where it hasn't changed, it needn't be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

_PACKAGES = ("ontology", "loaders", "graph")
_LIBRARIES = (
    "pyoxigraph", "pypinyin", "ahocorasick-rs", "cn2an", "opencc", "pyrudof", "pyshacl", "rdflib", "tantivy",
)  # fmt: skip
_CODE = frozenset({".py", ".toml", ".tsv", ".csv", ".ttl", ".rq", ".json", ".txt"})


@cache
def code_version() -> str:
    """A digest of all that shapes shards and snapshots besides the sources: code, lexicons, rules, ontology, libraries."""
    hashed = hashlib.sha256()
    root = Path(__file__).parent.parent
    for package in _PACKAGES:
        for file in sorted((root / package).rglob("*")):
            if file.suffix in _CODE and "__pycache__" not in file.parts:
                hashed.update(f"{file.relative_to(root)}\n{file.stat().st_size}\n".encode())
                hashed.update(file.read_bytes())
    for library in _LIBRARIES:
        hashed.update(f"{library} {metadata.version(library)}\n".encode())
    return hashed.hexdigest()


def origin_of(lines: Iterable[Path], settings: object) -> str:
    """The origin of a snapshot: a digest of its code, of files of the sorted N-Quads lines that it is made of, and of settings."""
    parts = [code_version()]
    for path in lines:
        with path.open("rb") as file:
            parts.append(hashlib.file_digest(file, "sha256").hexdigest())
    return hashlib.sha256("\x1f".join((*parts, repr(settings))).encode()).hexdigest()
