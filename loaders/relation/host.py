"""Who organizes an event: before the verb, after 由, in the event's own name or in the headline."""

from __future__ import annotations

from collections.abc import Iterator

from ..agent import AGENT_CLASSES
from ..facts import Entity, Relation
from ..rules import pattern
from .scene import Scene

_REACH = 40  # characters after an event in which 举行 stands


def read_hosts(scene: Scene) -> Iterator[Relation]:
    """X举办Y, 由X主办; an event that carries its host's name (西山区2024首届运动潮玩节) and a headline X举办…."""
    named = _Hosts(scene)
    for event in scene.entities:
        if event.cls not in ("Event", "Programme"):
            continue
        yield from _before(scene, event)
        yield from _after(scene, event)
        if event.cls == "Event" and not event.name.endswith("会议"):
            yield from named.of_name(event)


def _before(scene: Scene, event: Entity) -> Iterator[Relation]:
    """西山区举办第三届运动潮玩节."""
    if event.cls != "Event" and not event.name.endswith("活动"):
        return
    folded = scene.folded
    low, start = scene.sentence_of(event.span.start).start, event.span.start
    verbs = [*pattern("relation.organizes-verb").finditer(folded, low, start)]
    if not verbs or pattern("relation.comma").search(folded, verbs[-1].end(), start):
        return
    at = verbs[-1].start()
    near = (h for h in reversed(scene.within(low, at)) if h.cls in AGENT_CLASSES)
    host = next((h for h in near if not folded.startswith("的", h.span.end)), None)
    name = scene.agent_at(at) or (host.name if host else None)
    if name:
        opens = host.span.start if host and host.name == name else at
        yield scene.relation(opens, event.span.end, name, "organizes", event.name, "relation.organizes")


def _after(scene: Scene, event: Entity) -> Iterator[Relation]:
    """运动潮玩节由甲、乙主办: of the bodies after 由, those with the verb behind them."""
    start, end = event.span.start, event.span.end
    sentence = scene.sentence_of(start)
    by_whom = pattern("relation.by-whom").match(scene.folded, end, sentence.end)
    if by_whom is None:
        return
    hosted = pattern("relation.hosted")
    for h in scene.within(by_whom.end(), sentence.end):
        if h.cls in AGENT_CLASSES and hosted.match(scene.folded, h.span.end):
            yield scene.relation(start, h.span.end, h.name, "organizes", event.name, "relation.organized-by")


class _Hosts:
    """Who the article names as a possible host, by name and by the words that print it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._of_words: dict[str, tuple[int, Entity]] = {}
        self._of_headline: str | None = None
        headline = scene.article.headline
        for index, h in enumerate(e for e in scene.entities if e.cls in AGENT_CLASSES):
            self._of_words.setdefault(h.quote, (index, h))
            self._of_words.setdefault(h.name, (index, h))
            if self._of_headline is None and headline.startswith((f"{h.name}举办", f"{h.name}成功举办")):
                self._of_headline = h.name
        lead = pattern("relation.headline-host").match(headline)
        self._opening = lead["host"] if lead else None

    def of_name(self, event: Entity) -> Iterator[Relation]:
        """西山区2024首届运动潮玩节在…举行: the host opens the event's name, or the headline."""
        scene = self._scene
        start, end = event.span.start, event.span.end
        high = min(scene.sentence_of(start).end, end + _REACH)
        held = pattern("relation.held").search(scene.folded, end, high)
        if held is None:
            return
        opening = (self._of_words.get(event.quote[:n]) for n in range(1, len(event.quote) + 1))
        hosts = [found for found in opening if found is not None]
        name = min(hosts, key=lambda found: found[0])[1].name if hosts else self._of_headline
        if name is None and self._opening is not None and event.quote.startswith(self._opening):
            name = self._opening
        if name:
            yield scene.relation(start, held.end(), name, "organizes", event.name, "relation.host-in-name")
