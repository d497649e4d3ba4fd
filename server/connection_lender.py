"""Connections lent to an engine's lanes: what they answer is metered, counted and logged as if the server had."""

from __future__ import annotations

from functools import partial

from server.current import Serving
from server.engine.lending import Lent, Terms, Told
from server.problem import Problem
from server.protocol import Request
from server.sparql_service import SparqlService


class ConnectionLender:
    """Lends the connection that a request came over; see `server.http_server.Lender`."""

    __slots__ = ("_request", "_service", "_serving")

    def __init__(self, serving: Serving, request: Request, service: SparqlService) -> None:
        self._serving = serving
        self._request = request
        self._service = service

    def lend(self, connection: Lent, rest: str, common: str) -> bool:  # noqa: D102
        terms = Terms(rest, common, self._request.accept, self._request.accept_encoding)
        tell = partial(self._take, connection)
        return not self._serving.retired and self._serving.engine.lend(connection, terms, tell)

    def recall(self, connection: Lent) -> None:  # noqa: D102
        self._serving.engine.recall(connection)

    def _take(self, connection: Lent, told: Told) -> None:
        """Something was answered; a client that has used up its share gets the rest from the server, which says so."""
        try:
            self._service.take_told(told, self._serving, self._request.client)
        except Problem:
            self.recall(connection)
