"""Snapshots copied to a location and back: whole or not at all, whatever happens on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph.replicas import Location, pull, push
from graph.snapshot import Snapshot, SnapshotError, build_snapshot, open_current, rollback

BASE = "https://ledger.example/"


def publish(data: Path, name: str) -> Snapshot:
    lines = [f"<{BASE}{name}> <{BASE}p> <{BASE}{i}> <{BASE}g> .\n".encode() for i in range(3)]
    return build_snapshot(data, iter(lines), base=BASE, reason=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    publish(tmp_path / "data", "first")
    return tmp_path / "data"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy"


@pytest.fixture(params=["folder", "memory"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    return Location(str(tmp_path / "there") if request.param == "folder" else f"memory://{tmp_path.name}")


def test_what_is_pushed_is_what_is_pulled(data: Path, copy: Path, location: Location) -> None:
    pushed = push(open_current(data), location)
    pulled = pull(copy, location)
    assert pulled is not None and (pulled.id, pulled.bytes) == (pushed.id, pushed.bytes)
    here, there = open_current(data), open_current(copy)
    assert there.manifest == here.manifest
    assert set(there.open_store()) == set(here.open_store())
    assert not list(copy.rglob("*.part"))


def test_nothing_moves_twice(data: Path, copy: Path, location: Location) -> None:
    push(open_current(data), location)
    assert push(open_current(data), location).bytes == 0
    pull(copy, location)
    assert pull(copy, location) is None


def test_a_copy_follows_forth_and_back(data: Path, copy: Path, location: Location) -> None:
    first = open_current(data).id
    push(open_current(data), location)
    pull(copy, location)
    second = publish(data, "second").id
    push(open_current(data), location)
    assert pull(copy, location) is not None and open_current(copy).id == second
    rollback(data)
    push(open_current(data), location)
    back = pull(copy, location)
    assert back is not None and (back.id, back.bytes) == (first, 0)
    assert open_current(copy).id == first


def test_only_the_newest_are_kept_there_and_always_the_one_that_is_pointed_to(
    data: Path, location: Location
) -> None:
    first = open_current(data)
    push(first, location)
    for name in ("second", "third"):
        push(publish(data, name), location)
    push(first, location, keep=1)
    assert set(location.snapshots()) == {first.id, open_current(data).id}


def test_a_location_without_a_snapshot_says_what_to_do(copy: Path, location: Location) -> None:
    with pytest.raises(SnapshotError, match="nothing has been pushed there"):
        pull(copy, location)
    assert not (copy / "current").exists()


@pytest.mark.parametrize("damage", [b"", b"torn", None], ids=["emptied", "exchanged", "gone"])
def test_a_damaged_file_is_named_and_the_old_snapshot_stays(
    data: Path, copy: Path, tmp_path: Path, damage: bytes | None
) -> None:
    location = Location(str(tmp_path / "there"))
    first = open_current(data).id
    push(open_current(data), location)
    pull(copy, location)
    second = publish(data, "second").id
    push(open_current(data), location)
    broken = tmp_path / "there" / "snapshots" / second / "files" / "data.nq.zst"
    whole = broken.read_bytes()
    broken.unlink() if damage is None else broken.write_bytes(damage)
    with pytest.raises(SnapshotError, match=r"data\.nq\.zst"):
        pull(copy, location)
    assert open_current(copy).id == first
    broken.write_bytes(whole)
    assert pull(copy, location) is not None and open_current(copy).id == second


def test_a_pull_that_was_killed_goes_on_where_it_was(data: Path, copy: Path, tmp_path: Path) -> None:
    location = Location(str(tmp_path / "there"))
    pushed = push(open_current(data), location)
    files = tmp_path / "there" / "snapshots" / pushed.id / "files"
    half = copy / "pulling" / pushed.id
    half.mkdir(parents=True)
    (half / "data.nq.zst").write_bytes((files / "data.nq.zst").read_bytes())
    (half / "manifest.json.part").write_bytes(b"{")
    pulled = pull(copy, location)
    assert pulled is not None
    assert pulled.bytes == pushed.bytes - (files / "data.nq.zst").stat().st_size
    assert set(open_current(copy).open_store()) == set(open_current(data).open_store())


def test_a_push_that_was_killed_is_seen_by_nobody_and_done_again(
    data: Path, copy: Path, tmp_path: Path
) -> None:
    location = Location(str(tmp_path / "there"))
    first = push(open_current(data), location)
    second = publish(data, "second")
    half = tmp_path / "there" / "snapshots" / second.id / "files"
    half.mkdir(parents=True)
    (half / "data.nq.zst").write_bytes(b"half")
    pull(copy, location)
    assert open_current(copy).id == first.id
    push(second, location)
    pull(copy, location)
    assert open_current(copy).id == second.id


@pytest.mark.parametrize("name", ["../escaped", "/etc/escaped", "a/../../escaped", ""])
def test_a_location_writes_nowhere_but_into_the_snapshot(
    data: Path, copy: Path, tmp_path: Path, name: str
) -> None:
    there = tmp_path / "there"
    location = Location(str(there))
    pushed = push(open_current(data), location)
    listing = location.read_json(f"snapshots/{pushed.id}/files.json")
    listing["files"] = {name: {"bytes": 1, "sha256": ""}}
    told = location.write_json(f"snapshots/{pushed.id}/files.json", listing)
    pointer = json.loads((there / "current.json").read_text())
    location.write_json("current.json", pointer | {"listing_sha256": told})
    with pytest.raises(SnapshotError, match="no snapshot holds"):
        pull(copy, location)
    assert not list(tmp_path.rglob("escaped"))


def test_a_password_is_not_told(copy: Path) -> None:
    with pytest.raises(SnapshotError) as told:
        pull(copy, Location("sftp://reader:secret@127.0.0.1:1/ledger"))
    assert "secret" not in str(told.value)


def test_an_unknown_kind_of_place_is_told() -> None:
    with pytest.raises(SnapshotError, match="nowhere"):
        Location("nowhere://ledger")
