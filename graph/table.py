"""Tables for a terminal: aligned also where Chinese characters, two columns wide, stand beside Latin ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

_WIDE = frozenset("WF")


def display_width(text: str) -> int:
    """Columns that the text takes on a terminal (Unicode Standard Annex 11)."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in _WIDE else 1
        for sign in text
    )


def render_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, cell_width: int = 80
) -> Iterator[str]:
    """Lines of the table, header first; cells wider than `cell_width` columns end with …."""
    cells = [[_fit(cell, cell_width) for cell in row] for row in (header, *rows)]
    widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
    for number, row in enumerate(cells):
        padded = (cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()
        if number == 0:
            yield "  ".join("─" * width for width in widths)


def _fit(cell: str, width: int) -> str:
    # A control character in data must not reach the terminal: it could move the cursor or worse.
    clean = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in cell)
    if display_width(clean) <= width:
        return clean
    kept = ""
    for sign in clean:
        if display_width(kept + sign) >= width:
            break
        kept += sign
    return kept + "…"
