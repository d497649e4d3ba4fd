"""The ledger: every promise and what came of it, filtered by facets; the URL is the state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode
from xml.etree import ElementTree

from flask import Response, render_template, request
from pyoxigraph import NamedNode

from graph.ledger.storage import csv_lines, read_row
from server.language import say
from server.ledger import Entry, Found, LedgerIndex, Selection, open_ledger
from server.page_context import Served
from server.pages import status
from server.pages.ledger_query import write_query
from server.pages.rows import Names, find_names
from server.problem import Problem
from server.text_display import show as shown

_TITLES = {
    "status": ("状态", "Status"),
    "year": ("年份", "Year"),
    "agent": ("谁", "Who"),
    "theme": ("领域", "Theme"),
    "place": ("地方", "Place"),
    "indicator": ("指标", "Indicator"),
    "bound": ("目标种类", "Kind of target"),
    "measured": ("有数字", "With a number"),
    "implied": ("推得的目标", "Implied target"),
}
_VALUES = {
    ("bound", "exactly"): ("等于", "exactly"),
    ("bound", "atLeast"): ("不低于", "at least"),
    ("bound", "moreThan"): ("超过", "more than"),
    ("bound", "atMost"): ("不高于", "at most"),
    ("bound", "lessThan"): ("低于", "less than"),
    ("bound", "approximately"): ("约", "about"),
    ("measured", "yes"): ("有", "yes"),
    ("measured", "no"): ("没有", "no"),
    ("implied", "yes"): ("是", "yes"),
    ("implied", "no"): ("否", "no"),
}
_SHOWN = {"year": 20, "indicator": 8}
_SHOWN_OTHERWISE = 12
_ATOM = "http://www.w3.org/2005/Atom"
_FEED_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet on the page: choosing it, or no longer choosing it, leads to `address`."""

    label: str
    count: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet on the page."""

    name: str
    title: str
    values: list[FacetValue]


def show(served: Served, selection: Selection) -> str:
    """The page as HTML, one that says so for a snapshot without a ledger; raises Problem."""
    index = open_ledger(served.ledger)
    found = index.find(selection) if index else Found(0, [], {})
    names = find_names(served.engine, _iris(found, selection))
    facets = [_facet(name, found.facets.get(name, []), selection, names) for name in _TITLES]
    return render_template(
        "ledger.html",
        served=served,
        selection=selection,
        found=found,
        facets=[facet for facet in facets if len(facet.values) > 1 or any(v.is_chosen for v in facet.values)],
        chosen=[value for facet in facets for value in facet.values if value.is_chosen],
        sparql="/sparql?" + urlencode({"query": write_query(selection)}),
        as_of=index.as_of() if index else None,
        is_missing=index is None,
        names=names,
    )


def send(served: Served, selection: Selection, suffix: str) -> Response:
    """The rows as `csv`, `json` or `atom`; raises Problem 404 for another suffix, 413 for more rows than are sent at once."""
    if suffix not in ("csv", "json", "atom"):
        raise Problem(404, f"the ledger can be had as csv, json and atom, not as {suffix}")
    index = _index(served)
    if suffix == "atom":
        newest = replace(selection, order="promised", descending=True, page=1)
        feed = write_feed(served, index.find(newest), selection, request.host_url.rstrip("/"))
        return Response(feed, content_type="application/atom+xml; charset=utf-8")
    found = index.export(selection)
    if found.total > len(found.rows):
        raise Problem(
            413,
            f"the selection has {found.total} rows, more than the {len(found.rows)} sent at once; choose fewer, or take the dump",
            fields={"limit": len(found.rows), "value": found.total},
        )
    if suffix == "csv":
        lines = "".join(csv_lines(read_row(_exact(row)) for row in found.rows))
        return Response(lines, content_type="text/csv; charset=utf-8; header=present")
    return Response(write_json(found, selection), content_type="application/json")


def _exact(row: Entry) -> Entry:
    """The row with its numbers as they were written: a float of 9958.507 is a little less than that."""
    return {name: Decimal(repr(value)) if isinstance(value, float) else value for name, value in row.items()}


def headline(served: Served) -> list[tuple[str, int]]:
    """How many rows of the ledger each status has, in the order of the statuses; empty without a ledger."""
    index = open_ledger(served.ledger)
    counts = index.count("status") if index else {}
    return [(code, counts[code]) for code in status.STATUSES if code in counts]


def _index(served: Served) -> LedgerIndex:
    index = open_ledger(served.ledger)
    if index is None:
        raise Problem(
            404,
            "this snapshot has no ledger: it was built from RDF alone, or by an older version; build it again",
        )
    return index


def write_json(found: Found, selection: Selection) -> str:
    """The rows as JSON with their number and the address of the selection."""
    answer = {"total": found.total, "ledger": selection.address(), "rows": found.rows}
    return json.dumps(answer, ensure_ascii=False, indent=1)


def write_feed(served: Served, found: Found, selection: Selection, host: str) -> bytes:
    """The first rows as an Atom feed (RFC 4287); an entry is as new as the last that was reported of it."""
    ElementTree.register_namespace("", _ATOM)
    created = str(served.snapshot.manifest["created"])
    address = f"{host}{selection.address()}"
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", f"{host}{selection.address('/ledger.atom')}")
    _add(feed, "title", say("春城账本", "Chuncheng Ledger"))
    _add(feed, "updated", created)
    ElementTree.SubElement(feed, f"{{{_ATOM}}}link", href=address, rel="alternate", type="text/html")
    ElementTree.SubElement(
        feed,
        f"{{{_ATOM}}}link",
        href=f"{host}{selection.address('/ledger.atom')}",
        rel="self",
        type="application/atom+xml",
    )
    author = ElementTree.SubElement(feed, f"{{{_ATOM}}}author")
    _add(author, "name", "Chuncheng Ledger")
    for row in found.rows[:_FEED_ENTRIES]:
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
        _add(entry, "id", row["iri"])
        _add(entry, "title", shown(f"{status.words(row['status'])} · {row['indicator']}"))
        known = [day for day in (row.get("promised_on"), row.get("reported_on")) if day]
        _add(entry, "updated", f"{max(known)}T00:00:00Z" if known else created)
        ElementTree.SubElement(entry, f"{{{_ATOM}}}link", href=row["iri"], rel="alternate")
        _add(entry, "summary", _clean(say(row["reason"], row["reason_en"])))
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 can't hold (section 2.2)."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or 0x20 <= ord(c) <= 0xD7FF or 0xE000 <= ord(c) <= 0xFFFD or ord(c) > 0xFFFF
    )


def _facet(name: str, counted: list[tuple[str, int]], selection: Selection, names: Names) -> Facet:
    chosen = selection.chosen.get(name, ())
    counts = dict(counted)
    ordered = sorted(counted, key=lambda pair: pair[0], reverse=True) if name == "year" else counted
    if name == "status":
        ordered = [(code, counts[code]) for code in status.STATUSES if code in counts]
    listed = [value for value, _ in ordered][: _SHOWN.get(name, _SHOWN_OTHERWISE)]
    listed += [value for value in chosen if value not in listed]
    values = [
        FacetValue(
            _label(name, value, names),
            counts.get(value, 0),
            selection.toggled(name, value).address(),
            value in chosen,
        )
        for value in listed
    ]
    return Facet(name, say(*_TITLES[name]), values)


def _label(facet: str, value: str, names: Names) -> str:
    if facet == "status":
        return status.words(value)
    if (facet, value) in _VALUES:
        return say(*_VALUES[facet, value])
    term = _node(value)
    return shown(names.of(term) if term is not None else value)


def _iris(found: Found, selection: Selection) -> Iterator[NamedNode]:
    values = [value for counted in found.facets.values() for value, _ in counted]
    values += [value for chosen in selection.chosen.values() for value in chosen]
    for value in values:
        term = _node(value)
        if term is not None:
            yield term


def _node(value: str) -> NamedNode | None:
    """An IRI of a facet's value or of somebody's query string, None for what is none."""
    if not value.startswith(("http://", "https://", "urn:")):
        return None
    try:
        return NamedNode(value)
    except ValueError:
        return None
