"""Pages to articles: where each begins, its headline, kicker, sub-headlines, reporters and body.

An article begins where a byline says so (本报讯(记者 …), 本报记者 … on a line of its own) or at a Markdown heading; its headline
is the line above. A page without either is one article: first line the headline, the rest the body. Paragraphs that a
column break tore apart are joined again: a line that doesn't end a sentence goes on in the next. Nothing is reordered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ontology.identifiers import article_id

from .byline import Byline, read_closing, read_line, read_opening
from .facts import Article
from .lexicon import table
from .read import Line, Page

_ENDS = "。！？!?…”’」』）)；;：:"
_ITEM = re.compile(
    r"\s*(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\([一二三四五六七八九十\d]+\)|\d+[.、．]|[●■◆▲○①②③④⑤⑥⑦⑧⑨⑩·\-*]|\|)"
)
_TITLE_LENGTH = 60
_HEAD_LENGTH = 24
_MARKDOWN = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")


@dataclass(slots=True)
class _Draft:
    """An article while its lines are collected."""

    titles: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    reporters: list[tuple[str, str]] = field(default_factory=list)
    subheads: list[str] = field(default_factory=list)


def cut_page(page: Page) -> list[Article]:
    """The page's articles in order; a page whose every line is a banner gives none."""
    lines = [line for line in page.lines if not _is_meta(line.text)]
    if page.markdown and any(_MARKDOWN.match(line.text) for line in lines):
        drafts = _by_headings(lines, page.headline)
    elif page.headline is not None:
        drafts = [_single([line.text for line in lines], page.headline)]
    else:
        drafts = _by_bylines(lines)
    return [article for draft in drafts if (article := _article(draft, page)) is not None]


def _article(draft: _Draft, page: Page) -> Article | None:
    headline, kicker, subtitle = _titles(draft.titles)
    body = join_paragraphs(draft.lines)
    if not body:
        return None
    if not headline:
        headline = re.split(r"[。！？\n]", body, maxsplit=1)[0][:_TITLE_LENGTH]
    if closing := read_closing(body.split("\n")[-1]):
        draft.reporters += [r for r in closing.reporters if r not in draft.reporters]
    publication = page.publication
    return Article(
        id=article_id(publication.publisher, publication.published, headline, body),
        headline=headline,
        body=body,
        kicker=kicker,
        subheads=(*subtitle, *draft.subheads),
        reporters=tuple(dict.fromkeys(draft.reporters)),
        published=publication.published,
        publisher=publication.publisher,
        source=page.source,
    )


def _by_bylines(lines: Sequence[Line]) -> list[_Draft]:
    """Articles of a page whose bylines tell where each begins; without one the page is a single article."""
    texts = [line.text for line in lines]
    marks = [
        (i, mark, opens) for i, text in enumerate(texts) for mark, opens in [_mark(text)] if mark is not None
    ]
    drafts: list[_Draft] = []
    starts: list[tuple[int, int, Byline, bool]] = []  # first title line, mark line
    after = 0
    for i, mark, opens in marks:
        first = _first_title(texts, i, after)
        if first is None and starts:
            if not opens:
                continue  # a byline in the middle of an article belongs to it
            if not any(t.strip() for t in texts[after:i]):
                continue
            continue
        starts.append((first if first is not None else i, i, mark, opens))
        after = i + 1
    if not starts:
        return [_single(part, None) for part in _ended_by_bylines(texts)]
    for n, (first, i, mark, opens) in enumerate(starts):
        end = starts[n + 1][0] if n + 1 < len(starts) else len(texts)
        draft = _Draft(
            titles=[t.strip() for t in texts[first:i] if t.strip()], reporters=list(mark.reporters)
        )
        if not draft.titles and n == 0:
            draft.titles = [t.strip() for t in texts[:i] if t.strip()][-1:]
        for text in texts[i if opens else i + 1 : end]:
            _collect(draft, text)
        drafts.append(draft)
    return drafts


def _ended_by_bylines(texts: Sequence[str]) -> list[Sequence[str]]:
    """The page cut after each line that a byline closes (记者 甲) and that a title follows; else the page as it is."""
    parts: list[Sequence[str]] = []
    start = 0
    for i, text in enumerate(texts):
        following = next((t.strip() for t in texts[i + 1 :] if t.strip()), "")
        if read_closing(text) is not None and following and _is_title(following):
            parts.append(texts[start : i + 1])
            start = i + 1
    return [*parts, texts[start:]]


def _mark(text: str) -> tuple[Byline | None, bool]:
    """The byline of a line, and whether it opens the body on that very line."""
    if mark := read_opening(text):
        return mark, True
    return read_line(text), False


def _first_title(texts: Sequence[str], mark: int, after: int) -> int | None:
    """Index of the first title line above a byline, or None where a body stands there."""
    first: int | None = None
    for i in range(mark - 1, after - 1, -1):
        text = texts[i].strip()
        if not text:
            continue
        if not _is_title(text) or _is_caption(text) or (first is None and _goes_on(texts, i, after)):
            break
        first = i
    return first


def _goes_on(texts: Sequence[str], i: int, after: int) -> bool:
    """Whether the line continues a torn sentence of the line before it, so that it is no title."""
    before = next((texts[j].strip() for j in range(i - 1, after - 1, -1) if texts[j].strip()), "")
    return bool(before) and len(before) > _TITLE_LENGTH and before[-1] not in _ENDS


def _is_title(text: str) -> bool:
    return len(text) <= _TITLE_LENGTH and text[-1] not in "。；;，,、" and "。" not in text


def _single(texts: Sequence[str], headline: str | None) -> _Draft:
    """A page that is one article."""
    draft = _Draft(titles=[headline] if headline else [])
    rest = list(texts)
    if headline is None:
        first = next((i for i, t in enumerate(rest) if t.strip() and not _is_banner(t)), None)
        if first is None:
            return draft
        if _is_title(rest[first].strip()) and any(t.strip() for t in rest[first + 1 :]):
            draft.titles, rest = [rest[first].strip()], rest[first + 1 :]
            following = next((i for i, t in enumerate(rest) if t.strip()), None)
            if (
                draft.titles[0].endswith(("—", "──"))
                and following is not None
                and _is_title(rest[following].strip())
            ):
                draft.titles.append(rest[following].strip())
                rest = rest[following + 1 :]
    for text in rest:
        mark, opens = _mark(text)
        if mark is not None:
            draft.reporters += [r for r in mark.reporters if r not in draft.reporters]
            if not opens:
                continue
        _collect(draft, text)
    return draft


def _by_headings(lines: Sequence[Line], headline: str | None) -> list[_Draft]:
    """Articles of a Markdown page: # begins one, ## is a sub-headline; front matter's headline makes it one article."""
    drafts: list[_Draft] = [_Draft(titles=[headline])] if headline else []
    for line in lines:
        m = _MARKDOWN.match(line.text)
        if m and len(m.group(1)) == 1 and headline is None:
            drafts.append(_Draft(titles=[m.group(2)]))
            continue
        if not drafts:
            drafts.append(_Draft())
        draft = drafts[-1]
        if m:
            if m.group(2) != headline:
                draft.subheads.append(m.group(2))
                draft.lines += ["", m.group(2), ""]
            continue
        mark, opens = _mark(line.text)
        if mark is not None:
            draft.reporters += [r for r in mark.reporters if r not in draft.reporters]
            if not opens:
                continue
        _collect(draft, line.text)
    return drafts


def _collect(draft: _Draft, text: str) -> None:
    if _is_caption(text) or _is_banner(text):
        return
    draft.lines.append(text)


def _titles(titles: Sequence[str]) -> tuple[str, str | None, list[str]]:
    """Headline, kicker and subtitles of the lines above a byline: the headline is the last, unless —— opens that."""
    lines = [t for t in titles if not _is_banner(t)]
    subtitles: list[str] = []
    while len(lines) > 1 and re.match(r"[—─]{2}", lines[-1]):
        subtitles.insert(0, lines.pop().lstrip("—─ "))
    if not lines:
        return "", None, subtitles
    headline = lines[-1]
    kicker = lines[-2] if len(lines) > 1 else None
    if len(lines) > 2 and kicker is not None and not kicker.endswith(("—", "─")):
        dashed = next((t for t in reversed(lines[:-1]) if t.endswith(("—", "─"))), None)
        kicker = dashed or kicker
    return headline, kicker, subtitles


#: What parts the cells of a table's row
_WIDE_GAP = re.compile(r"(?<=\S)(?:[\t\u3000|│]+| {2,})(?=\S)")


def join_paragraphs(lines: Sequence[str]) -> str:
    """The body: torn paragraphs joined, each paragraph a line, characters as printed."""
    wrapped = _is_wrapped(lines)
    paragraphs: list[str] = []
    open_end = False
    blank = False
    for raw in lines:
        text = raw.strip()
        if not text:
            blank = True
            continue
        goes_on = open_end and not _ITEM.match(text)
        row = len(_WIDE_GAP.findall(text)) >= 2  # of a table: it neither goes on nor is gone on with
        if row:
            paragraphs.append(text)
            open_end = blank = False
            continue
        if goes_on or (wrapped and paragraphs and not blank and not _ITEM.match(text)):
            paragraphs[-1] += text
        else:
            paragraphs.append(text)
        last = paragraphs[-1]
        open_end = last[-1] not in _ENDS and not _is_head(last, goes_on=goes_on)
        blank = False
    return "\n".join(paragraphs)


def _is_head(paragraph: str, *, goes_on: bool) -> bool:
    """A short line of its own: a section's title, a list item, a table row. It is no torn sentence."""
    if goes_on:
        return False
    short = len(paragraph) <= _HEAD_LENGTH and not re.search("[，,]", paragraph)
    return short or bool(_ITEM.match(paragraph)) or "\t" in paragraph or "|" in paragraph


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether the text was broken at a fixed width: most lines are about as long as the longest and end nowhere."""
    lengths = [len(t.strip()) for t in lines if t.strip()]
    if len(lengths) < 6 or max(lengths) > 80:
        return False
    widest = max(lengths)
    full = sum(length >= widest - 3 for length in lengths)
    return full >= 0.5 * len(lengths)


def _is_banner(text: str) -> bool:
    return "".join(text.split()) in table("page")["banner"]["words"]


def _is_caption(text: str) -> bool:
    words = table("page")["caption"]
    plain = text.strip()
    if not plain:
        return False
    return plain.startswith(tuple(words["start"])) or (
        len(plain) <= 80
        and bool(
            re.search(r"(?:记者|通讯员|[\u4e00-\u9fff]{2,4})\s*[\u4e00-\u9fff·\s]{0,12}(?:摄|供图)$", plain)
        )
    )


def _is_meta(text: str) -> bool:
    plain = text.strip()
    return len(plain) <= 60 and plain.startswith(tuple(table("page")["meta"]["start"]))
