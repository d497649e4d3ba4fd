"""The real server in a process of its own, over loopback, and a client that talks to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header

START_SECONDS = 60


@dataclass
class Reply:
    """A response; a JSON body parsed by `json`."""

    status_code: int
    headers: Headers
    data: bytes

    def get_data(self) -> bytes:
        return self.data

    @property
    def content_length(self) -> int:
        return int(self.headers["Content-Length"])

    @property
    def text(self) -> str:
        return self.data.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def mimetype(self) -> str:
        return parse_options_header(self.headers.get("Content-Type", ""))[0]

    @property
    def location(self) -> str:
        return self.headers["Location"]


@dataclass
class Server:
    """A running server; each request has a connection of its own."""

    process: subprocess.Popen[str]
    port: int
    announced: str = ""

    def open(
        self,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        data: str | bytes | Mapping[str, str] | None = None,
        content_type: str | None = None,
        timeout: float = 60,
    ) -> Reply:
        sent = dict(headers or {})
        if isinstance(data, Mapping):
            data, content_type = urlencode(data), "application/x-www-form-urlencoded"
        if content_type is not None:
            sent["Content-Type"] = content_type
        body = data.encode() if isinstance(data, str) else data
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            parts = urlsplit(path)
            target = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") + (
                f"?{parts.query}" if parts.query else ""
            )
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            return Reply(response.status, Headers(response.getheaders()), response.read())
        finally:
            connection.close()

    def get(self, path: str, **more: Any) -> Reply:
        return self.open(path, "GET", **more)

    def head(self, path: str, **more: Any) -> Reply:
        return self.open(path, "HEAD", **more)

    def post(self, path: str, **more: Any) -> Reply:
        return self.open(path, "POST", **more)

    def options(self, path: str, **more: Any) -> Reply:
        return self.open(path, "OPTIONS", **more)

    def connections_lent(self) -> int:
        """Connections over which lanes answer, by the server's metrics."""
        told = self.get("/metrics").text
        return int(float(told.partition("\nchuncheng_connections_lent ")[2].split()[0]))

    def ask(self, query: str, accept: str = "application/sparql-results+json", **more: Any) -> Reply:
        """Send a query by POST."""
        return self.open(
            "/sparql",
            "POST",
            headers={"Accept": accept, **more.pop("headers", {})},
            data=query,
            content_type="application/sparql-query",
            **more,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    data_dir: Path, log: Path | None = None, arguments: Sequence[str] = (), **settings: object
) -> Iterator[Server]:
    """A server over a data folder, with settings as they are named in the environment, without CHUNCHENG_."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHUNCHENG_")}
    environment |= {f"CHUNCHENG_{name.upper()}": str(value) for name, value in settings.items()}
    environment.setdefault("CHUNCHENG_LOG", str(log) if log else "off")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "chuncheng",
            "serve",
            "--data",
            str(data_dir),
            "--bind",
            f"127.0.0.1:{port}",
            *arguments,
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        announced = process.stdout.readline()
        assert announced, "the server ended before it was ready"
        yield Server(process, port, announced)
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        assert process.stdout is not None
        process.stdout.close()
