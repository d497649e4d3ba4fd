"""What the columns of a panel's table are called (`columns.toml`)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from server.language import current

_FILE = Path(__file__).parent / "columns.toml"


def title(variable: str) -> str:
    """The heading of a query's variable in the page's language, the variable itself where nobody named it."""
    return _read().get(current(), {}).get(variable, variable)


@lru_cache
def _read() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text("utf-8"))
