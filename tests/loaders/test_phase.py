"""Phases of projects: what an article tells, and what only looks so."""

from __future__ import annotations

import pytest

from loaders.facts import Article, PhaseReport
from loaders.pipeline import extract

PUBLISHED = "2024-03-01"


def phases(text: str, headline: str = "", published: str | None = PUBLISHED) -> list[PhaseReport]:
    body = extract(Article("a", headline, text, published=published))
    for report in body.phases:
        assert report.quote == text[report.span.start : report.span.end]
    return list(body.phases)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("福宜高速项目于2023年5月8日在安宁市正式开工建设。", [("福宜高速项目", "started", "2023-05-08")]),
        (
            "去年，福宜高速建成通车，盘龙江截污工程主体完工。",
            [
                ("福宜高速", "inOperation", "2023"),
                ("盘龙江截污工程", "underConstruction", "2023"),
            ],
        ),
        (
            "盘龙江截污工程由市排水公司负责，该项目2022年12月开工，2023年11月完工并投入使用。",
            [("盘龙江截污工程", "started", "2022-12"), ("盘龙江截污工程", "inOperation", "2023-11")],
        ),
        ("盘龙江截污工程全长3公里。目前，项目已完工。", [("盘龙江截污工程", "completed", None)]),
        (
            "福宜高速与渝昆高铁同步开通运营。",
            [("渝昆高铁", "inOperation", None), ("福宜高速", "inOperation", None)],
        ),
        ("福宜高速已完成总工程量的60%。", [("福宜高速", "underConstruction", None)]),
        ("福宜高速开展前期工作。", [("福宜高速", "planning", None)]),
        ("福宜高速签约落地。", [("福宜高速", "planning", None)]),
        ("捞渔河湿地公园免费开放。", [("捞渔河湿地公园", "inOperation", None)]),
        ("2023年12月31日，盘龙江截污工程通过验收。", [("盘龙江截污工程", "completed", "2023-12-31")]),
        ("盘龙江截污工程已开工，将于2025年建成。", [("盘龙江截污工程", "started", None)]),
        ("正在建设的盘龙江截污工程将设3座泵站。", [("盘龙江截污工程", "underConstruction", None)]),
        ("盘龙江截污工程与已建成的福宜高速相连。", [("福宜高速", "completed", None)]),
        ("福宜高速開工建設。", [("福宜高速", "started", None)]),
    ],
)
def test_a_phase_is_read_with_its_project_and_time(
    text: str, told: list[tuple[str, str, str | None]]
) -> None:
    found = [(report.project, report.phase, report.period) for report in phases(text)]
    assert sorted(found, key=str) == sorted(told, key=str)


@pytest.mark.parametrize(
    "text",
    [
        # planned, hoped for, due
        "福宜高速力争年内通车。",
        "福宜高速将于6月底建成通车。",
        "福宜高速有望在6月通车。",
        "福宜高速预计2025年建成通车。",
        "福宜高速计划开工。",
        "福宜高速6月底前建成通车。",
        "2026年福宜高速建成通车。",
        "昆明市要加快建设福宜高速。",
        "市领导要求福宜高速加快建设。",
        "工作目标：\n福宜高速建成通车。",
        # denied, stopped, asked
        "福宜高速尚未开工。",
        "福宜高速未能如期开工。",
        "福宜高速今年不再开工。",
        "福宜高速没有开工。",
        "福宜高速暂停施工。",
        "福宜高速停工。",
        "捞渔河湿地公园暂停开放。",
        "福宜高速是否开工，尚无消息。",
        # conditions and efforts
        "如果福宜高速建成，车程将缩短。",
        "福宜高速建成后将缩短车程。",
        "福宜高速开工前要完成征地。",
        "福宜高速开工条件已经具备。",
        "福宜高速不具备开工条件。",
        "福宜高速具备通车条件。",
        "推动福宜高速等3个项目开工。",
        "确保福宜高速按期投产。",
        "为福宜高速开工做好准备。",
        # of something else
        "福宜高速服务区投入使用。",
        "福宜高速沿线3个项目开工。",
        "捞渔河湿地公园3个项目开工。",
        "捞渔河湿地公园内的游客中心建成投用。",
        "在捞渔河湿地公园开工。",
        "昆明市建成捞渔河湿地公园停车场3个。",
        "福宜高速建成30公里。",
        "二街片区污水处理厂扩建工程动工。",
        "盘龙江截污工程全长3公里。目前，3个项目已完工。",
        "昆明市有盘龙江截污工程和福宜高速两个项目。项目已完工。",
        "盘龙江截污工程的建设单位是市排水公司。",
        "盘龙江截污工程位于盘龙区，配套道路已建成。",
        # words that are no predicate
        "福宜高速开工率达到80%。",
        "福宜高速的建成意义重大。",
        "福宜高速通车时间推迟到2025年。",
        "盘龙江截污工程竣工验收工作正在进行。",
        "市领导调研福宜高速建设情况。",
        "全市3个项目开工，5个项目竣工。",
        "",
    ],
)
def test_what_is_planned_denied_or_of_something_else_is_no_phase(text: str) -> None:
    assert phases(text) == []


def test_a_headline_of_promises_makes_none_of_a_bare_verb() -> None:
    assert phases("福宜高速建成通车。", headline="今年要办好十件实事：下一步计划") == []


def test_a_project_goes_through_many_phases_in_one_article() -> None:
    text = (
        "总投资5亿元的盘龙江截污工程，2019年完成立项，2021年3月破土动工，2022年8月主体封顶，2023年6月通过竣工验收，"
        "2023年9月投入使用。"
    )
    assert [(report.phase, report.period) for report in phases(text)] == [
        ("planning", "2019"),
        ("started", "2021-03"),
        ("underConstruction", "2022-08"),
        ("completed", "2023-06"),
        ("inOperation", "2023-09"),
    ]


def test_a_phase_told_again_without_its_time_is_one_report() -> None:
    text = "2023年12月3日，福宜高速开工建设。\n\n福宜高速开工。"
    assert [report.period for report in phases(text, published=None)] == ["2023-12-03"]
