"""Files to pages: plain text, Markdown, HTML and PDF with a text layer, in UTF-8, UTF-16 or GB18030.

Dates and publishers come from front matter, from an HTML page's own metadata or from the command line, never from
the text or the file's name. Front matter wins over the page's metadata, and both over the command line.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ontology.errors import ChunchengError

from .facts import Source
from .location import Location

SUFFIXES = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf"})
_BINARY = {
    b"PK\x03\x04": "a ZIP archive or Office document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
}
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(?P<head>.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_KEYS = {
    "published": "published",
    "date": "published",
    "publisher": "publisher",
    "headline": "headline",
    "title": "headline",
}


class ReadError(ChunchengError):
    """A file that can't be read: the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Publication:
    """When (ISO date) and by whom something was published; None where unknown. Raises ReadError for a wrong date."""

    published: str | None = None
    publisher: str | None = None

    def __post_init__(self) -> None:
        if self.published is not None:
            _check_date(self.published, "the publication date")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page with its number in the file, from 1."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from one file. `headline` is that of front matter or of an HTML page, else None."""

    lines: tuple[Line, ...]
    publication: Publication
    source: Source
    headline: str | None = None
    markdown: bool = False


def find_sources(paths: Sequence[Location]) -> list[Location]:
    """The files, folders expanded in sorted order; raises ReadError for what isn't there or holds nothing to read."""
    found: list[Location] = []
    for path in paths:
        try:
            if path.is_dir():
                found += _pages_of(path)
            elif path.exists():
                found.append(path)
            else:
                raise ReadError(f"{path}: no such file or folder")
        except OSError as error:
            raise ReadError(f"{path}: can't be read: {_reason(error)}") from error
    return list(dict.fromkeys(found))


def _pages_of(folder: Location) -> list[Location]:
    inside: list[Location] = [
        p
        for p in folder.rglob("*")
        if p.suffix.lower() in SUFFIXES
        and p.name.upper() != "README.MD"
        and not any(part.startswith(".") for part in p.relative_to(folder).parts)  # type: ignore[arg-type]
        and p.is_file()
    ]
    if not inside:
        raise ReadError(f"{folder}: no page in this folder; pages end in {', '.join(sorted(SUFFIXES))}")
    return sorted(inside, key=lambda page: tuple(page.parts))


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def read_source(path: Location, publication: Publication) -> Page:
    """The page in the file; raises ReadError for an empty, binary, broken or wrongly encoded one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(f"{path}: can't be read: {_reason(error)}") from error
    if not data.strip():
        raise ReadError(f"{path}: the file is empty")
    source = Source(path.name, hashlib.sha256(data).hexdigest())
    if data.lstrip()[:5] == b"%PDF-" or path.suffix.lower() == ".pdf":
        return _page(_pdf_text(path, data), publication, source)
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise ReadError(f"{path}: this is {what}, not text; give the page as text, Markdown, HTML or PDF")
    text = decode(data, path)
    if path.suffix.lower() in (".html", ".htm", ".xhtml") or re.match(
        r"\s*(?:<!doctype html|<html)", text, re.IGNORECASE
    ):
        return _html_page(path, text, publication, source)
    page = _with_front_matter(path, text, publication, source)
    return replace(page, markdown=path.suffix.lower() in (".md", ".markdown"))


def decode(data: bytes, path: Location) -> str:
    """The text of the bytes: UTF-8 or UTF-16 by its mark, then UTF-8, then GB18030; else ReadError with the offset."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ReadError(f"{path}: broken UTF-16 at byte {error.start}") from error
        if not text.isascii() and not _is_plausible(text):
            raise ReadError(f"{path}: marked as UTF-16, but no sensible text in it; save it as UTF-8")
        return text
    if b"\x00" in data:
        raise ReadError(f"{path}: binary data (a zero byte at offset {data.index(0)}), not text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as utf8:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise ReadError(
                f"{path}: neither UTF-8 (byte {utf8.start}) nor GB18030 (byte {error.start}); save it as UTF-8"
            ) from error
        if not _is_plausible(text):
            raise ReadError(
                f"{path}: not UTF-8 (byte {utf8.start}) and no sensible text in GB18030; save it as UTF-8"
            ) from utf8
        return text


def _is_plausible(text: str) -> bool:
    """Whether most characters of what GB18030 made of the bytes are those of a newspaper, not of a wrong decoding."""
    wide = [c for c in text if ord(c) > 0x7F]
    odd = sum(unicodedata.category(c) in ("Co", "Cn", "Cs", "Cc") for c in text if c not in "\n\r\t\f")
    common = 0
    for c in wide:
        try:
            c.encode("gb2312")
            common += 1
        except UnicodeEncodeError:
            continue
    return bool(wide) and odd <= len(text) // 200 and common >= 0.8 * len(wide)


def _page(
    text: str, publication: Publication, source: Source, first: int = 1, headline: str | None = None
) -> Page:
    plain = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\f", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
    )
    lines = tuple(Line(line.rstrip(), first + i) for i, line in enumerate(plain.split("\n")))
    return Page(lines, publication, source, headline)


def _with_front_matter(path: Location, text: str, publication: Publication, source: Source) -> Page:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    m = _FRONT.match(text)
    if m is None:
        return _page(text, publication, source)
    head: dict[str, str] = {}
    for number, line in enumerate(m["head"].split("\n"), 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise ReadError(
                f"{path}, line {number}: front matter is `key: value`; this line has no colon: {line.strip()}"
            )
        name = _KEYS.get(key.strip().lower())
        value = value.strip().strip("\"'")
        if name and value:
            head[name] = value
            if name == "published":
                _check_date(value, f"{path}, line {number}: the publication date")
    published = Publication(
        head.get("published", publication.published), head.get("publisher", publication.publisher)
    )
    rest = text[m.end() :]
    if not rest.strip():
        raise ReadError(f"{path}: nothing after the front matter")
    return _page(rest, published, source, text[: m.end()].count("\n") + 1, head.get("headline"))


def _check_date(value: str, what: str) -> None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            date.fromisoformat(value)
            return
    except ValueError:
        pass
    raise ReadError(f"{what} must be a date such as 2024-01-22, not {value!r}")


def _html_page(path: Location, text: str, publication: Publication, source: Source) -> Page:
    """The article of an HTML page. Its date counts where the page itself states one (meta tags, JSON-LD)."""
    import trafilatura
    from lxml import etree, html

    try:
        tree = html.fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError) as error:
        raise ReadError(f"{path}: broken HTML: {error}") from error
    body = trafilatura.extract(
        text, output_format="txt", include_comments=False, include_tables=True, favor_recall=True
    )
    if not body or not body.strip():
        raise ReadError(f"{path}: no article text found in this HTML page")
    published = _meta(
        tree,
        ("article:published_time", "datepublished", "pubdate", "publishdate", "dc.date", "og:published_time"),
    )
    published = published or _json_ld(text, "datePublished")
    day = published[:10].replace("/", "-") if published else None
    if day is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        day = None
    publisher = _meta(tree, ("og:site_name", "dc.publisher", "publisher"))
    headings = [" ".join(h.text_content().split()) for h in tree.iter("h1")]
    title = next((h for h in headings if h), None) or _meta(tree, ("og:title",)) or _title(tree)
    lines = [line for line in body.split("\n") if line.strip() != (title or "")]
    known = Publication(day or publication.published, publisher or publication.publisher)
    return _page("\n".join(lines), known, source, headline=title)


def _title(tree: object) -> str | None:
    found = tree.findtext(".//title")  # type: ignore[attr-defined]
    return re.split(r"[_|]|\s-\s", found.strip())[0].strip() or None if found else None


def _meta(tree: object, names: tuple[str, ...]) -> str | None:
    for element in tree.iter("meta"):  # type: ignore[attr-defined]
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        if name in names and (element.get("content") or "").strip():
            return str(element.get("content")).strip()
    return None


def _json_ld(text: str, key: str) -> str | None:
    m = re.search(rf'<script[^>]*application/ld\+json[^>]*>[^<]*"{key}"\s*:\s*"(\d{{4}}-\d\d-\d\d)', text)
    return m.group(1) if m else None


def _pdf_text(path: Location, data: bytes) -> str:
    """Text of the PDF's boxes in reading order; its lines within a box joined where the box wraps them."""
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams, LTTextContainer
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    boxes: list[str] = []
    try:
        for page in extract_pages(io.BytesIO(data), laparams=LAParams(detect_vertical=False)):
            for box in page:
                if isinstance(box, LTTextContainer) and (text := box.get_text().strip()):
                    boxes.append(_join_box(text))
    except PDFPasswordIncorrect as error:
        raise ReadError(f"{path}: this PDF is encrypted; remove its password first") from error
    except Exception as error:  # pdfminer raises whatever a broken file makes it raise
        raise ReadError(f"{path}: broken PDF ({type(error).__name__}); open and save it anew") from error
    if not "".join(boxes).strip():
        raise ReadError(f"{path}: this PDF has no text layer; run a text recognition (OCR) on it first")
    return "\n\n".join(boxes)


def _join_box(text: str) -> str:
    """A box of wrapped lines as one paragraph, a line that is much shorter than the widest ends it."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    widest = max((len(line) for line in lines), default=0)
    joined = ""
    for i, line in enumerate(lines):
        joined += line
        if i + 1 < len(lines) and len(line) < widest * 0.8:
            joined += "\n"
    return joined
