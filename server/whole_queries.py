"""The queries of pages that are about no thing but the whole snapshot."""

from __future__ import annotations

from pyoxigraph import NamedNode

from server.pages import standings
from server.pages.panels import panel_query, read_kind
from server.pages.rows import fill

#: Queries of the home page, the map and the timeline.
WHOLE = ("home_figures", "home_articles", "home_commitments", "map_claims", "map_things", "timeline_months")


def whole_queries(base: str) -> list[str]:
    """Their texts, as pages ask them, for a snapshot with that base IRI."""
    dataset = NamedNode(f"{base}dataset")
    return [
        *(fill(name, {}) for name in WHOLE),
        *(panel_query(read_kind(name), dataset) for name in standings.PANELS),
    ]
