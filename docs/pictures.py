"""The pictures of the README, taken of the real pages over the sample articles.

    python docs/pictures.py        # or `make pictures`

Builds the sample into a temporary folder, serves it on loopback and takes pictures in the system's Chromium. Chinese needs a
font: Debian's `fonts-noto-cjk`, which `make pictures` installs. A picture is a PNG of at most 150 KB.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from playwright.sync_api import sync_playwright

from bench.chromium import NO_CHROMIUM, find_chromium
from bench.servers import chuncheng
from graph.build import build
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.identifiers import DEFAULT_BASE

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).with_name("pictures")
_WIDTH = 1200
_MOST_BYTES = 150_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A page to take; `path` is where to begin, `follow` links to click one after the other, `scroll` what comes to the top."""

    name: str
    path: str
    locale: str = "zh-CN"
    scheme: str = "light"
    follow: tuple[str, ...] = ()
    scroll: str | None = None
    wait: str | None = None
    height: int = 720


PICTURES = (
    Picture("home", "/"),
    Picture("home-dark", "/", scheme="dark"),
    Picture("ledger", "/ledger?status=exceeded&status=kept&sort=-completion", locale="en-GB"),
    Picture("promise", "/ledger?q=名师", follow=("ul.cards .claim a",)),
    Picture(
        "article",
        "/",
        scheme="dark",
        follow=("ul.articles a:has-text('昆明划出2024年产业')",),
        scroll=".legend",
        height=330,
    ),
    Picture(
        "graph", "/graph?focus=zone/zone-kunming-jingkai", wait=".network canvas", scroll="h1", height=640
    ),
)


def main() -> None:
    """Take all pictures; the exit code is 1 where one is larger than it may be."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit(NO_CHROMIUM)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = Path(folder, "data")
        build(data, extract_files([ROOT / "articles"], Publication()), base=DEFAULT_BASE)
        arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-unsafe-swiftshader",
            "--disable-quic",
        ]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        with chuncheng(data) as port:
            sizes = [_take(browser, picture, f"http://127.0.0.1:{port}") for picture in PICTURES]
        browser.close()
    sys.exit(max(sizes) > _MOST_BYTES)


def _take(browser: Any, picture: Picture, host: str) -> int:
    """Take one; returns its size in bytes."""
    context = browser.new_context(
        locale=picture.locale,
        color_scheme=picture.scheme,
        viewport={"width": _WIDTH, "height": picture.height},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(host + picture.path, wait_until="networkidle")
    for link in picture.follow:
        page.locator(link).first.click()
        page.wait_for_load_state("networkidle")
    if picture.wait:
        page.locator(picture.wait).first.wait_for()
        page.wait_for_timeout(2000)  # for the layout to come to rest
    if picture.scroll:
        page.locator(picture.scroll).first.evaluate("e => e.scrollIntoView()")
    file = FOLDER / f"{picture.name}.png"
    page.screenshot(path=file)
    context.close()
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}: {size / 1000:.0f} KB")
    return size


if __name__ == "__main__":
    main()
