"""A chart of targets and results over years as SVG: no script, no inline style, readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from markupsafe import Markup

from server.language import current, say
from server.pages.statements import readable_number

_WIDTH, _HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 16, 16, 32


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a year: a target or a result."""

    year: int
    value: Decimal
    is_target: bool


def draw(points: Sequence[Point], title: str) -> Markup:
    """The chart, as wide as its page: a hollow square a target, a full circle a result, results joined by a line."""
    years = sorted({point.year for point in points})
    top = max(max(point.value for point in points), Decimal(0))
    bottom = min(min(point.value for point in points), Decimal(0))
    spread = (top - bottom) or Decimal(1)

    def x(year: int) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (years.index(year) + 0.5) / len(years)

    def y(value: Decimal) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * float((top - value) / spread)

    marks = []
    for level in (bottom, top):
        marks.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(level):.1f}" y2="{y(level):.1f}"/>'
        )
        text = escape(readable_number(str(level), current()))
        marks.append(f'<text class="level" x="{_LEFT - 8}" y="{y(level) + 4:.1f}">{text}</text>')
    marks += [f'<text class="year" x="{x(year):.1f}" y="{_HEIGHT - 10}">{year}</text>' for year in years]
    results = sorted((p for p in points if not p.is_target), key=lambda p: p.year)
    if len(results) > 1:
        line = " ".join(f"{x(p.year):.1f},{y(p.value):.1f}" for p in results)
        marks.append(f'<polyline class="result" points="{line}"/>')
    for point in points:
        left, height = x(point.year), y(point.value)
        kind = say("目标", "target") if point.is_target else say("结果", "result")
        words = escape(f"{point.year} {kind} {readable_number(str(point.value), current())}")
        shape = (
            f'<rect class="target" x="{left - 6:.1f}" y="{height - 6:.1f}" width="12" height="12">'
            if point.is_target
            else f'<circle class="result" cx="{left:.1f}" cy="{height:.1f}" r="5">'
        )
        marks.append(f"{shape}<title>{words}</title>{'</rect>' if point.is_target else '</circle>'}")
    label = escape(say(f"{title}：目标与结果", f"{title}: targets and results"), {'"': "&quot;"})
    legend = f'<p class="legend"><span class="target">▢ {say("目标", "target")}</span> <span class="result">● {say("结果", "result")}</span></p>'
    return Markup(
        f'<figure class="chart"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(marks)}</svg>{legend}</figure>"
    )
