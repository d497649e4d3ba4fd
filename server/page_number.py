"""Whole numbers in a query string, such as that of a page."""

from __future__ import annotations

_MOST = 999_999_999


def read_number(text: str, most: int = _MOST) -> int | None:
    """A number from 1 to `most`, in no more ASCII digits than that has; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if 1 <= number <= most else None
