"""The search index in a snapshot: a document for each thing with a name, found by every form of that name.

A snapshot's folder `search/` holds a tantivy index and `about.json`: what the index is and what its classes are called. Each rank of
likeness (the name itself, its beginning, its pinyin …) is a field of its own, so that a query is a choice of exact terms and
the best field that fits decides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import tantivy

from ontology.errors import ChunchengError
from ontology.generate import ONTOLOGY

from . import forms
from .entries import Entry, importance, read_entries
from .short_forms import short_forms

FOLDER = "search"
#: Of the fields and forms: an index of another version isn't read.
VERSION = 1
HEAD = 6  #: characters of a beginning that is a term of its own; longer ones are looked up among the names
PINYIN_HEAD = 8  #: the same of pinyin and initials, in letters
TAIL = 12  #: letters that are kept from a syllable on
_FIELDS = (
    "name", "alias", "head", "alias_head",
    "pinyin", "pinyin_alias", "pinyin_head", "pinyin_tail",
    "initials", "initials_alias", "initials_head",
    "grams", "word", "text", "iri",
)  # fmt: skip
#: What entries are filtered and counted by.
FACETS = ("kind", "class")
_ABOUT = "about.json"
_WRITER_BYTES = 50_000_000
_SHOWN_ALIASES = 12


class SearchIndexError(ChunchengError):
    """A search index that is damaged."""


def schema() -> tantivy.Schema:
    """The fields of an entry; `row` is what is shown of it, as JSON."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("row", stored=True, tokenizer_name="raw", index_option="basic")
    for name in _FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for facet in FACETS:
        builder.add_text_field(facet, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_float_field("importance", fast=True)
    return builder.build()


def write_search_index(lines: Iterable[bytes], links: Callable[[str], float], snapshot: Path) -> int:
    """Index sorted N-Quads lines into a snapshot's folder that is being built; returns the number of entries.

    `links` tells how many quads point to a thing.
    """
    folder = snapshot / FOLDER
    folder.mkdir()
    index = tantivy.Index(schema(), path=str(folder))
    # One thread: the order of the documents, and so that of equal hits, is the order of writing.
    writer = index.writer(_WRITER_BYTES, 1)
    classes: dict[str, dict[str, str]] = {}
    count = 0
    for entry in read_entries(lines):
        writer.add_document(_document(entry, links(entry.iri)))
        classes |= {cls: {} for cls in (entry.kind.iri, *entry.classes) if cls not in classes}
        count += 1
    writer.commit()
    writer.wait_merging_threads()
    about = {"version": VERSION, "entries": count, "classes": _name(classes, index)}
    (folder / _ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return count


def read_about(snapshot: Path) -> dict[str, Any] | None:
    """What a snapshot's index is: `version`, `entries`, `classes`; None without one, or where another version wrote it."""
    try:
        about: dict[str, Any] = json.loads((snapshot / FOLDER / _ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SearchIndexError(f"{snapshot / FOLDER}: damaged: {error}; build the snapshot again") from error
    return about if about.get("version") == VERSION else None


def open_index(snapshot: Path) -> tantivy.Searcher:
    """The index for reading; raises SearchIndexError where it can't be opened."""
    try:
        return tantivy.Index(schema(), path=str(snapshot / FOLDER)).searcher()
    except (OSError, ValueError) as error:
        raise SearchIndexError(f"{snapshot / FOLDER}: damaged: {error}; build the snapshot again") from error


def check_search_index(snapshot: Path) -> None:
    """Raises SearchIndexError where an index can't be read or lacks entries; a snapshot without one is whole."""
    about = read_about(snapshot)
    if about is not None and (found := open_index(snapshot).num_docs) != about["entries"]:
        raise SearchIndexError(
            f"{snapshot / FOLDER}: damaged: it holds {found} entries, not {about['entries']}; build the snapshot again"
        )


def _document(entry: Entry, links: float) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("row", json.dumps(_row(entry), ensure_ascii=False))
    document.add_text("iri", entry.iri)
    document.add_text("kind", entry.kind.iri)
    for cls in dict.fromkeys((entry.kind.iri, *entry.classes)):
        document.add_text("class", cls)
    document.add_float("importance", importance(entry, links))
    for field, terms in _terms(entry).items():
        for term in terms:
            document.add_text(field, term)
    return document


def _row(entry: Entry) -> dict[str, Any]:
    aliases = [alias for alias, _ in (*entry.names, *entry.aliases) if alias not in (entry.zh, entry.en)]
    row = {
        "iri": entry.iri,
        "zh": entry.zh,
        "en": entry.en,
        "aliases": list(dict.fromkeys(aliases))[:_SHOWN_ALIASES],
        "kind": entry.kind.iri,
        "words": entry.words,
        "source": entry.source,
    }
    return {name: value for name, value in row.items() if value}


def _terms(entry: Entry) -> dict[str, dict[str, None]]:
    """The terms of each field."""
    found: dict[str, dict[str, None]] = {field: {} for field in _FIELDS[:-1]}
    if entry.words is not None:
        found["text"] = dict.fromkeys(forms.grams(forms.key(entry.words)))
    kind = entry.kind
    names = [name for name, _ in entry.names]
    aliases = [alias for alias, _ in entry.aliases]
    if kind.spoken and not kind.words:
        aliases += [form for name in names for form in short_forms(name)]
    keys = dict.fromkeys(key for name in names if (key := forms.key(name)))
    others = dict.fromkeys(key for alias in aliases if (key := forms.key(alias)) and key not in keys)
    for prefix, of in (("", keys), ("alias_", others)):
        for key in of:
            found["alias" if prefix else "name"][key] = None
            found[f"{prefix}head"].update(dict.fromkeys(heads(key, HEAD)))
            if forms.has_han(key):
                found["grams"].update(dict.fromkeys(forms.grams(key)))
            if kind.spoken:
                _speak(key, found, "_alias" if prefix else "")
    for name in (*names, *aliases):
        for word in forms.latin_words(name):
            found["word"][word] = None
    return found


def _speak(key: str, found: dict[str, dict[str, None]], of: str) -> None:
    for number, reading in enumerate(forms.readings(key)):
        # A reading that isn't the likeliest is as good as another name.
        field = of if number == 0 else "_alias"
        found[f"pinyin{field}"][reading.whole] = None
        found["pinyin_head"].update(dict.fromkeys(heads(reading.whole, PINYIN_HEAD)))
        if number == 0:
            found[f"initials{field}"][reading.initials] = None
            found["initials_head"].update(dict.fromkeys(heads(reading.initials, PINYIN_HEAD)))
            found["pinyin_tail"].update(dict.fromkeys(reading.tails(TAIL)))


def heads(key: str, most: int) -> list[str]:
    """The beginnings of a form, from one character to so many."""
    return [key[:length] for length in range(1, min(most, len(key)) + 1)]


def _name(classes: dict[str, dict[str, str]], index: tantivy.Index) -> dict[str, dict[str, str]]:
    """What the classes are called in both languages: as the data says, else as our ontology does."""
    from pyoxigraph import RdfFormat, parse

    ours: dict[str, dict[str, str]] = {}
    with ONTOLOGY.open("rb") as file:
        for entry in read_entries(
            sorted(f"{quad} .\n".encode() for quad in parse(file, format=RdfFormat.TURTLE))
        ):
            ours[entry.iri] = {tag: name for tag, name in (("zh", entry.zh), ("en", entry.en)) if name}
    index.reload()
    searcher = index.searcher()
    named = {}
    for cls in sorted(classes):
        hits = searcher.search(
            tantivy.Query.term_query(schema(), "iri", cls, index_option="basic"), limit=1
        ).hits
        row = json.loads(searcher.doc(hits[0][1])["row"][0]) if hits else {}
        said = {tag: row[tag] for tag in ("zh", "en") if tag in row}
        named[cls] = ours.get(cls, {}) | said
    return named
