"""Who is who across articles: officials who change posts stay one person, two persons of one name stay two."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from graph.build import article_lines
from graph.corpus import Corpus, Reading
from graph.naming import LateNames
from graph.shard import Making
from graph.workers import Workers
from loaders.contract import to_rows
from loaders.facts import Article, Extraction
from loaders.identity import named_across, same_persons, sightings
from loaders.pipeline import extract
from loaders.storage import extraction_line, read_extraction
from ontology.identifiers import DEFAULT_BASE, article_id


def told(day: str | None, body: str, *, publisher: str | None = "昆明日报", reporter: str = "") -> Extraction:
    """What is read out of an article of that day."""
    headline = body[:12]
    reporters = ((reporter, "记者"),) if reporter else ()
    id_ = article_id(publisher, day, headline, body)
    return extract(Article(id_, headline, body, reporters=reporters, published=day, publisher=publisher))


def persons(name: str, *articles: Extraction) -> list[set[str]]:
    """The posts of each person of that name in the graph of these articles, as printed with body or place."""
    store = Store()
    store.load(b"".join(article_lines(articles, DEFAULT_BASE, quotes_only=False)), format=RdfFormat.N_QUADS)
    found: dict[str, set[str]] = defaultdict(set)
    rows = store.query(
        f"""PREFIX ccl: <https://w3id.org/chuncheng/def/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?person ?post {{ ?person a ccl:Person ; rdfs:label "{name}"@zh
          OPTIONAL {{ ?tenure ccl:holder ?person ; ccl:post/rdfs:label ?post }} }}""",
        use_default_graph_as_union=True,
    )
    for row in rows:  # type: ignore[union-attr]
        found[row["person"].value] |= {row["post"].value} if row["post"] else set()  # type: ignore[index]
    return sorted(found.values(), key=sorted)


# One person


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("五华区区长李建明主持会议。", "昆明市副市长李建明到会指导。"),  # called up to the city
        ("官渡区副区长李建明主持会议。", "官渡区区长李建明主持会议。"),  # promoted at home
        ("昆明市水务局局长李建明介绍情况。", "昆明市教育局局长李建明介绍情况。"),  # moved to another bureau
        ("西山区区长李建明主持会议。", "呈贡区委书记李建明主持会议。"),  # moved to another district
        ("昆明市委书记李建明主持会议。", "云南省副省长李建明出席会议。"),  # called up to the province
    ],
)  # fmt: skip
def test_an_official_who_changes_posts_in_a_hierarchy_is_one_person(first: str, then: str) -> None:
    assert len(persons("李建明", told("2022-03-01", first), told("2024-01-22", then))) == 1


def test_posts_that_one_holds_at_a_time_are_one_persons() -> None:
    same_day = [
        told("2024-01-22", "昆明市委常委李建明出席会议。"),
        told("2024-01-22", "五华区委书记李建明主持会议。"),
        told("2024-01-23", "五华区委书记李建明到社区调研。"),
    ]
    assert len(persons("李建明", *same_day)) == 1


def test_words_that_name_the_post_before_join_what_lies_far_apart() -> None:
    before = told("2021-05-01", "曲靖市财政局局长李建明介绍情况。")
    after = told("2024-01-22", "昆明市水务局局长李建明介绍情况。")
    assert len(persons("李建明", before, after)) == 2
    joining = told("2023-02-01", "李建明由曲靖市财政局局长调任昆明市水务局局长。")
    assert persons("李建明", before, after, joining) == [{"曲靖市财政局局长", "昆明市水务局局长"}]


def test_a_former_post_is_the_persons_who_held_it() -> None:
    before = told("2021-05-01", "五华区区长李建明主持会议。")
    after = told("2024-01-22", "原五华区区长李建明应邀出席。")
    assert persons("李建明", before, after) == [{"五华区区长"}]


def test_a_name_without_a_post_is_of_the_one_who_is_known_by_it() -> None:
    known = told("2024-01-22", "昆明市副市长李建明主持会议。")
    assert len(persons("李建明", known, told("2024-02-01", "李建明指出，要加快建设。"))) == 1


def test_a_manager_whose_company_is_shortened_elsewhere_is_one_person() -> None:
    whole = told("2024-01-22", "云南惠图科技有限公司董事长孙建明介绍，公司新建厂房。")
    short = told("2024-03-01", "云南惠图科技公司董事长孙建明介绍，公司新建厂房。")
    assert len(persons("孙建明", whole, short)) == 1


# Two persons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("昆明市副市长张伟主持会议。", "村民张伟说，日子好了。"),
        ("昆明市副市长张伟主持会议。", "禄劝县乡村医生张伟说，在村里干了二十年。"),
        ("昆明市副市长张伟主持会议。", "昆明市第一中学校长张伟介绍，学校新建校舍。"),
        ("昆明市副市长张伟主持会议。", "云南惠图科技有限公司董事长张伟介绍，公司新建厂房。"),
        ("五华区区长张伟主持会议。", "曲靖市财政局局长张伟介绍情况。"),  # of two prefectures
        ("五华区区长张伟主持会议。", "官渡区区长张伟主持会议。"),  # two districts at a time
        ("昆明市水务局局长张伟介绍情况。", "昆明市教育局局长张伟介绍情况。"),  # two bureaus at a time
        ("昆明市副市长张伟主持会议。", "官渡区小板桥街道云溪社区党支部书记张伟介绍情况。"),  # a gulf of ranks
        (
            "云南惠图科技有限公司董事长张伟介绍，公司新建厂房。",
            "昆明滇能集团有限公司总经理张伟介绍，公司扩建。",
        ),
        ("村民张伟说，日子好了。", "市民张伟说，出行方便了。"),
        ("村民张伟说，日子好了。", "村民张伟说，路修通了。"),  # nothing says that they are one
    ],
)
def test_two_persons_of_one_name_stay_apart(one: str, other: str) -> None:
    assert len(persons("张伟", told("2024-01-22", one), told("2024-01-24", other))) == 2


def test_an_official_does_not_fall_to_a_village_over_the_years() -> None:
    official = told("2021-01-22", "五华区区长张伟主持会议。")
    village = told("2024-01-22", "官渡区小板桥街道云溪社区党支部书记张伟介绍情况。")
    assert len(persons("张伟", official, village)) == 2


def test_the_reporter_is_not_the_official_whom_the_article_is_about() -> None:
    article = told(
        "2024-01-22", "本报讯（记者 王宁）云南省委书记王宁到昆明调研。王宁指出，要加快建设。", reporter="王宁"
    )
    assert {"云南省委书记"} in persons("王宁", article)
    assert len(persons("王宁", article)) == 2
    elsewhere = told("2024-01-23", "本报讯（记者 王宁）全区新建公园8个。", reporter="王宁")
    assert len(persons("王宁", article, elsewhere)) == 2
    other_paper = told(
        "2024-01-23", "本报讯（记者 王宁）全区新建公园8个。", reporter="王宁", publisher="春城晚报"
    )
    assert len(persons("王宁", article, elsewhere, other_paper)) == 3


def test_two_persons_of_one_name_in_one_article_stay_apart() -> None:
    both = told("2024-01-22", "昆明市副市长张伟到村里调研。村民张伟说，路修通了。张伟还说，收入高了。")
    assert len(persons("张伟", both)) == 2


def test_who_could_be_either_is_neither() -> None:
    one = told("2024-01-22", "五华区区长张伟主持会议。")
    other = told("2024-01-24", "官渡区区长张伟主持会议。")
    assert len(persons("张伟", one, other, told("2024-02-01", "张伟指出，要加快建设。"))) == 3


# Whatever the order

TEXTS = [
    ("2021-05-01", "五华区区长张伟主持会议。"),
    ("2021-06-01", "曲靖市财政局局长张伟介绍情况。"),
    ("2023-02-01", "昆明市副市长张伟到会指导。"),
    ("2023-02-03", "村民张伟说，日子好了。"),
    ("2023-02-05", "官渡区区长张伟主持会议。"),
    (None, "张伟指出，要加快建设。"),
    ("2023-06-01", "张伟由曲靖市财政局局长调任昆明市水务局局长。"),
    ("2023-07-01", "昆明市水务局局长张伟介绍情况。"),
    ("2023-08-01", "局长张伟介绍情况。"),
]


@pytest.fixture(scope="module")
def corpus() -> list[Extraction]:
    return [told(day, body) for day, body in TEXTS]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_order_of_any_articles_gives_the_same_graph(
    corpus: list[Extraction], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(corpus), unique_by=id))
    shuffled = data.draw(st.permutations(chosen))
    lines = [sorted(set(article_lines(a, DEFAULT_BASE, quotes_only=False))) for a in (chosen, shuffled)]
    assert lines[0] == lines[1]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_sightings_decide_alike_in_any_order(corpus: list[Extraction], data: st.DataObject) -> None:
    seen = [s for extraction in corpus for s in sightings(extraction)]
    assert same_persons(data.draw(st.permutations(seen))) == same_persons(seen)


def test_no_triple_of_an_article_is_lost_and_none_names_a_person_of_another(corpus: list[Extraction]) -> None:
    alone = [len(set(article_lines([e], DEFAULT_BASE, quotes_only=False))) for e in corpus]
    together = set(article_lines(corpus, DEFAULT_BASE, quotes_only=False))
    for extraction, count in zip(corpus, alone, strict=True):
        graph = f"<{DEFAULT_BASE}graph/article/{extraction.article.id}>".encode()
        own = [
            line
            for line in set(article_lines([extraction], DEFAULT_BASE, quotes_only=False))
            if graph in line
        ]
        assert len(own) == sum(graph in line for line in together)
        assert count >= len(own)


def test_a_name_stays_when_a_later_article_brings_another_person_of_it() -> None:
    official = told("2023-01-22", "五华区区长张伟主持会议。")
    before = {key for _, key in named(official)}
    later = told("2024-01-24", "官渡区小板桥街道云溪社区党支部书记张伟介绍情况。")
    assert before <= {key for _, key in named(official, later)}


def named(*articles: Extraction) -> set[tuple[str, str]]:
    seen = [s for extraction in articles for s in sightings(extraction)]
    known = same_persons(seen)
    return {(s.article, known.get((s.article, s.key), s.key)) for s in seen}


def test_stored_facts_keep_what_was_read_of_posts(corpus: list[Extraction]) -> None:
    for extraction in corpus:
        assert read_extraction(extraction_line(extraction)) == extraction


def test_articles_read_in_several_processes_or_kept_from_before_give_the_same_lines(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for number, (day, body) in enumerate(TEXTS):
        front = f"---\npublished: {day}\n---\n" if day else ""
        (pages / f"{number}.md").write_text(f"{front}# {body[:12]}\n\n{body}\n", encoding="utf-8")
    found = []
    for jobs in (2, 1):
        making, cache = Making(DEFAULT_BASE, check=False), tmp_path / "cache.sqlite"
        reading = Reading(Corpus([pages]), making, Workers(jobs), cache=cache)
        names = LateNames(DEFAULT_BASE)
        for shard in reading.shards():
            names.add(shard.article.id, shard.named_late, shard.persons, shard.renamings)
        found.append(b"".join(sorted(names.lines())))
    assert found[0] == found[1]
    assert reading.progress.kept == len(TEXTS)


def test_extracted_rows_have_the_iris_of_the_graph(corpus: list[Extraction]) -> None:
    renamed = told("2019-03-01", "2019年2月，昆明市工业和信息化委员会更名为昆明市工业和信息化局。")
    before = told("2018-03-01", "昆明市工业和信息化委员会负责招商引资。")
    articles = [before, *corpus, renamed]
    rows = [row for e in named_across(articles) for row in to_rows(e) if row["type"] == "entity"]
    store = Store()
    store.load(b"".join(article_lines(articles, DEFAULT_BASE, quotes_only=False)), format=RdfFormat.N_QUADS)
    found = store.query(
        """PREFIX ccl: <https://w3id.org/chuncheng/def/> PREFIX oa: <http://www.w3.org/ns/oa#>
        SELECT ?article ?start ?end ?it { ?m ccl:mentions ?it ; oa:hasSource ?article ; ccl:start ?start ; ccl:end ?end }""",
        use_default_graph_as_union=True,
    )
    in_graph = {tuple(term.value for term in row) for row in found}  # type: ignore[union-attr]
    printed = {
        (f"{DEFAULT_BASE}id/article/{r['article']}", str(r["start"]), str(r["end"]), r["iri"]) for r in rows
    }
    assert printed == in_graph
