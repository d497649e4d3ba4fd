"""Whole numbers in a query string, such as that of a page."""

from __future__ import annotations


def read_number(text: str, most: int) -> int | None:
    """A number from 1 to `most` in ASCII digits; None for anything else, however long."""
    if not text.isascii() or not text.isdigit():
        return None
    digits = text.lstrip("0")
    # Python reads no number of thousands of digits.
    number = int(digits) if 0 < len(digits) <= len(str(most)) else 0
    return number if 1 <= number <= most else None
