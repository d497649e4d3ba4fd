"""Cuts a SPARQL query into tokens (SPARQL 1.1, section 19.8, terminals)."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias, cast

Kind: TypeAlias = Literal[
    "space", "iri", "string", "variable", "name", "blank", "tag", "number", "word", "sign"
]


class Token(NamedTuple):
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
