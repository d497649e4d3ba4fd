"""Which format a client gets: one row a format, chosen by the Accept header, a suffix or `format=`.

RFC 9110 section 12.5.1: the most specific range gives a media type its quality; equal qualities are decided by
how closely the client named the type, then by whether it is a format's own type, then by the order of our rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import QueryResultsFormat, RdfFormat
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from server.problem import Problem


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One output format: its suffix (also its name in `format=`) and media types, ours first.

    There is one object for each, so that it is hashed and compared by identity: choices are looked up for every query.
    """

    suffix: str
    media_types: tuple[str, ...]
    writes: QueryResultsFormat | RdfFormat | None  # None: a page
    aliases: tuple[str, ...] = ()  # further names in `format=`


HTML = Format("html", ("text/html", "application/xhtml+xml"), None)

JSON_RESULTS = Format(
    "json", ("application/sparql-results+json", "application/json"), QueryResultsFormat.JSON, ("srj",)
)
BOOLEAN_FORMATS = (
    JSON_RESULTS,
    Format(
        "xml",
        ("application/sparql-results+xml", "application/xml", "text/xml"),
        QueryResultsFormat.XML,
        ("srx",),
    ),
)
# SPARQL 1.1 CSV and TSV define tables only, no answer of an ASK.
TABLE_FORMATS = (
    *BOOLEAN_FORMATS,
    Format("csv", ("text/csv",), QueryResultsFormat.CSV),
    Format("tsv", ("text/tab-separated-values",), QueryResultsFormat.TSV),
)
GRAPH_FORMATS = (
    Format("ttl", ("text/turtle", "application/x-turtle"), RdfFormat.TURTLE, ("turtle",)),
    Format("nt", ("application/n-triples", "text/plain"), RdfFormat.N_TRIPLES, ("ntriples", "n-triples")),
    Format("nq", ("application/n-quads",), RdfFormat.N_QUADS, ("nquads", "n-quads")),
    Format("trig", ("application/trig",), RdfFormat.TRIG),
    Format("rdf", ("application/rdf+xml", "application/xml", "text/xml"), RdfFormat.RDF_XML, ("rdfxml",)),
    Format("jsonld", ("application/ld+json", "application/json"), RdfFormat.JSON_LD, ("json-ld",)),
)
# Formats of documents besides those of graphs: one for programs that know no RDF, one for spreadsheets.
DOCUMENT_JSON = Format("json", ("application/json",), None)
DOCUMENT_TABLE = Format("csv", ("text/csv",), None)
DOCUMENT_FORMATS = (*GRAPH_FORMATS, DOCUMENT_JSON, DOCUMENT_TABLE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A format and the media type to label it with."""

    format: Format
    media_type: str

    @property
    def content_type(self) -> str:
        """Value of the Content-Type header; text formats name their character set, CSV its header line."""
        if self.media_type == "text/csv":
            return "text/csv; charset=utf-8; header=present"
        return self.media_type + ("; charset=utf-8" if self.media_type.startswith("text/") else "")


def negotiate(accept: str | None, formats: Sequence[Format]) -> Choice:
    """The format of `formats` that the Accept header likes best; raises Problem 406 if it likes none.

    No header, or an empty one, means anything.
    """
    wanted = parse_accept_header(accept, MIMEAccept) if accept and accept.strip() else None
    if wanted is None:
        return Choice(formats[0], formats[0].media_types[0])
    best: tuple[float, int, bool, int, int] | None = None
    chosen: Choice | None = None
    for row, format_ in enumerate(formats):
        for alias, media_type in enumerate(format_.media_types):
            quality, closeness = _liking(wanted, media_type)
            rank = (quality, closeness, alias == 0, -row, -alias)
            if quality > 0 and (best is None or rank > best):
                best, chosen = rank, Choice(format_, media_type)
    if chosen is None:
        raise Problem(406, f"none of {accept} can be had here; choose one of {_media_types(formats)}")
    return chosen


def by_name(name: str, formats: Iterable[Format]) -> Choice | None:
    """The format with that suffix, alias or media type."""
    wanted = name.strip().lower().removeprefix(".")
    for format_ in formats:
        if wanted == format_.suffix or wanted in format_.aliases:
            return Choice(format_, format_.media_types[0])
        if wanted in format_.media_types:
            return Choice(format_, wanted)
    return None


@lru_cache(maxsize=512)
def choose(accept: str | None, name: str | None, formats: tuple[Format, ...]) -> Choice:
    """The format that `name` asks for, else what the Accept header likes; raises Problem 406."""
    if not name:
        return negotiate(accept, formats)
    choice = by_name(name, formats)
    if choice is None:
        known = ", ".join(format_.suffix for format_ in formats)
        raise Problem(406, f"format={name} can't be had for this answer; choose one of {known}")
    return choice


def _liking(wanted: MIMEAccept, media_type: str) -> tuple[float, int]:
    """Quality of a media type, and how closely it is named: 2 by itself, 1 as type/*, 0 as */*."""
    major = media_type.split("/")[0]
    for closeness, names in ((2, {media_type}), (1, {f"{major}/*"}), (0, {"*/*", "*"})):
        qualities = [quality for value, quality in wanted if value.split(";")[0].strip().lower() in names]
        if qualities:
            return max(qualities), closeness
    return 0.0, 0


def _media_types(formats: Iterable[Format]) -> str:
    return ", ".join(format_.media_types[0] for format_ in formats)
