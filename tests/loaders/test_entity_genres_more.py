"""Whole articles of the genre, in our own words, with lists, coordinations and appointments."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from loaders.byline import read_opening
from loaders.entity import read_entities
from loaders.facts import Article


@dataclass(frozen=True)
class Digest:
    """An article in our own words, the names that must be read, and nested or borderline ones that may."""

    headline: str
    body: str
    names: dict[str, set[str]]
    optional: dict[str, set[str]]


DIGESTS = {
    "appointments": Digest(
        "昆明市人大常委会任免名单",
        "昆明市第十五届人民代表大会常务委员会第二十六次会议于2024年4月28日通过："
        "\n"
        "任命周维清为昆明市副市长；"
        "\n"
        "任命何丽娟为昆明市水务局局长；"
        "\n"
        "免去罗志刚的昆明市水务局局长职务；"
        "\n"
        "免去段云芳的昆明市中级人民法院副院长职务；"
        "\n"
        "接受欧阳建平辞去昆明市人民检察院检察长职务的请求。",
        {
            "Event": {"昆明市第十五届人民代表大会常务委员会第二十六次会议"},
            "Organization": {"昆明市中级人民法院", "昆明市人民检察院", "昆明市水务局"},
            "Person": {"何丽娟", "周维清", "欧阳建平", "段云芳", "罗志刚"},
        },
        {
            "AdministrativeArea": {"昆明市"},
            "Organization": {"昆明市人民代表大会常务委员会", "昆明市人民政府"},
        },
    ),
    "metro": Digest(
        "昆明轨道交通建设提速",
        "记者从昆明轨道交通集团有限公司获悉，今年昆明将加快推进地铁8号线一期工程建设，线路起于西山区马街街道，止于呈贡区，全长约24公里，设车站19座。"
        "目前，轨道交通2号线二期已完成投资61.3亿元，安石高速公路建成通车，昆明南站交通枢纽改造完工。"
        "市发改委有关负责人表示，全市还将开工建设嵩明至寻甸城际铁路。",
        {
            "AdministrativeArea": {"呈贡区", "昆明市", "西山区", "马街街道"},
            "Organization": {"昆明市发展和改革委员会", "昆明轨道交通集团有限公司"},
            "Project": {"地铁8号线一期工程", "安石高速公路", "嵩明至寻甸城际铁路", "轨道交通2号线二期"},
        },
        {
            "AdministrativeArea": {"寻甸回族彝族自治县", "嵩明县"},
            "Project": {
                "地铁8号线",
                "昆明南站",
                "昆明南站交通枢纽",
                "昆明南站交通枢纽改造",
                "昆明轨道交通",
                "轨道交通2号线",
            },
        },
    ),
    "park": Digest(
        "安宁产业园区上半年产值破千亿",
        "上半年，安宁产业园区实现规上工业总产值1020亿元。"
        "园区管委会主任沈国强说，绿色石化、新能源电池等产业加快集聚，云南石化、裕能新能源等龙头企业满产运行。"
        "此外，杨林经开区、晋宁工业园区、东川再就业特色产业园区也完成了半年目标任务。"
        "安宁市委、市政府出台《安宁市支持新能源电池产业发展若干措施》，实施招商引资“百日攻坚”行动。",
        {
            "FunctionalZone": {"嵩明杨林经济技术开发区"},
            "Organization": {"中共安宁市委员会", "安宁市人民政府"},
            "Park": {"东川再就业特色产业园区", "安宁产业园区", "晋宁工业园区"},
            "Person": {"沈国强"},
            "Programme": {"“百日攻坚”行动", "安宁市支持新能源电池产业发展若干措施"},
        },
        {
            "AdministrativeArea": {"安宁市"},
            "FunctionalZone": {"安宁工业园区"},
            "Organization": {"云南石化", "安宁产业园区管委会", "安宁产业园区管理委员会", "裕能新能源"},
        },
    ),
    "proposals": Digest(
        "委员热议城市更新",
        "政协昆明市第十五届委员会第一次会议期间，市政协委员陈晓兰提交了《关于加强历史文化街区保护利用的提案》。"
        "民进昆明市委建议，由市文化和旅游局、市自然资源和规划局联合制定导则。"
        "九三学社昆明市委提出，应加快翠湖公园、圆通山动物园周边环境整治。"
        "五华区政协主席赵明德表示，华山街道将率先试点。"
        "本报记者 朱凯 摄",
        {
            "AdministrativeArea": {"华山街道"},
            "Event": {"政协昆明市第十五届委员会第一次会议"},
            "Organization": {
                "九三学社昆明市委",
                "五华区政协",
                "昆明市文化和旅游局",
                "昆明市自然资源和规划局",
                "民进昆明市委",
            },
            "Park": {"圆通山动物园", "翠湖公园"},
            "Person": {"赵明德", "陈晓兰"},
            "Programme": {"关于加强历史文化街区保护利用的提案"},
        },
        {"AdministrativeArea": {"五华区", "昆明市"}, "Organization": {"昆明市政协"}, "Person": {"朱凯"}},
    ),
    "nanning": Digest(
        "南宁今年开工重大项目80个",
        "2025年，南宁市计划开工重大项目80个。"
        "良庆区、五象新区、邕宁区加快建设，南宁轨道交通6号线一期、平陆运河、邕江湿地公园等项目有序推进。"
        "第21届中国—东盟博览会将于9月在南宁国际会展中心举行。"
        "广西壮族自治区党委、自治区政府要求，确保南宁至玉林铁路按期通车。"
        "南宁市发展改革委主任韦志勇作了说明。",
        {
            "AdministrativeArea": {"南宁市", "良庆区", "邕宁区"},
            "Event": {"第21届中国—东盟博览会"},
            "FunctionalZone": {"五象新区"},
            "Organization": {"南宁市发展和改革委员会"},
            "Park": {"邕江湿地公园"},
            "Person": {"韦志勇"},
            "Project": {"南宁至玉林铁路", "南宁轨道交通6号线一期", "平陆运河"},
        },
        {
            "AdministrativeArea": {"广西壮族自治区", "玉林市"},
            "Organization": {
                "中共广西壮族自治区委员会",
                "广西壮族自治区人民政府",
                "广西壮族自治区党委",
                "自治区党委",
                "自治区政府",
            },
            "Project": {"南宁国际会展中心"},
        },
    ),
    "county": Digest(
        "石林县乡村振兴见实效",
        "石林县今年落实衔接资金1.8亿元。"
        "县委书记金志伟带队到圭山镇、长湖镇调研，要求县农业农村局抓好高标准农田建设。"
        "鹿阜街道北小村社区成立了云南石林锦苑花卉专业合作社，带动农户460户。"
        "石林县人民医院与昆明医科大学第一附属医院组建医联体。"
        "全县人参果种植面积达6万亩，富民富县成效明显，群众安宁幸福。",
        {
            "AdministrativeArea": {"北小村社区", "圭山镇", "石林彝族自治县", "长湖镇", "鹿阜街道"},
            "Organization": {
                "云南石林锦苑花卉专业合作社",
                "昆明医科大学第一附属医院",
                "石林县人民医院",
                "石林彝族自治县农业农村局",
            },
            "Person": {"金志伟"},
        },
        {"Organization": {"中共石林彝族自治县委员会", "昆明医科大学"}, "Programme": {"乡村振兴"}},
    ),
    "congress": Digest(
        "曲靖市六届人大三次会议闭幕",
        "2月2日，曲靖市第六届人民代表大会第三次会议在曲靖会堂闭幕。"
        "会议选举陈立群为曲靖市人民代表大会常务委员会副主任，补选高玉兰为曲靖市中级人民法院院长。"
        "市委书记杨文斌讲话，市长方志远出席。"
        "会议表决通过了关于曲靖市人民政府工作报告的决议。"
        "麒麟区、沾益区、宣威市代表团审议了有关议案。",
        {
            "AdministrativeArea": {"宣威市", "曲靖市", "沾益区", "麒麟区"},
            "Event": {"曲靖市第六届人民代表大会第三次会议"},
            "Organization": {"曲靖市中级人民法院", "曲靖市人民代表大会常务委员会"},
            "Person": {"方志远", "杨文斌", "陈立群", "高玉兰"},
        },
        {
            "Organization": {"曲靖市人民政府"},
            "Programme": {"关于曲靖市人民政府工作报告的决议"},
            "Project": {"曲靖会堂"},
        },
    ),
}


@pytest.mark.parametrize("digest", DIGESTS.values(), ids=list(DIGESTS))
def test_a_genre_is_read_without_a_name_too_many_or_too_few(digest: Digest) -> None:
    opening = read_opening(digest.body)
    article = Article("a", digest.headline, digest.body, reporters=opening.reporters if opening else ())
    found = {(e.cls, e.name) for e in read_entities(article)}
    required = {(cls, name) for cls, names in digest.names.items() for name in names}
    optional = {(cls, name) for cls, names in digest.optional.items() for name in names}
    assert found - optional == required
