"""Names by their last word: bodies, parks, zones, projects, programmes, events.

A suffix tells the class (…有限公司, …化工园区, …水质净化厂); the name is what stands before it, back to a mark, a function word
or a verb that takes it as its object. A head that makes it a common noun (各大学, 公办幼儿园) is no name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..candidate import Candidate
from ..place import PlaceHit
from ..text import Text
from .body import read_named_bodies
from .edge import Ground
from .event import read_events
from .programme import read_programmes
from .project import read_projects
from .site import read_parks, read_zones

__all__ = ["read_names"]


def read_names(text: Text, hits: Sequence[PlaceHit]) -> Iterator[Candidate]:
    """Candidates of all classes but places and persons."""
    ground = Ground(text.folded, {h.start: h.end for h in hits}, {h.end: h.start for h in hits})
    yield from read_named_bodies(ground)
    yield from read_parks(ground)
    yield from read_zones(ground)
    yield from read_projects(ground)
    yield from read_programmes(ground)
    yield from read_events(ground)
