"""What answers a query: an interface, so that in-process cancellation can replace worker processes one day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from server.engine.lending import Lent, Tell, Terms

Term: TypeAlias = NamedNode | BlankNode | Literal
Cancel: TypeAlias = Callable[[], None]


class Question(NamedTuple):
    """One query with everything that decides its answer and what it may cost.

    The graphs make the query's dataset (SPARQL 1.1 Protocol, 2.1.4); without any it is the snapshot's own. `format`
    wins over `accept`. With `names_graphs` false the query is known to read the default graph only.
    """

    text: str
    accept: str | None = None
    format: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    names_graphs: bool = True
    deadline: float = 10.0  # seconds of evaluation
    max_bytes: int = 256 * 1024 * 1024  # before compression
    max_rows: int = 1_000_000
    coding: str | None = None  # content coding of an answer that goes by way of a file


class Answer(NamedTuple):
    """A whole answer: complete, or it wouldn't be here. Small ones are in `body`, large ones in a file of the spool.

    `size` is the length of what is sent, in bytes; `rows` counts rows or triples where the format lets them be counted;
    `seconds` is the time of evaluation, with serialization.
    """

    content_type: str
    size: int
    body: bytes | None = None
    file: Path | None = None
    rows: int | None = None
    coding: str | None = None
    seconds: float = 0.0

    def read(self) -> bytes:
        """The answer's bytes, from the file where it is in one."""
        if self.body is not None:
            return self.body
        assert self.file is not None
        return self.file.read_bytes()


class Engine(Protocol):
    """Answers SPARQL queries over one snapshot, within limits of time, memory and size."""

    async def query(self, question: Question, on_long: Callable[[Cancel], None] | None = None) -> Answer:
        """The answer.

        `on_long` is called with a function that ends the query once the query has proved to be a long one. Raises
        Problem: 400 with line and column for a syntax error, 406 for a format that this form of query can't be had in,
        413 for a query too deep for the parser, 500 if evaluation fails, 503 where no worker is to be had, 504 past the
        deadline, 507 over the limits of memory or size.
        """

    def lend(self, connection: Lent, terms: Terms, tell: Tell) -> bool:
        """Have what comes over a connection answered without the server, as far as that can be; False where it can't be, or not now."""

    def recall(self, connection: Lent) -> None:
        """Ask for a connection that is lent."""

    def retire(self) -> None:
        """Lend no more connections, and ask for those that are lent: another snapshot is served."""

    async def close(self) -> None:
        """Let go of processes; queries that still run are ended, connections that are lent come back."""

    @property
    def is_ready(self) -> bool:
        """Whether a query can be evaluated."""

    @property
    def running(self) -> int:
        """Queries that are being evaluated."""

    @property
    def queue_length(self) -> int:
        """Queries that wait."""

    @property
    def idle(self) -> int:
        """How many more could be evaluated at once."""

    @property
    def lent(self) -> int:
        """Connections that are lent."""

    @property
    def state(self) -> Mapping[str, str]:
        """What `/limits` says of how queries are evaluated.

        It is `network_isolation`, `in_memory`, `allocator`; for a remote store `store`.
        """
