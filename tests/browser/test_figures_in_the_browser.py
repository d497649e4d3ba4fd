"""Map and timeline are whole without scripts, in both colour schemes, under the policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit

PAGES = ["/map", "/timeline", "/timeline?focus=area/530100", "/graph"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_a_figure_is_accessible_and_asks_nobody(
    visit_as: Callable[..., Visit], path: str, color_scheme: str
) -> None:
    visit = visit_as(color_scheme=color_scheme)
    visit.open(path)
    assert visit.violations() == []
    visit.assert_quiet()


def test_no_label_of_the_map_leaves_the_picture(visit: Visit) -> None:
    page = visit.open("/map")
    outside = page.evaluate(
        """() => { const frame = document.querySelector('.map svg').getBoundingClientRect();
        return [...document.querySelectorAll('.map svg text')].filter(text => {
          const own = text.getBoundingClientRect();
          return own.left < frame.left - 1 || own.right > frame.right + 1;
        }).map(text => text.textContent); }"""
    )
    assert outside == []
