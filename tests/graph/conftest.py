"""Two articles that share one promise, as facts, and how to put them into a data folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from graph.build import build
from graph.snapshot import Snapshot
from loaders.facts import Article, Bound, Entity, Extraction, Relation, Source, Span, Statement, StatementKind
from ontology.identifiers import DEFAULT_BASE, article_id

PLAN = "昆明市2024年将新建口袋公园30个以上。\n这项工作由昆明市城市管理局负责。"
REPORT = "市政府提出，2024年新建口袋公园不少于30个。\n2023年全市新增停车位1.2万个，完成率120%。"


def make_article(headline: str, body: str, **more: object) -> Article:
    return Article(article_id("昆明新报", None, headline, body), headline, body, publisher="昆明新报", **more)  # type: ignore[arg-type]


def locate(body: str, words: str) -> Span:
    start = body.index(words)
    return Span(start, start + len(words))


def make_entity(body: str, words: str, name: str, cls: str, kind: str, key: str) -> Entity:
    return Entity(locate(body, words), words, name, cls, kind, key)  # type: ignore[arg-type]


def make_statement(
    body: str, words: str, kind: StatementKind, indicator: str, *, bound: Bound | None = None, **more: object
) -> Statement:
    return Statement(locate(body, words), words, kind, indicator, bound=bound, **more)  # type: ignore[arg-type]


def make_promise(body: str, words: str, surface: str, **more: object) -> Statement:
    """The promise that both articles make, each in its own words."""
    return make_statement(
        body,
        words,
        "commitment",
        "新建口袋公园",
        bound=">=",
        agent="昆明市",
        value=30,
        unit="个",
        aspect="level",
        period="2024",
        period_basis="sentence",
        surface=surface,
        rules=("test.promise",),
        **more,
    )


@pytest.fixture(scope="session")
def plan() -> Extraction:
    source = Source("plan.txt", "a" * 64)
    article = make_article("口袋公园进社区", PLAN, reporters=(("林小雨", "记者"),), source=source)
    return Extraction(
        article,
        (
            make_entity(PLAN, "昆明市", "昆明市", "AdministrativeArea", "PrefectureCity", "530100"),
            make_entity(
                PLAN,
                "昆明市城市管理局",
                "昆明市城市管理局",
                "Organization",
                "GovernmentBody",
                "昆明市城市管理局",
            ),
        ),
        (make_promise(PLAN, "昆明市2024年将新建口袋公园30个以上", "30个以上"),),
        (
            Relation(
                locate(PLAN, "由昆明市城市管理局负责"),
                "由昆明市城市管理局负责",
                "昆明市城市管理局",
                "responsibleFor",
                "新建口袋公园",
            ),
        ),
    )


@pytest.fixture(scope="session")
def report() -> Extraction:
    article = make_article("民生清单公布", REPORT, source=Source("report.txt", "b" * 64))
    return Extraction(
        article,
        (),
        (
            make_promise(REPORT, "2024年新建口袋公园不少于30个", "不少于30个"),
            make_statement(
                REPORT,
                "2023年全市新增停车位1.2万个，完成率120%",
                "outcome",
                "新增停车位",
                bound="=",
                agent="昆明市",
                value=12000,
                unit="个",
                aspect="level",
                period="2023",
                period_basis="sentence",
                completion=120,
                surface="1.2万个",
            ),
        ),
    )


Publish = Callable[..., Snapshot]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def publish(data: Path) -> Publish:
    """Builds and publishes in `data`."""

    def run(
        extractions: Sequence[Extraction] | None = None, rdf: Sequence[Path] = (), **options: object
    ) -> Snapshot:
        return build(data, extractions, rdf, **{"base": DEFAULT_BASE, **options})  # type: ignore[arg-type]

    return run


@pytest.fixture(scope="session")
def two_articles(tmp_path_factory: pytest.TempPathFactory, plan: Extraction, report: Extraction) -> Snapshot:
    """A snapshot of both articles, with ontology and gazetteer; only to be read."""
    return build(tmp_path_factory.mktemp("ledger") / "data", [plan, report], base=DEFAULT_BASE)
