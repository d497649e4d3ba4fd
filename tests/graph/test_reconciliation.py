"""Across articles: one promise with its versions, results that answer it, rates that imply it, and people who decide."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from graph.build import article_lines, build
from graph.ledger import LedgerRow, ledger_rows
from graph.ledger.review import read_candidates, read_findings, review_lines
from graph.rdf import claim_iri
from graph.snapshot import Snapshot
from loaders.correction import load_patches
from loaders.facts import Article, Extraction, Statement
from loaders.pipeline import extract, load_articles
from loaders.read import Publication
from loaders.reconcile import (
    Claim,
    Claims,
    Decisions,
    Groups,
    Implied,
    Matches,
    group,
    implied_targets,
    load_decisions,
    match,
    withdraw,
)
from ontology.identifiers import DEFAULT_BASE
from ontology.terms import CCL, PROV, RDF

from .ledger_world import article, promise, result, store_of

SAMPLE = Path(__file__).parents[2] / "articles"
RDF_TYPE = NamedNode(RDF.type)
AGENT = "昆明市人民政府"


def claims_of(*articles: Extraction) -> list[Claim]:
    gathered = Claims(lambda s: claim_iri(DEFAULT_BASE, s))
    for extraction in articles:
        gathered.add(extraction)
    return gathered.hand_over()


def reconciled(*articles: Extraction) -> tuple[Matches, Groups, list[Implied]]:
    claims = claims_of(*articles)
    matches = match(claims)
    return matches, group(claims), implied_targets(claims, matches.links)


def said(*articles: Extraction) -> Store:
    """A store of what the articles say and what was found across them, without inference and statuses."""
    store = Store()
    lines = b"".join(article_lines(articles, DEFAULT_BASE, quotes_only=False))
    store.load(lines, format=RdfFormat.N_QUADS)
    return store


def shown(matches: Matches) -> set[tuple[str, tuple[str, ...]]]:
    return {(p.target.indicator, tuple(sorted(r.indicator for r in p.results))) for p in matches.links}


@pytest.fixture(scope="module")
def sample() -> list[Extraction]:
    return [extract(a) for a in load_articles([SAMPLE], Publication(None, None))]


@pytest.fixture(scope="module")
def snapshot(sample: list[Extraction], tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return build(tmp_path_factory.mktemp("sample") / "data", sample, base=DEFAULT_BASE)


# The sample


def test_every_promise_of_2023_meets_its_result(snapshot: Snapshot) -> None:
    rows = [r for r in snapshot.ledger() if r.period == "2023" and not r.implied]
    numbers = {
        r.indicator.zh: (r.target, r.outcome, r.completion, r.completion_reported)
        for r in rows
        if r.target is not None
    }
    assert numbers == {
        "新增公办幼儿园": (40, 67, Decimal("167.5"), Decimal("167.5")),
        "现代示范学校、现代示范幼儿园、省一级示范幼儿园和省一级高完中": (10, 35, 350, None),
        "引进名师和名长": (70, 338, Decimal("482.9"), Decimal("482.9")),
        "农村人口的供水保障水平": (30000, 35372, Decimal("117.9"), Decimal("117.9")),
        "食品安全抽检量": (4, Decimal("5.63"), Decimal("140.8"), None),
        "食品评价性抽检合格率": (98, Decimal("99.1"), Decimal("101.1"), None),
        "药品抽检": (800, 802, Decimal("100.3"), None),
        "有效就业岗位": (140000, 224600, Decimal("160.4"), Decimal("160.4")),
        "城镇新增就业": (140000, 205900, Decimal("147.1"), Decimal("147.1")),
        "农村劳动力转移就业": (100000, 118900, Decimal("118.9"), Decimal("118.9")),
        "基本养老保险参保人数": (4650000, 5118500, Decimal("110.1"), Decimal("110.1")),
    }
    assert all(r.reported_in for r in rows), [r.indicator.zh for r in rows if not r.reported_in]
    assert len({r.indicator.zh for r in rows}) == 20


def test_what_a_rate_alone_implies_is_no_promise(snapshot: Snapshot) -> None:
    implied = {r.indicator.zh: r for r in snapshot.ledger() if r.period == "2023" and r.implied}
    points = {name: row.target for name, row in implied.items() if row.target is not None}
    assert points == {
        "新建改建农村公路": 150,
        "新增机动车停车位": 15000,
        "城镇棚户区改造基本建成": 500,
        "新增发放脱贫人口小额贷款": 400000000,
        "脱贫人口小额贷款余额": 1000000000,
        "发放“雨露计划”补助": 6500,
        "办理法律援助案件": 16000,
        "“12348”热线接听来电": 40000,
        "办理人民调解案件": 30000,
    }
    for row in implied.values():
        if row.target is not None:
            assert row.completion == row.completion_reported
    stock = implied["失业保险参保人数"]
    assert (stock.target, stock.completion_reported) == (None, 106)
    assert stock.target_low is not None
    assert stock.target_high is not None
    assert stock.target_low < 1440000 < stock.target_high


# Order


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_neither_order_nor_repetition_of_articles_changes_a_quad(
    sample: list[Extraction], data: st.DataObject
) -> None:
    known = sorted(sample, key=lambda e: e.article.id)
    some = data.draw(st.lists(st.sampled_from(range(len(known))), min_size=1, unique=True))
    ordered = [known[i] for i in sorted(some)]
    assert _quads([known[i] for i in some]) == _quads(ordered)


def _quads(extractions: Sequence[Extraction]) -> list[bytes]:
    return sorted(set(article_lines(extractions, DEFAULT_BASE, quotes_only=False)))


def test_a_second_build_with_more_pages_is_the_build_of_all_of_them(tmp_path: Path) -> None:
    first = article("承诺", promise("新建口袋公园", 40, "个"), published="2023-02-01")
    second = article("结果", result("建成口袋公园", 42, "个", completion=105), published="2024-02-01")
    third = article("修订", promise("新建口袋公园", 50, "个"), published="2023-06-01")
    build(tmp_path / "a", [third], base=DEFAULT_BASE)
    grown = build(tmp_path / "a", [third, first, second], base=DEFAULT_BASE)
    at_once = build(tmp_path / "b", [second, third, first], base=DEFAULT_BASE)
    assert grown.id == at_once.id


# Versions, restatements, contradictions


def test_a_changed_target_is_a_version_that_overwrites_nothing() -> None:
    told = (
        article("二月", promise("新建口袋公园", 40, "个"), published="2023-02-01"),
        article("六月", promise("新增口袋公园", 50, "个"), published="2023-06-01"),
        article("九月", promise("新建口袋公园", 45, "个"), published="2023-09-01"),
    )
    _, groups, _ = reconciled(*told)
    assert [
        (v.earlier.value, v.later.value, v.kind) for v in sorted(groups.versions, key=lambda v: v.kind)
    ] == [
        (50, 45, "lowers"),
        (40, 50, "raises"),
    ]
    store = said(*told)
    assert len(list(store.quads_for_pattern(None, NamedNode(PROV.wasRevisionOf), None))) == 2
    assert len(list(store.quads_for_pattern(None, NamedNode(RDF.type), NamedNode(CCL.Commitment)))) == 3


def test_a_promise_in_two_articles_is_one_with_both_sources(tmp_path: Path) -> None:
    told = (
        article("二月", promise("新建口袋公园", 40, "个"), published="2023-02-01"),
        article("三月", promise("新建口袋公园", 40, "个"), published="2023-03-01"),
        article("四月", promise("打造口袋公园", 40, "个"), published="2023-04-01"),
    )
    (row,) = ledger_rows(store_of(tmp_path, *told))
    assert len(row.promised_in) == 3
    assert len(row.quotes) == 2


def dropped(indicator: str, value: float | None = None, unit: str | None = None, **more: Any) -> Statement:
    return promise(indicator, value, unit, withdrawn=True, **more)


def _withdrawn(*articles: Extraction) -> tuple[set[tuple[str, str | None]], int]:
    """The promises that are dropped, by indicator and number; and how many pairs wait for a person."""
    found = withdraw(claims_of(*articles))
    return {(w.target.indicator, str(w.target.value)) for w in found.dropped}, len(found.candidates)


_BERTHS = article("承诺", promise("新增公共停车泊位", 3000, "个"), published="2023-02-01")


@pytest.mark.parametrize(
    ("statement", "published", "drops"),
    [
        (dropped("新建公共停车泊位", 3000, "个"), "2023-08-01", True),
        (dropped("公共停车泊位建设"), "2023-08-01", True),
        (dropped("新建公共停车泊位", 3000, "个", period=None), "2023-08-01", True),
        (dropped("新建公共停车泊位", 3000, "个", period=None), "2024-08-01", False),
        (dropped("新建公共停车泊位", 3000, "个"), "2023-01-10", False),
        (dropped("新建公共停车泊位", 3000, "个"), None, False),
        (dropped("新建公共停车泊位", 500, "个"), "2023-08-01", False),
        (dropped("新建公共停车泊位", 3000, "个", period="2024"), "2023-08-01", False),
        (dropped("新建公共停车泊位", 3000, "个", agent="曲靖市人民政府"), "2023-08-01", False),
        (dropped("新建养老床位", 3000, "张"), "2023-08-01", False),
        (result("新建公共停车泊位", 3000, "个"), "2023-08-01", False),
    ],
    ids=[
        "same number", "no number", "in its year", "after its year", "before the promise", "undated", "another number", "another year",
        "another city", "another thing", "a result",
    ],
)  # fmt: skip
def test_a_withdrawal_drops_the_promise_that_it_speaks_of_and_no_other(
    statement: Statement, published: str | None, drops: bool
) -> None:
    found, _ = _withdrawn(_BERTHS, article("取消", statement, published=published))
    assert found == ({("新增公共停车泊位", "3000")} if drops else set())


def test_a_withdrawal_of_another_number_waits_for_a_person(tmp_path: Path) -> None:
    told = (_BERTHS, article("取消", dropped("新建公共停车泊位", 500, "个"), published="2023-08-01"))
    assert _withdrawn(*told) == (set(), 1)
    (candidate,) = read_candidates(said(*told))
    decisions = _decide(tmp_path, "accept", candidate.target, candidate.outcomes)
    found = withdraw(claims_of(*told), decisions)
    assert [w.decided for w in found.dropped] == ["林小雨"]
    lines = b"".join(article_lines(told, DEFAULT_BASE, quotes_only=False, decisions=decisions)).decode()
    assert f'<{found.dropped[0].withdrawal.iri}> <{CCL.decidedBy}> "林小雨"' in lines
    assert match(claims_of(*told), decisions).unknown == ()
    rejected = withdraw(claims_of(*told), _decide(tmp_path, "reject", candidate.target, candidate.outcomes))
    assert (rejected.dropped, rejected.candidates, rejected.unknown) == ((), (), ())
    missing = withdraw(claims_of(*told), _decide(tmp_path, "accept", candidate.target, ["withdrawal/none"]))
    assert [d.outcomes for d in missing.unknown] == [("withdrawal/none",)]


def test_a_person_lets_a_withdrawal_drop_what_no_score_proposed_and_one_alone(tmp_path: Path) -> None:
    told = (_BERTHS, article("取消", dropped("新建养老床位", 3000, "张"), published="2023-08-01"))
    assert _withdrawn(*told) == (set(), 0)
    claims = claims_of(*told)
    target, withdrawal = (
        _short(next(c for c in claims if c.kind == kind)) for kind in ("commitment", "withdrawal")
    )
    found = withdraw(claims, _decide(tmp_path, "accept", target, [withdrawal]))
    assert [(_short(w.target), _short(w.withdrawal), w.decided) for w in found.dropped] == [
        (target, withdrawal, "林小雨")
    ]
    both = withdraw(claims, _decide(tmp_path, "accept", target, [withdrawal, withdrawal]))
    assert (both.dropped, len(both.unknown)) == ((), 1)


def test_of_versions_the_last_before_it_is_dropped_and_of_two_alike_things_none() -> None:
    raised = article("提高", promise("新增公共停车泊位", 4000, "个"), published="2023-05-01")
    later = article("再提高", promise("新增公共停车泊位", 5000, "个"), published="2023-11-01")
    off = article("取消", dropped("公共停车泊位建设"), published="2023-08-01")
    assert _withdrawn(_BERTHS, raised, later, off)[0] == {("新增公共停车泊位", "4000")}
    same = article("取消", dropped("新增公共停车泊位", 3000, "个"), promise("新增公共停车泊位", 3000, "个"))
    assert _withdrawn(_BERTHS, same)[0] == set()  # an article that says both speaks of two things


_READ_PROMISE = "昆明市2024年将新建乡村图书室12间。"
_READ_END = "经研究，昆明市取消2024年新建12间乡村图书室的计划。"


@pytest.fixture(scope="module")
def of_a_dropped_target() -> list[Extraction]:
    told = (
        ("年初定下", "2024-01-15", _READ_PROMISE),
        ("年中调整", "2024-07-02", _READ_END),
        ("年底再报", "2024-12-01", "昆明市2024年不再新建乡村图书室12间。"),
        ("别处", "2024-03-01", "曲靖市2024年将新建乡村图书室12间。"),
    )
    return [
        extract(Article(f"a{n}", headline, body, published=on)) for n, (headline, on, body) in enumerate(told)
    ]


def test_a_dropped_target_stays_and_its_row_says_since_when_by_whom_and_in_which_words(
    of_a_dropped_target: list[Extraction], tmp_path: Path
) -> None:
    store = store_of(tmp_path, *of_a_dropped_target)
    withdrawals = {q.subject for q in store.quads_for_pattern(None, RDF_TYPE, NamedNode(CCL.Withdrawal))}
    pairs = {(q.subject, q.object) for q in store.quads_for_pattern(None, NamedNode(CCL.withdraws), None)}
    assert withdrawals == {withdrawal for withdrawal, _ in pairs}
    for withdrawal, target in pairs:
        revision = store.quads_for_pattern(withdrawal, NamedNode(PROV.wasRevisionOf), target)
        assert list(revision)
        assert list(store.quads_for_pattern(withdrawal, NamedNode(CCL.score), None))
        assert list(store.quads_for_pattern(withdrawal, NamedNode(CCL.explanation), None))
    row, other = (r for place in ("昆明市", "曲靖市") for r in ledger_rows(store) if _of(r) == place)
    assert len(list(ledger_rows(store))) == 2  # a withdrawal is no promise and has no row
    assert row.target == 12
    assert (
        row.reason_zh.count("2024-07-02昆明市取消这一目标：“昆明市取消2024年新建12间乡村图书室的计划”。") == 1
    )
    assert (
        "Dropped on 2024-07-02 by Kunming City: “昆明市取消2024年新建12间乡村图书室的计划”." in row.reason_en
    )
    assert set(row.revised_by) == {w.value for w in withdrawals if isinstance(w, NamedNode)}
    assert other.revised_by == ()
    assert "取消" not in other.reason_zh
    (before,) = (r for r in ledger_rows(store, "2024-07-01") if _of(r) == "昆明市")
    assert before.revised_by == ()
    assert "取消" not in before.reason_zh
    (after,) = (r for r in ledger_rows(store, "2024-07-02") if _of(r) == "昆明市")
    assert len(after.revised_by) == 1
    assert after.status == before.status == "noResult"


def _of(row: LedgerRow) -> str | None:
    return row.agent.zh if row.agent else None


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(4)))
def test_what_is_dropped_doesnt_depend_on_the_order_of_the_articles(
    of_a_dropped_target: list[Extraction], order: list[int]
) -> None:
    shuffled = [of_a_dropped_target[i] for i in order]
    lines = _quads(shuffled)
    assert lines == _quads(of_a_dropped_target)
    assert any(CCL.withdraws.encode() in line for line in lines)


def test_two_numbers_for_one_result_stand_side_by_side_in_order_of_rank() -> None:
    told = (
        article("快报", result("新建口袋公园", 41, "个", estimated=True), published="2024-01-05"),
        article("公报", result("新建口袋公园", 44, "个"), published="2024-03-01"),
    )
    store = said(*told)
    (finding,) = read_findings(store)
    assert finding.zh.startswith("数字不一：新建口袋公园")
    ranks = {
        _value(store, quad.subject): quad.object.value
        for quad in store.quads_for_pattern(None, NamedNode(CCL.precedence), None)
        if isinstance(quad.object, Literal) and _value(store, quad.subject)
    }
    assert ranks == {"44": "1", "41": "2"}
    assert "Two numbers for one thing" in "".join(review_lines([finding], "table"))


def _value(store: Any, subject: Any) -> str | None:
    return next((q.object.value for q in store.quads_for_pattern(subject, NamedNode(CCL.value), None)), None)


def test_what_two_articles_say_within_rounding_is_no_contradiction() -> None:
    _, groups, _ = reconciled(
        article("甲", result("城镇新增就业", 205900, "人")),
        article("乙", result("城镇新增就业", 205870, "人")),
    )
    assert groups.contradictions == ()


@pytest.mark.parametrize(
    ("promised", "told", "linked"),
    [
        ("新建社区图书室", "取消新建社区图书室", False),
        ("新建社区图书室目标", "建成社区图书室", True),
        ("农村公路新建改建", "农村公路安全生命防护工程", False),
        ("新增养老床位", "护理型养老床位新增", False),
        ("老旧小区加装电梯", "老旧小区电梯更新", False),
        ("抢救复壮古树名木", "古树名木保护", True),
        ("牵头实施青年夜校", "全年我市青年夜校开办", True),
    ],
)
def test_what_is_done_with_a_thing_and_what_part_of_it_keep_promises_apart(
    promised: str, told: str, linked: bool
) -> None:
    matches, _, _ = reconciled(
        article("甲", promise(promised, 40, "个")), article("乙", result(told, 41, "个"))
    )
    assert bool(matches.links) is linked


# Places, parties, homonyms


@pytest.mark.parametrize(
    ("mine", "theirs", "linked"),
    [
        ({"agent": "官渡区人民政府"}, {"agent": "官渡区"}, True),
        ({"agent": "官渡区"}, {"agent": "昆明市"}, False),
        ({"agent": "昆明市"}, {"agent": "官渡区"}, False),
        ({"agent": "昆明市"}, {"agent": "昆明市水务局"}, True),
        ({"agent": "官渡区"}, {"agent": "西山区"}, False),
        ({"agent": "昆明市"}, {"agent": "昆明市", "places": ("官渡区",)}, False),
        ({"period": "2023"}, {"period": "2022"}, False),
        ({"period": "2023"}, {"period": "../2023-06-30"}, True),
        ({"period": "2023-12"}, {"period": "2023"}, True),
        ({"unit": "公里"}, {"unit": "米", "value": 41000}, True),
        ({"aspect": "growth", "unit": "%"}, {}, False),
    ],
)
def test_place_period_unit_and_aspect_keep_promises_apart(
    mine: dict[str, Any], theirs: dict[str, Any], linked: bool
) -> None:
    one = {"value": 40, "unit": "公里", **mine}
    other = {"value": 41, "unit": one["unit"] if "aspect" not in mine else "公里", **theirs}
    matches, _, _ = reconciled(
        article("甲", promise("新建绿道", **one)), article("乙", result("建成绿道", **other))
    )
    assert bool(matches.links) is linked


def test_a_place_that_only_the_headline_names_is_the_claims_own() -> None:
    matches, _, _ = reconciled(
        article("官渡区定下目标", promise("新建口袋公园", 40, "个", agent=None)),
        article("西山区晒成绩", result("建成口袋公园", 41, "个", agent=None)),
        article("官渡区晒成绩", result("建成口袋公园", 42, "个", agent=None)),
    )
    assert [(p.target.value, p.results[0].value) for p in matches.links] == [(40, 42)]


# Rates


def test_a_rate_goes_to_the_number_that_the_promise_confirms() -> None:
    told = article(
        "完成情况",
        [result("农村供水保障工程", 30, "项"), result("提升农村人口供水保障", 35372, "人", completion=117.9)],
    )
    _, _, implied = reconciled(told, article("承诺", promise("提升农村人口供水保障", 30000, "人")))
    (target,) = implied
    assert (target.results[0].value, target.value, len(target.confirmed_by)) == (35372, 30000, 1)


def test_a_rate_beside_the_wrong_number_is_moved_where_a_promise_is_known() -> None:
    told = (
        article("承诺", promise("提升农村供水人口", 30000, "人"), published="2023-02-01"),
        article(
            "完成情况",
            [result("农村供水工程", 30, "项", completion=117.9), result("提升农村供水人口", 35372, "人")],
            published="2024-01-10",
        ),
    )
    _, _, implied = reconciled(*told)
    assert [(i.results[0].value, i.moved, i.value) for i in implied] == [(35372, True, 30000)]
    assert [f.zh for f in read_findings(said(*told))] == ["完成率117.9%按承诺核算属于提升农村供水人口"]


def test_a_joint_target_takes_the_sum() -> None:
    joint = {"completion": 482.9, "completion_joint": True}
    told = article(
        "完成情况", [result("引进名师", 317, "名", **joint), result("引进名长", 21, "名", **joint)]
    )
    matches, _, implied = reconciled(told, article("承诺", promise("引进名师和名长", 70, "名")))
    assert shown(matches) == {("引进名师和名长", ("引进名师", "引进名长"))}
    assert [(i.value, i.joint, len(i.confirmed_by)) for i in implied] == [(70, True, 1)]


def test_a_promise_loaded_later_that_the_rate_doesnt_fit_is_a_finding(tmp_path: Path) -> None:
    told = (
        article("完成情况", result("新增公办幼儿园", 67, "所", completion=167.5), published="2024-01-10"),
        article("承诺", promise("新增公办幼儿园", 45, "所"), published="2023-02-01"),
    )
    store = store_of(tmp_path, *told)
    assert [f.zh for f in read_findings(store)] == [
        "所报完成率与承诺不符：承诺45所，由完成率推算 67 ÷ 167.5% → [39.98807, 40.01194] ∋ 40"
    ]
    rows = {r.implied: r for r in ledger_rows(store)}
    assert rows[False].reason_zh.endswith("报道的完成率167.5%与核算的148.9%不符。")
    assert rows[True].target == 40


# People decide

_UNSURE = (
    article(
        "承诺",
        promise("改造老旧小区供水设施", 40, "个"),
        promise("改造小区供气设施", 30, "个"),
        published="2023-02-01",
    ),
    article("结果", result("小区供水改造任务", 42, "个"), published="2024-02-01"),
)


def _decide(folder: Path, action: str, target: str, outcomes: Sequence[str]) -> Decisions:
    file = folder / "matches.toml"
    listed = ", ".join(f'"{o}"' for o in outcomes)
    file.write_text(
        f'[[match]]\naction = "{action}"\ntarget = "{target}"\noutcomes = [{listed}]\n'
        'author = "林小雨"\ndate = 2024-03-01\nreason = "同一件事。"\n',
        encoding="utf-8",
    )
    assert load_patches([folder]) == []  # a file of decisions is no patch of an article
    return load_decisions([file])


def _short(claim: Claim) -> str:
    return claim.iri.rsplit("/id/", 1)[-1]


def test_a_person_accepts_a_candidate_or_any_other_pair(tmp_path: Path) -> None:
    claims = claims_of(*_UNSURE)
    (outcome,) = [c for c in claims if c.kind == "outcome"]
    wanted = next(c for c in claims if c.indicator == "改造老旧小区供水设施")
    decisions = _decide(tmp_path, "accept", _short(wanted), [_short(outcome)])
    (link,) = [p for p in match(claims, decisions).links if p.target is wanted]
    assert link.decided == "林小雨"
    assert link.why.startswith("林小雨 2024-03-01：同一件事。")
    lines = b"".join(article_lines(_UNSURE, DEFAULT_BASE, quotes_only=False, decisions=decisions)).decode()
    assert f"<{outcome.iri}> <{CCL.fulfils}> <{wanted.iri}>" in lines


def test_a_person_rejects_a_link_and_is_told_of_what_isnt_there(tmp_path: Path) -> None:
    told = (
        article("承诺", promise("新建口袋公园", 40, "个")),
        article("结果", result("建成口袋公园", 42, "个")),
    )
    claims = claims_of(*told)
    (link,) = match(claims).links
    rejected = match(claims, _decide(tmp_path, "reject", _short(link.target), [_short(link.results[0])]))
    assert (rejected.links, rejected.candidates, rejected.unknown) == ((), (), ())
    unknown = match(claims, _decide(tmp_path, "accept", "commitment/none", ["outcome/none"])).unknown
    assert [d.target for d in unknown] == ["commitment/none"]


def test_candidates_are_listed_as_entries_for_a_patch_file() -> None:
    candidates = read_candidates(said(*_UNSURE))
    matches = match(claims_of(*_UNSURE))
    assert len(candidates) == len(matches.candidates)
    assert candidates
    entry = tomllib.loads("".join(review_lines(candidates, "table")))["match"][0]
    assert (entry["target"], tuple(entry["outcomes"])) == (candidates[0].target, candidates[0].outcomes)
