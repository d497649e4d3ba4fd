"""Where Kunming's areas are, and how a map without tiles shows them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from pathlib import Path

ATTRIBUTION = "GeoNames, CC BY 4.0"
_POINTS = Path(__file__).with_name("points.csv")
_DEGREE = 111.2  # kilometres of a degree of latitude
_COUNTY = 6  # digits of a county's code; a town's has nine


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """WGS 84, degrees. A point that is `derived` is the middle of the towns whose points are known."""

    code: str
    latitude: float
    longitude: float
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the Earth on a drawing, equirectangular around its middle; lengths are those of the drawing."""

    south: float
    north: float
    west: float
    east: float
    width: float
    margin: float = 30

    @property
    def scale(self) -> float:
        """Units for a degree of latitude."""
        return (self.width - 2 * self.margin) / ((self.east - self.west) * self._squeeze)

    @property
    def height(self) -> float:
        """So that no direction is stretched."""
        return round((self.north - self.south) * self.scale + 2 * self.margin, 1)

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        """x and y of a point, y downwards."""
        x = self.margin + (longitude - self.west) * self._squeeze * self.scale
        y = self.margin + (self.north - latitude) * self.scale
        return round(x, 1), round(y, 1)

    def kilometres(self, length: float) -> float:
        """A length in kilometres as units of the drawing."""
        return round(length / _DEGREE * self.scale, 1)

    def holds(self, point: GeoPoint) -> bool:
        """Whether a point lies in the frame."""
        return self.south <= point.latitude <= self.north and self.west <= point.longitude <= self.east

    @property
    def _squeeze(self) -> float:
        return cos(radians((self.south + self.north) / 2))


@lru_cache(maxsize=1)
def known_points() -> dict[str, GeoPoint]:
    """Points by division code; a county without one of its own gets the middle of its towns'."""
    with _POINTS.open(encoding="utf-8", newline="") as file:
        points = {
            row["code"]: GeoPoint(row["code"], float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
        }
    towns: dict[str, list[GeoPoint]] = {}
    for point in points.values():
        if len(point.code) > _COUNTY:
            towns.setdefault(point.code[:_COUNTY], []).append(point)
    for county, own in towns.items():
        if county not in points:
            middle = [
                sum(values) / len(own)
                for values in zip(*((p.latitude, p.longitude) for p in own), strict=True)
            ]
            points[county] = GeoPoint(county, round(middle[0], 4), round(middle[1], 4), derived=True)
    return points


def frame_of(prefix: str, width: float) -> Frame:
    """A frame around all points whose code begins like that, a tenth of a degree wider; raises ValueError for none."""
    own = [point for point in known_points().values() if point.code.startswith(prefix)]
    if not own:
        raise ValueError(f"no point is known of {prefix}")
    latitudes, longitudes = [p.latitude for p in own], [p.longitude for p in own]
    room = 0.1
    return Frame(
        min(latitudes) - room, max(latitudes) + room, min(longitudes) - room, max(longitudes) + room, width
    )
