"""Where the tests find the real page and its gold, which stay outside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the repository with the real page; tests that need it skip where it isn't."""
    folder = ROOT.parent / "shared"
    if not (folder / "articles").is_dir():
        pytest.skip("the newspaper's own page isn't beside this checkout (copyright keeps it out)")
    return folder
