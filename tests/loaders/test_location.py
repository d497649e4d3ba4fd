"""Pages are read wherever fsspec reaches: the same pages, the same articles, the same errors."""

from __future__ import annotations

import shutil
from pathlib import Path

import fsspec
import pytest

from loaders.location import LocationError, locate
from loaders.pipeline import load_articles
from loaders.read import Publication, ReadError, find_sources, read_source

SAMPLES = Path(__file__).parent.parent.parent / "articles"


@pytest.fixture(params=["memory", "zip"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a place that is no folder and holds the sample pages."""
    if request.param == "zip":
        return f"zip://articles::{shutil.make_archive(str(tmp_path / 'pages'), 'zip', SAMPLES.parent, 'articles')}"
    memory = fsspec.filesystem("memory")
    for page in SAMPLES.iterdir():
        memory.pipe_file(f"/{tmp_path.name}/{page.name}", page.read_bytes())
    return f"memory://{tmp_path.name}"


def test_articles_are_the_same_wherever_their_pages_are(elsewhere: str) -> None:
    assert list(load_articles([locate(elsewhere)], Publication())) == list(
        load_articles([SAMPLES], Publication())
    )


def test_one_page_can_be_named(elsewhere: str) -> None:
    page = find_sources([locate(elsewhere)])[0]
    assert read_source(page, Publication()) == read_source(SAMPLES / page.name, Publication())


def test_what_is_not_there_is_told_by_its_url(elsewhere: str) -> None:
    missing = locate(elsewhere) / "missing.txt"
    with pytest.raises(ReadError, match=r"missing\.txt.*: no such file"):
        find_sources([missing])
    with pytest.raises(ReadError, match=r"missing\.txt.*: can't be read: "):
        read_source(missing, Publication())


@pytest.mark.parametrize(
    ("name", "reason"), [("nowhere://pages", "nowhere"), ("zip://a::/missing.zip", "No such file")]
)
def test_a_place_that_cannot_be_used_is_told(name: str, reason: str) -> None:
    with pytest.raises(LocationError, match=reason):
        locate(name)


@pytest.mark.parametrize("name", ["articles", "a:b", "./x y", "/tmp/2024:01", "第1版.txt"])
def test_names_of_files_stay_names_of_files(name: str) -> None:
    assert locate(name) == Path(name)


def test_file_urls_are_files_here(tmp_path: Path) -> None:
    assert locate(f"file://{tmp_path}") == tmp_path
