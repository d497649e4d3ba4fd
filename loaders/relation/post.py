"""Posts: who holds which, and in which body."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Relation
from .scene import Scene

_BEFORE, _AFTER = 40, 24  # characters from the name in which its post is printed


def read_posts(scene: Scene) -> Iterator[Relation]:
    """A person with the post printed beside the name; a body straight before the post is the person's body."""
    folded = scene.folded
    for person in scene.entities:
        post = person.post
        if person.cls != "Person" or not post:
            continue
        start, end = person.span.start, person.span.end
        at = folded.rfind(post, max(0, start - _BEFORE), start + 1)
        if at >= 0:
            start = at
        elif (after := folded.find(post, end, end + _AFTER)) >= 0:
            end = after + len(post)
        body = scene.ending.get(start)
        if body is not None and body.cls == "Organization":
            start = body.span.start
            yield scene.relation(start, end, person.name, "memberOf", body.name, "relation.post")
        yield scene.relation(start, end, person.name, "holdsPost", post, "relation.post")
