"""Times as ISO 8601, and years that are inherited but never guessed."""

from __future__ import annotations

import pytest

from loaders.text import Text
from loaders.time import read_times

#: (text, published) → periods
TIMES = [
    ("2024年，全市将", None, ["2024"]),
    ("截至2023年12月31日", None, ["2023-12-31"]),
    ("2023年3月起", None, ["2023-03/.."]),
    ("2024年1月16日至20日", None, ["2024-01-16/2024-01-20"]),
    ("2021—2025年", None, ["2021/2025"]),
    ("“十四五”期间", None, ["2021/2025"]),
    ("到“十四五”末", None, ["2025"]),
    ("到2025年底", None, ["2025"]),
    ("二〇二三年", None, ["2023"]),
    ("2023年上半年", None, ["2023-01/2023-06"]),
    ("今年一季度", "2023-05-04", ["2023-01/2023-03"]),
    ("1至10月", "2023-11-20", ["2023-01/2023-10"]),
    ("去年", "2024-02-01", ["2023"]),
    ("今年", None, [None]),
    ("1月20日", None, []),
    ("1月20日，2024首届运动会", None, ["2024-01-20"]),
    ("20世纪90年代", None, []),
    ("2月30日，2024年", None, ["2024"]),
    ("近年来", None, [None]),
    ("2023年改造2005年底前建成的小区", None, ["2023"]),
]


@pytest.mark.parametrize(("text", "published", "periods"), TIMES, ids=[t[0] for t in TIMES])
def test_a_time_is_read_as_an_iso_period(text: str, published: str | None, periods: list[str | None]) -> None:
    assert [t.period for t in read_times(Text(text), published)] == periods


def test_this_year_in_an_undated_article_follows_the_year_it_reports() -> None:
    text = Text("2023年，产值突破百亿元。今年，全区将新建厂房。")
    assert [t.period for t in read_times(text, None)] == ["2023", "2024"]


def test_an_inherited_year_says_where_it_is_from() -> None:
    [day, year] = read_times(Text("1月16日，会议召开。2024年，全市将"), None)
    assert (day.period, day.basis, year.basis) == ("2024-01-16", "paragraph", "sentence")
