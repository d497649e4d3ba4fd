"""Extractions written as lines come back as they were."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from commands.reading import make_corrector, make_reader, read_articles, read_patches
from loaders.facts import Extraction
from loaders.read import Publication
from loaders.storage import (
    FactsWriter,
    StoredFactsError,
    extraction_line,
    read_extraction,
    read_extractions,
    without_text,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def extractions() -> list[Extraction]:
    """The sample page with corrections, so that every kind of record is there."""
    articles = list(
        read_articles([ROOT / "articles" / "2024-01-kunming-page.txt"], Publication(), strict=True)
    )
    corrector = make_corrector(read_patches([ROOT / "corrections" / "2024-01-kunming-page.toml"]), articles)
    return [corrector.correct(make_reader(model=False)(article)) for article in articles]


def test_an_extraction_comes_back_whole(extractions: list[Extraction]) -> None:
    assert any(e.corrections for e in extractions)
    assert any(e.relations for e in extractions)
    for extraction in extractions:
        assert read_extraction(extraction_line(extraction)) == extraction


def test_a_file_of_them_is_read_one_by_one(extractions: list[Extraction], tmp_path: Path) -> None:
    file = io.BytesIO()
    writer = FactsWriter(file)
    for extraction in extractions:
        writer.add(extraction)
    writer.close()
    (tmp_path / "facts").write_bytes(file.getvalue())
    assert list(read_extractions(tmp_path / "facts")) == extractions
    (tmp_path / "half").write_bytes(file.getvalue()[: len(file.getvalue()) // 2])
    with pytest.raises(StoredFactsError, match="half"):
        list(read_extractions(tmp_path / "half"))


def test_without_the_text_the_facts_and_the_full_stops_stay(extractions: list[Extraction]) -> None:
    for extraction in extractions:
        bare = without_text(extraction)
        assert bare.statements == extraction.statements
        body, before = bare.article.body, extraction.article.body
        assert len(body) == len(before)
        assert {i for i, sign in enumerate(body) if sign in "。；\n"} == {
            i for i, sign in enumerate(before) if sign in "。；\n"
        }
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in body)
