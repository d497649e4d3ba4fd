"""What became of a model's answers: how many facts were kept, which were dropped and why; and the error where there is no answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ontology.errors import ChunchengError


class ModelError(ChunchengError):
    """The model can't be asked, or gives no answer: too late, too long, refused, or not in its protocol."""


@dataclass(frozen=True, slots=True)
class Report:
    """Of one article: facts kept, facts dropped by reason, and single fields made unknown by name."""

    article: str
    model: str
    pieces: int
    kept: int
    dropped: Mapping[str, int]
    cleared: Mapping[str, int]

    def __str__(self) -> str:
        reasons = ", ".join(f"{number} {reason}" for reason, number in self.dropped.items())
        fields = ", ".join(f"{number} {name}" for name, number in self.cleared.items())
        return (
            f"{self.model}, article {self.article}, {self.pieces} asked: {self.kept} facts kept, "
            f"{sum(self.dropped.values())} dropped{f' ({reasons})' if reasons else ''}"
            f"{f', made unknown: {fields}' if fields else ''}"
        )


@dataclass(slots=True)
class Tally:
    """The counts while they are made."""

    dropped: Counter[str] = field(default_factory=Counter)
    cleared: Counter[str] = field(default_factory=Counter)
