"""Who asks."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.clients import Client, ClientResolver, allowed_host, client_key

PROXIES = ("10.0.0.0/8", "::1", "2001:db8:1::/48")


class Lines:
    """Headers with repeated names, as the HTTP server gives them: get() knows the first line only."""

    def __init__(self, *lines: tuple[str, str]) -> None:
        self._lines = lines

    def get(self, name: str, default: str | None = None) -> str | None:
        return next((value for own, value in self._lines if own == name), default)

    def items(self) -> Iterable[tuple[str, str]]:
        return list(self._lines)


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("127.0.0.1:12345", "127.0.0.1"),
        ("[::1]:123", "::1"),
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("", ""),
    ],
)
def test_without_proxies_the_peer_is_the_client(peer: str, address: str) -> None:
    headers = Lines(
        ("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "evil")
    )
    assert ClientResolver(()).resolve(peer, headers) == Client(address)
    assert ClientResolver(("192.0.2.0/24",)).resolve(peer, headers) == Client(address)


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("1.1.1.1, 192.0.2.1", "192.0.2.1"),
        ("1.1.1.1, 192.0.2.1, 10.2.3.4", "192.0.2.1"),
        ("192.0.2.1,10.9.9.9 ,10.2.3.4", "192.0.2.1"),
        ("10.2.3.4", "10.2.3.4"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::5]:4711", "2001:db8::5"),
        ("2001:db8:0:0::5", "2001:db8::5"),
        ("unknown", "10.1.1.1"),
        ("1.1.1.1, unknown", "10.1.1.1"),
        ("1.1.1.1, unknown, 10.2.3.4", "10.2.3.4"),
        ("1.1.1.1,", "10.1.1.1"),
        ("", "10.1.1.1"),
        ("999.1.1.1", "10.1.1.1"),
    ],
)
def test_behind_trusted_proxies_the_nearest_other_address_is_the_client(forwarded: str, address: str) -> None:
    found = ClientResolver(PROXIES).resolve("10.1.1.1:80", {"x-forwarded-for": forwarded})
    assert found.address == address


def test_a_line_that_the_client_wrote_itself_isnt_believed() -> None:
    headers = Lines(("x-forwarded-for", "1.1.1.1"), ("host", "x"), ("x-forwarded-for", "192.0.2.1"))
    assert ClientResolver(PROXIES).resolve("[::1]:80", headers).address == "192.0.2.1"


def test_a_trusted_ipv4_proxy_may_come_in_the_clothes_of_ipv6() -> None:
    headers = {"x-forwarded-for": "192.0.2.1"}
    assert ClientResolver(PROXIES).resolve("[::ffff:10.1.1.1]:80", headers).address == "192.0.2.1"


@pytest.mark.parametrize(
    ("proto", "host", "scheme", "name"),
    [
        ("https", "ledger.example", "https", "ledger.example"),
        ("HTTPS", "ledger.example:8443", "https", "ledger.example:8443"),
        ("http, https", "evil, ledger.example", "https", "ledger.example"),
        ("ftp", "a/b", None, None),
        ("", "", None, None),
        ("https\n", "[::1]:80", "https", "[::1]:80"),
        ("javascript", 'x"y', None, None),
    ],
)
def test_scheme_and_host_come_from_the_nearest_proxy(
    proto: str, host: str, scheme: str | None, name: str | None
) -> None:
    headers = {"x-forwarded-proto": proto, "x-forwarded-host": host}
    assert ClientResolver(PROXIES).resolve("10.1.1.1:80", headers) == Client("10.1.1.1", scheme, name)


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        ClientResolver(("nowhere",))


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_header_can_break_it(forwarded: str, peer: str) -> None:
    headers = {"x-forwarded-for": forwarded, "x-forwarded-host": forwarded, "x-forwarded-proto": forwarded}
    ClientResolver(PROXIES).resolve("10.1.1.1:80", headers)
    client_key(ClientResolver(PROXIES).resolve(peer, headers).address)
    allowed_host(forwarded, ("ledger.example",))


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:C000:0201", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no:address", "no:address"),
        ("", ""),
    ],
)
def test_an_ipv6_client_is_its_network(address: str, key: str) -> None:
    assert client_key(address) == key


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        ("ledger.example", True),
        ("LEDGER.example:8080", True),
        ("ledger.example.", True),
        ("[::1]", True),
        ("[::1]:8080", True),
        ("ledger.example.evil", False),
        ("evil.example", False),
        ("ledger.example:80@evil.example", False),
        ("ledger.example/x", False),
        ("ledger.example:8080:1", False),
        ("", False),
        ("::1", False),
    ],
)
def test_only_the_hosts_of_the_settings_are_answered(header: str, allowed: bool) -> None:
    assert allowed_host(header, ("Ledger.Example", "[::1]")) is allowed
    assert allowed_host(header, ("ledger.example", "::1")) is allowed
    assert allowed_host(header, ())
