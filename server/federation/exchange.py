"""One question to one endpoint: SPARQL 1.1 Protocol, query via POST directly (section 2.1.3)."""

from __future__ import annotations

import functools
import http.client
import ssl
import time
import zlib
from collections.abc import Sequence

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from graph.abort import AbortHandle
from server.federation.addresses import Address
from server.federation.endpoints import Endpoint
from server.federation.failure import CallFailed

_BLOCK = 64 * 1024
_HEADERS = {
    "User-Agent": "Chuncheng-Ledger",
    "Content-Type": "application/sparql-query",
    "Accept": "application/sparql-results+json",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
# Older servers send results as plain JSON; the parser decides.
_RESULT_TYPES = frozenset({"application/sparql-results+json", "application/json"})


@functools.cache
def public_trust() -> ssl.SSLContext:
    """TLS with the system's certificate authorities, certificates and host names checked."""
    return ssl.create_default_context()


def exchange(
    endpoint: Endpoint,
    addresses: Sequence[Address],
    query: str,
    trust: ssl.SSLContext,
    abort: AbortHandle,
    until: float,
    most_bytes: int,
) -> bytes:
    """The body of the endpoint's answer to the query, at most so many bytes unpacked; raises CallFailed.

    Connects to the addresses given, in their order, and looks no name up: what was checked is what is reached. Asks
    no proxy, sends no cookies and no credentials, and follows no redirect. `until` (seconds, time.monotonic) bounds
    the waiting for each packet; the whole is bounded by whoever aborts it.
    """
    connection = _connect(endpoint, addresses, trust, abort, until)
    try:
        connection.timeout = max(0.001, until - time.monotonic())
        headers = _HEADERS | {"Host": endpoint.authority}
        body = query.encode("utf-8", "replace")
        connection.request(
            "POST", endpoint.target, body, headers, preload_content=False, decode_content=False
        )
        response = connection.getresponse()
        try:
            return _read(response, most_bytes)
        finally:
            abort.closing()
            response.close()
    except TimeoutError:
        raise CallFailed("it didn't answer in time", late=True) from None
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        late = time.monotonic() >= until
        reason = "it didn't answer in time" if late else f"the connection broke ({type(error).__name__})"
        raise CallFailed(reason, late=late) from None
    finally:
        abort.closing()
        connection.close()


def _connect(
    endpoint: Endpoint, addresses: Sequence[Address], trust: ssl.SSLContext, abort: AbortHandle, until: float
) -> HTTPConnection:
    failed = CallFailed("its name has no address")
    for tried, address in enumerate(addresses):
        # An address that swallows packets leaves the others their share of the time.
        share = max(0.001, (until - time.monotonic()) / (len(addresses) - tried))
        if endpoint.scheme == "https":
            connection: HTTPConnection = HTTPSConnection(
                str(address),
                endpoint.port,
                timeout=share,
                server_hostname=endpoint.bare_host,
                ssl_context=trust,
            )
        else:
            connection = HTTPConnection(str(address), endpoint.port, timeout=share)
        try:
            connection.connect()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            connection.close()
            failed = _not_connected(error)
            continue
        abort.opened(connection.sock)
        return connection
    raise failed


def _not_connected(error: Exception) -> CallFailed:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CallFailed(f"its certificate is not valid: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return CallFailed("it speaks no TLS that can be spoken with")
    cause = error.__cause__ or error  # urllib3 counts a refused connection as a timeout
    if isinstance(cause, TimeoutError):
        return CallFailed("it can't be reached in time", late=True)
    why = cause.strerror if isinstance(cause, OSError) and cause.strerror else type(cause).__name__
    return CallFailed(f"it can't be reached: {why}")


def _read(response: urllib3.HTTPResponse, most_bytes: int) -> bytes:
    if 300 <= response.status < 400:
        raise CallFailed(f"it answered with a redirect ({response.status}), and redirects aren't followed")
    if response.status != http.HTTPStatus.OK:
        raise CallFailed(f"it answered with status {response.status}")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type not in _RESULT_TYPES:
        raise CallFailed("its answer is not SPARQL JSON by its Content-Type")
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return _read_plain(response, most_bytes)
    if encoding in ("gzip", "x-gzip"):
        return _read_gzip(response, most_bytes)
    raise CallFailed("its answer is compressed in a way that wasn't asked for")


def _read_plain(response: urllib3.HTTPResponse, most_bytes: int) -> bytes:
    body = bytearray()
    while block := response.read(_BLOCK, decode_content=False):
        body += block
        if len(body) > most_bytes:
            raise _too_large(most_bytes)
    return bytes(body)


def _read_gzip(response: urllib3.HTTPResponse, most_bytes: int) -> bytes:
    """Unpacked block by block and never by more than may still come: a kilobyte can unpack to a megabyte."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    body = bytearray()
    try:
        while not unpacker.eof and (block := response.read(_BLOCK, decode_content=False)):
            body += unpacker.decompress(block, most_bytes + 1 - len(body))
            if len(body) > most_bytes:
                raise _too_large(most_bytes)
    except zlib.error:
        raise CallFailed("its answer can't be unpacked") from None
    if not unpacker.eof:
        raise CallFailed("its answer ends too early")
    return bytes(body)


def _too_large(most_bytes: int) -> CallFailed:
    return CallFailed(f"its answer is longer than {most_bytes} bytes")
