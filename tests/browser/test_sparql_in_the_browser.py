"""The SPARQL page with scripts: editor, completion, views of an answer, the place of an error, the address as state."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("bundle")

COUNT = """PREFIX ccl: <https://w3id.org/chuncheng/def/>
SELECT ?year (COUNT(*) AS ?promises) { ?c a ccl:Commitment ; ccl:year ?year } GROUP BY ?year ORDER BY ?year"""
CONSTRUCT = """PREFIX ccl: <https://w3id.org/chuncheng/def/>
CONSTRUCT { ?a ccl:within ?b } WHERE { ?a ccl:within ?b } LIMIT 40"""


def asked(query: str, **more: str) -> str:
    return f"/sparql?query={quote(query)}" + "".join(f"&{name}={value}" for name, value in more.items())


def test_the_editor_is_styled_under_the_policy(visit: Visit) -> None:
    page = visit.open("/sparql")
    content = page.locator(".editor .cm-content")
    content.wait_for()
    assert content.evaluate("e => getComputedStyle(e).whiteSpace").startswith("break-spaces")
    assert page.locator("textarea").is_hidden()
    visit.assert_quiet()


def test_properties_are_offered_that_things_of_the_class_have(visit: Visit) -> None:
    page = visit.open("/sparql")
    page.locator(".editor .cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type(
        "PREFIX ccl: <https://w3id.org/chuncheng/def/>\nSELECT * { ?a a ccl:Article ; ccl:head"
    )
    option = page.locator(".cm-tooltip-autocomplete li").first
    option.wait_for()
    assert option.inner_text().startswith("ccl:headline")
    option.click()
    assert page.locator("textarea").input_value().rstrip("}").rstrip().endswith("ccl:headline")
    visit.assert_quiet()


def test_a_prefix_that_is_not_declared_comes_with_its_name(visit: Visit) -> None:
    page = visit.open("/sparql")
    page.locator(".editor .cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT * { ?a a Commit")
    page.locator(".cm-tooltip-autocomplete li", has_text="ccl:Commitment").first.click()
    text = page.locator("textarea").input_value()
    assert text.startswith("PREFIX ccl: <https://w3id.org/chuncheng/def/>\n")
    assert "?a a ccl:Commitment" in text


def test_an_answer_can_be_seen_as_table_chart_and_text(visit: Visit) -> None:
    page = visit.open(asked(COUNT))
    page.locator(".answer table").wait_for()
    years = page.locator(".answer td:first-child").all_inner_texts()
    assert years == sorted(years)
    page.get_by_role("button", name="year").click()
    page.get_by_role("button", name="year").click()
    assert page.locator(".answer td:first-child").all_inner_texts() == years[::-1]
    page.get_by_role("button", name="图表").click()
    assert page.locator("svg.chart .point").count() == len(years)
    assert parse_qs(urlsplit(page.url).query)["view"] == ["chart"]
    page.reload(wait_until="networkidle")
    page.locator("svg.chart").wait_for()
    page.get_by_role("button", name="原文").click()
    assert '"bindings"' in page.locator(".answer pre").inner_text()
    visit.assert_quiet()


def test_a_constructed_graph_is_drawn(visit: Visit) -> None:
    page = visit.open(asked(CONSTRUCT, view="graph"))
    page.locator(".network canvas").first.wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="SVG", exact=True).click()
    drawn = saved.value.path().read_text("utf-8")
    assert drawn.count("<circle") > 20
    visit.assert_quiet()


def test_the_place_of_an_error_is_marked(visit: Visit) -> None:
    page = visit.open("/sparql")
    page.locator(".editor .cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT * WHERE {\n?s ?p ?o FILTER }")
    page.keyboard.press("Control+Enter")
    page.locator(".problem[role=alert]").wait_for()
    assert page.locator(".cm-error-line").count() == 1
    # The answer 400 itself is told by the browser's console; nothing else is.
    assert all("400" in complaint for complaint in visit.complaints)
    assert visit.foreign == []


def test_an_example_is_asked_and_the_address_says_so(visit: Visit) -> None:
    page = visit.open("/sparql")
    page.locator(".examples a").first.click()
    page.locator(".answer table").wait_for()
    shared = page.url
    assert "query=" in shared
    page.get_by_role("button", name="curl").click()
    assert page.locator(".query-tools pre").inner_text().startswith("curl ")
    page.goto(shared, wait_until="networkidle")
    assert page.locator(".answer tbody tr").count() > 0


def test_the_form_works_without_scripts(visit_as: Callable[..., Visit]) -> None:
    visit = visit_as(java_script_enabled=False)
    page = visit.open("/sparql")
    page.fill("textarea", COUNT)
    page.get_by_role("button", name="提问").click()
    assert page.locator("td").count() > 0
    visit.assert_quiet()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_page_is_accessible(visit_as: Callable[..., Visit], color_scheme: str) -> None:
    visit = visit_as(color_scheme=color_scheme)
    page = visit.open(asked(COUNT, view="chart"))
    page.locator("svg.chart").wait_for()
    assert visit.violations() == []
