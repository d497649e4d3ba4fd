"""Text as the readers see it: folded for matching, cut into sentences, clauses and quoted names.

Folding keeps the length, so an offset in the folded text is the same offset in the article's body.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

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
#: Prose has no longer ones; what has (a table without marks, a line of noise) is read in pieces, so that the time that a
#: text takes grows with its length and no faster.
_LONGEST_CLAUSE = 240
_LONGEST_SENTENCE = 1500
#: —— leads in what it explains, as a colon does; a scan reads it as 一一
_CLAUSE_END = re.compile(r"[,;:。!?\n]|——|(?<=[”》])一一(?=[\u4e00-\u9fff])")
_QUOTED = re.compile(r"“([^“”\n]{1,40})”")
_PAUSE = re.compile(r"[,。;!?]")
_TITLED = re.compile(r"《([^《》\n]{1,80})》")


class _Folding(dict[int, str]):
    """Code point → its folded character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = folded = _fold_character(character)
        return folded


_FOLDING = _Folding()


def _fold_character(character: str) -> str:
    if character < "\x80":
        return character
    if "\ud800" <= character <= "\udfff":  # half a pair: no character that anything could match
        return "\ufffd"
    if character in _SAME_MARK:
        return _SAME_MARK[character]
    wide = unicodedata.normalize("NFKC", character)
    if len(wide) != 1:
        return character
    simple: str = _TO_SIMPLIFIED.convert(wide)
    return simple if len(simple) == 1 else wide


def fold(text: str) -> str:
    """The text with widths, mark variants and traditional characters folded, of the same length in code points."""
    return text.translate(_FOLDING)


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
            while end - start > _LONGEST_SENTENCE:
                cut = self._cut(start, start + _LONGEST_SENTENCE, ";,、 ")
                found.append(Sentence(start, cut, paragraph, tuple(self._clauses(start, cut))))
                start = cut
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
        clauses: list[Clause] = []
        at, folded = start, self.folded
        for m in _CLAUSE_END.finditer(folded, start, end):
            here = m.start()
            if here > start and folded[here] in ",:" and _is_inside_number(folded, here, folded[here]):
                continue
            at = self._long_clauses(clauses, at, here)
            if folded[at:here].strip(" ”’"):
                clauses.append(Clause(at, here, folded[here] if m.end() == here + 1 else ":"))
            at = m.end()
        at = self._long_clauses(clauses, at, end)
        if folded[at:end].strip(" ”’"):
            clauses.append(Clause(at, end, ""))
        return clauses

    def _long_clauses(self, clauses: list[Clause], start: int, end: int) -> int:
        """Adds the pieces of an overlong clause and returns where its last one begins."""
        while end - start > _LONGEST_CLAUSE:
            cut = self._cut(start, start + _LONGEST_CLAUSE, "、 )”")
            clauses.append(Clause(start, cut, ""))
            start = cut
        return start

    def _cut(self, start: int, end: int, marks: str) -> int:
        """After the last of the marks in the second half of the stretch, the first kind of mark first; else at its end."""
        for mark in marks:
            at = self.folded.rfind(mark, (start + end) // 2, end)
            if at >= 0:
                return at + 1
        return end

    @cached_property
    def names_in_quotes(self) -> tuple[Span, ...]:
        """Spans of “…” and 《…》 with their marks: what stands inside is a name, not grammar."""
        found = [
            Span(*m.span())
            for pattern in (_QUOTED, _TITLED)
            for m in pattern.finditer(self.folded)
            if pattern is _TITLED or not _PAUSE.search(m.group(1))
        ]
        return tuple(sorted(found, key=lambda s: (s.start, -s.end)))

    def quote(self, start: int, end: int) -> str:
        """The very slice of the body."""
        return self.body[start:end]


def _is_inside_number(text: str, at: int, mark: str) -> bool:
    """Whether the comma of 12,345 or the colon of 9:30 stands there and closes no clause."""
    if at + 1 >= len(text) or not text[at - 1].isdigit():
        return False
    if mark == ":":
        return bool(_MINUTES.match(text, at + 1))
    return bool(_THOUSANDS.match(text, at + 1))


_MINUTES = re.compile(r"\d\d")
_THOUSANDS = re.compile(r"\d{3}(?!\d)")
