"""The competency questions in `queries/`, each with its right answer on the real page, and their upkeep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Store

from graph.build import build
from graph.snapshot import open_current
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.identifiers import DEFAULT_BASE

DISPUTED = {
    "winter": """---
published: 2024-02-01
headline: 五华区公布2024年教育计划
---

五华区副区长张丽介绍，2023年五华区新增公办幼儿园12所。2024年，五华区计划新增公办幼儿园10所。
""",
    "summer": """---
published: 2024-06-01
headline: 五华区年中调整教育计划
---

五华区区长张丽介绍，2023年五华区新增公办幼儿园13所。2024年，五华区将新增公办幼儿园15所。
""",
}
#: What the sample pages have nothing of, and so no answer to.
UNANSWERED = {
    "05": "the sample digests name no reporters",
    "13": "no two sample digests contradict each other",
    "19": "no target of the sample digests was set anew",
}
QUERIES = Path(__file__).resolve().parent.parent / "queries"
NAMES = sorted(path.stem for path in QUERIES.glob("*.rq"))


@pytest.fixture(scope="module")
def page(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    data = tmp_path_factory.mktemp("page")
    build(data, extract_files([shared / "articles"], Publication()), base=DEFAULT_BASE)
    return open_current(data).open_store()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Store:
    data = tmp_path_factory.mktemp("sample")
    build(data, extract_files([QUERIES.parent / "articles"], Publication()), base=DEFAULT_BASE)
    return open_current(data).open_store()


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two articles that give one number differently, set one target anew, and promote somebody: no sample page does."""
    pages, data = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("disputed")
    for name, text in DISPUTED.items():
        (pages / f"{name}.md").write_text(text, encoding="utf-8")
    build(data, extract_files([pages], Publication()), base=DEFAULT_BASE)
    return open_current(data).open_store()


def ask(store: Store, name: str) -> list[dict[str, Any]]:
    text = next(QUERIES.glob(f"{name}*.rq")).read_text(encoding="utf-8")
    solutions = store.query(text)
    names = [v.value for v in solutions.variables]  # type: ignore[union-attr]
    return [dict(zip(names, (None if t is None else t.value for t in row), strict=True)) for row in solutions]  # type: ignore[union-attr]


def columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[n] for n in names) for row in rows]


@pytest.mark.parametrize("name", NAMES)
def test_every_query_says_what_it_answers_in_both_languages(name: str) -> None:
    first, second, *_ = (QUERIES / f"{name}.rq").read_text(encoding="utf-8").splitlines()
    assert first.startswith("# ")
    assert first.endswith("?")
    assert second.startswith("# ")
    assert second.endswith("？")


@pytest.mark.parametrize("name", NAMES)
def test_every_query_has_an_answer_on_the_sample_pages(sample: Store, name: str) -> None:
    assert bool(ask(sample, name)) == (name[:2] not in UNANSWERED), UNANSWERED.get(name[:2])


def test_commitments_of_2024_with_a_target_of_at_least(page: Store) -> None:
    rows = ask(page, "01")
    assert len(rows) == 15
    assert len({r["commitment"] for r in rows}) == 13
    amounts = {(int(r["value"]), r["unit"]) for r in rows}
    assert amounts == {
        (4_000_000, "元/亩"),
        (3_000_000, "元/亩"),
        (23_000, "户"),
        (7_000, "户"),
        (160, "个"),
        (20, "个"),
        (50, "个"),
        (20, "%"),
        (10, "%"),
        (40, "个"),
        (200, "台"),
        (100_000, "户"),
        (600, "户"),
    }


def test_outcomes_of_2023_with_a_completion_over_200_percent(page: Store) -> None:
    assert columns(ask(page, "02"), "indicator", "value", "completion", "joint") == [
        ("引进名师", "317", "482.9", "true"),
        ("引进名长", "21", "482.9", "true"),
        ("新建改建农村公路", "600.255", "400.2", None),
        ("“12348”接听解答来电", "87084", "217.7", None),
        ("“雨露计划”补助已发放", "13080", "201.2", None),
    ]


def test_facts_that_two_articles_report_are_one_claim_each(page: Store) -> None:
    assert columns(ask(page, "03"), "indicator", "value", "articles") == [
        ("国家级开发区亩均产值", "4000000", "2"),
        ("省级开发区亩均产值", "3000000", "2"),
    ]


def test_parks_and_where_they_are(page: Store) -> None:
    places = {r["name"]: r["place"] for r in ask(page, "04")}
    assert places == {
        "昆明承接产业转移园区": "昆明市",
        "磨憨沿边产业园区": "磨憨镇",
        "环宇智能科技产业园": None,
        "滇中东盟国际物流园": None,
        "国际集货交易物流园": None,
        "石寨山国家考古遗址公园": None,
        "草铺化工园区": None,
        "海口化工园区": None,
        "二街化工园区": None,
        "捞渔河湿地公园": None,
    }


def test_who_reported_what(page: Store) -> None:
    counts = {r["reporter"]: int(r["articles"]) for r in ask(page, "05")}
    assert counts == {
        "张雁群": 5,
        "熊明": 5,
        "李向雄": 4,
        "舒倩": 2,
        "龙舟": 1,
        "余红": 1,
        "茶志福": 1,
        "党晓培": 1,
        "杨青娜": 1,
    }


def test_growth_promised_and_measured(page: Store) -> None:
    assert columns(ask(page, "06"), "kind", "bound", "value", "estimated") == [
        ("promised", "at least", "20", None),
        ("promised", "exactly", "15", None),
        ("promised", "at least", "10", None),
        ("measured", "about", "7", "true"),
    ]


def test_commitments_of_a_hundred_billion_yuan_or_more(page: Store) -> None:
    assert columns(ask(page, "07"), "indicator", "value") == [
        ("物流总收入", "350000000000"),
        ("民营经济增加值", "335000000000"),
    ]


def test_the_ten_promises_of_2024_in_the_order_of_the_vote(page: Store) -> None:
    rows = ask(page, "08")
    assert [r["counterpart"] for r in rows] == [
        "true", "true", "true", "false", "true", "true", "false", "true", "false", "true",
    ]  # fmt: skip
    assert [(r["value"], r["unit"]) for r in rows if r["value"]] == [("200", "公里")]


def test_shares_and_of_what(page: Store) -> None:
    assert columns(ask(page, "09"), "value", "of", "estimated") == [
        ("81", "全市", None),
        ("40", "全省获评数量", None),
        ("33.33", "全省园区", "true"),
        ("33", "全省园区", None),
    ]


def test_who_was_honoured_with_what(page: Store) -> None:
    assert columns(ask(page, "10"), "recipient", "honour") == [
        ("云南滇约出行科技有限公司", "“官渡先锋·党建强、发展强”示范党组织"),
        ("云南滇约出行科技有限公司", "云南省高新技术企业"),
        ("云南滇约出行科技有限公司", "官渡先锋示范党支部"),
        ("云南滇约出行科技有限公司", "昆明市汽车租赁行业协会创新单位"),
        ("云南滇约出行科技有限公司党支部", "云岭先锋红旗党支部"),
        ("安宁绿色化工集群", "省级先进制造业产业集群"),
        ("经开区先进装备集群", "省级先进制造业产业集群"),
    ]


def test_promises_of_2023_exceeded_more_than_twofold_and_by_whose_account(sample: Store) -> None:
    rows = ask(sample, "11")
    assert columns(rows, "indicator", "promised", "target", "result", "rate", "joint") == [
        ("引进名师", "true", "70", "338", "482.9", "true"),
        ("引进名长", "true", "70", "338", "482.9", "true"),
        ("新建改建农村公路", "false", "150", "600.255", "400.2", None),
        *(
            (school, "true", "10", "35", "350", "true")
            for school in (
                "现代示范幼儿园",
                "省一级三等示范幼儿园",
                "省一级三等高完中",
                "省一级二等示范幼儿园",
                "认定现代示范学校",
            )
        ),
        ("“12348”热线接听来电", "false", "40000", "87084", "217.7", None),
        ("发放“雨露计划”补助", "false", "6500", "13080", "201.2", None),
    ]
    assert set(columns(rows, "account", "headline")) == {("春城账本", "2023年十件惠民实事：逐项报账")}


def test_on_the_real_page_they_are_the_same_though_no_promise_is_there(page: Store) -> None:
    assert columns(ask(page, "11"), "promised", "rate") == [
        ("false", rate) for rate in ("482.9", "482.9", "400.2", "217.7", "201.2")
    ]


def test_what_mohan_is_promised(sample: Store) -> None:
    assert columns(ask(sample, "12"), "promise", "about", "agent", "value", "unit", "due", "status") == [
        ("磨憨口岸进出口货物总量", "磨憨口岸", "昆明市", "9000000", "吨", "2024-12-31", "尚无结果"),
        ("重点项目", "磨憨国际口岸城市", "昆明市", "121", "个", "2024-12-31", "尚无结果"),
    ]


def test_what_mohan_is_promised_on_the_real_page(page: Store) -> None:
    assert {r["about"] for r in ask(page, "12")} == {
        "磨憨沿边产业园区",
        "磨憨国际口岸城市",
        "磨憨进口贸易促进创新示范区",
        "磨憨口岸",
    }


def test_numbers_that_two_articles_give_differently(disputed: Store) -> None:
    [row] = ask(disputed, "13")
    assert {row["value"], row["other"]} == {"12", "13"}
    assert (row["indicator"], row["period"], row["unit"]) == ("新增公办幼儿园", "2023", "所")
    assert {row["headline"], row["otherHeadline"]} == {"五华区公布2024年教育计划", "五华区年中调整教育计划"}
    assert f"{row['value']}所" in row["quote"] and f"{row['other']}所" in row["otherQuote"]


def test_promises_without_a_result_a_year_later(sample: Store) -> None:
    rows = ask(sample, "14")
    assert ("物流总收入", "350000000000", "2024-01-01", "2024-12-31", "尚无结果") in columns(
        rows, "indicator", "value", "since", "due", "status"
    )
    # The plans of 2024 are a year old on the data's day, those of January 2025 are not; those of 2023 have results.
    assert {r["since"] for r in rows} == {"2024-01-01"}
    assert not {"城镇新增就业", "新增公办幼儿园"} & {r["indicator"] for r in rows}


def test_share_of_promises_kept_by_theme(sample: Store) -> None:
    rows = {r["theme"]: (int(r["told"]), int(r["kept"]), r["percent"]) for r in ask(sample, "15")}
    assert rows["教育"] == (5, 5, "100")
    assert all((p is None) == (t == 0) for t, _, p in rows.values())


def test_posts_and_who_had_more_than_one(sample: Store, disputed: Store) -> None:
    assert columns(ask(sample, "16"), "person", "post", "inOffice") == [
        ("孙辉", "广东顺德惠图兄弟建材有限公司董事长", "true")
    ]
    assert columns(ask(disputed, "16"), "person", "posts", "post", "body", "since") == [
        ("张丽", "2", "五华区副区长", "五华区", "2024-02-01"),
        ("张丽", "2", "五华区区长", "五华区", "2024-06-01"),
    ]


def test_promises_by_district(sample: Store) -> None:
    assert columns(ask(sample, "17"), "district", "promises", "measurable", "kept") == [
        ("勐腊县", "2", "2", "0"),
        ("富民县", "2", "0", "0"),
        ("东川区", "1", "0", "0"),
        ("寻甸回族彝族自治县", "1", "0", "0"),
        ("禄劝彝族苗族自治县", "1", "0", "0"),
    ]


def test_targets_that_follow_from_rates_agree_with_the_promises(sample: Store) -> None:
    rows = ask(sample, "18")
    assert {(r["indicator"], r["promised"], r["agrees"]) for r in rows} == {
        ("农村人口的供水保障水平", "30000", "true"),
        ("农村劳动力转移就业", "100000", "true"),
        ("城镇新增就业", "140000", "true"),
        ("基本养老保险参保人数", "4650000", "true"),
        ("引进名师和名长", "70", "true"),
        ("新增公办幼儿园", "40", "true"),
        ("有效就业岗位", "140000", "true"),
    }
    assert all(float(r["low"]) <= float(r["promised"]) <= float(r["high"]) for r in rows)


def test_revised_targets(disputed: Store) -> None:
    assert columns(ask(disputed, "19"), "indicator", "earlier", "later", "change", "on") == [
        ("新增公办幼儿园", "10", "15", "raised", "2024-06-01")
    ]


def test_promises_for_parks(sample: Store, page: Store) -> None:
    assert {r["park"] for r in ask(sample, "20")} == {None, "二街化工园区", "海口化工园区"}
    parks = {r["park"] for r in ask(page, "20")}
    assert {"国际集货交易物流园", "昆明承接产业转移园区", "草铺化工园区", "磨憨沿边产业园区"} <= parks


def test_rates_reported_without_a_known_promise(sample: Store) -> None:
    rows = ask(sample, "21")
    told = set(columns(rows, "indicator", "rate", "follows"))
    assert ("“12348”热线接听来电", "217.7", "40000") in told
    assert ("失业保险参保人数", "106", None) in told
    assert "新增公办幼儿园" not in {r["indicator"] for r in rows}


def test_an_indicator_over_the_years(sample: Store) -> None:
    rows = [r for r in ask(sample, "22") if r["indicator"] == "城镇新增就业"]
    assert columns(rows, "year", "kind", "value") == [
        ("2021", "promised", "130000"),
        ("2021", "reported", "171900"),
        ("2023", "promised", "140000"),
        ("2023", "reported", "205900"),
    ]


def test_phases_of_projects(sample: Store) -> None:
    rows = ask(sample, "23")
    assert columns(rows, "project", "phase", "period", "now") == [
        ("富民抽水蓄能电站", "在建", None, "在建"),
        ("石寨山国家考古遗址公园", "前期", "2023", "前期"),
        ("第十五水质净化厂", "在建", None, "在建"),
    ]
    assert "石寨山国家考古遗址公园已完成国家文物局立项" in {r["quote"] for r in rows}


@pytest.mark.parametrize(
    "nothing",
    ["?article ccl:published ?date", "?c a ccl:Commitment ; ccl:year 2024 ; ccl:completionRate ?rate"],
)
def test_what_the_page_does_not_say_is_not_in_the_graph(page: Store, nothing: str) -> None:
    assert not page.query(f"PREFIX ccl: <https://w3id.org/chuncheng/def/> ASK {{ {nothing} }}")


def test_every_quote_is_found_in_its_article(page: Store) -> None:
    query = """PREFIX ccl: <https://w3id.org/chuncheng/def/> PREFIX oa: <http://www.w3.org/ns/oa#>
        PREFIX schema: <http://schema.org/>
        SELECT ?body ?quote WHERE { ?span ccl:quote ?quote ; oa:hasSource/schema:articleBody ?body }"""
    rows: Iterator[Any] = iter(page.query(query))  # type: ignore[arg-type]
    assert all(row["quote"].value in row["body"].value for row in rows)


def test_the_sample_links_promises_to_their_results(sample: Store) -> None:
    query = """PREFIX ccl: <https://w3id.org/chuncheng/def/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?what ?target ?value WHERE { ?o ccl:fulfils ?p ; ccl:value ?value . ?p ccl:value ?target ; ccl:year 2023 ;
            ccl:indicator/rdfs:label ?what }"""
    linked = {tuple(t.value for t in row) for row in sample.query(query)}  # type: ignore[union-attr]
    assert ("新增公办幼儿园", "40", "67") in linked
    assert ("城镇新增就业", "140000", "205900") in linked
