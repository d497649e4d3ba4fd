"""Which format a client gets."""

from __future__ import annotations

import pytest

from server.negotiate import BOOLEAN_FORMATS, GRAPH_FORMATS, HTML, TABLE_FORMATS, choose, negotiate
from server.problem import Problem

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("TEXT/TAB-SEPARATED-VALUES", "text/tab-separated-values"),
        (
            "application/sparql-results+xml;q=0.3, application/sparql-results+json;q=0.9",
            "application/sparql-results+json",
        ),
        (
            "application/sparql-results+json;q=0.3, application/sparql-results+xml;q=0.9",
            "application/sparql-results+xml",
        ),
        ("*/*;q=0.1, text/csv", "text/csv"),
        ("text/csv, */*", "text/csv"),
        ("application/sparql-results+json;q=0, text/tab-separated-values;q=0.1", "text/tab-separated-values"),
        ("application/sparql-results+json;q=0, application/*;q=0.5", "application/sparql-results+xml"),
        ("text/turtle, application/sparql-results+xml;q=0.2", "application/sparql-results+xml"),
        ("text/csv;charset=utf-8", "text/csv"),
    ],
)
def test_a_table_comes_in_the_format_that_the_client_likes_best(accept: str | None, media_type: str) -> None:
    assert negotiate(accept, TABLE_FORMATS).media_type == media_type


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (BROWSER, "text/html"),
        ("*/*", "text/turtle"),
        ("application/rdf+xml, text/turtle;q=0.9", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("text/html;q=0.2, text/turtle", "text/turtle"),
    ],
)
def test_a_document_is_a_page_for_browsers_and_rdf_for_everybody_else(accept: str, media_type: str) -> None:
    assert negotiate(accept, (*GRAPH_FORMATS, HTML)).media_type == media_type


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "audio/*"])
def test_a_format_that_cannot_be_had_is_not_acceptable(accept: str) -> None:
    with pytest.raises(Problem) as caught:
        negotiate(accept, TABLE_FORMATS)
    assert caught.value.status == 406


def test_a_yes_or_no_has_no_csv_since_the_standard_defines_none() -> None:
    with pytest.raises(Problem) as caught:
        negotiate("text/csv", BOOLEAN_FORMATS)
    assert caught.value.status == 406


@pytest.mark.parametrize("name", ["csv", ".csv", "CSV", "text/csv"])
def test_people_name_a_format_by_suffix_or_media_type_whatever_the_browser_accepts(name: str) -> None:
    assert choose(BROWSER, name, TABLE_FORMATS).media_type == "text/csv"


def test_a_name_of_no_format_is_not_acceptable() -> None:
    with pytest.raises(Problem) as caught:
        choose(None, "docx", TABLE_FORMATS)
    assert caught.value.status == 406
    assert "json, xml, csv, tsv" in caught.value.detail
