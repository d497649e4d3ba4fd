"""The HTTP server's interface as far as we use it: RSGI 1.5, https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import Protocol


class Headers(Protocol):
    """Headers of a request, by lower-case name."""

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value."""

    def items(self) -> Iterable[tuple[str, str]]:
        """All names and values."""


class Scope(Protocol):
    """A request without its body; `path` is decoded, `query_string` is not."""

    proto: str
    method: str
    path: str
    query_string: str
    scheme: str
    client: str
    authority: str | None
    headers: Headers


class Transport(Protocol):
    """Takes the response to a request."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body in pieces."""

    def client_disconnect(self) -> Awaitable[None]:
        """Done when the client has gone."""

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        """A response without body."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """A response from memory."""

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None:
        """A response from a file, read as fast as the client reads."""

    def response_file_range(
        self, status: int, headers: list[tuple[str, str]], file: str, start: int, end: int
    ) -> None:
        """A response from a file's bytes from `start` to before `end`."""
