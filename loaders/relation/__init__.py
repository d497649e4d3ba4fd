"""Relations between two named things, each with the words that say so.

Adjacent names (官渡区金马街道), a post with its body and holder (惠图公司董事长孙辉), a body before its programme
(市政府2023年10件惠民实事), verbs of organising, honouring and being responsible. A place inside a name is no statement of a place.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..facts import Article, Entity, Relation, Statement
from ..text import Text
from ..time import TimeMention, read_times
from .duty import read_deeds, read_guided, read_owners, read_runners
from .honour import read_honours
from .host import read_hosts
from .part import read_items, read_parts
from .post import read_posts
from .scene import Scene
from .site import read_adjacent, read_bearers, read_situated, read_venues

__all__ = ["read_relations"]

#: What is told twice keeps the words of the reader that comes first
_READERS = (
    read_posts,
    read_bearers,
    read_adjacent,
    read_parts,
    read_owners,
    read_hosts,
    read_venues,
    read_situated,
    read_honours,
    read_deeds,
    read_runners,
    read_guided,
    read_items,
)


def read_relations(
    article: Article,
    text: Text,
    entities: Sequence[Entity],
    statements: Sequence[Statement],
    times: Sequence[TimeMention] | None = None,
) -> list[Relation]:
    """All relations of the article, each once, in order of their quotes; `times` are those of the text, read here if not given."""
    if times is None:
        times = read_times(text, article.published)
    scene = Scene(article, text, entities, statements, times)
    found: dict[tuple[str, str, str], Relation] = {}
    for reader in _READERS:
        for relation in reader(scene):
            if relation.subject != relation.object:
                found.setdefault((relation.subject, relation.predicate, relation.object), relation)
    return sorted(found.values(), key=lambda r: (r.span.start, r.span.end, r.predicate, r.object))
