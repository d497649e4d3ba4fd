"""Text as the readers see it: folded for matching, cut into sentences, clauses and quoted names.

Folding keeps the length, so an offset in the folded text is the same offset in the article's body.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache

from opencc import OpenCC

from .facts import Span

_TO_SIMPLIFIED = OpenCC("t2s")
#: Variants of one mark that a page prints now this way, now that way. Dashes stay: 一 for — is not told by one sign.
_SAME_MARK = {
    "﹪": "%",
    "︰": ":",
    "∶": ":",
    "•": "·",
    "‧": "·",
    "．": ".",
    "～": "~",
    "－": "-",
    "–": "-",
    "「": "“",
    "」": "”",
}
_SENTENCE_END = re.compile(r"[。!?]+[”’\")」』]*|\n+|…{2,}[”’]*")
_CLAUSE_END = re.compile(r"[,;:。!?\n]")
_QUOTED = re.compile(r"“([^“”\n]{1,40})”")
_TITLED = re.compile(r"《([^《》\n]{1,80})》")


@lru_cache(maxsize=16384)
def _fold_character(character: str) -> str:
    if character < "\x80":
        return character
    if character in _SAME_MARK:
        return _SAME_MARK[character]
    wide = unicodedata.normalize("NFKC", character)
    if len(wide) != 1:
        return character
    simple: str = _TO_SIMPLIFIED.convert(wide)
    return simple if len(simple) == 1 else wide


def fold(text: str) -> str:
    """The text with widths, mark variants and traditional characters folded, of the same length in code points."""
    return "".join(map(_fold_character, text))


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between two commas, semicolons, colons or sentence ends, without the mark that closes it.

    `closing` is that mark, "" at the end of the text.
    """

    start: int
    end: int
    closing: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a paragraph (paragraphs are lines), its closing mark within."""

    start: int
    end: int
    paragraph: int
    clauses: tuple[Clause, ...]


class Text:
    """An article's body with what every reader asks of it."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.folded = fold(body)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Sentences in order; blank ones left out."""
        found, start, paragraph = [], 0, 0
        ends = [(m.start(), m.end()) for m in _SENTENCE_END.finditer(self.folded)]
        for mark, end in [*ends, (len(self.folded), len(self.folded))]:
            if self.folded[start:mark].strip():
                found.append(Sentence(start, end, paragraph, tuple(self._clauses(start, end))))
            paragraph += self.folded.count("\n", mark, end)
            start = end
        return tuple(found)

    def sentence_at(self, at: int) -> Sentence | None:
        """The sentence that the character lies in, or None for white space between two."""
        index = bisect_right(self._starts, at) - 1
        found = self.sentences[index] if index >= 0 else None
        return found if found is not None and at < found.end else None

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def _clauses(self, start: int, end: int) -> list[Clause]:
        clauses, at = [], start
        for m in _CLAUSE_END.finditer(self.folded, start, end):
            if m.start() > start and _is_inside_number(self.folded, m.start(), m.group()):
                continue
            if self.folded[at : m.start()].strip(" ”’"):
                clauses.append(Clause(at, m.start(), m.group()))
            at = m.end()
        if self.folded[at:end].strip(" ”’"):
            clauses.append(Clause(at, end, ""))
        return clauses

    @cached_property
    def names_in_quotes(self) -> tuple[Span, ...]:
        """Spans of “…” and 《…》 with their marks: what stands inside is a name, not grammar."""
        found = [
            Span(*m.span())
            for pattern in (_QUOTED, _TITLED)
            for m in pattern.finditer(self.folded)
            if not re.search(r"[,。;!?]", m.group(1)) or m.group().startswith("《")
        ]
        return tuple(sorted(found, key=lambda s: (s.start, -s.end)))

    def quote(self, start: int, end: int) -> str:
        """The very slice of the body."""
        return self.body[start:end]


def _is_inside_number(text: str, at: int, mark: str) -> bool:
    """Whether the comma of 12,345 or the colon of 9:30 stands there and closes no clause."""
    if mark not in ",:" or at + 1 >= len(text):
        return False
    if mark == ":":
        return bool(re.fullmatch(r"\d:\d\d", text[at - 1 : at + 3]))
    return text[at - 1].isdigit() and bool(re.match(r"\d{3}(?!\d)", text[at + 1 : at + 5]))
