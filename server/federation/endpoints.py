"""Which endpoints may be asked: those of the setting `services`, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from server.problem import Problem

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Narrower than RFC 3986: no user information, no fragment, host names in ASCII only. What doesn't fit is refused
# before any library gets to read it in a way of its own.
_IRI = re.compile(
    r"(?P<scheme>[Hh][Tt][Tt][Pp][Ss]?)://"
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<target>(?:[/?][^#<>\"{}|\\^`\x00-\x20\x7f]*)?)"
)
_RESERVED = "%/?:@!$&'()*+,;=[]~"
_SHOWN = 200  # characters of an IRI that a message repeats


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a query is sent; equal where the request on the wire would be the same."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Value of the Host header (RFC 9110, 7.2)."""
        return self.host if self.port == _DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def bare_host(self) -> str:
        """The host without the brackets of an IPv6 address."""
        return self.host.strip("[]")


def read_endpoint(iri: str) -> Endpoint | None:
    """The endpoint that an absolute IRI names, or None if none may have that address.

    Normalised are scheme and host (lower case), a default port and an empty path (RFC 3986, 6.2.2.1 and 6.2.3), and
    characters beyond ASCII are percent-encoded (RFC 3987, 3.1). Nothing else is: neither dots in a path nor
    names that mean the same address.
    """
    match = _IRI.fullmatch(iri)
    if match is None:
        return None
    scheme = match["scheme"].lower()
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port < 65536:
        return None
    target = match["target"] if match["target"].startswith("/") else "/" + match["target"]
    try:
        target = quote(target, safe=_RESERVED)
    except UnicodeEncodeError:  # half a surrogate pair
        return None
    return Endpoint(scheme, match["host"].lower(), port, target)


def permitted(iri: str, services: Iterable[str]) -> Endpoint:
    """The endpoint that the IRI names if the setting `services` holds it; raises Problem 403 if not."""
    endpoint = read_endpoint(iri)
    named = tuple(services)
    if endpoint is None or endpoint not in map(read_endpoint, named):
        raise Problem(
            403,
            f"SERVICE <{shown(iri)}> is refused: only the endpoints of the setting services "
            f"(CHUNCHENG_SERVICES) are asked, {'which are ' + ', '.join(named) if named else 'and it names none'}",
            fields={"service": shown(iri)},
        )
    return endpoint


def shown(iri: str) -> str:
    """The IRI as messages show it: without characters that can't be sent, and not endless."""
    iri = iri.encode("utf-8", "replace").decode("utf-8")
    return iri if len(iri) <= _SHOWN else iri[:_SHOWN] + "…"
