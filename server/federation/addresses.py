"""Which addresses may be connected to: public ones, for a name can be made to lead anywhere.

An endpoint of the setting `services` is trusted to answer queries, not to say through its DNS records what this
machine connects to: its own ports, its network, a cloud's metadata (169.254.169.254).
"""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that IANA has opened; outside stand forms that embed IPv4
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
# Python's is_global doesn't know all of them in each of its releases.
_NOT_PUBLIC_4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))  # RFC 6890, RFC 7526
_NOT_PUBLIC_6 = tuple(  # the second: Teredo and others; 6to4 is given up (RFC 7526); RFC 9637
    map(IPv6Network, ("2001:db8::/32", "2001::/23", "2002::/16", "3fff::/20"))
)


def is_public(address: Address) -> bool:
    """Whether the address is one of the open internet, by itself and by the IPv4 address that it may embed."""
    if isinstance(address, IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and not any(address in net for net in _NOT_PUBLIC_4)
        )
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return (
        address in _GLOBAL_UNICAST
        and address.is_global
        and not address.is_multicast
        and address.scope_id is None
        and not any(address in net for net in _NOT_PUBLIC_6)
    )


def look_up(host: str, port: int) -> tuple[Address, ...]:
    """All addresses of a host, the system's favourite first; raises OSError or UnicodeError if there are none.

    Blocks for as long as the system's resolver does. Numbers in forms such as `2130706433` or `0x7f.1` come out as the
    addresses that they are.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(ipaddress.ip_address(place[0]) for *_, place in found))
