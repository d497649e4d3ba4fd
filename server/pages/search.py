"""Search: a page of results by class, the same as JSON and CSV, and suggestions for whoever is still typing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from flask import Response, render_template
from pyoxigraph import NamedNode

from server import links, memento
from server.language import current, localized, say
from server.page_context import Served
from server.pages.rows import Names, find_names
from server.pages.vocabulary import label as label_of_term
from server.problem import Problem
from server.search import Entry, Found, Hit, SearchIndex, Selection, open_search
from server.text_display import show as shown

SUGGESTIONS = 10
OPENSEARCH = "application/opensearchdescription+xml"
_OPENSEARCH_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
_QUOTES = "https://w3id.org/chuncheng/def/EvidenceSpan"
_MISSING = "this snapshot has no search index: it was built by an older version; build it again"
#: What is said of how a hit was found, where its name doesn't show it.
_WHY = {
    "pinyin": ("拼音", "pinyin"),
    "pinyin_alias": ("拼音", "pinyin"),
    "pinyin_begins": ("拼音", "pinyin"),
    "pinyin_part": ("拼音", "pinyin"),
    "initials": ("拼音首字母", "initials"),
    "initials_alias": ("拼音首字母", "initials"),
    "initials_begin": ("拼音首字母", "initials"),
    "characters": ("含这些字", "has these characters"),
    "nearly": ("近似", "nearly so"),
    "nearly_begins": ("近似", "nearly so"),
    "similar": ("近似", "nearly so"),
    "text": ("报道原文", "words of an article"),
}
_COLUMNS = ("iri", "label_zh", "label_en", "aliases", "class", "match", "quote", "article")


@dataclass(frozen=True, slots=True)
class Choice:
    """A class on the page: choosing it, or no longer choosing it, leads to `address`."""

    label: str
    count: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A hit on the page; `other` is its name in the other language, `why` how it was found."""

    hit: Hit
    label: str
    language: str | None
    other: str | None
    kind: str
    href: str | None
    why: str | None
    article: NamedNode | None


def show(served: Served, selection: Selection) -> str:
    """The page as HTML, one that says so for a snapshot without an index."""
    index = open_search(served.snapshot.path)
    found = index.find(selection) if index else Found(0, [], [], [])
    articles = {NamedNode(hit.entry["source"]) for hit in found.hits if "source" in hit.entry}
    names = find_names(served.engine, articles) if articles else Names({}, {}, current())
    return render_template(
        "search.html",
        served=served,
        selection=selection,
        found=found,
        names=names,
        lines=[_line(hit, index, served.base) for hit in found.hits] if index else [],
        kinds=_choices(found.kinds, selection, index),
        classes=_narrower(found, selection, index),
        chosen=_chosen(selection, index),
        is_missing=index is None,
    )


def send(served: Served, selection: Selection, suffix: str) -> Response:
    """The same hits as `json` or `csv`; raises Problem 404 for another suffix and for a snapshot without an index."""
    if suffix not in ("json", "csv"):
        raise Problem(404, f"a search can be had as json and csv, not as {suffix}")
    index = _index(served)
    found = index.find(selection)
    if suffix == "csv":
        return Response(write_csv(found), content_type="text/csv; charset=utf-8; header=present")
    response = Response(write_json(found, selection, index, served.base), content_type="application/json")
    response.vary.add("Accept-Language")
    return response


def suggest(served: Served, selection: Selection, *, opensearch: bool) -> Response:
    """The best hits for what has been typed so far, as the search box wants them or as OpenSearch does; raises Problem."""
    index = _index(served)
    lines = [_line(hit, index, served.base) for hit in index.suggest(selection.words, SUGGESTIONS)]
    if opensearch:
        # https://github.com/dewitt/opensearch: the words, completions, descriptions, addresses
        answer: Any = [selection.words, [line.label for line in lines], [line.kind for line in lines], []]
        media_type = "application/x-suggestions+json"
    else:
        answer = [
            {
                "label": line.label,
                "href": _kept(
                    line.href if line.href and line.href.startswith("/") else _search_for(line.label), served
                ),
                "class_label": line.kind or None,
                "why": line.why or "",
            }
            for line in lines
        ]
        media_type = "application/json"
    response = Response(json.dumps(answer, ensure_ascii=False), content_type=media_type)
    response.cache_control.public = True
    response.cache_control.max_age = 60
    response.vary.add("Accept-Language")
    return response


def describe(host: str) -> bytes:
    """The OpenSearch description by which a browser adds this search (version 1.1)."""
    ElementTree.register_namespace("", _OPENSEARCH_NAMESPACE)
    root = ElementTree.Element(f"{{{_OPENSEARCH_NAMESPACE}}}OpenSearchDescription")
    prefix = host + localized("/").removesuffix("/")

    def add(name: str, text: str | None = None, **attributes: str) -> None:
        ElementTree.SubElement(root, f"{{{_OPENSEARCH_NAMESPACE}}}{name}", attributes).text = text

    add("ShortName", say("春城账本", "Chuncheng"))
    add(
        "Description",
        say(
            "昆明的承诺与兑现:人、地、机构、指标",
            "Promises of Kunming and what came of them: people, places, bodies, indicators",
        ),
    )
    add("InputEncoding", "UTF-8")
    add("Image", f"{host}/static/icon.svg", type="image/svg+xml")
    add("Url", type="text/html", template=f"{prefix}/search?q={{searchTerms}}&page={{startPage?}}")
    add(
        "Url",
        type="application/x-suggestions+json",
        rel="suggestions",
        template=f"{prefix}/suggest?q={{searchTerms}}&format=opensearch",
    )
    add("Url", type=OPENSEARCH, rel="self", template=f"{prefix}/opensearch.xml")
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def write_json(found: Found, selection: Selection, index: SearchIndex, base: str) -> str:
    """The hits as JSON with the number of all and the counts of the classes."""
    answer = {
        "total": found.total,
        "page": selection.page,
        "pages": found.pages,
        "search": selection.address(),
        "classes": [
            {"class": cls, "label": _class_label(cls, index), "count": count} for cls, count in found.kinds
        ],
        "results": [_record(hit, index, base) for hit in found.hits],
    }
    return json.dumps(answer, ensure_ascii=False, indent=1)


def write_csv(found: Found) -> str:
    """The hits as CSV (RFC 4180), aliases with bars between them; no cell is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for hit in found.hits:
        entry = hit.entry
        cells = (
            entry["iri"], entry.get("zh"), entry.get("en"), " | ".join(entry.get("aliases", ())), entry["kind"],
            hit.rank, entry.get("words"), entry.get("source"),
        )  # fmt: skip
        writer.writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(value: str | None) -> str:
    text = value or ""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _record(hit: Hit, index: SearchIndex, base: str) -> dict[str, Any]:
    line, entry = _line(hit, index, base), hit.entry
    return {
        "iri": entry["iri"],
        "href": line.href,
        "label": line.label,
        "labels": {tag: entry[tag] for tag in ("zh", "en") if tag in entry},
        "aliases": entry.get("aliases", []),
        "class": entry["kind"],
        "class_label": line.kind,
        "match": hit.rank,
        "quote": entry.get("words"),
        "article": entry.get("source"),
    }


def _index(served: Served) -> SearchIndex:
    index = open_search(served.snapshot.path)
    if index is None:
        raise Problem(404, _MISSING)
    return index


def _line(hit: Hit, index: SearchIndex, base: str) -> Line:
    entry, chinese = hit.entry, current() == "zh"
    first, second = (entry.get("zh"), entry.get("en")) if chinese else (entry.get("en"), entry.get("zh"))
    label = first or second or entry.get("words") or links.short_name(entry["iri"])
    language = None if first else "en" if chinese and second else "zh-Hans"
    why = say("又名 ", "also ") + shown(hit.also) if hit.also else None
    if why is None and hit.rank in _WHY:
        why = say(*_WHY[hit.rank])
    return Line(
        hit,
        shown(label),
        language,
        shown(second) if first and second and first != second else None,
        _class_label(entry["kind"], index),
        _href(entry, base),
        why,
        NamedNode(entry["source"]) if "source" in entry else None,
    )


def _href(entry: Entry, base: str) -> str | None:
    """Where a hit leads: to its document, a quotation to its place in its article."""
    if "words" in entry and "source" in entry:
        article = links.document_path(entry["source"], base)
        if article is not None:
            return localized(f"{article}#{links.anchor(entry['iri'])}")
    target = links.href(entry["iri"], base)
    return localized(target) if target else None


def _search_for(label: str) -> str:
    """For a thing of others', which has no page here: what else there is under its name."""
    return localized("/search?" + urlencode({"q": label[:100]}))


def _kept(path: str, served: Served) -> str:
    """A path that stays on the day that was asked for; pages get that done, what scripts read doesn't."""
    return memento.at(path, served.past.day) if served.past else path


def _class_label(cls: str, index: SearchIndex) -> str:
    if cls == _QUOTES:
        return say("原文", "Words of articles")
    names, language = index.class_names(cls), current()
    told = names.get(language) or label_of_term(cls, language)
    return shown(told or next(iter(names.values()), "") or links.short_name(cls))


def _choices(counted: list[tuple[str, int]], selection: Selection, index: SearchIndex | None) -> list[Choice]:
    """Classes that widen what is chosen, or take back a choice."""
    if index is None:
        return []
    return [
        Choice(
            _class_label(cls, index),
            count,
            selection.toggled(_chosen_as(cls, selection)).address(),
            _chosen_as(cls, selection) in selection.classes,
        )
        for cls, count in counted
    ]


def _narrower(found: Found, selection: Selection, index: SearchIndex | None) -> list[Choice]:
    """Classes of what is chosen that leave less of it."""
    if index is None:
        return []
    return [
        Choice(
            _class_label(cls, index),
            count,
            replace(selection, classes=(_chosen_as(cls, selection),), page=1).address(),
            False,
        )
        for cls, count in found.classes
        if count < found.total
    ]


def _chosen(selection: Selection, index: SearchIndex | None) -> Iterator[Choice]:
    """What is chosen, whether or not it still counts anything."""
    for value in selection.classes:
        cls = next(iter(index.classes_named(value)), value) if index else value
        label = _class_label(cls, index) if index else shown(value)
        yield Choice(label, 0, selection.toggled(value).address(), True)


def _chosen_as(cls: str, selection: Selection) -> str:
    """How an address names a class: our own by their names alone."""
    short = cls.rsplit("/", 1)[-1] if cls.startswith(_QUOTES.removesuffix("EvidenceSpan")) else cls
    return cls if cls in selection.classes else short
