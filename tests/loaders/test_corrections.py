"""People's corrections: what a patch may say, how it finds its article and its fact, and that nothing of it goes untold."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import RDFS, Graph, URIRef

from chuncheng import main
from loaders.contract import to_rows
from loaders.correction import Correction, Corrector, Patch, PatchError, apply, load_patches
from loaders.correction.fields import FIELDS, KINDS, FieldError, checked
from loaders.facts import Article, Entity, Extraction, Relation, Span, Statement
from loaders.pipeline import extract
from ontology.generate import NAMESPACE, ONTOLOGY

CORRECTIONS = Path(__file__).parents[2] / "corrections"
ARTICLES = Path(__file__).parents[2] / "articles"
BODY = "昆明市2024年将新建口袋公园300个以上，新增停车位1.2万个。\n昆明市城管局负责口袋公园，昆明市还要修路。"
ARTICLE = Article("a1", "口袋公园 进社区", BODY, publisher="昆明新报")

HEAD = '[article]\nid = "a1"\nheadline = "口袋公园进社区"\n'
WHO = 'author = "林校对"\ndate = 2024-03-01\nreason = "多印了一个零"\n'
CHANGE = f'[[correction]]\naction = "change"\ntype = "statement"\nquote = "口袋公园300个"\nset = {{ value = 30 }}\n{WHO}'


def span(words: str, nth: int = 1) -> Span:
    start = -1
    for _ in range(nth):
        start = BODY.index(words, start + 1)
    return Span(start, start + len(words))


def promise(words: str, indicator: str, value: float, unit: str = "个", **more: object) -> Statement:
    return Statement(
        span(words),
        words,
        "commitment",
        indicator,
        "昆明市",
        value,
        unit,
        "=",
        "level",
        "2024",
        "sentence",
        **more,
    )  # type: ignore[arg-type]


PARKS = promise(
    "新建口袋公园300个以上", "新建口袋公园", 300, surface="300个以上", rules=("test",), confidence=0.9
)
PARKING = promise("新增停车位1.2万个", "新增停车位", 12000)
CITY, CITY_AGAIN = (
    Entity(span("昆明市", nth), "昆明市", "昆明市", "AdministrativeArea", "PrefectureCity", "530100")
    for nth in (1, 3)
)
BUREAU = Entity(
    span("昆明市城管局"), "昆明市城管局", "昆明市城管局", "Organization", "Organization", "昆明市城管局"
)
DUTY = Relation(
    span("昆明市城管局负责口袋公园"),
    "昆明市城管局负责口袋公园",
    "昆明市城管局",
    "responsibleFor",
    "新建口袋公园",
)
READ = Extraction(ARTICLE, (CITY, BUREAU, CITY_AGAIN), (PARKS, PARKING), (DUTY,))


def correction(action: str, quote: str, *, type: str = "statement", **more: object) -> Correction:
    given = {
        "author": "林校对",
        "date": "2024-03-01",
        "reason": "对过原报",
        "file": "a.toml",
        "line": 5,
        **more,
    }
    return Correction(action, type, quote, **given)  # type: ignore[arg-type]


def patch(*corrections: Correction, article: str = "a1", headline: str = "口袋公园进社区") -> Patch:
    return Patch(article, headline, corrections, corrections[0].file)


def written(folder: Path, text: str, name: str = "a.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


# Reading a patch


def test_a_patch_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    extra = 'where = { value = 300 }\nunset = ["period"]\nsources = ["https://example.org/report"]\noccurrence = 1\n'
    (loaded,) = load_patches([written(tmp_path, f"# 说明\n{HEAD}\n{CHANGE}{extra}")])
    (read,) = loaded.corrections
    assert (loaded.article, loaded.headline) == ("a1", "口袋公园进社区")
    assert (read.action, read.type, read.quote, read.line) == ("change", "statement", "口袋公园300个", 6)
    assert (read.author, read.date, read.reason) == ("林校对", "2024-03-01", "多印了一个零")
    assert (read.where, read.changes, read.occurrence) == ({"value": 300}, {"value": 30, "period": None}, 1)
    assert read.sources == ("https://example.org/report",)


#: change to a good patch → what the error says, field first
MALFORMED = [
    ('action = "change"', 'action = "alter"', "action: 'alter' must be one of: accept, reject, change, add"),
    ('action = "change"', "", "action: must be a text"),
    ('type = "statement"', 'type = "claim"', "type: 'claim' must be one of"),
    ('quote = "口袋公园300个"', 'quote = " "', "quote: must be a text that isn't empty"),
    ("date = 2024-03-01", 'date = "March"', "date: must be a date such as"),
    ("date = 2024-03-01", "date = 2024-03-01T10:00:00", "date: must be a date such as"),
    ('author = "林校对"\n', "", "author: must be a text"),
    ('reason = "多印了一个零"', "reason = 3", "reason: must be a text"),
    ("set = { value = 30 }", "", "set: change needs the new fields"),
    ("set = { value = 30 }", "set = {}", "set: change needs the new fields"),
    ("{ value = 30 }", '{ value = "30" }', "set.value: must be a number"),
    ("{ value = 30 }", "{ value = nan }", "set.value: must be a number"),
    ("{ value = 30 }", "{ valeu = 30 }", "set.valeu: no field of a statement; it has: kind, agent"),
    ("{ value = 30 }", '{ bound = "≥" }', "set.bound: must be one of: =, >="),
    ("{ value = 30 }", '{ kind = "promise" }', "set.kind: must be one of: commitment, outcome"),
    ("{ value = 30 }", '{ period = "今年" }', "set.period: must be an ISO 8601"),
    ("{ value = 30 }", '{ places = "呈贡区" }', "set.places: must be a list of names"),
    ("{ value = 30 }", '{ estimated = "yes" }', "set.estimated: must be true or false"),
    ("set = { value = 30 }", 'unset = ["indicator"]', "unset.indicator: this field can't be empty"),
    (
        "set = { value = 30 }",
        "where = { size = 1 }\nset = { value = 30 }",
        "where.size: no field of a statement",
    ),
    ('action = "change"', 'action = "accept"', "set: nothing that accept has a use for"),
    ('action = "change"', 'action = "add"', "set.kind: an added statement needs it"),
    ('action = "change"', 'action = "change"\noccurrence = 0', "occurrence: must be 1, 2, 3"),
    (
        'action = "change"',
        'action = "change"\nsources = ["报纸"]',
        "sources: must be a list of web addresses",
    ),
    (
        'action = "change"',
        'action = "change"\nwhy = "x"',
        "why: no such field; a correction has action, author",
    ),
]


@pytest.mark.parametrize(("old", "new", "says"), MALFORMED, ids=[row[2][:40] for row in MALFORMED])
def test_a_malformed_patch_is_an_error_with_file_line_and_field(
    old: str, new: str, says: str, tmp_path: Path
) -> None:
    assert old in CHANGE
    file = written(tmp_path, HEAD + CHANGE.replace(old, new, 1))
    with pytest.raises(PatchError) as error:
        load_patches([file])
    assert f"{file}, line 4, correction 1: {says}" in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (CHANGE, "article.id: must be a text"),
        (HEAD, "correction: a patch has at least one"),
        (f"{HEAD}published = 2024-01-01\n{CHANGE}", "article.published: no such field"),
        (f"{HEAD}{CHANGE}[notes]\n", "notes: no such table"),
        (f"{HEAD}[[correction]\n", "is no TOML: "),
    ],
)
def test_a_malformed_file_is_an_error_with_its_name(text: str, says: str, tmp_path: Path) -> None:
    file = written(tmp_path, text)
    with pytest.raises(PatchError) as error:
        load_patches([file])
    assert f"{file}: {says}" in str(error.value)


def test_all_that_is_wrong_in_all_files_is_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, HEAD + CHANGE.replace("30 }", '"x" }').replace("2024-03-01", "3"), "a.toml")
    written(tmp_path, CHANGE, "b.toml")
    with pytest.raises(PatchError) as error:
        load_patches([tmp_path])
    assert all(
        told in str(error.value) for told in ("a.toml", "date:", "b.toml", "article.id", "article.headline")
    )


def test_a_file_that_isnt_utf_8_is_an_error_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes((HEAD + CHANGE).encode("gb18030"))
    with pytest.raises(PatchError, match=r"a\.toml: isn't UTF-8"):
        load_patches([file])


@pytest.mark.parametrize(
    ("period", "good"),
    [
        *(
            (p, True)
            for p in ("2024", "2024-02", "2024-02-29", "2023-03/..", "../2024-04-12", "2024-05/2024")
        ),
        *((p, False) for p in ("24", "2023-02-29", "2024-13", "2024/", "../..", "2024/2023", "2024年", "..")),
    ],
)
def test_a_period_is_iso_8601(period: str, *, good: bool) -> None:
    if good:
        assert checked("statement", "period", period) == period
    else:
        with pytest.raises(FieldError):
            checked("statement", "period", period)


def test_kinds_are_those_of_the_ontology() -> None:
    ontology = Graph().parse(ONTOLOGY)
    for cls, kinds in KINDS.items():
        above = URIRef(NAMESPACE + cls)
        # What is inferred is no kind that an editor gives.
        inferred = {
            URIRef(NAMESPACE + name)
            for name in ("CurrentDistrictOfficial", "CountyLevelArea", "CountyLevelBody")
        }
        below = set(ontology.transitive_subjects(RDFS.subClassOf, above)) - {above} - inferred
        assert below == {URIRef(NAMESPACE + kind) for kind in kinds}, cls


def test_every_field_is_one_of_the_record() -> None:
    records = {"statement": PARKS, "entity": CITY, "relation": DUTY}
    for kind, fields in FIELDS.items():
        assert all(hasattr(records[kind], field.attribute) for field in fields.values())


# Applying


def test_a_change_sets_a_value_that_isnt_printed_and_keeps_what_was_read() -> None:
    corrected, applied, problems = apply(
        [patch(correction("change", "口袋公园300个", set={"value": 30}))], READ
    )
    assert problems == ()
    assert corrected.statements == (replace(PARKS, value=30, rules=(), confidence=None), PARKING)
    assert corrected.statements[0].surface == "300个以上"
    assert [(a.before, a.after) for a in applied] == [(PARKS, corrected.statements[0])]
    assert corrected.as_read == READ


def test_a_rejected_fact_is_gone_and_an_accepted_one_stays_as_it_was_read() -> None:
    corrected, applied, _ = apply(
        [patch(correction("reject", "停车位"), correction("accept", "负责口袋公园", type="relation"))], READ
    )
    assert (corrected.statements, corrected.relations) == ((PARKS,), (DUTY,))
    assert {(a.action, a.before, a.after) for a in applied} == {
        ("reject", PARKING, None),
        ("accept", DUTY, DUTY),
    }


def test_phases_follow_their_project_and_go_with_it() -> None:
    body = "福宜高速开工建设。"
    read = extract(Article("a1", "口袋公园进社区", body))
    assert [report.project for report in read.phases] == ["福宜高速"]

    def corrected(action: str, **more: object) -> Extraction:
        return apply([patch(correction(action, "福宜高速", type="entity", **more))], read)[0]

    renamed = corrected("change", set={"name": "福宜高速公路"})
    assert [report.project for report in renamed.phases] == ["福宜高速公路"]
    assert corrected("reject").phases == ()


def test_an_added_fact_stands_in_the_order_of_the_text() -> None:
    new = correction(
        "add",
        "口袋公园300个",
        set={
            "kind": "commitment",
            "indicator": "口袋公园总数",
            "value": 900,
            "unit": "个",
            "bound": "=",
            "aspect": "level",
        },
    )
    more = correction("add", "昆明市还要修路", set={"kind": "commitment", "indicator": "修路"})
    corrected, _, problems = apply([patch(new, more)], READ)
    assert problems == ()
    assert [s.indicator for s in corrected.statements] == [
        "新建口袋公园",
        "口袋公园总数",
        "新增停车位",
        "修路",
    ]
    assert all(BODY[s.span.start : s.span.end] == s.quote for s in corrected.statements)


def test_an_added_area_gets_the_key_and_kind_of_the_gazetteer() -> None:
    article = Article("b1", "修路", "呈贡区今年修路。")
    add = correction("add", "呈贡区", type="entity", set={"name": "呈贡区", "class": "AdministrativeArea"})
    corrected, _, _ = apply([patch(add, article="b1", headline="修路")], Extraction(article))
    assert [(e.key, e.kind) for e in corrected.entities] == [("530114", "District")]


def test_every_mention_can_be_changed_at_once() -> None:
    quote, change = "昆明市", {"class": "Organization", "name": "昆明市人民政府", "kind": "GovernmentBody"}
    corrected, applied, problems = apply(
        [
            patch(
                correction(
                    "change", quote, type="entity", occurrence="every", where={"name": "昆明市"}, set=change
                )
            )
        ],
        READ,
    )
    assert problems == ()
    assert len(applied) == 2
    assert [e.key for e in corrected.entities] == ["昆明市人民政府", "昆明市城管局", "昆明市人民政府"]


def test_an_occurrence_or_a_field_tells_one_fact_of_several() -> None:
    one = correction("reject", "昆明市", type="entity", occurrence=3)
    assert apply([patch(one)], READ)[0].entities == (CITY, BUREAU)
    other = correction("reject", "昆明市", type="entity", where={"class": "Organization"})
    assert apply([patch(other)], READ)[0].entities == (CITY, CITY_AGAIN)


#: what can't be applied → what the problem says
REFUSED = [
    (correction("accept", "地铁"), "the words “地铁” aren't in 《口袋公园 进社区》 (a1) any more"),
    (correction("accept", "还要修路"), "of “还要修路” none was read"),
    (
        correction("accept", "停车位", where={"value": 5}),
        "none that fits value = 5 was read (commitment 新增停车位 = 12000 个)",
    ),
    (correction("reject", "昆明市", type="entity"), "“昆明市” fits 3 of them"),
    (correction("reject", "昆明市", type="entity", occurrence=9), "occur 3 times only"),
    (correction("change", "停车位", set={"value": 12000}), "it is read so already"),
    (correction("change", "停车位", set={"completion": 90}), "a commitment has no completion rate"),
    (
        correction("change", "停车位", set={}, unset=("unit",)),
        "a value needs unit, bound and aspect too; set unit",
    ),
    (correction("change", "停车位", set={}, unset=("value",)), "without a value there is no bound"),
    (correction("change", "停车位", set={"surface": "两万个"}), "surface “两万个” isn't printed in"),
    (
        correction("change", "昆明市城管局", type="entity", set={"kind": "Park"}),
        "kind Park is no Organization; it may be: Organization, GovernmentBody",
    ),
    (
        correction("add", "新增停车位1.2万个", set={"kind": "commitment", "indicator": "新增停车位"}),
        "it is read already (commitment 新增停车位 = 12000 个)",
    ),
    (
        correction("add", "昆明市", set={"kind": "commitment", "indicator": "修路"}),
        "occur 3 times: quote more",
    ),
]


@pytest.mark.parametrize(("wrong", "says"), REFUSED, ids=[says[:40] for _, says in REFUSED])
def test_what_cant_be_applied_is_told_and_the_rest_is_applied(wrong: Correction, says: str) -> None:
    good = correction("change", "口袋公园300个", set={"value": 30}, file="b.toml")
    corrected, applied, problems = apply([patch(wrong), patch(good)], READ)
    assert [a.after for a in applied] == [corrected.statements[0]]
    assert corrected.statements[0].value == 30
    (problem,) = problems
    assert str(problem).startswith("a.toml, line 5: ")
    assert says in str(problem)


def test_of_two_that_contradict_each_other_the_earlier_stands_and_the_later_is_told() -> None:
    early = correction("change", "口袋公园300个", set={"value": 30}, date="2024-03-01", file="z.toml")
    late = correction("change", "口袋公园300个", set={"value": 31}, date="2024-03-02")
    rejection = correction("reject", "口袋公园300个", date="2024-03-03")
    for order in permutations([patch(early), patch(late), patch(rejection)]):
        corrected, applied, problems = apply(order, READ)
        assert corrected.statements[0].value == 30
        assert len(applied) == 1
        assert [p.file for p in problems] == ["a.toml", "a.toml"]
        assert (
            "it contradicts on value the change by 林校对 of 2024-03-01 (z.toml, line 5), which stands"
            in str(problems[0])
        )


def test_two_that_agree_are_both_applied() -> None:
    one = correction("change", "口袋公园300个", set={"value": 30})
    other = correction(
        "change", "口袋公园300个", set={"value": 30, "bound": ">="}, author="周校对", file="b.toml"
    )
    corrected, applied, problems = apply([patch(other), patch(one)], READ)
    assert problems == ()
    assert [a.author for a in applied] == ["林校对", "周校对"]
    assert (corrected.statements[0].value, corrected.statements[0].bound) == (30, ">=")
    assert {a.after for a in applied} == {corrected.statements[0]}


def test_to_apply_again_changes_nothing() -> None:
    add = correction("add", "昆明市还要修路", set={"kind": "commitment", "indicator": "修路"})
    patches = [
        patch(correction("change", "口袋公园300个", where={"value": 300}, set={"value": 30})),
        patch(correction("reject", "停车位", file="b.toml"), replace(add, file="b.toml", line=9)),
    ]
    once = apply(patches, READ)
    assert apply(patches, once[0]) == once
    assert apply(patches[::-1], READ) == once


def test_without_a_correction_the_extraction_is_the_very_same() -> None:
    assert apply([], READ)[0] is READ
    assert apply([patch(correction("reject", "停车位"), article="b", headline="别的")], READ)[0] is READ


# Finding the article


def test_an_article_with_another_id_is_found_by_its_headline_and_quotes() -> None:
    scanned = replace(READ, article=replace(ARTICLE, id="a2", publisher="昆明日报"))
    corrector = Corrector([patch(correction("reject", "停车位"))], [scanned.article])
    assert corrector.correct(scanned).statements == (PARKS,)
    assert (corrector.applied, corrector.problems) == (1, [])


def test_the_article_with_the_id_goes_before_one_with_the_same_headline_and_words() -> None:
    twin = replace(READ, article=replace(ARTICLE, id="a2"))
    corrector = Corrector([patch(correction("reject", "停车位"))], [twin.article, ARTICLE])
    assert corrector.correct(twin) is twin
    assert corrector.correct(READ).statements == (PARKS,)


@pytest.mark.parametrize(
    ("ids", "headline", "quote", "says"),
    [
        (
            ["x"],
            "别的标题",
            "停车位",
            "no article among the sources has the id a1 or the headline 《别的标题》",
        ),
        (["x"], "口袋公园进社区", "地铁", "x has the headline 《口袋公园进社区》 but not the words “地铁”"),
        (["x", "y"], "口袋公园进社区", "停车位", "several fit it (x, y)"),
    ],
)
def test_a_patch_without_its_article_is_told(ids: list[str], headline: str, quote: str, says: str) -> None:
    articles = [replace(ARTICLE, id=i) for i in ids]
    corrector = Corrector([patch(correction("reject", quote), headline=headline)], articles)
    (problem,) = corrector.problems
    assert says in str(problem)
    assert str(problem).startswith("a.toml: nothing of it is applied")


# Rows and commands


def test_the_row_of_a_corrected_fact_says_who_when_and_why() -> None:
    corrected, _, _ = apply([patch(correction("change", "口袋公园300个", set={"value": 30}))], READ)
    rows = [row for row in to_rows(corrected) if "corrected" in row]
    assert [(row["value"], row["corrected"]) for row in rows] == [
        (30, {"author": "林校对", "date": "2024-03-01", "reason": "对过原报", "action": "change"})
    ]


def test_the_patch_of_the_sample_page_fits_it(tmp_path: Path) -> None:
    page, file = ARTICLES / "2024-01-kunming-page.txt", CORRECTIONS / "2024-01-kunming-page.toml"
    checked_ = CliRunner().invoke(main, ["corrections", "check", str(file), str(page)])
    assert checked_.exit_code == 0, checked_.output
    assert "23000 户 → commitment 高新技术企业总量 >= 2300 户" in checked_.output
    assert "1 correction applied, 0 problems" in checked_.output
    undated = tmp_path / "page.txt"  # another front matter, another id
    undated.write_text(page.read_text(encoding="utf-8").split("---\n", 2)[-1], encoding="utf-8")
    assert CliRunner().invoke(main, ["corrections", "check", str(file), str(undated)]).exit_code == 0


def test_the_patch_of_the_real_page_fits_it(shared: Path) -> None:
    file = CORRECTIONS / "liu-ge-chuncheng.toml"
    result = CliRunner().invoke(main, ["corrections", "check", str(file), str(shared / "articles")])
    assert (result.exit_code, "1 correction applied, 0 problems" in result.output) == (0, True), result.output


def test_extract_applies_corrections_and_warns_of_those_that_it_cant(tmp_path: Path) -> None:
    page = written(
        tmp_path, "口袋公园进社区\n\n本报讯(记者 林小雨) 昆明市2024年将新建口袋公园300个。\n", "page.txt"
    )
    file = written(tmp_path, HEAD + CHANGE + CHANGE.replace("口袋公园300个", "地铁"))
    arguments = ["extract", str(page), "--corrections", str(file)]
    # Another id than the patch's, and not all of its words: told, not applied.
    lost = CliRunner().invoke(main, arguments)
    assert (lost.exit_code, '"corrected"' in lost.stdout) == (0, False)
    assert "but not the words “地铁”" in lost.stderr
    article = next(row["article"] for row in to_rows(extract(_only_article(page))))
    file.write_text(file.read_text(encoding="utf-8").replace('"a1"', f'"{article}"'), encoding="utf-8")
    found = CliRunner().invoke(main, arguments)
    assert (found.exit_code, found.stdout.count('"corrected"')) == (0, 1)
    assert f"warning: {file}, line " in found.stderr
    assert "1 correction applied, 1 problem (--strict makes that an error)" in found.stderr
    strict = CliRunner().invoke(main, [*arguments, "--strict"])
    assert (strict.exit_code, f"error: {file}, line " in strict.stderr) == (1, True)


def _only_article(page: Path) -> Article:
    from loaders.pipeline import load_articles
    from loaders.read import Publication

    (article,) = load_articles([page], Publication(), strict=True)
    return article


def test_the_example_of_the_documentation_is_a_patch_with_each_action(tmp_path: Path) -> None:
    text = (CORRECTIONS.parent / "docs" / "corrections.md").read_text(encoding="utf-8")
    (loaded,) = load_patches([written(tmp_path, text.split("```toml\n")[1].split("```")[0])])
    assert [c.action for c in loaded.corrections] == ["change", "accept", "reject", "add"]
    named = {name for fields in FIELDS.values() for name in fields}
    assert all(f"`{name}`" in text for name in named)
