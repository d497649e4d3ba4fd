"""Whole articles of the genre, in our own words: what is read from them, exactly."""

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
    "port": Digest(
        "磨憨铁路口岸进出口货运量创新高",
        "据昆明海关统计，2023年，磨憨铁路口岸进出口货运量达422万吨，同比增长94.9%。"
        "中老铁路开通以来，勐腊海关优化监管流程。"
        "云南省商务厅口岸处处长高云飞介绍，今年将支持磨憨口岸建设进境水果指定监管场地，推动勐腊县与老挝南塔省开展合作。"
        "昆明市托管磨憨镇以来，磨憨—磨丁经济合作区新增企业380户。",
        {
            "AdministrativeArea": {"勐腊县", "昆明市", "磨憨镇", "老挝"},
            "FunctionalZone": {"中国老挝磨憨—磨丁经济合作区", "磨憨口岸", "磨憨铁路口岸"},
            "Organization": {"云南省商务厅", "勐腊海关", "昆明海关"},
            "Person": {"高云飞"},
            "Project": {"中老铁路"},
        },
        {"AdministrativeArea": {"云南省", "南塔省"}, "Organization": {"云南省商务厅口岸处"}},
    ),
    "guiyang": Digest(
        "贵阳市公布2023年十件民生实事",
        "近日，贵阳市人民政府办公厅印发《贵阳市2023年民生实事实施方案》。"
        "方案明确，全市新建改扩建公办幼儿园20所，由市教育局牵头。"
        "轨道交通3号线力争年内开通试运营，观山湖区、白云区新增停车位1.2万个，贵安新区建设保障性租赁住房5000套。"
        "市长郑伟在贵州省十四届人大一次会议上表示，将深入实施“强省会”行动，提升贵阳龙洞堡国际机场保障能力。"
        "省大数据局负责人介绍了有关情况。",
        {
            "AdministrativeArea": {"白云区", "观山湖区", "贵阳市"},
            "Event": {"贵州省十四届人大一次会议"},
            "FunctionalZone": {"贵安新区"},
            "Organization": {"贵阳市教育局"},
            "Person": {"郑伟"},
            "Programme": {"“强省会”行动", "贵阳市2023年民生实事实施方案"},
            "Project": {"贵阳龙洞堡国际机场", "轨道交通3号线"},
        },
        {
            "AdministrativeArea": {"贵州省"},
            "Organization": {
                "贵州省大数据发展管理局",
                "贵州省大数据局",
                "贵阳市人民政府",
                "贵阳市人民政府办公厅",
            },
            "Programme": {"2023年十件民生实事", "2023年民生实事"},
        },
    ),
    "livelihood2022": Digest(
        "2022年昆明市10件惠民实事进展",
        "截至10月底，市政府2022年10件惠民实事总体进展顺利。"
        "市卫生健康委推进基层医疗机构标准化建设，延安医院呈贡医院新增床位300张。"
        "市民政局建成居家养老服务中心26个，市残联为1.2万名残疾人提供康复服务。"
        "《昆明市“十四五”教育发展规划》明确，到2025年新增学位10万个。"
        "市水务局实施滇池保护治理“三年攻坚”行动，完成第十四水质净化厂扩建。"
        "西山区碧鸡街道、东川区铜都街道的老旧小区改造全部开工。",
        {
            "AdministrativeArea": {"东川区", "碧鸡街道", "西山区", "铜都街道"},
            "Organization": {"昆明市卫生健康委员会", "昆明市残疾人联合会", "昆明市民政局", "昆明市水务局"},
            "Programme": {"2022年10件惠民实事", "“三年攻坚”行动", "昆明市“十四五”教育发展规划"},
            "Project": {"第十四水质净化厂"},
        },
        {
            "AdministrativeArea": {"昆明市"},
            "Organization": {"呈贡医院", "延安医院", "延安医院呈贡医院", "昆明市人民政府"},
            "Programme": {"滇池保护治理", "滇池保护治理“三年攻坚”行动"},
        },
    ),
    "culture": Digest(
        "第7届南亚博览会8月启幕",
        "第7届中国—南亚博览会将于8月16日至20日在昆明滇池国际会展中心举办。"
        "南博会期间，云南省博物馆、昆明市博物馆将延长开放时间。"
        "2023昆明高原半程马拉松同期举行，预计吸引2万名选手。"
        "云南省委宣传部、省文化和旅游厅主办的文化旅游推介会将邀请巴基斯坦、尼泊尔、泰国客商参会。"
        "斗南花市单日成交量突破1000万枝。",
        {
            "Event": {"2023昆明高原半程马拉松", "第7届中国—南亚博览会"},
            "Organization": {"中共云南省委宣传部", "云南省博物馆", "云南省文化和旅游厅", "昆明市博物馆"},
        },
        {
            "AdministrativeArea": {"云南省", "尼泊尔", "巴基斯坦", "昆明市", "泰国"},
            "Event": {"南博会", "文化旅游推介会", "第7届南亚博览会"},
            "Organization": {"斗南花市"},
            "Project": {"斗南花市", "昆明滇池国际会展中心"},
        },
    ),
    "xinhua": Digest(
        "国家发展改革委：支持西部陆海新通道建设",
        "新华社北京3月5日电（记者 何静）国家发展改革委5日发布《西部陆海新通道高质量建设实施方案》。"
        "方案提出，到2027年，云南、广西、贵州、四川、重庆等省区市的铁海联运量明显提升。"
        "中国铁路昆明局集团有限公司负责人说，将推进大瑞铁路保山至瑞丽段建设。"
        "缅甸、越南驻昆明总领事馆官员出席发布会。",
        {
            "AdministrativeArea": {"云南省", "四川省", "广西壮族自治区", "缅甸", "贵州省", "越南", "重庆市"},
            "Organization": {"中国铁路昆明局集团有限公司", "国家发展改革委"},
            "Person": {"何静"},
            "Programme": {"西部陆海新通道高质量建设实施方案"},
        },
        {
            "AdministrativeArea": {"保山市", "北京市", "昆明市", "瑞丽市"},
            "Event": {"发布会"},
            "Organization": {"国家发展和改革委员会"},
            "Programme": {"西部陆海新通道"},
            "Project": {"大瑞铁路", "大瑞铁路保山至瑞丽段", "西部陆海新通道"},
        },
    ),
    "airport": Digest(
        "昆明机场春运发送旅客创新高",
        "1月26日，昆明长水国际机场单日起降航班突破1000架次。"
        "云南机场集团有限责任公司总经理谭永昌表示，机场改扩建工程T2航站楼已完成主体结构施工，滇中新区将同步推进空港商务广场建设。"
        "市交通运输局、官渡区人民政府联合召开保障会议。"
        "大板桥街道组织志愿者服务旅客。",
        {
            "AdministrativeArea": {"大板桥街道"},
            "FunctionalZone": {"云南滇中新区"},
            "Organization": {"云南机场集团有限责任公司", "官渡区人民政府", "昆明市交通运输局"},
            "Person": {"谭永昌"},
            "Project": {"昆明长水国际机场"},
        },
        {
            "AdministrativeArea": {"官渡区", "昆明市"},
            "Project": {"T2航站楼", "改扩建工程", "机场改扩建工程", "机场改扩建工程T2航站楼", "空港商务广场"},
        },
    ),
    "water": Digest(
        "滇池流域水环境治理再加力",
        "今年以来，昆明市滇池管理局统筹推进流域治理，盘龙江、宝象河水质稳定达到Ⅲ类。"
        "昆明滇池水务股份有限公司运营的第九水质净化厂日处理污水10万立方米。"
        "捞鱼河、古滇湿地公园生态修复面积达2600亩。"
        "《云南省滇池保护条例》自2024年1月1日起施行，晋宁区昆阳街道、上蒜镇完成沿湖截污管网45公里。"
        "省生态环境厅副厅长罗文静到现场督导。",
        {
            "AdministrativeArea": {"上蒜镇", "昆阳街道", "晋宁区"},
            "Organization": {"云南省生态环境厅", "昆明市滇池管理局", "昆明滇池水务股份有限公司"},
            "Park": {"古滇湿地公园"},
            "Person": {"罗文静"},
            "Programme": {"云南省滇池保护条例"},
            "Project": {"第九水质净化厂"},
        },
        {"AdministrativeArea": {"云南省", "昆明市"}},
    ),
    "nanjing": Digest(
        "南京江宁区为民办实事项目公布",
        "江宁区人民政府日前公布2025年民生实事项目，共10类28项。"
        "区民政局将新建社区助餐点40个，秣陵街道、禄口街道各建成1个综合为老服务中心。"
        "区卫健委推进南京市江宁医院新院区建设。"
        "百家湖公园改造工程预计8月完工。"
        "江苏省南京市副市长吴炜在南京市“两会”期间说，要把实事办好。"
        "主城区与郊区公共服务差距进一步缩小，市和县区联动机制不断健全。",
        {
            "AdministrativeArea": {"南京市", "江苏省", "禄口街道", "秣陵街道"},
            "Organization": {"江宁区人民政府", "江宁区卫生健康委员会", "江宁区民政局"},
            "Project": {"南京市江宁医院新院区", "百家湖公园改造工程"},
            "Person": {"吴炜"},
            "Programme": {"2025年民生实事"},
        },
        {
            "AdministrativeArea": {"江宁区"},
            "Event": {"南京市“两会”", "南京市两会"},
            "Organization": {"江宁医院"},
            "Park": {"百家湖公园"},
            "Programme": {"2025年民生实事项目"},
        },
    ),
    "union": Digest(
        "官渡区关爱快递小哥",
        "官渡区总工会联合区人社局、关上街道办事处建成“小哥驿站”12个。"
        "顺丰速运云南分公司党支部书记许志强表示，驿站解决了休息难题。"
        "团区委开展“春风暖心”行动，区红十字会赠送急救包800个。"
        "昆明市快递行业协会获评全国先进集体。",
        {
            "Organization": {
                "共青团官渡区委员会",
                "官渡区人力资源和社会保障局",
                "官渡区总工会",
                "昆明市快递行业协会",
            },
            "Person": {"许志强"},
            "Programme": {"“春风暖心”行动"},
        },
        {
            "AdministrativeArea": {"云南省", "关上街道", "官渡区", "昆明市"},
            "Organization": {
                "关上街道办事处",
                "官渡区红十字会",
                "顺丰速运云南分公司",
                "顺丰速运云南分公司党支部",
            },
            "Project": {"“小哥驿站”", "小哥驿站"},
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
