"""Completion rates: which number a 完成率167.5% belongs to.

A rate belongs to the number whose value ÷ rate, as an interval from the printed precision of both, holds a round target of
at most two significant digits; else to the sum of all numbers of its sentence if that does, or of the two or three before it; else to the nearest one.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_TOGETHER = 3  # numbers straight before a rate that may share it where others stand before them


def implied_target(value: Decimal, rate: Decimal, decimals: int = 1) -> Decimal | None:
    """The one number of at most two significant digits in value ÷ rate, or None where there is none or several.

    `rate` is in percent, printed with `decimals` decimal places (the finest of its article: 106% beside 147.1% is 106.0%).
    """
    low, high = implied_interval(value, rate, decimals)
    found: list[Decimal] = []
    for digits in (1, 2):
        step = Decimal(10) ** (low.adjusted() - digits + 1)
        first = (low / step).to_integral_value(rounding="ROUND_CEILING")
        while first * step <= high and len(found) < 3:
            found.append(first * step)
            first += 1
    return found[0] if len(set(found)) == 1 else None


def implied_interval(value: Decimal, rate: Decimal, decimals: int = 1) -> tuple[Decimal, Decimal]:
    """The targets that would round to this rate, widened by the value's own rounding (22.46万 is ±50)."""
    half_rate = Decimal(5) * Decimal(10) ** (-decimals - 1)
    half_value = printed_half(value)
    return (value - half_value) * 100 / (rate + half_rate), (value + half_value) * 100 / (rate - half_rate)


def printed_half(value: Decimal) -> Decimal:
    """How far the printed digits may be from the number: 22.46万 is ±50, 5万 and 802 are exact."""
    printed = value.normalize()
    exponent = int(printed.as_tuple().exponent)
    if exponent > 0 and len(printed.as_tuple().digits) > 2:
        return Decimal(5) * Decimal(10) ** (exponent - 1)
    return Decimal(0)


def owners(values: Sequence[Decimal], rate: Decimal, decimals: int = 1) -> tuple[list[int], bool]:
    """Indexes of the values that the rate belongs to, and whether it is their joint rate.

    `values` are those of the rate's sentence in order, of comparable units.
    """
    if not values:
        return [], False
    if len(values) == 1:
        return [0], False
    if rate == 100:  # all of them are done
        return list(range(len(values))), True
    single = [i for i, value in enumerate(values) if implied_target(value, rate, decimals) is not None]
    if single:
        return [single[-1]], False
    if implied_target(sum(values, Decimal(0)), rate, decimals) is not None:
        return list(range(len(values))), True
    for count in range(
        2, min(_TOGETHER, len(values) - 1) + 1
    ):  # …学校12所；名师317名、名长21名，完成率482.9%
        if implied_target(sum(values[-count:], Decimal(0)), rate, decimals) is not None:
            return list(range(len(values) - count, len(values))), True
    return [len(values) - 1], False
