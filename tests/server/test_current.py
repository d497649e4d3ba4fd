"""Which snapshot is served: the one published now."""

from __future__ import annotations

from pathlib import Path

import pytest

from ontology.errors import ChunchengError
from server.app import create_app
from server.current import CurrentSnapshot, NoSnapshotError
from server.settings import Settings

COUNT = "/sparql?format=csv&query=SELECT(COUNT(*)AS?n){?s+?p+?o}"


def test_a_snapshot_published_while_serving_is_served_by_the_next_request(tmp_path, publish, ledger) -> None:  # type: ignore[no-untyped-def]
    publish(tmp_path, ledger[:10])
    client = create_app(tmp_path).test_client()
    tag = client.get("/").headers["ETag"]
    assert client.get(COUNT).text.split() == ["n", "10"]

    publish(tmp_path, ledger[:20])
    assert client.get(COUNT).text.split() == ["n", "20"]
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_who_holds_the_old_snapshot_can_finish_with_it(tmp_path, publish, ledger) -> None:  # type: ignore[no-untyped-def]
    publish(tmp_path, ledger[:10])
    current = CurrentSnapshot(tmp_path, Settings())
    old = current.get()
    publish(tmp_path, ledger[:20])
    assert current.get().snapshot.id != old.snapshot.id
    assert b'"10"' in old.engine.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body


def test_the_old_snapshot_stays_where_the_new_one_cannot_be_opened(tmp_path: Path, publish, ledger) -> None:  # type: ignore[no-untyped-def]
    publish(tmp_path, ledger[:10])
    current = CurrentSnapshot(tmp_path, Settings())
    broken = tmp_path / "broken"
    broken.mkdir()
    (tmp_path / "current.new").symlink_to(broken)
    (tmp_path / "current.new").replace(tmp_path / "current")
    assert b'"10"' in current.get().engine.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_a_folder_without_a_snapshot_is_told_to_be_built(tmp_path: Path, folder: str) -> None:
    data_dir = tmp_path / folder
    if folder == "empty":
        data_dir.mkdir()
    with pytest.raises(NoSnapshotError, match="chuncheng build") as caught:
        create_app(data_dir)
    assert isinstance(caught.value, ChunchengError)
