"""Posts: who holds which, in which body or place, whether that is over, from when to when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..facts import Entity, Holding, Relation
from ..gazetteer import Gazetteer
from ..place import find_home, find_places
from ..rules import pattern
from ..text import fold
from .scene import Scene

_BEFORE, _AFTER = 40, 24  # characters from the name in which its post is printed
_PLACES = frozenset({"AdministrativeArea", "FunctionalZone"})
_GOVERNMENT = "人民政府"
_LEVELS = "省市区县州镇乡"
_FORMER = 4  # characters before a post, or before its body, in which 原 or 时任 stands
_LONGEST_BODY = 20  # characters before a post in which a body that shares characters with it begins
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: Rules of persons by what their words do to the tenure
_BEHIND = frozenset({"person.appoint", "person.elect", "person.remove", "person.resign"})
_BEGINS, _ENDS = frozenset({"person.appoint", "person.elect"}), frozenset({"person.remove", "person.resign"})


def read_posts(scene: Scene) -> Iterator[Relation]:
    """A person with the post printed beside the name; a body straight before the post is the person's body."""
    reader = _Posts(scene)
    for person in scene.entities:
        if person.cls == "Person" and person.post:
            yield from reader.of(person, person.post)
    for m in pattern("relation.earlier-post").finditer(scene.folded):
        yield from reader.earlier(*m.span("post"))


def holding_of(relation: Relation, others: Iterable[Relation]) -> Holding:
    """What is told of the post of a holdsPost relation; where no rule of ours read it, the person's body in the same words."""
    if relation.holding is not None:
        return relation.holding
    same = (m for m in others if m.subject == relation.subject and m.span == relation.span)
    return Holding(relation.object, next((m.object for m in same if m.predicate == "memberOf"), None))


@dataclass(frozen=True, slots=True)
class _Where:
    """The body or place that a post belongs to, by name, from where on the words name it, and what is left of the post."""

    start: int
    title: str
    body: str | None = None
    place: str | None = None


class _Posts:
    """Reads the posts of one article; what a bare 市长 is mayor of is looked up when the first one comes."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._levels: dict[str, str | None] | None = None

    def of(self, person: Entity, post: str) -> Iterator[Relation]:
        """That the person holds the post, and is a member of its body."""
        scene = self._scene
        start, end = person.span.start, person.span.end
        before = scene.folded.rfind(post, max(0, start - _BEFORE), start + 1)
        after = scene.folded.find(post, end, end + _AFTER + len(post))
        at = after if after >= 0 and (before < 0 or set(person.rules) & _BEHIND) else before
        if at >= 0:
            start, end = min(start, at), max(end, at + len(post))
        where = self._where(at, post) if at >= 0 else _Where(start, post)
        if where.body is not None and where.start < start and at == start:
            start = where.start
            yield scene.relation(start, end, person.name, "memberOf", where.body, "relation.post")
        relation = scene.relation(start, end, person.name, "holdsPost", post, "relation.post")
        yield replace(relation, holding=self._holding(person, where, at))

    def earlier(self, at: int, end: int) -> Iterator[Relation]:
        """That the person last named in the sentence held the post of [at, end) once."""
        scene = self._scene
        sentence = scene.text.sentence_at(at)
        named = [e for e in scene.within(sentence.start, at) if e.cls == "Person"] if sentence else []
        if not named:
            return
        person, post = named[-1], scene.text.quote(at, end)
        relation = scene.relation(
            person.span.start, end, person.name, "holdsPost", post, "relation.earlier-post"
        )
        holding = self._holding(replace(person, rules=()), self._where(at, post), at)
        yield replace(relation, holding=replace(holding, past=True))

    def _where(self, at: int, post: str) -> _Where:
        """官渡区|副区长, 官渡区|原|副区长, 官渡区|委书记 (both share the 区), 安宁市教育局|局长 where an appointment prints it as one."""
        scene, end = self._scene, at + len(post)
        inside = scene.starting.get(at)
        if inside is not None and inside.span.end < end and (found := _named(inside)):
            title = post[inside.span.end - at :]
            return _Where(at, inside.name[-1] + title if title.startswith("委") else title, *found)
        former = pattern("relation.former").search(scene.folded, max(0, at - _FORMER), at)
        before = scene.ending.get(former.start() if former else at)
        if before is None and post[0] in _LEVELS:
            before = scene.ending.get(at + 1)  # 官渡区委书记
            if before is not None and before.cls not in _PLACES:
                before = None
        if before is not None and (found := _named(before)):
            return _Where(before.span.start, post, *found)
        sharing = next(
            (e for e in reversed(scene.within(at - _LONGEST_BODY, at)) if at < e.span.end < end), None
        )
        if sharing is not None and sharing.cls == "Organization":  # 官渡区委 names 官渡区 in 官渡区委书记
            place = Gazetteer.default().borne_by(sharing.name)
            return _Where(sharing.span.start, post, place=place.name if place else None)
        return _Where(at, post)

    def _holding(self, person: Entity, where: _Where, at: int) -> Holding:
        rules = set(person.rules)
        past = bool(rules & _ENDS) or any(self._is_former(opens) for opens in {where.start, at} if opens >= 0)
        day = self._day_before(person.span.start) if rules & (_BEGINS | _ENDS) else None
        body, place = where.body, where.place
        if level := pattern("relation.level-of-post").match(where.title):
            if body is None and place is None:
                place = self._home(level["level"])
            elif body is not None and body.removesuffix(_GOVERNMENT) in Gazetteer.default().by_name:
                place, body = body.removesuffix(_GOVERNMENT), None  # 昆明市人民政府副市长 is 昆明市副市长
        since = day if rules & _BEGINS else None
        return Holding(where.title, body, place, past, since, day if rules & _ENDS else None)

    def _is_former(self, at: int) -> bool:
        return pattern("relation.former").search(self._scene.folded, max(0, at - _FORMER), at) is not None

    def _home(self, level: str) -> str | None:
        """The name of the place that a bare level means in this article."""
        if self._levels is None:
            article = self._scene.article
            hits = find_places(self._scene.folded)
            home = find_home(hits, find_places(fold(article.headline)), article.publisher)
            found = {word: home.of(word) for word in _LEVELS}
            self._levels = {word: place.name if place else None for word, place in found.items()}
        return self._levels[level]

    def _day_before(self, at: int) -> str | None:
        """The day last printed before it: that of the decision which a list of appointments opens with."""
        days = [t for t in self._scene.times if t.start < at and t.period and _DAY.fullmatch(t.period)]
        return max(days, key=lambda t: t.start).period if days else None


def _named(entity: Entity) -> tuple[str | None, str | None] | None:
    """The body and the place that the entity is, one of which is None; None where it is neither."""
    if entity.cls == "Organization":
        return entity.name, None
    return (None, entity.name) if entity.cls in _PLACES else None
