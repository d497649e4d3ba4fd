"""What was known on a day: a view is what a build of the articles published until then makes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.build import article_lines, build
from graph.dumps import NQUADS, read_dump
from graph.ledger import LedgerRow, ledger_rows, read_ledger
from graph.snapshot import LEDGER, Snapshot
from graph.views import BEFORE_ALL, ViewError, Views, past_of, views_of
from loaders.facts import Extraction
from loaders.storage import extraction_line, read_extraction, without_text
from ontology.identifiers import DEFAULT_BASE

from .ledger_world import article, promise, result

PROMISE = article("开年承诺", promise("新增公办幼儿园", 40, "所"), published="2023-02-20")
HALFWAY = article(
    "年中通报", result("新增公办幼儿园", 25, "所", period="../2023-06-30"), published="2023-07-10"
)
RAISED = article("目标上调", promise("新增公办幼儿园", 50, "所"), published="2023-09-01")
RESULT = article("年终盘点", result("新增公办幼儿园", 67, "所", completion=167.5), published="2024-01-22")
UNDATED = article("未署日期", result("新增停车位", 12000, "个", completion=120))
ARTICLES = (PROMISE, HALFWAY, RAISED, RESULT, UNDATED)
FULFILLED = "SELECT * { ?outcome <https://w3id.org/chuncheng/def/fulfils> ?promise }"


def known(day: str) -> list[Extraction]:
    return [e for e in ARTICLES if e.article.published is None or e.article.published <= day]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("views") / "data"


@pytest.fixture(scope="module")
def whole(data: Path) -> Snapshot:
    return build(data, ARTICLES, base=DEFAULT_BASE)


def lines(snapshot: Snapshot) -> list[bytes]:
    return b"".join(read_dump(snapshot.path, NQUADS)).splitlines()


def answers(snapshot: Snapshot) -> int:
    return len(list(snapshot.open_store().query(FULFILLED)))  # type: ignore[arg-type]


def test_a_view_is_the_snapshot_of_the_articles_known_then(
    whole: Snapshot, data: Path, tmp_path: Path
) -> None:
    view = views_of(data).make(whole, past_of(whole, "2023-08-01", undated=True))
    alone = build(tmp_path, known("2023-08-01"), base=DEFAULT_BASE)
    assert lines(view) == lines(alone)
    assert view.id == alone.id
    assert list(view.ledger()) == list(alone.ledger())
    assert answers(view) == answers(alone) < answers(whole)


def test_the_past_changes_only_when_something_is_published(whole: Snapshot) -> None:
    assert past_of(whole, "2023-02-19", undated=True).published == BEFORE_ALL
    assert past_of(whole, "2023-02-20", undated=True).name == "2023-02-20"
    assert past_of(whole, "2023-07-09", undated=True).name == "2023-02-20"
    assert past_of(whole, "2023-07-10", undated=False).name == "2023-07-10-dated"
    assert past_of(whole, "2024-01-22", undated=True).whole
    assert past_of(whole, "9999-12-31", undated=True).whole
    assert not past_of(whole, "9999-12-31", undated=False).whole


@pytest.mark.parametrize(
    "day", ["2024-02-30", "2024-1-2", "yesterday", "", "20240122", "0999-01-01", "２０２４-01-01"]
)
def test_what_is_no_day_is_refused(whole: Snapshot, day: str) -> None:
    with pytest.raises(ViewError, match=r"2024-01-22|1000"):
        past_of(whole, day, undated=True)


def test_the_days_ledger_is_judged_on_that_very_day(whole: Snapshot, data: Path) -> None:
    views = views_of(data)
    past = past_of(whole, "2023-08-31", undated=True)
    view = views.make(whole, past)
    folder = views.make_ledger(whole, past, view)
    (row,) = [r for r in open_rows(folder) if not r.implied]
    assert (row.as_of, row.status, row.outcome) == ("2023-08-31", "onTrack", 25)
    assert open_rows(folder) == list(ledger_rows(view.open_store(), "2023-08-31"))
    assert views.find_ledger(whole, past) == folder


def open_rows(folder: Path) -> list[LedgerRow]:
    return list(read_ledger(folder / LEDGER))


TWO_GRAPHS = """
@prefix ccl: <https://w3id.org/chuncheng/def/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<x:g1> { <x:a1> a ccl:Article ; ccl:published "2023-02-20"^^xsd:date . <x:p> ccl:article <x:a1> ; ccl:value 1 }
<x:g2> { <x:a2> a ccl:Article ; ccl:published "2024-01-22"^^xsd:date . <x:o> ccl:article <x:a2> ; ccl:fulfils <x:p> }
<x:g3> { <x:a3> a ccl:Article ; ccl:published "soon" . <x:q> ccl:article <x:a3> }
<x:g4> { <x:p> ccl:unit <x:u> }
"""


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A snapshot of RDF of others."""
    folder = tmp_path_factory.mktemp("others")
    (folder / "others.trig").write_text(TWO_GRAPHS, encoding="utf-8")
    return build(folder / "data", None, [folder / "others.trig"], base=DEFAULT_BASE)


@pytest.mark.parametrize(
    ("day", "undated", "graphs"),
    [
        ("2023-01-01", True, "g3 g4"),
        ("2023-02-20", True, "g1 g3 g4"),
        ("2023-02-20", False, "g1 g4"),
        ("2024-01-22", False, "g1 g2 g4"),
    ],
)
def test_of_others_rdf_the_graphs_of_later_articles_are_left_out(
    others: Snapshot, tmp_path: Path, day: str, undated: bool, graphs: str
) -> None:
    view = Views(tmp_path, 10**9).make(others, past_of(others, day, undated=undated))
    assert view.graphs == [f"x:{name}" for name in graphs.split()]
    assert answers(view) == graphs.count("g2")


def test_views_stay_within_their_room_and_what_is_held_stays(others: Snapshot, tmp_path: Path) -> None:
    size = sum(file.stat().st_size for file in others.path.rglob("*"))
    views = Views(tmp_path, int(size * 1.5))
    first = views.make(others, past_of(others, "2023-02-20", undated=True))
    with first.hold():
        second = views.make(others, past_of(others, "2023-02-20", undated=False))
        assert first.path.exists()
    third = views.make(others, past_of(others, "2023-01-01", undated=True))
    assert (first.path.exists(), second.path.exists(), third.path.exists()) == (False, False, True)
    with pytest.raises(ViewError, match="view_bytes"):
        Views(tmp_path, 1000).make(others, past_of(others, "2023-02-20", undated=True))


def test_a_snapshot_of_an_older_build_says_that_it_cannot_tell(whole: Snapshot, tmp_path: Path) -> None:
    old = Snapshot(whole.id, tmp_path, whole.manifest)
    with pytest.raises(ViewError, match="build it again"):
        past_of(old, "2023-08-01", undated=True)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(ARTICLES), st.integers(0, len(ARTICLES)))
def test_facts_that_were_stored_make_the_same_quads(order: Sequence[Extraction], count: int) -> None:
    chosen = order[:count]
    stored = [read_extraction(extraction_line(e)) for e in reversed(chosen)]
    assert told(stored) == told(chosen)
    assert told([without_text(e) for e in stored], quotes_only=True) == told(chosen, quotes_only=True)


def told(extractions: Sequence[Extraction], *, quotes_only: bool = False) -> set[bytes]:
    return set(article_lines(extractions, DEFAULT_BASE, quotes_only=quotes_only))
