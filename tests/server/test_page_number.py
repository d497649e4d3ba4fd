"""Whole numbers in a query string, such as that of a page."""

import pytest

from server.page_number import read_number


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("007", 7), ("1000", 1000)])
def test_a_number_is_read(text: str, number: int) -> None:
    assert read_number(text, 1000) == number


@pytest.mark.parametrize(
    "text", ["", "0", "000", "-1", "+1", "1.0", " 1", "²", "٣", "one", "1001", "9" * 5000]
)
def test_anything_else_is_none(text: str) -> None:
    assert read_number(text, 1000) is None
