"""Which mementos a resource has: the days of publication from the first on which anything was known of it."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import NamedNode

from ontology.identifiers import graph_iri
from server import links
from server.current import Serving
from server.engine import Question
from server.language import LANGUAGES
from server.pages.rows import read_rows

_QUERY = Path(__file__).with_suffix(".rq").read_text("utf-8")
_ALWAYS = ("places", "ontology")  # graphs that are the same on every day
_THINGS = ("doc/", "id/", "cite/")
_BYTES = 8 * 1024 * 1024


async def days_of(serving: Serving, path: str, deadline: float, *, undated: bool) -> tuple[str, ...] | None:
    """The days, None for a thing that nothing is known of; a path that is no thing's has all of them. Raises Problem."""
    publications = serving.publications
    if publications is None:
        return ()
    thing = _thing(path, serving.base)
    if thing is None:
        return publications.days
    text = _QUERY.replace("$this", str(thing))
    question = Question(text, format="json", names_graphs=True, deadline=deadline, max_bytes=_BYTES)
    rows = read_rows((await serving.engine.query(question)).read())[1]
    if not rows:
        return None
    always = {graph_iri(serving.base, name) for name in _ALWAYS}
    said = [row for row in rows if "article" in row]
    if any(row["graph"].value in always for row in rows) or (
        undated and any("day" not in row for row in said)
    ):
        return publications.days
    first = min((row["day"].value for row in said if "day" in row), default="")
    return tuple(day for day in publications.days if day >= first)


def _thing(path: str, base: str) -> NamedNode | None:
    """The thing that a page or document is about; None where it is about none."""
    bare = path.lstrip("/")
    for language in LANGUAGES:
        bare = bare.removeprefix(f"{language}/")
    kind = next((kind for kind in _THINGS if bare.startswith(kind)), None)
    if kind is None:
        return None
    name = bare.removeprefix(kind)
    stem, dot, suffix = name.rpartition(".")
    if dot and "/" not in suffix:
        name = stem
    try:
        return NamedNode(links.iri_of(name, base))
    except ValueError:
        return None
