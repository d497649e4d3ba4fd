"""Periods become dates that a query can compare."""

from __future__ import annotations

import pytest

from loaders import iso_period as period


@pytest.mark.parametrize(
    ("value", "first", "last", "year"),
    [
        ("2024", "2024-01-01", "2024-12-31", 2024),
        ("2023-12", "2023-12-01", "2023-12-31", 2023),
        ("2024-02", "2024-02-01", "2024-02-29", 2024),
        ("2023-02", "2023-02-01", "2023-02-28", 2023),
        ("2023-12-31", "2023-12-31", "2023-12-31", 2023),
        ("2024-01-16/2024-01-20", "2024-01-16", "2024-01-20", 2024),
        ("2021/2025", "2021-01-01", "2025-12-31", None),
        ("2023-03/..", "2023-03-01", None, None),
        ("../2024-04-12", None, "2024-04-12", None),
    ],
)
def test_a_period_has_its_first_and_last_day_and_the_year_it_lies_in(
    value: str, first: str | None, last: str | None, year: int | None
) -> None:
    assert period.days(value) == (first, last)
    assert period.year(value) == year


@pytest.mark.parametrize(
    "value", ["", "今年", "24", "2024-13", "2024-02-30", "2024/2023", "..", "../..", "2024-1"]
)
def test_what_is_no_period_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        period.days(value)
