"""What a reader types and what stands first: Chinese, pinyin, initials, short forms, English, slips of the hand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import build
from graph.search import forms
from graph.search.index import FOLDER, SearchIndexError, check_search_index
from graph.search.short_forms import short_forms
from graph.snapshot import SnapshotError, open_snapshot, verify
from loaders.facts import Extraction
from ontology.identifiers import DEFAULT_BASE
from server.search import RANKS, SearchIndex, Selection, open_search

CCL = "https://w3id.org/chuncheng/def/"
#: Things that no gazetteer knows: IRI's end, class, names.
THINGS = [
    ("place/dianchi", "Place", ["滇池@zh", "Dianchi Lake@en"]),
    ("organization/km-gxj", "GovernmentBody", ["昆明市工业和信息化局@zh"]),
    ("organization/qj-fgw", "GovernmentBody", ["曲靖市发展和改革委员会@zh"]),
    ("organization/km-sw", "PartyBody", ["中共昆明市委员会@zh"]),
    ("organization/ynsd", "University", ["云南师范大学@zh"]),
    ("organization/bank", "Company", ["富滇银行股份有限公司@zh"]),
    ("park/green", "Park", ["绿水河湿地公园@zh"]),
    ("park/chang", "Park", ["长腰山公园@zh"]),
    ("project/15", "Project", ["第十五水质净化厂@zh"]),
    ("person/li", "Person", ["李曾@zh"]),
    ("indicator/kindergarten", "Indicator", ["新建公办幼儿园@zh", "new public kindergartens@en"]),
]


def as_rdf(things: list[tuple[str, str, list[str]]]) -> str:
    lines = []
    for path, cls, names in things:
        iri = f"<{DEFAULT_BASE}id/{path}>"
        lines.append(f"{iri} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{CCL}{cls}> .")
        for name in names:
            text, _, tag = name.partition("@")
            lines.append(
                f"{iri} <http://www.w3.org/2000/01/rdf-schema#label> {json.dumps(text)}{'@' + tag if tag else ''} ."
            )
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory, plan: Extraction, report: Extraction) -> Path:
    """Two articles, the gazetteer, the ontology, and the things above."""
    folder = tmp_path_factory.mktemp("search")
    (folder / "things.nt").write_text(as_rdf(THINGS), "utf-8")
    return build(folder / "data", [plan, report], [folder / "things.nt"], base=DEFAULT_BASE).path


@pytest.fixture(scope="module")
def index(snapshot: Path) -> SearchIndex:
    found = open_search(snapshot)
    assert found is not None
    return found


def found_for(index: SearchIndex, words: str, most: int = 5) -> list[str]:
    return [hit.entry.get("zh") or hit.entry.get("en", "") for hit in index.suggest(words, most)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        # the name, its beginning, a part of it
        ("滇池", "滇池"),
        ("昆明市", "昆明市"),
        ("昆明", "昆明市"),
        ("西山区", "西山区"),
        ("工业和信息化", "昆明市工业和信息化局"),
        ("水质净化厂", "第十五水质净化厂"),
        ("第十五水", "第十五水质净化厂"),
        # width, case, traditional characters, spaces and marks
        ("滇　池", "滇池"),
        ("ＤＩＡＮＣＨＩ", "滇池"),
        ("昆明高新技術產業開發區", "昆明高新技术产业开发区"),
        ("中国(云南)自由贸易试验区", "中国（云南）自由贸易试验区"),
        ("“滇池”", "滇池"),
        # short forms and other names
        ("高新区", "昆明高新技术产业开发区"),
        ("昆明国家高新技术产业开发区", "昆明高新技术产业开发区"),
        ("经开区", "昆明经济技术开发区"),
        ("市工信局", "昆明市工业和信息化局"),
        ("昆明工信局", "昆明市工业和信息化局"),
        ("曲靖市发改委", "曲靖市发展和改革委员会"),
        ("昆明市委", "中共昆明市委员会"),
        ("云南师大", "云南师范大学"),
        ("富滇银行", "富滇银行股份有限公司"),
        ("石林", "石林彝族自治县"),
        ("石林县", "石林彝族自治县"),
        ("呈贡", "呈贡区"),
        ("西双版纳", "西双版纳傣族自治州"),
        # pinyin whole, begun, in pieces, with tones; initials
        ("dianchi", "滇池"),
        ("dian chi", "滇池"),
        ("dian'chi", "滇池"),
        ("diānchí", "滇池"),
        ("dianc", "滇池"),
        ("dc", "滇池"),
        ("DC", "滇池"),
        ("kunmingshi", "昆明市"),
        ("gongyehexinxi", "昆明市工业和信息化局"),
        ("kmgxj", "昆明市工业和信息化局"),
        ("kmsgyhxxhj", "昆明市工业和信息化局"),
        ("kmgxq", "昆明高新技术产业开发区"),
        ("xsbn", "西双版纳傣族自治州"),
        # characters with two readings, ü
        ("changyaoshan", "长腰山公园"),
        ("zhangyaoshan", "长腰山公园"),
        ("lvshuihe", "绿水河湿地公园"),
        ("lushuihe", "绿水河湿地公园"),
        ("lizeng", "李曾"),
        ("liceng", "李曾"),
        # English
        ("Kunming", "昆明市"),
        ("kunming city", "昆明市"),
        ("Chenggong District", "呈贡区"),
        ("district chenggong", "呈贡区"),
        ("high-tech kunming", "昆明高新技术产业开发区"),
        ("public kindergartens", "新建公办幼儿园"),
        ("Pu'er", "普洱市"),
        ("commitment", "承诺"),
        # one letter or character wrong, missing, too many, exchanged
        ("dianchii", "滇池"),
        ("dainchi", "滇池"),
        ("kunmign", "昆明市"),
        ("chengong", "呈贡区"),
        ("Chengong Distrct", "呈贡区"),
        ("呈贡取", "呈贡区"),
        ("成贡区", "呈贡区"),
        ("昆明市工业和信息局", "昆明市工业和信息化局"),
        ("昆明市工业与信息化局", "昆明市工业和信息化局"),
        ("西双板纳", "西双版纳傣族自治州"),
        ("市工信居", "昆明市工业和信息化局"),
        # several words, left and right
        ("昆明 信息化", "昆明市工业和信息化局"),
        ("信息化 昆明", "昆明市工业和信息化局"),
    ],
)
def test_what_is_meant_stands_first(index: SearchIndex, typed: str, first: str) -> None:
    assert found_for(index, typed)[:1] == [first], [(h.entry, h.rank) for h in index.suggest(typed, 5)]


def test_the_better_likeness_stands_before_the_lesser(index: SearchIndex) -> None:
    for typed in ("昆明", "kunming", "km", "西山", "district"):
        ranks = [RANKS.index(hit.rank or "") for hit in index.suggest(typed, 50)]
        assert ranks == sorted(ranks), typed


def test_what_articles_speak_of_stands_before_places_far_away(index: SearchIndex) -> None:
    # Of the many whose name begins so, hundreds of them far away.
    assert found_for(index, "km", 1) == ["昆明市"]
    assert found_for(index, "kunm", 1) == ["昆明市"]


def test_words_of_articles_are_found_last_and_by_what_they_say(index: SearchIndex) -> None:
    found = index.find(Selection("口袋公园"))
    quotes = [hit for hit in found.hits if hit.rank == "text"]
    assert quotes
    assert all("口袋公园" in hit.entry["words"] and hit.entry["source"] for hit in quotes)
    assert found.hits[-1].rank == "text"
    assert found.hits[0].rank in ("name_begins", "part")
    assert (f"{CCL}EvidenceSpan", len(quotes)) in found.kinds
    assert not [hit for hit in index.suggest("口袋公园", 50) if hit.rank == "text"]


def test_a_class_by_its_name_or_iri_leaves_what_is_of_it_and_kinds_count_without_it(
    index: SearchIndex,
) -> None:
    whole = index.find(Selection("昆明"))
    for cls, count in whole.kinds:
        assert index.find(Selection("昆明", (cls,))).total == count
        assert index.find(Selection("昆明", (cls.rsplit("/", 1)[-1],))).total == count
    assert sum(count for _, count in whole.kinds) == whole.total
    chosen = index.find(Selection("昆明", ("Organization",)))
    assert chosen.kinds == whole.kinds
    # A body of government is an organization, though the file that names it doesn't say so.
    assert "昆明市工业和信息化局" in [hit.entry["zh"] for hit in chosen.hits]
    assert dict(chosen.classes)[f"{CCL}GovernmentBody"] <= chosen.total


def test_pages_join_to_all_hits_each_once(index: SearchIndex) -> None:
    whole = index.find(Selection("区", rows=1000))
    pages = [index.find(Selection("区", page=page, rows=37)) for page in range(1, whole.total // 37 + 2)]
    joined = [hit.entry["iri"] for page in pages for hit in page.hits]
    assert joined[:1000] == [hit.entry["iri"] for hit in whole.hits]
    assert len(set(joined)) == len(joined) == whole.total > 1000


def test_nothing_asked_is_everything_marks_alone_are_nothing(index: SearchIndex) -> None:
    everything = index.find(Selection(""))
    assert everything.total > 4000
    assert everything.hits[0].rank is None
    assert index.find(Selection("%*")).total == 0
    assert index.suggest(" ", 5) == []


@given(st.text(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_text_is_a_search(index: SearchIndex, text: str) -> None:
    assert index.find(Selection(text)).total >= 0
    assert len(index.suggest(text, 10)) <= 10


@pytest.mark.parametrize(
    "typed", ['name:"x" OR *:*', "*", ".*", "昆明.*", "[a-z]+", "(", "a" * 200, "\\", "昆明\x00市"]
)
def test_query_syntax_means_nothing(index: SearchIndex, typed: str) -> None:
    found = index.find(Selection(typed))
    assert found.total < 2000
    if typed == "昆明\x00市":
        assert found.hits[0].entry["zh"] == "昆明市"


@pytest.mark.parametrize(
    ("name", "forms_"),
    [
        ("昆明市水务局", {"昆明水务局", "市水务局"}),
        ("云南省人民政府", {"省政府", "云南省政府", "云南政府"}),
        ("昆明市五华区人民法院", {"昆明市五华区法院"}),
        ("滇池", set()),
        ("Kunming City", set()),
    ],
)
def test_short_forms_of_names_nobody_listed(name: str, forms_: set[str]) -> None:
    assert forms_ <= set(short_forms(name))
    assert name not in short_forms(name)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_a_form_holds_letters_and_digits_alone_and_is_its_own_form(text: str) -> None:
    key = forms.key(text)
    assert key == "" or key.isalnum()
    assert forms.key(key) == key
    assert forms.key(f" {text} ") == key


def publish_rdf(tmp_path: Path, text: str, name: str = "other.ttl") -> Path:
    (tmp_path / name).write_text(text, "utf-8")
    return build(tmp_path / "data", None, [tmp_path / name], base=DEFAULT_BASE).path


def test_other_peoples_rdf_is_found_by_its_labels(tmp_path: Path) -> None:
    path = publish_rdf(
        tmp_path,
        """@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix ex: <http://example.org/> .
        ex:lake a ex:Lake ; skos:prefLabel "滇池"@zh, "Lake Dian"@en ; skos:altLabel "昆明湖"@zh ; skos:hiddenLabel "Tien Chih" .
        ex:plain rdfs:label "无类之物" . ex:nameless a ex:Lake . [] rdfs:label "空节点" .
        ex:zone a <https://w3id.org/chuncheng/def/FunctionalZone> ; rdfs:label "昆明国家高新技术产业开发区"@zh .""",
    )
    index = open_search(path)
    assert index is not None
    for typed in ("滇池", "dianchi", "dc", "昆明湖", "kunminghu", "tien chih", "lake dian", "Dian"):
        assert found_for(index, typed)[:1] == ["滇池"], typed
    assert found_for(index, "高新区") == ["昆明国家高新技术产业开发区"]
    assert found_for(index, "无类") == ["无类之物"]
    assert index.find(Selection("")).total == 3
    assert index.find(Selection("", ("Lake",))).total == 1


def test_an_older_snapshot_has_no_index_and_is_whole(snapshot: Path, copied: Callable[[Path], Path]) -> None:
    old = copied(snapshot)
    shutil.rmtree(old / FOLDER)
    assert open_search(old) is None
    verify(open_snapshot(old))


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[Path], Path]:
    """A copy to break."""

    def copy(path: Path) -> Path:
        return Path(shutil.copytree(path, tmp_path / "copy"))

    return copy


def test_an_index_of_another_version_is_none(snapshot: Path, copied: Callable[[Path], Path]) -> None:
    other = copied(snapshot)
    about = other / FOLDER / "about.json"
    about.write_text(json.dumps(json.loads(about.read_text("utf-8")) | {"version": 0}), "utf-8")
    assert open_search(other) is None
    check_search_index(other)


def test_a_damaged_index_is_told_by_verify(snapshot: Path, copied: Callable[[Path], Path]) -> None:
    damaged = copied(snapshot)
    (damaged / FOLDER / "meta.json").write_text("{", "utf-8")
    with pytest.raises(SnapshotError, match="search: damaged"):
        verify(open_snapshot(damaged))
    (damaged / FOLDER / "about.json").write_text("{", "utf-8")
    with pytest.raises(SearchIndexError, match="build the snapshot again"):
        open_search(damaged)
