"""What a remote store says of itself: which snapshot is served from it, and what is being changed now.

One literal holds all of it, so that it is read and written at once. Each writing gives it a new revision: who reads the named
graphs between two looks at the same revision has seen one state of them.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from .address import RemoteStoreError
from .client import StoreClient

FORMAT = 1
_SAYS = "urn:x-chuncheng:publication"
_READ = "SELECT ?graph ?said { GRAPH ?graph { ?graph <urn:x-chuncheng:publication> ?said } }"
_READ_ONE = "SELECT ?said FROM <{graph}> {{ <{graph}> <urn:x-chuncheng:publication> ?said }}"
_LOOKS = 5  # at a publication that isn't there, perhaps because it is being exchanged
_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Placed:
    """A snapshot in a store: its default graph, its files and how many parts they have; `since` (Unix time) it is no longer served."""

    id: str
    merge: str
    files: str
    parts: int
    sha256: str  # of the files' archive
    graphs: int = 0
    triples: int = 0
    published: str = ""  # ISO 8601
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """All that a store says. `served` is None before the first publishing has ended.

    While one runs, `begun` tells who began it and when; `replacing` names the graphs that it exchanges at the moment, all of them if
    it holds "*".
    """

    base: str
    served: Placed | None = None
    retired: tuple[Placed, ...] = ()
    begun: Mapping[str, Any] | None = None
    replacing: tuple[str, ...] = ()
    revision: str = ""
    format: int = FORMAT

    @property
    def graph(self) -> str:
        """The graph that says it."""
        return publication_graph(self.base)

    def is_replacing(self, graphs: tuple[str, ...] | None) -> bool:
        """Whether one of these graphs (None: any) is being exchanged."""
        if not self.replacing:
            return False
        return graphs is None or "*" in self.replacing or not set(graphs).isdisjoint(self.replacing)


def publication_graph(base: str) -> str:
    """The graph of the publication; those of a snapshot's own begin with it and a slash."""
    return f"{base}published"


def read_publication(
    client: StoreClient, base: str | None = None, *, seconds: float = 10.0
) -> Publication | None:
    """What the store says for that base; None where it says nothing.

    Without a base the only one that there is. Raises RemoteStoreError for several, and for what can't be read.
    """
    query = _READ if base is None else _READ_ONE.format(graph=publication_graph(base))
    found = client.rows(query, seconds=seconds)
    if not found:
        return None
    if len(found) > 1:
        bases = ", ".join(sorted({_parse(row["said"]).base for row in found}))
        raise RemoteStoreError(
            f"{client.address.given}: several ledgers are published there ({bases}); name one by its base IRI: CHUNCHENG_BASE"
        )
    return _parse(found[0]["said"])


def require_publication(client: StoreClient, base: str | None = None) -> Publication:
    """What the store says, waiting a moment for one that is being written; raises RemoteStoreError where nothing is published."""
    for _ in range(_LOOKS):
        found = read_publication(client, base)
        if found is not None and found.served is not None:
            return found
        time.sleep(_PAUSE)
    raise RemoteStoreError(
        f"{client.address.given}: no snapshot is published there; do it with: chuncheng publish --to {client.address.given}"
    )


def write_publication(client: StoreClient, said: Publication) -> Publication:
    """Write it under a new revision; returns it as it was written."""
    fresh = replace(said, revision=secrets.token_hex(8))
    node = NamedNode(fresh.graph)
    text = json.dumps(asdict(fresh), ensure_ascii=True, sort_keys=True)
    client.replace_graph(fresh.graph, f"{Triple(node, NamedNode(_SAYS), Literal(text))} .\n".encode())
    return fresh


def _parse(text: str) -> Publication:
    try:
        said = json.loads(text)
        if said["format"] != FORMAT:
            raise RemoteStoreError(
                f"the store holds a publication of format {said['format']}, this version reads {FORMAT}: use the same version "
                "of Chuncheng Ledger for publishing and serving"
            )
        return Publication(
            said["base"],
            Placed(**said["served"]) if said["served"] else None,
            tuple(Placed(**placed) for placed in said["retired"]),
            said["begun"],
            tuple(said["replacing"]),
            said["revision"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RemoteStoreError(f"what the store says of its publication can't be read ({error})") from error


@dataclass(slots=True)
class Sent:
    """What a publishing has done so far."""

    graphs_sent: int = 0
    graphs_kept: int = 0
    graphs_dropped: int = 0
    triples: int = 0
    seconds: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
