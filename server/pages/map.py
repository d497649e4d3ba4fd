"""The map of Kunming's areas: what was promised and done where, and which parks and projects lie there.

A place without a point is in the table all the same; nothing is put where nobody knows that it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from flask import render_template
from pyoxigraph import Literal

from server.engine import Term
from server.map import ATTRIBUTION, GeoPoint, frame_of, known_points
from server.page_context import Served
from server.pages.rows import Row, find_names, select, terms_in

_KUNMING = "5301"
_WIDTH = 800.0
_LEAST, _MOST = 4.0, 40.0  # radius of a circle


@dataclass(frozen=True, slots=True)
class Area:
    """An area with its place on the map, and what there is of it."""

    term: Term | None
    code: str
    point: GeoPoint | None
    x: float = 0.0
    y: float = 0.0
    claims: int = 0
    radius: float = 0.0
    things: tuple[Term, ...] = ()

    @property
    def is_county(self) -> bool:
        """Whether it is a district, county or city of that rank, not a town."""
        return len(self.code) == 6 and not self.code.endswith("00")


def show(served: Served) -> str:
    """The page as HTML."""
    claims = select(served.engine, "map_claims")
    things = select(served.engine, "map_things")
    points = known_points()
    codes = {code for code in points if code.startswith(_KUNMING)}
    named = select(served.engine, "map_areas", codes=[Literal(code) for code in sorted(codes)])
    areas = _areas(claims, things, named)
    frame = frame_of(_KUNMING, _WIDTH)
    return render_template(
        "map.html",
        served=served,
        frame=frame,
        areas=areas,
        shown=[area for area in areas if area.point is not None and frame.holds(area.point)],
        attribution=ATTRIBUTION,
        names=find_names(served.engine, terms_in(claims, things, named)),
    )


def _areas(claims: list[Row], things: list[Row], named: list[Row]) -> list[Area]:
    """Everything on the map or in its table, by code."""
    frame, points = frame_of(_KUNMING, _WIDTH), known_points()
    terms = {row["code"].value: row["place"] for row in (*named, *claims, *things)}
    counts = {row["code"].value: int(row["claims"].value) for row in claims}
    own: dict[str, dict[Term, None]] = {}
    for row in things:
        own.setdefault(row["code"].value, {})[row["thing"]] = None
    most = max(counts.values(), default=1)
    areas = []
    for code in sorted({*terms, *counts, *own}):
        point = points.get(code)
        x, y = frame.place(point.latitude, point.longitude) if point else (0.0, 0.0)
        count = counts.get(code, 0)
        radius = round(_LEAST + (_MOST - _LEAST) * sqrt(count / most), 1) if count else 0.0
        areas.append(Area(terms.get(code), code, point, x, y, count, radius, tuple(own.get(code, ()))))
    return areas
