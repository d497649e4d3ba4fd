"""Where things lie: by their names, by a place before them, by 位于, and where events are held."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..facts import Entity, Relation
from ..place import PlaceHit, find_places
from ..rules import pattern
from .part import without_branch
from .scene import Scene

#: Classes of what something may lie in
SITES = frozenset({"AdministrativeArea", "FunctionalZone", "Park", "Project"})
_AREAS = frozenset({"AdministrativeArea", "FunctionalZone"})
_BEARERS = frozenset({"Park", "Project", "FunctionalZone"})
_SITUATED = frozenset({"Park", "Project", "Organization", "FunctionalZone"})
#: Kinds of bodies that lie in the place before them; a government belongs to it
_LOCAL = frozenset(
    {"Company", "University", "School", "Hospital", "Organization", "Association", "PartyBody"}
)
_TOO_WIDE = frozenset({"Country", "FunctionalZone", "Province"})


def read_bearers(scene: Scene) -> Iterator[Relation]:
    """富民抽水蓄能电站, 昆明承接产业转移园区: a work or park that bears a place's name lies there."""
    opening: dict[str, PlaceHit | None] = {}
    for e in scene.entities:
        if e.cls not in _BEARERS:
            continue
        start, end = e.span.start, e.span.end
        quote = scene.folded[start:end]
        if quote not in opening:
            opening[quote] = next(
                (h for h in find_places(quote) if h.start == 0 and h.end < len(quote)), None
            )
        hit = opening[quote]
        if hit is not None and len(hit.places) == 1 and hit.places[0].kind not in _TOO_WIDE:
            yield scene.relation(start, end, e.name, "locatedIn", hit.places[0].name, "relation.name")


def read_adjacent(scene: Scene) -> Iterator[Relation]:
    """官渡区金马街道, 官渡区某公司: the second lies in the first; a zone straight after a zone is part of it."""
    for first, second in pairwise(scene.entities):
        if first.span.end != second.span.start or first.cls not in _AREAS:
            continue
        start, end = first.span.start, second.span.end
        if first.cls == "FunctionalZone" and second.cls == "FunctionalZone":
            yield scene.relation(start, end, second.name, "partOf", first.name, "relation.adjacent")
            continue
        inner = _inner(first, second)
        if inner is not None:
            yield scene.relation(start, end, inner, "locatedIn", first.name, "relation.adjacent")


def _inner(area: Entity, other: Entity) -> str | None:
    """The name of what lies in the area that stands before it, or None."""
    if other.cls in SITES:
        return other.name
    if other.cls != "Organization" or other.kind not in _LOCAL or other.name.startswith(area.name[:2]):
        return None
    # 官渡区某公司党支部: the company lies there
    return without_branch(other.name) if other.kind == "PartyBody" else other.name


def read_venues(scene: Scene) -> Iterator[Relation]:
    """节在…广场举办, 在…公园举行…仪式: a place that is a mention, or the words between 在 and the verb after an event."""
    folded = scene.folded
    held, venue, none = pattern("relation.held"), pattern("relation.venue"), pattern("relation.no-venue")
    for e in scene.entities:
        start, end = e.span.start, e.span.end
        if e.cls in SITES and folded[start - 1 : start] == "在":
            sentence = scene.sentence_of(start)
            m = held.match(folded, end, sentence.end) if start > sentence.start else None
            event = _event_near(scene, e, sentence.start, sentence.end) if m else None
            if m and event:
                low, high = min(event.span.start, start), max(event.span.end, m.end())
                yield scene.relation(low, high, event.name, "locatedIn", e.name, "relation.at")
        elif e.cls == "Event" and (m := venue.match(folded, end)):
            known = scene.starting.get(m.start("site"))
            if (known is None or known.span.end != m.end("site")) and not none.search(m["site"]):
                yield scene.relation(start, m.end(), e.name, "locatedIn", m["site"], "relation.venue")


def _event_near(scene: Scene, site: Entity, low: int, high: int) -> Entity | None:
    """The event of the sentence with no comma between it and the site: the first one before it, else after it."""
    comma, folded = pattern("relation.comma"), scene.folded
    events = [e for e in scene.within(low, high) if e.cls == "Event"]
    before = (e for e in events if e.span.end <= site.span.start)
    after = (e for e in events if e.span.start >= site.span.end)
    for e in before:
        if not comma.search(folded, e.span.end, site.span.start):
            return e
    return next((e for e in after if not comma.search(folded, site.span.end, e.span.start)), None)


def read_situated(scene: Scene) -> Iterator[Relation]:
    """项目位于…: the last thing named before the verb lies in the place after it."""
    folded, lies = scene.folded, pattern("relation.lies-before")
    for site in scene.entities:
        start = site.span.start
        if site.cls not in SITES or not lies.search(folded, max(0, start - _LONGEST_VERB), start):
            continue
        sentence = scene.sentence_of(start)
        m = lies.search(folded, max(sentence.start, start - _LONGEST_VERB), start)
        things = [e for e in scene.within(sentence.start, start) if e.cls in _SITUATED]
        if m and things:
            thing = things[-1]
            if not pattern("relation.comma").search(folded[thing.span.end : m.start()].strip(",")):
                yield scene.relation(
                    thing.span.start, site.span.end, thing.name, "locatedIn", site.name, "relation.situated"
                )


_LONGEST_VERB = 8  # characters
