"""Where a store answers, and with which credentials: an address of people, the rest from the environment and a table.

CHUNCHENG_STORE_USER and CHUNCHENG_STORE_PASSWORD (HTTP Digest or Basic, as the store asks), or CHUNCHENG_STORE_TOKEN (Bearer).
CHUNCHENG_STORE_KIND names a row of kinds.toml where the store doesn't tell; CHUNCHENG_STORE_QUERY and CHUNCHENG_STORE_GRAPHS
are the addresses of the two protocols where neither fits.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ontology.errors import ChunchengError

_KINDS = Path(__file__).with_name("kinds.toml")


class RemoteStoreError(ChunchengError):
    """A remote store that can't be reached, refuses, or doesn't hold what it should."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to the store; never printed."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Credentials:
        """From the environment."""
        given = os.environ if environment is None else environment
        return cls(*(given.get(f"CHUNCHENG_STORE_{name}", "") for name in ("USER", "PASSWORD", "TOKEN")))


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """The addresses of one store's protocols and what is peculiar to its kind (kinds.toml)."""

    given: str
    kind: str
    query: str
    graphs: str
    parameter: str = "graph"
    graphs_of_its_own: tuple[str, ...] = ()
    lists_graphs: bool = True
    deadline: str = ""


def check_address(url: str) -> str:
    """The address without a slash at its end; raises RemoteStoreError for what is no address of the web."""
    parts = urlsplit(url.strip())
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
        raise RemoteStoreError(f"{_bare(url)}: give the store's address, such as http://127.0.0.1:7878")
    if parts.username is not None or parts.password is not None:
        raise RemoteStoreError(
            f"{_bare(url)}: credentials don't belong into an address, which others can see; "
            "set CHUNCHENG_STORE_USER and CHUNCHENG_STORE_PASSWORD"
        )
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def locate(url: str, server: str, environment: Mapping[str, str] | None = None) -> StoreAddress:
    """Where a store at that address answers, by what its Server header says.

    Raises RemoteStoreError for a store of no known kind whose addresses the environment doesn't give.
    """
    given = os.environ if environment is None else environment
    asked = given.get("CHUNCHENG_STORE_KIND", "")
    kinds = read_kinds()
    if asked and asked not in kinds:
        raise RemoteStoreError(f"CHUNCHENG_STORE_KIND={asked}: there are {', '.join(kinds)}")
    name = asked or next((name for name, row in kinds.items() if server.startswith(row["server"])), "")
    row = kinds.get(name, {})
    root = url
    for end in row.get("ends", ()):
        if url.endswith(end.rstrip("/")):
            root = url[: -len(end.rstrip("/"))]
            break
    query = given.get("CHUNCHENG_STORE_QUERY") or (root + row["query"] if row else "")
    graphs = given.get("CHUNCHENG_STORE_GRAPHS") or (root + row["graphs"] if row else "")
    if not query or not graphs:
        raise RemoteStoreError(
            f"{url}: which kind of store answers there can't be told (Server: {server or 'nothing'}); name it in "
            f"CHUNCHENG_STORE_KIND ({', '.join(kinds)}), or the addresses of its protocols in CHUNCHENG_STORE_QUERY and "
            "CHUNCHENG_STORE_GRAPHS"
        )
    return StoreAddress(
        url,
        name or "other",
        check_address(query),
        graphs if name == "neptune" else check_address(graphs),
        row.get("parameter", "graph"),
        tuple(row.get("graphs_of_its_own", ())),
        bool(row.get("lists_graphs", True)),
        row.get("deadline", ""),
    )


@cache
def read_kinds() -> Mapping[str, Mapping[str, Any]]:
    """The kinds of stores by name."""
    return tomllib.loads(_KINDS.read_text("utf-8"))


def _bare(url: str) -> str:
    """The address without what may be a password."""
    scheme, separator, rest = url.partition("://")
    return scheme + separator + rest.rpartition("@")[2]
