"""Pages to articles: layouts of newspapers and of plain files."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.byline import read_closing, read_line, read_opening
from loaders.facts import Article
from loaders.page import cut_page
from loaders.read import Publication, read_source


def cut(tmp_path: Path, text: str, name: str = "page.txt") -> list[Article]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return cut_page(read_source(path, Publication()))


PAGE = """要闻

把实事办到心坎上——

某区公布十件实事

本报记者 王宁 李小红

某区公布了十件实事，第一件是修
路。

第二件是建桥。

图片新闻

某街道开了新食堂

本报讯(记者 赵明 通讯员 周小川)昨日，某街道新食堂开张。

图为食堂一角。本报记者 赵明 摄

食堂离地铁站不远，首日来了
两百位老人。
"""


def test_a_page_is_cut_at_its_bylines(tmp_path: Path) -> None:
    first, second = cut(tmp_path, PAGE)
    assert (first.headline, first.kicker) == ("某区公布十件实事", "把实事办到心坎上——")
    assert first.reporters == (("王宁", "记者"), ("李小红", "记者"))
    assert first.body == "某区公布了十件实事，第一件是修路。\n第二件是建桥。"
    assert (second.headline, second.kicker) == ("某街道开了新食堂", None)
    assert second.reporters == (("赵明", "记者"), ("周小川", "通讯员"))


def test_torn_paragraphs_are_joined_over_captions(tmp_path: Path) -> None:
    second = cut(tmp_path, PAGE)[1]
    assert second.body.endswith("新食堂开张。\n食堂离地铁站不远，首日来了两百位老人。")


def test_a_page_is_cut_after_bylines_that_close_its_articles(tmp_path: Path) -> None:
    text = (
        "某街道开了食堂\n昨日，某街道新食堂开张。（记者 王宁）\n\n某区修了路\n某区修好三条路。（记者 赵明）\n"
    )
    first, second = cut(tmp_path, text)
    assert (first.headline, first.reporters) == ("某街道开了食堂", (("王宁", "记者"),))
    assert (second.headline, second.reporters) == ("某区修了路", (("赵明", "记者"),))


def test_a_file_without_bylines_is_one_article(tmp_path: Path) -> None:
    text = "某县工作要点\n\n一、抓项目\n建设项目20个。\n二、抓民生\n新增学位900个。\n"
    [article] = cut(tmp_path, text)
    assert article.headline == "某县工作要点"
    assert article.body == "一、抓项目\n建设项目20个。\n二、抓民生\n新增学位900个。"


def test_a_text_wrapped_at_a_fixed_width_is_unwrapped(tmp_path: Path) -> None:
    lines = [
        "某县今年要办的事情有很多很多件其中",
        "最要紧的是修路和建桥以及新建三所",
        "学校另外还要把老旧小区改造好让群",
        "众住得舒心同时把河道治理干净还清",
        "水于民这些事情都写进了工作报告里",
        "由人大代表监督。",
    ]
    [article] = cut(tmp_path, "某县要办的事\n\n" + "\n".join(lines))
    assert article.body == "".join(lines)


def test_markdown_headings_begin_articles(tmp_path: Path) -> None:
    first, second = cut(
        tmp_path, "# 甲\n\n正文一。\n\n## 小标题\n\n正文二。\n\n# 乙\n\n正文三。\n", "page.md"
    )
    assert (first.headline, first.subheads, second.headline) == ("甲", ("小标题",), "乙")
    assert first.body == "正文一。\n小标题\n正文二。"


def test_the_same_article_in_two_files_has_one_id(tmp_path: Path) -> None:
    [a] = cut(tmp_path, "标题甲\n\n正文一。\n正文二。", "a.txt")
    [b] = cut(tmp_path, "标题甲\n\n\n正文一。\n\n正文二。\n", "b.txt")
    assert a.id == b.id


@pytest.mark.parametrize(
    ("line", "people"),
    [
        (
            "本报讯(记者 王宁 李小红 见习记者 赵明)昨日",
            (("王宁", "记者"), ("李小红", "记者"), ("赵明", "见习记者")),
        ),
        ("本报讯（实习生 周舟 记者 王宁）昨日", (("周舟", "实习生"), ("王宁", "记者"))),
        ("新华社昆明1月20日电（记者王宁、李小红）昨日", (("王宁", "记者"), ("李小红", "记者"))),
        ("本报讯 昨日", ()),
    ],
)
def test_the_opening_of_a_body_names_its_reporters(line: str, people: tuple[tuple[str, str], ...]) -> None:
    byline = read_opening(line)
    assert byline is not None and byline.reporters == people


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("本报记者 王宁 李小红", (("王宁", "记者"), ("李小红", "记者"))),
        ("□ 本报记者 王 宁 李小红 文/图", (("王宁", "记者"), ("李小红", "记者"))),
        ("记者 王宁 通讯员 赵明", (("王宁", "记者"), ("赵明", "通讯员"))),
    ],
)
def test_a_byline_may_have_its_own_line(line: str, people: tuple[tuple[str, str], ...]) -> None:
    byline = read_line(line)
    assert byline is not None and byline.reporters == people


def test_a_byline_may_close_a_body() -> None:
    byline = read_closing("活动持续到月底。（记者 王宁）")
    assert byline is not None and byline.reporters == (("王宁", "记者"),)


@pytest.mark.parametrize("line", ["记者昨日从市水务局获悉，水厂开工。", "通讯员队伍不断壮大，超过100人。"])
def test_a_sentence_about_reporters_is_no_byline(line: str) -> None:
    assert read_line(line) is None and read_opening(line) is None
