"""What is refused before the engine sees a query: too long, too deep, SERVICE in any spelling.

The engine parses by recursion, so nesting ends the process where its stack ends, and it fetches any address that a
SERVICE names. This tokenizer (SPARQL 1.1, section 19.8, terminals) tells keywords from comments, strings, IRIs and
names. The engine's parser doesn't cut a text into the longest tokens first: behind an operand `<2)#>` is a
comparison and a comment. So wherever two cuts are possible both are followed, and a query passes only if it is
harmless in each of them. Readings that meet again at the same character are followed once from there.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from server.problem import Problem
from server.settings import Limits

Kind: TypeAlias = Literal[
    "space", "iri", "string", "variable", "name", "blank", "tag", "number", "word", "sign"
]


@dataclass(frozen=True, slots=True)
class Token:
    """A terminal of the grammar, or white space or a comment (kind space)."""

    kind: Kind
    text: str


_LETTER = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_CHAR = rf"{_LETTER}_0-9\-\u00B7\u0300-\u036F\u203F\u2040"
_PREFIX = rf"[{_LETTER}](?:[{_CHAR}.]*[{_CHAR}])?"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = rf"(?:[{_LETTER}_0-9:]|{_ESCAPED})(?:(?:[{_CHAR}.:]|{_ESCAPED})*(?:[{_CHAR}:]|{_ESCAPED}))?"
_IRI = r"<[^<>\"{}|^`\x00-\x20]*>"  # with backslashes: escapes are decoded inside
# Escapes of code points that don't exist make a string invalid, and a parser may then cut it otherwise.
_ECHAR = (
    r"\\[tbnrf\\\"']|\\u(?![dD][89a-fA-F])[0-9A-Fa-f]{4}"
    r"|\\U(?!0000[dD][89a-fA-F])00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}"
)


def _inside(quote: str, escapes: str, *, long: bool) -> re.Pattern[str]:
    """What may stand between the quotes of a string."""
    plain = rf"[^{quote}\\]++|{quote}(?!{quote * 2})" if long else rf"[^{quote}\\\n\r]++"
    # Greedy, not possessive: Python before 3.11.5 leaves a possessive group of alternatives too early.
    return re.compile(rf"(?:{plain}|{escapes})*", re.DOTALL)


_STRICT_LONG = {quote: _inside(quote, _ECHAR, long=True) for quote in "'\""}
_LAX_LONG = {quote: _inside(quote, r"\\.", long=True) for quote in "'\""}
_SHORT = {quote: _inside(quote, r"\\.", long=False) for quote in "'\""}
_NAME = rf"(?P<name>(?:{_PREFIX})?:(?:{_LOCAL})?)|"
_TERMINALS = (
    r"(?P<space>[ \t\r\n]++)"
    rf"|(?P<iri>{_IRI})"
    rf"|(?P<variable>[?$][{_LETTER}_0-9][{_LETTER}_0-9\u00B7\u0300-\u036F\u203F\u2040]*+)"
    rf"|(?P<blank>_:[{_LETTER}_0-9](?:[{_CHAR}.]*[{_CHAR}])?)"
    r"|(?P<tag>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)|"
    rf"%s(?P<number>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)"
    rf"|(?P<word>[{_LETTER}_][{_LETTER}_0-9]*+)"
    r"|(?P<sign><<|>>|.)"
)
_TOKEN = re.compile(_TERMINALS.replace("%s", _NAME), re.DOTALL)
_NAMELESS_TOKEN = re.compile(_TERMINALS.replace("%s", ""), re.DOTALL)
_NAME_RUN = re.compile(rf"[{_CHAR}.]*+")
_LINE = re.compile(r"[^\r\n]*+")
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OPENING = frozenset({"(", "[", "{", "<<"})
_CLOSING = frozenset({")", "]", "}", ">>"})
_BEFORE_GRAPH_NAME = frozenset({"GRAPH", "FROM", "NAMED", "DESCRIBE"})


class Tokenizer:
    """Cuts one query; never fails, a character that begins no terminal is a sign.

    Ask it for rising positions: it remembers how far it has seen a comment, a string without end or letters without
    a colon, so that no text makes it look at the same characters again and again.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_end = 0
        self._nameless_until = 0
        self._unterminated = {quote * times: 0 for quote in "'\"" for times in (1, 3)}

    def tokens_at(self, start: int) -> list[Token]:
        """All tokens that a parser could find at that character, the longest first."""
        first = self._text[start]
        if first == "#":
            if start >= self._line_end:
                self._line_end = _end(_LINE, self._text, start)
            return [Token("space", self._text[start : self._line_end])]
        if first in _SHORT:
            return self._strings_at(start, first)
        match = self._pattern_at(start).match(self._text, start)
        assert match is not None, "the last alternative takes any character"
        token = Token(cast(Kind, match.lastgroup), match.group())
        if token.kind == "iri" or token.text == "<<":
            return [token, Token("sign", "<")]
        return [token]

    def _pattern_at(self, start: int) -> re.Pattern[str]:
        text = self._text
        if start >= self._nameless_until:
            end = _end(_NAME_RUN, text, start)
            if end > start and (not text.startswith(":", end) or text[end - 1] == "."):
                self._nameless_until = end
        return _TOKEN if start >= self._nameless_until else _NAMELESS_TOKEN

    def _strings_at(self, start: int, quote: str) -> list[Token]:
        if self._text.startswith(quote * 3, start):
            long = self._string(start, quote * 3, _STRICT_LONG[quote])
            if long:
                return [long]
            long = self._string(start, quote * 3, _LAX_LONG[quote], remember=True)
            if long:
                # A wrong escape makes it no string for the engine, which then takes two quotes for an empty one.
                return [long, Token("string", quote * 2)]
        short = self._string(start, quote, _SHORT[quote], remember=True)
        return [short or Token("sign", quote)]

    def _string(
        self, start: int, quotes: str, inside: re.Pattern[str], *, remember: bool = False
    ) -> Token | None:
        if start < self._unterminated[quotes]:
            return None
        end = _end(inside, self._text, start + len(quotes))
        if self._text.startswith(quotes, end):
            return Token("string", self._text[start : end + len(quotes)])
        if remember:
            self._unterminated[quotes] = end
        return None


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


@dataclass(frozen=True, slots=True)
class _State:
    """What is known before a character, over all readings that come there."""

    depth: int = 0
    in_pattern: bool = True  # False behind a `<` that may be a comparison, until a bracket closes
    graph_name: bool = False  # the keyword before wants the name of a graph
    service: bool = False  # the token before may end with the keyword SERVICE
    endpoint: bool = False  # the token before may be what SERVICE calls

    def merged(self, other: _State | None) -> _State:
        if other is None:
            return self
        return _State(
            max(self.depth, other.depth),
            self.in_pattern or other.in_pattern,
            self.graph_name and other.graph_name,
            self.service or other.service,
            self.endpoint or other.endpoint,
        )


def check(text: str, limits: Limits) -> None:
    """Let a harmless query pass; raises Problem 413 (length, nesting) or 403 (SERVICE).

    Code-point escapes are decoded in a second pass, since the standard (section 19.2) has them decoded before
    anything else while the engine decodes them inside strings, IRIs and names only.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.query_bytes:
        raise Problem(
            413,
            f"the query has {size} bytes, more than the {limits.query_bytes} allowed; ask in smaller queries",
            fields={"limit": limits.query_bytes, "value": size},
        )
    for variant in {text, _CODE_POINT.sub(_decode_code_point, text)}:
        if not _plainly_harmless(variant, limits):
            _follow_readings(variant, limits)


def _plainly_harmless(text: str, limits: Limits) -> bool:
    """Whether the letters alone show it: no SERVICE anywhere, fewer brackets than may be nested."""
    brackets = sum(text.count(sign) for sign in _OPENING)
    return brackets <= limits.nesting and "SERVICE" not in text.upper()


def _follow_readings(text: str, limits: Limits) -> None:
    tokenizer = Tokenizer(text)
    states = {0: _State()}
    heap = [0]
    while heap:
        start = heapq.heappop(heap)
        state = states.pop(start)
        if start == len(text):
            return
        for token in tokenizer.tokens_at(start):
            end = start + len(token.text)
            after = _step(state, token)
            if after.depth > limits.nesting:
                raise Problem(
                    413,
                    f"the query is nested more than {limits.nesting} brackets deep; write it flatter",
                    fields={"limit": limits.nesting, "character": start + 1},
                )
            if end not in states:
                heapq.heappush(heap, end)
            states[end] = after.merged(states.get(end))


def _step(state: _State, token: Token) -> _State:
    """What is known behind the token; raises Problem 403 where SERVICE may be called.

    The engine's keywords need no boundary: `trueSERVICE?x`, `SERVICEex:a {` and `1SERVICE<…>` are calls. Of a name
    it takes the prefix alone where the whole makes no IRI, and of several dots in it not all, so any part of a name
    may be the keyword: it is one if an endpoint and a brace follow.
    """
    if token.kind == "space":
        return state
    text = token.text.upper()
    if token.kind == "word":
        if "SERVICE" in text and state.in_pattern:
            raise _service_refused()
        silent = state.service and text == "SILENT"
        return _State(state.depth, state.in_pattern, graph_name=text in _BEFORE_GRAPH_NAME, service=silent)
    if token.kind == "sign":
        if text == "{" and state.endpoint:
            raise _service_refused()
        depth = state.depth + (text in _OPENING) - (text in _CLOSING and state.depth > 0)
        # A comparison stands in brackets: no pattern begins behind it before one closes or an EXISTS opens.
        return _State(depth, text in (")", "{") or (state.in_pattern and text != "<"))
    named = token.kind == "name" and "SERVICE" in text and not state.graph_name
    return _State(
        state.depth,
        state.in_pattern,
        service=named and text.endswith(("SERVICE", "SERVICESILENT")),
        endpoint=named or state.service,
    )


def _service_refused() -> Problem:
    return Problem(
        403,
        "SERVICE is switched off: this endpoint fetches nothing from other hosts; "
        "ask the other endpoint by itself and join the answers, or name what it gave in VALUES",
    )


def _decode_code_point(match: re.Match[str]) -> str:
    number = int(match.group(1) or match.group(2), 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else match.group()
