"""Searching as people do: from any page, by keys and by pointer, in both languages, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from graph.build import build
from ontology.identifiers import DEFAULT_BASE
from tests.browser.conftest import Visit
from tests.browser.test_journeys import LABELS, WAYS, at_rest
from tests.server.live import Server, running

ZONE = "**/doc/zone/zone-kunming-dianchi"


@pytest.mark.parametrize("way", WAYS)
def test_from_the_home_page_to_a_thing_by_its_initials(
    visit_as: Callable[..., Visit], way: dict[str, Any]
) -> None:
    visit = visit_as(**way)
    page = visit.open("/")
    page.locator("form[role=search] input").fill("dc")
    page.locator("form[role=search] button").click()
    page.wait_for_url("**/search?q=dc")
    assert int(page.locator("p[role=status] strong").inner_text()) > 1
    first = page.locator("ol.hits a").first
    assert first.inner_text() in ("昆明滇池国家旅游度假区", "Kunming Dianchi National Tourist Resort")
    first.click()
    page.wait_for_url(ZONE)
    at_rest(visit)


@pytest.mark.parametrize("way", WAYS)
def test_a_class_is_chosen_and_let_go_and_the_words_stay(
    visit_as: Callable[..., Visit], way: dict[str, Any]
) -> None:
    visit = visit_as(**way)
    page = visit.open("/search?q=昆明")
    whole = int(page.locator("p[role=status] strong").inner_text())
    page.get_by_role("link", name=re.compile("^(组织|Organization)$")).click()
    page.wait_for_url("**class=Organization")
    some = int(page.locator("p[role=status] strong").inner_text())
    assert 0 < some < whole
    assert page.locator("#search-words").input_value() == "昆明"
    page.get_by_role("link", name=re.compile("去掉|Remove")).click()
    assert int(page.locator("p[role=status] strong").inner_text()) == whole
    page.get_by_role("link", name=re.compile("^(原文|Words of articles)$")).click()
    page.locator("ol.hits blockquote a").first.click()
    page.wait_for_url("**/doc/article/*#span-*")
    assert page.locator(":target").is_visible()
    at_rest(visit)


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize(("locale", "heard"), [("zh-CN", "条建议"), ("en-GB", "suggestion")])
def test_suggestions_by_the_keys(visit_as: Callable[..., Visit], locale: str, heard: str) -> None:
    visit = visit_as(locale=locale)
    page = visit.open("/ledger")
    box = page.locator("header input[type=search]")
    assert box.get_attribute("role") == "combobox"
    box.fill("dianc")
    options = page.locator("header [role=option]")
    options.first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert heard in (page.locator("header [role=status]").text_content() or "")
    box.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert active == options.first.get_attribute("id")
    assert options.first.get_attribute("aria-selected") == "true"
    assert visit.violations() == []
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == options.last.get_attribute("id")
    box.press("Escape")
    assert not options.first.is_visible()
    assert box.input_value() == "dianc"
    assert box.get_attribute("aria-expanded") == "false"
    box.press_sequentially("h")
    options.first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(ZONE)
    at_rest(visit)


@pytest.mark.usefixtures("bundle")
def test_enter_without_a_choice_searches_and_a_pointer_follows(visit: Visit) -> None:
    page = visit.open("/en/map")
    box = page.locator("header input[type=search]")
    box.fill("市工信局")
    page.locator("header [role=option]", has_text="昆明市工业和信息化局").wait_for()
    box.press("Enter")
    page.wait_for_url("**/en/search?q=**")
    assert page.locator("ol.hits > li").first.inner_text().startswith("昆明市工业和信息化局")
    page.locator("#search-words").fill("gxq")
    page.locator("[role=option]", has_text="Kunming High-tech").click()
    page.wait_for_url("**/en/doc/zone/zone-kunming-gaoxin")
    at_rest(visit)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/search", "/search?q=昆明", "/search?q=昆明&class=Organization", "/search?q=qqqqqq"]
)
def test_search_is_accessible_and_fits_a_small_phone(
    visit_as: Callable[..., Visit], path: str, scheme: str
) -> None:
    visit = visit_as(
        color_scheme=scheme,
        locale="en-GB" if scheme == "dark" else "zh-CN",
        viewport={"width": 320, "height": 640},
    )
    page = visit.open(path)
    assert visit.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    at_rest(visit)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Parks whose names do what they can, each of them found by 园."""
    folder = tmp_path_factory.mktemp("hostile-search")
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    lines = []
    for name, text in LABELS.items():
        escaped = "".join(f"\\u{ord(c):04X}" for c in f"园{text}")
        lines.append(f'<{DEFAULT_BASE}id/park/{name}> <{label}> "{escaped}"@zh .')
    (folder / "hostile.nt").write_text("\n".join(lines) + "\n", "utf-8")
    build(folder / "data", None, [folder / "hostile.nt"], base=DEFAULT_BASE)
    with running(folder / "data") as server:
        yield server


@pytest.mark.usefixtures("bundle")
def test_hostile_names_are_harmless_among_results_and_suggestions(visit: Visit, hostile: Server) -> None:
    visit.server = hostile
    page = visit.open("/search?q=园")
    assert page.locator("ol.hits > li").count() == len(LABELS)
    page.locator("#search-words").fill("园区")
    page.locator("#search-words").fill("园")
    page.locator("[role=option]").first.wait_for()
    assert page.locator("[role=option]").count() == len(LABELS)
    assert page.title() != "broken"
    assert page.locator("main script, main b").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert visit.complaints == []
