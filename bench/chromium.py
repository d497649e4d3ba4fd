"""The browser in which pages are tried, measured and taken pictures of."""

from __future__ import annotations

import os
import shutil

#: What to tell where there is none.
NO_CHROMIUM = "there is no Chromium: `make programs` installs it (Debian: chromium), or name it by CHROMIUM="


def find_chromium() -> str | None:
    """The program that CHROMIUM names, else the system's; None where there is none."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
