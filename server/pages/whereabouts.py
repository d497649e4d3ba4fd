"""Where a place, a park or a project is: a point among the counties of Kunming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from server.engine import Term
from server.map import ATTRIBUTION, Frame, GeoPoint, frame_of, known_points
from server.pages.rows import Row

_KUNMING = "5301"
_WIDTH = 560.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on the map; `here` for what the page is about."""

    place: Term
    point: GeoPoint
    x: float
    y: float
    here: bool


def lay_out(rows: list[Row], thing: NamedNode) -> dict[str, Any] | None:
    """What the panel's template shows, None where no point is known of the place or where that is elsewhere."""
    frame = frame_of(_KUNMING, _WIDTH)
    points = known_points()
    own = [row for row in rows if row["here"].value == "yes"]
    # The narrowest of the places that it is in; the city is everywhere in its districts.
    own.sort(key=lambda row: (row["place"] != thing, -len(row["code"].value.rstrip("0")), row["code"].value))
    here = next((_mark(row, frame, points, True) for row in own), None)
    if here is None:
        return None
    around = [_mark(row, frame, points, False) for row in rows if row["here"].value != "yes"]
    marks = [mark for mark in around if mark is not None and mark.place != here.place]
    return {
        "frame": frame,
        "marks": [*marks, here],
        "is_own": here.place == thing,
        "attribution": ATTRIBUTION,
    }


def _mark(row: Row, frame: Frame, points: dict[str, GeoPoint], here: bool) -> Mark | None:
    point = points.get(row["code"].value)
    if point is None or not frame.holds(point):
        return None
    return Mark(row["place"], point, *frame.place(point.latitude, point.longitude), here)
