"""Makes a view of the past in a process of its own, which a server starts and ends with.

    python -m server.make_view '{"snapshot": …, "views": …, "max_bytes": …, "day": …, "undated": …, "ledger": …}'

Exit code 0: the view is there; 1: it isn't, and standard error says why in one line.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from graph.snapshot import open_snapshot
from graph.views import Views, past_of
from ontology.errors import ChunchengError
from server.engine.isolation import follow_parent

_NICER = 5  # than those who answer


def main(told: str) -> int:
    """Make what the JSON names."""
    follow_parent()
    os.nice(_NICER)
    asked = json.loads(told)
    views = Views(Path(asked["views"]), asked["max_bytes"])
    try:
        snapshot = open_snapshot(Path(asked["snapshot"]))
        past = past_of(snapshot, asked["day"], undated=asked["undated"])
        view = views.make(snapshot, past)
        if asked["ledger"]:
            with view.hold():
                views.make_ledger(snapshot, past, view)
    except (ChunchengError, OSError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
