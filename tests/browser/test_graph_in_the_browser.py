"""The graph page with scripts: it draws, grows, filters, can be moved through by keyboard and be saved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("bundle")
KUNMING = "/graph?focus=area/530100"


def drawn(visit: Visit, path: str = KUNMING) -> None:
    page = visit.open(path)
    page.locator(".network canvas").first.wait_for()
    page.locator("[role=status]", has_text="条关系").first.wait_for()


def test_the_graph_is_drawn_under_the_policy_by_a_worker_of_our_own(visit: Visit) -> None:
    workers: list[str] = []
    visit.page.on("worker", lambda worker: workers.append(worker.url))
    drawn(visit)
    assert len(workers) == 1
    assert "/static/dist/assets/layout.worker-" in workers[0]
    visit.assert_quiet()


def test_arrows_move_between_neighbours_and_enter_expands(visit: Visit) -> None:
    drawn(visit)
    page = visit.page
    status = page.locator("section [role=status]").first
    rows = page.locator("table[data-links] tbody tr")
    before = rows.count()
    page.locator(".network").focus()
    page.keyboard.press("Home")
    assert status.inner_text().startswith("昆明市 ")
    page.keyboard.press("ArrowRight")
    told = status.inner_text()
    assert not told.startswith("昆明市 ")
    with page.expect_response("**/graph.json?*"):
        page.keyboard.press("Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('table[data-links] tbody tr').length > n", arg=before
    )
    visit.assert_quiet()


def test_a_relation_can_be_left_out_of_picture_and_table(visit: Visit) -> None:
    drawn(visit)
    page = visit.page
    shown = page.locator("table[data-links] tbody tr:visible").count()
    page.get_by_label("位于…之内").uncheck()
    assert 0 < page.locator("table[data-links] tbody tr:visible").count() < shown
    page.get_by_label("位于…之内").check()
    assert page.locator("table[data-links] tbody tr:visible").count() == shown


def test_what_is_left_of_a_crowd_comes_when_asked(visit: Visit) -> None:
    drawn(visit)
    page = visit.page
    more = page.locator("table[data-links] button", has_text="还有").first
    before = page.locator("table[data-links] tbody tr").count()
    more.click()
    page.wait_for_function(
        "n => document.querySelectorAll('table[data-links] tbody tr').length > n", arg=before
    )
    visit.assert_quiet()


@pytest.mark.parametrize(("button", "begins"), [("PNG", b"\x89PNG"), ("SVG", b"<svg ")])
def test_the_picture_can_be_kept(visit: Visit, button: str, begins: bytes) -> None:
    drawn(visit)
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name=button, exact=True).click()
    content = saved.value.path().read_bytes()
    assert content.startswith(begins)
    assert len(content) > 5000


def test_the_table_is_whole_without_scripts(visit_as: Callable[..., Visit]) -> None:
    visit = visit_as(java_script_enabled=False)
    page = visit.open(KUNMING)
    assert page.locator("table[data-links] tbody tr").count() > 20
    visit.assert_quiet()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_page_is_accessible(visit_as: Callable[..., Visit], color_scheme: str) -> None:
    visit = visit_as(color_scheme=color_scheme)
    drawn(visit)
    assert visit.violations() == []
