"""What answers a query: an interface, so that a pool of workers can stand where the engine in this process stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from server.negotiate import Choice

Term: TypeAlias = NamedNode | BlankNode | Literal


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: complete, or it wouldn't be here."""

    choice: Choice
    body: bytes


class Engine(Protocol):
    """Answers SPARQL queries over one snapshot."""

    def query(
        self,
        text: str,
        *,
        accept: str | None = None,
        format: str | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Answer in the format that `format` names, else in the one the Accept header likes best.

        The graphs make the query's dataset (SPARQL 1.1 Protocol, 2.1.4); without any it is the snapshot's own.
        Raises Problem: 400 with line and column for a syntax error, 406 for a format that this form of query can't
        be had in, 500 if evaluation fails.
        """

    def close(self) -> None:
        """Let go of threads or processes; queries that run end first."""
