"""What is refused before the engine sees a query: too long, too deep, too many triple patterns, SERVICE in any spelling.

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
from typing import NamedTuple

from server.problem import Problem
from server.query_shape import UPDATES, QueryShape, ServiceCall, read_shape
from server.settings import Limits
from server.sparql_tokens import Token, Tokenizer

_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OPENING = frozenset({"(", "[", "{", "<<"})
_OPENING_BYTES = b"([{"
_CLOSING = frozenset({")", "]", "}", ">>"})
_BEFORE_GRAPH_NAME = frozenset({"GRAPH", "FROM", "NAMED", "DESCRIBE"})
# Whatever a member of a collection begins with, and what may follow: at least one of these for each.
_MEMBERS = re.compile(rb"""[?$:<"'+\-.]?[0-9A-Za-z_\x80-\xff]++|[?$:<"'+\-.(\[]""")
# A prologue and the keyword of a query behind it. Greedy, not possessive: see `sparql_tokens`.
_FORM = re.compile(
    r"(?:[ \t\r\n]++|#[^\r\n]*+|(?:PREFIX[ \t\r\n]++[^ \t\r\n<>#:]*+:|BASE)[ \t\r\n]*+<[^<> \t\r\n]*+>)*"
    r"(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b",
    re.IGNORECASE,
)
_OTHERWISE_NEXT_TIME = ("RAND", "NOW", "UUID", "BNODE")
# One of them called, which `now` in a comment is not.
_CALL = rf"(?:{'|'.join(_OTHERWISE_NEXT_TIME)})(?:[ \t\r\n]++|#[^\r\n]*+)*+\("
_MAYBE_CHANGING_CALL = re.compile(_CALL)  # by its first letters, so in a fraction of the time
# Nor is `?unknown (`: names that begin with a sign are passed over whole.
_CHANGING_CALL = re.compile(rf"[?$:]\w*+|({_CALL})")
_DATASET_WORD = re.compile(r"[?$]\w*+|(GRAPH|FROM|NAMED)")
# A comment with what stands before it in its line, where that opens no string and no IRI: neither goes on after a space without it.
_COMMENT = re.compile(r"""^((?:[^"'\r\n]*?[ \t])?)#[^\r\n]*""")
_NO_CHARACTER = re.compile("[\\x00\ud800-\udfff]")
_READ_ONLY = (
    "this is an update, and the endpoint is read-only: change the sources and run `chuncheng build`, "
    "which publishes a new snapshot"
)


class Checked(NamedTuple):
    """A query that passed, and what is known of it.

    Without `names_graphs` it reads the default graph only; with `volatile` it may answer otherwise next time. The
    `services` are to be asked before the engine gets the text; `prologue` goes with their groups.
    """

    text: str
    names_graphs: bool
    volatile: bool
    services: tuple[ServiceCall, ...] = ()
    prologue: str = ""


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


def check(text: str, limits: Limits, *, services: bool = False) -> Checked:
    """Let a harmless query pass.

    Raises Problem: 400 for an update or a character that is none, 403 for SERVICE (with `services`, for calls that
    can't be made out), 413 for length, nesting, triple patterns. Code-point escapes are decoded in a second pass,
    since the standard (section 19.2) has them decoded before anything else while the engine decodes them inside
    strings, IRIs and names only.
    """
    encoded = _encode(text)
    size = len(encoded)
    if size > limits.query_bytes:
        raise Problem(
            413,
            f"the query has {size} bytes, more than the {limits.query_bytes} allowed; ask in smaller queries",
            fields={"limit": limits.query_bytes, "value": size},
        )
    variants = [(text, encoded)]
    if "\\" in text and (decoded := _CODE_POINT.sub(_decode_code_point, text)) != text:
        variants.append((decoded, decoded.encode()))
    calls: QueryShape | None = None
    names_graphs = volatile = False
    for variant, octets in variants:
        # Letters only, wherever they stand: what these find is looked at more closely, or taken for the worse.
        letters = variant.upper()
        if "SERVICE" in letters and services and variant is text:
            calls = _read_calls(text)
            _follow_readings(_without_calls(text, calls), limits)
        elif "SERVICE" in letters or _count(octets, _OPENING_BYTES) + octets.count(b"<<") > limits.nesting:
            _follow_readings(variant, limits)
        is_update = not _FORM.match(variant) and any(word in letters for word in UPDATES)
        if is_update or _most_patterns(octets) >= limits.triple_patterns:
            _check_shape(variant, limits)
        names_graphs = names_graphs or _names_graphs(letters)
        volatile = volatile or _is_volatile(letters)
    if calls is None:
        return Checked(text, names_graphs, volatile)
    return Checked(text, names_graphs, volatile, tuple(calls.services), calls.prologue)


def _encode(text: str) -> bytes:
    """The query in UTF-8; raises Problem 400 for what is no character of a text."""
    try:
        encoded = text.encode()
        if b"\0" not in encoded:
            return encoded
    except UnicodeEncodeError:
        pass
    found = _NO_CHARACTER.search(text)
    assert found is not None
    line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
    raise Problem(
        400,
        f"the query holds U+{ord(found.group()):04X} at line {line}, column {column}, which is no character of a text",
        fields={"line": line, "column": column},
    )


def _names_graphs(letters: str) -> bool:
    """Whether a keyword of a dataset may stand there: not in a comment, where English has such words, and not as a variable."""
    if not _holds_dataset_word(letters):
        return False
    is_by_lines = '"""' not in letters and "'''" not in letters  # else a line may begin within a string
    if is_by_lines and "#" in letters:
        letters = "\n".join([_without_comment(line) if "#" in line else line for line in letters.split("\n")])
        if not _holds_dataset_word(letters):
            return False
    return any(found[1] for found in _DATASET_WORD.finditer(letters))


def _holds_dataset_word(letters: str) -> bool:
    return "GRAPH" in letters or "FROM" in letters or "NAMED" in letters


def _without_comment(line: str) -> str:
    """A line that holds the sign of a comment, without the comment where that is one beyond doubt."""
    if not line.startswith("#"):
        return _COMMENT.sub(r"\1", line, count=1) if " #" in line or "\t#" in line else line
    return "" if "\r" not in line else _COMMENT.sub("", line, count=1)


def _is_volatile(letters: str) -> bool:
    if "CONSTRUCT" in letters and ("_:" in letters or "[" in letters):  # nodes are named anew each time
        return True
    if not any(name in letters for name in _OTHERWISE_NEXT_TIME) or not _MAYBE_CHANGING_CALL.search(letters):
        return False
    return any(found[1] for found in _CHANGING_CALL.finditer(letters))


def _count(encoded: bytes, signs: bytes) -> int:
    """How many bytes are one of the signs: what is left out in one pass, ten times as fast as to count each."""
    return len(encoded) - len(encoded.translate(None, signs))


def _most_patterns(encoded: bytes) -> int:
    """How many patterns the query has beyond the first, at most: one of these signs stands between two, and between two steps of a path.

    All stand behind the first brace. Each member of a collection makes two.
    """
    opened = encoded.find(b"{")
    group = encoded[opened:] if opened >= 0 else b""
    patterns = _count(group, b".;,/|[{<")
    collection = group.find(b"(")
    if collection >= 0:
        patterns += 2 * len(_MEMBERS.findall(group, collection, group.rfind(b")") + 1))
    return patterns


def _check_shape(text: str, limits: Limits) -> None:
    shape = read_shape(text, limits.triple_patterns)
    if shape.keyword in UPDATES:
        raise Problem(400, _READ_ONLY)
    if shape.patterns > limits.triple_patterns:
        raise Problem(
            413,
            f"the query has more than {limits.triple_patterns} triple patterns; ask for less at a time, "
            "and write lists of things as VALUES",
            fields={"limit": limits.triple_patterns, "value": shape.patterns},
        )


def _read_calls(text: str) -> QueryShape:
    shape = read_shape(text)
    if shape.trouble:
        raise Problem(403, f"{shape.trouble}; name an endpoint of those that this server may ask")
    return shape


def _without_calls(text: str, shape: QueryShape) -> str:
    """The text with the keyword and endpoint of each call blanked out: no SERVICE may be left in any reading."""
    for call in shape.services:
        opened = call.end - len(call.group)
        text = text[: call.start] + " " * (opened - call.start) + text[opened:]
    return text


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
