"""Which number a completion rate belongs to, by arithmetic."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loaders.completion import implied_target, owners


@pytest.mark.parametrize(
    ("value", "rate", "target"),
    [
        ("67", "167.5", 40),
        ("600.255", "400.2", 150),
        ("761000000", "190.3", 400_000_000),
        ("224600", "160.4", 140_000),
    ],
)
def test_a_rate_of_a_planned_number_implies_a_round_target(value: str, rate: str, target: int) -> None:
    assert implied_target(Decimal(value), Decimal(rate)) == target


@pytest.mark.parametrize(("value", "rate"), [("30", "117.9"), ("317", "482.9"), ("5118500", "110.1")])
def test_a_rate_of_another_number_or_of_a_stock_implies_none(value: str, rate: str) -> None:
    assert implied_target(Decimal(value), Decimal(rate)) is None


def test_the_rate_goes_to_the_number_that_it_fits() -> None:
    assert owners([Decimal(30), Decimal(35372)], Decimal("117.9")) == ([1], False)


def test_a_rate_that_fits_the_sum_is_joint() -> None:
    assert owners([Decimal(317), Decimal(21)], Decimal("482.9")) == ([0, 1], True)


def test_a_rate_that_fits_nothing_goes_to_the_nearest() -> None:
    assert owners([Decimal(7), Decimal(5118500)], Decimal("110.1")) == ([1], False)


def test_all_done_holds_for_all() -> None:
    assert owners([Decimal(20565), Decimal(3597)], Decimal(100)) == ([0, 1], True)
