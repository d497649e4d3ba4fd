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
