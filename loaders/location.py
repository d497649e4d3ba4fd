"""Where pages are: a path on this machine, or a URL of any place that fsspec knows (s3://, hdfs://, http://, zip://…)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, TypeAlias

from upath import UPath

from ontology.errors import ChunchengError

#: A file or folder; both kinds are read by the same methods.
Location: TypeAlias = Path | UPath
#: What a file system of fsspec raises where something can't be done there; the last where it can't be written to at all (http).
FILE_SYSTEM_ERRORS: Final = (OSError, ImportError, ValueError, NotImplementedError)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?:/|:)")


class LocationError(ChunchengError):
    """A place that can't be used; the message names it and says why."""


def locate(name: str) -> Location:
    """The file or folder of that name or URL, and raises LocationError for a kind of place that isn't known here."""
    if not _URL.match(name):
        return Path(name)
    try:
        found = UPath(name)
        found.fs  # noqa: B018 — the place's own library is needed only now
    except (ImportError, ValueError, OSError) as error:
        raise LocationError(f"{name}: {error}") from error
    return Path(found.path) if found.protocol in ("file", "local") else found
