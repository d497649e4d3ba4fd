"""Relations that a sentence states."""

from __future__ import annotations

import pytest

from loaders.facts import Article, Holding
from loaders.pipeline import extract

#: text → relations that it must give
RELATIONS = {
    "官渡区金马街道开展活动。": [("金马街道", "locatedIn", "官渡区")],
    "云南某某建材有限公司董事长孙建明表示满意。": [
        ("孙建明", "holdsPost", "董事长"),
        ("孙建明", "memberOf", "云南某某建材有限公司"),
    ],
    "云南某云科技有限公司荣获云南省优秀企业称号。": [
        ("云南某云科技有限公司", "honouredWith", "云南省优秀企业")
    ],
    "云南某云科技有限公司党支部开展活动。": [
        ("云南某云科技有限公司党支部", "partOf", "云南某云科技有限公司")
    ],
    "昆明市举办第八届昆明国际花卉博览会。": [("昆明市", "organizes", "第八届昆明国际花卉博览会")],
    "呈贡区深入实施乡村建设三年行动。": [("呈贡区", "responsibleFor", "乡村建设三年行动")],
    "指导宜良、嵩明做好湿地申报工作。": [
        ("宜良县", "responsibleFor", "湿地申报"),
        ("嵩明县", "responsibleFor", "湿地申报"),
    ],
    "官渡区云南某云科技有限公司党支部开展活动。": [("云南某云科技有限公司", "locatedIn", "官渡区")],
    "云南某云科技有限公司组建先锋服务车队和青年志愿车队。": [
        ("云南某云科技有限公司", "responsibleFor", "先锋服务车队"),
        ("云南某云科技有限公司", "responsibleFor", "青年志愿车队"),
    ],
    "云南青禾农业有限公司成立。青禾公司总经理李小明表示满意。": [
        ("李小明", "memberOf", "云南青禾农业有限公司")
    ],
    "第三届昆明城市音乐节在翠湖边的草坪举办。": [],
    "第三届昆明城市音乐节在翠湖西岸大草坪举办。": [("第三届昆明城市音乐节", "locatedIn", "翠湖西岸大草坪")],
    "嵩明抽水蓄能电站开工。": [("嵩明抽水蓄能电站", "locatedIn", "嵩明县")],
}


@pytest.mark.parametrize(("text", "expected"), RELATIONS.items(), ids=list(RELATIONS))
def test_a_relation_is_read_with_its_words(text: str, expected: list[tuple[str, str, str]]) -> None:
    extraction = extract(Article("a", "标题", text))
    found = {(r.subject, r.predicate, r.object) for r in extraction.relations}
    assert set(expected) <= found, found
    for relation in extraction.relations:
        assert text[relation.span.start : relation.span.end] == relation.quote


def test_nothing_is_related_to_itself() -> None:
    body = "2023年10件惠民实事完成情况为：\n2023年10件惠民实事已办结。"
    assert all(r.subject != r.object for r in extract(Article("a", "标题", body)).relations)


@pytest.mark.parametrize(
    ("text", "holding"),
    [
        ("官渡区水务局局长张建国介绍情况。", Holding("局长", body="官渡区水务局")),
        ("官渡区副区长张建国主持会议。", Holding("副区长", place="官渡区")),
        ("官渡区委书记张建国主持会议。", Holding("区委书记", place="官渡区")),
        ("昆明市人民政府副市长张建国主持会议。", Holding("副市长", place="昆明市")),
        ("原官渡区副区长张建国出席会议。", Holding("副区长", place="官渡区", past=True)),
        ("官渡区原副区长张建国出席会议。", Holding("副区长", place="官渡区", past=True)),
        ("张建国由官渡区区长调任昆明市水务局局长。", Holding("区长", place="官渡区", past=True)),
        (
            "2024年1月22日，昆明市人大常委会会议通过，决定任命张建国为昆明市水务局局长。",
            Holding("局长", body="昆明市水务局", since="2024-01-22"),
        ),
        (
            "2024年1月22日，会议接受张建国辞去昆明市人民政府副市长职务。",
            Holding("副市长", place="昆明市", past=True, until="2024-01-22"),
        ),
        ("张建国当选昆明市副市长。", Holding("副市长", place="昆明市")),
        ("专家张建国介绍情况。", Holding("专家")),
    ],
)
def test_a_post_is_told_with_where_whether_it_is_over_and_since_when(text: str, holding: Holding) -> None:
    article = Article("a", "要闻", text, published="2024-03-01")
    found = [r.holding for r in extract(article).relations if r.predicate == "holdsPost"]
    assert found[0] == holding
