"""The head of an HTTP/1.1 response as bytes (RFC 9112)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


def begin_head(status: int, headers: Mapping[str, str], *more: str) -> bytes:
    """Status line and headers, `more` of them as whole lines; raises ValueError for a header that holds a line break."""
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    lines += more
    text = "".join(lines)
    if text.count("\n") != len(lines) or text.count("\r") != len(lines) or "\0" in text:
        raise ValueError("a response's header holds a line break")
    return (_STATUS_LINES[status] + text).encode()


def common_lines(headers: Mapping[str, str]) -> str:
    """Headers that go with every response."""
    return "".join(f"{name.lower()}: {value}\r\n" for name, value in headers.items())


def end_head(common: str) -> bytes:
    """The head's end as of now: what goes with every response, and the date, which changes each second."""
    return f"{common}date: {formatdate(usegmt=True)}\r\n\r\n".encode()
