"""Names by class, with the canonical name that the article or the gazetteer gives."""

from __future__ import annotations

import pytest

from loaders.entity import read_entities
from loaders.facts import Article, Entity


def read(body: str, headline: str = "标题", reporters: tuple[tuple[str, str], ...] = ()) -> list[Entity]:
    return read_entities(Article("a", headline, body, reporters=reporters))


#: text → (class, canonical name) of the mentions that it must hold
NAMES = {
    "呈贡区雨花街道某社区": [("AdministrativeArea", "呈贡区"), ("AdministrativeArea", "雨花街道")],
    "昆明市工信局发布消息": [("Organization", "昆明市工业和信息化局")],
    "昆明市今年发力，市政府提出，市委组织部部署": [
        ("Organization", "昆明市人民政府"),
        ("Organization", "中共昆明市委组织部"),
    ],
    "云南省委召开会议": [("Organization", "中共云南省委员会")],
    "官渡区妇联和团区委参与": [("Organization", "官渡区妇女联合会"), ("Organization", "共青团官渡区委员会")],
    "昆明经开区投资增长": [("FunctionalZone", "昆明经济技术开发区")],
    "支持禄劝、寻甸和富民做好申报": [
        ("AdministrativeArea", "禄劝彝族苗族自治县"),
        ("AdministrativeArea", "寻甸回族彝族自治县"),
        ("AdministrativeArea", "富民县"),
    ],
    "推动晋宁宝峰湿地公园提质": [("Park", "晋宁宝峰湿地公园")],
    "加快滇中引水工程、嵩明抽水蓄能电站等20个重点项目建设": [("Project", "嵩明抽水蓄能电站")],
    "昆明地铁5号线开通": [("Project", "昆明地铁5号线")],
    "云南能源投资集团有限公司签约": [("Organization", "云南能源投资集团有限公司")],
    "就读于云南大学": [("Organization", "云南大学")],
    "实施乡村建设三年行动": [("Programme", "乡村建设三年行动")],
    "印发《昆明市绿色发展规划》": [("Programme", "昆明市绿色发展规划")],
    "推进“雨露计划”实施": [("Programme", "雨露计划")],
    "昆明市十五届人大五次会议开幕": [("Event", "昆明市十五届人大五次会议")],
    "第八届昆明国际花卉博览会举行": [("Event", "第八届昆明国际花卉博览会")],
    "某公司董事长王晓明表示": [("Person", "王晓明")],
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=list(NAMES))
def test_names_are_found_with_class_and_canonical_name(text: str, expected: list[tuple[str, str]]) -> None:
    found = {(e.cls, e.name) for e in read(text)}
    assert set(expected) <= found, found


@pytest.mark.parametrize(
    "text",
    [
        "产业富民、生活安宁是目标",
        "全国各类产业园区发展",
        "各大学和中小学",
        "国家级开发区亩均产值",
        "高新技术企业达到30户",
        "商家们表示满意",
    ],
)
def test_common_words_are_no_names(text: str) -> None:
    assert [(e.cls, e.name) for e in read(text)] == []


def test_without_a_home_a_bare_level_stays_as_printed() -> None:
    [e] = [e for e in read("市政府提出目标") if e.cls == "Organization"]
    assert e.name == "市政府"


def test_an_area_is_known_by_its_code() -> None:
    [e] = read("呈贡区")
    assert (e.key, e.kind) == ("530114", "District")


def test_homonyms_are_told_by_the_city_around_them() -> None:
    keys = {e.name: e.key for e in read("昆明市西山区")}
    assert keys["西山区"] == "530112"


def test_a_company_s_short_form_and_the_anaphor_mean_the_company() -> None:
    body = "云南某云科技有限公司成立。该公司投资建厂。"
    assert [e.name for e in read(body)] == ["云南某云科技有限公司"] * 2


def test_reporters_are_persons_with_their_role() -> None:
    [e] = read("本报讯(见习记者 王宁)消息", reporters=(("王宁", "见习记者"),))
    assert (e.cls, e.name, e.post) == ("Person", "王宁", "见习记者")


def test_appointments_name_person_and_post() -> None:
    body = "会议决定任命：\n张伟明为安宁市水务局局长；\n免去：\n王志强的安宁市财政局局长职务。"
    posts = {e.name: e.post for e in read(body, headline="任免名单") if e.cls == "Person"}
    assert posts == {"张伟明": "安宁市水务局局长", "王志强": "安宁市财政局局长"}


def test_who_is_invited_keeps_a_name_of_two_characters() -> None:
    assert [e.name for e in read("原西山区区长郑华应邀出席。") if e.cls == "Person"] == ["郑华"]
