"""Relations that a sentence states."""

from __future__ import annotations

import pytest

from loaders.facts import Article
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
