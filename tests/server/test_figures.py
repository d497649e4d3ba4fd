"""Timeline, chart and map: what stands where, and that a table says the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pyoxigraph import Literal, NamedNode

from ontology.terms import CCL
from server.figures import series, timeline
from server.figures.series import SeriesPoint
from server.figures.timeline import TimelineItem
from server.map import Frame, frame_of, known_points
from server.pages.rows import Names, Row
from server.pages.thing_timeline import find_series
from tests.server.live import Server
from tests.server.test_pages import show

INDICATOR = NamedNode("https://ledger.example/id/indicator/i")


def point(category: str, target: str | None, result: str | None) -> SeriesPoint:
    return SeriesPoint(
        category,
        Decimal(target) if target is not None else None,
        Decimal(result) if result is not None else None,
    )


def test_a_timeline_is_ordered_and_in_proportion() -> None:
    line = timeline.lay_out(
        [TimelineItem("later", "2024"), TimelineItem("first", "2023"), TimelineItem("both", "2023/2024")]
    )
    assert [bar.item.label for bar in line.bars] == ["first", "both", "later"]
    first, both, later = line.bars
    assert first.x == both.x
    assert both.width == pytest.approx(first.width + later.width, abs=0.2)
    assert later.x == pytest.approx(first.x + first.width, abs=0.2)


def test_an_open_end_reaches_the_edge_and_a_deadline_is_only_its_end() -> None:
    line = timeline.lay_out(
        [
            TimelineItem("open", "2023-03/.."),
            TimelineItem("due", "2025", "deadline"),
            TimelineItem("old", "2021"),
        ]
    )
    bars = {bar.item.label: bar for bar in line.bars}
    assert bars["open"].open_end
    assert bars["open"].x + bars["open"].width == pytest.approx(line.width - timeline.LEFT, abs=0.2)
    assert bars["due"].width == pytest.approx(6)
    assert bars["due"].x + 6 == pytest.approx(line.width - timeline.LEFT, abs=0.2)


def test_what_has_no_readable_time_is_told_apart_and_not_drawn() -> None:
    line = timeline.lay_out([TimelineItem("when?", "soon")])
    assert line.bars == ()
    assert [item.label for item in line.unplaced] == ["when?"]


@pytest.mark.parametrize(
    ("start", "end", "most"),
    [("1900", "2024", 11), ("2021", "2025", 6), ("2024-01-03", "2024-01-09", 1), ("0001", "9999", 11)],
)
def test_an_axis_has_few_ticks_whatever_its_length(start: str, end: str, most: int) -> None:
    line = timeline.lay_out([TimelineItem("a", start), TimelineItem("b", end)])
    assert len(line.ticks) <= most
    assert all(timeline.LEFT <= tick.x <= line.width for tick in line.ticks)


def test_a_chart_begins_at_zero_and_breaks_where_nothing_is_said() -> None:
    chart = series.lay_out([point("2021", "10", "8"), point("2022", None, "9"), point("2023", "20", None)])
    assert chart is not None
    assert chart.ticks[0][0] == 0
    assert chart.ticks[-1][0] >= 20
    assert chart.target_path.count("M") == 2
    assert chart.result_path.count("M") == 1
    heights = {mark.value: mark.y for mark in chart.targets}
    assert heights[Decimal(20)] < heights[Decimal(10)]


@pytest.mark.parametrize("values", [("0", "0"), ("-5", "3"), ("350000000000", "1"), ("0.001", "0.002")])
def test_a_chart_bears_any_numbers(values: tuple[str, str]) -> None:
    chart = series.lay_out([point("a", values[0], values[1])])
    assert chart is not None
    assert 2 <= len(chart.ticks) <= 8
    assert all(0 <= mark.y <= chart.height for mark in (*chart.targets, *chart.results))


def test_no_values_no_chart() -> None:
    assert series.lay_out([point("2021", None, None)]) is None
    assert series.lay_out([]) is None


def claim(kind: str, period: str, value: str, aspect: str = CCL.level) -> Row:
    return {
        "kind": NamedNode(kind),
        "period": Literal(period),
        "indicator": INDICATOR,
        "value": Literal(value),
        "aspect": NamedNode(aspect),
    }


def test_a_series_holds_levels_by_year_and_no_year_of_which_articles_disagree() -> None:
    rows = [
        claim(CCL.Commitment, "2023", "10"),
        claim(CCL.Outcome, "2023", "12"),
        claim(CCL.Commitment, "2024", "11"),
        claim(CCL.Commitment, "2024", "13"),
        claim(CCL.Outcome, "2024-05", "6"),
        claim(CCL.Outcome, "2024", "5", CCL.growth),
        claim(CCL.Outcome, "2022/2023", "20"),
    ]
    ((name, unit, points),) = find_series(rows, Names({INDICATOR.value: "指标"}, {}))
    assert (name, unit) == ("指标", "")
    assert points == [point("2023", "10", "12"), point("2024", None, "6")]


def test_one_year_makes_no_series() -> None:
    assert find_series([claim(CCL.Outcome, "2023", "1")], Names({}, {})) == []


def test_points_lie_in_kunming_and_derived_ones_say_so() -> None:
    points = known_points()
    assert points["530100"].latitude == pytest.approx(25.04, abs=0.05)
    assert not points["530114"].derived
    assert points["530127"].derived
    kunming = [own for code, own in points.items() if code.startswith("5301")]
    assert all(24.3 < own.latitude < 26.6 and 102.1 < own.longitude < 103.7 for own in kunming)


def test_a_frame_stretches_no_direction() -> None:
    frame = Frame(24, 26, 102, 104, 800)
    (west, _), (east, _) = frame.place(25, 102), frame.place(25, 103)
    (_, south), (_, north) = frame.place(25, 103), frame.place(26, 103)
    assert (east - west) / (south - north) == pytest.approx(0.906, abs=0.002)  # the cosine of 25°
    assert frame.holds(known_points()["530100"])
    with pytest.raises(ValueError, match="no point"):
        frame_of("99", 800)


def test_the_map_page_has_every_place_in_its_table(client: Server) -> None:
    page = show(client, "/map")
    assert "官渡区" in page.text
    assert "榴花物流园" in page.text
    assert "GeoNames, CC BY 4.0" in page.text
    assert "svg" in page.tags


def test_the_timeline_page_shows_promises_results_and_articles(client: Server) -> None:
    page = show(client, "/timeline?focus=park/liuhua-aaaaaa")
    for words in (
        "物流总收入 120亿元 2025",
        "物流总收入 131.5亿元 2025",
        "榴花物流园明年收入要过百亿",
        "2024-01-22",
    ):
        assert words in page.text
    assert {"svg", "table"} <= set(page.tags)
    assert "style" not in page.attributes
