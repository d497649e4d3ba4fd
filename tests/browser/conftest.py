"""Chromium over the real server: pages under their Content-Security-Policy, as people see them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench.chromium import NO_CHROMIUM, find_chromium
from ontology.identifiers import DEFAULT_BASE
from tests.conftest import ROOT
from tests.server.live import Server, running

SCREENSHOTS = ROOT / "screenshots"
AXE = ROOT / "server" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",  # WebGL without a graphics card
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Visit:
    """A page in the browser, with what it complained about and whom it asked."""

    page: Any
    server: Server
    complaints: list[str] = field(default_factory=list)  # console errors and warnings, uncaught exceptions
    foreign: list[str] = field(default_factory=list)  # addresses of other hosts that were asked

    def open(self, path: str) -> Any:
        """The page at a path, once it and what it loads have come."""
        self.page.goto(f"http://127.0.0.1:{self.server.port}{path}", wait_until="networkidle")
        return self.page

    def violations(self, *rules: str) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA, or against some of its rules, as "rule: place"."""
        if not AXE.is_file():
            pytest.skip("axe-core isn't installed: run `make frontend`")
        if not self.page.evaluate("typeof axe !== 'undefined'"):
            self.page.evaluate(AXE.read_text("utf-8"))
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
        options = {"runOnly": only, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{violation['id']}: {node['target']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    def assert_quiet(self) -> None:
        """Nothing went wrong, nothing was refused by the policy, nobody else was asked."""
        assert self.complaints == []
        assert self.foreign == []


def _chromium() -> str:
    found = find_chromium()
    if found is None:
        pytest.skip(NO_CHROMIUM)
    return found


# Not for the session: the event loop of the driver would stay on this thread, in the way of everybody else's.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the tests of a file."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright comes with the extra `test`")
    chromium = _chromium()
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample articles published."""
    from graph.build import build
    from loaders.pipeline import extract_files
    from loaders.read import Publication

    data = tmp_path_factory.mktemp("sample")
    build(data, extract_files([ROOT / "articles"], Publication()), base=DEFAULT_BASE)
    return data


@pytest.fixture(scope="session")
def sample_server(sample_data: Path) -> Iterator[Server]:
    """The server over the sample articles."""
    with running(sample_data) as server:
        yield server


@pytest.fixture(scope="session")
def bundle() -> None:
    """Skips where the scripts of the pages haven't been built."""
    from server.assets import Assets

    if Assets().entry("sparql.ts") is None:
        pytest.skip("the scripts of the pages aren't built: run `make frontend`")


def _complaint(message: Any) -> list[str]:
    """The text of a console message that tells of trouble; a driver without a graphics card always has some."""
    troubling = message.type in ("error", "warning") and "GL Driver Message" not in message.text
    return [message.text] if troubling else []


def _keep_screenshot(page: Any, name: str) -> None:
    """What the page looked like at the end of its test, for whoever wants to see; git ignores the folder."""
    SCREENSHOTS.mkdir(exist_ok=True)
    file = re.sub(r"[^\w.-]+", "-", name).strip("-")[:120]
    with contextlib.suppress(Exception):  # a picture is never worth a failure
        page.screenshot(path=SCREENSHOTS / f"{file}.jpg", type="jpeg", quality=60)


@pytest.fixture
def visit_as(
    browser: Any, sample_server: Server, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visit]]:
    """Makes visits with the browser's own settings: `color_scheme="dark"`, `java_script_enabled=False`, …"""
    contexts = []

    def visit(**settings: Any) -> Visit:
        context = browser.new_context(**({"locale": "zh-CN"} | settings))
        contexts.append(context)
        made = Visit(context.new_page(), sample_server)
        own = f"127.0.0.1:{sample_server.port}"

        def note_request(request: Any) -> None:
            address = request.url
            if not address.startswith((f"http://{own}/", "blob:", "data:")):
                made.foreign.append(address)

        made.page.on("request", note_request)
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on("console", lambda message: made.complaints.extend(_complaint(message)))
        return made

    yield visit
    for number, context in enumerate(contexts):
        _keep_screenshot(context.pages[0], f"{request.node.name}-{number}" if number else request.node.name)
        context.close()


@pytest.fixture
def visit(visit_as: Callable[..., Visit]) -> Visit:
    """A visit with scripts, in light colours."""
    return visit_as()
