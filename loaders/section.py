"""Sections: the title that a statement stands under, and the yearly list of promises that it is an item of.

Titles are run-in heads (扩大优质教育资源。新增…), numbered heads (一、教育。) and short lines of their own. A list of promises
(2024年10件惠民实事) owns what follows its lead-in: the rest of the sentence after the colon, or the paragraphs after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .facts import Entity
from .text import Sentence, Text

_HEAD_LENGTH = 36
_LINE_LENGTH = 24
_NUMBERED = re.compile(r"^[一二三四五六七八九十\d]+[、.]")
_DIGIT = re.compile(r"\d")
_MARK = re.compile(r"[。!?;,:]")
_PROMISES = re.compile(r"实事(?:项目)?$")
_LEAD = re.compile(r"情况|如下|以下|包括|分别是|为$|是$|内容")


@dataclass(frozen=True, slots=True)
class Section:
    """Title and list of promises that govern a sentence."""

    title: str | None = None
    programme: str | None = None


def is_run_in_head(text: Text, index: int) -> bool:
    """Whether a short sentence without a number opens a paragraph whose other sentences have numbers."""
    sentences, folded = text.sentences, text.folded
    sentence = sentences[index]
    if index and sentences[index - 1].paragraph == sentence.paragraph:
        return False
    if sentence.end - sentence.start > _HEAD_LENGTH + 16:
        return False
    words = _NUMBERED.sub("", folded[sentence.start : sentence.end].strip())
    if len(words) > _HEAD_LENGTH or _DIGIT.search(words):
        return False
    rest = [s for s in sentences[index + 1 : index + 12] if s.paragraph == sentence.paragraph]
    return bool(rest) and bool(_DIGIT.search(folded, rest[0].start, rest[-1].end))


def read_sections(text: Text, entities: Sequence[Entity], headline: str) -> list[Section]:
    """The section of every sentence, in order."""
    lists = [e for e in entities if e.cls == "Programme" and _PROMISES.search(e.name)]
    programme = next((e.name for e in lists if e.quote in headline or e.name in headline), None)
    in_headline = programme
    running: str | None = None
    sections: list[Section] = []
    title: str | None = None
    paragraph = -1
    for index, sentence in enumerate(text.sentences):
        if sentence.paragraph != paragraph:
            title = None
            paragraph = sentence.paragraph
        if is_run_in_head(text, index) or is_line(text, sentence):
            title = _title(text, sentence)
        owner = _owner(text, sentence, lists)
        if owner and owner[1]:
            running = owner[0]
        current = owner[0] if owner else running
        sections.append(
            Section(title, current or (in_headline if running is None and not lists else running))
        )
    return sections


def _owner(text: Text, sentence: Sentence, lists: Sequence[Entity]) -> tuple[str, bool] | None:
    """The list that the sentence leads in, and whether it goes on into the paragraphs after it."""
    for clause in sentence.clauses:
        if clause.closing != ":":
            continue
        named = [e for e in lists if clause.start <= e.span.start < clause.end]
        if named and _LEAD.search(text.folded[clause.start : clause.end]):
            rest = text.folded[clause.end + 1 : sentence.end].strip()
            return named[-1].name, not rest
    return None


def is_line(text: Text, sentence: Sentence) -> bool:
    """Whether the sentence is a short line of its own, without a mark: a section's title."""
    if sentence.end - sentence.start > _LINE_LENGTH + 16:
        return False
    line = text.folded[sentence.start : sentence.end].strip()
    return len(line) <= _LINE_LENGTH and not _MARK.search(line)


def _title(text: Text, sentence: Sentence) -> str:
    words = text.body[sentence.start : sentence.end].strip().rstrip("。！!:：")
    return re.sub(r"^[一二三四五六七八九十\d]+[、.．]\s*|^[（(][一二三四五六七八九十\d]+[）)]\s*", "", words)
