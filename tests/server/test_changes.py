"""Dumps over HTTP, what publications changed as a feed and as RDF, and things that are gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph
import pytest
import rdflib
import zstandard
from pyoxigraph import NamedNode, RdfFormat, parse
from rdflib import DCAT, RDF, VOID

from graph.snapshot import list_snapshots
from tests.server.conftest import BASE, Publish
from tests.server.live import Server, running

ATOM = "{http://www.w3.org/2005/Atom}"
PARK = f"{BASE}id/park/liuhua-aaaaaa"
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
_PARSED = {
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/ld+json": RdfFormat.JSON_LD,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, publish: Publish, ledger: list[pyoxigraph.Quad]) -> Path:
    """Two snapshots: the ledger, and the same without a park, with one label more."""
    data = tmp_path_factory.mktemp("changes")
    publish(data, ledger)
    fewer = [quad for quad in ledger if PARK not in (_iri(quad.subject), _iri(quad.object))]
    more = pyoxigraph.Quad(
        NamedNode(f"{BASE}id/area/530111"), NamedNode("x:new"), pyoxigraph.Literal("新"), NamedNode("x:g")
    )
    publish(data, [*fewer, more])
    return data


@pytest.fixture(scope="module")
def changed(folder: Path) -> Iterator[Server]:
    with running(folder) as server:
        yield server


def _iri(term: object) -> str:
    return getattr(term, "value", "")


def _ids(folder: Path) -> tuple[str, str]:
    first, second = list_snapshots(folder)
    return first.id, second.id


def test_what_an_earlier_snapshot_held_is_gone_and_what_none_held_is_not_found(changed: Server) -> None:
    for path in ("/id/park/liuhua-aaaaaa", "/doc/park/liuhua-aaaaaa", "/doc/park/liuhua-aaaaaa.ttl"):
        reply = changed.get(path)
        assert (reply.status_code, reply.mimetype) == (410, "application/problem+json")
        assert reply.json["last_held"]
    page = changed.get("/doc/park/liuhua-aaaaaa", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (410, "text/html")
    assert changed.get("/doc/park/liuhua-aaaaab").status_code == 404
    assert changed.get("/doc/area/530111").status_code == 200


def test_the_feed_tells_what_each_publication_changed(changed: Server, folder: Path) -> None:
    reply = changed.get("/changes")
    assert reply.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(reply.data)
    first, second = _ids(folder)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"{BASE}changes/{first}..{second}",
        f"{BASE}snapshot/{first}",
    ]
    assert "park: 1" in (entries[0].findtext(f"{ATOM}summary") or "")
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    for entry in entries:
        for link in entry.findall(f"{ATOM}link"):
            target = changed.get(link.attrib["href"].removeprefix(f"http://127.0.0.1:{changed.port}"))
            assert (target.status_code, target.mimetype) == (200, link.attrib["type"])
    again = changed.get("/changes.atom", headers={"If-None-Match": reply.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_page_of_changes_leads_to_them_in_both_languages(changed: Server, folder: Path) -> None:
    first, second = _ids(folder)
    for path in ("/zh/changes", "/en/changes"):
        page = changed.get(path, headers={"Accept": "text/html"})
        assert page.mimetype == "text/html"
        assert f'href="/changes/{first}..{second}.trig"' in page.text
    assert changed.get("/changes.docx").status_code == 404


@pytest.mark.parametrize("suffix", ["trig", "nq", "jsonld"])
def test_a_change_is_two_graphs_of_triples(changed: Server, folder: Path, suffix: str) -> None:
    first, second = _ids(folder)
    reply = changed.get(f"/changes/{first}..{second}.{suffix}")
    quads = list(parse(reply.data, format=_PARSED[reply.mimetype]))
    by_graph = {
        name: {quad.triple for quad in quads if _iri(quad.graph_name).endswith(f"#{name}")}
        for name in ("added", "removed")
    }
    assert {triple.predicate.value for triple in by_graph["added"]} == {"x:new"}
    assert by_graph["removed"]
    assert all(PARK in (_iri(t.subject), _iri(t.object)) for t in by_graph["removed"])
    counts = {
        _iri(quad.subject).rpartition("#")[2]: int(quad.object.value)
        for quad in quads
        if _iri(quad.predicate) == str(VOID.triples)
    }
    assert counts == {name: len(triples) for name, triples in by_graph.items()}


def test_a_patch_makes_the_one_snapshot_of_the_other(changed: Server, folder: Path) -> None:
    first, second = _ids(folder)
    patch = changed.get(f"/changes/{first}..{second}.rdfp")
    assert patch.mimetype == "application/rdf-patch"
    lines = {
        identity: set(
            zstandard.ZstdDecompressor()
            .stream_reader(changed.get(f"/dumps/{identity}/data.nq.zst").data)
            .read()
            .splitlines()
        )
        for identity in (first, second)
    }
    rows = patch.data.splitlines()
    removed = {row[2:] for row in rows if row.startswith(b"D ")}
    added = {row[2:] for row in rows if row.startswith(b"A ")}
    assert removed <= lines[first]
    assert (lines[first] - removed) | added == lines[second]
    assert (rows[0][:2], rows[1], rows[-1]) == (b"H ", b"TX .", b"TC .")


def test_a_change_can_be_asked_for_in_any_direction_and_is_kept(changed: Server, folder: Path) -> None:
    first, second = _ids(folder)
    back = changed.get(f"/changes/{second}..{first}", headers={"Accept": "application/n-quads"})
    assert back.headers["Content-Location"] == f"/changes/{second}..{first}.nq"
    added = [q for q in parse(back.data, format=RdfFormat.N_QUADS) if _iri(q.graph_name).endswith("#added")]
    assert any(_iri(quad.subject) == PARK for quad in added)
    same = changed.get(f"/changes/{second}..{second}.nt")
    assert f'{second}#added> <{VOID.triples}> "0"' in same.text
    again = changed.get(f"/changes/{second}..{first}.nq", headers={"If-None-Match": back.headers["ETag"]})
    assert again.status_code == 304
    assert changed.head(f"/changes/{second}..{first}.nq").content_length == len(back.data)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/changes/0123456789abcdef..0123456789abcdef", 404),
        ("/changes/x..y", 404),
        ("/changes/..", 404),
        ("/changes/%2e%2e%2f..%2e%2e", 404),
        ("/changes/", 404),
        ("/dumps/0123456789abcdef/data.nq.zst", 404),
        ("/dumps/%2e%2e/data.nq.zst", 404),
        ("/dumps/manifest.json", 404),
    ],
)
def test_what_is_not_kept_is_not_found(changed: Server, path: str, status: int) -> None:
    assert changed.get(path).status_code == status


def test_a_change_has_no_other_formats(changed: Server, folder: Path) -> None:
    change = "/changes/{}..{}".format(*_ids(folder))
    assert changed.get(f"{change}.docx").status_code == 404
    assert changed.get(change, headers={"Accept": "image/png"}).status_code == 406
    assert changed.post(change, data="x").status_code == 405


@pytest.mark.parametrize("name", ["nq", "trig", "ttl"])
def test_dumps_are_what_dcat_says_they_are(changed: Server, name: str) -> None:
    described = rdflib.Graph().parse(f"http://127.0.0.1:{changed.port}/.well-known/void")
    distribution = rdflib.URIRef(f"{BASE}dataset/dump/{name}")
    assert (distribution, RDF.type, DCAT.Distribution) in described
    url = str(described.value(distribution, DCAT.downloadURL))
    reply = changed.get(url.replace(BASE, "/"))
    assert int(described.value(distribution, DCAT.byteSize)) == len(reply.data) == reply.content_length
    checksum = described.value(distribution, SPDX.checksum)
    assert str(described.value(checksum, SPDX.checksumValue)) == hashlib.sha256(reply.data).hexdigest()
    assert described.value(distribution, DCAT.mediaType)
    assert described.value(distribution, DCAT.compressFormat)


def test_a_download_goes_on_where_it_broke_off(changed: Server) -> None:
    path = "/dumps/data.trig.zst"
    whole = changed.get(path)
    size, tag = len(whole.data), whole.headers["ETag"]
    for given, first, end in (("bytes=10-", 10, size), ("bytes=0-0", 0, 1), ("bytes=-7", size - 7, size)):
        reply = changed.get(path, headers={"Range": given, "If-Range": tag})
        assert (reply.status_code, reply.data) == (206, whole.data[first:end])
        assert reply.headers["Content-Range"] == f"bytes {first}-{end - 1}/{size}"
    for more in ({"If-Range": '"another"'}, {"Range": "bytes=1-2,4-5"}, {"Range": "lines=1-2"}):
        reply = changed.get(path, headers={"Range": "bytes=10-", **more})
        assert (reply.status_code, reply.data) == (200, whole.data)
    beyond = changed.get(path, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert changed.get(path, headers={"If-None-Match": tag}).status_code == 304
