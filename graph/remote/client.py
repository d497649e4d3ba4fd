"""Talks to one remote store over HTTP: queries and whole graphs, with deadlines that another thread can enforce."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from ..abort import AbortHandle
from .address import Credentials, RemoteStoreError, StoreAddress, check_address, locate
from .digest import DigestChallenge

N_TRIPLES = "application/n-triples"
_TURTLE = "text/turtle"  # N-Triples are Turtle, which every store takes
JSON_RESULTS = "application/sparql-results+json"
CONNECTIONS = 4  # kept open, where not told otherwise
_CONNECT_SECONDS = 5.0
_TRANSFER_SECONDS = 600.0  # for the store to answer to a graph that was sent
_SHOWN = 300  # characters of what a store says is wrong
_TRIES = 4
_MARKUP = re.compile(r"<!?/?[A-Za-z][^<>]*>")
_PAUSE = 0.5  # seconds, doubled after each try
_FOR_NOW = (429, 502, 503, 504)
_DEADLOCKED = "SR172"  # Virtuoso, of one of two writes that waited for each other
_BROKEN = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


class StoreUnreachableError(RemoteStoreError):
    """The store can't be connected to, or the connection broke."""


class StoreRefusedError(RemoteStoreError):
    """The store answered with an error; `status` is HTTP's, `said` its first words."""

    def __init__(self, status: int, said: str, where: str) -> None:
        super().__init__(f"{where}: the store answered {status}: {said}")
        self.status = status
        self.said = said


class StoreClient:
    """A client of one store, for any thread; keeps a few connections open.

    It asks no proxy, follows no redirect and keeps no cookies. Credentials go to the graphs' address, and to the queries' where
    the store asks for them.
    """

    def __init__(
        self, address: StoreAddress, credentials: Credentials, connections: int = CONNECTIONS
    ) -> None:
        self.address = address
        self._credentials = credentials
        self._most = connections
        self._idle: dict[tuple[str, str, int], list[HTTPConnection]] = {}
        self._lock = threading.Lock()
        self._challenge: dict[str, DigestChallenge] = {}
        self._wants_basic: set[str] = set()

    def close(self) -> None:
        """Close the connections that are kept."""
        with self._lock:
            kept = [connection for idle in self._idle.values() for connection in idle]
            self._idle.clear()
        for connection in kept:
            connection.close()

    @contextlib.contextmanager
    def ask(
        self,
        text: str,
        accept: str,
        *,
        default_graph: str | None = None,
        deadline: float | None = None,
        seconds: float = 30.0,
        abort: AbortHandle | None = None,
    ) -> Iterator[urllib3.HTTPResponse]:
        """The response to a query, 200 and not yet read; `seconds` bound the waiting for each packet.

        `deadline` (seconds) is told to stores that end a query by themselves.

        Raises StoreUnreachableError, StoreRefusedError.
        """
        fields = {"query": text}
        if default_graph is not None:
            fields["default-graph-uri"] = default_graph
        if deadline is not None and self.address.deadline:
            # Virtuoso takes no less than a second, and says in a header when it gave up.
            fields[self.address.deadline] = str(max(1000, round(deadline * 1000)))
        # A form: Virtuoso 7 never answers to a query sent as a body of its own.
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        with self._exchange(
            "POST", self.address.query, urlencode(fields).encode(), headers, seconds, abort
        ) as response:
            if response.status != http.HTTPStatus.OK:
                raise _refused(response, self.address.query)
            yield response

    def rows(self, text: str, *, seconds: float = 30.0) -> list[dict[str, str]]:
        """The rows of a SELECT as plain texts; raises RemoteStoreError."""
        with self.ask(text, JSON_RESULTS, seconds=seconds) as response:
            body = _read(response, self.address.query)
        try:
            found = json.loads(body)["results"]["bindings"]
            return [{name: term["value"] for name, term in row.items()} for row in found]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RemoteStoreError(f"{self.address.query}: the answer is no SPARQL JSON ({error})") from error

    def replace_graph(self, graph: str, triples: bytes) -> None:
        """Make the N-Triples all that the graph holds; raises RemoteStoreError."""
        self._send("PUT", graph, triples)

    def add_to_graph(self, graph: str, triples: bytes) -> None:
        """Add N-Triples without blank nodes to the graph; raises RemoteStoreError."""
        self._send("POST", graph, triples)

    def drop_graph(self, graph: str) -> None:
        """Take the graph away, if it is there; raises RemoteStoreError."""
        try:
            self._send("DELETE", graph, None)
        except StoreRefusedError as error:
            if error.status != http.HTTPStatus.NOT_FOUND:
                raise

    def _send(self, method: str, graph: str, body: bytes | None) -> None:
        url = f"{self.address.graphs}?{self.address.parameter}={quote(graph, safe='')}"
        headers = {"Content-Type": _TURTLE} if body is not None else {}
        pause = _PAUSE
        for attempt in range(1, _TRIES + 1):
            try:
                with self._exchange(method, url, body, headers, _TRANSFER_SECONDS, None) as response:
                    if not http.HTTPStatus.OK <= response.status < http.HTTPStatus.MULTIPLE_CHOICES:
                        raise _refused(response, self.address.graphs)
                    _read(response, self.address.graphs)
                return
            except RemoteStoreError as error:
                again = isinstance(error, StoreUnreachableError) or (
                    isinstance(error, StoreRefusedError)
                    and (error.status in _FOR_NOW or _DEADLOCKED in error.said)
                )
                if not again or attempt == _TRIES:
                    raise
                time.sleep(pause)  # nothing of it is lost by doing it twice
                pause *= 2

    @contextlib.contextmanager
    def _exchange(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        seconds: float,
        abort: AbortHandle | None,
    ) -> Iterator[urllib3.HTTPResponse]:
        """One request and its response, with credentials once the store has asked for them."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        where = f"{parts.scheme}://{parts.netloc}"
        key = (parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        sent = {
            **headers,
            "User-Agent": "Chuncheng-Ledger",
            "Host": parts.netloc,
            **self._authorize(method, target, parts.path),
        }
        connection, response = self._request(key, where, method, target, body, sent, seconds, abort)
        if response.status == http.HTTPStatus.UNAUTHORIZED and self._take_challenge(response, parts.path):
            _read(response, url)
            self._keep(key, connection, response)
            sent |= self._authorize(method, target, parts.path)
            connection, response = self._request(key, where, method, target, body, sent, seconds, abort)
        whole = False
        try:
            yield response
            whole = True
        except _BROKEN as error:
            raise StoreUnreachableError(f"{where}: the connection broke ({type(error).__name__})") from error
        finally:
            if abort is not None:
                abort.closing()
            if whole:
                self._keep(key, connection, response)
            else:
                connection.close()

    def _request(
        self,
        key: tuple[str, str, int],
        where: str,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        seconds: float,
        abort: AbortHandle | None,
    ) -> tuple[HTTPConnection, urllib3.HTTPResponse]:
        """A response whose head has come. A kept connection may have been closed by the store: then a new one is tried."""
        while True:
            connection, is_new = self._connection(key)
            try:
                if is_new:
                    connection.connect()
                connection.timeout = seconds
                if connection.sock is not None:
                    connection.sock.settimeout(seconds)
                if abort is not None:
                    abort.opened(connection.sock)
                connection.request(method, target, body, headers, preload_content=False, decode_content=True)
                return connection, connection.getresponse()
            except _BROKEN as error:
                if abort is not None:
                    abort.closing()
                connection.close()
                if is_new or (abort is not None and abort.is_aborted) or isinstance(error, TimeoutError):
                    cause = error.__cause__ or error
                    why = getattr(cause, "strerror", None) or type(cause).__name__
                    raise StoreUnreachableError(f"{where}: the store can't be reached: {why}") from error

    def _connection(self, key: tuple[str, str, int]) -> tuple[HTTPConnection, bool]:
        with self._lock:
            idle = self._idle.get(key)
            if idle:
                return idle.pop(), False
        scheme, host, port = key
        if scheme == "https":
            trust = ssl.create_default_context()
            return HTTPSConnection(host, port, timeout=_CONNECT_SECONDS, ssl_context=trust), True
        return HTTPConnection(host, port, timeout=_CONNECT_SECONDS), True

    def _keep(
        self, key: tuple[str, str, int], connection: HTTPConnection, response: urllib3.HTTPResponse
    ) -> None:
        closes = response.headers.get("Connection", "").lower() == "close"
        if closes or response.read(
            1
        ):  # read to its end, else what follows would be taken for the next answer
            connection.close()
            return
        with self._lock:
            idle = self._idle.setdefault(key, [])
            if len(idle) < self._most:
                idle.append(connection)
                return
        connection.close()

    def _authorize(self, method: str, target: str, path: str) -> dict[str, str]:
        own = self._credentials
        if own.token:
            return {"Authorization": f"Bearer {own.token}"}
        with self._lock:
            challenge = self._challenge.get(path)
            if challenge is not None:
                return {"Authorization": challenge.answer(own.user, own.password, method, target)}
        if path in self._wants_basic:
            coded = base64.b64encode(f"{own.user}:{own.password}".encode()).decode()
            return {"Authorization": f"Basic {coded}"}
        return {}

    def _take_challenge(self, response: urllib3.HTTPResponse, path: str) -> bool:
        """Whether the request can be sent again with what the store asks for."""
        if not self._credentials.user:
            return False
        for header in response.headers.getlist("WWW-Authenticate"):
            challenge = DigestChallenge.read(header)
            if challenge is not None:
                with self._lock:
                    self._challenge[path] = challenge
                return True
            if header.lower().startswith("basic") and path not in self._wants_basic:
                self._wants_basic.add(path)
                return True
        return False


def connect(
    url: str, environment: Mapping[str, str] | None = None, connections: int = CONNECTIONS
) -> StoreClient:
    """A client of the store at an address of people; raises RemoteStoreError where none answers or its kind can't be told."""
    given = check_address(url)
    parts = urlsplit(given)
    kind: Callable[..., HTTPConnection] = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    options: dict[str, Any] = {"timeout": _CONNECT_SECONDS}
    if parts.scheme == "https":
        options["ssl_context"] = ssl.create_default_context()
    connection = kind(parts.hostname or "", parts.port, **options)
    try:
        connection.request(
            "HEAD", parts.path or "/", headers={"Host": parts.netloc, "User-Agent": "Chuncheng-Ledger"}
        )
        server = connection.getresponse().headers.get("Server", "")
    except _BROKEN as error:
        cause = error.__cause__ or error
        why = getattr(cause, "strerror", None) or type(cause).__name__
        raise StoreUnreachableError(f"{given}: the store can't be reached: {why}") from error
    finally:
        connection.close()
    return StoreClient(locate(given, server, environment), Credentials.read(environment), connections)


def _read(response: urllib3.HTTPResponse, where: str) -> bytes:
    try:
        return response.read()
    except _BROKEN as error:
        raise StoreUnreachableError(f"{where}: the connection broke ({type(error).__name__})") from error


def _refused(response: urllib3.HTTPResponse, where: str) -> StoreRefusedError:
    try:
        begin = response.read(4096).decode("utf-8", "replace")
    except _BROKEN:
        begin = ""
    if response.status in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN):
        said = "it wants credentials, or others: see CHUNCHENG_STORE_USER and CHUNCHENG_STORE_PASSWORD"
    else:
        words = _MARKUP.sub(" ", begin.partition("SPARQL query:")[0])
        said = " ".join(words.split())[:_SHOWN] or response.reason or "nothing more"
    return StoreRefusedError(response.status, said, where)
