"""Typed records of the extraction contract: the seam between reading and everything after it.

Offsets count code points of `Article.body`, end exclusive, and `quote` is always `body[start:end]`.
Readers make these records, reviewers and scorers read them as JSON, `graph.rdf` turns them into quads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

EntityClass: TypeAlias = Literal[
    "AdministrativeArea",
    "FunctionalZone",
    "Park",
    "Project",
    "Organization",
    "Person",
    "Programme",
    "Event",
]
StatementKind: TypeAlias = Literal["commitment", "outcome"]
ClaimKind: TypeAlias = Literal["commitment", "outcome", "withdrawal"]
Bound: TypeAlias = Literal["=", ">=", ">", "<=", "<", "~"]
Aspect: TypeAlias = Literal["level", "growth", "decline", "share"]
Predicate: TypeAlias = Literal[
    "locatedIn",
    "partOf",
    "holdsPost",
    "memberOf",
    "responsibleFor",
    "organizes",
    "honouredWith",
]
Phase: TypeAlias = Literal["planning", "started", "underConstruction", "completed", "inOperation"]
SuccessionKind: TypeAlias = Literal["renamed", "merged", "replaced"]
CorrectionAction: TypeAlias = Literal["accept", "reject", "change", "add"]


@dataclass(frozen=True, slots=True)
class Source:
    """The file an article was read from."""

    name: str  # file name without folders: paths of a machine stay out of the graph
    sha256: str  # hex digest of the file's bytes


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a page.

    `body` holds the joined paragraphs, one a line, with a leading 本报讯(记者 …) where it is printed there.
    `published` is an ISO date; it and `publisher` come from front matter or the command line, never from the text.
    """

    id: str
    headline: str
    body: str
    kicker: str | None = None
    subheads: tuple[str, ...] = ()
    reporters: tuple[tuple[str, str], ...] = ()  # (name, role as printed: 记者, 见习记者, 实习生)
    published: str | None = None
    publisher: str | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article's body, code points, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """One mention of a thing.

    `kind` is the most specific class of the ontology that the words show (ChemicalPark, Company, Town …), or `cls`.
    `key` names the thing for its IRI: an administrative code where the gazetteer knows one, else the canonical name.
    """

    span: Span
    quote: str
    name: str
    cls: EntityClass
    kind: str
    key: str
    post: str | None = None
    rules: tuple[str, ...] = ()
    confidence: float | None = None


def outermost(entities: Iterable[Entity]) -> list[Entity]:
    """Mentions that lie in no other one, in order: the grammar of a sentence sees 昆明市十五届人大四次会议, not the 昆明市 in it."""
    kept: list[Entity] = []
    for e in sorted(entities, key=lambda e: (e.span.start, -e.span.end)):
        if not kept or e.span.start >= kept[-1].span.end:
            kept.append(e)
    return kept


@dataclass(frozen=True, slots=True)
class Statement:
    """One promise or result with at most one quantity.

    `value` is in the base `unit`; `surface` is the quantity as printed. `agent`, `places` and `concerns` are canonical
    names of entities. `period` is an ISO 8601 year, month, date or interval and `period_basis` says where it was found:
    sentence, paragraph, section, article, headline, published.
    """

    span: Span
    quote: str
    kind: StatementKind
    indicator: str
    agent: str | None = None
    value: float | int | None = None
    unit: str | None = None
    bound: Bound | None = None
    aspect: Aspect | None = None
    period: str | None = None
    period_basis: str | None = None
    completion: float | int | None = None
    completion_joint: bool = False  # the rate belongs to several numbers together
    estimated: bool = False
    surface: str | None = None
    comparand: str | None = None  # what a share or a comparison refers to
    places: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()  # parks, projects, programmes that it is about
    reported_by: str | None = None  # who told the paper, when that is not the agent
    section: str | None = None  # the run-in head, sub-headline or list title that it stands under
    programme: str | None = None  # the yearly list of promises that it is an item of (2024年10件惠民实事)
    themes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()  # ids of the rules that read it (loaders/rules)
    confidence: float | None = None  # estimated probability that it is right: docs/reading.md
    withdrawn: bool = False  # the target is dropped: 取消新建20个口袋公园的计划; kind is then "commitment"

    @property
    def claims(self) -> ClaimKind:
        """What it claims: its kind, or that a target is dropped."""
        return "withdrawal" if self.withdrawn else self.kind


@dataclass(frozen=True, slots=True)
class Holding:
    """What the words around a post say of it: where it is held, whether that is over, from when to when.

    `title` is the post without the name of its body or place. `body` and `place` are canonical names; a place is named where no body is.
    `since` and `until` are ISO dates that the article prints for the appointment or the removal, never that of its publication.
    """

    title: str
    body: str | None = None
    place: str | None = None
    past: bool = False
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """`subject` and `object` are canonical names; the object of holdsPost is a post, of honouredWith an honour."""

    span: Span
    quote: str
    subject: str
    predicate: Predicate
    object: str
    rules: tuple[str, ...] = ()
    confidence: float | None = None
    holding: Holding | None = None  # of holdsPost


@dataclass(frozen=True, slots=True)
class PhaseReport:
    """The phase that an article tells a project to have reached or to be in.

    `project` is a canonical name; `period` (ISO 8601) and `period_basis` as of a statement. No part of the extraction
    contract: its rows leave it out.
    """

    span: Span
    quote: str
    project: str
    phase: Phase
    period: str | None = None
    period_basis: str | None = None
    rules: tuple[str, ...] = ()
    confidence: float | None = None  # none yet: there is no gold of phases to learn it from


@dataclass(frozen=True, slots=True)
class Succession:
    """That a body, zone or park got another name, was merged out of others, or stands in another's place.

    `before` and `after` are canonical names where the article mentions the thing, else as printed. `period` is an ISO 8601 year, month or
    date that the sentence prints.
    """

    span: Span
    quote: str
    kind: SuccessionKind
    before: tuple[str, ...]
    after: str
    period: str | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A number or a clause that was seen and gave no fact. `reason` is an id of `loaders/rules/unread.toml`."""

    span: Span
    quote: str
    reason: str


Fact: TypeAlias = Entity | Statement | Relation


@dataclass(frozen=True, slots=True)
class AppliedCorrection:
    """What a person decided about one fact: `before` as it was read, `after` as it stands.

    An added fact has no `before`, a rejected one no `after`; an accepted one is the same before and after.
    """

    action: CorrectionAction
    author: str
    date: str  # ISO date of the decision
    reason: str
    before: Fact | None
    after: Fact | None
    sources: tuple[str, ...] = ()  # web addresses that bear the reason out


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read out of one article, and what was left unread and why.

    Where people corrected it, the facts are those that stand, and `as_read` keeps what the rules had read.
    """

    article: Article
    entities: tuple[Entity, ...] = ()
    statements: tuple[Statement, ...] = ()
    relations: tuple[Relation, ...] = ()
    unread: tuple[Unread, ...] = ()
    corrections: tuple[AppliedCorrection, ...] = ()
    as_read: Extraction | None = None
    phases: tuple[PhaseReport, ...] = ()
    successions: tuple[Succession, ...] = ()

    @property
    def by_people(self) -> frozenset[Fact]:
        """The facts that a person changed or added: they stand, but no rule read them so."""
        return frozenset(
            c.after for c in self.corrections if c.after is not None and c.action in ("change", "add")
        )
