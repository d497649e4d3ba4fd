"""Persons within one article: which mentions are of one person, what its key is, and what the article tells of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..facts import Article, Entity, Extraction, Relation
from ..gazetteer import Gazetteer
from ..relation.post import holding_of
from .role import Role, prefecture, role_of, shares_hierarchy, sorts
from .sighting import Sighting

_MOST_AREAS = 24  # places that a sighting keeps
_ID = 8  # digits of an article's id that tell its persons from those of others
#: Rules that tell of somebody's next post: such an article speaks of one person, however far apart the posts
_MOVES = frozenset(
    {"person.appoint", "person.elect", "person.remove", "person.resign", "relation.earlier-post"}
)


def with_persons(extraction: Extraction) -> Extraction:
    """The extraction with the key of a person of its own in each mention of a person."""
    keys = {
        mention: _key(person, extraction.article)
        for person in _persons(extraction)
        for mention in person.mentions
    }
    entities = tuple(replace(e, key=keys[e]) if e in keys else e for e in extraction.entities)
    return replace(extraction, entities=entities)


def reporter_key(name: str, publisher: str | None) -> str:
    """The key of a reporter: those of two papers are two persons."""
    return f"{name}·{publisher or ''}记者"


def sightings(extraction: Extraction) -> tuple[Sighting, ...]:
    """What an article with keyed persons tells of each, reporters without a mention included; one for each key."""
    article = extraction.article
    areas = _areas(extraction.entities)
    told: dict[str, Sighting] = {}
    for person in _persons(extraction):
        for key in {mention.key for mention in person.mentions}:
            roles = tuple(sorted(set(person.roles) | set(told[key].roles if key in told else ())))
            around = () if any(role.says_where for role in roles) else areas
            day = article.published or ""
            told[key] = Sighting(person.name, key, article.id, day, roles, around, _anchor(roles))
    for name, role in article.reporters:
        key = reporter_key(name, article.publisher)
        own = (Role("reporter", role, body=article.publisher or ""),)
        told.setdefault(key, Sighting(name, key, article.id, article.published or "", own))
    return tuple(told[key] for key in sorted(told))


@dataclass(slots=True)
class _Person:
    name: str
    mentions: list[Entity] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)


def _persons(extraction: Extraction) -> list[_Person]:
    """The persons of the article, in order of their first mentions."""
    mentions = [e for e in extraction.entities if e.cls == "Person"]
    if not mentions:
        return []
    posts: dict[str, list[Relation]] = defaultdict(list)
    for relation in extraction.relations:
        if relation.predicate == "holdsPost":
            posts[relation.subject].append(
                replace(relation, holding=holding_of(relation, extraction.relations))
            )
    kinds = {e.name: e.kind for e in extraction.entities if e.cls == "Organization"}
    by_name: dict[str, list[_Person]] = {}
    waiting: dict[str, list[Entity]] = defaultdict(list)
    moving = {e.name for e in mentions if _MOVES & set(e.rules)}
    moving |= {name for name, told in posts.items() if any(_MOVES & set(r.rules) for r in told)}
    for mention in mentions:
        name = mention.name
        roles = _roles(mention, posts[name], kinds, extraction.article)
        known = by_name.setdefault(name, [])
        if not roles:
            if known:
                known[-1].mentions.append(mention)
            else:
                waiting[name].append(mention)
            continue
        person = next((p for p in known if _is_one(p.roles, roles, moves=name in moving)), None)
        if person is None:
            person = _Person(name)
            known.append(person)
        else:  # who is named next without a post is the one named last
            known.remove(person)
            known.append(person)
        person.mentions.append(mention)
        person.roles += roles
    for name, unknown in waiting.items():
        spoken_of = next((p for p in by_name[name] if sorts(p.roles) != {"reporter"}), None)
        if spoken_of is None:
            spoken_of = _Person(name)
            by_name[name].append(spoken_of)
        spoken_of.mentions += unknown
    found = [p for persons in by_name.values() for p in persons]
    return sorted(found, key=lambda p: min(m.span.start for m in p.mentions))


def _roles(
    mention: Entity, posts: Iterable[Relation], kinds: Mapping[str, str], article: Article
) -> list[Role]:
    """What the words around a mention tell of the person."""
    paper = article.publisher or ""
    if "person.byline" in mention.rules:
        return [Role("reporter", mention.post or "记者", body=paper)]
    found = []
    for relation in posts:
        inside = relation.span.start <= mention.span.start and mention.span.end <= relation.span.end
        if inside and relation.holding is not None:
            role = role_of(relation.holding, kinds.get(relation.holding.body or ""))
            if role is not None:
                found.append(replace(role, body=paper) if role.sort == "reporter" else role)
    return found


def _is_one(known: Sequence[Role], more: Sequence[Role], *, moves: bool) -> bool:
    """Whether roles that one article tells of one name are one person's: a paper would tell two officials apart, unless they are far apart."""
    one, other = sorts(known), sorts(more)
    if one & {"reporter", "citizen"} or other & {"reporter", "citizen"}:
        return one == other
    if moves or any(role.past for role in (*known, *more)):
        return True
    return all(
        shares_hierarchy(a.area, b.area)
        for a in known
        for b in more
        if a.sort == b.sort == "official" and a.area and b.area
    )


def _key(person: _Person, article: Article) -> str:
    """The name, and where the person belongs as far as this article tells."""
    found = sorts(person.roles)
    if "reporter" in found:
        return reporter_key(person.name, article.publisher)
    if "citizen" in found:
        role = min(person.roles)
        where = Gazetteer.default().by_code[role.area].name if role.area else ""
        return f"{person.name}·{where}{role.title}" + ("" if role.area else f"·{article.id[:_ID]}")
    standing = [role for role in person.roles if not role.past] or person.roles
    for role in sorted(standing):
        if role.sort == "official" and (city := prefecture(role.area)) is not None:
            return f"{person.name}·{city.name}"
        if role.sort == "staff":
            return f"{person.name}·{role.body or f'{role.title}·{article.id[:_ID]}'}"
    return person.name


def _anchor(roles: Sequence[Role]) -> str:
    """Where somebody belongs, as narrow as is known: 官渡区水务局, 官渡区."""
    for role in sorted(roles, key=lambda role: (role.past, not role.says_where)):
        if role.body:
            return role.body
        if role.area:
            return Gazetteer.default().by_code[role.area].name
    return roles[0].title if roles else ""


def _areas(entities: Iterable[Entity]) -> tuple[str, ...]:
    """Codes of the cities and counties that the article names."""
    codes = {e.key for e in entities if e.cls == "AdministrativeArea" and len(e.key) == 6}
    return tuple(sorted(codes)[:_MOST_AREAS])
