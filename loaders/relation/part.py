"""What is part of what: a branch of its body, a meeting of its session, an item of its list of promises."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Entity, Relation
from ..rules import pattern
from .scene import Scene

#: Classes of what a body runs, and of what a list of promises holds
RUN = frozenset({"Programme", "Project"})
_OWNERS = ("公司", "集团", "大学", "学校", "医院")
_LONGEST_HEAD = 40  # characters of a run-in head


def without_branch(name: str) -> str | None:
    """The company or school that a branch belongs to, or None for a body that is no branch."""
    m = pattern("relation.branch").search(name)
    whole = name[: m.start()] if m else ""
    return whole if whole.endswith(_OWNERS) else None


def read_parts(scene: Scene) -> Iterator[Relation]:
    """某公司党支部 is part of 某公司; a presidium's second meeting is part of the session."""
    names = {e.name: e for e in scene.entities}
    quotes = {e.quote: e for e in reversed(scene.entities)}
    branches = pattern("relation.branch")
    for e in scene.entities:
        start, end = e.span.start, e.span.end
        if e.cls == "Organization" and (m := branches.search(e.name)) and m.start() > 3:
            whole = e.name[: m.start()]
            owner = names.get(whole)
            if owner is None and e.quote.endswith(m.group()):
                owner = quotes.get(e.quote[: -len(m.group())])
            if owner is not None or whole.endswith(_OWNERS):
                name = owner.name if owner else whole
                yield scene.relation(start, end, e.name, "partOf", name, "relation.branch")
        elif e.cls == "Event":
            for at in range(2, len(e.name)):
                session = names.get(e.name[:at])
                if session is not None and session.cls == "Event":
                    yield scene.relation(start, end, e.name, "partOf", session.name, "relation.session")


def read_items(scene: Scene) -> Iterator[Relation]:
    """The items of a yearly list of promises: named programmes in its run-in heads or its list after a colon."""
    promises = pattern("relation.list-of-promises")
    lists = [e for e in scene.entities if e.cls == "Programme" and promises.search(e.name)]
    leads = {s.start: s for s in (scene.sentence_of(p.span.start) for p in lists)}
    heads: list[Entity] | None = None
    for lead in leads.values():
        inside = [
            p for p in scene.within(lead.start, lead.end) if p.cls == "Programme" and promises.search(p.name)
        ]
        for colon in lead.clauses:
            owners = [p for p in inside if colon.start <= p.span.start < colon.end]
            if colon.closing == ":" and owners:
                break
        else:
            continue
        owner = owners[-1].name
        if scene.folded[colon.end + 1 : lead.end].strip(" \n。"):
            for e in scene.within(colon.end, lead.end):
                if e.cls in RUN and e.name != owner and e.span.end <= lead.end:
                    yield scene.relation(colon.start, e.span.end, e.name, "partOf", owner, "relation.item")
            continue
        if heads is None:
            heads = [e for e in scene.entities if e.cls in RUN and _is_in_run_in_head(scene, e)]
        for e in heads:
            if e.name != owner and e.span.start >= colon.end:
                start = scene.sentence_of(e.span.start).start
                yield scene.relation(start, e.span.end, e.name, "partOf", owner, "relation.item")


def _is_in_run_in_head(scene: Scene, e: Entity) -> bool:
    sentence = scene.sentence_of(e.span.start)
    opens = sentence.start == 0 or scene.folded[sentence.start - 1] == "\n"
    return opens and len(scene.folded[sentence.start : sentence.end].strip()) <= _LONGEST_HEAD
