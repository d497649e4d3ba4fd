"""What the last publications changed, as a page and as a feed (Atom, RFC 4287)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from flask import render_template

from graph.change_files import change_iri
from graph.changes import read_changes
from graph.snapshot import Snapshot, list_snapshots
from server import change_files
from server.language import current, say
from server.page_context import Served

PATH = "/changes"
_ATOM = "http://www.w3.org/2005/Atom"
_WORDS = {"added": ("新增", "added"), "removed": ("删去", "removed"), "changed": ("变更", "changed")}


@dataclass(frozen=True, slots=True)
class Publication:
    """A snapshot that is kept, with what its publication changed; `path` leads to the change if both its ends are kept."""

    snapshot: Snapshot
    published: str
    record: dict[str, Any]
    path: str | None
    is_served: bool

    @property
    def counts(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """For each class, by the name that IRIs have for it: what happened to how many things, without zeros."""
        counted = [
            (name, [(kind, number) for kind, number in kinds.items() if number])
            for name, kinds in self.record.get("things", {}).items()
        ]
        return [(name, kinds) for name, kinds in counted if kinds]


def read_publications(served: Served) -> list[Publication]:
    """The snapshots that are kept, the last published first."""
    data = served.snapshot.path.resolve().parent.parent
    kept = {snapshot.id: snapshot for snapshot in list_snapshots(data)}
    found = []
    for snapshot in kept.values():
        record = read_changes(snapshot.path)
        before = record.get("from")
        path = f"{change_files.PREFIX}{before}..{snapshot.id}" if before in kept else None
        published = str(record.get("published", snapshot.manifest["created"]))
        found.append(Publication(snapshot, published, record, path, snapshot.id == served.snapshot.id))
    return sorted(found, key=lambda own: (own.published, own.snapshot.id), reverse=True)


def show(served: Served) -> str:
    """The page as HTML."""
    return render_template(
        "changes.html",
        served=served,
        publications=read_publications(served),
        formats=change_files.FORMATS,
        kind_words={kind: say(*words) for kind, words in _WORDS.items()},
    )


def write_feed(served: Served, host: str) -> bytes:
    """An entry for each publication; addresses are of `host` (scheme and authority), ids are canonical."""
    ElementTree.register_namespace("", _ATOM)
    publications = read_publications(served)
    base = served.base
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", "zh-Hans" if current() == "zh" else "en")
    _add(feed, "id", f"{base}changes")
    _add(feed, "title", say("春城账本：数据的变更", "Chuncheng Ledger: changes of the data"))
    _add(feed, "updated", publications[0].published if publications else served.snapshot.manifest["created"])
    _link(feed, f"{host}{PATH}.atom", "self", "application/atom+xml")
    _link(feed, f"{host}{PATH}", "alternate", "text/html")
    _add(ElementTree.SubElement(feed, f"{{{_ATOM}}}author"), "name", "Chuncheng Ledger")
    for publication in publications:
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
        snapshot, before = publication.snapshot, publication.record.get("from")
        _add(
            entry, "id", change_iri(base, before, snapshot.id) if before else f"{base}snapshot/{snapshot.id}"
        )
        _add(entry, "title", _title(publication))
        _add(entry, "updated", publication.published)
        dump = f"{host}/dumps/{snapshot.id}/data.nq.zst"
        if publication.path:
            _link(entry, f"{host}{publication.path}.trig", "alternate", "application/trig")
            for format_ in change_files.FORMATS[1:]:
                _link(entry, f"{host}{publication.path}.{format_.suffix}", "related", format_.media_types[0])
            _link(entry, dump, "related", "application/zstd")
        else:
            _link(entry, dump, "alternate", "application/zstd")
        _add(entry, "summary", _summarize(publication))
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _title(publication: Publication) -> str:
    record, quads = publication.record, publication.snapshot.manifest["dump"]["quads"]
    if "added" not in record:
        return say(
            f"快照 {publication.snapshot.id}：{quads} 条",
            f"Snapshot {publication.snapshot.id}: {quads} quads",
        )
    return say(
        f"新增 {record['added']} 条，删去 {record['removed']} 条",
        f"{record['added']} quads added, {record['removed']} removed",
    )


def _summarize(publication: Publication) -> str:
    lines = [
        f"{name}: " + ", ".join(f"{number} {say(*_WORDS[kind])}" for kind, number in kinds)
        for name, kinds in publication.counts
    ]
    return "; ".join(lines) or _title(publication)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _link(parent: ElementTree.Element, href: str, relation: str, media_type: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}link", href=href, rel=relation, type=media_type)
