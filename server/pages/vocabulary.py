"""What terms of other people's vocabularies are called (`vocabulary.toml`), as their own labels aren't in our graph."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from ontology.terms import PREFIXES
from server.language import Language

_FILE = Path(__file__).parent / "vocabulary.toml"


def label(iri: str, language: Language) -> str | None:
    """The name of a term in a language, None for a term that the file doesn't have."""
    return _read().get(iri, {}).get(language)


@lru_cache
def _read() -> dict[str, dict[str, str]]:
    table = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        PREFIXES[prefix] + local: names
        for (prefix, local), names in ((k.split(":"), v) for k, v in table.items())
    }
