"""Panels: a query and the way its rows are shown; pages of things are made of them.

`panels/{name}.rq` begins with comments that say what the panel is called (`zh:`, `en:`), how its rows are shown (`as:`,
a template `panels/as_{…}.html`), and which links a thing must have for it to be worth asking (`when:`, properties of the
thing, with `^` those of others to it). Columns that are shown as links in the words of another column stand with that (`linked:`,
`statement=value`). A panel that is the same for all things of which a property names the same thing says which
(`of:`): it is asked of that one, so that its answer serves them all. `classes.toml` says which panels the page of a class has.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from ontology.terms import CCL, PREFIXES
from server.engine import Term
from server.language import say
from server.pages.rows import Row, fill, terms_in

_FOLDER = Path(__file__).parent
_LIMIT = re.compile(r"\bLIMIT\s+(\d+)\s*$")


@dataclass(frozen=True, slots=True)
class PanelKind:
    """A panel as its file describes it."""

    name: str
    chinese: str
    english: str
    shown_as: str
    when: frozenset[str]  # IRIs of properties; of links to the thing with ^ before them
    of: str | None = None  # IRI of a property
    linked: Mapping[str, str] = field(default_factory=dict)  # columns of words by those of links

    def asked_of(self, thing: NamedNode, properties: Iterable[Row]) -> NamedNode:
        """What the panel of a thing with these properties is asked of: the thing, or the one that it has it in common with others by."""
        if self.of is None:
            return thing
        common = {row["value"] for row in properties if row["property"].value == self.of}
        only = common.pop() if len(common) == 1 else thing
        return only if isinstance(only, NamedNode) else thing

    def is_for(self, known: Collection[str]) -> bool:
        """Whether a thing with these properties, and ^ links to it, may have rows in it."""
        return not self.when or not self.when.isdisjoint(known)


@dataclass(slots=True)
class Panel:
    """A panel with what it shows of one thing."""

    kind: PanelKind
    query: str
    columns: tuple[str, ...]
    rows: list[Row]
    shown: dict[str, Any] | None = field(
        default_factory=dict
    )  # what a page prepares of the rows for the template

    @property
    def named(self) -> Iterator[Term]:
        """What its rows show by name."""
        return terms_in(self.rows, linked=self.kind.linked)

    @property
    def title(self) -> str:
        """Its heading in the page's language."""
        return say(self.kind.chinese, self.kind.english)

    @property
    def template(self) -> str:
        """The template that shows it."""
        return f"panels/as_{self.kind.shown_as}.html"

    @property
    def is_cut(self) -> bool:
        """Whether there may be more rows than it shows."""
        limit = _LIMIT.search(self.query)
        return limit is not None and len(self.rows) >= int(limit[1])

    @property
    def sparql(self) -> str:
        """Path of the query page with this panel's query."""
        return "/sparql?" + urlencode({"query": self.query})

    @property
    def csv(self) -> str:
        """Path of its rows as CSV."""
        return "/sparql.csv?" + urlencode({"query": self.query})


def panel_query(kind: PanelKind, thing: NamedNode) -> str:
    """The query of a panel for a thing, as the page links to it: without the file's own head."""
    lines = fill(f"panels/{kind.name}", {"this": thing}).splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")).strip()


def panels_for(classes: Collection[str], known: Collection[str]) -> list[PanelKind]:
    """The panels of a thing's page that may have rows, in the order of its class."""
    kinds = (read_kind(name) for name in page_of(classes).panels)
    return [kind for kind in kinds if kind.is_for(known)]


@dataclass(frozen=True, slots=True)
class PageKind:
    """What the page of a class is made of."""

    panels: tuple[str, ...]
    facts: tuple[str, ...]  # IRIs of properties that stand at its head


def page_of(classes: Collection[str]) -> PageKind:
    """The page of a thing of these classes (IRIs): the first of `classes.toml` that fits, else the general one."""
    pages = _read_pages()
    return next((page for name, page in pages.items() if name in classes), pages[CCL.Thing])


@lru_cache
def read_kind(name: str) -> PanelKind:
    """The panel of that name; raises OSError where there is none."""
    lines = (_FOLDER / "panels" / f"{name}.rq").read_text("utf-8").splitlines()
    head = dict(
        line[1:].strip().split(": ", 1) for line in takewhile(lambda line: line.startswith("#"), lines)
    )
    when = frozenset(expand(term) for term in head.get("when", "").split())
    of = expand(head["of"]) if "of" in head else None
    linked = dict(pair.split("=", 1) for pair in head.get("linked", "").split())
    return PanelKind(name, head["zh"], head["en"], head["as"], when, of, linked)


def expand(term: str) -> str:
    """`ccl:agent` or `^ccl:agent` with the IRI written out."""
    inverse = "^" if term.startswith("^") else ""
    prefix, _, local = term.removeprefix("^").partition(":")
    return inverse + PREFIXES[prefix] + local


@lru_cache
def _read_pages() -> Mapping[str, PageKind]:
    table = tomllib.loads((_FOLDER / "classes.toml").read_text("utf-8"))
    return {
        expand(f"ccl:{name}"): PageKind(
            tuple(page["panels"]), tuple(expand(f) for f in page.get("facts", ()))
        )
        for name, page in table.items()
    }
