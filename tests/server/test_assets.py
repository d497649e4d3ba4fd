"""What the bundle's manifest says that a page loads, and how its files are sent."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import brotli
import pytest

from server.assets import Assets, Entry, UnknownEntryError
from server.problem import Problem
from server.protocol import Request
from server.static_files import StaticFiles

MANIFEST = {
    "_shared-1.js": {"file": "assets/shared-1.js", "css": ["assets/shared-1.css"]},
    "src/page.ts": {
        "file": "assets/page-2.js",
        "isEntry": True,
        "imports": ["_shared-1.js"],
        "css": ["assets/page-2.css"],
    },
    "src/lazy.ts": {"file": "assets/lazy-3.js", "isDynamicEntry": True, "imports": ["_shared-1.js"]},
}
SCRIPT = b"console.log('ledger');\n" * 200


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(MANIFEST))
    return tmp_path


@pytest.fixture
def files(tmp_path: Path) -> StaticFiles:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets / "page-2.js").write_bytes(SCRIPT)
    (assets / "page-2.js.br").write_bytes(brotli.compress(SCRIPT, quality=11))
    (tmp_path / "style.css").write_bytes(b"body { color: inherit }\n" * 100)
    (tmp_path / "dist" / ".vite").mkdir()
    (tmp_path / "dist" / ".vite" / "manifest.json").write_text("{}")
    return StaticFiles(tmp_path)


def get(path: str, accept_encoding: str | None = None, tag: str | None = None) -> Request:
    return Request("GET", "http://x", path, accept_encoding=accept_encoding, if_none_match=tag)


def test_an_entry_comes_with_its_styles_and_those_of_what_it_imports(bundle: Path) -> None:
    assert Assets(bundle).entry("page.ts") == Entry(
        "/static/dist/assets/page-2.js",
        ("/static/dist/assets/shared-1.css", "/static/dist/assets/page-2.css"),
        ("/static/dist/assets/shared-1.js",),
    )
    assert Assets(bundle).url("page.ts") == "/static/dist/assets/page-2.js"


def test_without_a_bundle_pages_load_nothing(tmp_path: Path) -> None:
    assert Assets(tmp_path).entry("page.ts") is None
    assert Assets(tmp_path).url("page.ts") is None


def test_a_name_that_the_bundle_lacks_is_told_with_those_it_has(bundle: Path) -> None:
    with pytest.raises(UnknownEntryError, match=r"no entry lazy.ts, only page.ts.*make frontend"):
        Assets(bundle).entry("lazy.ts")


def test_a_new_bundle_is_seen_without_a_restart(bundle: Path) -> None:
    assets = Assets(bundle)
    assert assets.url("page.ts") == "/static/dist/assets/page-2.js"
    manifest = bundle / ".vite" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("page-2.js", "page-9.js"))
    assert assets.url("page.ts") == "/static/dist/assets/page-9.js"


def test_a_hashed_file_is_kept_for_ever_and_sent_as_compressed_ahead(
    files: StaticFiles, tmp_path: Path
) -> None:
    response = files.answer(get("/static/dist/assets/page-2.js", "gzip, br"))
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Encoding"] == "br"
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.body == (tmp_path / "dist/assets/page-2.js.br").read_bytes()


def test_another_file_is_compressed_once_and_asked_for_anew_with_its_tag(files: StaticFiles) -> None:
    plain = files.answer(get("/static/style.css"))
    packed = files.answer(get("/static/style.css", "gzip"))
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["Cache-Control"] == "no-cache"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert files.answer(get("/static/style.css", "gzip", packed.headers["ETag"])).status == 304
    assert files.answer(get("/static/style.css", "gzip", plain.headers["ETag"])).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/none.css",
        "/static/dist",
        "/static/dist/.vite/manifest.json",
        "/static/../app.py",
        "/static/dist/assets/../../style.css",
        "/static//etc/passwd",
        "/static/style.css\0",
        "/static/dist/assets/page-2.js.br",
        "/static/" + "a" * 100_000,
        "/static/春.css",
    ],
)
def test_nothing_else_is_a_file(files: StaticFiles, path: str) -> None:
    with pytest.raises(Problem) as refused:
        files.answer(get(path))
    assert refused.value.status == 404


def test_files_are_only_read(files: StaticFiles) -> None:
    with pytest.raises(Problem) as refused:
        files.answer(Request("POST", "http://x", "/static/style.css"))
    assert refused.value.status == 405
