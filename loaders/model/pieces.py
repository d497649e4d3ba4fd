"""Long articles in pieces that a model can take."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Span

MOST = 3000  # characters of an article in one question


def cut_body(body: str, most: int = MOST) -> Iterator[Span]:
    """Spans of at most `most` characters that hold whole paragraphs (lines); blank ones are left out.

    A paragraph that is longer is cut after a sentence of its second half, or where it must.
    """
    start = 0
    while start < len(body):
        end = len(body) if len(body) - start <= most else _border(body, start, start + most)
        if body[start:end].strip():
            yield Span(start, end)
        start = end


def _border(body: str, start: int, end: int) -> int:
    """After the last line end; else after the last sentence of the second half; else at the end."""
    line = body.rfind("\n", start, end)
    if line >= start:
        return line + 1
    sentence = max(body.rfind(mark, (start + end) // 2, end) for mark in "。！？")
    return sentence + 1 if sentence >= 0 else end
