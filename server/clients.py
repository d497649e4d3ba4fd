"""Who asks: the client's address, scheme and host, believing a proxy's headers only where it is trusted."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._\-]+)(?::[0-9]{0,5})?")  # RFC 9110, 7.2, without escapes
_IPV6_NETWORK = 64  # bits; below it a client gives itself as many addresses as it likes


class Headers(Protocol):
    """Headers of a request, by lower-case name."""

    def items(self) -> Iterable[tuple[str, str]]:
        """All lines, names that come again included."""


class Client(NamedTuple):
    """Who asks; scheme and host are those that a trusted proxy was asked by, None where there is none."""

    address: str
    scheme: str | None = None
    host: str | None = None


class ClientResolver:
    """Finds out who asks, behind the proxies of these addresses or networks; raises ValueError if one isn't any."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._networks = tuple(ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies)
        self._is_trusted = lru_cache(maxsize=1024)(self._is_in_network)

    def resolve(self, peer: str, headers: Headers) -> Client:
        """The client of a request from `peer` ("127.0.0.1:12345", "[::1]:123").

        X-Forwarded-For, -Proto and -Host count only if the peer is a trusted proxy. Each proxy appends what it
        saw, so the first address from the right that is no trusted proxy is the client; what isn't an address ends
        the search, as everything left of it may be made up.
        """
        direct = _direct(peer)
        address = direct.address
        if not self._networks or not self._is_trusted(address):
            return direct
        forwarded: dict[str, str] = {}
        for (
            name,
            value,
        ) in headers.items():  # get() has the first of several lines only, which the client wrote
            name = name.lower()
            if name.startswith("x-forwarded-"):
                forwarded[name] = f"{forwarded[name]},{value}" if name in forwarded else value
        for entry in reversed(forwarded.get("x-forwarded-for", "").split(",")):
            found = _address(_without_port(entry.strip()))
            if found is None:
                break
            address = found
            if not self._is_trusted(address):
                break
        scheme = forwarded.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        host = forwarded.get("x-forwarded-host", "").rpartition(",")[2].strip()
        return Client(
            address, scheme if scheme in ("http", "https") else None, host if _HOST.fullmatch(host) else None
        )

    def _is_in_network(self, address: str) -> bool:
        try:
            own = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = own.ipv4_mapped if isinstance(own, ipaddress.IPv6Address) else None
        return any(own in network or (mapped is not None and mapped in network) for network in self._networks)


def client_key(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 network of an IPv6 one, which is what a line gets.

    An IPv4 address in IPv6's clothes (RFC 4291, 2.5.5.2) is an IPv4 address; what is no address stays as it is.
    """
    return _network_of(address) if ":" in address else address


def allowed_host(host_header: str, hosts: tuple[str, ...]) -> bool:
    """Whether the Host header names one of the hosts, in any letter case and with any port; no hosts allow any."""
    if not hosts:
        return True
    found = _HOST.fullmatch(host_header)
    return found is not None and _host_name(found[1]) in _host_names(hosts)


@lru_cache(maxsize=4096)
def _network_of(address: str) -> str:
    try:
        own = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if own.ipv4_mapped is not None:
        return str(own.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(own), _IPV6_NETWORK), strict=False))


@lru_cache(maxsize=4096)
def _direct(peer: str) -> Client:
    return Client(_without_port(peer))


@lru_cache(maxsize=16)
def _host_names(hosts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_host_name(host) for host in hosts)


def _host_name(host: str) -> str:
    return host.lower().removesuffix(".").strip("[]")


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
