"""A small published ledger, and a client of the application over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from graph.snapshot import build_snapshot
from tests.server.live import Server, running

BASE = "https://ledger.example/"
LEDGER = Path(__file__).parent / "ledger.trig"

Publish = Callable[[Path, Iterable[pyoxigraph.Quad]], None]


@pytest.fixture(scope="session")
def ledger() -> list[pyoxigraph.Quad]:
    return list(pyoxigraph.parse(path=LEDGER, format=RdfFormat.TRIG))


@pytest.fixture(scope="session")
def publish() -> Publish:
    def build(data_dir: Path, quads: Iterable[pyoxigraph.Quad]) -> None:
        lines = pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS)
        build_snapshot(data_dir, iter(lines.splitlines(keepends=True)), base=BASE, reason=False)

    return build


@pytest.fixture(scope="session")
def data_dir(
    tmp_path_factory: pytest.TempPathFactory, publish: Publish, ledger: list[pyoxigraph.Quad]
) -> Path:
    folder = tmp_path_factory.mktemp("data")
    publish(folder, ledger)
    return folder


@pytest.fixture(scope="session")
def client(data_dir: Path) -> Iterator[Server]:
    """The server over the small ledger."""
    with running(data_dir) as server:
        yield server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what rdflib says about its own parsers."""
    for item in items:
        if item.path.is_relative_to(LEDGER.parent):
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib"))
