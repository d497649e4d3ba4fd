"""What a snapshot's search index answers: things by their names in every form, filtered and counted by class.

A query is a choice of exact terms; nothing that a reader types is parsed as a query. The best form that fits decides where
a thing stands (`RANKS`), how important it is decides among equals.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode

import tantivy
from tantivy import Occur, Query
from werkzeug.datastructures import MultiDict

from graph.search import forms
from graph.search.index import FOLDER, HEAD, PINYIN_HEAD, TAIL, open_index, read_about, schema
from server.page_number import read_number
from server.problem import Problem

Entry: TypeAlias = dict[str, Any]
LONGEST = 200  #: characters of a query
PAGE_ROWS = 20
MOST_ROWS = 1000  #: of one page, where the address asks for more than usual
_LARGEST_PAGE = 1000
_FACET_VALUES = 60
_OPENED = 8  # snapshots and days of the past whose index stays open
_FEW = 3  # with fewer hits, what is nearly so is looked for, too
_MOST_WORDS = 12
_CHOSEN = 20  # classes at the same time

#: How a thing was found, the best first. A hit's score is `_STEP` to the power of its place from the end.
RANKS = (
    "name", "alias", "name_begins", "alias_begins",
    "pinyin", "pinyin_alias", "pinyin_begins", "initials", "initials_alias", "initials_begin",
    "part", "words", "pinyin_part", "nearly", "nearly_begins", "characters", "similar", "text",
)  # fmt: skip
# Importance (0.5 to 14) multiplies a score by log2(2 + importance), 1.3 to 4: less than one step.
_STEP = 5.0
_WEIGHT = "importance"


@dataclass(frozen=True, slots=True)
class Selection:
    """What is looked for: what the query string says, which is the state of the page."""

    words: str = ""
    classes: tuple[str, ...] = ()
    page: int = 1
    rows: int = PAGE_ROWS

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> Selection:
        """From a query string; raises Problem 400 for a query too long, and for a page or a number of rows that can't be."""
        words = " ".join(given.get("q", "").split())
        if len(words) > LONGEST:
            raise Problem(
                400,
                f"the search has {len(words)} characters, more than the {LONGEST} allowed; look for a shorter name",
                fields={"limit": LONGEST, "value": len(words)},
            )
        classes = tuple(dict.fromkeys(value for value in given.getlist("class") if value))
        if len(classes) > _CHOSEN or any(len(value) > LONGEST for value in classes):
            raise Problem(400, f"at most {_CHOSEN} classes can be chosen, each by its IRI or its name")
        return cls(
            words,
            classes,
            _number(given, "page", 1, _LARGEST_PAGE),
            _number(given, "rows", PAGE_ROWS, MOST_ROWS),
        )

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query string that means this selection, in its shortest form."""
        found = [("q", self.words)] if self.words else []
        found += [("class", value) for value in self.classes]
        found += [("page", str(self.page))] if self.page > 1 else []
        return found + ([("rows", str(self.rows))] if self.rows != PAGE_ROWS else [])

    def address(self, path: str = "/search") -> str:
        """The path of this selection, or of another form of it."""
        parameters = urlencode(self.parameters)
        return f"{path}?{parameters}" if parameters else path

    def toggled(self, value: str) -> Selection:
        """The same with a class chosen, or no longer chosen; from its first page."""
        chosen = self.classes
        after = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
        return replace(self, classes=after, page=1)

    def on_page(self, page: int) -> Selection:
        """The same on another page."""
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found. `rank` is one of `RANKS`, None where nothing was looked for; `also` the other name that fits."""

    entry: Entry
    rank: str | None
    also: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a selection: how many there are, those of the page, and how many each class has."""

    total: int
    hits: list[Hit]
    kinds: list[tuple[str, int]]
    classes: list[tuple[str, int]]
    rows: int = PAGE_ROWS

    @property
    def pages(self) -> int:
        """How many pages they fill, of those that can be asked for."""
        return min(_LARGEST_PAGE, max(1, -(-self.total // self.rows)))


class SearchIndex:
    """The index of one snapshot; for any thread."""

    def __init__(self, snapshot: Path, about: Mapping[str, Any]) -> None:
        self._schema = schema()
        self._searcher = open_index(snapshot)
        self._class_names: dict[str, dict[str, str]] = about["classes"]
        forms.readings("滇池")  # loads the table of pinyin before anybody waits for a suggestion

    @cached_property
    def _by_local_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for cls in self._class_names:
            found.setdefault(cls.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1], []).append(cls)
        return found

    def class_names(self, cls: str) -> Mapping[str, str]:
        """What a class is called, by language."""
        return self._class_names.get(cls, {})

    def classes_named(self, name: str) -> list[str]:
        """The classes of an IRI or of the last part of one."""
        return [name] if name in self._class_names else self._by_local_name.get(name, [])

    def find(self, selection: Selection) -> Found:
        """One page of hits, the best first, and the classes. Kinds count what would be there without the choice of classes."""
        asked = self._query(selection.words, words_of_articles=True)
        chosen = self._chosen(asked, selection.classes)
        total, hits = self._search(chosen, selection)
        kinds = self._count(asked, "kind")
        classes = self._count(chosen, "class") if selection.classes else []
        return Found(total, hits, kinds, classes, selection.rows)

    def suggest(self, words: str, most: int) -> list[Hit]:
        """The best hits among things, without the words of articles."""
        if not forms.key(words):
            return []
        query = self._query(words, words_of_articles=False)
        return self._search(query, Selection(words, rows=most), count=False)[1]

    def _search(self, query: Query, selection: Selection, *, count: bool = True) -> tuple[int, list[Hit]]:
        found = self._searcher.search(
            query,
            limit=selection.rows,
            offset=(selection.page - 1) * selection.rows,
            count=count,
            weight_by_field=_WEIGHT,
        )
        total: int = (found.count or 0) if count else 0  # type: ignore[attr-defined]  # its stub leaves it out
        return total, [self._hit(score, address, selection.words) for score, address in found.hits]

    def _hit(self, score: float, address: tantivy.DocAddress, words: str) -> Hit:
        entry: Entry = json.loads(self._searcher.doc(address)["row"][0])
        if not forms.key(words):
            return Hit(entry, None, None)
        return Hit(entry, RANKS[_rank(score)], _other_name(entry, words))

    def _count(self, query: Query, facet: str) -> list[tuple[str, int]]:
        asked = {facet: {"terms": {"field": facet, "size": _FACET_VALUES}}}
        counted = self._searcher.aggregate(query, asked)
        return [(bucket["key"], bucket["doc_count"]) for bucket in counted[facet]["buckets"]]

    def _chosen(self, query: Query, classes: Iterable[str]) -> Query:
        wanted = [iri for value in classes for iri in self.classes_named(value) or [value]]
        if not wanted:
            return query
        either = Query.const_score_query(Query.term_set_query(self._schema, "class", wanted), 0.0)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, either)])

    def _query(self, words: str, *, words_of_articles: bool) -> Query:
        key = forms.key(words)
        if not key:
            # Marks alone have no form; nothing at all stands for everything.
            return Query.empty_query() if words else Query.const_score_query(Query.all_query(), 1.0)
        ranked = dict(self._ranked(words, key))
        named = self._best(ranked)
        if self._is_doubtful(named):
            ranked |= self._nearly(words, key)
            named = self._best(ranked)
        if words_of_articles:
            quoted = [Query.term_query(self._schema, "text", gram, "basic") for gram in _grams(key)]
            ranked["text"] = _all(quoted)
            named = self._best(ranked)
        return named

    def _is_doubtful(self, query: Query) -> bool:
        """Whether so few fit, and none of them well, that there may be a slip in what was typed."""
        found = self._searcher.search(query, limit=1, count=True, weight_by_field=_WEIGHT)
        if not found.hits:
            return True
        return found.count < _FEW and _rank(found.hits[0][0]) > RANKS.index("pinyin_begins")  # type: ignore[attr-defined]

    def _best(self, ranked: Mapping[str, Query]) -> Query:
        """What fits any of the queries, scored by the best that it fits."""
        scored = [
            Query.const_score_query(query, _STEP ** (len(RANKS) - 1 - RANKS.index(rank)))
            for rank, query in ranked.items()
        ]
        return Query.disjunction_max_query(scored) if scored else Query.empty_query()

    def _ranked(self, words: str, key: str) -> Iterator[tuple[str, Query]]:
        """The queries for a text as typed, by rank."""
        yield "name", self._term("name", key)
        yield "alias", self._term("alias", key)
        yield "name_begins", self._begins("head", "name", key, HEAD)
        yield "alias_begins", self._begins("alias_head", "alias", key, HEAD)
        parts = forms.words(words)[:_MOST_WORDS]
        if forms.has_han(key):
            yield "part", self._all_terms("grams", _grams(key))
            if len(key) >= 3:
                yield "characters", self._all_terms("grams", key)
        else:
            yield from self._spoken(key)
        if len(parts) > 1:
            yield "words", _all([self._word(part) for part in parts])
        elif not forms.has_han(key):
            yield "words", self._begins_word(key)

    def _spoken(self, key: str) -> Iterator[tuple[str, Query]]:
        yield "pinyin", self._term("pinyin", key)
        yield "pinyin_alias", self._term("pinyin_alias", key)
        begins = [
            self._begins("pinyin_head", field, key, PINYIN_HEAD) for field in ("pinyin", "pinyin_alias")
        ]
        yield "pinyin_begins", _any(begins)
        yield "initials", self._term("initials", key)
        if len(key) >= 3:  # of two letters, too many names in short
            yield "initials_alias", self._term("initials_alias", key)
        begins = [
            self._begins("initials_head", field, key, PINYIN_HEAD) for field in ("initials", "initials_alias")
        ]
        yield "initials_begin", _any(begins)
        if len(key) >= 3:
            yield "pinyin_part", self._tail(key)

    def _word(self, word: str) -> Query:
        """A word among several, in whichever form it fits."""
        if forms.has_han(word):
            return self._all_terms("grams", _grams(word))
        either = [self._begins_word(word), self._term("initials", word), self._term("initials_alias", word)]
        either.append(self._begins("pinyin_head", "pinyin", word, PINYIN_HEAD))
        if len(word) >= 3:
            either.append(self._tail(word))
        return _any(either)

    def _nearly(self, words: str, key: str) -> Iterator[tuple[str, Query]]:
        """The queries for a text with a slip in it: a character wrong, missing or too many, or one that sounds alike."""
        near: list[Query] = []
        begins: list[Query] = []
        similar: list[Query] = []
        fields: tuple[str, ...] = ()
        slips = 1
        if forms.has_han(key):
            if len(key) >= 3:
                fields = ("name", "alias")
            spoken = next((reading.whole for reading in forms.readings(key)), "")
            if len(key) >= 2 and spoken:
                near += [self._term(field, spoken) for field in ("pinyin", "pinyin_alias")]
                similar.append(self._begins("pinyin_head", "pinyin", spoken, PINYIN_HEAD))
            if len(key) >= 5:
                pairs = sorted(set(forms.pairs(key)))
                least = max(2, len(pairs) - max(2, len(pairs) // 3))
                some = [(Occur.Should, self._term("grams", pair)) for pair in pairs]
                similar.append(Query.boolean_query(some, minimum_number_should_match=least))
        else:
            if len(key) >= 4:
                fields = ("name", "alias", "pinyin", "pinyin_alias")
            slips = 1 if len(key) < 9 else 2
            parts = [part for part in forms.words(words) if len(part) >= 4][:_MOST_WORDS]
            if parts:
                similar.append(_all([self._fuzzy("word", part, 1) for part in parts]))
            if len(key) >= 5:
                similar.append(self._fuzzy("pinyin_tail", key[:TAIL], 1))
        near += [self._fuzzy(field, key, slips, whole=True) for field in fields]
        begins += [self._fuzzy(field, key, slips) for field in fields]
        for rank, queries in (("nearly", near), ("nearly_begins", begins), ("similar", similar)):
            if queries:
                yield rank, _any(queries)

    def _term(self, field: str, term: str) -> Query:
        return Query.term_query(self._schema, field, term, "basic")

    def _all_terms(self, field: str, terms: Iterable[str]) -> Query:
        return _all([self._term(field, term) for term in sorted(set(terms))])

    def _begins(self, heads: str, whole: str, key: str, most: int) -> Query:
        """What begins so. Short beginnings are terms of their own: so many names have them."""
        if len(key) <= most:
            return self._term(heads, key)
        return self._starts(whole, key)

    def _begins_word(self, word: str) -> Query:
        return self._starts("word", word)

    def _tail(self, key: str) -> Query:
        return self._term("pinyin_tail", key[:TAIL]) if len(key) >= TAIL else self._starts("pinyin_tail", key)

    def _starts(self, field: str, key: str) -> Query:
        # Without a slip: quicker than a regular expression, which is compiled each time.
        return Query.fuzzy_term_query(self._schema, field, key, 0, prefix=True)

    def _fuzzy(self, field: str, key: str, slips: int, *, whole: bool = False) -> Query:
        return Query.fuzzy_term_query(
            self._schema, field, key, slips, transposition_cost_one=True, prefix=not whole
        )


def open_search(snapshot: Path) -> SearchIndex | None:
    """The index in a snapshot's folder, None for a snapshot of an older or another version; raises SearchIndexError."""
    return _opened(snapshot) if (snapshot / FOLDER).is_dir() else None


@lru_cache(maxsize=_OPENED)
def _opened(snapshot: Path) -> SearchIndex | None:
    about = read_about(snapshot)
    return SearchIndex(snapshot, about) if about is not None else None


def _rank(score: float) -> int:
    """The place in `RANKS` that a score comes from."""
    power = int(math.log(score, _STEP))
    return max(0, min(len(RANKS) - 1, len(RANKS) - 1 - power))


def _grams(key: str) -> list[str]:
    """What a text with this key holds for certain: its pairs, or its one character."""
    return sorted(set(forms.pairs(key))) or [key]


def _all(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _other_name(entry: Entry, words: str) -> str | None:
    """The other name that a search fits, where the name itself doesn't show why it was found."""
    key = forms.key(words)
    if any(key in forms.key(entry.get(language, "")) for language in ("zh", "en")):
        return None
    return next((alias for alias in entry.get("aliases", ()) if key in forms.key(alias)), None)


def _number(given: MultiDict[str, str], name: str, usual: int, most: int) -> int:
    value = given.get(name)
    if value is None:
        return usual
    number = read_number(value, most)
    if number is None:
        raise Problem(400, f"{name} is a number from 1 to {most}, not {value[:20]!r}", fields={"limit": most})
    return number
