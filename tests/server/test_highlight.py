"""An article's words, marked where they were read: nested spans, crossing spans, hostile text."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from server.pages.highlight import Highlight, paragraphs


def mark(start: int, end: int, anchor: str, kind: str = "commitment", note: int | None = None) -> Highlight:
    return Highlight(start, end, anchor, kind, f"/doc/{anchor}", anchor, note)


def test_a_name_within_a_promise_is_a_link_within_a_mark() -> None:
    shown = paragraphs("官渡区要建3个公园。", [mark(0, 8, "p", note=1), mark(0, 3, "g", "mention")])
    assert shown == [
        '<mark class="commitment" id="p" title="p"><a class="mention" id="g" href="/doc/g" title="g">官渡区</a>要建3个公</mark>'
        '<sup class="note"><a href="/doc/p" title="p">1</a></sup>园。'
    ]


def test_spans_that_cross_are_shown_in_pieces_and_the_anchor_stands_once() -> None:
    (shown,) = paragraphs("abcdef", [mark(0, 4, "x"), mark(2, 6, "y")])
    assert shown.count('id="x"') == shown.count('id="y"') == 1
    assert _text(shown) == "abcdef"
    assert shown.count("<mark") == shown.count("</mark>") == 3


def test_a_mention_within_a_mention_is_no_link_within_a_link() -> None:
    (shown,) = paragraphs("昆明市官渡区", [mark(0, 6, "g", "mention"), mark(0, 3, "k", "mention")])
    assert shown.count("<a ") == 1
    assert 'id="k"' in shown


def test_a_span_over_two_paragraphs_is_marked_in_both() -> None:
    first, second = paragraphs("前一段\n后一段", [mark(1, 6, "x", note=7)])
    assert 'id="x"' in first
    assert 'id="x"' not in second
    assert '<mark class="commitment"' in second
    assert first.count("<sup") + second.count("<sup") == 1


def test_what_lies_outside_the_text_is_not_marked() -> None:
    assert paragraphs("短", [mark(0, 9, "x"), mark(-1, 1, "y"), mark(1, 1, "z")]) == ["短"]


@given(
    st.text(alphabet=st.sampled_from("甲乙<>&\"'\n丙 "), max_size=40),
    st.lists(
        st.tuples(st.integers(-2, 42), st.integers(-2, 42), st.sampled_from(["mention", "outcome"])),
        max_size=12,
    ),
)
def test_any_spans_leave_the_text_as_it_is_and_elements_closed(
    text: str, spans: list[tuple[int, int, str]]
) -> None:
    marks = [mark(start, end, f"s{n}", kind, n) for n, (start, end, kind) in enumerate(spans)]
    shown = paragraphs(text, marks)
    assert [_text(paragraph) for paragraph in shown] == [line for line in text.split("\n") if line.strip()]


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        assert not (tag == "a" and "a" in self.open), "a link within a link"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "elements cross"

    def handle_data(self, data: str) -> None:
        if "sup" not in self.open:
            self.text += data


def _text(paragraph: str) -> str:
    parser = _Text()
    parser.feed(str(paragraph))
    parser.close()
    assert parser.open == []
    return parser.text
