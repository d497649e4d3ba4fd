"""Files of every kind that can be read, and clear words about those that can't."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.page import cut_page
from loaders.read import Publication, ReadError, find_sources, read_source

TEXT = "某区新闻\n\n某区新建幼儿园三所，老旧小区改造完成，群众都说好。\n"


def read(path: Path, publication: Publication | None = None) -> str:
    [article] = cut_page(read_source(path, publication or Publication()))
    return article.headline + "|" + article.body


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_text_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read(path) == "某区新闻|某区新建幼儿园三所，老旧小区改造完成，群众都说好。"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\n", "empty"),
        ("zip.txt", b"PK\x03\x04rest", "ZIP"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n", "PNG"),
        ("zero.txt", b"abc\x00def", "offset 3"),
        ("latin.txt", "café déjà vu für Straße ÿþ".encode("latin-1") * 5, "UTF-8 (byte 3)"),
        ("utf16.txt", b"\xff\xfe\x00bad", "UTF-16"),
        ("broken.pdf", b"%PDF-1.4 nothing", "PDF"),
        ("nothing.html", b"<html><body><script>x()</script></body></html>", "no article text"),
        ("front.md", "---\npublished: 2024-13-01\n---\n正文。".encode(), "line 2"),
        ("colon.md", "---\nno colon here\n---\n正文。".encode(), "line 2"),
        ("head.md", b"---\npublisher: x\n---\n", "nothing after"),
    ],
)
def test_a_bad_file_is_named_and_told_what_is_wrong(
    tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ReadError) as error:
        read_source(path, Publication())
    assert name in str(error.value) and says in str(error.value)


def test_front_matter_gives_date_and_publisher_and_wins_over_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(
        "---\npublished: 2024-01-22\npublisher: 某报\nheadline: 甲\n---\n正文。\n", encoding="utf-8"
    )
    [article] = cut_page(read_source(path, Publication("2020-01-01", "另一报")))
    assert (article.headline, article.published, article.publisher) == ("甲", "2024-01-22", "某报")


def test_a_date_in_text_or_file_name_is_never_taken_for_the_publication(tmp_path: Path) -> None:
    path = tmp_path / "2024-01-22.txt"
    path.write_text("甲\n\n2024年1月22日，会议召开。\n", encoding="utf-8")
    [article] = cut_page(read_source(path, Publication()))
    assert article.published is None


def test_a_wrong_date_on_the_command_line_is_refused() -> None:
    with pytest.raises(ReadError, match="2024-01-22"):
        Publication("22.1.2024")


def test_html_gives_its_article_and_its_own_date(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    body = "".join(f"<p>某区今年新建幼儿园{n}所，群众都说好，大家都很满意。</p>" for n in range(1, 6))
    path.write_text(
        f"<html><head><title>某区新闻_某网</title><meta property='article:published_time' content='2024-01-22T08:00'>"
        f"</head><body><nav>首页 关于</nav><article><h1>某区建园</h1>{body}</article><script>x()</script></body></html>",
        encoding="utf-8",
    )
    [article] = cut_page(read_source(path, Publication()))
    assert (article.headline, article.published) == ("某区建园", "2024-01-22")
    assert (
        "某区今年新建幼儿园3所" in article.body and "首页" not in article.body and "x()" not in article.body
    )


def test_pdf_text_is_read_column_by_column(tmp_path: Path) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    path = tmp_path / "page.pdf"
    canvas = Canvas(str(path))
    canvas.setFont("STSong-Light", 12)
    for column, words in (
        (60, "左栏第一行左栏第一行，左栏第二行左栏第二行。"),
        (330, "右栏第一行右栏第一行，右栏第二行右栏第二行。"),
    ):
        for i, part in enumerate((words[:11], words[11:])):
            canvas.drawString(column, 700 - 14 * i, part)
    canvas.save()
    text = "\n".join(line.text for line in read_source(path, Publication()).lines)
    assert "左栏第一行左栏第一行，左栏第二行" in text.replace("\n", "")
    assert text.index("左栏第二行") < text.index("右栏第一行")


def test_a_pdf_without_text_layer_says_so(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "scan.pdf"
    canvas = Canvas(str(path))
    canvas.rect(10, 10, 100, 100)
    canvas.save()
    with pytest.raises(ReadError, match="OCR"):
        read_source(path, Publication())


def test_folders_are_expanded_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", ".hidden.txt", "c.jpg", "README.md"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    assert [p.name for p in find_sources([tmp_path])] == ["a.md", "b.txt"]


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        find_sources([tmp_path / "none.txt"])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_give_articles_or_a_clear_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.txt"
    path.write_bytes(data)
    try:
        articles = cut_page(read_source(path, Publication()))
    except ReadError as error:
        assert "any.txt" in str(error)
    else:
        assert all(article.headline for article in articles)
