"""Charts of a report: Vega-Lite in `bench/charts/*.vl.json`, filled with rows and written as SVG by vl-convert, without a browser."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_CHARTS = Path(__file__).with_name("charts")
_VERSION = "5.21"  # of Vega-Lite, as vl-convert bundles it
_STYLE = {
    "background": "white",
    "font": "Helvetica, Arial, sans-serif",
    "axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"},
    "legend": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"},
    "title": {"fontSize": 13, "anchor": "start"},
}


def write(name: str, rows: Sequence[dict[str, Any]], target: Path) -> None:
    """Draws the chart of that name with these rows; raises ValueError where Vega-Lite can't, ImportError without vl-convert."""
    import vl_convert

    chart = json.loads((_CHARTS / f"{name}.vl.json").read_text("utf-8"))
    chart |= {"datasets": {"rows": list(rows)}, "config": _STYLE}
    target.write_text(vl_convert.vegalite_to_svg(chart, vl_version=_VERSION) + "\n", "utf-8")
