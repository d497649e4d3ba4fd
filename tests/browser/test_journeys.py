"""What people do here: walk from the home page to the words that say so, in both languages, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph.build import build
from ontology.identifiers import DEFAULT_BASE
from tests.browser.conftest import Visit
from tests.server.live import Server, running

WAYS = [
    pytest.param(
        {"java_script_enabled": scripts, "locale": locale},
        id=f"{locale}-{'scripts' if scripts else 'no-scripts'}",
    )
    for scripts in (True, False)
    for locale in ("zh-CN", "en-GB")
]
PAGES = [
    "/", "/ledger", "/ledger?view=table&status=exceeded", "/doc/area/530100", "/doc/def/", "/doc/def/Commitment", "/timeline",
    "/map", "/sparql", "/graph", "/nothing-here",
]  # fmt: skip
KEPT = re.compile("超额兑现|exceeded")


def first_link(page: Any, pattern: str) -> str:
    """Path of the first link of a page whose address fits."""
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    return next(href for href in hrefs if re.search(pattern, href))


def at_rest(visit: Visit) -> None:
    assert visit.foreign == []
    # A page that isn't there is told to the console by the browser itself.
    assert [said for said in visit.complaints if "404" not in said] == []


@pytest.mark.parametrize("way", WAYS)
def test_from_the_headline_to_the_very_words(visit_as: Callable[..., Visit], way: dict[str, Any]) -> None:
    visit = visit_as(**way)
    page = visit.open("/")
    page.get_by_role("link", name=KEPT).click()
    page.wait_for_url("**/ledger?status=exceeded")
    page.locator(
        "ul.cards > li .claim a[href*='/doc/commitment/'], ul.cards > li .claim a[href*='/doc/implied-target/']"
    ).first.click()
    page.wait_for_url("**/doc/**")
    evidence = page.locator("a[href*='#span-']").first
    anchor = (evidence.get_attribute("href") or "").split("#")[1]
    quote = page.locator("blockquote mark, blockquote bdi").first.inner_text()
    evidence.click()
    page.wait_for_url(f"**/doc/article/*#{anchor}")
    target = page.locator(f"[id='{anchor}']")
    assert target.is_visible()
    assert target.evaluate(
        "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight }"
    )
    words = re.sub(r"\d+$|\s", "", target.inner_text())
    assert words[:4] in re.sub(r"\s", "", quote) or re.sub(r"\s", "", quote)[:4] in words
    at_rest(visit)


@pytest.mark.parametrize("way", WAYS)
def test_a_ledger_is_filtered_turned_over_and_kept_as_an_address(
    visit_as: Callable[..., Visit], way: dict[str, Any]
) -> None:
    visit = visit_as(**way)
    page = visit.open("/ledger")
    whole = int(page.locator("p[role=status] strong").inner_text())
    page.locator("ul.facets a[href*='year=2023']").click()
    page.wait_for_url("**year=2023")
    some = int(page.locator("p[role=status] strong").inner_text())
    assert 0 < some < whole
    page.get_by_role("link", name=re.compile("看表格|As a table")).click()
    page.wait_for_url("**view=table**")
    assert page.locator("table tbody tr").count() == min(some, 50)
    page.get_by_role("link", name=re.compile("去掉|Remove")).first.click()
    assert int(page.locator("p[role=status] strong").inner_text()) == whole
    at_rest(visit)


@pytest.mark.parametrize("way", WAYS)
def test_the_other_language_is_one_step_away_and_stays(
    visit_as: Callable[..., Visit], way: dict[str, Any]
) -> None:
    visit = visit_as(**way)
    page = visit.open("/doc/area/530100")
    spoken = page.locator("html").get_attribute("lang")
    page.locator("header .language a").click()
    page.wait_for_load_state()
    other = page.locator("html").get_attribute("lang")
    assert {spoken, other} == {"zh-Hans", "en"}
    page.locator("main a[href*='/doc/']").first.click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == other
    at_rest(visit)


@pytest.mark.parametrize("way", WAYS)
def test_a_panel_opens_its_query_and_a_thing_is_cited(
    visit_as: Callable[..., Visit], way: dict[str, Any]
) -> None:
    visit = visit_as(**way)
    page = visit.open("/doc/area/530100")
    page.locator(".panel-links a").first.click()
    page.wait_for_url("**/sparql?query=**")
    page.locator("table td").first.wait_for()
    page = visit.open("/doc/area/530100")
    page.get_by_role("link", name=re.compile("^(引用|Cite this)$")).click()
    page.wait_for_url("**/cite/area/530100")
    assert "@misc{chuncheng-area-530100" in page.locator("main").inner_text()
    at_rest(visit)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible(visit_as: Callable[..., Visit], path: str, scheme: str) -> None:
    visit = visit_as(color_scheme=scheme, locale="en-GB" if scheme == "dark" else "zh-CN")
    visit.open(path)
    assert visit.violations() == []
    at_rest(visit)


@pytest.mark.parametrize(
    "pattern", ["/doc/article/", "/doc/commitment/", "/doc/organization/", "/doc/indicator/", "/cite/"]
)
def test_pages_of_things_are_accessible(visit: Visit, pattern: str) -> None:
    page = visit.open("/ledger?status=exceeded" if "article" not in pattern else "/")
    if pattern not in ("/doc/article/", "/doc/commitment/", "/doc/organization/"):
        page = visit.open(first_link(page, "/doc/(commitment|implied-target)/"))
    visit.open(first_link(page, pattern))
    assert visit.violations() == []
    at_rest(visit)


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_small_phone(visit_as: Callable[..., Visit], path: str) -> None:
    visit = visit_as(viewport={"width": 320, "height": 640}, locale="en-GB")
    page = visit.open(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


LABELS = {
    "markup": "<b onclick=alert(1)>粗</b><script>document.title='broken'</script>",
    "override": "abc\u202egnirts\u202d",
    "long": "长" * 10_000,
    "empty": "",
    "control": "a\u0000\u0007b".replace("\u0000", ""),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A graph whose labels do what they can."""
    folder = tmp_path_factory.mktemp("hostile")
    ccl = "https://w3id.org/chuncheng/def/"
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    escaped = {n: t.encode("unicode_escape").decode().replace('"', '\\"') for n, t in LABELS.items()}
    lines = []
    for name, text in escaped.items():
        text = re.sub(r"\\x(..)", r"\\u00\1", text)
        lines.append(
            f"<{DEFAULT_BASE}id/park/{name}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{ccl}Park> ."
        )
        lines.append(f'<{DEFAULT_BASE}id/park/{name}> <{label}> "{text}"@zh .')
        lines.append(f"<{DEFAULT_BASE}id/park/{name}> <{ccl}locatedIn> <{DEFAULT_BASE}id/park/all> .")
    lines.append(f'<{DEFAULT_BASE}id/park/all> <{label}> "全部"@zh .')
    file = Path(folder, "hostile.nt")
    file.write_text("\n".join(lines) + "\n", "utf-8")
    build(folder / "data", None, [file], base=DEFAULT_BASE)
    with running(folder / "data") as server:
        yield server


@pytest.mark.parametrize("name", [*LABELS, "all"])
def test_any_label_is_shown_harmlessly(visit_as: Callable[..., Visit], hostile: Server, name: str) -> None:
    visit = visit_as()
    visit.server = hostile
    for path in (
        f"/doc/park/{name}",
        f"/cite/park/{name}",
        f"/graph?focus=park/{name}",
        f"/timeline?focus=park/{name}",
    ):
        page = visit.page
        page.goto(f"http://127.0.0.1:{hostile.port}{path}", wait_until="networkidle")
        assert page.title() != "broken"
        assert page.locator("main script, main b[onclick]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        heading = page.locator("h1").first.inner_text().strip()
        assert heading
        assert len(heading) < 700
    assert visit.complaints == []
