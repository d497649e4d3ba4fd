"""Content codings of answers."""

from __future__ import annotations

import gzip

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from server.compression import StreamCompressor, choose_coding, compress, etag_for, worth_compressing

DECOMPRESS = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, None),
        ("", None),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br", "br"),
        ("deflate", None),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br ; Q=0.8 , gzip;q=0.9", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000, br;q=0.001", "br"),
        ("*", "zstd"),
        ("*;q=0", None),
        ("zstd;q=0, *", "br"),
        ("gzip;q=0.5, *;q=0.2", "gzip"),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0.5, gzip;q=0.4, *;q=0.6", "zstd"),
        ("identity;q=0", None),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("gzip;q=2", None),
        ("gzip;q=x, br", "br"),
        ("gzip;q=", None),
        (",,gzip,", "gzip"),
        (";q=1", None),
        ("gzip;level=1", "gzip"),
        ("gzip;q=0, x-gzip", "gzip"),
    ],
)
def test_the_client_gets_the_coding_that_it_likes_best(header: str | None, coding: str | None) -> None:
    assert choose_coding(header) == coding


@given(st.text(alphabet="gzipbrstdx-*;q=01. ,", max_size=40))
def test_no_header_can_break_it(header: str) -> None:
    assert choose_coding(header) in (None, *DECOMPRESS)


@pytest.mark.parametrize("coding", DECOMPRESS)
@given(body=st.binary(max_size=3_000), repeated=st.integers(1, 40))
def test_a_body_comes_back_as_it_was(coding: str, body: bytes, repeated: int) -> None:
    compressed = compress(body * repeated, coding)
    assert DECOMPRESS[coding](compressed) == body * repeated
    assert compress(body * repeated, coding) == compressed


@pytest.mark.parametrize("coding", DECOMPRESS)
@given(chunks=st.lists(st.binary(max_size=5_000), max_size=10))
def test_so_does_one_in_pieces(coding: str, chunks: list[bytes]) -> None:
    stream = StreamCompressor(coding)
    sent = b"".join([*map(stream.feed, chunks), stream.finish()])
    assert DECOMPRESS[coding](sent) == b"".join(chunks)


@pytest.mark.parametrize("coding", DECOMPRESS)
def test_a_stream_is_sent_while_it_comes(coding: str) -> None:
    stream = StreamCompressor(coding)
    text = "".join(f'{{"value": "{number * 7919}"}}\n' for number in range(100_000)).encode()
    early = [stream.feed(text[begin : begin + 65_536]) for begin in range(0, len(text), 65_536)]
    assert sum(map(len, early)) > 0
    assert sum(map(len, early)) + len(stream.finish()) < len(text) / 2


def test_a_coding_that_there_isnt_is_refused() -> None:
    with pytest.raises(ValueError, match="deflate"):
        compress(b"", "deflate")
    with pytest.raises(ValueError, match="deflate"):
        StreamCompressor("deflate")


@pytest.mark.parametrize(
    ("media_type", "worth"),
    [
        ("text/turtle", True),
        ("text/csv; charset=utf-8; header=present", True),
        ("application/sparql-results+json", True),
        ("application/sparql-results+xml", True),
        ("application/n-triples", True),
        ("application/n-quads", True),
        ("application/trig", True),
        ("Application/JSON", True),
        ("application/problem+json", True),
        ("image/svg+xml", True),
        ("application/zstd", False),
        ("image/png", False),
        ("application/octet-stream", False),
        ("", False),
    ],
)
def test_long_texts_are_worth_compressing(media_type: str, worth: bool) -> None:
    assert worth_compressing(media_type, 1024) is worth
    assert not worth_compressing(media_type, 1023)


def test_each_coding_has_its_own_tag() -> None:
    assert etag_for('"abc"', None) == '"abc"'
    assert etag_for('"abc"', "zstd") == '"abc-zstd"'
    assert etag_for('W/"abc"', "br") == 'W/"abc-br"'
