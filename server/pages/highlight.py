"""An article's text with every mention and every quoted statement marked at its exact span.

Spans nest (a name within a promise) and cross (two promises that share words); a crossing span is shown in several
pieces, of which the first bears its anchor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

_PARAGRAPH_END = "\n"


@dataclass(frozen=True, slots=True)
class Highlight:
    """A marked span of the text: code points from `start`, `end` exclusive."""

    start: int
    end: int
    anchor: str
    kind: str  # the class of its element: mention, commitment, outcome, relation
    href: str | None
    title: str
    note: int | None = None  # its number in the list of statements beside the text


def paragraphs(text: str, spans: Iterable[Highlight]) -> list[Markup]:
    """The text as paragraphs of HTML, blank ones left out; spans that don't lie within the text are ignored."""
    whole = sorted(
        (span for span in spans if 0 <= span.start < span.end <= len(text)),
        key=lambda s: (s.start, -s.end, s.anchor),
    )
    shown: list[Markup] = []
    begun: set[str] = set()
    begin, first = 0, 0
    for line in text.split(_PARAGRAPH_END):
        end = begin + len(line)
        while first < len(whole) and whole[first].end <= begin and whole[first].start < begin:
            first += 1
        within = [span for span in whole[first:] if span.start < end and span.end > begin]
        if line.strip():
            shown.append(_paragraph(text, begin, end, within, begun))
        begin = end + 1
    return shown


def _paragraph(text: str, begin: int, end: int, spans: Sequence[Highlight], begun: set[str]) -> Markup:
    """One paragraph; elements are closed and opened again where spans cross."""
    cuts = sorted({begin, end, *(c for span in spans for c in (span.start, span.end) if begin < c < end)})
    parts: list[str] = []
    waiting = list(reversed(spans))
    opened: list[Highlight] = []
    for start, stop in pairwise(cuts):
        reopened: list[Highlight] = []
        ending = sum(span.end <= start for span in opened)
        while ending:
            closed = opened.pop()
            ended = closed.end <= start
            parts.append(_close(closed, opened, final=ended))
            if ended:
                ending -= 1
            else:
                reopened.append(closed)
        fresh = []
        while waiting and waiting[-1].start <= start:
            fresh.append(waiting.pop())
        for span in (*reversed(reopened), *fresh):
            parts.append(_open(span, opened, begun))
            opened.append(span)
        parts.append(str(escape(text[start:stop])))
    while opened:
        closed = opened.pop()
        parts.append(_close(closed, opened, final=closed.end <= end))
    return Markup("".join(parts))


def _open(span: Highlight, around: Sequence[Highlight], begun: set[str]) -> str:
    anchor = "" if span.anchor in begun else f' id="{escape(span.anchor)}"'
    begun.add(span.anchor)
    element = _element(span, around)
    link = f' href="{escape(span.href)}"' if element == "a" and span.href else ""
    return f'<{element} class="{span.kind}"{anchor}{link} title="{escape(span.title)}">'


def _close(span: Highlight, around: Sequence[Highlight], *, final: bool) -> str:
    """The end of an element; where a statement's last words end, the number that leads to it."""
    note = ""
    in_link = any(_is_link(other) for other in around)
    if final and span.note is not None and span.href and not in_link:
        note = f'<sup class="note"><a href="{escape(span.href)}" title="{escape(span.title)}">{span.note}</a></sup>'
    return f"</{_element(span, around)}>{note}"


def _element(span: Highlight, around: Sequence[Highlight]) -> str:
    """A link for a mention, unless it stands within another: links don't nest."""
    if not _is_link(span):
        return "mark"
    return "span" if any(_is_link(other) for other in around) else "a"


def _is_link(span: Highlight) -> bool:
    return span.kind == "mention" and span.href is not None
