"""Extractions as JSON lines, whole: what was read out of an article can be read back, corrections and all.

The rows of `loaders.contract` are for people; these lines are for programs that go on from the facts without reading the page again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import IO, Any

import zstandard

from ontology.errors import ChunchengError

from .facts import (
    AppliedCorrection,
    Article,
    Entity,
    Extraction,
    Fact,
    Holding,
    PhaseReport,
    Relation,
    Source,
    Span,
    Statement,
    Succession,
    Unread,
)

_FACTS: dict[str, type[Fact]] = {"entity": Entity, "statement": Statement, "relation": Relation}
_NAMES = {cls: name for name, cls in _FACTS.items()}
_STOPS = frozenset("。；;！？!?\n")  # what sentences are counted by
_FILLER = "□"


class StoredFactsError(ChunchengError):
    """A file of extractions that can't be read; names the file."""


def extraction_line(extraction: Extraction) -> str:
    """The extraction as one line of JSON, with its line feed."""
    return json.dumps(_encode(extraction), ensure_ascii=False, separators=(",", ":"), default=_record) + "\n"


def read_extraction(line: str | bytes) -> Extraction:
    """The extraction of a line that `extraction_line` made; raises KeyError, TypeError or ValueError for any other."""
    return _decode(json.loads(line))


def without_text(extraction: Extraction) -> Extraction:
    """The same without the article's text: of that only its length and its full stops stay, quotes and headlines are kept."""
    body = "".join(sign if sign in _STOPS else _FILLER for sign in extraction.article.body)
    return replace(
        extraction,
        article=replace(extraction.article, body=body),
        unread=(),
        as_read=without_text(extraction.as_read) if extraction.as_read else None,
    )


class FactsWriter:
    """Writes extractions, compressed (zstd), to a file that is open for bytes; `close` ends the stream, not the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._stream = zstandard.ZstdCompressor(level=6).stream_writer(file, closefd=False)
        self._count = 0

    def add(self, extraction: Extraction) -> None:
        """Write one extraction."""
        self.add_line(extraction_line(extraction).encode())

    def add_line(self, line: bytes) -> None:
        """Write one extraction, by its line."""
        self._stream.write(line)
        self._count += 1

    def close(self) -> None:
        """Write what is left, and how many extractions there are: a file that broke off lacks that."""
        self._stream.write(f"{self._count}\n".encode())
        self._stream.flush(zstandard.FLUSH_FRAME)


def read_extractions(file: Path) -> Iterator[Extraction]:
    """The extractions of a compressed file, one at a time; raises StoredFactsError where it is damaged."""
    try:
        with zstandard.open(file, "rt", encoding="utf-8") as lines:
            count = 0
            for line in lines:
                if not line.startswith("{"):
                    break
                yield read_extraction(line)
                count += 1
            else:
                raise ValueError("it broke off")
            if int(line) != count:
                raise ValueError(f"it holds {count} articles and says {line.strip()}")
    except (OSError, ValueError, KeyError, TypeError, zstandard.ZstdError) as error:
        raise StoredFactsError(
            f"{file}: the facts can't be read ({error}); build the snapshot again"
        ) from error


def _encode(extraction: Extraction) -> dict[str, Any]:
    coded = _record(extraction)
    coded["corrections"] = [
        _record(c) | {"before": _tag(c.before), "after": _tag(c.after)} for c in extraction.corrections
    ]
    coded["as_read"] = None if extraction.as_read is None else _encode(extraction.as_read)
    return coded


def _tag(fact: Fact | None) -> dict[str, Any] | None:
    return None if fact is None else {"fact": _NAMES[type(fact)], **_record(fact)}


def _record(told: Any) -> dict[str, Any]:
    """The fields of a dataclass by name, as they are: `dataclasses.asdict` copies all that they hold."""
    cls: Any = type(told)
    return {name: getattr(told, name) for name in _fields(cls)}


@cache
def _fields(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


def _decode(coded: Mapping[str, Any]) -> Extraction:
    article = _tuples(coded["article"])
    if article["source"] is not None:
        article["source"] = Source(**article["source"])
    as_read = coded["as_read"]
    return Extraction(
        Article(**article),
        tuple(Entity(**_located(fact)) for fact in coded["entities"]),
        tuple(Statement(**_located(fact)) for fact in coded["statements"]),
        tuple(_relation(fact) for fact in coded["relations"]),
        tuple(Unread(**_located(unread)) for unread in coded["unread"]),
        tuple(_correction(correction) for correction in coded["corrections"]),
        None if as_read is None else _decode(as_read),
        # Facts that an earlier version stored have none.
        tuple(PhaseReport(**_located(report)) for report in coded.get("phases", ())),
        tuple(Succession(**_located(told)) for told in coded.get("successions", ())),
    )


def _correction(coded: Mapping[str, Any]) -> AppliedCorrection:
    values = _tuples(coded)
    return AppliedCorrection(**{**values, "before": _fact(values["before"]), "after": _fact(values["after"])})


def _fact(coded: Mapping[str, Any] | None) -> Fact | None:
    if coded is None:
        return None
    values = {name: value for name, value in coded.items() if name != "fact"}
    return _relation(values) if coded["fact"] == "relation" else _FACTS[coded["fact"]](**_located(values))


def _relation(coded: Mapping[str, Any]) -> Relation:
    holding = coded.get("holding")
    return Relation(**{**_located(coded), "holding": Holding(**holding) if holding else None})


def _located(coded: Mapping[str, Any]) -> dict[str, Any]:
    values = _tuples(coded)
    return {**values, "span": Span(**values["span"])}


def _tuples(coded: Mapping[str, Any]) -> dict[str, Any]:
    """The values with lists as the tuples that records hold."""
    return {name: _tuple(value) if isinstance(value, list) else value for name, value in coded.items()}


def _tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)
