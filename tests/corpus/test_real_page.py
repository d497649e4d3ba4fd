"""The real page against its hand-made gold, by the shared scorer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from loaders.contract import to_rows
from loaders.pipeline import extract_files
from loaders.read import Publication


@pytest.fixture(scope="module")
def scores(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    rows = tmp_path_factory.mktemp("page") / "page.jsonl"
    with rows.open("w", encoding="utf-8") as file:
        for extraction in extract_files([shared / "articles"], Publication()):
            for row in to_rows(extraction):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    report = subprocess.run(
        [sys.executable, shared / "bench" / "score_page.py", rows], capture_output=True, text=True, check=True
    ).stdout
    found = dict(re.findall(r"(articles|statements|strict|entities) (\d\.\d+)", report.splitlines()[-1]))
    found |= {"headlines": re.search(r"headline (\d+)/10", report)[1]}  # type: ignore[index]
    found |= {"reporters": re.search(r"reporters (\d+)/10", report)[1]}  # type: ignore[index]
    found |= {"relations": re.search(r"^relations .*F1 (\d\.\d+)", report, re.MULTILINE)[1]}  # type: ignore[index]
    return {name: float(value) for name, value in found.items()}


@pytest.mark.parametrize(
    ("figure", "least"),
    [
        ("articles", 1.0),
        ("headlines", 10),
        ("reporters", 10),
        ("statements", 0.97),
        ("strict", 0.90),
        ("entities", 0.95),
        ("relations", 0.80),
    ],
)
def test_the_page_is_read_as_well_as_the_gold_asks(
    scores: dict[str, float], figure: str, least: float
) -> None:
    assert scores[figure] >= least
