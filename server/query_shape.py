"""What a query is made of, read from its tokens: how many triple patterns, which calls of SERVICE, which prologue.

One walk over the longest tokens keeps track of what each bracket holds (a group, an expression, a collection, …) and
of the place within a triple (SPARQL 1.1, section 19.8, rules 53 to 98). It fails on nothing: what is no SPARQL is
counted somehow, and the engine's parser says what is wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import urljoin

from server.sparql_tokens import Token, Tokenizer

Bracket: TypeAlias = Literal["group", "expression", "values", "path", "collection", "blank", "quoted"]
Place: TypeAlias = Literal["subject", "predicate", "object", "end", "none"]

_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "ADD", "MOVE", "COPY", "CREATE", "WITH"})
_EXPRESSION_FOLLOWS = frozenset({"FILTER", "BIND", "HAVING"})
_NO_TRIPLES_FOLLOW = frozenset({"SELECT", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "DESCRIBE", "FROM"})
_TERMS = frozenset({"iri", "string", "variable", "name", "blank", "number"})
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A SERVICE with a constant endpoint, which stands in the text from `start` to `end`, in characters.

    `group` is the text of its group with the braces.
    """

    iri: str
    silent: bool
    start: int
    end: int
    group: str


@dataclass(slots=True)
class QueryShape:
    """What was found; `trouble` says why the calls of SERVICE can't be made, where they can't."""

    patterns: int = 0
    keyword: str = ""  # the first behind the prologue
    prologue: str = ""
    services: list[ServiceCall] = field(default_factory=list)
    trouble: str | None = None


@dataclass(slots=True)
class _Open:
    kind: Bracket
    place: Place
    opened_at: Place = "subject"  # in the bracket around it
    pending: str = ""  # a keyword that decides what the next token means


@dataclass(slots=True)
class _Call:
    start: int
    silent: bool = False
    iri: str | None = None
    group_start: int = -1
    depth: int = 0


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.shape = QueryShape()
        self.open: list[_Open] = []
        self.outside = _Open("expression", "none")  # before the first brace there are no triples
        self.prefixes: dict[str, str] = {}
        self.base = ""
        self.declaring: list[str] = []
        self.call: _Call | None = None
        self.before: Token | None = None

    @property
    def top(self) -> _Open:
        return self.open[-1] if self.open else self.outside

    def take(self, token: Token, at: int) -> None:
        if not self.shape.keyword and not self._in_prologue(token, at):
            return
        if self.call is not None and self.call.group_start < 0:
            self._read_call(token)
        if token.kind == "word":
            self._word(token.text.upper(), at)
        elif token.kind == "sign":
            self._sign(token.text, at)
        elif token.kind in _TERMS:
            self._term()
        self.before = token

    def _in_prologue(self, token: Token, at: int) -> bool:
        """Whether the prologue has ended with this token; takes its declarations down otherwise."""
        word = token.text.upper()
        if self.declaring:
            self.declaring.append(token.text)
            kind, *parts = self.declaring
            if kind == "BASE" and parts:
                self.base = self._resolve(parts[0])
                self.declaring = []
            elif kind == "PREFIX" and len(parts) == 2:
                self.prefixes[parts[0].removesuffix(":")] = self._resolve(parts[1])
                self.declaring = []
            elif kind == "VERSION":
                self.declaring = []
            return False
        if token.kind == "word" and word in ("BASE", "PREFIX", "VERSION"):
            self.declaring = [word]
            return False
        self.shape.keyword = word or token.text
        self.shape.prologue = self.text[:at]
        return True

    def _resolve(self, written: str) -> str:
        iri = _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)), written.removeprefix("<").removesuffix(">"))
        return urljoin(self.base, iri) if self.base else iri

    def _word(self, word: str, at: int) -> None:
        top = self.top
        if word == "SERVICE":
            if self.call is None:
                self.call = _Call(at)
            else:
                self.shape.trouble = "a SERVICE within the group of another is not supported"
            top.pending = "GRAPH"
        elif word == "GRAPH":
            top.pending, top.place = "GRAPH", "none"
        elif word in _EXPRESSION_FOLLOWS:
            top.pending, top.place = "FILTER", "none"
        elif word == "VALUES":
            top.pending, top.place = "VALUES", "none"
        elif word in _NO_TRIPLES_FOLLOW:
            top.pending, top.place = "", "none"
        elif word in ("WHERE", "OPTIONAL", "UNION", "MINUS", "EXISTS"):
            top.pending = ""
            if top.kind == "group":
                top.place = "subject"
        elif word in ("A", "TRUE", "FALSE"):
            self._term()

    def _term(self) -> None:
        top = self.top
        if top.pending == "GRAPH":
            top.pending, top.place = "", "subject"
            return
        if top.pending or top.kind in ("expression", "values", "path"):
            return
        if top.kind == "collection":
            self.shape.patterns += 2  # rdf:first and rdf:rest
        elif top.place == "subject":
            top.place = "predicate"
        elif top.place == "predicate":
            top.place = "object"
        elif top.place == "object":
            self.shape.patterns += 1
            top.place = "end"

    def _sign(self, sign: str, at: int) -> None:
        top = self.top
        if sign == "{":
            self._open_brace(at)
        elif sign in ("(", "[", "<<"):
            self._open_bracket(sign)
        elif sign in ("}", ")", "]", ">>"):
            self._close(sign, at)
        elif top.kind in ("expression", "values"):
            return
        elif sign in ("/", "|"):
            if top.kind == "path":
                self.shape.patterns += 1
            elif top.place == "object":  # not of an annotation's {| … |}
                self.shape.patterns += 1
                top.place = "predicate"
        elif sign == "," and top.place == "end":
            top.place = "object"
        elif sign == ";" and top.place == "end":
            top.place = "predicate"
        elif sign == "." and top.kind == "group" and not top.pending:
            top.place = "subject"

    def _open_brace(self, at: int) -> None:
        top = self.top
        if self.call is not None and self.call.group_start < 0:
            self.call.group_start, self.call.depth = at, len(self.open)
        if top.pending == "VALUES":
            self.open.append(_Open("values", "none"))
        elif top.place == "end" and top.kind == "group":  # an annotation: {| … |}
            self.open.append(_Open("blank", "predicate", "end"))
        else:
            top.pending = ""
            self.open.append(_Open("group", "subject"))

    def _open_bracket(self, sign: str) -> None:
        top = self.top
        outside = top.place == "none" and top.kind != "collection"
        if sign == "(" and (top.pending or top.kind == "expression" or outside):
            self.open.append(_Open("values" if top.pending == "VALUES" else "expression", "none"))
        elif sign == "(" and top.kind in ("values", "path"):
            self.open.append(_Open(top.kind, "none"))
        elif sign == "(" and top.place == "predicate":
            self.open.append(_Open("path", "none"))
        elif top.kind in ("expression", "values"):
            self.open.append(_Open("expression", "none"))
        else:
            if sign == "<<":
                self.shape.patterns += 1
            inside: Place = {"(": "none", "[": "predicate", "<<": "subject"}[sign]  # type: ignore[assignment]
            kinds: dict[str, Bracket] = {"(": "collection", "[": "blank", "<<": "quoted"}
            self.open.append(_Open(kinds[sign], inside, top.place))

    def _close(self, sign: str, at: int) -> None:
        if not self.open:
            return
        closed = self.open.pop()
        top = self.top
        if (
            sign == "}"
            and self.call is not None
            and self.call.group_start >= 0
            and len(self.open) == self.call.depth
        ):
            self._end_call(at + 1)
        if closed.kind in ("group", "values") and sign == "}":
            top.pending = ""
            if top.kind == "group":
                top.place = "subject"
        elif closed.kind == "expression":
            if top.pending == "FILTER":
                top.pending = ""
                top.place = "subject" if top.kind == "group" else top.place
        elif closed.kind == "path" and top.kind != "path":
            top.place = "object"
        elif closed.kind in ("collection", "blank", "quoted") and sign != "}":
            self._term()  # it stands where a term may

    def _read_call(self, token: Token) -> None:
        call = self.call
        assert call is not None
        if token.kind == "word" and token.text.upper() == "SILENT":
            call.silent = True
        elif token.kind == "variable":
            self.shape.trouble = "the endpoint of SERVICE must be named, a variable can't stand for it"
        elif token.kind == "iri":
            call.iri = self._resolve(token.text)
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix in self.prefixes:
                call.iri = self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
        elif token.kind == "sign" and token.text != "{":
            self.shape.trouble = "what SERVICE calls can't be made out"

    def _end_call(self, end: int) -> None:
        call, self.call = self.call, None
        assert call is not None
        if call.iri is None:
            self.shape.trouble = self.shape.trouble or "the endpoint of SERVICE must be named"
            return
        group = self.text[call.group_start : end]
        self.shape.services.append(ServiceCall(call.iri, call.silent, call.start, end, group))


def read_shape(text: str, most_patterns: int | None = None) -> QueryShape:
    """The shape of a query; reading ends where there are more patterns than that, if a number is given."""
    tokenizer, walk, at = Tokenizer(text), _Walk(text), 0
    while at < len(text):
        token = tokenizer.tokens_at(at)[0]
        if token.kind != "space":
            walk.take(token, at)
            if most_patterns is not None and walk.shape.patterns > most_patterns:
                break
        at += len(token.text)
    if walk.call is not None:
        walk.shape.trouble = walk.shape.trouble or "a SERVICE without a group"
    return walk.shape
