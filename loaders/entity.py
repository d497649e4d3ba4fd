"""Entities: every mention of a named thing, with its class, its canonical name and the key of its IRI.

Readers of places, bodies, names and persons propose; the outermost of overlapping names stands. The canonical name is the
fullest form that the article prints, the official one for governing bodies and places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .body import read_bodies
from .candidate import Candidate, choose
from .entity_division import read_divisions
from .entity_homonym import drop_everyday_words
from .entity_party import read_democratic_parties
from .facts import Article, Entity, Span
from .name import read_names
from .person import read_persons
from .place import find_home, find_places, read_places
from .text import Text

_ANAPHORA = {
    "公司": ("Organization", ("Company",)),
    "企业": ("Organization", ("Company",)),
    "集团": ("Organization", ("Company",)),
    "校": ("Organization", ("University", "School")),
    "院": ("Organization", ("Hospital", "University")),
    "局": ("Organization", ("GovernmentBody",)),
    "区": ("AdministrativeArea", ("District",)),
    "县": ("AdministrativeArea", ("County",)),
    "镇": ("AdministrativeArea", ("Town",)),
    "街道": ("AdministrativeArea", ("Subdistrict",)),
    "社区": ("AdministrativeArea", ("Community",)),
    "村": ("AdministrativeArea", ("Village",)),
    "园区": ("Park", ("IndustrialPark", "ChemicalPark", "LogisticsPark")),
}
_ANAPHOR = re.compile(
    r"(?:该|这家|这所|这个)(?P<what>公司|企业|集团|街道|社区|园区|校|院|局|区|县|镇|村)(?!域|内)"
)


def read_entities(article: Article, text: Text | None = None) -> list[Entity]:
    """All mentions in the order of the text; each quote is the very slice of the body."""
    text = text or Text(article.body)
    folded = text.folded
    hits = drop_everyday_words(folded, find_places(folded))
    home = find_home(article.headline, hits, article.publisher)
    candidates = [
        *read_places(folded, article.headline, hits, home),
        *read_divisions(folded, hits),
        *read_bodies(folded, hits, home),
        *read_democratic_parties(folded),
        *read_names(text, hits),
        *read_persons(article, folded),
    ]
    candidates = [c for c in candidates if not _is_quoted_title(folded, c)]
    chosen = choose(candidates)
    chosen += [
        *_anaphors(folded, chosen),
        *_secretariats(folded, chosen),
        *_in_titles(candidates, chosen),
        *_leading_areas(candidates, chosen),
    ]
    one_each = {
        (c.start, c.end): c for c in reversed(chosen)
    }  # a mention names one thing: the first proposed
    ordered = sorted(one_each.values(), key=lambda c: (c.start, -c.end))
    chosen = [replace(c, name=_with_dash(c.name)) if "一" in c.name else c for c in ordered]
    named = _canonical(chosen)
    return [
        Entity(
            span=Span(c.start, c.end),
            quote=text.body[c.start : c.end],
            name=_as_printed(c.name, folded[c.start : c.end], text.body[c.start : c.end]),
            cls=c.cls,
            kind=c.kind,
            key=c.key or c.name,
            post=c.post,
            rules=(c.rule,),
        )
        for c in named
    ]


def _as_printed(name: str, folded: str, printed: str) -> str:
    """佳沃（弥勒）公司: brackets stay as wide as the paper sets them."""
    at = folded.find(name) if "(" in name else -1
    if at < 0:
        return name
    return "".join(p if f in "()" else f for f, p in zip(name, printed[at : at + len(name)], strict=True))


def _with_dash(name: str) -> str:
    """磨憨一磨丁经济合作区: a scan's 一 for the dash between two places, mended in the name (never in the quote)."""
    return re.sub(
        r"(?<=[\u4e00-\u9fff]{2})一(?=[\u4e00-\u9fff]{2}(?:经济合作区|合作区|铁路|高速|城际|高铁))", "—", name
    )


def _is_quoted_title(folded: str, c: Candidate) -> bool:
    """“云岭先锋红旗党支部”: a body's word that fills its quotation marks is an honour's name."""
    return (
        c.cls == "Organization" and folded[c.start - 1 : c.start] == "“" and folded[c.end : c.end + 1] == "”"
    )


def _secretariats(folded: str, chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """大会秘书处: that of the session named before."""
    for m in re.finditer("大会(?P<what>秘书处|主席团)", folded):
        before = [
            c for c in chosen if c.end <= m.start() and c.rule == "name.session" and "主席团" not in c.name
        ]
        if before:
            yield Candidate(
                m.start(),
                m.end(),
                "Organization",
                "CongressBody",
                before[-1].name + m["what"],
                "entity.secretariat",
            )


def _leading_areas(candidates: Sequence[Candidate], chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """昆明市十五届人大四次会议 names 昆明市, too: a full name that opens a body's or an event's."""
    opened = {c.start + (c.rule == "name.titled"): c for c in chosen if c.cls != "AdministrativeArea"}
    for c in candidates:
        outer = opened.get(c.start)
        if outer is None or c.end >= outer.end or c.kind == "Country":
            continue
        zone = c.cls == "FunctionalZone" and outer.cls == "Organization"
        if zone or (c.rule == "place.full" and outer.cls not in ("Person", "FunctionalZone")):
            yield c


def _in_titles(candidates: Sequence[Candidate], chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """Zones and parks inside a 《title》 are mentions, too."""
    titles = [c for c in chosen if c.rule == "name.titled"]
    inner = [
        c
        for c in candidates
        if c.cls in ("FunctionalZone", "Park") and any(t.start < c.start and c.end < t.end for t in titles)
    ]
    yield from choose(inner)


def _anaphors(folded: str, chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """该公司, 该社区: the last thing of the class named before."""
    for m in _ANAPHOR.finditer(folded):
        if any(c.start < m.end() and m.start() < c.end for c in chosen):
            continue
        cls, kinds = _ANAPHORA[m["what"]]
        before = [c for c in chosen if c.end <= m.start() and c.cls == cls and c.kind in kinds]
        if before:
            last = before[-1]
            yield replace(last, start=m.start(), end=m.end(), rule="entity.anaphor")


def _canonical(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Short forms by the full one of the same article: 惠图公司 → the company whose name holds 惠图 and ends so."""
    full = {
        c.name: c
        for c in chosen
        if c.cls in ("Organization", "Event", "Park", "FunctionalZone", "Project", "Programme")
    }
    out = []
    for c in chosen:
        if c.key or c.cls not in ("Organization", "Event", "Park", "FunctionalZone", "Programme", "Project"):
            out.append(c)
            continue
        better = _fuller(c, full)
        out.append(replace(c, name=better.name, kind=better.kind, key=better.key) if better else c)
    return out


def _fuller(c: Candidate, full: dict[str, Candidate]) -> Candidate | None:
    """The one longer name of the class that this one shortens, or None where there is none or several."""
    if c.cls == "Organization" and c.kind == "Company":
        stem = re.sub(r"(?:股份|有限|责任|集团|公司)+$", "", c.name)
        fitting = [
            o
            for o in full.values()
            if o.cls == c.cls
            and o.kind == "Company"
            and len(o.name) > len(c.name)
            and len(stem) >= 2
            and stem in o.name
        ]
    elif c.cls == "Park":  # 考古公园 for …国家考古遗址公园
        fitting = [
            o
            for o in full.values()
            if o.cls == c.cls and len(o.name) > len(c.name) and _abbreviates(c.name, o.name)
        ]
    elif (
        c.cls == "Programme" and c.name.endswith("实事") and c.name[0].isdigit()
    ):  # 10件惠民实事 of the one year named
        fitting = [
            o
            for o in full.values()
            if o.cls == c.cls and re.fullmatch(rf"20\d\d年{re.escape(c.name)}", o.name)
        ]
    elif c.cls == "Event":
        fitting = [
            o
            for o in full.values()
            if o.cls == c.cls
            and len(o.name) > len(c.name)
            and o.name.endswith(c.name)
            and "主席团" not in o.name
        ]
    else:
        return None
    names = {o.name for o in fitting}
    return fitting[0] if len(names) == 1 else None


def _abbreviates(short: str, name: str) -> bool:
    """Whether the short name's characters stand in the long one in their order, the last two at its end."""
    letters = iter(name)
    return name.endswith(short[-2:]) and all(c in letters for c in short)
